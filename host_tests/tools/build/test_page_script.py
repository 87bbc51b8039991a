"""The page's one script: joined, its texts in lists, its names short."""

import pytest

from tools.build.page import CATALOG, PageError, by_language, joined, short

SCRIPT = """const table = 1;
let found = { inside };
const inside = 2;
const spoken = "a word is spoken";
const shape = !/^(shape|table)$/.test(text) && where[/[/"]table/];
function size(given) { let inner = [...spoken]; return given.size + table + found + inner + shape; }
"""


def test_a_name_becomes_short_but_no_property_no_text_and_no_pattern():
    made = short(SCRIPT)
    for gone in ("const", "table =", "+ table", "found", "let spoken", "...spoken", "let shape", "inner"):
        assert gone not in made, made
    for kept in ("{ inside }", "let inside", '"a word is spoken"', "/^(shape|table)$/", '/[/"]table/', "function size"):
        assert kept in made, made


def test_texts_move_into_a_list_of_each_language_with_their_keys():
    made = by_language({CATALOG: 'export const CATALOG = {"IDLE":["Off","关"]};\n', "texts.js": 'a: ["one", "一"],\n'})
    assert 'const [_english, _chinese, _keys] = ["Off|one".split("|"), "关|一".split("|"), "IDLE|a"' in made["lists"]
    assert made[CATALOG] == "export const CATALOG = _texts;\n" and made["texts.js"] == "\n"


@pytest.mark.parametrize("scripts", [
    {"a.js": 'import { b } from "./b.js";\n', "b.js": ""}, {"a.js": "const x = 1;\n", "b.js": "let x = 2;\n"},
    {"a.js": "export default 1;\n"},
])  # fmt: skip
def test_scripts_that_cannot_be_joined_are_refused(scripts):
    with pytest.raises(PageError):
        joined(scripts)


def test_a_text_with_the_separator_is_refused():
    with pytest.raises(PageError, match="holds"):
        by_language({CATALOG: "CATALOG = {}", "texts.js": 'a: ["one|two", "一"],'})
