"""The safety loop as machine code, for runs on CPython by the thousand: mypyc compiles the firmware's own sources.

The rooms of the safety loop only; what a start does once is interpreted as ever. Compiled once for each state of the
sources, into build/native. Results are equal, line by line (host_tests/simulator/test_native.py).
"""

import ast
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from simulator import inside
from tools.build import build, fold

FOLDER = Path("build") / "native"
ROOMS = ("core", "runtime", "hardware")
# Interpreted: what runs once in a start and deals in values of any kind, and what writes another module's text.
LEFT = ("checksum", "schema", "settings", "limits", "board", "chip", "clock", "display")
_SETUP = """from setuptools import setup
from mypyc.build import mypycify
flags = ["--ignore-missing-imports", "--namespace-packages", "--explicit-package-bases"]
setup(name="native", packages=[], ext_modules=mypycify(flags + {paths}, opt_level="2"))
"""


class NativeError(Exception):
    """The sources were not compiled; one line says why."""


class _Typed(fold.Folder):
    """Folds constants where they are used, and keeps their definitions, which interpreted modules import."""

    def visit_Module(self, tree: ast.Module) -> ast.AST:
        tree.body = [
            node if fold.constant_names(node) or isinstance(node, ast.ImportFrom) else self.visit(node)
            for node in tree.body
        ]
        return tree

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """mypyc bears no class inside a block; a protocol there is only for the type checker, and becomes Any."""
        if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases):
            return ast.copy_location(ast.parse(f"from typing import Any as {node.name}").body[0], node)
        return self.generic_visit(node)


def _sources() -> dict[str, str]:
    """Text by path, of what is compiled and of what its types need."""
    written = build.sources()
    known = fold.collect(written)
    texts = {}
    for name, text in written.items():
        tree = ast.parse(text)
        if _is_native(name):
            tree = ast.fix_missing_locations(_Typed(name, tree, known).visit(tree))
        is_package = any(other.startswith(name + ".") for other in written)
        texts[name.replace(".", "/") + ("/__init__" if is_package else "") + ".py"] = ast.unparse(tree) + "\n"
    return texts


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_native(name: str) -> bool:
    _, room, *last = [*name.split("."), ""]
    return room in ROOMS and last[0] not in (*LEFT, "")


def _compiled(texts: dict[str, str]) -> Path:
    """The folder with the modules of these texts; compiles them when no one has. Raises NativeError."""
    digest = hashlib.sha256("\0".join([sys.version, _SETUP, *texts, *texts.values()]).encode()).hexdigest()
    ready = FOLDER / digest[:16]
    if ready.exists():
        return ready
    for old in FOLDER.glob("?" * 16):
        shutil.rmtree(old, ignore_errors=True)
    folder = FOLDER / f"{digest[:16]}.{os.getpid()}"  # of this process: another one may compile the same
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    paths = [path for path in texts if _is_native(_module(path))]
    (folder / "mypy.ini").write_text("[mypy]\nfollow_imports = silent\n")  # not that of the repository around it
    (folder / "setup.py").write_text(_SETUP.format(paths=paths))
    done = subprocess.run(
        [sys.executable, "setup.py", "build_ext", "--inplace"], cwd=folder, capture_output=True, text=True
    )
    (folder / "log").write_text(done.stdout + done.stderr)
    if done.returncode:
        raise NativeError(f"mypyc or the C compiler failed: {folder / 'log'}")
    try:
        folder.rename(ready)
    except OSError:  # the other one was first
        shutil.rmtree(folder, ignore_errors=True)
    return ready


@cache
def load() -> dict[str, ModuleType]:
    """The compiled modules by name, bound to the simulator's fakes; compiles first if need be. Raises NativeError."""
    texts = _sources()
    folder = _compiled(texts)
    with inside.lent(dict(inside.CHIP)):
        sys.path.insert(0, str(folder.resolve()))
        return {name: importlib.import_module(name) for name in map(_module, texts) if _is_native(name)}
