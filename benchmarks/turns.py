"""Rows 1 and 2: deadline and OFF to the coil, Curfew and the baseline in turns on the same machine under the same load.

A turn is one program from its start through all phases, a bare VM beside it. A thread presses buttons; two burners
reach their deadline again and again, two are turned off remotely. Not here: the board (board.py), figures (rows.py).
"""

import json
import os
import random
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.bare import Bare
from benchmarks.board import BASE, SENSORS, TIMER_S, TOKEN, WINDOW_S, Board, BoardError, now_us
from benchmarks.rig import TICK_MS
from simulator.realtime import clients
from simulator.realtime.broker import Mosquitto

QUIET, CROWD, HANG = "quiet", "crowd", "hang"
PHASES = (QUIET, CROWD, HANG)
KINDS = ("firmware", "baseline")
WAYS = ("web", "mqtt")
CLIENTS, SHOUTS = 50, 500  # of the web server; messages a second over the broker
LOOKUP_S = 3.0  # of every look-up of a name in the phase HANG, in which there is no broker
OFF_BURNERS = tuple(number for number, sensor in enumerate(SENSORS) if not sensor)
RECLOSE_S = 3.3  # before the next press: Curfew has a reclose delay of 3 s, so the baseline gets one, too
AGAIN_S = 2.0  # between two presses: faster ones are a hand in a panic, which means OFF
ON_S = 0.6  # before an OFF: by then every client of the broker knows that the contact is closed
PATIENCE_S = 12.0  # for an OFF
DEATHS_MAX = 3  # of one program in a run
RETRY_S = 0.1  # after a refusal
TIMER_ROOM_S = 6.0  # for the burner that reaches its timer: to be pressed, and to be off again
START_S = 30.0
RAM = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # for flash and memory: a chip has no disk that pauses
START_GAP_S = 1.0  # between programs that run side by side


@dataclass
class Heard:
    """Lateness of one program in one phase, in milliseconds; an OFF refused for PATIENCE_S counts as so long.

    off_ms: from the connection on; connect_ms: until that of a web client stands. hears_ms: until a client of the
    broker hears of the open contact. Of the bare VM beside it: how late it woke (bare_ms), how late it heard a byte
    (byte_ms), how long a fixed piece of work took (work_ms).
    """

    deadline_ms: list[float] = field(default_factory=list)
    check_ms: list[float] = field(default_factory=list)
    off_ms: dict[str, list[float]] = field(default_factory=lambda: {"web": [], "mqtt": []})
    connect_ms: list[float] = field(default_factory=list)
    hears_ms: list[float] = field(default_factory=list)
    bare_ms: list[float] = field(default_factory=list)
    byte_ms: list[float] = field(default_factory=list)
    work_ms: list[float] = field(default_factory=list)

    def add(self, other: "Heard") -> None:
        """Append those of another turn in the same phase."""
        for name in ("deadline_ms", "check_ms", "connect_ms", "hears_ms", "bare_ms", "byte_ms", "work_ms"):
            getattr(self, name).extend(getattr(other, name))
        for way in WAYS:
            self.off_ms[way] += other.off_ms[way]


@dataclass
class Turn:
    """One program's turn: lateness by phase; the baseline's heap after the start, 0 for Curfew."""

    kind: str
    phases: dict[str, Heard] = field(default_factory=lambda: {phase: Heard() for phase in PHASES})
    heap_bytes: int = 0
    deaths: int = 0  # turns in which the program ended by itself; they are repeated


# --- pressing -------------------------------------------------------------------------------------------------------


class Presser(threading.Thread):
    """Presses every burner that is off after its reclose delay; records (due_us, burner) of every deadline."""

    def __init__(self, board: Board, draw: random.Random):
        super().__init__(daemon=True)
        self.due: list[tuple[int, int]] = []
        self.over = False
        self._board = board
        self._draw = draw

    def run(self) -> None:
        board = self._board
        next_s = [time.monotonic() + self._draw.random() * 2 for _ in SENSORS]
        seen = 0
        while not self.over:
            while seen < len(board.edges):
                us, burner, level = board.edges[seen]
                seen += 1
                if level:
                    self.due.append((us + (WINDOW_S if SENSORS[burner] else TIMER_S) * 1_000_000, burner))
                next_s[burner] = time.monotonic() + RECLOSE_S + self._draw.random() * 0.7
            for burner in range(len(SENSORS)):
                if not board.on[burner] and time.monotonic() >= next_s[burner]:
                    board.press(burner)
                    next_s[burner] = time.monotonic() + AGAIN_S  # should that not have been heard
            time.sleep(0.005)


