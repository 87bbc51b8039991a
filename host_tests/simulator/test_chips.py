"""The description of a chip: it covers what the firmware calls, and its sums are those of the port's source.

Here: simulator/fakes/common/chips.py. Not here: the fakes that use it, each of which has its tests.
"""

import ast
import importlib.util
import random

import pytest

from simulator import run

_SPEC = importlib.util.spec_from_file_location("chips", run.COMMON / "chips.py")
chips = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(chips)

MODULES = tuple(chips.CALLS)
EVERYWHERE = ("read", "readline", "write", "close", "seek", "flush", "format", "split")  # of files and texts, too


def methods_of_the_port():
    """module -> the methods of all classes that its stub has."""
    found = {}
    for module in MODULES:
        tree = ast.parse((run.ROOT / "typings" / f"{module}.pyi").read_text("utf-8"))
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        found[module] = {one.name for node in classes for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


def described(module):
    return set(chips.CALLS[module].split())


def not_described(source):
    """What a source calls of the chip's modules that the description does not have: by name, sorted."""
    tree = ast.parse(source)
    own = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    wrong = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            wrong |= {f"{node.module}.{one.name}" for one in node.names if one.name not in described(node.module)}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in MODULES:
            if node.attr not in described(node.value.id):
                wrong.add(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            offering = [module for module, methods in METHODS.items() if name in methods]
            known = {one.split(".")[-1] for module in offering for one in described(module)}
            if offering and name not in known and name not in own and name not in EVERYWHERE and name not in OURS:
                wrong.add(f"{offering[0]}…{name}")
    return sorted(wrong)


METHODS = methods_of_the_port()
SOURCES = sorted(run.SOURCES.rglob("*.py"))
OURS = {
    node.name
    for path in SOURCES
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
} | {"info", "items", "keys", "values"}


def test_every_call_of_the_firmware_into_the_chip_is_described():
    wrong = {str(path.relative_to(run.SOURCES)): not_described(path.read_text("utf-8")) for path in SOURCES}
    assert {path: names for path, names in wrong.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from machine import Timer",
        "import machine\nmachine.lightsleep(5)",
        "import network\nnetwork.phy_mode(1)",
        "def f(wlan): wlan.ipconfig()",
        "def f(pin): pin.irq(None)",
        "import esp32\nesp32.NVS('x')",
    ],
)
def test_a_call_that_is_not_described_is_found(source):
    assert not_described(source)


def test_the_description_names_nothing_that_the_port_does_not_have():
    for module in MODULES:
        tree = ast.parse((run.ROOT / "typings" / f"{module}.pyi").read_text("utf-8"))
        names = {one.name if hasattr(one, "name") else ast.unparse(one.target) for one in tree.body
                 if isinstance(one, (ast.FunctionDef, ast.ClassDef, ast.AnnAssign))}  # fmt: skip
        assert {name.split(".")[0] for name in described(module)} <= names
        of_classes = {name.split(".")[1] for name in described(module) if "." in name}
        assert {name for name in of_classes if name.islower()} <= METHODS[module]


@pytest.mark.parametrize("timeout_us, works", [(5000, False), (9999, False), (19_999, False), (20_000, True)])
def test_the_new_driver_needs_two_ticks_of_the_system(timeout_us, works):
    assert chips.i2c_works(timeout_us, (1, 29)) is works
    assert chips.i2c_works(timeout_us, (1, 28))


@pytest.mark.parametrize(
    "kind, version, ms, errno",
    [
        ("nack", (1, 28), 0, 19), ("low", (1, 28), 13, 116), ("deaf", (1, 28), 400, 116),
        ("nack", (1, 29), 0, 19), ("low", (1, 29), 20, 19), ("deaf", (1, 29), 20, 19),
    ],
)  # fmt: skip
def test_a_fault_of_the_bus_takes_the_time_of_its_driver(kind, version, ms, errno):
    assert chips.i2c_fault(kind, 20_000, 3, version) == (ms, errno)


def test_the_busy_part_of_a_sleep_is_what_the_arithmetic_of_the_port_gives():
    """Beside mp_hal_delay_ms written out in real numbers, which is not how chips.py has it."""
    draw = random.Random(1)
    for _ in range(2000):
        begun, ms = draw.randrange(1000), draw.randrange(1, 60)
        now, wakes = float(begun), 0
        while now - begun + 10 < ms:
            now = (int(now / 10) + 1) * 10.0
            wakes += 1
        assert chips.busy_ms(begun, ms) == begun + ms - now, (begun, ms, wakes)


@pytest.mark.parametrize(
    "linked, wanted, reason, status",
    [
        (True, True, 201, 1010), (False, True, 201, 201), (False, True, 205, 202), (False, True, 0, 1001),
        (False, False, 8, 1000), (False, True, 8, 1000), (False, False, 0, 1000), (False, False, 15, 15),
    ],
)  # fmt: skip
def test_a_reason_is_reported_until_an_address_comes(linked, wanted, reason, status):
    assert chips.wlan_status(linked, wanted, reason) == status


def test_each_chip_has_every_fact():
    assert [chip.name for chip in chips.CHIPS] == ["classic", "s3", "c3"]
    assert [chip.python_heap_b for chip in chips.CHIPS] == [57344, 65536, 65536]
    assert [chip.highest_mhz for chip in chips.CHIPS] == [240, 240, 160]
