"""Words that this project does not use, and what to write instead, in everything that a person reads.

A checked Markdown file is read without code, links to tests and generated parts; a Python file by its docstrings and
comments; any other file as it is. An exception names its file and the words; keep the list short.
"""

import ast
import io
import re
import tokenize

import pytest

from docs.generator import ROOT

# Paths whose text is checked; a folder means every text file in it. Chinese: test_chinese.py.
CHECKED = [
    "README.md", "SAFETY.md", "CHANGELOG.md", "CONTRIBUTING.md", "mkdocs.yml", "Makefile", "docs", "benchmarks",
    "catalog.py", "catalog.toml", "firmware", "host_tests", "render", "scenarios", "simulator", "tools", "wiring",
]  # fmt: skip
OWN = ("test_words.py", "LICENSE")  # the words themselves
CHINESE = (".zh.md", ".zh-CN.md", "test_chinese.py")
SUFFIXES = (".md", ".py", ".js", ".html", ".css", ".yml", ".yaml", ".toml", ".txt", ".json")

INSTEAD = {  # pattern: what to write
    r"afar": "remote",
    r"whoever|somebody|nobody": "the user, a person, someone, no one; or say who",
    r"mend(s|ed|ing)?": "fix, repair",
    r"the box(es)?|box's|a box": "the controller; device in code; enclosure for the case",
    r"lets? go|letting go": "drops out (magnet), release (knob)",
    r"wants? looking( after)?": "needs service",
    r"made of numbers": "simulated",
    r"whole story|honest numbers": "all stages; say what was measured",
    r"puts? everything away": "Press Ctrl-C to stop",
    r"within reach": "remote access",
    r"hand on the (stove|knob|box)|a hand must": "a person at the stove",
    r"(a|the|first|next|every|each) lightings?|lightings": "ignition",
    r"(the|an|this|one|every|last|next|each) (opening|closing)s?|openings|closings": "shut-off",
    r"gas (is |stays |goes |was )?(open|closed|closes)|closes? the gas|opens? the gas": "gas on, gas off",
    r"(is|are|was|were) told|tells of|is made of|what is found": "use a verb: reports, says, consists of",
    r"pretend(ed|s|ing)?|stand-ins?": "virtual, fake",
    r"on trial|proved? itself|proves itself": "pending, confirmed",
    r"keeper|household": "persistence, runner",
    r"the peer|peers?": "baseline",
    r"rest time": "reclose delay",
    r"random cooks?|a cook|cooks": "run, burn",
    r"dinner": "cooking",
    r"sent away|sends? away": "rejected, closed",
    r"tongues?": "language",
    r"rubbish": "malformed input, garbage",
    r"doors?": "interface, authentication",
    r"ionis\w+|behaviour\w*|colour\w*|draughts?|licence|metres?|labelled|neighbour\w*": "American spelling",
    r"no \w+ is no \w+|is not no \w+": "say it without the double negation",
    r"as (he|she) |his |her ": "they, or say who",
}
ALLOWED = {  # file: words that may stand there, with the reason
    "docs/connect/home-assistant.md": {"close the gas", "open the gas"}  # what one says to a speaker
}
_TEST_LINK = re.compile(r"\[[^\]]*\]\((?:\.\./)*(?:host_tests|scenarios)/[^)]*\)")


def files():
    """Every file whose text is checked, each once."""
    for name in CHECKED:
        path = ROOT / name
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        found = [file for file in found if file.suffix in SUFFIXES or file.name == "Makefile"]
        yield from (file for file in found if not file.name.endswith(CHINESE + OWN))


def in_markdown(text):
    """The prose of a document."""
    text = re.sub(r"<!-- generated: (.+?) -->.*?<!-- end: \1 -->", "", text, flags=re.DOTALL)
    text = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = _TEST_LINK.sub("", text)
    return re.sub(r"`[^`\n]*`|\]\([^)\s]*\)", " ", text)


def statements(node):
    """A node of a tree and all below it that are no expressions."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield from statements(child)


def in_python(text):
    """The docstrings and comments of a module, and the names of its tests, which are sentences."""
    nodes = list(statements(ast.parse(text)))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [ast.get_docstring(node) or "" for node in nodes if isinstance(node, documented)]
    found += [n.name.replace("_", " ") for n in nodes if str(getattr(n, "name", "")).startswith("test_")]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return "\n".join([*found, *(token.string for token in tokens if token.type == tokenize.COMMENT)])


def prose_of(path):
    """What a person reads in a file."""
    text = path.read_text("utf-8")
    return {".md": in_markdown, ".py": in_python}.get(path.suffix, str)(text)


def wrong_words(text, patterns):
    """The words of a text that match a pattern, each with what to write instead."""
    for pattern, better in patterns.items():
        for match in re.finditer(rf"\b(?:{pattern})\b", text, flags=re.IGNORECASE):
            yield match[0], better


@pytest.mark.parametrize("path", list(files()), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_text_uses_only_words_of_this_project(path):
    name = path.relative_to(ROOT).as_posix()
    allowed = ALLOWED.get(name, set())
    found = wrong_words(prose_of(path), INSTEAD)
    wrong = [f"{word!r}: write {better}" for word, better in found if word.lower() not in allowed]
    assert not wrong, f"{name}: " + "; ".join(dict.fromkeys(wrong))


@pytest.mark.parametrize(("text", "word"), [
    ("Turn it off from afar.", "afar"), ("The box beeps.", "The box"), ("The magnet lets go.", "lets go"),
    ("At the next lighting.", "next lighting"), ("# The last closing", "last closing"),
])  # fmt: skip
def test_a_wrong_word_is_found(text, word):
    assert [found for found, _ in wrong_words(in_markdown(text), INSTEAD)] == [word]


@pytest.mark.parametrize("text", [
    "`LET_GO` and `the box` as code", "```\nthe box\n```", "[the box opens](../host_tests/test_gate.py)",
    "<!-- generated: x -->\nthe box\n<!-- end: x -->", "The valve drops out.",
])  # fmt: skip
def test_code_test_names_and_generated_parts_are_not_prose(text):
    assert not list(wrong_words(in_markdown(text), INSTEAD))


def test_of_a_python_file_only_docstrings_and_comments_are_prose():
    text = in_python('"""The box."""\nbox = "afar"  # whoever\n')
    assert [found for found, _ in wrong_words(text, INSTEAD)] == ["whoever", "The box"]


def test_an_exception_is_needed():
    for name, allowed in ALLOWED.items():
        found = {word.lower() for word, _ in wrong_words(prose_of(ROOT / name), INSTEAD)}
        assert allowed <= found, f"{name}: remove {allowed - found}"
