"""A program with short names does the same as before, and what others ask for by name keeps its own."""

import asyncio
import sys
from types import ModuleType

import pytest

from tools.build import rename, share, shrink

OBJECTS = """
class Stove:
    def __init__(self, relays, timer=3):
        self.relays = relays
        self.minutes = timer

    def add(self, minutes):
        self.minutes = self.minutes + minutes
        return [relays + minutes for relays in self.relays]


class Clock:
    def __init__(self, stove):
        self.chief = stove

    def left(self):
        return self.chief.minutes
"""


def run(text):
    """The names of a program after it has run."""
    names = {}
    exec(compile(text, "shared", "exec"), names)
    return names


def test_a_program_does_the_same_with_shorter_names():
    text, short = share.attributes(share.parameters({"a.py": OBJECTS}, ()), ())
    names = run(text["a.py"])
    stove = names["Stove"]([1, 2])
    assert stove.add(4) == [5, 6] and names["Clock"](stove).left() == 7
    assert sorted(short) == ["chief", "minutes", "relays"]
    assert "timer" not in text["a.py"] and "self" not in text["a.py"]


def test_attributes_of_one_object_get_different_names_and_of_two_classes_the_same():
    _, short = share.attributes({"a.py": OBJECTS}, ())
    assert short["minutes"] != short["relays"]
    assert short["chief"] in (short["minutes"], short["relays"])


def test_an_attribute_takes_no_name_that_its_object_has_already():
    text = "class A:\n    def __init__(self):\n        self._a = 1\n        self.long_one = self._long_two = 2\n"
    _, short = share.attributes({"a.py": text}, ())
    assert short == {"_long_two": "_b", "long_one": "_c"}


def test_a_private_name_is_for_no_one_outside_and_one_in_a_text_stays():
    text = "class A:\n    def __init__(self):\n        self._state = self._kept = 1\n\n\nprint('_kept')\n"
    assert "_state" in dir(asyncio.Future)
    assert share.attributes({"a.py": text}, ())[1] == {"_state": "_a"}


def test_an_object_has_what_its_class_inherits():
    text = (
        "class A:\n    def f(self):\n        self.first = 1\nclass B(A):\n    def g(self):\n        self.second = 2\n"
    )
    _, short = share.attributes({"a.py": text}, ())
    assert len(set(short.values())) == 2


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("TABLE = {'minutes': 1}", "minutes"),  # a text: a key, or an argument of getattr
        ("minutes = 3", "minutes"),  # of the module too
        ("f = dict\nf(relays=1)", "relays"),
        ("def later(box):\n    box.owned = 1", "owned"),  # its owner is unknown
    ],
)
def test_what_means_something_else_too_stays(line, name):
    text, short = share.attributes({"a.py": OBJECTS + line + "\n"}, ())
    assert name not in short and name in text["a.py"]


@pytest.mark.parametrize("name", ["close", "sleep_ms", "errno", "append", "readinto"])
def test_a_name_that_an_object_of_a_library_may_have_stays(name):
    text = f"class A:\n    def __init__(self):\n        self.{name} = 1\n"
    assert share.attributes({"a.py": text}, ())[1] == {}


@pytest.mark.parametrize(
    "body",
    [
        "    return [given for given in given]",
        "    def inner(given):\n        return given\n    return inner(given)",
        "    try:\n        return given\n    except ValueError as given:\n        raise",
        "    import os as given\n    return given",
        "    return (lambda given: given)(given)",
    ],
)
def test_a_parameter_that_is_bound_again_within_stays(body):
    text = share.parameters({"a.py": f"def outer(given):\n{body}\n"}, ())["a.py"]
    assert "def outer(given)" in text


def test_a_parameter_hides_no_name_that_its_function_uses():
    text = "_a = 7\n\ndef scaled(value):\n    return value * _a\n\nresult = scaled(3)\n"
    made = share.parameters({"a.py": text}, ())["a.py"]
    assert "def scaled(_b)" in made and run(made)["result"] == 21


