"""Machine code: of the safety loop, which says the same line by line as its sources, and of plant and fakes."""

import ast
import json

import pytest

from simulator import inside, machine_code, native, run_settings, scenario
from simulator.campaign import generator
from tools.build import fold

LIMITS = "HOLD_MS = 800\nNAMES = (1, 2)\n"
USER = """
from typing import TYPE_CHECKING, Protocol
from curfew.core import limits
STEP = 3
if TYPE_CHECKING:
    class Record(Protocol):
        dirty: bool
def due(age_ms: int, record: "Record") -> bool:
    return age_ms + STEP > limits.HOLD_MS
"""


def typed(source):
    known = fold.collect({"curfew.core.limits": LIMITS, "curfew.core.user": source})
    return ast.unparse(native._Typed("curfew.core.user", ast.parse(source), known).visit(ast.parse(source)))


def test_a_constant_becomes_its_value_and_stays_for_those_who_import_it():
    assert "return age_ms + 3 > 800" in typed(USER)
    assert "STEP = 3" in typed(USER)


def test_annotations_stay_and_a_protocol_becomes_any():
    assert "def due(age_ms: int, record: 'Record') -> bool" in typed(USER)
    assert "from typing import Any as Record" in typed(USER)
    assert "class" not in typed(USER)


def test_without_a_compiler_one_line_says_where_to_look(monkeypatch, tmp_path):
    monkeypatch.setattr(native, "FOLDER", tmp_path)
    monkeypatch.setattr(native, "_SETUP", "raise SystemExit('no compiler')  # {paths}")
    with pytest.raises(native.NativeError, match=r"^mypyc or the C compiler failed: .*log$"):
        native.load.__wrapped__()


def without_places(lines):
    """Lines but for the files, numbers and source lines of a traceback."""
    return [line for line in lines if not line.startswith("#console   ")]


@pytest.mark.long
@pytest.mark.limit(600)
def test_a_hundred_sessions_are_the_same_line_by_line():
    modules = native.load()
    assert {"curfew.core.burner", "curfew.runtime.loop", "curfew.hardware.scanner"} <= set(modules)
    for seed in range(1, 101):
        plan = scenario.parse(json.dumps(generator.scenario_of(seed)), run_settings.shipped()).plan
        compiled, interpreted = inside.run(plan, native=modules), inside.run(plan)
        assert without_places(compiled) == without_places(interpreted), f"seed {seed}"


# --- plant and fakes; that traces are equal: test_scenarios.py --------------------------------------------------------


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A function that makes a folder of sources: folder("plant", one="A = 1")."""
    machine_code._compiled.cache_clear()
    monkeypatch.setattr(machine_code, "BUILD", tmp_path / "build")
    monkeypatch.setattr(machine_code.platform, "machine", lambda: "x86_64")

    def make(name, **texts):
        (tmp_path / name).mkdir(exist_ok=True)
        for module, text in texts.items():
            (tmp_path / name / f"{module}.py").write_text(text)
        return tmp_path / name

    yield make
    machine_code._compiled.cache_clear()


def test_equal_sources_are_compiled_once_and_changed_ones_anew_in_place_of_the_old(folder):
    first = machine_code.folder([folder("plant", one="A = 1")])
    assert [path.name for path in first.iterdir()] == ["one.mpy"]
    assert machine_code.folder([folder("plant")]) == first
    second = machine_code.folder([folder("plant", one="A = 2")])
    assert second != first and not first.exists()


def test_of_two_modules_of_one_name_the_first_folder_has_it(folder):
    both = machine_code.folder([folder("scenario", one="A = 1"), folder("common", one="A = 2", two="B = 1")])
    assert sorted(path.name for path in both.iterdir()) == ["one.mpy", "two.mpy"]
    assert both == machine_code.folder([folder("again", one="A = 1", two="B = 1")])


def test_where_nothing_can_be_compiled_or_written_the_sources_run(folder, monkeypatch):
    machine_code.BUILD.write_text("no folder")
    assert machine_code.folder([folder("plant", one="A = 1")]) is None
    monkeypatch.setattr(machine_code.platform, "machine", lambda: "aarch64")
    assert machine_code.folder([folder("plant")]) is None
