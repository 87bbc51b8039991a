"""An OFF as an event: wherever in a tick it comes, the contact is open at once and stays so, and the tick shuts off.

Here: Loop.open_at_once(), Relays and Link.hurry() beside the real Controller; the event comes before every single
instruction of CPython, as on a chip a thread may run between any two. Not here: how quick it is (realtime/).
"""

import copy
import sys
import types
from types import SimpleNamespace

import pytest

from curfew.core.codes import REMOTE, VERIFYING
from curfew.runtime import supervisor
from curfew.runtime.inbox import Inbox
from curfew.runtime.loop import Loop
from host_tests.fixtures.core import TICK_MS, burning
from simulator.run import SOURCES as FIRMWARE

PIN, PUMP, WEB = 18, 32, 1
INBOX = FIRMWARE / "curfew" / "runtime" / "inbox.py"
RELAY = FIRMWARE / "curfew" / "hardware" / "relay.py"
LOOP = FIRMWARE / "curfew" / "runtime" / "loop.py"
APART = (0, 1, 3, 8, 100)  # instructions of the loop between the OFF and its event


class Pin:
    """`done`: (number, level) of every write, in order; shared by all pins of a device."""

    IN, OUT = 1, 3

    def __init__(self, number, mode, value):
        self.number, self.done = number, []

    def value(self, level):
        self.done.append((self.number, level))


def relays_of(old="", new=""):
    """The driver's class, as it is or with a seeded bug."""
    text = RELAY.read_text("utf-8")
    assert not old or old in text
    driver = types.ModuleType("relay")
    text = text.replace("from machine import Pin\n", "")
    driver.Pin = Pin
    exec(compile(text.replace(old, new) if old else text, str(RELAY), "exec"), driver.__dict__)
    return driver.Relays


def loop_of(old="", new=""):
    """Loop, as it is or with a seeded bug."""
    if not old:
        return Loop
    text = LOOP.read_text("utf-8")
    assert old in text
    module = types.ModuleType("loop")
    exec(compile(text.replace(old, new), str(LOOP), "exec"), module.__dict__)
    return module.Loop


def nothing(*_):
    """A part of the device that is not looked at."""


class Device:
    """A burner that burns, ready for one more tick; `done`: the writes to its pins."""

    def __init__(self, core, relays=None, loop=Loop):
        device = burning(core, relay_drive="pulse")
        device.step()
        del device.one().gate.grant  # of the listener, whose copy would ask the first device's gate
        self.now_ms = device.now_ms
        self.controller = device.controller
        self.inbox = device.inbox
        self.relays = (relays or relays_of())([PIN], PUMP)
        self.done = []
        for pin in (*self.relays._enables, self.relays._pump):
            pin.done = self.done
        self.fed = 0
        self._loop = loop

    def tick(self, post_at=None, event_at=None):
        """One tick with an OFF posted before its instruction of that number and the event at another.

        The file of each instruction.
        """
        self.link = SimpleNamespace(
            inbox=self.inbox, opening=bytearray(1), flash_allowed=bytearray(1), may_stall=bytearray(1), update_ms=[0],
            figures=[0, 0, 0], snapshot=SimpleNamespace(publish=nothing),
        )  # fmt: skip
        parts = SimpleNamespace(sample=nothing, show=nothing, memory=nothing, step=nothing, is_failing=nothing)
        parts.blocked = False
        watchdog = SimpleNamespace(feed=self._feed)
        loop = self._loop(None, self.controller, self.relays, parts, parts, parts, self.link, parts, watchdog, parts)
        self.now_ms += TICK_MS
        files = []

        def instruction(frame, what, _):
            frame.f_trace_opcodes = True
            if what == "opcode":
                at = len(files)
                files.append(frame.f_code.co_filename)
                if at in (post_at, event_at):
                    sys.settrace(None)  # what is called from here is not counted
                    if at == post_at:
                        self.inbox.post_off(0, WEB)
                    if at == event_at:
                        loop.open_at_once(None)
                        self.opened = len(self.done)
                        self.at_once = not self.inbox.off[0] or self.done[-1:] == [(PIN, 0)]
                    sys.settrace(entered)
            return instruction

        def entered(frame, what, _):
            return instruction(frame, what, _) if str(FIRMWARE) in frame.f_code.co_filename else None

        sys.settrace(entered)
        try:
            loop.tick(self.now_ms)
        finally:
            sys.settrace(None)
        return files

    def _feed(self):
        self.fed += 1


