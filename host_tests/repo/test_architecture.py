"""The rooms of the firmware: which may import which, and what no file may hold, read from the sources."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FIRMWARE = ROOT / "firmware"
FILES = sorted(path for path in FIRMWARE.rglob("*.py"))
CURFEW = FIRMWARE / "curfew"
CORE = sorted(path for room in ("", "core", "runtime", "storage") for path in (CURFEW / room).glob("*.py"))
HARDWARE = sorted((FIRMWARE / "curfew" / "hardware").rglob("*.py"))
SERVICES = sorted((FIRMWARE / "curfew" / "services").rglob("*.py"))
AT_THE_START = ("curfew/core/settings.py", "curfew/hardware/memory.py")  # their errors come while there is memory
CHIP = {"machine", "network", "neopixel", "esp32", "esp", "bluetooth", "espnow"}
IMPURE = CHIP | {"time", "utime", "asyncio", "uasyncio", "_thread", "socket", "ssl", "select", "random"}


def tree(path):
    return ast.parse(path.read_text())


def imported(path):
    """The dotted names of everything that a file imports, anywhere in it."""
    return imported_by(tree(path))


def imported_by(root):
    names = set()
    for node in ast.walk(root):
        if isinstance(node, ast.Import):
            names |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names |= {node.module} | {f"{node.module}.{item.name}" for item in node.names}
    return names


def roots(path):
    return {name.split(".")[0] for name in imported(path)}


def shown(path):
    return str(path.relative_to(FIRMWARE))


@pytest.mark.parametrize("path", CORE, ids=shown)
def test_the_core_knows_neither_chip_nor_clock_nor_network_nor_threads(path):
    assert not roots(path) & IMPURE


def test_a_public_constant_has_a_name_of_its_own_in_the_whole_package():
    """They are imported bare: two of one name would pass unseen. A dict of handlers is read off its module."""
    owners = {}
    for path in sorted(CURFEW.rglob("*.py")):
        for node in tree(path).body:
            if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Dict):
                names = [one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)]
                for name in names:
                    if name.isupper() and not name.startswith("_"):
                        owners.setdefault(name, []).append(shown(path))
    assert {name: files for name, files in owners.items() if len(files) > 1} == {}


@pytest.mark.parametrize("name", ["safety.py", "limits.py", "codes.py", "signals.py", "ticks.py"])
def test_what_can_be_read_aloud_imports_nothing(name):
    assert imported(CURFEW / "core" / name) == set()


@pytest.mark.parametrize("name", ["table.py", "button.py", "flame.py", "proof.py", "burner.py", "controller.py"])
def test_deciding_needs_nothing_but_the_core_itself(name):
    assert roots(CURFEW / "core" / name) <= {"curfew", "array", "typing"}


@pytest.mark.parametrize("path", [path for path in FILES if path not in HARDWARE], ids=shown)
def test_only_the_hardware_and_what_starts_it_import_machine(path):
    if path.name in ("boot.py", "starter.py", "program.py"):
        assert "machine" in roots(path)
    else:
        assert not roots(path) & {"machine", "neopixel"}


@pytest.mark.parametrize("path", HARDWARE, ids=shown)
def test_the_hardware_knows_no_network_and_only_its_clock_the_time(path):
    clock = {"time"} if path.name == "clock.py" else set()
    assert not roots(path) & {"time", "asyncio", "network", "socket", "ssl"} - clock


@pytest.mark.parametrize("path", SERVICES, ids=shown)
def test_the_services_reach_neither_relays_nor_gate_nor_table(path):
    names = "core.safety core.burner core.table core.controller runtime.loop hardware"
    forbidden = {"curfew." + name for name in names.split()}
    reached = imported(path) - {"curfew.hardware.chip"}  # which is theirs, and knows no relay
    if "curfew.hardware.chip" in imported(path):
        reached -= {"curfew.hardware"}
    assert not {name for name in reached if any(name == f or name.startswith(f + ".") for f in forbidden)}


@pytest.mark.parametrize("path", [path for path in (*CORE, *HARDWARE) if shown(path) not in AT_THE_START], ids=shown)
def test_no_except_of_the_safety_loop_needs_memory(path):
    """MicroPython makes the tuple of "except (A, B)" when an error comes by, which may be that there is none."""
    assert [
        one.lineno
        for one in ast.walk(tree(path))
        if isinstance(one, ast.ExceptHandler) and isinstance(one.type, ast.Tuple)
    ] == []


def test_only_the_board_makes_relays_and_only_the_burner_has_a_gate():
    def named(name):
        return [shown(p) for p in FILES for n in ast.walk(tree(p)) if isinstance(n, ast.Call) and _called(n) == name]

    assert named("Relays") == ["curfew/hardware/board.py"]
    assert named("Gate") == ["curfew/core/burner.py"]
    assert named("drive") == ["curfew/runtime/loop.py"]
    assert named("grant").count("curfew/core/controller.py") == 1
    assert set(named("feed")) == {"curfew/runtime/loop.py"}, "the only place that feeds the watchdog"


def _called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


@pytest.mark.parametrize("path", CORE, ids=shown)
def test_the_core_can_be_imported_by_itself_on_any_python(path, monkeypatch):
    """Whatever it imports is there without chip and without network: this process has no `machine`."""
    assert "machine" not in sys.modules
    __import__(".".join(path.relative_to(FIRMWARE).with_suffix("").parts).removesuffix(".__init__"))
    assert "machine" not in sys.modules


# --- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_no_float_is_written_or_made(path):
    wrong = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)):
            wrong.append(f"line {node.lineno}: {node.value}")
        elif isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            wrong.append(f"line {node.lineno}: a division that makes a float")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and not isinstance(node.right, ast.Constant):
            wrong.append(f"line {node.lineno}: a power that may make a float")
        elif isinstance(node, ast.Call) and _called(node) in ("float", "round", "time_ns", "time"):
            wrong.append(f"line {node.lineno}: {_called(node)}()")
    assert wrong == []


@pytest.mark.parametrize("path", CORE, ids=shown)
def test_every_whole_number_that_is_written_is_a_small_int(path):
    numbers = [n.value for n in ast.walk(tree(path)) if isinstance(n, ast.Constant) and type(n.value) is int]
    assert all(abs(number) < 2**30 for number in numbers)


# --- shape ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in FILES if path.name not in ("boot.py",)], ids=shown)
def test_every_file_begins_with_what_it_is_for(path):
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name != "firmware"], ids=shown)
def test_importing_a_file_does_nothing(path):
    """Definitions, imports and constants only: the order of imports never matters."""
    allowed = (
        ast.Import,
        ast.ImportFrom,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Assign,
        ast.AnnAssign,
    )
    for node in tree(path).body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        typing = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        assert docstring or typing or isinstance(node, allowed), f"line {node.lineno}"


@pytest.mark.parametrize("path", CORE, ids=shown)
def test_no_state_lives_outside_of_objects(path):
    """A reset is a new object: no global statement, no mutable container at module level."""
    for node in ast.walk(tree(path)):
        assert not isinstance(node, (ast.Global, ast.Nonlocal)), f"line {node.lineno}"
    for node in tree(path).body:
        if isinstance(node, ast.Assign):
            mutable = isinstance(node.value, (ast.List, ast.Set, ast.ListComp))
            assert not mutable, f"line {node.lineno}"


def test_nothing_of_the_repository_names_a_path_of_one_machine():
    for path in FILES:
        assert str(ROOT) not in path.read_text() and "/home/" not in path.read_text()
