"""The tool that breaks the firmware on purpose: which faults it makes, and what it takes for a kill.

Here: mutants.py, mutate.py over a project of two files, and every mutant of the gate and the limits.
Not here: the mutants of all other files, which take minutes (make mutate).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.mutation.mutants import mutants

ROOT = Path(__file__).resolve().parent.parent.parent


def made(source):
    """What becomes of the line of a source that has one, quoted."""
    return {mutant.after for mutant in mutants(source)}


# --- which faults --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source, wanted", [
    ("x = a < b", {"x = a <= b", "x = a >= b"}),
    ("x = a >= b", {"x = a > b", "x = a < b"}),
    ("x = a == b", {"x = a != b"}),
    ("x = a is not None", {"x = a is None"}),
    ("x = a in b", {"x = a not in b"}),
    ("x = 0 <= a < 9", {"x = 0 < a < 9", "x = 0 > a < 9", "x = 0 <= a <= 9", "x = 0 <= a >= 9", "x = -1 <= a < 9",
                        "x = 1 <= a < 9", "x = 0 <= a < 8", "x = 0 <= a < 10"}),
    ("x = a and b", {"x = a or b", "x = True and b", "x = a and True"}),
    ("x = a or b", {"x = a and b", "x = False or b", "x = a or False"}),
    ("x = not a", {"x = a"}),
    ("x = a + b", {"x = a - b"}),
    ("x = a // b", {"x = a * b"}),
    ("x = a << b", {"x = a >> b"}),
    ("x = a & ~b", {"x = a | ~b", "x = a & b"}),
    ("x = min(a, b)", {"x = max(a, b)"}),
    ("x = a if b else c", {"x = a if True else c", "x = a if False else c"}),
    ("x = True", {"x = False"}),
    ("x = -7", {"x = 7", "x = -6", "x = -8"}),
    ("WAIT_MS = 100", {"WAIT_MS = 80", "WAIT_MS = 120"}),
    ("WAIT_MS = 20", {"WAIT_MS = 19", "WAIT_MS = 21"}),
    ("COUNT = 100", {"COUNT = 99", "COUNT = 101"}),
    ("x = 'level'", {"x = 'level?'"}),
    ("x = 'a b c'", {"x = 'b b c'", "x = 'a c c'", "x = 'a b b'"}),
    ("x = (1, 2, 3)", {"x = (2, 3)", "x = (1, 3)", "x = (1, 2)", "x = (0, 2, 3)", "x = (2, 2, 3)", "x = (1, 1, 3)",
                       "x = (1, 3, 3)", "x = (1, 2, 2)", "x = (1, 2, 4)"}),
    ("x = ('a', 'b')", {"x = ('a',)", "x = ('b',)", "x = ('a?', 'b')", "x = ('a', 'b?')"}),
])  # fmt: skip
def test_each_kind_of_expression_has_its_faults(source, wanted):
    assert made(source) == wanted


@pytest.mark.parametrize("source, wanted", [
    ("if a:\n    b()", {"if True:", "if False:", "pass"}),
    ("if a:\n    b()\nelse:\n    c()", {"if True:", "if False:", "pass"}),
    ("while a:\n    b()\n    c()", {"while True:", "while False:", "pass"}),
    ("def f():\n    'Doc.'\n    return a", {"pass", "return None", "return True", "return False"}),
    ("def f():\n    a()\n    return None", {"pass", "return True", "return False"}),
    ("def f():\n    return not a", {"pass", "return True", "return False", "return a"}),
    ("def f():\n    a = b\n    a += c", {"pass", "a -= c"}),
    ("def f():\n    raise E('words for people, 7')", {"pass"}),
    ("try:\n    a()\nexcept BaseException:\n    b()", {"pass", "except Exception:"}),
    ("try:\n    a()\nexcept (A, B):\n    b()", {"pass", "except (A,):", "except (B,):"}),
    ("for a in b:\n    if c:\n        break", {"pass", "if True:", "if False:"}),
    ("print('words')", {"pass"}),
])  # fmt: skip
def test_each_kind_of_statement_has_its_faults(source, wanted):
    assert made(source) == wanted


def test_what_only_a_type_checker_reads_is_left_alone():
    checked = "if TYPE_CHECKING:\n    C = 'c'\n"
    assert made(checked + "class C:\n    a: 'B'\n    b: int | None = 1") == {"b: int | None = 0", "b: int | None = 2"}
    after = made("def f(a: 'A', b: int | None = 1) -> 'B':\n    return a")
    assert {text for text in after if "def" in text} == {f"def f(a: 'A', b: int | None = {n}) -> 'B':" for n in (0, 2)}


def test_a_byte_table_has_every_entry_every_row_and_the_order_of_related_rows_broken():
    table = "T = bytes((\n    _A | _B, GO, 4,\n    _B, GO, 5,\n    _A, STOP, 6,\n))\n"
    after = made(table)
    assert {"(_A | _B) ^ 1 << 0, GO, 4,", "(_A | _B) ^ 1 << 6, GO, 4,", "_A | _B, GO + 1, 4,"} <= after
    assert {"_B, GO, 5 + 1,", "(_A) ^ 1 << 3, STOP, 6,"} <= after
    assert [mutant.before for mutant in mutants(table) if not mutant.after] == [
        "_A | _B, GO, 4,", "_B, GO, 5,", "_A, STOP, 6,"
    ]  # fmt: skip
    assert [(m.before, m.after) for m in mutants(table) if " / " in m.before] == [
        ("_A | _B, GO, 4, / _B, GO, 5,", "_B, GO, 5, / _A | _B, GO, 4,")
    ]
    assert len(after - {""}) == 3 * (7 + 2) + 1


def test_no_mutant_is_the_program_itself_or_another_mutant():
    source = (ROOT / "firmware" / "curfew" / "core" / "safety.py").read_text()
    sources = [mutant.source for mutant in mutants(source)]
    assert source not in sources
    assert len(set(sources)) == len(sources) > 80


def test_a_mutant_is_quoted_with_its_line_and_function_and_without_comments():
    source = "class A:\n    def f(self):\n        if self.x > 3:  # why\n            return 1\n"
    mutant = next(mutant for mutant in mutants(source) if mutant.after == "if self.x >= 3:")
    assert str(mutant) == "3 (A.f): if self.x > 3:  ->  if self.x >= 3:"


def test_faults_that_read_alike_are_reported_apart():
    gone = [mutant for mutant in mutants("def f():\n    a()\n    b()\n    a()\n") if mutant.before == "a()"]
    assert [(mutant.line, mutant.where) for mutant in gone] == [(2, "f"), (4, "f (2)")]


# --- what is a kill ------------------------------------------------------------------------------------------------

GREEN = "from thing import is_high\n\n\ndef test_high():\n    assert is_high(4) and not is_high(3)\n"
THING = "def is_high(x):\n    return x > 3\n"


class Project:
    """One file of firmware with its test, and a list of survivors."""

    def __init__(self, root):
        self.root = root
        for name in ("firmware", "host_tests"):
            (root / name).mkdir()
        (root / "pyproject.toml").write_text("")
        self.write("conftest.py", "import sys\n\nsys.path.insert(0, 'firmware')\n")

    def write(self, name, text):
        (self.root / ("firmware" if name == "thing.py" else "host_tests") / name).write_text(text)

    def mutate(self, *words, survivors=()):
        """The status and all that was said."""
        (self.root / "survivors.json").write_text(json.dumps(survivors))
        code = (
            "import sys; from pathlib import Path; from tools.mutation import mutate; mutate.TIME_MORE_S = 1;"
            "root = Path(sys.argv[1]); tests = {'firmware/thing.py': 'thing'};"
            "sys.exit(mutate.main(sys.argv[2:], root, tests, root / 'survivors.json'))"
        )
        command = [sys.executable, "-c", code, str(self.root), "--jobs", "1", *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path):
    """A project of THING and GREEN."""
    project = Project(tmp_path)
    project.write("thing.py", THING)
    project.write("test_thing.py", GREEN)
    return project


def listed(before, after, where="is_high"):
    return {"file": "firmware/thing.py", "where": where, "before": before, "after": after, "reason": "because"}


def test_tests_that_are_tight_kill_everything(project):
    status, said = project.mutate()
    assert "all: 7 killed, 0 survived, 0 timed out, 0 do not import; 0 listed" in said
    assert status == 0


@pytest.mark.long
def test_a_hole_in_the_tests_is_a_survivor_by_file_line_and_text(project):
    project.write("test_thing.py", GREEN.replace("is_high(3)", "is_high(0)").replace("is_high(4)", "is_high(9)"))
    status, said = project.mutate()
    assert status == 1
    assert "survived: firmware/thing.py:2 (is_high): return x > 3  ->  return x >= 3\n" in said


@pytest.mark.long
def test_a_survivor_that_is_listed_with_its_reason_is_allowed(project):
    project.write("test_thing.py", GREEN.replace("is_high(3)", "is_high(2)"))
    gap = [listed("return x > 3", "return x >= 3"), listed("return x > 3", "return x > 2")]
    assert project.mutate(survivors=gap)[0] == 0
    assert project.mutate(survivors=gap[:1])[0] == 1


@pytest.mark.long
def test_an_entry_that_fits_no_mutant_any_more_is_stale(project):
    status, said = project.mutate(survivors=[listed("return x > 4", "return x >= 4")])
    assert status == 1 and "stale: no such mutant" in said


@pytest.mark.long
def test_an_entry_whose_mutant_dies_is_stale(project):
    status, said = project.mutate(survivors=[listed("return x > 3", "return x >= 3")])
    assert status == 1 and "stale: listed, but killed" in said


def test_nothing_is_judged_by_tests_that_are_red_before(project):
    project.write("test_thing.py", GREEN.replace("is_high(3)", "is_high(5)"))
    status, said = project.mutate()
    assert status == 2 and "not green before" in said


@pytest.mark.sample(2)
@pytest.mark.parametrize("broken", [
    "import os\n\nimport thing\n\nif not thing.is_high(4):\n    os._exit(9)\n\n\ndef test_high():\n    pass\n",
    "import os\n\nimport thing\n\n\ndef test_high():\n    if not thing.is_high(4):\n        os.abort()\n",
    "import pytest\n\nimport thing\n\n\ndef test_high():\n    if not thing.is_high(4):\n        pytest.exit('tired')\n",
    "import thing\n\nassert thing.is_high(4)\n\n\ndef test_high():\n    pass\n",
    "import pytest\n\nimport thing\n\n\n@pytest.fixture\ndef high():\n    assert thing.is_high(4)\n\n\n"
    "def test_high(high):\n    pass\n",
    "import thing\n\n\ndef test_high():\n    if not thing.is_high(4):\n        raise KeyboardInterrupt\n",
], ids=["exit", "abort", "pytest.exit", "collection", "fixture", "Ctrl-C"])  # fmt: skip
def test_a_harness_that_crashes_is_no_kill_and_ends_the_run(project, broken):
    project.write("test_thing.py", broken)
    status, said = project.mutate()
    assert status == 2 and "the harness crashed" in said


@pytest.mark.long
def test_a_file_that_cannot_be_imported_any_more_is_counted_apart(project):
    project.write("thing.py", "SEVEN = int('7')\n")
    project.write("test_thing.py", "from thing import SEVEN\n\n\ndef test_seven():\n    assert SEVEN == 7\n")
    status, said = project.mutate()
    assert "0 killed, 0 survived, 0 timed out, 1 do not import" in said
    assert status == 0


@pytest.mark.long
def test_a_mutant_that_never_ends_is_counted_apart_and_wants_its_reason(project):
    loop = "def f(x):\n    while x > 0:\n        x = x - 1\n    return x\n"
    project.write("thing.py", loop)
    project.write("test_thing.py", "from thing import f\n\n\ndef test_f():\n    assert f(3) == 0\n")
    status, said = project.mutate("--only", "3/99")
    assert status == 1 and "1 timed out" in said
    assert "timed out: firmware/thing.py:2 (f): while x > 0:  ->  while True:" in said
    reason = [listed("while x > 0:", "while True:", "f")]
    assert project.mutate("--only", "3/99", survivors=reason)[0] == 0


def test_a_test_that_was_too_slow_on_a_busy_machine_kills_nothing(project):
    slow = "pytest.fail('not over within 60 s (@pytest.mark.limit): x')"
    test = f"import pytest\n\nimport thing\n\n\ndef test_high():\n    if not thing.is_high(4):\n        {slow}\n"
    project.write("test_thing.py", test)
    status, said = project.mutate()
    assert status == 1 and "0 killed" in said
    assert "timed out: firmware/thing.py:2 (is_high): return x > 3  ->  return False\n" in said


def test_shards_together_are_the_whole(project):
    whole = project.mutate("--list")[1].splitlines()
    assert len(whole) == 7
    counted = [project.mutate("--only", f"{shard}/3")[1] for shard in (1, 2, 3)]
    assert sum(int(said.split("all: ")[1].split()[0]) for said in counted) == 7


def test_a_file_that_is_not_known_is_reported(project):
    status, said = project.mutate("nothing.py")
    assert status == 2 and "firmware/thing.py" in said


# --- the gate and the limits ---------------------------------------------------------------------------------------


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "file, shard", [(file, f"{shard}/4") for file in ("safety.py", "limits.py") for shard in (1, 2, 3, 4)]
)
def test_no_fault_in_the_gate_or_in_a_limit_goes_unnoticed(file, shard):
    command = [sys.executable, "-m", "tools.mutation", file, "--only", shard, "--jobs", "1"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " killed, " in done.stdout
