"""Constant folding: integer constants become literals wherever they are used, also across modules.

MicroPython's const() works within one file only, and every name shared between files costs flash, heap and time on the
chip. Names in capitals at module level that hold a whole number are constants: their definitions and imports are
dropped. bytes((...)) becomes a literal, type annotations and the imports that only they need are dropped.
"""

import ast
import re
from types import SimpleNamespace
from typing import TypeGuard

PACKAGE = "curfew"
Constants = dict[str, dict[str, int]]  # by dotted module name, then by name
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*$")
_TYPE_MODULES = ("typing", "collections.abc", "__future__")


class FoldError(Exception):
    """The sources cannot be folded; the text names module, line and reason."""


class _Untyped(ast.NodeTransformer):
    """Drops what only a type checker reads."""

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return ast.copy_location(ast.Assign([node.target], node.value) if node.value else ast.Pass(), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return None if node.module in _TYPE_MODULES else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" else self.generic_visit(node)


def _parsed(source: str) -> ast.Module:
    tree: ast.Module = _Untyped().visit(ast.parse(source))
    return tree


def _targets(node: ast.Assign) -> list[ast.expr]:
    targets: list[ast.expr] = []
    for target in node.targets:
        targets += target.elts if isinstance(target, ast.Tuple) else [target]
    return targets


def constant_names(node: ast.stmt) -> list[str]:
    """The names that a module-level assignment defines when all of them are written like constants, else none."""
    targets = _targets(node) if isinstance(node, ast.Assign) else []
    names = [target.id for target in targets if isinstance(target, ast.Name) and _CONSTANT.match(target.id)]
    return names if len(names) == len(targets) else []


def _value(node: ast.expr, names: dict[str, object]) -> object:
    code = compile(ast.fix_missing_locations(ast.Expression(node)), "constant", "eval")
    return eval(code, {"__builtins__": {}, "bytes": bytes}, names)


class _Imports:
    """What a module imports of the package: constants, and modules by their name here."""

    def __init__(self, tree: ast.Module, known: Constants):
        self.constants: dict[str, int] = {}
        self.modules: dict[str, dict[str, int]] = {}
        for node in ast.walk(tree):  # a module may be imported within a function
            if not _is_own_import(node):
                continue
            for item in node.names:
                shown = item.asname or item.name
                if f"{node.module}.{item.name}" in known:
                    self.modules[shown] = known[f"{node.module}.{item.name}"]
                elif node in tree.body and item.name in known.get(node.module or "", {}):
                    self.constants[shown] = known[node.module or ""][item.name]

    def names(self) -> dict[str, object]:
        """Everything by which an expression can refer to a constant."""
        return {**self.constants, **{name: SimpleNamespace(**found) for name, found in self.modules.items()}}


def _is_own_import(node: ast.AST) -> TypeGuard[ast.ImportFrom]:
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE


def _own_constants(tree: ast.Module, names: dict[str, object]) -> dict[str, int]:
    """The integer constants defined at module level, evaluated in order from those known so far."""
    own: dict[str, int] = {}
    for node in tree.body:
        defined = constant_names(node)
        if not defined:
            continue
        assert isinstance(node, ast.Assign)
        try:
            value = _value(node.value, {**names, **own})
        except Exception:
            continue
        values = value if isinstance(node.targets[0], ast.Tuple) else (value,)
        if isinstance(values, tuple) and all(type(one) is int for one in values):
            own.update(zip(defined, values, strict=True))
    return own


def collect(sources: dict[str, str]) -> Constants:
    """The integer constants of every module, by dotted module name."""
    trees = {name: _parsed(text) for name, text in sources.items()}
    known: Constants = {name: {} for name in sources}
    while True:  # constants may depend on other modules' constants: repeat until nothing new turns up
        before = sum(map(len, known.values()))
        for name, tree in trees.items():
            known[name] = _own_constants(tree, _Imports(tree, known).names())
        if sum(map(len, known.values())) == before:
            return known


class Folder(ast.NodeTransformer):
    """Puts the values of constants in place of their names, and drops definitions and imports of them."""

    def __init__(self, name: str, tree: ast.Module, known: Constants):
        self._name = name
        self._own = known[name]
        self._imports = _Imports(tree, known)
        self._constants = {**self._imports.constants, **self._own}
        self._used: set[str] = set()

    def visit_Module(self, tree: ast.Module) -> ast.AST:
        statements = [node for node in tree.body if not set(constant_names(node)) & set(self._own)]
        statements = [node if _is_own_import(node) else _with_table(self.visit(node)) for node in statements]
        tree.body = [node for node in statements if not _is_own_import(node) or self._needs(node)]
        return tree

    def _needs(self, node: ast.ImportFrom) -> bool:
        node.names = [item for item in node.names if (item.asname or item.name) in self._used]
        return bool(node.names)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self._constants:
            return self._literal(node, self._constants[node.id])
        self._used.add(node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        module = self._imports.modules.get(node.value.id) if isinstance(node.value, ast.Name) else None
        return self._literal(node, module[node.attr]) if module and node.attr in module else self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        if node.arg in self._constants:
            raise FoldError(f"{self._name}:{node.lineno}: argument {node.arg} hides a constant")
        return node

    def _literal(self, node: ast.Name | ast.Attribute, value: int) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            raise FoldError(f"{self._name}:{node.lineno}: {ast.unparse(node)} is a constant and assigned to")
        literal: ast.expr = ast.Constant(abs(value))
        return ast.UnaryOp(ast.USub(), literal) if value < 0 else literal


def _with_table(node: ast.stmt) -> ast.stmt:
    """A statement; bytes((...)) in it becomes a literal, a tenth of the tuple's memory."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "bytes":
        table = _value(node.value, {})
        assert isinstance(table, bytes)
        node.value = ast.Constant(table)
    return node


def fold(name: str, source: str, known: Constants) -> str:
    """The source of a module with every integer constant replaced by its value. Raises FoldError."""
    tree = _parsed(source)
    return ast.unparse(ast.fix_missing_locations(Folder(name, tree, known).visit(tree))) + "\n"
