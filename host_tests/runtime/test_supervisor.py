"""The second thread seen from the loop: started once, started again when it ended, never doubled when it hangs.

Here: supervisor.py. Not here: what the services do.
"""

from types import SimpleNamespace

import pytest

from curfew.core import limits
from curfew.runtime import supervisor
from curfew.runtime.supervisor import TRIAL_CONFIRMED, TRIAL_FAILED, TRIAL_PENDING, Link, Supervisor


class Threads:
    """What _thread would do; `started` counts, `fails` raises so often."""

    def __init__(self, answers=True):
        self.started = []
        self.fails = []
        self.answers = answers
        self.link = Link(None, None)
        self.supervisor = Supervisor(self.link, self.start, "entry", ("keeper", self.link))

    def start(self, entry, args):
        if self.fails:
            raise self.fails.pop(0)
        self.started.append((entry, args))

    def run(self, ms, step_ms=20):
        for _ in range(ms // step_ms):
            self.supervisor.step(step_ms)
            if self.answers and not self.link.stopped[0]:
                self.link.pong[0] = self.link.ping[0]
        return self

    def end(self):
        self.link.stopped[0] = 1


def test_the_services_are_started_in_the_first_tick_and_once():
    threads = Threads()
    threads.supervisor.step(0)
    assert threads.started == [("entry", ("keeper", threads.link))]
    assert len(threads.run(600_000).started) == 1


@pytest.mark.parametrize("fails", [[], [OSError(12)], [KeyboardInterrupt()]], ids=["starts", "fails", "is broken off"])
def test_the_heap_is_free_only_while_the_thread_starts(monkeypatch, fails):
    threads = Threads()
    threads.fails = fails
    done = []
    heap = SimpleNamespace(heap_lock=lambda: done.append("lock"), heap_unlock=lambda: done.append(len(threads.started)))
    monkeypatch.setattr(supervisor, "micropython", heap)
    try:
        threads.run(1000)
    except KeyboardInterrupt:
        pass
    assert done == [0, "lock"]


def test_services_that_answer_are_not_blocked():
    threads = Threads().run(600_000)
    assert not threads.supervisor.blocked


@pytest.mark.parametrize("ms, starts", [(4980, 1), (5000, 2), (5020, 2), (60_000, 2)])
def test_services_that_stopped_are_started_again_after_a_pause(ms, starts):
    threads = Threads().run(1000)
    threads.end()
    assert len(threads.run(ms).started) == starts


def test_services_that_end_again_and_again_are_started_again_and_again_but_never_faster():
    threads = Threads()
    for _ in range(60_000 // 20):
        threads.end()
        threads.run(20)
    assert 11 <= len(threads.started) <= 13
    assert not threads.supervisor.blocked


def test_a_start_that_is_older_than_its_ping_is_no_silence():
    threads = Threads(answers=False).run(59_000)
    threads.end()
    threads.run(5000)
    assert len(threads.started) == 2
    threads.run(59_000)
    assert not threads.supervisor.blocked


@pytest.mark.parametrize("ms, blocked", [(59_000, False), (59_980, False), (60_020, True), (600_000, True)])
def test_services_that_say_nothing_for_a_minute_are_blocked(ms, blocked):
    threads = Threads().run(1000)
    threads.answers = False
    threads.run(ms)
    assert threads.supervisor.blocked is blocked


def test_blocked_services_are_never_doubled():
    threads = Threads(answers=False).run(3_600_000, step_ms=200)
    assert len(threads.started) == 1


def test_services_that_answer_again_are_no_longer_blocked():
    threads = Threads(answers=False).run(70_000)
    assert threads.supervisor.blocked
    threads.answers = True
    threads.link.pong[0] = threads.link.ping[0]
    threads.run(40)
    assert not threads.supervisor.blocked


def test_blocked_services_that_end_at_last_are_started_again():
    threads = Threads(answers=False).run(70_000)
    threads.end()
    threads.answers = True
    threads.run(6000)
    assert len(threads.started) == 2
    assert not threads.supervisor.blocked


def test_blocked_services_that_ended_are_not_blocked_any_more():
    threads = Threads(answers=False).run(70_000)
    threads.end()
    threads.run(20)
    assert not threads.supervisor.blocked


@pytest.mark.parametrize("error", [OSError("can't create thread"), MemoryError()])
def test_a_thread_that_cannot_be_started_is_tried_again_and_closes_no_gas(error):
    threads = Threads()
    threads.fails = [error, error]
    threads.run(20)
    assert threads.started == []
    threads.run(limits.SERVICES_PAUSE_MS)
    assert threads.started == []
    threads.run(limits.SERVICES_PAUSE_MS)
    assert len(threads.started) == 1


def test_the_ping_starts_over_before_it_grows():
    threads = Threads()
    threads.run(40)
    threads.link.ping[0] = threads.link.pong[0] = 999_999
    threads.run(40)
    assert threads.link.ping[0] == 1, "it was 0 a tick before"


# --- in a world ----------------------------------------------------------------------------------------------------


def test_services_that_die_are_back_after_a_pause_and_the_burn_goes_on(world):
    device = world()
    device.burn()
    device.do("services_die")
    device.run_for(s=1)
    assert device.world.thread is None
    device.run_for(s=6)
    assert device.world.thread is not None
    assert device.state() == "BURNING"


def test_blocked_services_restart_the_chip_only_when_nothing_conducts(world):
    device = world()
    device.burn()
    device.do("services_block", ms=300_000)
    device.run_for(s=90)
    assert (device.state(), device.world.running) == ("BURNING", True)
    ups = sum(line.startswith("#up") for line in device.lines)
    device.hold()
    device.run_for(s=1)
    assert device.state() == "VERIFYING"
    device.run_for(s=60)
    assert sum(line.startswith("#up") for line in device.lines) == ups + 1
    assert device.cause() is None, "a clean restart has no cause"


def test_a_restart_for_blocked_services_is_not_an_abnormal_one(world):
    device = world()
    for _ in range(4):
        device.do("services_block", ms=62_000)
        device.run_for(s=75)
    assert device.fault() is None


# --- a pending program -----------------------------------------------------------------------------------------------


def on_trial(**asked):
    threads = Threads(**asked)
    threads.link.trial[0] = TRIAL_PENDING
    return threads


def test_services_that_stop_while_pending_ask_for_a_restart_even_if_they_come_back():
    threads = on_trial().run(1000)
    assert not threads.supervisor.blocked
    threads.end()
    assert threads.run(20).supervisor.blocked
    threads.run(60_000)
    assert len(threads.started) > 1 and threads.supervisor.blocked
    assert threads.link.trial[0] == TRIAL_FAILED


def test_services_that_cannot_be_started_while_pending_ask_for_a_restart():
    threads = on_trial()
    threads.fails = [MemoryError()]
    threads.run(40)
    assert threads.supervisor.blocked and threads.link.trial[0] == TRIAL_FAILED


@pytest.mark.parametrize("ms, failed", [(limits.TRIAL_MAX_MS - 40, False), (limits.TRIAL_MAX_MS + 40, True)])
def test_a_program_that_is_not_confirmed_in_time_has_failed(ms, failed):
    threads = on_trial().run(ms)
    assert threads.supervisor.blocked == failed


def test_a_confirmed_program_may_lose_its_services_like_any_other():
    threads = on_trial().run(1000)
    threads.link.trial[0] = TRIAL_CONFIRMED
    threads.end()
    assert not threads.run(60_000).supervisor.blocked
    assert not threads.run(limits.TRIAL_MAX_MS).supervisor.blocked
