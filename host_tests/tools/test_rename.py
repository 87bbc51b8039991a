"""Methods, functions and classes with short names do the same as before; what others ask for by name keeps its own."""

import sys
from types import ModuleType

import pytest

from tools.build import rename

STOVE = """
LONGEST = 9


class Stove:
    started = 0

    def __init__(self):
        self.minutes = 1

    def lengthen(self, longer):
        Stove.started = longer
        self.minutes = limited(self.minutes + longer)
        return self

    def remaining(self):
        return self.minutes + Stove.started


class Kitchen:
    def opened(self):
        return Stove()


def limited(minutes):
    return min(minutes, LONGEST)
"""
USER = """
from stove import Kitchen, Stove as Cooker
import stove


def cooked(minutes):
    return [one.lengthen(minutes).remaining() for one in (Kitchen().opened(), Cooker())]


result = (cooked(20), stove.limited(30), stove.LONGEST)
"""


def run(texts):
    """The names of the second program, which imports the first one."""
    stove = ModuleType("stove")
    exec(compile(texts["stove.py"], "stove", "exec"), stove.__dict__)
    sys.modules["stove"] = stove
    try:
        names = {}
        exec(compile(texts["user.py"], "user", "exec"), names)
    finally:
        del sys.modules["stove"]
    return names


def test_two_programs_do_the_same_with_shorter_names():
    sources = {"stove.py": STOVE, "user.py": USER}
    before = run(sources)["result"]
    texts, short = rename.publics(sources, ["result"])
    assert run(texts)["result"] == before == ([29, 29], 9, 9)
    assert {"Stove", "Kitchen", "lengthen", "remaining", "opened", "limited", "cooked", "LONGEST"} <= set(short)


def test_methods_of_two_classes_share_a_name_and_those_of_one_do_not():
    _, short = rename.publics({"stove.py": STOVE}, ())
    assert short["opened"] in (short["lengthen"], short["remaining"], short["started"])
    assert len({short["lengthen"], short["remaining"], short["started"]}) == 3


def test_what_a_module_defines_gets_names_that_no_function_uses_beside_it():
    text = "def outer(_a):\n    return inner(_a)\n\n\ndef inner(_b):\n    return _b\n"
    texts, short = rename.publics({"stove.py": text}, ())
    names = {}
    exec(texts["stove.py"], names)
    assert short["inner"] not in ("_a", "_b") and names[short["outer"]](5) == 5


def test_a_method_takes_no_name_that_a_base_class_gives():
    text = "class A:\n    def first(self):\n        pass\n\n\nclass B(A):\n    def second(self):\n        pass\n"
    _, short = rename.publics({"stove.py": text}, ())
    assert short["first"] != short["second"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("TABLE = {'limited': 1}", "limited"),  # a text: a key, or an argument of getattr
        ("found = dict(remaining=1)", "remaining"),  # a keyword
        ("class Failed(Exception):\n    pass", "Failed"),  # the log tells its name
        ("from machine import lengthen", "lengthen"),  # not ours
    ],
)
def test_what_means_something_else_too_stays(line, name):
    texts, short = rename.publics({"stove.py": STOVE + line + "\n"}, ())
    assert name not in short and name in texts["stove.py"]


@pytest.mark.parametrize("name", ["close", "sleep_ms", "append", "readinto"])
def test_a_name_that_an_object_of_a_library_may_have_stays(name):
    assert rename.publics({"stove.py": f"class A:\n    def {name}(self):\n        pass\n"}, ())[1] == {}


def test_names_that_others_use_stay():
    texts, short = rename.publics({"stove.py": STOVE}, ["limited"])
    assert "limited" not in short and "def limited" in texts["stove.py"]