@pytest.mark.parametrize("kept", [(), ("value",)])
def test_a_parameter_that_is_named_in_a_call_stays(kept):
    text = "def f(value):\n    return value\n" + ("" if kept else "f(value=1)\n")
    assert "def f(value)" in share.parameters({"a.py": text}, kept)["a.py"]


def test_a_default_is_evaluated_outside():
    text = "size = 3\n\ndef f(size=size):\n    return size\n\nresult = f()\n"
    assert run(share.parameters({"a.py": text}, ())["a.py"])["result"] == 3


def test_what_looks_at_the_program_from_outside_is_found():
    found = share.outside()
    assert {"main", "snapshot", "post_off", "controller", "Loop"} <= found
    assert {"idf_heap_info", "isconnected", "osdebug", "settimeout"} <= found  # what only a chip has


def test_a_build_without_what_looks_from_outside_is_refused(tmp_path):
    with pytest.raises(shrink.ShrinkError, match="nothing there"):
        share.outside(tmp_path)


# --- methods, functions and classes (rename.py) -------------------------------------------------------------------

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


def run_both(texts):
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
    before = run_both(sources)["result"]
    texts, short = rename.definitions(sources, ["result"])
    assert run_both(texts)["result"] == before == ([29, 29], 9, 9)
    assert {"Stove", "Kitchen", "lengthen", "remaining", "opened", "limited", "cooked", "LONGEST"} <= set(short)


def test_methods_of_two_classes_share_a_name_and_those_of_one_do_not():
    _, short = rename.definitions({"stove.py": STOVE}, ())
    assert short["opened"] in (short["lengthen"], short["remaining"], short["started"])
    assert len({short["lengthen"], short["remaining"], short["started"]}) == 3


def test_what_a_module_defines_gets_names_that_no_function_uses_beside_it():
    text = "def outer(_a):\n    return inner(_a)\n\n\ndef inner(_b):\n    return _b\n"
    texts, short = rename.definitions({"stove.py": text}, ())
    names = {}
    exec(texts["stove.py"], names)
    assert short["inner"] not in ("_a", "_b") and names[short["outer"]](5) == 5


def test_a_method_takes_no_name_that_a_base_class_gives():
    text = "class A:\n    def first(self):\n        pass\n\n\nclass B(A):\n    def second(self):\n        pass\n"
    _, short = rename.definitions({"stove.py": text}, ())
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
def test_a_method_that_means_something_else_too_stays(line, name):
    texts, short = rename.definitions({"stove.py": STOVE + line + "\n"}, ())
    assert name not in short and name in texts["stove.py"]


@pytest.mark.parametrize("name", ["close", "sleep_ms", "append", "readinto"])
def test_a_method_that_an_object_of_a_library_may_have_stays(name):
    assert rename.definitions({"stove.py": f"class A:\n    def {name}(self):\n        pass\n"}, ())[1] == {}


def test_a_private_definition_becomes_short_wherever_it_stands():
    text = "_LIMIT = 3\n\n\nclass _Far:\n    __slots__ = ()\n\n    def _near(self):\n        return f'{_LIMIT}'\n"
    texts, short = rename.definitions({"stove.py": text}, ())
    assert sorted(short) == ["_Far", "_LIMIT", "_near"] and "__slots__" in texts["stove.py"]
    names = {}
    exec(texts["stove.py"], names)
    assert getattr(names[short["_Far"]](), short["_near"])() == "3"


@pytest.mark.parametrize("kept", ["__init__ = 1", "import _thread", "from x import _inner", "_ = 1"])
def test_what_the_language_or_a_library_asks_for_stays(kept):
    assert rename.definitions({"a.py": kept + "\n"}, ())[0]["a.py"] == kept + "\n"


def test_names_that_others_use_stay():
    texts, short = rename.definitions({"stove.py": STOVE}, ["limited"])
    assert "limited" not in short and "def limited" in texts["stove.py"]
