"""The interactive stove: the real firmware in its own process, and a simulated stove at the speed the user wants.

The controller is in step with the stove: each time its loop sleeps, it waits for this side to let that time pass. So a
pause or a delay here is no stall there, and what was done runs again as a scenario, line by line. Its services run in
real time; the loop's clock is theirs, too.
"""

import os
import queue
import select
import shutil
import tempfile
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from simulator import run, words
from simulator.fields import ScenarioError
from simulator.inside import MODULES
from simulator.live.acts import RecordedStove
from simulator.live.recording import CALLS, DEFAULT, Refused
from simulator.live.world import LiveWorld
from simulator.realtime.process import (
    CODES,
    FIELDS,
    FOR_EVER_MS,
    KIND,
    A,
    B,
    C,
    ChipReset,
    D,
    DeviceProcess,
    E,
    network_of,
)  # fmt: skip
from simulator.times import show_time

PASSWORD = "curfew-desk"  # of the device's own page
NEAR_S = 0.004  # time this close is there already: a finer sleep costs more than it is worth
BEHIND_S = 0.25  # a stove that is so late goes on from here, and does not run after its time
IDLE_S = 0.5
SERVICES_LAG_MS = 10_000  # stove time may run ahead of the services by so much
SETTLED_ROUNDS = 3  # of the services, until what there was to write is written, or cannot be just now
SERVICES_WAIT_S = 0.02  # then every tick waits so long for them: they have a minute before the loop calls them blocked
SILENT_S = 30  # a program that does not end its tick for so long in real time hangs in itself
FRAMES_KEPT = 2400  # of what was seen, for the strips of a page that is opened later
READY_MS = 15_000  # a controller that starts rests its contacts first: a user at the stove need not wait for that
RECORD_MS = 24 * 3600 * 1000  # of stove time in one record, and
RECORD_LINES = 60_000  # lines of trace: then the stove stops, and is begun anew
report: Any = MODULES["report"]


class Closed(BaseException):
    """The stove is stopped."""


