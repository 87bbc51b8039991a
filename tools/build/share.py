"""Lets parameters and attributes share a few short names.

The chip keeps one copy of every name of the whole program, some 16 bytes each, in tables that double: a program of
fewer names takes a smaller table. Two attributes may have the same short name as long as no object has both.

Belongs here: which names may change, and to what. Does not: methods and what a module defines (rename.py).
"""

import array
import ast
import asyncio
import binascii
import errno
import gc
import hashlib
import inspect
import io
import json
import os
import random
import re
import select
import socket
import ssl
import struct
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tools.build.shrink import ShrinkError, short_names

ROOT = Path(__file__).resolve().parent.parent.parent
# What looks at the compiled program from outside, by its names: its starter, the fakes of a chip, measurements.
OUTSIDE = (
    "firmware/*.py",
    "simulator/fakes/**/*.py",
    "simulator/plant/*.py",
    "simulator/browser/desk.py",
    "simulator/browser/phone.py",
    "host_tests/vm/*.py",
    "benchmarks/vm/*.py",
)
INSIDE = ("program.py",)  # of them; it is renamed with the rest
CALLS = "CALLS"  # one of them names every call of the chip that the firmware makes; a test sees to that
_LIBRARIES = (
    array, asyncio, binascii, errno, gc, hashlib, io, json, os, random, select, socket, ssl, struct, sys, time, Path,
)  # fmt: skip
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_WORD = re.compile(r"[A-Za-z_]\w*")
_BY_TEXT = ("getattr", "setattr", "hasattr")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def outside(folder: Path = ROOT) -> set[str]:
    """The names that the programs of OUTSIDE ask for or offer. Raises ShrinkError when they are not there."""
    found: set[str] = set()
    for node in _nodes_outside(folder):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("curfew"):
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in _BY_TEXT and len(node.args) > 1:
            found |= set(_WORD.findall(ast.unparse(node.args[1])))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == CALLS:
            found |= set(_WORD.findall(ast.unparse(node.value)))
        if isinstance(node, ast.ClassDef):  # what a fake offers
            found |= made_in(node)
    return _public(found)


def keywords_outside(folder: Path = ROOT) -> set[str]:
    """The names that calls in these programs give to arguments. Raises ShrinkError when they are not there."""
    return {node.arg for node in _nodes_outside(folder) if isinstance(node, ast.keyword) and node.arg}


def _nodes_outside(folder: Path) -> list[ast.AST]:
    paths = {pattern: list(folder.glob(pattern)) for pattern in OUTSIDE}
    for pattern in OUTSIDE:
        if not paths[pattern]:
            raise ShrinkError(f"{folder / pattern}: nothing there, so no one knows which names must stay")
    programs = [path for found in paths.values() for path in found if path.name not in INSIDE]
    return [node for path in programs for node in ast.walk(ast.parse(path.read_text("utf-8")))]


def _public(names: set[str]) -> set[str]:
    """Private names are for no other file, even one that has the same."""
    return {name for name in names if not name.startswith("_")}


def library_names() -> set[str]:
    """Public names that an object which is not ours may have."""
    found = set(dir(object)) | {"sleep_ms", "ticks_ms", "readinto", "s"}  # the last ones are MicroPython's
    for one in (*_LIBRARIES, str, bytes, bytearray, dict, list, tuple, set, int, float, memoryview, Exception):
        found |= set(dir(one))
        for _, part in inspect.getmembers(one, inspect.isclass):
            found |= set(dir(part))
    return _public(found)


# --- parameters ------------------------------------------------------------------------------------------------------


def parameters(sources: dict[str, str], kept: Iterable[str]) -> dict[str, str]:
    """The sources with short names of parameters. kept: names that others use as keywords; those used here stay too."""
    trees = {name: ast.parse(text) for name, text in sources.items()}
    keywords = {node.arg for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    keywords |= set(kept)
    for tree in trees.values():
        for function in [node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)]:
            _shorten(function, keywords)
    return {name: ast.unparse(tree) + "\n" for name, tree in trees.items()}


