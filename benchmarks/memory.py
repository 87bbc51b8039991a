"""Rows 4 and 7: what the box holds of the heap, part by part, after the start and under load; web clients one to fifty.

Belongs here: the parts, the load, the estimate for 32 bits. Does not: the desk (host_tests), the imports (vm/heap.py).
"""

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import rig, turns
from benchmarks.board import BASE, PASSWORD, TOKEN
from benchmarks.on_the_vm import measured
from simulator import run
from simulator.rig import network_of

# In the order in which they are imported: what a part shares with an earlier one is counted there.
PARTS = {
    "asyncio": ("asyncio", "asyncio.stream", "asyncio.lock"),
    "services": ("curfew.services.daily",),
    "web": ("curfew.services.site",),
    "mqtt": ("curfew.services.broker",),
}
# The same by file of the build, to be summed up; the first that fits counts.
FILES = (
    ("mqtt", ("curfew/services/broker",)),
    ("web", ("curfew/services/site",)),
    ("services", ("curfew/services/", "lib/")),
    ("core", ("curfew/", "program")),
)
SHORT = {"timer_default_min": 1, "timer_step_min": 1, "warning_s": 15, "reclose_hold_s": 3, "flame_die_s": 30}


def by_part(firmware: Path = run.BOARD) -> dict[str, int]:
    """Bytes of heap by part, "core" first. Raises RuntimeError."""
    given = [f"{part}={','.join(names)}" for part, names in PARTS.items()]
    found = measured("heap.py", *given, burners=4, air=True, firmware=firmware)
    return {part: found[part] for part in ("core", *PARTS)}


def mpy_by_part(firmware: Path = run.BOARD) -> dict[str, int]:
    """Bytes of compiled files by part."""
    total = {"core": 0, "services": 0, "web": 0, "mqtt": 0}
    for path in sorted((firmware / "a").rglob("*.mpy")):
        name = path.relative_to(firmware / "a").as_posix()
        total[next(part for part, starts in FILES if name.startswith(starts))] += path.stat().st_size
    return total


def in_32_bits(heap_bytes: int, mpy_bytes: int) -> int:
    """About what a heap of 64-bit words takes with words of 32.

    Bytecode and texts stay as long as they are in the .mpy files; all the rest of the heap is words and blocks of four
    words, which become half as long.
    """
    plain = min(mpy_bytes, heap_bytes)
    return plain + (heap_bytes - plain) // 2


@dataclass
class Load:
    """The box in real time, without and under load: live bytes; lateness of ticks by number of web clients.

    peak_bytes: with all rubbish that was never collected in between.
    """

    start_bytes: int = 0
    worst_bytes: int = 0
    peak_bytes: int = 0
    live_bytes: dict[int, int] = field(default_factory=dict)
    late_ms: dict[int, list[float]] = field(default_factory=dict)


def _live(desk: Any, s: float) -> int:
    """The most that was live in several looks over so long."""
    end_s = time.monotonic() + s
    most = 0
    while time.monotonic() < end_s:
        most = max(most, desk.live_bytes() - desk.rig_bytes)
        time.sleep(0.1)
    return most


def under_load(clients: tuple[int, ...], s: float) -> Load:
    """The desk with four burners and all services; each number of web clients for s seconds. Raises AssertionError."""
    found = Load()
    reach = rig.module("reach_clients")
    desk_fixture = rig.module("desk_fixture")
    with tempfile.TemporaryDirectory(prefix="curfew-bench-") as name, turns.broker(Path(name) / "broker") as broker:
        mqtt = rig.module("broker_fixture").mqtt_config(broker.port, host="localhost")
        token = rig.module("curfew.services.door").token_hash(TOKEN)
        network = network_of(PASSWORD, token=token, mqtt=mqtt)
        desk = desk_fixture.Desk(Path(name), burners=4, sensor=False, network=network, **SHORT)
        try:
            desk.wait_for(lambda: broker.greetings("curfew_"), 30, "a session with the broker")
            time.sleep(1)  # for its announcements
            found.start_bytes = min(desk.live_bytes() for _ in range(3)) - desk.rig_bytes
            for count in clients:
                first = len(desk.late_ms)
                with (
                    reach.Clients("hammer", web_port=desk.web_port, clients=count, pause_s=0.1),
                    reach.Clients("flood", port=broker.port, base=BASE, rate=turns.SHOUTS),
                ):
                    found.live_bytes[count] = _live(desk, s)
                found.late_ms[count] = desk.late_ms[first:]
            found.worst_bytes = max(found.live_bytes.values())
            found.peak_bytes = desk.peak_bytes - desk.rig_bytes
        finally:
            desk._end()
    return found
