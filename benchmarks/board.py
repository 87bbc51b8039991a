"""A program on the VM in real time, seen from outside: its relay pins and its watchdog; its buttons can be pressed.

with Board(folder, "firmware" or "baseline", broker_port) as board: board.press(0) ...
"""

import json
import os
import select
import shutil
import socket
import subprocess
import threading
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import rig
from simulator import run, run_settings
from simulator.realtime.broker import mqtt_config
from simulator.realtime.process import (
    KIND,
    PIPE_BYTES,
    RIG_BYTES,
    SIZE,
    STOVE_WORDS,
    US,
    A,
    B,
    D,
    F,
    free_port,
    network_of,
)

BURNERS = 4
BUTTON_PINS = (25, 26, 27, 13)
RELAY_PINS = (18, 19, 23, 33)
WINDOW_S = 10  # the shortest deadline there is: a press with a sensor that never sees a flame
TIMER_S = 60
SENSORS = (True, True, False, False)
TOKEN = "0123456789abcdef0123456789abcdef"
PASSWORD = "correct horse"
BASE = "curfew/240ac412ab0f"  # the topics of the chip on the desk
DOWN_S = 0.12  # of a press
_HELLO, _TICK, _PIN, _STOPPED = 0, 1, 2, 6
_STEP_S = 0.002


class BoardError(RuntimeError):
    """The program does not run as it must; the text says what it printed."""


def now_us() -> int:
    """The clock that all processes of this machine share."""
    return time.monotonic_ns() // 1000