def _body(function: _Function) -> list[ast.AST]:
    """What is evaluated inside: neither defaults nor decorators."""
    return [function.body] if isinstance(function, ast.Lambda) else list(function.body)


def _shorten(function: _Function, keywords: "set[str | None]") -> None:
    arguments = function.args
    if arguments.kwonlyargs or arguments.kwarg:
        return
    inside = [node for part in _body(function) for node in ast.walk(part)]
    bound = _bound_within(inside)
    used = {node.id for node in inside if isinstance(node, ast.Name)}
    used |= {node.arg for node in ast.walk(arguments) if isinstance(node, ast.arg)}
    free = short_names(used | bound)
    short = {}
    for argument in (*arguments.posonlyargs, *arguments.args, *([arguments.vararg] if arguments.vararg else [])):
        if argument.arg in keywords or argument.arg in bound or len(argument.arg) < 3:
            continue
        short[argument.arg] = next(free)
        argument.arg = short[argument.arg]
    for node in inside:
        if isinstance(node, ast.Name) and node.id in short:
            node.id = short[node.id]


def _bound_within(inside: list[ast.AST]) -> set[str]:
    """Names that mean something else in a part of a function: such a parameter stays as it is."""
    found = {node.arg for node in inside if isinstance(node, ast.arg)}
    for node in inside:
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            found |= set(node.names)
        elif isinstance(node, ast.ExceptHandler):
            found.add(node.name or "")
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, (*_FUNCTIONS, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            names = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
            found |= {one.id for one in names if isinstance(one.ctx, ast.Store)}
    return found


# --- attributes ------------------------------------------------------------------------------------------------------


def attributes(sources: dict[str, str], kept: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The sources with short names of attributes, and the short name of each long one.

    kept: names that others use. Also kept: methods, for tracebacks; what no class of these sources gives to self; texts
    that are a name as a whole (keys, getattr); names at module level; names of libraries.
    """
    trees = {name: ast.parse(text) for name, text in sources.items()}
    nodes = [node for tree in trees.values() for node in ast.walk(tree)]
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    having = {id(one): made_in(one) for one in classes}
    stay = {*kept, *library_names(), *_elsewhere(trees, nodes)}
    uses = Counter(node.attr for node in nodes if isinstance(node, ast.Attribute))
    bases = {one.name: one for one in classes}
    for one in classes:  # an object has what its class inherits
        for base in one.bases:
            if isinstance(base, ast.Name) and base.id in bases:
                both = having[id(one)] | having[id(bases[base.id])]
                having[id(one)] = having[id(bases[base.id])] = both
    beside: dict[str, set[str]] = defaultdict(set)  # by name: what else an object with it has
    for names in having.values():
        for name in names:
            beside[name] |= names
    short: dict[str, str] = {}
    for name in sorted(beside, key=lambda name: (-uses[name], name)):
        if not name.startswith("__") and name not in stay and len(name) > 3:
            taken = {short.get(other, other) for other in beside[name]}
            short[name] = next(short_names(taken))
    for node in nodes:
        if isinstance(node, ast.Attribute):
            node.attr = short.get(node.attr, node.attr)
    return {name: ast.unparse(tree) + "\n" for name, tree in trees.items()}, short


def made_in(one: ast.ClassDef) -> set[str]:
    """The attributes that its methods give to self, whatever they call it, and those of the class."""
    given = set(_of_class(one))
    for method in one.body:
        if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.args.args:
            own = method.args.args[0].arg
            stored = [part for part in ast.walk(method) if isinstance(part, ast.Attribute) and _is_stored(part)]
            given |= {part.attr for part in stored if isinstance(part.value, ast.Name) and part.value.id == own}
    return given


def _is_stored(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def _of_class(one: ast.ClassDef) -> Iterator[str]:
    for node in one.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name))


def _elsewhere(trees: dict[str, ast.Module], nodes: list[Any]) -> Iterator[str]:
    """Names that mean something beside an attribute that a class of ours gives to its objects."""
    for path, tree in trees.items():
        yield from path.removesuffix(".py").split("/")
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield node.name
            else:
                yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    given: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            given |= made_in(node)
            yield from _of_class(node)
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr not in given:
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
