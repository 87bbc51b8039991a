"""Makes the compiled program smaller without changing what it does: every byte of it lies in the chip's memory."""

import ast
import itertools
import string
from collections.abc import Iterator
from typing import Any


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


def short_names(taken: set[str]) -> Iterator[str]:
    """_a, _b and so on, but for those that are taken."""
    pairs = ("_" + a + b for a in string.ascii_letters for b in string.ascii_letters)
    singles = ("_" + a for a in string.ascii_letters)
    return (name for name in itertools.chain(singles, pairs) if name not in taken)
