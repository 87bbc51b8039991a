"""The generated parts and drawings: current, complete in both languages, and loud where a word is missing."""

import subprocess
import sys

import pytest

from docs.generator import EN, ROOT, pages, tables
from docs.generator.names import table_rows
from host_tests.docs.documents import text_of

GENERATED = [
    pytest.param(file, name, language, marks=pytest.mark.long if name == "demo" else ())  # plays 42 minutes
    for file, language, parts in pages.documents()
    for name in parts
]


@pytest.mark.parametrize(("file", "name", "language"), GENERATED)
def test_a_generated_part_is_as_the_sources_have_it(file, name, language):
    assert name not in pages.update(text_of(file), pages.current(language, [name]))[1], "run `make docs`"


@pytest.mark.parametrize(("file", "parts"), [(file, parts) for file, _, parts in pages.documents()])
def test_no_marker_stands_for_a_part_that_is_gone(file, parts):
    assert set(pages.markers(text_of(file))) == set(parts)


@pytest.mark.parametrize("file", pages.DRAWINGS)
def test_a_drawing_is_as_the_sources_have_it(file):
    assert text_of(file) == pages.DRAWINGS[file](), "run `make docs`"


def test_a_drifted_part_is_named_and_updated():
    before = "a\n<!-- generated: states -->\nold\n<!-- end: states -->\nb\n"
    after, drifted = pages.update(before, {"states": "new"})
    assert drifted == ["states"]
    assert after == "a\n<!-- generated: states -->\nnew\n<!-- end: states -->\nb\n"
    assert pages.update(after, {"states": "new"}) == (after, [])


def test_a_lost_marker_counts_as_drift():
    assert pages.update("nothing here", {"states": "new"})[1] == ["states"]


def test_every_row_of_the_state_table_has_a_line():
    lines = tables.transitions(EN).split("\n\n")[0].splitlines()
    assert len(lines) == 2 + len(table_rows())


def test_the_only_option_is_check():
    command = [sys.executable, "-m", "docs.generator", "--fix"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "docs: the only option is --check\n")
