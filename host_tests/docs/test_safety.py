"""The safety documents say what they must, name only tests that exist, and a run without one of those tests is red.

Here: SAFETY.md, the safety case, the argument, how they are read, and the hooks of watch.py in a small suite of
their own. Links and commands of the documents: test_pages.py.
"""

import ast
import re
import shutil
import subprocess
import sys
from functools import cache

import pytest

from curfew.core import codes, faults
from host_tests.docs import safety_table
from simulator.rules import invariants

TEXT = "\n".join(path.read_text("utf-8") for path in safety_table.DOCUMENTS)
ROWS = list(safety_table.rows(TEXT, safety_table.HAZARDS))
NAMED = safety_table.wanted()
HOST_TESTS = safety_table.ROOT / "host_tests"
SCENARIOS = [path.stem for path in (safety_table.ROOT / "scenarios").rglob("*.json")]
CLASS_B = ("Component", "Fault to be found", "Here", "By", "Missing")
COMPONENTS = [
    "Processor registers", "Program counter", "Interrupts", "Clock", "Invariable memory (program)", "Variable memory",
    "Addressing of memory", "Internal data path", "External communication", "Digital inputs and outputs",
    "Analogue inputs and converter", "Analogue multiplexer", "Monitoring devices", "Custom chips",
]  # fmt: skip
# What a hazard is shown by, or why it is not: at least three words.
NOT_SHOWN = re.compile(r"\bnot shown: \S+ \S+ \S+")
SMALL = """
| Hazard | Cause | Guard | What remains | Shown by |
| --- | --- | --- | --- | --- |
| one | a | b | c | [it holds](host_tests/test_small.py) [test_small](../host_tests/test_small.py) |
| two | a | b | c | not shown: it is unknown how |

| Another | table |
| --- | --- |
| of | no interest |

And [time is up](scenarios/end/time_is_up.json), linked [again](https://example.org) as
[time is up](../scenarios/end/time_is_up.json).
"""
IT_HOLDS, ALL_OF_SMALL = "host_tests/test_small.py::test_it_holds", "host_tests/test_small.py"
TIME_IS_UP = "host_tests/simulator/test_scenarios.py::test_scenario[time_is_up]"


@cache
def functions(path):
    """The names of the tests in a file."""
    names = [node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
    return [name for name in names if name.startswith("test_")]


# --- the document ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_exists(name):
    path, _, test = name.partition("::")
    test, _, stem = test.partition("[")
    there = functions(safety_table.ROOT / path)
    assert test in there if test else there
    assert not stem or SCENARIOS.count(stem[:-1]) == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: re.sub(r"\W+", "_", row[0])[:40])
def test_a_hazard_has_all_its_cells_and_names_a_test_or_says_why_none_shows_it(row):
    assert len(row) == len(safety_table.HAZARDS)
    assert all(row)
    assert safety_table.named(row[-1]) or NOT_SHOWN.search(row[-1])
    assert "not shown" not in row[-1] or NOT_SHOWN.search(row[-1])


def test_every_hazard_has_a_number_of_its_own_in_order():
    found = [re.match(r"\*\*([A-I])(\d+)\*\* \S", row[0]) for row in ROWS]
    assert all(found) and len(ROWS) >= 105
    numbers = [(match[1], int(match[2])) for match in found]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: re.sub(r"\W+", "_", row[0])[:40])
def test_the_cells_of_a_hazard_are_short(row):
    for cell in row[:-1]:
        assert len(re.sub(r"\]\([^)]*\)", "", cell)) <= 300


def test_every_piece_of_evidence_in_the_argument_is_part_of_the_safety_case():
    assert set(safety_table.argued(safety_table.ARGUMENT.read_text("utf-8"))) <= set(safety_table.named(TEXT))


def test_a_piece_of_evidence_in_no_file_is_refused():
    with pytest.raises(ValueError, match="test_moon:it_is_full: 0 files"):
        safety_table.argued('[[claim]]\nevidence = ["test_moon:it_is_full"]')


def test_every_rule_that_the_simulator_judges_stands_there_once_and_no_other():
    rules = re.findall(r"^- \*\*([SL]\d+)\*\* \S", TEXT, flags=re.MULTILINE)
    assert rules == [name for name, _, _ in invariants.CHECKS if re.fullmatch(r"[SL]\d+", name)]


@pytest.mark.parametrize("name", [*faults.FAULTS.split(), *codes.CAUSES.split()[1:]])
def test_every_fault_and_every_cause_of_a_shutoff_has_its_place_among_the_hazards(name):
    assert any(f"`{name}`" in cell for row in ROWS for cell in row)


def test_every_component_of_class_b_has_its_verdict():
    verdicts = {row[0]: row[2] for row in safety_table.rows(TEXT, CLASS_B)}
    assert list(verdicts) == COMPONENTS
    assert set(verdicts.values()) <= {"met", "partly", "not met", "not asked"}
    assert ("none is met in full" in TEXT) == ("met" not in verdicts.values())