# --- sending OFF ------------------------------------------------------------------------------------------------


class OffSender(threading.Thread):
    """Sends OFF to a burner that is on, by each way in turn, at random moments, and again after a refusal.

    Records (way, asked_us, connected_us, burner, off_us or None): connected at the first connection, if by the web.
    """

    def __init__(self, board: Board, broker_port: int, draw: random.Random, ways: tuple[str, ...]):
        super().__init__(daemon=True)
        self.offs: list[tuple[str, int, int, int, int | None]] = []
        self.spared_s: dict[int, float] = {}  # of a burner: not before then
        self.ways = ways
        self.over = False
        self.resting = False  # asks for nothing new
        self.asking = False
        self._board = board
        self._broker_port = broker_port
        self._draw = draw
        self._broker: socket.socket | None = None
        self._number = 0
        self._connected_us = 0  # 0: not yet in this OFF

    def run(self) -> None:
        turn = 0
        while not self.over:
            now_s = time.monotonic()
            on = [burner for burner in OFF_BURNERS if self._board.on[burner] and self.spared_s.get(burner, 0) <= now_s]
            self.asking = bool(on) and not self.resting
            if not self.asking:
                time.sleep(0.01)
                continue
            turn += 1
            self._ask(self.ways[turn % len(self.ways)], self._draw.choice(on))

    def rest(self) -> None:
        """Return when the OFF in progress has ended: the broker must not stop in the middle of it."""
        self.resting = True
        while self.asking and self.is_alive() and not self.over:
            time.sleep(0.005)

    def _ask(self, way: str, burner: int) -> None:
        time.sleep(ON_S + self._draw.random() * 0.1)
        seen = len(self._board.edges)
        self._connected_us, asked_us = 0, now_us()
        end_s = time.monotonic() + PATIENCE_S
        while not self.over and time.monotonic() < end_s:
            taken = self._by_mqtt(burner) if way == "mqtt" else self._by_web(burner)
            if off_us := self._off_us(burner, seen, 2.0 if taken else 0.0):
                self.offs.append((way, asked_us, self._connected_us or asked_us, burner, off_us))
                return
            time.sleep(RETRY_S)
        if not self.over:
            self.offs.append((way, asked_us, self._connected_us or asked_us, burner, None))

    def _off_us(self, burner: int, seen: int, s: float) -> int | None:
        end_s = time.monotonic() + s
        while True:
            for us, number, level in self._board.edges[seen:]:
                if number == burner and not level:
                    return us
            if time.monotonic() >= end_s:
                return None
            time.sleep(0.002)

    def _by_web(self, burner: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._board.web_port), 2) as link:
                self._connected_us = self._connected_us or now_us()
                link.sendall(clients.request("POST", f"/api/v1/burners/{burner}/off", TOKEN))
                return link.recv(4096)[9:10] == b"2"
        except OSError:
            return False

    def _by_mqtt(self, burner: int) -> bool:
        try:
            if self._broker is None:
                self._broker = clients.greeted(self._broker_port, "sender")
                self._broker.settimeout(5)
            self._number = self._number % 60000 + 1
            topic = f"{BASE}/burner/{burner}/command"
            self._broker.sendall(clients.publish(topic, b"OFF", qos=1, number=self._number))
            return bool(self._broker.recv(4))
        except (OSError, AssertionError):
            self._broker = None
            return False


class Friend(threading.Thread):
    """A client of the broker that hears every state, as Home Assistant is: `states`, (us, burner, open)."""

    def __init__(self, broker_port: int):
        super().__init__(daemon=True)
        self.states: list[tuple[int, int, bool]] = []
        self._link = clients.greeted(broker_port, "watcher")
        self._link.settimeout(None)
        self._link.sendall(clients.subscribe(f"{BASE}/burner/+/state"))

    def run(self) -> None:
        with self._link.makefile("rb") as heard:
            while message := clients.message(heard):
                us = now_us()
                topic, text = message
                state = json.loads(text)
                self.states.append((us, int(topic.split("/")[3]), not state.get("contact_closed", state.get("on"))))

    def heard_us(self, burner: int, asked_us: int) -> int | None:
        """When it heard first after asked_us that the contact is open; None: never."""
        return next((us for us, number, is_open in self.states if number == burner and is_open and us > asked_us), None)

    def __enter__(self) -> "Friend":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_RDWR)
        self.join()
        self._link.close()


