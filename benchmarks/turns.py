"""Rows 1 and 2: deadline and OFF to the coil, ours and the peer's, in turns on the same machine under the same load.

A turn is one program from its start through all phases. Hands press; two burners run into their deadline again and
again, two are put out from afar. Belongs here: phases, load, what was late. Does not: the board (board.py), figures.
"""

import os
import random
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import rig
from benchmarks.board import BASE, SENSORS, TIMER_S, TOKEN, WINDOW_S, Board, BoardError, now_us
from benchmarks.rig import TICK_MS

QUIET, CROWD, HANG = "quiet", "crowd", "hang"
PHASES = (QUIET, CROWD, HANG)
CLIENTS, SHOUTS = 50, 500  # at the web door; messages a second over the broker
LOOKUP_S = 3.0  # of every look-up of a name in the phase HANG, in which there is no broker
OFF_BURNERS = tuple(number for number, sensor in enumerate(SENSORS) if not sensor)
REST_S = 3.3  # before the next press: a closed contact of ours rests for 3 s, so the peer's does, too
PATIENCE_S = 12.0  # for an OFF
DEATHS_MAX = 3  # of one program in a run
RETRY_S = 0.1  # after a door that was shut
TIMER_ROOM_S = 6.0  # in which the burner that shall run into its timer is pressed, and is off again
START_S = 30.0
RAM = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # for flash and memory: a disk's pauses are no chip's
START_GAP_S = 1.0  # between programs that run side by side


@dataclass
class Heard:
    """What came of one program in one phase, in milliseconds; lost: OFFs that found no open door for PATIENCE_S."""

    deadline_ms: list[float] = field(default_factory=list)
    check_ms: list[float] = field(default_factory=list)
    off_ms: dict[str, list[float]] = field(default_factory=lambda: {"web": [], "mqtt": []})
    lost: dict[str, int] = field(default_factory=lambda: {"web": 0, "mqtt": 0})
    refused: dict[str, int] = field(default_factory=lambda: {"web": 0, "mqtt": 0})

    def add(self, other: "Heard") -> None:
        """What another turn heard in the same phase."""
        self.deadline_ms += other.deadline_ms
        self.check_ms += other.check_ms
        for door in self.off_ms:
            self.off_ms[door] += other.off_ms[door]
            self.lost[door] += other.lost[door]
            self.refused[door] += other.refused[door]


@dataclass
class Turn:
    """One program's turn: Heard by phase; the peer's heap after the start and at its worst, 0 for ours."""

    kind: str
    phases: dict[str, Heard] = field(default_factory=lambda: {phase: Heard() for phase in PHASES})
    heap_bytes: int = 0
    peak_bytes: int = 0
    machine_ms: list[float] = field(default_factory=list)  # how late a bare loop beside it was, tick by tick
    deaths: int = 0  # turns in which the program ended by itself; they are begun anew


# --- the hands -------------------------------------------------------------------------------------------------------


class Hands(threading.Thread):
    """Presses whatever is off and had its rest; notes (due_us, burner) of every deadline that begins."""

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
                next_s[burner] = time.monotonic() + REST_S + self._draw.random() * 0.7
            for burner in range(len(SENSORS)):
                if not board.on[burner] and time.monotonic() >= next_s[burner]:
                    board.press(burner)
                    next_s[burner] = time.monotonic() + 2  # and again, should that not have been heard
            time.sleep(0.005)


# --- who asks for OFF ------------------------------------------------------------------------------------------------


class Friend(threading.Thread):
    """Asks for OFF of a burner that is on, by one door after the other, at random moments, and again if shut out.

    Notes (door, asked_us, burner, off_us or None, refusals).
    """

    def __init__(self, board: Board, broker_port: int, draw: random.Random, doors: tuple[str, ...]):
        super().__init__(daemon=True)
        self.offs: list[tuple[str, int, int, int | None, int]] = []
        self.spared_s: dict[int, float] = {}  # of a burner: not before then
        self.doors = doors
        self.over = False
        self.resting = False  # asks for nothing new
        self.asking = False
        self._board = board
        self._broker_port = broker_port
        self._draw = draw
        self._broker: socket.socket | None = None
        self._number = 0

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
            self._ask(self.doors[turn % len(self.doors)], self._draw.choice(on))

    def rest(self) -> None:
        """Return when what was asked for has come to its end: a door must not be shut in the middle of a word."""
        self.resting = True
        while self.asking and self.is_alive() and not self.over:
            time.sleep(0.005)

    def _ask(self, door: str, burner: int) -> None:
        time.sleep(0.3 + self._draw.random() * 0.1)
        seen = len(self._board.edges)
        asked_us = now_us()
        end_s = time.monotonic() + PATIENCE_S
        refusals = 0
        while not self.over and time.monotonic() < end_s:
            taken = self._by_mqtt(burner) if door == "mqtt" else self._by_web(burner)
            if off_us := self._off_us(burner, seen, 2.0 if taken else 0.0):
                self.offs.append((door, asked_us, burner, off_us, refusals))
                return
            refusals += 1
            time.sleep(RETRY_S)
        if not self.over:
            self.offs.append((door, asked_us, burner, None, refusals))

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
                clients = rig.module("host_tests.fixtures.clients")
                link.sendall(clients.request("POST", f"/api/v1/burners/{burner}/off", TOKEN))
                return link.recv(4096)[9:10] == b"2"
        except OSError:
            return False

    def _by_mqtt(self, burner: int) -> bool:
        clients = rig.module("host_tests.fixtures.clients")
        try:
            if self._broker is None:
                self._broker = clients.greeted(self._broker_port, "friend")
                self._broker.settimeout(5)
            self._number = self._number % 60000 + 1
            topic = f"{BASE}/burner/{burner}/command"
            self._broker.sendall(clients.publish(topic, b"OFF", qos=1, number=self._number))
            return bool(self._broker.recv(4))
        except (OSError, AssertionError):
            self._broker = None
            return False


