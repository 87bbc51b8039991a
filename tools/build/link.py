"""Puts modules of the firmware that always live together into one, as a linker does: their group.

A module of its own costs the chip's heap a quarter of a kilobyte before it holds anything, and a slot for each name
that another one imports from it. The sources stay apart; only the compiled program has fewer, larger files.

A group is a source file that only imports its members, the ones that need nothing of the others first. Two public
names that are the same, or a name that would hide another, are an error here: rename one in the source.
"""

import ast
import builtins


class LinkError(Exception):
    """The modules of a group cannot be one; the text names module, name and reason."""


def members_of(text: str) -> list[str]:
    """Dotted names of the modules that a group imports, in its order."""
    imports = [node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)]
    return [f"{node.module}.{item.name}" for node in imports for item in node.names]


def linked(sources: dict[str, str], groups: dict[str, list[str]]) -> dict[str, str]:
    """The modules, by dotted name, each group in place of its members. Raises LinkError.

    groups: members by name of the group, in their order.
    """
    owner = {member: group for group, members in groups.items() for member in members}
    for name in [*owner, *groups]:
        if name not in sources:
            raise LinkError(f"no module {name}")
    result = {}
    for name, text in sources.items():
        if name in groups:
            result[name] = _group(name, [(member, sources[member]) for member in groups[name]], owner)
        elif name not in owner:
            result[name] = ast.unparse(_Rewriter(name, name, owner).visit(ast.parse(text)))
    return result


def _group(group: str, members: list[tuple[str, str]], owner: dict[str, str]) -> str:
    found: dict[str, tuple[str, str]] = {}  # by public name: who defines or imports it, and how
    statements: list[str] = []
    for name, text in members:
        tree = _Rewriter(name, group, owner).visit(ast.parse(text))
        for node in [one for statement in tree.body for one in _apart(statement)]:
            reported = ast.unparse(node)
            for bound in _bound(node):
                if bound in found and found[bound][1] != reported:
                    raise LinkError(f"{name}: {bound} is also a name of {found[bound][0]}")
                if hasattr(builtins, bound):
                    raise LinkError(f"{name}: {bound} would hide MicroPython's own")
                found[bound] = (name, reported)
            if reported not in statements:
                statements.append(reported)
    return "\n".join(statements) + "\n"


def _apart(node: ast.stmt) -> list[ast.stmt]:
    """An import as one for each name; nothing for docstrings, and for what folding left."""
    if isinstance(node, ast.ImportFrom):
        return [ast.ImportFrom(node.module, [item], node.level) for item in node.names]
    return [] if isinstance(node, (ast.Pass, ast.Expr)) else [node]


def _bound(node: ast.stmt) -> list[str]:
    """The names that a statement at module level makes."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(item.asname or item.name).split(".")[0] for item in node.names]
    return [one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]


class _Rewriter(ast.NodeTransformer):
    """Imports in one module as they have to be after the linking; `home`: where this module itself will be."""

    def __init__(self, name: str, home: str, owner: dict[str, str]):
        self._name = name
        self._home = home
        self._owner = owner
        self._modules: set[str] = set()  # what members of the own group are called here
        self._names: dict[str, str] = {}  # what is imported from them under another name
        self._locals: list[set[str]] = []

    def visit_ImportFrom(self, node: ast.ImportFrom) -> "ast.AST | list[ast.stmt]":
        """One import becomes one for each module in which its names will be, or none."""
        if node.level:  # a library's own
            return node
        kept: dict[str, list[ast.alias]] = {}
        for item in node.names:
            shown = item.asname or item.name
            target = self._owner.get(f"{node.module}.{item.name}")  # a module?
            source = self._owner.get(node.module or "", node.module or "")
            if target == self._home:
                self._modules.add(shown)
            elif target:
                package, _, last = target.rpartition(".")
                kept.setdefault(package, []).append(ast.alias(last, shown))
            elif source == self._home and source != node.module:
                self._names[shown] = item.name
            else:
                kept.setdefault(source, []).append(item)
        found: list[ast.stmt] = [ast.ImportFrom(module, names, 0) for module, names in kept.items()]
        return found or ast.Pass()

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A module that is one with others cannot be forgotten."""
        drops = isinstance(node.func, ast.Name) and node.func.id in ("forget", "erase")
        if drops and isinstance(node.args[0], ast.Constant):
            name = str(node.args[0].value)
            if f"curfew.{name}" in self._owner:
                raise LinkError(f"{self._name}: forgets {name}, which is one with others")
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """store.lines of the own group is lines."""
        if isinstance(node.value, ast.Name) and node.value.id in self._modules and not self._is_local(node.value.id):
            if not isinstance(node.ctx, ast.Load):
                raise LinkError(f"{self._name}:{node.lineno}: sets {node.attr} of a module that is one with this")
            return self._global(node.attr, node)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A name that was imported under another one."""
        if self._is_local(node.id):
            return node
        if node.id in self._modules:
            raise LinkError(f"{self._name}:{node.lineno}: {node.id} is no module of its own")
        return self._global(self._names[node.id], node) if node.id in self._names else node

    def _global(self, name: str, node: ast.expr) -> ast.Name:
        if self._is_local(name):
            raise LinkError(f"{self._name}:{node.lineno}: {name} is local here, and a name of another module")
        return ast.Name(name, ast.Load())

    def _is_local(self, name: str) -> bool:
        return any(name in names for names in self._locals)

    def _function(self, node: ast.AST) -> ast.AST:
        names = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
        names |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        for one in ast.walk(node):
            if isinstance(one, ast.Global):
                names -= set(one.names)
        self._locals.append(names)
        done = self.generic_visit(node)
        self._locals.pop()
        return done

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _function