# --- a turn ----------------------------------------------------------------------------------------------------------


@contextmanager
def broker(folder: Path) -> Iterator[Any]:
    """A mosquitto on loopback that sends at once. Raises BoardError where there is none."""
    if not shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"):
        raise BoardError("no mosquitto here: apt-get install mosquitto (or run `make build/system.ready`)")
    folder.mkdir(parents=True, exist_ok=True)
    one = Mosquitto(folder)
    try:
        one.stop()
        config = folder / "mosquitto.conf"
        config.write_text(config.read_text() + "set_tcp_nodelay true\n")
        one.start()
        yield one
    finally:
        one.stop()


def is_up(board: Board) -> Callable[[], bool]:
    """Whether the program answers an HTTP request."""

    def answers() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", board.web_port), 1) as link:
                link.sendall(clients.request("GET", "/api/v1/status"))
                return link.recv(64).startswith(b"HTTP/1.")
        except OSError:
            return False

    return answers


def _mqtt_is_heard(board: Board, port: int, sender: OffSender) -> None:
    """Turn a burner off over the broker until that works. Raises BoardError."""
    burner = OFF_BURNERS[0]
    end_s = time.monotonic() + START_S
    while time.monotonic() < end_s:
        seen = len(board.edges)
        if board.on[burner]:
            sender._by_mqtt(burner)
            if sender._off_us(burner, seen, 1.0):
                return
        else:
            board.press(burner)
            time.sleep(AGAIN_S)
    raise BoardError(f"{board.kind}: OFF over the broker never worked: {board.console()}")


def take_turn(kind: str, folder: Path, program: Path | None, phases_s: dict[str, float], seed: int) -> Turn:
    """Run one program through the phases; phases_s: how long each. Raises BoardError."""
    turn = Turn(kind)
    draw = random.Random(seed)
    with ExitStack() as stack:
        mosquitto = stack.enter_context(broker(folder / "broker"))
        board = stack.enter_context(Board(folder / kind, kind, mosquitto.port, program))
        bare, friend = stack.enter_context(Bare()), stack.enter_context(Friend(mosquitto.port))
        board.wait_for(lambda: len(board.fed) > 10, START_S, "the first ticks")
        board.wait_for(is_up(board), START_S, "an HTTP answer")
        presser = Presser(board, draw)
        sender = OffSender(board, mosquitto.port, draw, WAYS)
        _mqtt_is_heard(board, mosquitto.port, sender)
        if kind == "baseline":
            turn.heap_bytes = board.collected_bytes()
        presser.start()
        sender.start()
        spans = []
        try:
            for phase, s in phases_s.items():
                with _under(phase, board, mosquitto, sender):
                    begun_us = now_us()
                    last = sum(list(phases_s.values())[list(phases_s).index(phase) :])
                    if TIMER_S + 2 < last < TIMER_S + s:  # room for one whole timer from here on
                        sender.spared_s = {OFF_BURNERS[1]: time.monotonic() + TIMER_S + TIMER_ROOM_S}
                    end_s = time.monotonic() + s
                    board.wait_for(lambda end_s=end_s: time.monotonic() >= end_s, s + 5, phase)  # type: ignore[misc]
                    sender.rest()
                    spans.append((phase, begun_us, now_us()))
                sender.resting = False
        finally:
            presser.over = sender.over = True
            presser.join()
            sender.join()
        for phase, from_us, to_us in spans:
            turn.phases[phase].add(_heard(board, presser, sender, from_us, to_us))
            turn.phases[phase].add(_beside(bare, friend, sender, from_us, to_us))
    return turn


@contextmanager
def _under(phase: str, board: Board, mosquitto: Any, sender: OffSender) -> Iterator[None]:
    """The load of a phase, while it lasts."""
    if phase == QUIET:
        yield
        return
    sender.ways = WAYS if phase == CROWD else ("web",)
    with clients.Clients("hammer", web_port=board.web_port, clients=CLIENTS, pause_s=0.1):
        if phase == CROWD:
            with clients.Clients("flood", port=mosquitto.port, base=BASE, rate=SHOUTS):
                yield
            return
        board.lookups_hang(LOOKUP_S)
        mosquitto.stop()
        try:
            yield
        finally:
            board.lookups_hang(0)


