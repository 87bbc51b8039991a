"""The host's end of a controller in a process of its own: compiled firmware on the VM, both threads, real network."""

import json
import os
import shutil
import socket
import subprocess
from array import array
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from simulator import run
from simulator.inside import MODULES
from simulator.realtime import time_servers

RIG = run.FAKES / "realtime"
FOR_EVER_MS = 2**60
PIPE_BYTES = 1 << 20  # half a minute of ticks, should this process have no time to listen
HEAP_KIB = 219  # what an ESP32-S3 has beside page and MQTT, in bytes of this VM: docs/generator/chip_heap.py
BLOCK_BYTES = 32  # of the VM's heap
RIG_BYTES = 48 * 1024  # of heap for the VM's end of the wire, beside the firmware's own
SOCKETS = MODULES["chips"].SOCKETS
FILES = 8  # of the VM: its console, the ends of the wire, RTC memory, two on the flash
FIELDS = 16  # of one burner in a snapshot
# What fakes/realtime/wire.py has, in the same order.
KIND, US, A, B, C, D, E, F, SIZE = 64, 65, 66, 67, 68, 69, 70, 71, 72
CODES = 8  # of the inputs: where those of the channels begin
LINKS = ("ok", "stale", "i2c_error")
STOVE_WORDS, AT_BLOCKED = 9, 3  # of the inputs: only stove time has them, but for BLOCKED of the wire
CAUSES = {"power": 1, "en": 1, "brownout": 1, "hard": 2, "wdt": 3, "soft": 5}
CLEARED_BY = ("power", "en")  # the resets that the RTC memory does not outlive

world_module: Any = MODULES["world"]
ChipReset = world_module.ChipReset
PASSWORD_ROUNDS = 2000


