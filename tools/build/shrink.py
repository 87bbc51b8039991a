"""Makes the compiled program smaller without changing what it does: every byte of it lies in the chip's memory."""

import ast
import itertools
import re
import string
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

_PRIVATE = re.compile(r"\b_[A-Za-z]\w*")
_FIELDS: dict[type[ast.AST], str] = {
    ast.Name: "id", ast.Attribute: "attr", ast.FunctionDef: "name", ast.AsyncFunctionDef: "name",
    ast.ClassDef: "name", ast.ExceptHandler: "name", ast.arg: "arg", ast.keyword: "arg",
}  # fmt: skip


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
    changed when it begins with one underscore, occurs in one file only, and there neither in a text (getattr) nor in
    an import. A file with a class whose base comes from elsewhere starts where the names of all those others end.
    """
    trees = {name: ast.parse(text) for name, text in sources.items()}
    users = defaultdict(set)
    for name, tree in trees.items():
        for private in [*_names(tree), *_PRIVATE.findall(_imports(tree))]:
            users[private].add(name)
    longs: dict[str, dict[str, str]] = {}
    for name, tree in sorted(trees.items(), key=lambda item: (_has_foreign_base(item[1]), item[0])):
        taken = max(map(len, longs.values()), default=0) if _has_foreign_base(tree) else 0
        strings = [repr(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        fixed = set(_PRIVATE.findall(" ".join([_imports(tree), *strings])))
        changed = [long for long in dict.fromkeys(_names(tree)) if users[long] == {name} and long not in fixed]
        shorts = itertools.islice(short_names(set(users)), taken, None)
        longs[name] = dict(zip(shorts, changed, strict=False))
        _rename(tree, {long: short for short, long in longs[name].items()})
    return {name: ast.unparse(tree) + "\n" for name, tree in trees.items()}, longs


def _imports(tree: ast.AST) -> str:
    return " ".join(ast.unparse(node) for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)))


def _names(tree: ast.AST) -> list[str]:
    """Every private name, as often as it occurs outside of imports."""
    found: list[str] = []
    for node in ast.walk(tree):
        found += (
            node.names if isinstance(node, (ast.Global, ast.Nonlocal)) else [getattr(node, _field(node), None) or ""]
        )
    return [name for name in found if _PRIVATE.fullmatch(name)]


def _rename(tree: ast.AST, short: dict[str, str]) -> None:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            node.names = [short.get(name, name) for name in node.names]
        elif (name := getattr(node, _field(node), None)) in short:
            setattr(node, _field(node), short[name])


def _field(node: ast.AST) -> str:
    """The field of a node that holds a name."""
    return _FIELDS.get(type(node), "")


def short_names(taken: set[str]) -> Iterator[str]:
    pairs = ("_" + a + b for a in string.ascii_letters for b in string.ascii_letters)
    singles = ("_" + a for a in string.ascii_letters)
    return (name for name in itertools.chain(singles, pairs) if name not in taken)


def _has_foreign_base(tree: ast.AST) -> bool:
    """True when a class of this file inherits from one of another file."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    own = {node.name for node in classes} | {"Exception", "dict", "list"}
    return any(not (isinstance(base, ast.Name) and base.id in own) for node in classes for base in node.bases)
