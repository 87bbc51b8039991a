"""Row 4 and the exact counts: what the device holds of the heap, part by part, after the start and under load."""

import json
import re
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import rig, turns
from benchmarks.board import BASE, PASSWORD, TOKEN
from benchmarks.on_the_vm import measured, reported
from simulator import run, run_settings
from simulator.realtime.broker import mqtt_config
from simulator.realtime.clients import Clients
from simulator.realtime.process import network_of
from simulator.realtime.rig import RealtimeRig

# In the order in which they are imported: what a part shares with an earlier one is counted there.
PARTS = {
    "asyncio": ("asyncio", "asyncio.stream", "asyncio.lock"),
    "services": ("curfew.bundles.services",),
    "web": ("curfew.bundles.http",),
    "mqtt": ("curfew.bundles.mqtt",),
}
PLACES = 5  # of the web server: http/server.py
PADS = (0, 1, 53)  # blocks before everything; garbage that the collector keeps by chance is not in all three
_KEPT_LINES = "".join(f"{name}: {'x' * 200}\r\n" for name in ("Host", "Authorization", "Cookie"))
HALF_A_HEAD = f"POST /api/v1/off HTTP/1.1\r\n{_KEPT_LINES}X-".encode()
ZONE = {"time_zone": "Europe/Berlin", "time_zone_changes": [n for at in range(22) for n in (at, 60)]}  # eleven years
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


def by_part_32(fillers: int = 0) -> dict[str, int]:
    """The same where words have 32 bits, without asyncio, which that VM has of its own. Raises RuntimeError."""
    parts = {**PARTS, "asyncio": ("asyncio",)}
    with tempfile.TemporaryDirectory(prefix="curfew-bench-") as folder:
        settings = run_settings.make({}, run_settings.shipped(), 4, True)["settings"]
        run.fill(Path(folder), run.BOARD, {"events": [], "settings": settings}, links=False)
        fakes = map(str, (rig.AIR, rig.TINY, rig.CHIP, rig.COMMON))
        vm = str(rig.ROOT / "build/npm/node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs")
        command = ["node", str(rig.VM / "heap32.mjs"), vm, folder, str(fillers), json.dumps(parts), *fakes]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        except FileNotFoundError:
            raise RuntimeError("heap32.mjs: node is missing: apt-get install nodejs npm") from None
    if done.returncode:
        raise RuntimeError(f"heap32.mjs on the 32-bit VM: {done.stderr.strip()[-400:]}")
    found: dict[str, int] = json.loads(done.stdout)
    del found["asyncio"]
    return found


def names() -> int:
    """Names that the whole device adds to those of its chip: each takes a place in a table that doubles."""
    given = [f"{part}={','.join(modules)}" for part, modules in PARTS.items()]
    counts = re.findall(r"n_qstr=(\d+)", reported("heap.py", 0, *given, burners=4, air=True))
    return int(counts[-1]) - int(counts[0])


@dataclass
class Load:
    """Live bytes of the device in real time: after the start, and by number of web clients."""

    start_bytes: int = 0
    live_bytes: dict[int, int] = field(default_factory=dict)


def _live(desk: Any, s: float) -> int:
    """The most that was live in several looks over so long."""
    end_s = time.monotonic() + s
    most = 0
    while time.monotonic() < end_s:
        most = max(most, desk.live_bytes() - desk.rig_bytes)
        time.sleep(0.1)
    return most


@contextmanager
def everything_on(burners: int, has_mqtt: bool = True, pad: int = 0) -> Iterator[tuple[Any, int]]:
    """The desk with all services, its announcements over, and the port of its broker. Raises AssertionError."""
    with tempfile.TemporaryDirectory(prefix="curfew-bench-") as name, turns.broker(Path(name) / "broker") as broker:
        mqtt = {"mqtt": mqtt_config(broker.port, host="localhost")} if has_mqtt else {}
        network = network_of(PASSWORD, token=rig.token_hash(TOKEN), **ZONE, **mqtt)
        desk = RealtimeRig(Path(name), burners=burners, sensor=False, network=network, pad=pad, **SHORT)
        try:
            if has_mqtt:  # its state comes behind its announcements
                desk.wait_for(lambda: "/device'" in broker.log.read_text(), 30, "the end of its announcements")
            time.sleep(1)
            yield desk, broker.port
        finally:
            desk._end()


def under_load(clients: tuple[int, ...], s: float) -> Load:
    """The desk with four burners and all services; each number of web clients for s seconds. Raises AssertionError."""
    found = Load()
    with everything_on(4) as (desk, broker_port):
        found.start_bytes = min(desk.live_bytes() for _ in range(3)) - desk.rig_bytes
        for count in clients:
            with (
                Clients("hammer", web_port=desk.web_port, clients=count, pause_s=0.1),
                Clients("flood", port=broker_port, base=BASE, rate=turns.SHOUTS),
            ):
                found.live_bytes[count] = _live(desk, s)
    return found


def without_radio(burners: int) -> int:
    """Live bytes of a device without radio. Raises AssertionError."""
    with tempfile.TemporaryDirectory(prefix="curfew-bench-") as name:
        desk = RealtimeRig(Path(name), burners=burners, radio=False, **SHORT)
        try:
            return int(statistics.median_low(desk.live_bytes() for _ in range(5)) - desk.rig_bytes)
        finally:
            desk._end()


def full_house(burners: int, has_mqtt: bool = True) -> int:
    """Live bytes with all services on, or all but MQTT, and every slot of the web server taken by a half request.

    Within 1 % of the worst under load, and the same in every run. Raises AssertionError.
    """
    return min(_full_house(burners, has_mqtt, pad) for pad in PADS)


def _full_house(burners: int, has_mqtt: bool, pad: int) -> int:
    with everything_on(burners, has_mqtt, pad) as (desk, _), ExitStack() as stack:
        for _ in range(PLACES):
            caller = stack.enter_context(socket.create_connection(("127.0.0.1", desk.web_port)))
            caller.sendall(HALF_A_HEAD)
        time.sleep(0.5)  # until all are inside; they may stay for five seconds
        return int(statistics.median_low(desk.live_bytes() for _ in range(5)) - desk.rig_bytes)
