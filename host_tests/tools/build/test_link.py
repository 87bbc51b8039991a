"""Modules that live together become one, and what they say to each other stays the same.

Here: link.py on small programs, and that the compiled firmware is linked. Not here: that it behaves like its
sources (test_scenarios.py runs both).
"""

import pytest

from simulator.run import COMPILED, check_build
from tools.build import build, link

A = "import gc\nfrom array import array\n\nPATH = 'a.txt'\n\ndef lines(path):\n    return [path, gc, array]\n"
B = """
import gc
from curfew import a
from curfew import a as other
from curfew.a import lines as rows, PATH
from curfew.far import away

class Keeper:
    def read(self, a_path):
        return a.lines(other.PATH) + rows(PATH) + rows(a_path) + [away]

    def shade(self, a):
        return a.lines
"""
C = """
from curfew import b
from curfew.a import PATH

def late():
    from curfew.b import Keeper
    return Keeper, b.Keeper, PATH
"""
GROUP = "from curfew import a, b\n"


def linked(groups=("curfew.whole",), **texts):
    """The modules after linking; those named in `whole` become one."""
    sources = {f"curfew.{name}": text for name, text in texts.items()}
    return link.linked(sources, {group: link.members_of(sources[group]) for group in groups})


def run(text, **given):
    """The names that a linked module makes, with modules that are not there replaced."""
    lines = [line for line in text.splitlines() if not line.startswith("from curfew")]
    names = dict(given)
    exec("\n".join(lines), names)
    return names


def test_members_become_one_module_and_call_each_other_by_name():
    found = linked(whole=GROUP, a=A, b=B, far="away = 7\n")
    assert sorted(found) == ["curfew.far", "curfew.whole"]
    names = run(found["curfew.whole"], away=7)
    assert names["Keeper"]().read("x")[::3] == ["a.txt", "a.txt", "x", 7]


def test_an_argument_that_is_called_like_a_module_stays_an_argument():
    names = run(linked(whole=GROUP, a=A, b=B)["curfew.whole"], away=7)
    assert names["Keeper"]().shade(type("Other", (), {"lines": 5})) == 5


def test_what_stands_outside_imports_from_the_whole():
    text = linked(whole=GROUP, a=A, b=B, c=C)["curfew.c"]
    assert "from curfew import whole as b" in text
    assert "from curfew.whole import PATH" in text and "from curfew.whole import Keeper" in text
    assert "curfew.a" not in text and "curfew.b" not in text


def test_an_import_that_two_members_share_is_there_once():
    text = linked(whole=GROUP, a=A, b=B)["curfew.whole"]
    assert text.count("import gc") == 1


def test_an_import_that_a_member_makes_late_from_another_is_none_any_more():
    text = linked(whole="from curfew import a, b, c\n", a=A, b=B, c=C)["curfew.whole"]
    names = run(text, away=7)
    assert names["late"]() == (names["Keeper"], names["Keeper"], "a.txt")


def test_a_library_s_own_imports_stay_as_they_are():
    text = "from .inner import Thing"
    assert linked(whole=GROUP, a=A, b=B, c=text)["curfew.c"] == text


def test_a_group_may_lie_in_a_package_below():
    found = linked(
        ("curfew.deep.whole",),
        **{"deep.whole": "from curfew.deep import a\n", "deep.a": A, "b": "from curfew.deep import a\n"},
    )
    assert found["curfew.b"].strip() == "from curfew.deep import whole as a"


@pytest.mark.parametrize(
    "texts, message",
    [
        ({"whole": "from curfew import a, none\n"}, "no module curfew.none"),
        ({"b": "def lines(): pass\n"}, "curfew.b: lines is also a name of curfew.a"),
        ({"b": "from time import lines\n"}, "curfew.b: lines is also a name of curfew.a"),
        ({"b": "def open(): pass\n"}, "curfew.b: open would hide MicroPython's own"),
        ({"b": "from curfew import a\na.PATH = 'b'\n"}, "curfew.b:2: sets PATH of a module that is one with this"),
        ({"b": "from curfew import a\nuse(a)\n"}, "curfew.b:2: a is no module of its own"),
        ({"b": "from curfew import a\ndef f(lines):\n    a.lines()\n"}, "curfew.b:3: lines is local here"),
        ({"b": "forget('a')\n"}, "curfew.b: forgets a, which is one with others"),
        ({"b": "", "c": "forget('a')\n"}, "curfew.c: forgets a, which is one with others"),
    ],
)  # fmt: skip
def test_what_cannot_be_one_is_refused_with_its_name_and_reason(texts, message):
    with pytest.raises(link.LinkError, match=message.replace(".", r"\.")):
        linked(**{"whole": GROUP, "a": A, **texts})


def test_the_compiled_firmware_has_one_file_for_each_group_and_none_for_a_member():
    check_build()
    for group in build.GROUPS:
        path = build.FIRMWARE / (group.replace(".", "/") + ".py")
        assert (COMPILED / path.relative_to(build.FIRMWARE).with_suffix(".mpy")).exists()
        for member in link.members_of(path.read_text()):
            assert not (COMPILED / f"{member.replace('.', '/')}.mpy").exists()


def test_no_module_of_the_firmware_belongs_to_two_groups():
    members = [
        name
        for group in build.GROUPS
        for name in link.members_of((build.FIRMWARE / (group.replace(".", "/") + ".py")).read_text())
    ]
    assert len(members) == len(set(members)) > 30
