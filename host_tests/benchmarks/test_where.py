"""The heap by module and kind adds up, and every part of the program is found where its code lies."""

import re

import pytest

from benchmarks import where


@pytest.fixture(scope="module")
def census():
    return where.census()


def of(census, module):
    return sum(size for (name, _), size in census.items() if name == module)


def test_every_byte_is_counted_once_and_the_parts_of_the_program_have_most_of_them(census):
    parts = {name: of(census, f"curfew.bundles.{name}") for name in ("core", "http", "mqtt", "services", "hardware")}
    assert min(parts.values()) > 3000 and census["curfew.bundles.core", "bytecode"] > 5000
    assert sum(parts.values()) > sum(census.values()) / 2


@pytest.mark.parametrize("kind", ["functions", "classes", "module and its tables", "bytecode"])
def test_what_every_module_has_is_found_in_all_of_them(census, kind):
    bundles = {name for name, _ in census if re.fullmatch(r"curfew\.bundles\.[a-z]+", name)}
    assert len(bundles) == 6 and all(census[name, kind] for name in bundles)
