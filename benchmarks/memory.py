"""Rows 4 and 7: what the box holds of the heap, part by part, after the start and under load; web clients one to fifty.

Belongs here: the parts, the load, the estimate for 32 bits. Does not: the desk (host_tests), the imports (vm/heap.py).
"""

import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import rig, turns
from benchmarks.board import BASE, PASSWORD, TOKEN
from benchmarks.on_the_vm import measured
from simulator import run
from simulator.realtime.rig import network_of

# In the order in which they are imported: what a part shares with an earlier one is counted there.
PARTS = {
    "asyncio": ("asyncio", "asyncio.stream", "asyncio.lock"),
    "services": ("curfew.bundles.services",),
    "web": ("curfew.bundles.http",),
    "mqtt": ("curfew.bundles.mqtt",),
}
# The same by file of the build, to be summed up; the first that fits counts.
FILES = (
    ("mqtt", ("curfew/bundles/mqtt", "curfew/services/mqtt/")),
    ("web", ("curfew/bundles/http", "curfew/services/http/")),
    ("services", ("curfew/bundles/services", "curfew/services/", "lib/")),
    ("core", ("curfew/", "program")),
)
PLACES = 8  # at the web door
_KEPT_LINES = "".join(f"{name}: {'x' * 200}\r\n" for name in ("Host", "Authorization", "Cookie"))
HALF_A_HEAD = f"POST /api/v1/off HTTP/1.1\r\n{_KEPT_LINES}X-".encode()
SHORT = {"timer_default_min": 1, "timer_step_min": 1, "warning_s": 15, "reclose_hold_s": 3, "flame_die_s": 30}


def by_part(
    firmware: Path = run.BOARD, parts: tuple[str, ...] = ("core", *PARTS), fillers: int = 0
) -> dict[str, int]:  # fmt: skip
    """Bytes of heap by part, "core" first; in it "core_alone" and "drivers", if asked for. Raises RuntimeError.

    fillers: see vm/heap.py.
    """
    given = [f"{part}={','.join(names)}" for part, names in PARTS.items()]
    found = measured("heap.py", fillers, *given, burners=4, air=True, firmware=firmware)
    return {part: found[part] for part in parts}


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


@contextmanager
def everything_on(burners: int) -> Iterator[tuple[Any, int]]:
    """The desk with all services, its announcements over, and the port of its broker. Raises AssertionError."""
    desk_fixture = rig.module("host_tests.fixtures.desk")
    with tempfile.TemporaryDirectory(prefix="curfew-bench-") as name, turns.broker(Path(name) / "broker") as broker:
        mqtt = rig.module("host_tests.fixtures.broker").mqtt_config(broker.port, host="localhost")
        token = rig.module("curfew.services.http.auth").token_hash(TOKEN)
        network = network_of(PASSWORD, token=token, mqtt=mqtt)
        desk = desk_fixture.Desk(Path(name), burners=burners, sensor=False, network=network, **SHORT)
        try:
            desk.wait_for(lambda: broker.greetings("curfew_"), 30, "a session with the broker")
            time.sleep(1)  # for its announcements
            yield desk, broker.port
        finally:
            desk._end()


def under_load(clients: tuple[int, ...], s: float) -> Load:
    """The desk with four burners and all services; each number of web clients for s seconds. Raises AssertionError."""
    found = Load()
    reach = rig.module("host_tests.fixtures.clients")
    with everything_on(4) as (desk, broker_port):
        found.start_bytes = min(desk.live_bytes() for _ in range(3)) - desk.rig_bytes
        for count in clients:
            first = len(desk.late_ms)
            with (
                reach.Clients("hammer", web_port=desk.web_port, clients=count, pause_s=0.1),
                reach.Clients("flood", port=broker_port, base=BASE, rate=turns.SHOUTS),
            ):
                found.live_bytes[count] = _live(desk, s)
            found.late_ms[count] = desk.late_ms[first:]
        found.worst_bytes = max(found.live_bytes.values())
        found.peak_bytes = desk.peak_bytes - desk.rig_bytes
    return found


def full_house(burners: int) -> int:
    """Live bytes with all services on and every place at the web door taken by a request that stops in its head.

    Within 1 % of the worst under load, and the same in every run. Raises AssertionError.
    """
    with everything_on(burners) as (desk, _), ExitStack() as stack:
        for _ in range(PLACES):
            caller = stack.enter_context(socket.create_connection(("127.0.0.1", desk.web_port)))
            caller.sendall(HALF_A_HEAD)
        time.sleep(0.5)  # until all are inside; they may stay for five seconds
        return statistics.median_low(desk.live_bytes() for _ in range(5)) - int(desk.rig_bytes)