class Stove(RecordedStove, DeviceProcess):
    """One stove with its controller. top: a scenario (DEFAULT for none), whose events happen by themselves.

    broker: (host, port) or None. changed() is called from the stove's own thread whenever there is news for the ones
    who looks on. Call begin(), and close() at the end. Whatever is asked of it goes through ask(), which answers with a
    Future. To be read at any time: frame(), lines, until_ms (of a scenario, else None), failure, speed.
    """

    def __init__(
        self, top: dict[str, Any] | None = None, broker: tuple[str, int] | None = None, speed: int = 1,
        changed: Callable[[], None] = lambda: None, web_port: int | None = None, firmware: Path = run.BOARD,
    ):  # fmt: skip
        self.load(dict(top or DEFAULT), speed)
        self.loaded = top is not None
        self.lines: list[str] = []
        self._tone_ms = 0
        self.tones: deque[tuple[int, int]] = deque(maxlen=64)  # (Hz, ms of stove time): what the buzzer did
        self._changed = changed
        self._asked: queue.Queue[tuple[Callable[[], Any], Future[Any]]] = queue.Queue()
        self._bell = threading.Event()
        self._closing = False
        self._base_s, self._base_ms = time.monotonic(), 0
        self._pace_s, self._pace_ms = time.monotonic(), 0
        self._rounds = self._rounds_ms = 0
        self.settled = SETTLED_ROUNDS  # rounds of the services since there was something for them to write
        self._folder = tempfile.mkdtemp(prefix="curfew-stove-")
        plan = {**self.scenario.plan, "until_ms": FOR_EVER_MS, "samples": False}
        world = LiveWorld(plan, self._emit, Path(self._folder) / "flash", self._wait)
        parts = {}
        if broker:
            parts["mqtt"] = {"host": broker[0], "port": broker[1], "tls": False}
        super().__init__(
            Path(self._folder),
            plan,
            world,
            "stove",
            network_of(PASSWORD, **parts),
            firmware=firmware,
            friend=broker[0] if broker else None,
        )
        if web_port:
            self.web_port = web_port
        self._answers: Any = None
        self._stdout: Any = None
        self._block = array("q")
        self._noted: Any = None  # what the services may have to write down
        self._thread = threading.Thread(target=self._live, name="stove", daemon=True)

    # --- from outside ----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Switch on."""
        self._thread.start()

    def close(self) -> None:
        """Stop everything; nothing runs afterwards."""
        self._closing = True
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, function: Callable[..., Any], *args: Any) -> "Future[Any]":
        """Have the stove's own thread call this, between two ticks."""
        future: Future[Any] = Future()
        self._asked.put((lambda: function(*args), future))
        self._bell.set()
        return future

    # --- what can be asked of it: in its own thread ----------------------------------------------------------------

    def set_speed(self, speed: int) -> None:
        """Stove seconds in a second; 0: pause."""
        super().set_speed(speed)
        self._rebase()

    def so_far(self, lines_known: int) -> dict[str, Any]:
        """What a judge needs: the plan as it was carried out, the lines he does not know yet, the journal, the time."""
        journal = self.flash / "journal.txt"
        rows = journal.read_text("utf-8", "replace").splitlines() if journal.exists() else []
        return {
            "plan": self.plan,
            "lines": self.lines[lines_known:],
            "journal": [row for row in rows if row[:1] != "#"],
            "now_ms": self.world.now_ms,
        }

    # --- its own thread: time --------------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Return when it is time that more stove time passes; meanwhile do what is asked."""
        world = self.world
        while True:
            self._serve_asked()
            if self._closing:
                raise Closed
            if self._gets_ready():
                self._rebase()
                return
            if self.speed == 0:
                self._rebase()
                if world.now_ms < self._step_to_ms:
                    return
                self._bell.wait(IDLE_S)
                self._bell.clear()
                continue
            wait_s = self._base_s + (world.now_ms - self._base_ms) / 1000 / self.speed - time.monotonic()
            if wait_s < (NEAR_S if self.speed > 1 else 0.0005):
                if wait_s < -BEHIND_S:
                    self._rebase()
                break
            if self._bell.wait(wait_s):
                self._bell.clear()
        self._keep_time()

    def _gets_ready(self) -> bool:
        """The controller has just been switched on, and nothing is done or planned before it is ready."""
        if self.items or self.world.now_ms >= READY_MS or self.until_ms is not None:
            return False
        return not self._values or any(state == report.STATES.index("VERIFYING") for state in self._values[::FIELDS])

    def _services_lag(self) -> bool:
        """Whether the services, in their real time, are too far behind: in general, or with something to write."""
        world = self.world
        served = world.thread is not None and not world.blocked
        return served and (self.settled < SETTLED_ROUNDS or world.now_ms - self._rounds_ms > SERVICES_LAG_MS)

    def _rebase(self) -> None:
        self._base_s, self._base_ms = time.monotonic(), self.world.now_ms

    def _keep_time(self) -> None:
        now_s = time.monotonic()
        if now_s - self._pace_s >= 1:
            self.pace = (self.world.now_ms - self._pace_ms) / 1000 / (now_s - self._pace_s)
            self._pace_s, self._pace_ms = now_s, self.world.now_ms
        now_ms = self.world.now_ms
        if self.until_ms is not None and now_ms >= self.until_ms > self._reported_end_ms:
            self._reported_end_ms = self.until_ms
            self.speed = 0
            self._changed()
        if not self.over and (now_ms >= RECORD_MS or len(self.lines) >= RECORD_LINES):
            self.over = "a day on the stove is over: save it, or begin a new one"
            self.speed = 0
            self._changed()

    _reported_end_ms = 0

    def _serve_asked(self) -> None:
        while True:
            try:
                call, future = self._asked.get_nowait()
            except queue.Empty:
                return
            try:
                future.set_result(call())
            except (ScenarioError, Refused) as error:
                future.set_exception(error)

    # --- its own thread: the controller -------------------------------------------------------------------------------

    def _live(self) -> None:
        world = self.world
        try:
            world.begin()
            while True:
                world.wait_for_power()
                try:
                    if world.boot():
                        self._begin_life()
                        self._listen()
                except ChipReset:
                    pass
                finally:
                    self._end_life()
        except Closed:
            pass
        except Exception as error:
            self.failure = f"the stove failed: {type(error).__name__}: {error}"
            raise
        finally:
            self._end_life()
            while not self._asked.empty():
                self._asked.get_nowait()[1].cancel()
            self._changed()

    def _begin_life(self) -> None:
        source, self._answers = os.pipe()
        self._stdout, out = os.pipe()
        os.set_blocking(self._stdout, False)
        self._rounds_ms = self.world.now_ms
        self._rounds = 0
        try:
            self._launch(self._down_for(self.lines), source, out, (source,))
        finally:
            os.close(source)
            os.close(out)
        self._answer()

    def _end_life(self) -> None:
        if self._stdout is not None:
            self._drain()
        self._kill()
        for end in (self._answers, self._stdout):
            if end is not None:
                os.close(end)
        self._answers = self._stdout = None
        self.tone_hz = self.digits = 0
        self.pixels = [0] * 4
        self._changed()

    def _listen(self) -> None:
        while True:
            self._read_soon()
            for record in self._records():
                self._handlers[record[KIND]](record)

    def _read_soon(self) -> None:
        """Take up what the controller says; one that hangs in itself would hold the stove up for ever."""
        if not select.select([self._pipe], [], [], SILENT_S)[0]:
            raise RuntimeError(f"the controller said nothing for {SILENT_S} s: {self.console()[-2000:]}")
        if not self._read():
            raise RuntimeError(self.failure)

    def _emit(self, line: str) -> None:
        if not line.startswith("#time "):  # no one waits here for how far it has come
            self.lines.append(line)

    def _drain(self) -> None:
        """What the firmware printed is a part of the record."""
        try:
            said = os.read(self._stdout, 1 << 16)
        except BlockingIOError:
            return
        with self.log.open("ab") as log:
            log.write(said)
        for line in said.decode("utf-8", "replace").splitlines():
            self._emit("#console " + line)

    def _answer(self) -> None:
        world = self.world
        noisy = any(sensing.noise_uv for sensing in world.sensing)
        traps = 0
        for name, error in world.traps.items():
            if name in CALLS:
                traps |= words.ERRORS.index(error.__name__) + 1 << 3 * CALLS.index(name)
        ticks_ms = world.ticks_ms()
        inputs = self._inputs_now([0] * 8 if noisy else None)
        said = [ticks_ms, world.offs, world.asks, world.hampered, world.deaths_of_services, traps, noisy]
        said += [world.less, world.presence]
        world.offs = world.asks = world.less = world.presence = 0
        self._block = array("q", [0, *inputs, *said, 0])
        os.write(self._answers, self._block.tobytes())

    def _convert(self, record: Any) -> None:
        """The code of one channel as it is now, and nothing else that is new."""
        self._block[CODES + 4 * record[A] + record[B]] = self.world.input_code(record[A], record[B])
        os.write(self._answers, self._block.tobytes())

    def _sleep(self, record: Any) -> None:
        world = self.world
        self._drain()
        if record[C] and world.started_thread:
            self._show(record, record[E])
        if record[B]:
            world.feed()
        if record[D] != self._rounds:
            self.settled += 1
            self._rounds, self._rounds_ms = record[D], world.now_ms
        noted = [burner.coil for burner in world.burners], self._values[report.FAULT :: FIELDS]
        if noted != self._noted:
            self.settled = 0
            self._noted = noted
        if self.speed and not self._gets_ready() and self._services_lag():
            self._bell.wait(SERVICES_WAIT_S)
        world.sleep(record[A])
        self._answer()

    def _stopped(self, record: Any) -> None:
        self._drain()
        super()._stopped(record)
        self.world.wait_for_reset()

    def _post(self, record: Any) -> None:
        """A request came over the network: it becomes part of the record, as if made here."""
        world = self.world
        do = ("remote_off", "remote_extend", "remote_arm", "remote_less", "presence")[record[B]]
        at_ms = max(world.now_ms - 1, 0)  # the loop took it in the tick that is over
        item: dict[str, Any] = {"at": show_time(at_ms), "do": do, "burner": record[A]}
        if do == "remote_off":
            item["source"] = report.SOURCES[record[C]]
        elif do == "remote_less":
            item["min"] = record[D]
        elif do == "presence":
            item["on"] = not record[D]
        self._record(item, self._parsed(item))
        world.emit(f"#do {at_ms} {world._asked}")
        world._asked += 1
        self._changed()

    def _pixel(self, record: Any) -> None:
        self.pixels[record[A]] = record[B]

    def _tone(self, record: Any) -> None:
        if self.tone_hz:
            self.tones.append((self.tone_hz, self.world.now_ms - self._tone_ms))
        elif self.world.now_ms > self._tone_ms:
            self.tones.append((0, min(self.world.now_ms - self._tone_ms, 1000)))
        self.tone_hz, self._tone_ms = record[A], self.world.now_ms

    def _digits(self, record: Any) -> None:
        self.digits = record[A]

    def _thread_started(self, _: Any) -> None:
        self.world.thread_started()

    def _raised(self, record: Any) -> None:
        name = CALLS[record[A]]
        error = self.world.traps.pop(name)
        thread = "loop" if record[B] else "services"
        self.world.emit(f"#raised {self.world.now_ms} {thread} {name} {error.__name__}")