def judge(whole, coarse=97):
    """The event before every instruction of driver and inbox, and before some of the others; raises AssertionError."""
    files = copy.deepcopy(whole).tick()
    near = [at for at, file in enumerate(files) if file in (str(RELAY), str(INBOX))]
    assert len(near) > 50 and len(files) > 1000
    for at in sorted({*near, *range(0, len(files), coarse)}):
        for apart in APART:
            device = copy.deepcopy(whole)
            device.tick(at, at + apart)
            if at + apart >= len(files):
                continue  # in the sleep
            first = len(device.done)
            device.tick()
            where = f"OFF before instruction {at} of {len(files)}, its event {apart} later"
            assert device.at_once and (PIN, 0) in device.done[:first], where
            after = device.done[device.opened :]  # a look at the OFF before, a high level after it: taken back at once
            again = [at for at, write in enumerate(after) if write == (PIN, 1)]
            assert len(again) < 2 and all(after[at + 1] == (PIN, 0) for at in again), f"closed again: {where}"
            (burner,) = device.controller.burners
            assert (burner.state, burner.cause, burner.detail) == (VERIFYING, REMOTE, WEB), where
            assert device.fed == [pin for pin, _ in device.done].count(PUMP) == 2, f"what only ticks may do: {where}"


def test_wherever_in_a_tick_an_off_comes_the_contact_opens_stays_open_and_the_tick_shuts_off(core):
    judge(Device(core))


@pytest.mark.parametrize(
    "relays, loop",
    [
        (("        self.open_asked(off)\n", ""), ()),  # an OFF between look and write is closed again
        (("if off[index]:\n", "if off[index] and not self._pump.value(1):\n"), ()),  # it feeds the pump
        (("if off[index]:\n                ", "if off[index]:\n                off[index] = 0\n                "), ()),
        ((), ("self.link.opening[0] = 0", "self.watchdog.feed()")),
        ((), ("        self.relays.open_asked(self.link.inbox.off)\n", "")),
    ],
)
def test_a_seeded_bug_is_found(core, relays, loop):
    with pytest.raises(AssertionError):
        judge(Device(core, relays_of(*relays), loop_of(*loop)), coarse=1000)


def test_an_event_without_an_off_changes_nothing(core):
    whole = Device(core)
    for at in range(0, 1000, 37):
        device = copy.deepcopy(whole)
        device.tick(event_at=at)
        assert device.done == [(PIN, 1), (PUMP, device.done[1][1])]


# --- how it is scheduled -------------------------------------------------------------------------------------------


@pytest.fixture
def queue(monkeypatch):
    """What is scheduled; full: the chip's queue has no place."""
    waiting = []

    def schedule(function, argument):
        if len(waiting) == 8:
            raise RuntimeError("schedule queue full")
        waiting.append((function, argument))

    monkeypatch.setattr(supervisor, "micropython", SimpleNamespace(schedule=schedule))
    return waiting


def a_link():
    link = supervisor.Link(Inbox(2), None)
    link.open_at_once = link.opening.__len__
    return link


def test_one_event_at_most_is_on_its_way(queue):
    link = a_link()
    for _ in range(100):
        link.hurry()
    assert queue == [(link.open_at_once, None)]


def test_an_event_that_has_begun_makes_room_for_the_next_before_it_looks_at_the_offs(queue):
    relays = SimpleNamespace()
    link = supervisor.Link(Inbox(2), None)
    loop = Loop(None, None, relays, None, None, None, link, None, None, None)
    seen = []
    relays.open_asked = lambda off: (seen.append(bytes(off)), link.inbox.post_off(1, WEB), link.hurry())
    link.inbox.post_off(0, WEB)
    link.hurry()
    queue.pop()[0](None)
    assert seen == [bytes((1 + WEB, 0))] and len(queue) == 1
    assert link.open_at_once == loop.open_at_once


def test_a_full_queue_leaves_the_off_to_the_tick_and_the_next_one_may_try_again(queue):
    queue += [None] * 8
    link = a_link()
    link.inbox.post_off(0, WEB)
    link.hurry()
    assert link.inbox.take_off(0) and not link.opening[0]
    queue.clear()
    link.hurry()
    assert len(queue) == 1


def test_where_nothing_can_be_scheduled_the_off_is_left_to_the_tick(monkeypatch):
    monkeypatch.setattr(supervisor, "micropython", SimpleNamespace())
    link = a_link()
    link.hurry()
    assert not link.opening[0]
