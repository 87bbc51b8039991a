"""Gives methods, functions, classes and variables of modules the few short names that attributes have (share.py).

One long name becomes one short name in the whole program. Two long names may become the same one as long as no scope
has both: no object, no module, no function.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from tools.build.share import library_names, made_in
from tools.build.shrink import short_names

_LENGTH_MIN = 4  # of a name that is worth a change


def definitions(sources: dict[str, str], kept: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The sources with short names of what modules and classes define, and the short name of each long one.

    kept: names that others use. Also kept: keywords of a call, texts that are a name as a whole, names of libraries and
    of what is imported from them, and exceptions, which the log names.
    """
    trees = {name: ast.parse(text) for name, text in sources.items()}
    nodes = [node for tree in trees.values() for node in ast.walk(tree)]
    stay = {*kept, *library_names(), *_elsewhere(trees, nodes)}
    uses = Counter(name for node in nodes for name in _names(node))
    beside: dict[str, set[str]] = defaultdict(set)  # by name: what is in a scope with it
    for scope in _scopes(trees, nodes):
        for name in scope:
            beside[name] |= scope
    short: dict[str, str] = {}
    defined = {name for tree in trees.values() for name in _defined(tree)}
    for name in sorted(defined, key=lambda name: (-uses[name], name)):
        if not name.startswith("__") and name not in stay and len(name) >= _LENGTH_MIN:
            short[name] = next(short_names({short.get(other, other) for other in beside[name]}))
    for node in nodes:
        _rename(node, short)
    return {name: ast.unparse(tree) + "\n" for name, tree in trees.items()}, short


def _defined(tree: ast.Module) -> Iterator[str]:
    """Names of methods, and of what the module itself defines."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from (part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name))
    for definition in ast.walk(tree):
        if isinstance(definition, ast.ClassDef):
            yield definition.name
            for node in definition.body:
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield node.name
                elif isinstance(node, ast.Assign):
                    yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)) and definition in tree.body:
            yield definition.name


def _scopes(trees: dict[str, ast.Module], nodes: list[ast.AST]) -> Iterator[set[str]]:
    """The names that must stay different from each other: of a module, of an object, within a function."""
    having: dict[str, set[str]] = defaultdict(set)  # by name of a class, together with its bases
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            having[node.name] |= made_in(node) | {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                both = having[node.name] | having[base.id if isinstance(base, ast.Name) else ""]
                having[node.name] = having[base.id if isinstance(base, ast.Name) else ""] = both
    yield from having.values()
    for tree in trees.values():
        inside = [node for statement in tree.body for node in _outside_of_functions(statement)]
        yield {name for node in inside for name in _names(node, of_scope=True)}
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield {name for one in ast.walk(node) for name in _names(one, of_scope=True)}


def _outside_of_functions(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
        for child in ast.iter_child_nodes(node):
            yield from _outside_of_functions(child)


def _names(node: ast.AST, of_scope: bool = False) -> list[str]:
    """The names at a node; of_scope: those that are looked up without an object."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [] if of_scope else [node.attr]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.alias):
        return [(node.asname or node.name).split(".")[0], *([node.name] if node.asname else [])]
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return node.names
    return [node.name] if isinstance(node, ast.ExceptHandler) and node.name else []


def _rename(node: ast.AST, short: dict[str, str]) -> None:
    for field in ("id", "attr", "name", "arg", "asname"):
        name = getattr(node, field, None)
        if isinstance(name, str) and name in short and not isinstance(node, ast.keyword):
            setattr(node, field, short[name])
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        node.names = [short.get(name, name) for name in node.names]


def _elsewhere(trees: dict[str, ast.Module], nodes: list[ast.AST]) -> Iterator[str]:
    """Names that someone else gives or asks for."""
    own = {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in trees}
    for path in trees:
        yield from path.removesuffix(".py").split("/")
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.ClassDef) and any("Exception" in ast.unparse(base) for base in node.bases):
            yield node.name
        elif isinstance(node, ast.Import) or isinstance(node, ast.ImportFrom) and node.module not in own:
            yield from (name for item in node.names for name in _names(item))