def _heard(board: Board, presser: Presser, sender: OffSender, from_us: int, to_us: int) -> Heard:
    """What fell into a span of time."""
    heard = Heard()
    offs = [(us, burner) for us, burner, level in board.edges if not level]
    asked = {(burner, off_us) for *_, burner, off_us in sender.offs}
    for due_us, burner in presser.due:
        if not from_us <= due_us < to_us:
            continue
        began_us = due_us - (WINDOW_S if SENSORS[burner] else TIMER_S) * 1_000_000
        off_us = next((us for us, number in offs if number == burner and us > began_us), None)
        if (burner, off_us) not in asked and not (off_us and off_us < due_us - 1_000_000):
            heard.deadline_ms.append(((off_us or to_us) - due_us) / 1000)  # still on at the end: late by so much so far
    heard.check_ms = [gap_us / 1000 - TICK_MS for us, gap_us in board.fed if gap_us and from_us <= us < to_us]
    last_us = max((us for us, _ in board.fed if us < to_us), default=from_us)
    heard.check_ms.append((to_us - last_us) / 1000 - TICK_MS)  # the one that is due just now
    for way, asked_us, connected_us, _, off_us in sender.offs:
        if from_us <= asked_us < to_us:
            heard.off_ms[way].append((off_us - connected_us) / 1000 if off_us else PATIENCE_S * 1000)
            heard.connect_ms += [(connected_us - asked_us) / 1000] * (way == "web")
    return heard


def _beside(bare: Bare, friend: Friend, sender: OffSender, from_us: int, to_us: int) -> Heard:
    """What the bare VM did in a span of time, and what the client of the broker heard of the OFFs in it."""
    heard = Heard()
    ticks = [tick for tick in bare.ticks if from_us <= tick[0] < to_us]
    heard.bare_ms = [max(0, late_us) / 1000 for _, late_us, _ in ticks]
    heard.work_ms = [work_us / 1000 for _, _, work_us in ticks]
    heard.byte_ms = [late_us / 1000 for sent_us, late_us in bare.heard if from_us <= sent_us < to_us]
    for way, asked_us, _, burner, off_us in sender.offs:
        if way == "mqtt" and from_us <= asked_us < to_us:
            friend_us = friend.heard_us(burner, asked_us) if off_us else None
            heard.hears_ms.append((friend_us - asked_us) / 1000 if friend_us else PATIENCE_S * 1000)
    return heard


def _whole_turn(
    total: Turn, program: Path | None, phases_s: dict[str, float], seed: int, report: Callable[[str], None]
) -> Turn:
    """A complete turn; one in which the program ended is counted and repeated."""
    while True:
        try:
            with tempfile.TemporaryDirectory(prefix="curfew-bench-", dir=RAM) as folder:
                return take_turn(total.kind, Path(folder), program, phases_s, seed)
        except BoardError as error:
            total.deaths += 1
            if total.deaths >= DEATHS_MAX:
                raise
            report(f"{error}; once more")


def in_turns(
    baseline: Path, rounds: int, phases_s: dict[str, float], report: Callable[[str], None], program: Path | None = None
) -> dict[str, Turn]:
    """Curfew, the baseline, Curfew ...; summed up by kind. report: called with what begins. Raises BoardError."""
    total = {kind: Turn(kind) for kind in KINDS}
    for number in range(rounds):
        for kind in total:
            report(f"{kind}, turn {number + 1} of {rounds}")
            one = _whole_turn(total[kind], baseline if kind == "baseline" else program, phases_s, number, report)
            for phase in phases_s:
                total[kind].phases[phase].add(one.phases[phase])
            total[kind].heap_bytes = one.heap_bytes
    return total


def side_by_side(
    baseline: Path, devices: int, s: float, report: Callable[[str], None], program: Path | None = None
) -> tuple[Heard, Heard]:
    """As many controllers as baselines at the same time, each on a quiet network of its own. Raises BoardError."""
    phases_s = {QUIET: s}
    report(f"{devices} controllers and {devices} baselines side by side, {s / 60:.0f} min")

    def quiet(kind: str, number: int) -> Heard:
        time.sleep(number * START_GAP_S)  # a start takes all of a core
        turn = _whole_turn(Turn(kind), baseline if kind == "baseline" else program, phases_s, number, report)
        return turn.phases[QUIET]

    total = {kind: Heard() for kind in KINDS}
    with ThreadPoolExecutor(2 * devices) as pool:
        jobs = [(kind, pool.submit(quiet, kind, number)) for number in range(devices) for kind in total]
        for kind, job in jobs:
            total[kind].add(job.result())
    return total["firmware"], total["baseline"]
