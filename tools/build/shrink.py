"""Makes the compiled program smaller without changing what it does: every byte of it lies in the chip's memory.

Belongs here: leaving out what nobody calls, short names for private things. Does not: which definitions those are
(libraries.py), folding of constants (build.py).
"""

import ast
import io
import itertools
import re
import string
import tokenize
from collections import defaultdict
from typing import Any

_PRIVATE = re.compile(r"_[A-Za-z]\w*$")
_LETTERS = string.ascii_letters


class ShrinkError(Exception):
    """A definition that should be left out is not there; the text names it."""


def without(source: str, names: tuple[str, ...]) -> str:
    """The source without these definitions: "function", "Class", "Class.method", or the name of an import.

    Raises ShrinkError.
    """
    tree = ast.parse(source)
    for name in names:
        scopes: list[Any] = [tree]
        for part in name.split("."):
            found = [node for node in getattr(scopes[-1], "body", []) if part in _defines(node)]
            if not found:
                raise ShrinkError(f"{name}: no such definition to leave out")
            scopes.append(found[-1])
        body = scopes[-2].body
        for node in found:
            if isinstance(node, ast.ImportFrom):
                node.names = [item for item in node.names if (item.asname or item.name) != name]
                if node.names:
                    continue
            body.remove(node)
        if not body:
            body.append(ast.Pass())
    return ast.unparse(tree)


def _defines(node: ast.AST) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.ImportFrom):
        return [item.asname or item.name for item in node.names]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def shortened(sources: dict[str, str]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The sources with short private names, and by file the long name of each short one.

    The chip keeps one copy of every name in the whole program, so the same few names serve in every file. A name is
    changed when it begins with one underscore, stands in one file only, and there neither in a text (getattr) nor in
    an import. A file with a class whose base comes from elsewhere starts where the names of all those others end.
    """
    tokens = {name: _tokens(text) for name, text in sources.items()}
    users = defaultdict(set)
    for name, found in tokens.items():
        for token in found:
            if token.type == tokenize.NAME and _PRIVATE.match(token.string):
                users[token.string].add(name)
    in_order = sorted(sources, key=lambda name: (_has_foreign_base(sources[name]), name))
    made: dict[str, dict[str, str]] = {}
    for name in in_order:
        taken = max(map(len, made.values()), default=0) if _has_foreign_base(sources[name]) else 0
        tree = ast.parse(sources[name])
        imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        texts = " ".join(imports + [token.string for token in tokens[name] if token.type == tokenize.STRING])
        shorts = itertools.islice(_short_names(set(users)), taken, None)
        made[name] = {}
        for token in tokens[name]:
            long = token.string
            alone = token.type == tokenize.NAME and users.get(long) == {name}
            if alone and long not in made[name] and not re.search(rf"\b{long}\b", texts):
                made[name][long] = next(shorts)
    changed = {name: _renamed(sources[name], tokens[name], made[name]) for name in sources}
    return changed, {name: {short: long for long, short in names.items()} for name, names in made.items()}


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(text).readline))


def _short_names(taken: set[str]) -> "itertools.chain[str]":
    pairs = ("_" + a + b for a in _LETTERS for b in _LETTERS)
    return itertools.chain(name for name in itertools.chain(("_" + a for a in _LETTERS), pairs) if name not in taken)


def _has_foreign_base(text: str) -> bool:
    """True when a class of this file is made of one that another file defines."""
    tree = ast.parse(text)
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)} | {"Exception", "dict", "list"}
    bases = [base for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for base in node.bases]
    return any(not (isinstance(base, ast.Name) and base.id in own) for base in bases)


def _renamed(text: str, tokens: list[tokenize.TokenInfo], names: dict[str, str]) -> str:
    lines = text.split("\n")
    for token in reversed(tokens):
        if token.type == tokenize.NAME and token.string in names:
            row, start, end = token.start[0] - 1, token.start[1], token.end[1]
            lines[row] = lines[row][:start] + names[token.string] + lines[row][end:]
    return "\n".join(lines)