# --- a turn ----------------------------------------------------------------------------------------------------------


@contextmanager
def broker(folder: Path) -> Iterator[Any]:
    """A mosquitto on loopback that sends at once. Raises BoardError where there is none."""
    if not shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"):
        raise BoardError("no mosquitto here: apt-get install mosquitto (or run `make build/system.ready`)")
    folder.mkdir(parents=True, exist_ok=True)
    one = rig.module("host_tests.fixtures.broker").Mosquitto(folder)
    try:
        one.stop()
        config = folder / "mosquitto.conf"
        config.write_text(config.read_text() + "set_tcp_nodelay true\n")
        one.start()
        yield one
    finally:
        one.stop()


def is_up(board: Board) -> Callable[[], bool]:
    """Whether the program answers at its web door and hears an OFF over the broker: both by its own relay."""

    def answers() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", board.web_port), 1) as link:
                link.sendall(rig.module("host_tests.fixtures.clients").request("GET", "/api/v1/status"))
                return link.recv(64).startswith(b"HTTP/1.")
        except OSError:
            return False

    return answers


def _mqtt_is_heard(board: Board, port: int, friend: Friend) -> None:
    """Put a burner out over the broker until that works. Raises BoardError."""
    burner = OFF_BURNERS[0]
    end_s = time.monotonic() + START_S
    while time.monotonic() < end_s:
        seen = len(board.edges)
        if board.on[burner]:
            friend._by_mqtt(burner)
            if friend._off_us(burner, seen, 1.0):
                return
        else:
            board.press(burner)
            time.sleep(0.5)
    raise BoardError(f"{board.kind}: OFF over the broker was never heard: {board.console()}")


def take_turn(kind: str, folder: Path, program: Path | None, phases_s: dict[str, float], seed: int) -> Turn:
    """Run one program through the phases; phases_s: how long each. Raises BoardError."""
    turn = Turn(kind)
    draw = random.Random(seed)
    with ExitStack() as stack:
        mosquitto = stack.enter_context(broker(folder / "broker"))
        board = stack.enter_context(Board(folder / kind, kind, mosquitto.port, program))
        board.wait_for(lambda: len(board.fed) > 10, START_S, "the first ticks")
        board.wait_for(is_up(board), START_S, "an answer at the web door")
        hands = Hands(board, draw)
        friend = Friend(board, mosquitto.port, draw, ("web", "mqtt"))
        _mqtt_is_heard(board, mosquitto.port, friend)
        if kind == "peer":
            turn.heap_bytes = board.collected_bytes()
        hands.start()
        friend.start()
        spans = []
        try:
            for phase, s in phases_s.items():
                with _under(phase, board, mosquitto, friend):
                    begun_us = now_us()
                    last = sum(list(phases_s.values())[list(phases_s).index(phase) :])
                    if TIMER_S + 2 < last < TIMER_S + s:  # room for one whole timer from here on
                        friend.spared_s = {OFF_BURNERS[1]: time.monotonic() + TIMER_S + TIMER_ROOM_S}
                    end_s = time.monotonic() + s
                    board.wait_for(lambda end_s=end_s: time.monotonic() >= end_s, s + 5, phase)  # type: ignore[misc]
                    friend.rest()
                    spans.append((phase, begun_us, now_us()))
                friend.resting = False
        finally:
            hands.over = friend.over = True
            hands.join()
            friend.join()
        turn.peak_bytes = board.peak_bytes
        for phase, from_us, to_us in spans:
            turn.phases[phase].add(_heard(board, hands, friend, from_us, to_us))
    return turn


