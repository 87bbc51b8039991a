"""Rewrites modules of the simulator so that MicroPython runs them: the same code judges here and in a browser.

MicroPython has no annotations at run time, no dataclasses, no `*` or `**` in displays, no cached properties.
"""

import ast
from typing import Any

DROPPED = ("typing", "collections.abc", "__future__", "functools", "dataclasses")  # imports without a use there
TYPES = ("list", "dict", "tuple", "Callable")
METHODS = ("fullmatch", "isascii", "isidentifier", "isprintable")  # MicroPython lacks them: functions
_HELP = "from portable import dict_of, " + ", ".join(METHODS) + ", list_of, missing"


class _Portable(ast.NodeTransformer):
    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        if node.module == "collections":
            node.module = "portable"
        return None if node.module in DROPPED else node

    def visit_If(self, node: ast.If) -> Any:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        if isinstance(node.value, ast.Subscript) and ast.unparse(node.value.value) in TYPES:
            return None  # a name for a type
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is None:
            return None
        return self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.returns = None
        for one in (*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs, node.args.vararg, node.args.kwarg):
            if one:
                one.annotation = None
        self.generic_visit(node)
        if any(isinstance(one, ast.Name) and one.id == "cached_property" for one in node.decorator_list):
            return _cached(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
        is_data = any("dataclass" in ast.unparse(one) for one in node.decorator_list)
        node.decorator_list = []
        node.bases = [base for base in node.bases if not isinstance(base, ast.Subscript)] + [
            base.value for base in node.bases if isinstance(base, ast.Subscript)
        ]
        self.generic_visit(node)
        if is_data:
            node.body = [one for one in node.body if not isinstance(one, ast.Assign)]
            node.body += ast.parse(_init([(ast.unparse(one.target), one.value) for one in fields])).body
        node.body = node.body or [ast.Pass()]
        return node

    def visit_List(self, node: ast.List) -> Any:
        self.generic_visit(node)
        return _unpacked("list_of", node.elts) if isinstance(node.ctx, ast.Load) else node

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and any(isinstance(one, ast.Starred) for one in node.elts):
            return _call("tuple", _unpacked("list_of", node.elts))
        return node

    def visit_Dict(self, node: ast.Dict) -> Any:
        self.generic_visit(node)
        if None not in node.keys:
            return node
        parts: list[ast.expr] = []
        for key, value in zip(node.keys, node.values, strict=True):
            parts.append(value if key is None else ast.Dict([key], [value]))
        return _call("dict_of", *parts)

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        node.keywords = [one for one in node.keywords if one.arg != "strict"]
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            return _call(node.func.attr, node.func.value, *node.args)
        return node


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def _unpacked(name: str, elts: list[ast.expr]) -> Any:
    if not any(isinstance(one, ast.Starred) for one in elts):
        return ast.List(elts, ast.Load())
    return _call(name, *(one.value if isinstance(one, ast.Starred) else ast.Tuple([one], ast.Load()) for one in elts))


def _init(fields: list[tuple[str, Any]]) -> str:
    """The __init__ of a dataclass: a default that is a call of field() makes a new one each time."""
    arguments, lines = [], []
    for name, default in fields:
        made = default is not None and isinstance(default, ast.Call) and ast.unparse(default.func) == "field"
        if made:
            factory = next(ast.unparse(one.value) for one in default.keywords if one.arg == "default_factory")
            arguments.append(f"{name}=missing")
            lines.append(f"self.{name} = {factory}() if {name} is missing else {name}")
        else:
            arguments.append(name if default is None else f"{name}={ast.unparse(default)}")
            lines.append(f"self.{name} = {name}")
    return f"def __init__(self, {', '.join(arguments)}):\n " + "\n ".join(lines)


def _cached(node: ast.FunctionDef) -> list[ast.stmt]:
    name, node.decorator_list = node.name, []
    node.name = f"_make_{name}"
    getter = f"""@property
def {name}(self):
    try:
        return self._kept_{name}
    except AttributeError:
        self._kept_{name} = self._make_{name}()
        return self._kept_{name}
"""
    return [node, *ast.parse(getter).body]


def portable(text: str) -> str:
    """A module's source, rewritten."""
    tree = _Portable().visit(ast.parse(text))
    return _HELP + "\n" + ast.unparse(ast.fix_missing_locations(tree)) + "\n"
