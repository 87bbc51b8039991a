"""Parameters and attributes with short names do the same as before, and what others ask for by name keeps its own."""

import pytest

from tools.build import share, shrink

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
    assert "timer" not in text["a.py"] and "self" in text["a.py"]


def test_attributes_of_one_object_get_different_names_and_of_two_classes_the_same():
    _, short = share.attributes({"a.py": OBJECTS}, ())
    assert short["minutes"] != short["relays"]
    assert short["chief"] in (short["minutes"], short["relays"])


def test_an_attribute_takes_no_name_that_a_private_one_of_its_object_has():
    text = "class A:\n    def __init__(self):\n        self._a = 1\n        self.long_one = 2\n"
    _, short = share.attributes({"a.py": text}, ())
    assert short == {"long_one": "_b"}


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
