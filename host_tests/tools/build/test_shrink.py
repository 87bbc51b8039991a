"""Smaller programs that do the same: what no one calls is left out, private names become short, scripts become one.

Here: shrink.py, libraries.py, page.py. Not here: that the shrunk firmware behaves like its sources
(test_scenarios.py runs both), what the page shows (test_page.py).
"""

import ast
import gzip
import json
import re

import pytest

from simulator.run import BOARD, check_build
from tools.build import libraries, page, shrink

SOURCE = '''"""A library."""

from far import away, near

USED = 1
SPARE = 2


class Door:
    """A door."""

    @property
    def wide(self):
        return True

    def narrow(self):
        return False


def spare():
    return SPARE


def used():
    return near
'''


def names(text):
    return {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


# --- leaving out ---------------------------------------------------------------------------------------------------


def test_a_definition_that_is_left_out_is_gone():
    smaller = shrink.without(SOURCE, ("spare", "SPARE", "Door.wide", "away"))
    assert names(smaller) == {"Door", "narrow", "used"}
    assert "SPARE" not in smaller and "away" not in smaller and "property" not in smaller and "import near" in smaller


def test_a_body_of_which_nothing_is_left_is_still_one():
    made = shrink.without("class Door:\n    def wide(self):\n        return 1\n", ("Door.wide",))
    exec(made, {})


def test_an_import_of_which_nothing_is_left_is_gone():
    assert "far" not in shrink.without(SOURCE, ("away", "near", "used"))


@pytest.mark.parametrize("name", ["sparse", "Door.wider", "Gate", "Gate.wide"])
def test_what_is_not_there_cannot_be_left_out_a_new_release_is_read_anew(name):
    with pytest.raises(shrink.ShrinkError, match=re.escape(name)):
        shrink.without(SOURCE, (name,))


# --- short names ---------------------------------------------------------------------------------------------------


def short(**sources):
    """What becomes of files."""
    return shrink.shortened({name: text + "\n" for name, text in sources.items()})[0]


def test_a_private_name_becomes_a_short_one_wherever_it_stands():
    text = "_LIMIT = 3\n\n\ndef _far(x):\n    return f'{x._near + _LIMIT}'\n\n\nprint(_far)"
    assert short(a=text)["a"] == "_b = 3\n\ndef _a(x):\n    return f'{x._c + _b}'\nprint(_a)\n"


def test_files_share_the_same_few_names():
    made = short(a="_one = 1", b="_two = 2")
    assert made == {"a": "_a = 1\n", "b": "_a = 2\n"}


@pytest.mark.parametrize(
    "kept", ["public = 1", "__init__ = 1", "import _thread", "from x import _y", "_z = 1\ng(x, '_z')", "_ = 1"]
)
def test_what_other_code_may_ask_for_by_name_keeps_it(kept):
    assert short(a=kept)["a"] == kept + "\n"


def test_a_private_name_that_two_files_use_keeps_it():
    files = {"a": "x._inner = 1", "b": "y._inner = 2"}
    assert short(**files) == {name: text + "\n" for name, text in files.items()}


def test_a_class_made_of_another_file_s_takes_none_of_its_names():
    made = short(a="class A:\n    _x = 1\n    _y = 2", b="from a import A\n\n\nclass B(A):\n    _z = 3")
    assert "_a = 1" in made["a"] and "_b = 2" in made["a"] and "_c = 3" in made["b"]


def test_a_short_name_that_a_file_already_has_is_not_given_again():
    made = short(a="_a = 1\n_long = 2\nprint(_a)", b="_a = 3\n_other = 4")
    assert "_long" not in made["a"] and made["a"].count("_a") == 2 and made["b"].count("_a") == 1


def test_the_long_names_are_reported():
    _, reported = shrink.shortened({"a": "_limit = 1\n"})
    assert reported == {"a": {"_a": "_limit"}}


def test_every_short_name_of_the_firmware_stands_for_one_long_one():
    check_build()
    reported = json.loads(BOARD.with_suffix(".names.json").read_text())
    assert reported["curfew/bundles/core.py"]["_a"].startswith("_")
    assert reported.pop("")["remaining_ms"].startswith("_")
    for file, found in reported.items():
        assert len(set(found.values())) == len(found), file


# --- the libraries -------------------------------------------------------------------------------------------------


def test_every_pinned_library_is_one_that_the_firmware_has_and_the_other_way_round():
    pinned = {
        line.split("==")[0].replace("-", "_") for line in libraries.PINNED.read_text().splitlines() if "==" in line
    }
    fetched = {path.name.split("-")[0] for path in libraries.FETCHED.glob("*.dist-info")}
    assert pinned == fetched
    used = {name.split("/")[0].lower() for name in libraries.NEEDED}
    for name in pinned:
        files = next(libraries.FETCHED.glob(f"{name}-*.dist-info")) / "RECORD"
        assert used & {line.split("/")[0].lower() for line in files.read_text().splitlines()}, name


def test_a_library_that_was_not_fetched_is_reported_with_the_way_out(tmp_path):
    with pytest.raises(libraries.LibraryError, match="run `make build`"):
        libraries.sources(tmp_path)


# --- the page ------------------------------------------------------------------------------------------------------


def test_the_page_is_five_files_and_at_most_32_kb(tmp_path):
    sizes = page.build(tmp_path)
    assert sorted(sizes) == [
        "app.js.gz", "icon.png.gz", "index.html.gz", "manifest.webmanifest.gz", "style.css.gz"
    ]  # fmt: skip
    assert sum(sizes.values()) <= 32 * 1024
    index = gzip.decompress((tmp_path / "index.html.gz").read_bytes()).decode()
    asked = set(re.findall(r'(?:src|href)="([^":#]+)"', index))
    assert asked == {"app.js", "icon.png", "manifest.webmanifest", "style.css"}


def test_equal_pages_make_equal_bytes(tmp_path):
    page.build(tmp_path / "a")
    page.build(tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_scripts_become_one_without_imports():
    made = page.joined({"a.js": "export const x = 1;\n", "b.js": 'import { x } from "./a.js";\nconst y = x;\n'})
    assert made == "// a.js\nconst x = 1;\n// b.js\nconst y = x;\n"


@pytest.mark.parametrize(
    ("scripts", "why"),
    [
        ({"a.js": "let x = 1;\n", "b.js": "function x() {}\n"}, "both have a x"),
        ({"b.js": 'import { x } from "./a.js";\n', "a.js": "export let x = 1;\n"}, "does not come before"),
        ({"a.js": "export default 1;\nexport * from './b.js';\n", "b.js": ""}, "not understood"),
        ({"a.js": "import './b.js';\n"}, "not understood"),
    ],
)
def test_scripts_that_cannot_be_joined_are_refused(scripts, why):
    with pytest.raises(page.PageError, match=why):
        page.joined(scripts)