def network_of(password: str, **parts: Any) -> dict[str, Any]:
    """A network.json with this device password and a Wi-Fi; parts: mqtt={...}, voice={...}, token=..."""
    digest = salt = b"0123456789abcdef"
    for _ in range(PASSWORD_ROUNDS):
        digest = sha256(digest + password.encode()).digest()
    kept = f"sha256${PASSWORD_ROUNDS}${salt.hex()}${digest.hex()}"
    return {"wifi": {"ssid": "desk", "password": "a long password"}, "password": kept, **parts}


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port of loopback that no one uses just now."""
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class DeviceProcess:
    """One controller: its World, its flash in `folder`/flash, its process.

    network: None: no radio at all; {}: no network.json, so the set-up portal; else the content of network.json.
    mode, friend: of fakes/realtime/controller.py. heap_kib: the firmware's; the rig's part comes on top. pad: blocks
    that everything in the heap is shifted by. `failure` tells in words why the rig itself broke, None while it has not.
    """

    def __init__(
        self, folder: Path, plan: dict[str, Any], world: Any, mode: str, network: dict[str, Any] | None = None,
        heap_kib: int = HEAP_KIB, firmware: Path = run.BOARD, friend: str | None = None, pad: int = 0,
    ):  # fmt: skip
        self.plan = plan
        self.world = world
        self.failure: str | None = None
        self.starts = 0
        self.rig_bytes: int | None = None
        self.web_port = free_port()
        self.time_servers = time_servers.ports()  # "": the names of the time servers lead nowhere
        self.dns_port = free_port(socket.SOCK_DGRAM)
        self._mode, self._air, self._friend = mode, network is not None, friend
        self._firmware, self._pad = Path(firmware), pad
        self._rig_most_bytes = RIG_BYTES + pad * BLOCK_BYTES
        self._heap_bytes = heap_kib * 1024 + self._rig_most_bytes
        self._wifi, self._lookup_ms, self.dead_port, self._measure = 1, 0, 0, 0
        self._values: tuple[int, ...] = ()
        self._vm: Any = None
        self._pipe: Any = None
        self._heard = b""
        self._handlers: tuple[Callable[[Any], None], ...] = (
            self._hello, self._tick, self._pin, self._watch, self._post, self._reset, self._stopped, self._sleep,
            self._pixel, self._tone, self._digits, self._thread_started, self._raised, self._convert,
        )  # fmt: skip
        self.flash = Path(folder) / "flash"
        self.log = Path(folder) / "box.log"
        self._rtc = Path(folder) / "rtc"
        self._inputs_path = Path(folder) / "inputs"
        self._fill_flash(network)

    def _fill_flash(self, network: dict[str, Any] | None) -> None:
        self.flash.mkdir()
        self._rtc.write_bytes(b"")
        self.log.write_bytes(b"")
        run.write_settings(self.plan, self.flash)
        shutil.copytree(self._firmware, self.flash, ignore=shutil.ignore_patterns("settings.json"), dirs_exist_ok=True)
        if network:
            (self.flash / "network.json").write_text(json.dumps(network))

    # --- the process -----------------------------------------------------------------------------------------------

    def _launch(self, down_for: str | None, source: Any, stdout: Any, pass_fds: tuple[int, ...] = ()) -> None:
        """Start the VM after a reset for that cause (None: power came). source: INPUTS of controller.py."""
        why = down_for or "power"
        if why in CLEARED_BY:
            self._rtc.write_bytes(b"")
        self._pipe, out = os.pipe()
        _grow(out)
        paths = [RIG, run.COMMON, *([RIG / "air"] if self._air else [])]
        environment = {**os.environ, "MICROPYPATH": ":".join([*map(str, paths), ".frozen"]), "PAD": str(self._pad)}
        if self.time_servers:
            environment["TIME_PORTS"] = self.time_servers
        try:
            self._vm = subprocess.Popen(
                [
                    *(run._micropython(), "-X", f"heapsize={self._heap_bytes}", RIG / "box.py", str(out), str(source)),
                    *(self._rtc, str(CAUSES.get(why, 2)), self._mode),
                    *([self._friend] if self._friend else []),
                ],
                cwd=self.flash, env=environment,
                stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.STDOUT, pass_fds=[out, *pass_fds],
                start_new_session=True,  # a Ctrl-C at this terminal is for the host, which ends the controller itself
            )  # fmt: skip
        finally:
            os.close(out)
        _limit_sockets(self._vm.pid)

    def _kill(self) -> None:
        """The chip is gone: what it may still have had to say was never heard."""
        self._values = ()
        self._heard = b""
        if self._vm is not None:
            self._vm.kill()
            self._vm.wait()
            os.close(self._pipe)
            self._vm = self._pipe = None

    def _read(self) -> bool:
        """Take up what the pipe holds, waiting for at least something; False when the VM has ended by itself."""
        said = os.read(self._pipe, PIPE_BYTES)
        self._heard += said
        if said:
            return True
        status = self._vm.wait()
        self.failure = f"the VM ended by itself with status {status}: {self.console()[-2000:]}"
        self._kill()
        return False

    def _records(self) -> Any:
        """The whole records that were read, one after the other."""
        length = 8 * SIZE
        while len(self._heard) >= length:
            record = array("q", self._heard[:length])
            self._heard = self._heard[length:]
            yield record

    def _down_for(self, lines: list[str]) -> str | None:
        """Why the last life ended, as the lines tell; None for none."""
        return next((line.split()[2] for line in reversed(lines) if line.startswith("#down")), None)

    def console(self) -> str:
        """All that the firmware printed."""
        return self.log.read_text("utf-8", "replace")

    @property
    def pid(self) -> int:
        """The process of the VM; another one after each reset."""
        return self._vm.pid

    # --- what the chip says ----------------------------------------------------------------------------------------

    def _hello(self, record: Any) -> None:
        self.starts += 1
        self.rig_bytes = record[A]
        if record[A] > self._rig_most_bytes:
            self.failure = f"the rig takes {record[A]} bytes of the heap, at most {self._rig_most_bytes} are for it"

    def _show(self, record: Any, burners: int) -> None:
        """A snapshot of so many burners: the trace reports on it."""
        self._values = tuple(record[: FIELDS * burners])
        self.world._link = SimpleNamespace(snapshot=SimpleNamespace(values=self._values))

    def _pin(self, record: Any) -> None:
        self.world.pin_changed(record[A], record[B])

    def _watch(self, record: Any) -> None:
        self.world.watch(record[A])

    def _reset(self, _: Any) -> None:
        self.world.reset_now("hard")

    def _stopped(self, _: Any) -> None:
        self.world.stopped()
        self._values = ()

    def _nothing(self, record: Any) -> None:
        """Not asked for here."""

    _tick = _post = _sleep = _pixel = _tone = _digits = _thread_started = _raised = _convert = _nothing

    # --- input of the chip ------------------------------------------------------------------------------------

    def _inputs_now(self, codes: list[int] | None = None) -> list[int]:
        """The words of the inputs between FIRST and TICKS_MS; codes: of the eight channels, None for those of now."""
        world = self.world
        low = sum(1 << pin for pin in (*world.button_pins, *world.inputs) if not world.pin_level(pin))
        if codes is None:
            codes = [world.input_code(number // 4, number % 4) for number in range(8)]
        bus = [LINKS.index("i2c_error" if world.is_bus_stuck() else word) for word in world.bus]
        return [
            *(low, self._wifi, self._lookup_ms, self.dead_port, self._measure, *bus, *codes),
            *(self.web_port, self.dns_port),
        ]


def _limit_sockets(pid: int) -> None:
    """Let a process have no more sockets than a chip; files of the computer come on top."""
    try:
        import resource

        resource.prlimit(pid, resource.RLIMIT_NOFILE, (SOCKETS + FILES, SOCKETS + FILES))
    except (ImportError, AttributeError, OSError):
        pass  # not Linux


def _grow(pipe: int) -> None:
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        pass  # a small pipe only means that the chip may have to wait for a host without time
