"""Constants are folded into their users; what cannot be folded is refused.

Not here: that the folded program behaves like its source (test_scenarios.py runs both).
"""

import ast

import pytest

from tools.build import build, fold

LIMITS = """\"\"\"Limits.\"\"\"

TICK_MS = 20
LOW_UV = -1000
A, B, C = 1, 2, 3
(D, E) = (4, 5)
MASK = 1 << A | 1 << C
FAR_MS = TICK_MS * 100
_OWN = 7
NAMES = ("a", "b")
TEXT = "x"
FLAG = True
"""


def user(source):
    """The module curfew.user folded beside curfew.limits."""
    sources = {"curfew.limits": LIMITS, "curfew.user": source}
    return fold.fold("curfew.user", source, fold.collect(sources))


def value_of(folded, name="x"):
    """What a name is after running a folded module that needs no import any more."""
    space = {}
    exec(folded, space)
    return space[name]


# --- what is a constant --------------------------------------------------------------------------------------------


def test_whole_numbers_in_capitals_at_module_level_are_constants():
    known = fold.collect({"curfew.limits": LIMITS})["curfew.limits"]
    assert known == {
        "TICK_MS": 20, "LOW_UV": -1000, "A": 1, "B": 2, "C": 3, "D": 4, "E": 5, "MASK": 0b1010, "FAR_MS": 2000,
        "_OWN": 7,
    }  # fmt: skip


@pytest.mark.parametrize("line", ["x = 1", "Tick = 1", "T_a = 1", "NAMES = (1, 2)", 'S = "x"', "B = True", "N = None",
                                  "L = [1]", "F = 1.0", "X = y", "X = len('abc')"])  # fmt: skip
def test_nothing_else_is(line):
    assert fold.collect({"curfew.user": line})["curfew.user"] == {}


@pytest.mark.parametrize("source", ["def f():\n    TICK = 1\n", "class K:\n    TICK = 1\n", "if True:\n    TICK = 1\n"])
def test_only_the_top_of_a_module_makes_constants(source):
    assert fold.collect({"curfew.user": source})["curfew.user"] == {}


def test_constants_are_made_of_other_modules_constants_in_any_order():
    known = fold.collect({
        "curfew.a": "from curfew import b\nX = b.Y + 1\n",
        "curfew.b": "from curfew.c import Z as W\nY = W * 2\n",
        "curfew.c": "Z = 5\n",
    })  # fmt: skip
    assert (known["curfew.a"], known["curfew.b"]) == ({"X": 11}, {"Y": 10})


def test_a_module_that_is_imported_within_a_function_gives_its_constants_too():
    folded = user("def f():\n    from curfew import limits\n    return limits.TICK_MS\n")
    assert "return 20" in folded


# --- folding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source, value", [
    ("X = 5\nx = X", 5), ("X = -5\nx = X", -5), ("X = -5\nx = 3 - X", 8), ("X = -5\nx = -X", 5),
    ("X = -2\nx = X ** 2", 4),
    ("X, Y = 1, 2\nx = Y", 2), ("(X, Y) = (1, 2)\nx = Y", 2), ("(\n    X,\n    Y,\n) = (\n    1,\n    2,\n)\nx = Y", 2),
    ("X = 1\nY = X + 1\nx = (X, Y)", (1, 2)), ("X = 3\nx = [X for _ in range(X)]", [3, 3, 3]),
    ("X = 3\ndef f(a=X):\n    return a\nx = f()", 3), ("X = 3\nx = {X: X}", {3: 3}), ("X = 3\nx = 'X'", "X"),
    ("X = 3\nx = (lambda: X)()", 3), ("X = 3\n\n\nclass K:\n    y = X\nx = K.y", 3),
    ("X = 0x7FFF\nx = X", 32767), ("X = 1 << 3 | 1\nx = X", 9), ("XY = 1\nX = 2\nx = XY + X", 3),
])  # fmt: skip
def test_a_constant_of_the_file_is_put_in_as_a_literal(source, value):
    folded = user(source)
    names = {node.id for node in ast.walk(ast.parse(folded)) if isinstance(node, ast.Name)}
    assert not names & {"X", "Y", "XY"}
    assert value_of(folded) == value


@pytest.mark.parametrize("source", [
    "from curfew import limits\nx = limits.TICK_MS", "from curfew.limits import TICK_MS\nx = TICK_MS",
    "from curfew.limits import TICK_MS as T\nx = T", "from curfew import limits as l\nx = l.TICK_MS",
    "from curfew.limits import (\n    LOW_UV,\n    TICK_MS,\n)\nx = TICK_MS",
    "from curfew.limits import A, TICK_MS\n\n\ndef f():\n    return TICK_MS\n\n\nx = f()",
])  # fmt: skip
def test_a_constant_of_another_file_is_put_in_and_its_import_is_gone(source):
    folded = user(source)
    assert "limits" not in folded
    assert value_of(folded) == 20


