"""The fakes offer no call that the port does not have: names and arguments against the stubs of MicroPython for ESP32.

Here: signatures. Not here: behavior, which every scenario needs.
"""

import ast
import runpy
from functools import cache

import pytest

from curfew.runtime.snapshot import SNAP_FIELDS
from simulator import run
from simulator.realtime import process

STUBS = run.ROOT / "typings"
MODULES = {
    "common/machine": "machine",
    "common/neopixel": "neopixel",
    "common/esp": "esp",
    "common/esp32": "esp32",
    "scenario/time": "time",
    "cable/time": "time",
    "realtime/air/network": "network",
    "realtime/air/socket": "socket",
}
# What the stubs do not have, and why it is there.
BEYOND = {
    ("network", "WLAN.connect", "key"): "the port takes the password by this name, too: network_wlan.c",
    ("network", "WLAN.status", "what"): "positional",
}


def _public(body):
    """(name, function) of everything that can be called; (name, None) of classes and constants."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield node.name, None
            for name, function in _public(node.body):
                yield f"{node.name}.{name}", function
        elif isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                    yield ast.unparse(one), None
        elif isinstance(node, (ast.If, ast.Try)):
            yield from _public(node.body)


@cache
def _offered(module):
    """name -> the overloads of the stub."""
    found = {}
    for name, function in _public(ast.parse((STUBS / f"{module}.pyi").read_text("utf-8")).body):
        found.setdefault(name, []).append(function)
    return found


def _mine(path):
    own = _public(ast.parse((run.FAKES / f"{path}.py").read_text("utf-8")).body)
    special = ("__init__", "__setitem__")
    return {name: it for name, it in own if name.split(".")[-1] in special or not name.split(".")[-1].startswith("_")}


def _fits(function, overload):
    """Whether the overload takes all arguments of the fake: by place, or by a name that it has."""
    given = [argument.arg for argument in function.args.args]
    by_place = [*overload.args.posonlyargs, *overload.args.args]
    by_name = {argument.arg for argument in (*overload.args.args, *overload.args.kwonlyargs)}
    places = len(overload.args.posonlyargs)
    return all(at < places or name in by_name for at, name in enumerate(given)) and (
        len(given) <= len(by_place) + len(overload.args.kwonlyargs)
    )


@pytest.mark.parametrize("path", MODULES)
def test_every_name_and_argument_of_a_fake_is_one_of_the_port(path):
    module = MODULES[path]
    offered = _offered(module)
    for name, function in _mine(path).items():
        assert name in offered, f"{path}: the port has no {module}.{name}"
        if function is not None:
            assert any(over and _fits(function, over) for over in offered[name]), f"{path}: arguments of {name}"


def test_a_call_that_the_port_does_not_have_is_found():
    pin = ast.parse("def value(self, x=None): pass").body[0]
    strange = ast.parse("def value(self, x=None, level=0): pass").body[0]
    overloads = [one for one in _offered("machine")["Pin.value"] if one]
    assert any(_fits(pin, one) for one in overloads)
    assert not any(_fits(strange, one) for one in overloads)
    assert "Pin.flip" not in _offered("machine")


def test_both_ends_of_the_wire_to_the_realtime_rig_have_the_same_words():
    chip = runpy.run_path(str(process.RIG / "wire.py"))
    same = ("KIND", "US", "A", "B", "C", "D", "E", "F", "SIZE", "CODES", "LINKS")
    assert {name: getattr(process, name) for name in same} == {name: chip[name] for name in same}
    assert chip["LAST"] - chip["TICKS_MS"] == process.STOVE_WORDS and process.FIELDS == SNAP_FIELDS