@pytest.mark.parametrize(
    "sentence",
    ["**a welded contact**", "### The monthly test", "Nothing here is certified", "Only the knob\n   ends it"],
)
def test_what_must_be_said_plainly_is_said(sentence):
    assert sentence in TEXT


# --- how it is read --------------------------------------------------------------------------------------------------


def test_only_the_rows_under_the_right_head_are_read():
    assert [row[0] for row in safety_table.rows(SMALL, safety_table.HAZARDS)] == ["one", "two"]
    assert list(safety_table.rows(SMALL, ("Another", "table"))) == [("of", "no interest")]


def test_a_link_names_a_function_a_file_or_a_scenario_and_each_counts_once():
    assert safety_table.named(SMALL) == [IT_HOLDS, ALL_OF_SMALL, TIME_IS_UP]


@pytest.mark.parametrize("link", ["[is up](scenarios/end/time_is_up.json)", "[names](host_tests/names.py)"])
def test_a_link_into_the_tests_that_names_none_is_refused(link):
    with pytest.raises(ValueError, match="names no test"):
        safety_table.named(f"before {link} after")


# --- and whether it ran ----------------------------------------------------------------------------------------------


def after(*reports):
    """The complaints about a named function, a named file and a named scenario after these reports."""
    ran = safety_table.Ran()
    for report in reports:
        ran.take(*report)
    return safety_table.complaints([IT_HOLDS, ALL_OF_SMALL, TIME_IS_UP], ran.outcomes)


def passed(node):
    return [(node, when, "passed") for when in ("setup", "call", "teardown")]


def test_nothing_is_said_when_all_that_is_named_passed():
    assert after(*passed(f"{IT_HOLDS}[1]"), *passed(f"{IT_HOLDS}[2]"), *passed(TIME_IS_UP)) == []


def test_what_did_not_run_is_named():
    missed = [f"the safety case names {name}, which did not run" for name in (IT_HOLDS, TIME_IS_UP)]
    assert after(*passed(f"{ALL_OF_SMALL}::test_it_holds_well")) == missed


@pytest.mark.parametrize("when", ["setup", "call"])
def test_one_skipped_parameter_is_enough(when):
    skipped = [(f"{IT_HOLDS}[2]", when, "skipped"), (f"{IT_HOLDS}[2]", "teardown", "passed")]
    said = after(*passed(f"{IT_HOLDS}[1]"), *skipped, *passed(TIME_IS_UP))
    assert said == [f"the safety case names {name}: {IT_HOLDS}[2] was skipped" for name in (IT_HOLDS, ALL_OF_SMALL)]


def test_a_test_that_only_was_set_up_did_not_run():
    said = after((IT_HOLDS, "setup", "passed"), *passed(TIME_IS_UP))
    assert said[0] == f"the safety case names {IT_HOLDS}, which did not run"


WHOLE = "def test_it_holds():\n    pass\n"
SKIPPED = f"import pytest\n\n\n@pytest.mark.skip\n{WHOLE}\n\ndef test_other():\n    pass\n"


# What is run: the file, the options of pytest; and then the exit status and what is said.
SESSIONS = {
    "all passed": (WHOLE, [], 0, "1 passed"),
    "passed in one of two processes": (WHOLE, ["-n", "2"], 0, "1 passed"),
    "skipped": (SKIPPED, [], 1, f"{IT_HOLDS} was skipped"),
    "skipped in another process": (SKIPPED, ["-n", "1"], 1, f"{IT_HOLDS} was skipped"),
    "renamed": (WHOLE.replace("holds", "fits"), [], 1, f"the safety case names {IT_HOLDS}, which did not run"),
    "only some by name": (SKIPPED, ["-k", "other"], 0, "1 passed"),
    "only some by mark": (SKIPPED, ["-m", "evidence or not evidence"], 0, "1 passed"),
    "left to another set": (SKIPPED.replace("mark.skip", "mark.long"), [], 0, "1 passed, 1 deselected"),
    "left to no set that is required": (SKIPPED.replace("mark.skip", "mark.evidence"), [], 1, "which did not run"),
    "only one": (SKIPPED, ["host_tests/test_small.py::test_other"], 0, "1 passed"),
}


@pytest.mark.sample(4)
@pytest.mark.parametrize("session", SESSIONS)
def test_a_whole_run_without_a_named_test_is_red_and_a_part_of_it_is_not(session, tmp_path):
    content, options, status, said = SESSIONS[session]
    for name in ("__init__.py", "plugin.py", "watch.py", "docs/__init__.py", "docs/safety_table.py"):
        (tmp_path / "host_tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOST_TESTS / name, tmp_path / "host_tests" / name)
    (tmp_path / "host_tests" / "conftest.py").write_text('pytest_plugins = ["host_tests.plugin"]')
    shutil.copy(safety_table.ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "SAFETY.md").write_text("[it holds](host_tests/test_small.py)")
    (tmp_path / "host_tests" / "test_small.py").write_text(content)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, said in done.stdout) == (status, True), done.stdout + done.stderr