@contextmanager
def _under(phase: str, board: Board, mosquitto: Any, friend: Friend) -> Iterator[None]:
    """The load of a phase, while it lasts."""
    if phase == QUIET:
        yield
        return
    clients = rig.module("host_tests.fixtures.clients").Clients
    friend.doors = ("web", "mqtt") if phase == CROWD else ("web",)
    with clients("hammer", web_port=board.web_port, clients=CLIENTS, pause_s=0.1):
        if phase == CROWD:
            with clients("flood", port=mosquitto.port, base=BASE, rate=SHOUTS):
                yield
            return
        board.lookups_hang(LOOKUP_S)
        mosquitto.stop()
        try:
            yield
        finally:
            board.lookups_hang(0)


def _heard(board: Board, hands: Hands, friend: Friend, from_us: int, to_us: int) -> Heard:
    """What fell into a span of time."""
    heard = Heard()
    offs = [(us, burner) for us, burner, level in board.edges if not level]
    asked = {(burner, off_us) for _, _, burner, off_us, _ in friend.offs}
    for due_us, burner in hands.due:
        if not from_us <= due_us < to_us:
            continue
        began_us = due_us - (WINDOW_S if SENSORS[burner] else TIMER_S) * 1_000_000
        off_us = next((us for us, number in offs if number == burner and us > began_us), None)
        if (burner, off_us) not in asked and not (off_us and off_us < due_us - 1_000_000):
            heard.deadline_ms.append(((off_us or to_us) - due_us) / 1000)  # still on at the end: late by so much so far
    heard.check_ms = [gap_us / 1000 - TICK_MS for us, gap_us in board.fed if gap_us and from_us <= us < to_us]
    last_us = max((us for us, _ in board.fed if us < to_us), default=from_us)
    heard.check_ms.append((to_us - last_us) / 1000 - TICK_MS)  # the one that is due just now
    for door, asked_us, _, off_us, refusals in friend.offs:
        if from_us <= asked_us < to_us:
            heard.refused[door] += refusals
            if off_us:
                heard.off_ms[door].append((off_us - asked_us) / 1000)
            else:
                heard.lost[door] += 1
                heard.off_ms[door].append(PATIENCE_S * 1000)
    return heard


def _whole_turn(
    total: Turn, program: Path | None, phases_s: dict[str, float], seed: int, told: Callable[[str], None]
) -> Turn:
    """A turn that came to its end; one in which the program died is counted, and is no measure of anything else."""
    while True:
        try:
            with tempfile.TemporaryDirectory(prefix="curfew-bench-", dir=RAM) as folder:
                return take_turn(total.kind, Path(folder), program, phases_s, seed)
        except BoardError as error:
            total.deaths += 1
            if total.deaths >= DEATHS_MAX:
                raise
            told(f"{error}; once more")


def in_turns(
    peer: Path, rounds: int, phases_s: dict[str, float], told: Callable[[str], None], program: Path | None = None
) -> dict[str, Turn]:
    """Ours, the peer, ours, the peer ...; both summed up, by kind. told: called with what begins. Raises BoardError."""
    total = {kind: Turn(kind) for kind in ("firmware", "peer")}
    for number in range(rounds):
        for kind in total:
            told(f"{kind}, turn {number + 1} of {rounds}")
            with rig.module("host_tests.fixtures.clients").control(rig.micropython(), over_ms=0) as sleeps:
                one = _whole_turn(total[kind], peer if kind == "peer" else program, phases_s, number, told)
            total[kind].machine_ms += [max(0, to_us - from_us - 1000 * TICK_MS) / 1000 for from_us, to_us in sleeps]
            for phase in phases_s:
                total[kind].phases[phase].add(one.phases[phase])
            total[kind].heap_bytes = one.heap_bytes
            total[kind].peak_bytes = max(total[kind].peak_bytes, one.peak_bytes)
    return total


def side_by_side(
    peer: Path, boxes: int, s: float, told: Callable[[str], None], program: Path | None = None
) -> tuple[Heard, Heard]:
    """So many of ours and as many peers at the same time, each on a quiet network of its own. Raises BoardError."""
    phases_s = {QUIET: s}
    told(f"{boxes} boxes and {boxes} peers side by side, {s / 60:.0f} min")

    def quiet(kind: str, number: int) -> Heard:
        time.sleep(number * START_GAP_S)  # a start takes all of a core
        return _whole_turn(Turn(kind), peer if kind == "peer" else program, phases_s, number, told).phases[QUIET]

    total = {kind: Heard() for kind in ("firmware", "peer")}
    with ThreadPoolExecutor(2 * boxes) as pool:
        jobs = [(kind, pool.submit(quiet, kind, number)) for number in range(boxes) for kind in total]
        for kind, job in jobs:
            total[kind].add(job.result())
    return total["firmware"], total["peer"]
