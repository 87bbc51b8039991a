"""The safety loop: every stage in its turn or no food for the watchdog, and every way out with open contacts first.

Here: loop.py and main.py around it. Not here: decisions, single drivers.
"""

from functools import partial
from types import SimpleNamespace

import pytest

from curfew.core import limits
from curfew.core.codes import AT_CONTACTS_CLOSED, AT_RESETS
from curfew.core.signals import S_CHANGED, Player
from curfew.runtime import loop
from curfew.runtime.loop import Loop
from curfew.runtime.rtc_memory import AT_CLEAN, RTC_SIZE, RtcMemory
from simulator.inside import MODULES

STAGES = [
    "panel.sample", "scanner.sample", "self_test.step", "controller.step", "relays.drive", "panel.show",
    "snapshot.publish", "supervisor.step",
]  # fmt: skip


class Part:
    """Anything whose methods are written down; `raises` maps a method to what it raises."""

    def __init__(self, name, done, raises):
        self._name = name
        self._done = done
        self._raises = raises

    def __getattr__(self, method):
        def call(*_):
            self._done.append(f"{self._name}.{method}")
            if f"{self._name}.{method}" in self._raises:
                raise self._raises[f"{self._name}.{method}"]

        return call


class Bench:
    """A Loop of recording parts; `done` is what was called, in order. The clock ends the run after `ticks`."""

    def __init__(self, raises=None, ticks=1):
        self.done = []
        self.raises = raises or {}
        self.ticks = ticks
        self.now_ms = 0
        self.looks = 0  # at the clock
        self.slept = []
        self.takes_ms = 0
        names = ("relays", "scanner", "panel", "rtc", "watchdog", "self_test")
        parts = {name: Part(name, self.done, self.raises) for name in names}
        controller = Part("controller", self.done, self.raises)
        controller.pressed = controller.granted = bytearray(1)
        controller.step_ms = 20
        controller.late_ms = 0
        controller.burners = ()
        controller.is_at_rest = lambda: not self.conducting
        controller.memory = Part("memory", self.done, self.raises)
        controller.memory.dirty = False
        controller.memory.buffer = bytearray(RTC_SIZE)
        supervisor = Part("supervisor", self.done, self.raises)
        supervisor.blocked = False
        link = Part("link", self.done, self.raises)
        link.flash_allowed, link.stop_requested, link.stopped = bytearray(1), bytearray(1), bytearray(1)
        link.update_ms, link.figures, link.may_stall = [0], [0, 0, 0], bytearray(1)
        controller.player = Player()
        link.inbox = SimpleNamespace(off=bytearray(2))
        link.snapshot = Part("snapshot", self.done, self.raises)
        self.controller, self.supervisor, self.link = controller, supervisor, link
        self.loop = Loop(self, controller, parts["relays"], parts["scanner"], parts["panel"], parts["rtc"], link,
                         supervisor, parts["watchdog"], parts["self_test"])  # fmt: skip

    @property
    def conducting(self):
        return self.controller.memory.buffer[AT_CONTACTS_CLOSED] != 0

    @conducting.setter
    def conducting(self, conducting):
        self.controller.memory.buffer[AT_CONTACTS_CLOSED] = conducting

    def ticks_ms(self):
        self.looks += 1
        assert self.looks < 10_000, "it never sleeps"
        now_ms = self.now_ms
        self.now_ms = (self.now_ms + self.takes_ms) % 2**30
        return now_ms

    def sleep_ms(self, ms):
        self.slept.append(ms)
        self.ticks -= 1
        if self.ticks == 0:
            raise StopIteration


# --- the order -----------------------------------------------------------------------------------------------------


def test_a_tick_samples_decides_drives_shows_tells_and_then_feeds():
    bench = Bench()
    bench.loop.tick(0)
    assert [what for what in bench.done if what in (*STAGES, "watchdog.feed")] == [*STAGES, "watchdog.feed"]


def test_without_a_self_test_a_tick_is_as_whole():
    bench = Bench()
    bench.loop.self_test = None
    bench.loop.tick(0)
    assert "watchdog.feed" in bench.done and "self_test.step" not in bench.done


