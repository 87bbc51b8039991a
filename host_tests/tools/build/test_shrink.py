"""Smaller programs that do the same: what no one calls is left out, scripts become one.

Here: shrink.py, libraries.py, page.py. Not here: that the shrunk firmware behaves like its sources
(test_scenarios.py runs both), what the page shows (test_page.py).
"""

import ast
import gzip
import re

import pytest

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