class Board:
    """One program until the end of `with`.

    To be read: `edges`, (us, burner, level) of the relay pins; `fed`, (us, gap_us) of the watchdog, gap 0 first;
    `live_bytes` of the baseline's heap.
    """

    def __init__(self, folder: Path, kind: str, broker_port: int, program: Path | None = None):
        self.kind = kind
        self.edges: list[tuple[int, int, int]] = []
        self.fed: list[tuple[int, int]] = []
        self.on = [False] * BURNERS
        self.live_bytes = self.rig_bytes = 0
        self.web_port = free_port()
        self.failure: str | None = None
        self._dns_port = free_port(socket.SOCK_DGRAM)
        self._down_until = [0.0] * BURNERS
        self._lookup_ms = self._measure = self._measured = self._sent = 0
        self._shown: list[int] = []
        self._over = False
        self._lock = threading.Lock()
        program = program or run.BOARD
        flash = folder / "flash"
        flash.mkdir(parents=True)
        (_fill_baseline if kind == "baseline" else _fill_ours)(flash, broker_port, program)
        self._inputs = folder / "inputs"
        self.log = folder / "log"
        (folder / "rtc").write_bytes(b"")
        self._show()
        self._pipe, out = os.pipe()
        run_on = [rig.micropython(), "-X", f"heapsize={rig.HEAP_KIB * 1024 + RIG_BYTES}"]
        paths = rig.path_of(rig.CHIP, rig.COMMON, rig.AIR, *([program, program / "lib"] if kind == "baseline" else []))
        with self.log.open("wb") as log:
            self._vm = subprocess.Popen(
                [*run_on, rig.VM / "board.py", str(out), self._inputs, folder / "rtc", kind],
                cwd=flash, env={**os.environ, "MICROPYPATH": paths}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                pass_fds=[out],
            )  # fmt: skip
        os.close(out)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    # --- what is done to it ----------------------------------------------------------------------------------------

    def press(self, burner: int) -> None:
        """The button goes down now, and up again after DOWN_S; returns at once."""
        with self._lock:
            self._down_until[burner] = time.monotonic() + DOWN_S
            self._show()

    def lookups_hang(self, s: float) -> None:
        """From now on every look-up of a name blocks its thread for so long."""
        with self._lock:
            self._lookup_ms = int(s * 1000)
            self._show()

    def collected_bytes(self) -> int:
        """What the baseline's heap holds after a collection, without the rig's own part."""
        with self._lock:
            self._measure += 1
            self._show()
        self.wait_for(lambda: self._measured == self._measure, 20, "the heap's figures")
        return self.live_bytes - self.rig_bytes

    # --- what is seen ----------------------------------------------------------------------------------------------

    def wait_for(self, holds: Callable[[], Any], s: float, what: str) -> Any:
        """Wait until holds() is true, and return that. Raises BoardError after s seconds, or when the program ended."""
        end_s = time.monotonic() + s
        while True:
            if self.failure:
                raise BoardError(f"{self.kind}: {self.failure}: {self.console()}")
            if found := holds():
                return found
            if time.monotonic() > end_s:
                raise BoardError(f"{self.kind}: {what}: not within {s:g} s: {self.console()}")
            time.sleep(_STEP_S)

    def console(self) -> str:
        """The last of what the program printed."""
        return self.log.read_text("utf-8", "replace")[-1500:]

    def _listen(self) -> None:
        heard = b""
        length = 8 * SIZE
        while not self._over:
            with self._lock:
                self._show()
            if not select.select([self._pipe], [], [], 0.005)[0]:
                continue
            said = os.read(self._pipe, PIPE_BYTES)
            if not said:
                self.failure = "the VM ended by itself"
                return
            heard += said
            for at in range(0, len(heard) - length + 1, length):
                self._take(array("q", heard[at : at + length]))
            heard = heard[len(heard) // length * length :]

    def _take(self, record: "array[int]") -> None:
        kind = record[KIND]
        if kind == _TICK:
            self.fed.append((record[US], record[A]))
            self.live_bytes, self._measured = record[D], record[F]
        elif kind == _PIN and record[A] in RELAY_PINS:
            burner = RELAY_PINS.index(record[A])
            self.on[burner] = bool(record[B])
            self.edges.append((record[US], burner, record[B]))
        elif kind == _HELLO:
            self.rig_bytes = record[A]
        elif kind == _STOPPED:
            self.failure = "the program ended"

    def _show(self) -> None:
        """Write what the chip's inputs are just now, if it is news. The converters' codes are 0: all cold."""
        now_s = time.monotonic()
        low = sum(1 << BUTTON_PINS[burner] for burner in range(BURNERS) if now_s < self._down_until[burner])
        inputs = [
            low,
            1,
            self._lookup_ms,
            0,
            self._measure,
            0,
            0,
            *[0] * 8,
            self.web_port,
            self._dns_port,
            *[0] * STOVE_WORDS,
        ]
        if inputs == self._shown:
            return
        self._shown = inputs
        self._sent += 1
        file = os.open(self._inputs, os.O_WRONLY | os.O_CREAT)
        try:
            os.pwrite(file, array("q", [self._sent, *inputs, self._sent]).tobytes(), 0)
        finally:
            os.close(file)

    def __enter__(self) -> "Board":
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._thread.join()
        self._vm.kill()
        self._vm.wait()
        os.close(self._pipe)


def _fill_ours(flash: Path, broker_port: int, program: Path) -> None:
    short = {
        "timer_default_min": TIMER_S // 60, "timer_step_min": 1, "warning_s": 15, "reclose_hold_s": 3,
        "flame_die_s": 30, "ignite_window_s": WINDOW_S, "auto_arm": False,
    }  # fmt: skip
    settings = run_settings.make({"settings": short}, run_settings.shipped(), BURNERS, False)["settings"]
    settings["burners"] = [
        {"relay_pin": relay, "button_pin": button, "sensor": sensor}
        for relay, button, sensor in zip(RELAY_PINS, BUTTON_PINS, SENSORS, strict=True)
    ]
    (flash / "settings.json").write_text(json.dumps(settings))
    mqtt = mqtt_config(broker_port, host="localhost")
    network = network_of(PASSWORD, token=rig.token_hash(TOKEN), mqtt=mqtt)
    (flash / "network.json").write_text(json.dumps(network))
    shutil.copytree(program, flash, ignore=shutil.ignore_patterns("settings.json"), dirs_exist_ok=True)


def _fill_baseline(flash: Path, broker_port: int, program: Path) -> None:
    timers_s = [WINDOW_S if sensor else TIMER_S for sensor in SENSORS]
    config = {
        "wifi": {"ssid": "desk", "password": "a long password"}, "token": TOKEN,
        "mqtt": {"host": "localhost", "port": broker_port}, "timers_s": timers_s,
    }  # fmt: skip
    (flash / "config.json").write_text(json.dumps(config))