def test_between_the_decision_and_the_relays_there_is_nothing():
    bench = Bench()
    bench.loop.tick(0)
    assert bench.done[bench.done.index("controller.step") + 1] == "relays.drive"


# --- the program flow check ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", range(1, 8))
def test_a_tick_in_which_a_stage_did_not_report_is_not_fed(missing):
    bench = Bench()
    report = bench.loop._report

    def forgetful(stage):
        if stage != missing:
            report(stage)

    bench.loop._report = forgetful
    bench.loop.tick(0)
    assert "watchdog.feed" not in bench.done


@pytest.mark.parametrize("first, second", [(1, 2), (3, 4), (6, 7), (2, 5)])
def test_stages_that_report_in_the_wrong_order_are_not_fed(first, second):
    bench = Bench()
    report = bench.loop._report
    swapped = {first: second, second: first}
    bench.loop._report = lambda stage: report(swapped.get(stage, stage))
    bench.loop.tick(0)
    assert "watchdog.feed" not in bench.done


def test_a_stage_that_reports_twice_is_not_fed():
    bench = Bench()
    report = bench.loop._report
    bench.loop._report = lambda stage: (report(stage), report(stage) if stage == 3 else None)
    bench.loop.tick(0)
    assert "watchdog.feed" not in bench.done


def test_every_full_tick_is_fed_once():
    bench = Bench()
    for _ in range(10):
        bench.loop.tick(0)
    assert bench.done.count("watchdog.feed") == 10


@pytest.mark.parametrize("stage", STAGES)
def test_a_tick_in_which_anything_was_raised_is_not_fed(stage):
    bench = Bench({stage: ValueError()})
    with pytest.raises(ValueError):
        bench.loop.tick(0)
    assert "watchdog.feed" not in bench.done


# --- the way out ---------------------------------------------------------------------------------------------------

