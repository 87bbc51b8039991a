"""KiCad's file format: nested lists of words and quoted texts."""

import re
from typing import Any

Tree = list[Any]
_TOKEN = re.compile(r'[()]|"(?:[^"\\]|\\.)*"|[^\s()"]+')


def parse(text: str) -> Tree:
    """The outermost list; quoted texts keep their quotes."""
    stack: list[Tree] = [[]]
    for token in _TOKEN.findall(text):
        if token == "(":
            stack.append([])
        elif token == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    whole: Tree = stack[0][0]
    return whole


def dump(tree: Tree, depth: int = 0) -> str:
    """The text of a tree, one short list a line."""
    flat = " ".join(part if isinstance(part, str) else dump(part, depth + 1) for part in tree)
    if len(flat) < 110 and "\n" not in flat:
        return f"({flat})"
    inner = "".join(
        "\n" + "\t" * (depth + 1) + dump(part, depth + 1) if isinstance(part, list) else " " + part for part in tree
    )
    return f"({inner.lstrip()}\n" + "\t" * depth + ")"


def find(tree: Tree, name: str) -> Tree:
    """The first list of that name; an empty one when there is none."""
    return next((part for part in tree if isinstance(part, list) and part[:1] == [name]), [])


def every(tree: Tree, name: str) -> list[Tree]:
    """All lists of that name."""
    return [part for part in tree if isinstance(part, list) and part[:1] == [name]]


def quoted(text: str) -> str:
    """A text in quotes."""
    return '"' + text.replace('"', "'") + '"'