def test_a_negative_constant_keeps_its_meaning_beside_operators():
    terms = "5 - limits.LOW_UV, limits.LOW_UV ** 2, -limits.LOW_UV, limits.LOW_UV // 7"
    assert value_of(user(f"from curfew import limits\nx = [{terms}]")) == [1005, 1_000_000, 1000, -143]


def test_what_is_no_constant_is_still_imported():
    imports = "from curfew.limits import NAMES, TICK_MS\nfrom curfew import limits\n"
    folded = user(imports + "x = limits.TEXT, NAMES, TICK_MS")
    assert "from curfew.limits import NAMES" in folded
    assert "from curfew import limits" in folded
    assert "limits.TEXT, NAMES, 20" in folded
    assert "TICK_MS" not in folded


def test_a_module_that_is_handed_on_whole_is_still_imported():
    assert "from curfew import limits" in user("from curfew import limits\nx = limits.TICK_MS\ny = limits")


def test_other_imports_are_left_alone():
    source = "import json\nfrom array import array\nx = array('i', [1])\n"
    assert user(source) == source


def test_several_constants_on_one_line_and_one_over_several_lines():
    terms = "limits.A, limits.B, limits.TICK_MS, (limits.LOW_UV +\n  limits.C), limits.D"
    assert value_of(user(f"from curfew import limits\nx = [{terms}]\n")) == [1, 2, 20, -997, 4]


def test_annotations_and_what_only_they_import_are_dropped():
    source = "from typing import Any\nfrom curfew.limits import NAMES\n\nX: int = 3\n\n\n"
    source += "class K:\n    y: NAMES\n\n    def f(self, a: Any, *, b: int = X) -> 'K':\n"
    source += "        z: int = a + b\n        return z\n"
    folded = user(source + "\n\nx = K().f(1)\n")
    assert "NAMES" not in folded and "Any" not in folded and "int" not in folded
    assert value_of(folded) == 4


def test_a_table_of_constants_becomes_one_literal():
    assert user("from curfew import limits\nX = 3\nT = bytes((X, limits.A))\n") == "T = b'\\x03\\x01'\n"


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [
    "X = 1\n\n\ndef f():\n    X = 2\n", "X = 1\n\n\ndef f():\n    global X\n    X = 2\n",
    "X = 1\nfor X in (1, 2):\n    pass\n",
    "X = 1\n\n\ndef f():\n    X += 1\n", "X = 1\nX += 1\n", "X = 1\ndel X\n", "X = 1\nwith open('f') as X:\n    pass\n",
    "X = 1\ny = [X for X in (1, 2)]\n", "X = 1\n(X := 2)\n",
    "from curfew.limits import TICK_MS\n\n\ndef f():\n    TICK_MS = 1\n",
])  # fmt: skip
def test_an_assignment_to_a_constant_is_refused_with_its_place(source):
    with pytest.raises(fold.FoldError, match=r"curfew\.user:\d+: "):
        user(source)


@pytest.mark.parametrize("source", ["X = 1\n\n\ndef f(X):\n    return X\n", "X = 1\ny = lambda X: X\n",
                                    "X = 1\n\n\ndef f(*, X=2):\n    return X\n"])  # fmt: skip
def test_an_argument_that_hides_a_constant_is_refused(source):
    with pytest.raises(fold.FoldError, match="hides a constant"):
        user(source)


def test_a_constant_of_another_module_cannot_be_assigned_to():
    with pytest.raises(fold.FoldError):
        user("from curfew import limits\nlimits.TICK_MS = 5\n")


# --- the firmware itself -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folded():
    return build.folded_sources()


def test_every_module_of_the_firmware_can_be_folded_and_compiled(folded):
    assert {"curfew.core.burner", "curfew.core.safety", "curfew.hardware.board"} <= set(folded)
    for name, text in folded.items():
        compile(text, name, "exec")


def test_folding_twice_changes_nothing(folded):
    known = fold.collect(folded)
    assert {name: fold.fold(name, text, known) for name, text in folded.items()} == folded


def test_no_constant_is_looked_up_on_the_chip(folded):
    known = fold.collect({build.module_name(path): path.read_text() for path in build.FIRMWARE.glob("curfew/**/*.py")})
    for name, text in folded.items():
        for node in ast.walk(ast.parse(text)) if name in known else ():
            if isinstance(node, ast.Name):
                assert node.id not in known[name], f"{name}:{node.lineno}: {node.id}"