ERRORS = [
    ValueError("x"),
    OSError(5),
    MemoryError(),
    RuntimeError(),
    KeyboardInterrupt(),
    SystemExit(),
    RecursionError(),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("stage", [*STAGES, "watchdog.feed"])
def test_an_error_in_any_stage_opens_the_contacts_before_anything_else(stage, error):
    bench = Bench({stage: error})
    with pytest.raises(type(error)):
        bench.loop.run()
    assert bench.done[bench.done.index(stage) + 1 :] == ["relays.open_all"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_the_heap_is_locked_for_the_loop_until_an_error_has_opened_the_contacts(monkeypatch, error):
    bench = Bench({"panel.show": error, "relays.open_all": error})
    heap = SimpleNamespace(**{name: partial(bench.done.append, name) for name in ("heap_lock", "heap_unlock")})
    monkeypatch.setattr(loop, "micropython", heap)
    with pytest.raises(type(error)):
        bench.loop.run()
    assert (bench.done[0], bench.done[-2:]) == ("heap_lock", ["relays.open_all", "heap_unlock"])


def test_an_error_of_the_clock_opens_the_contacts_too():
    bench = Bench(ticks=3)
    with pytest.raises(StopIteration):
        bench.loop.run()
    assert bench.done[-1] == "relays.open_all"


def test_the_real_relays_are_open_after_the_loop_even_if_a_pin_fails(chip):
    relays = chip.driver("relay").Relays([18, 19], None)
    bench = Bench({"panel.show": ValueError()})
    bench.loop.relays = relays
    bench.controller.granted = bytearray([1, 1])
    value = chip.refuses
    value[18, "value"] = []
    drive = relays.drive

    def drive_and_break(*asked):
        drive(*asked)
        chip.refuses[18, "value"] = [OSError(5)]

    relays.drive = drive_and_break
    with pytest.raises(ValueError):
        bench.loop.run()
    assert (chip.levels[18], chip.levels[19]) == (None, 0)


# --- how long it sleeps --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "takes_ms, slept_ms", [(0, 20), (1, 19), (5, 15), (18, 2), (19, 1), (20, 1), (21, 1), (2000, 1)]
)
def test_a_tick_and_its_sleep_make_twenty_milliseconds_and_it_always_sleeps(takes_ms, slept_ms):
    bench = Bench(ticks=2)
    bench.takes_ms = takes_ms
    with pytest.raises(StopIteration):
        bench.loop.run()
    assert bench.slept == [slept_ms, slept_ms]


@pytest.mark.parametrize("takes_ms", [0, 5, 19, 3000])
def test_the_services_learn_what_a_tick_takes_in_the_mean(takes_ms):
    bench = Bench(ticks=800)
    bench.takes_ms = takes_ms
    with pytest.raises(StopIteration):
        bench.loop.run()
    assert bench.link.figures[0] / 64 == pytest.approx(min(takes_ms, limits.STALL_MAX_MS), abs=1)


def test_a_clock_that_went_back_during_a_tick_does_not_make_it_sleep_long():
    bench = Bench(ticks=2)
    bench.takes_ms = -5000
    with pytest.raises(StopIteration):
        bench.loop.run()
    assert bench.slept == [20, 20]


def test_the_wrap_of_the_clock_during_a_tick_is_nothing():
    bench = Bench(ticks=1)
    bench.now_ms = 2**30 - 2
    bench.takes_ms = 5
    with pytest.raises(StopIteration):
        bench.loop.run()
    assert bench.slept == [15]


# --- what is reported -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("conducting", [True, False])
def test_flash_is_allowed_exactly_while_every_contact_is_open(conducting):
    bench = Bench()
    bench.conducting = conducting
    bench.loop.tick(0)
    assert bench.link.flash_allowed[0] == (0 if conducting else 1)


@pytest.mark.parametrize("dirty", [True, False])
def test_the_rtc_memory_is_written_only_when_something_changed_and_sealed_before(dirty):
    bench = Bench()
    bench.controller.memory.dirty = dirty
    bench.loop.tick(0)
    written = [what for what in bench.done if what in ("memory.seal", "rtc.memory")]
    assert written == (["memory.seal", "rtc.memory"] if dirty else [])


# --- restart -------------------------------------------------------------------------------------------------------


def test_a_restart_is_raised_only_when_it_is_wanted_and_everything_rests():
    for wanted in (False, True):
        for conducting in (False, True):
            bench = Bench()
            bench.supervisor.blocked = wanted
            bench.conducting = conducting
            if wanted and not conducting:
                with pytest.raises(bench.loop.Restart):
                    bench.loop.tick(0)
            else:
                bench.loop.tick(0)


def test_a_saved_change_is_heard_at_the_stove_before_the_restart():
    bench = Bench()
    bench.supervisor.blocked, bench.link.figures[2] = True, 1
    for _ in range(15):
        bench.loop.tick(0)
        assert bench.controller.player.sound == S_CHANGED and not bench.link.figures[2]
        assert bench.controller.player.burner == 0, "of no burner: the first one's voice"
        bench.controller.player.step(20)
    with pytest.raises(Loop.Restart):
        for _ in range(20):
            bench.controller.player.step(20)
            bench.loop.tick(0)


@pytest.mark.parametrize("ended_after, naps", [(0, 0), (5, 5), (10**6, 100)])
def test_a_clean_end_waits_for_the_services_but_not_for_ever(ended_after, naps):
    bench = Bench(ticks=10**6)

    def nap(ms):
        bench.slept.append(ms)
        if len(bench.slept) >= ended_after:
            bench.link.stopped[0] = 1

    bench.sleep_ms = nap
    bench.loop.rtc = Rtc(bytes(RTC_SIZE))
    if ended_after == 0:
        bench.link.stopped[0] = 1
    bench.loop.end_clean()
    assert bench.link.stop_requested[0] == 1
    assert len(bench.slept) == naps


def test_a_clean_end_is_written_into_the_rtc_memory(world):
    device = world(sensor=False)
    device.loop.end_clean()
    assert device.world.rtc[AT_CLEAN] == 1


# --- in a world: every fake may raise at any time --------------------------------------------------------------

CALLS = [
    "Pin.value", "I2C.writeto", "I2C.readfrom_mem_into", "NeoPixel.write", "PWM.freq", "PWM.duty_u16", "WDT.feed",
    "RTC.memory", "lock.acquire", "time.ticks_ms",
]  # fmt: skip


@pytest.mark.sample(5)
@pytest.mark.parametrize("error", ["MemoryError", "RuntimeError", "OSError"])
@pytest.mark.parametrize("call", CALLS)
def test_whatever_part_of_the_chip_fails_while_it_burns_the_gas_is_not_held(world, call, error):
    device = world(burners=2)
    device.burn(0)
    device.do("raise", **{"in": call, "error": error})
    device.do("press", 1)  # something to hear and to show
    device.run_for(s=3)
    if call.startswith("I2C") and error == "OSError":
        assert device.state(0) == "BURNING", "one error of the bus is no reason"
        return
    if (call, error) == ("NeoPixel.write", "OSError"):
        assert device.state(0) == "BURNING", "no light is worth a burn"
        return
    assert device.contact(0) == "open"
    device.run_for(s=60)
    assert device.gas(0) == "off"
    assert device.cause(0) in ("RESTART", None)


@pytest.mark.parametrize("call", ["Pin.value", "WDT.feed", "lock.release", "time.sleep_ms", "RTC.memory"])
def test_ctrl_c_at_any_place_opens_the_contact(world, call):
    device = world(sensor=False)
    device.press()
    device.run_for(s=2)
    device.raises(call, "KeyboardInterrupt")
    if call == "RTC.memory":
        device.press()  # so that there is something to write
        device.remote_off()
    device.run_for(s=1)
    assert device.contact() == "open"


def test_a_hang_is_ended_by_the_watchdog_and_the_start_after_it_is_open(world):
    device = world()
    device.burn()
    device.do("hang", ms=30_000)
    device.run_for(s=6)
    assert (device.contact(), device.cause()) == ("open", "RESTART")
    assert device.state() == "VERIFYING"


@pytest.mark.parametrize("ms, state", [(1000, "BURNING"), (1900, "BURNING"), (2100, "VERIFYING")])
def test_a_stall_of_all_python_is_survived_up_to_two_seconds(world, ms, state):
    device = world()
    device.burn()
    device.do("gil_hold", ms=ms)
    device.run_for(s=3)
    assert device.state() == state
    if state == "VERIFYING":
        assert device.cause() == "CLOCK"


def test_the_watchdog_is_armed_with_the_time_of_the_loop(world):
    assert world(sensor=False).world.wdt_ms == limits.WATCHDOG_MS


def test_a_start_reads_the_rtc_memory_without_the_length_that_a_sagging_supply_may_have_damaged(world, monkeypatch):
    box = world(sensor=False)
    box.until_state("IDLE")
    box.press()
    box.until_state("BURNING")
    memory = MODULES["machine"].RTC.memory

    def damaged(self, data=None):
        assert data is not None, "copies as many bytes as the length says onto the stack: the chip crashes"
        return memory(self, data)

    monkeypatch.setattr(MODULES["machine"].RTC, "memory", damaged)
    box.reset("wdt")
    assert box.cause() == "RESTART"


class Rtc:
    """RTC memory that holds what it was given last."""

    def __init__(self, held):
        self.held = held

    def memory(self, data=None):
        if data is None:
            return self.held
        self.held = bytes(data)


def test_a_clean_end_keeps_the_record_of_the_last_whole_tick_and_only_marks_it_as_clean():
    last_tick = RtcMemory(b"")
    last_tick.put(AT_CONTACTS_CLOSED, 1)
    last_tick.seal()
    bench = Bench()
    bench.link.stopped[0] = 1
    bench.loop.rtc = Rtc(bytes(last_tick.buffer))
    bench.loop.controller.memory = broken_off = RtcMemory(bytes(last_tick.buffer))
    broken_off.note_shutoff(0, 1, 0, 60, 0)  # by the tick that Ctrl-C broke off, which reported no one
    bench.loop.end_clean()
    assert "panel.silence" in bench.done, "the chip would go on sounding at the prompt"
    after = RtcMemory(bench.loop.rtc.held)
    assert (after.restored, after.closed_before, after.seq[0], after.buffer[AT_RESETS]) == (True, 1, 0, 0)
