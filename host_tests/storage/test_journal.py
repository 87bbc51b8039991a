"""The journal of shut-offs and the faults that outlive a power cut, from the loop's memory to the files.

Here: journal.py and services/persistence.py over a file system that cuts. Not here: how a file is replaced
(test_store.py).
"""

import pytest

from curfew.core import codes, faults
from curfew.runtime import rtc_memory, snapshot
from curfew.runtime.rtc_memory import RtcMemory
from curfew.runtime.supervisor import Link
from curfew.services import persistence as persistences
from curfew.services import thread
from curfew.storage import files as store
from curfew.storage import journal
from host_tests.fixtures.cutting_flash import Flash, PowerCut


def yes():
    return True


def lines():
    return list(store.lines(journal.JOURNAL_PATH))


def noted(count, start=None):
    """A memory with so many shut-offs, one more each."""
    one = start or RtcMemory(b"")
    for _ in range(count):
        number = one.seq[0] + 1
        one.note_shutoff(number % 4, codes.TIMEOUT, 0, number, 0)
    return one


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["TIMEOUT", "BURN_CAP", "OVERRIDE_END", "BUTTON", "FLAME_OUT", "NO_IGNITION",
                                  "CONTACT_OPEN", "CLOCK", "RESTART"])  # fmt: skip
def test_every_cause_is_written_by_its_name(name):
    assert journal.cause_text(getattr(codes, name), 0) == name


@pytest.mark.parametrize("detail, source", list(enumerate(["test", "web", "mqtt", "voice"])))
def test_a_remote_shut_off_names_its_source(detail, source):
    assert journal.cause_text(codes.REMOTE, detail) == "REMOTE:" + source


@pytest.mark.parametrize("name", ["CONTACT_WELDED", "FLAME_PERSISTS", "SENSOR_FAILED", "BUTTON_STUCK", "UNSTABLE",
                                  "SETTINGS_INVALID", "PROGRAM_CORRUPT"])  # fmt: skip
def test_a_shut_off_by_a_fault_names_the_fault(name):
    assert journal.cause_text(codes.FAULTED, getattr(faults, name)) == "FAULT:" + name


def test_a_line_tells_number_burner_cause_seconds_and_health(on):
    on(Flash())
    one = RtcMemory(b"")
    one.note_shutoff(2, codes.REMOTE, 3, 1234, 4321)
    assert journal.append(one, 1, 1, yes)
    assert lines()[0].split()[:4] == ["1", "2", "REMOTE:voice", "1234"]
    assert lines()[0].split()[-1] == "4321"


# --- damage --------------------------------------------------------------------------------------------------------


def test_no_journal_has_no_last_shut_off(on):
    on(Flash())
    assert journal.last_seq() == 0


@pytest.mark.parametrize("data", [b"", b"1 0 TIMEOUT 5 0\n", b"\xff\x00#1234\n", b"#ffff\n"])
def test_a_damaged_journal_is_begun_again_and_stops_nothing(on, data):
    on(Flash({journal.JOURNAL_PATH: data}))
    assert journal.last_seq() == 0
    assert journal.append(noted(3), 1, 3, yes)
    assert [line.split()[0] for line in lines()] == ["1", "2", "3"]


# --- power cuts and leave ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lazy", [False, True])
def test_a_power_cut_at_any_byte_leaves_the_journal_whole(on, lazy):
    on(Flash())
    one = noted(2)
    journal.append(one, 1, 2, yes)
    before = lines()
    whole = on(Flash(_copy(on, one)))
    noted(2, one)
    journal.append(one, 3, 4, yes)
    after = lines()
    for cut_at in range(whole.steps + 5):
        on(Flash(_copy(on, one), cut_at, lazy))
        try:
            journal.append(one, 3, 4, yes)
        except PowerCut:
            assert lines() == before
        else:
            assert lines() == after


def _copy(on, one):
    """The files as they are with the first two shut-offs written."""
    flash = on(Flash())
    journal.append(one, 1, 2, yes)
    return flash.files


def test_the_state_file_survives_a_power_cut_at_any_byte(on):
    old, new = ([1, 0, 2, 3], [0, 100, 2000, 65_535]), ([0, 3, 0, 1], [7, 8, 9, 10])
    flash = on(Flash())
    journal.write_state(*old, yes)
    files = flash.files
    seen = []
    for cut_at in range(200):
        on(Flash(files, cut_at))
        try:
            journal.write_state(*new, yes)
        except PowerCut:
            pass
        seen.append(journal.read_state())
    assert all(state in (old, new) for state in seen)
    assert seen[0] == old and seen[-1] == new


def test_without_a_state_file_nothing_is_stored(on):
    on(Flash())
    assert journal.read_state() == ([0] * 4, [0] * 4)


def test_a_damaged_state_file_stores_nothing_instead_of_something(on):
    flash = on(Flash())
    journal.write_state([1, 2, 3, 0], [5, 6, 7, 8], yes)
    data = flash.files[journal.STATE_PATH]
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 1
        on(Flash({journal.STATE_PATH: bytes(damaged)}))
        assert journal.read_state() == ([0] * 4, [0] * 4)


# --- the persistence --------------------------------------------------------------------------------------------------


class Lock:
    def acquire(self, _wait=True):
        return True

    def release(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Bench:
    """A persistence beside a loop that is played by the test."""

    def __init__(self, burners=2, one=None, journal_seq=0):
        self.memory = one or RtcMemory(b"")
        self.link = Link(None, snapshot.Snapshot(burners, Lock()))
        self.link.flash_allowed[0] = 1
        stored, health = journal.read_state()
        self.persistence = persistences.Persistence(self.link, self.memory, journal_seq, burners, stored, health)

    def faults(self, burner, mask):
        self.link.snapshot.values[burner * snapshot.SNAP_FIELDS + snapshot.SNAP_FAULTS_RAISED] = mask

    def poll(self):
        self.persistence.poll()
        return self


def test_persistence_answers_the_ping(on):
    on(Flash())
    bench = Bench()
    bench.link.ping[0] = 7
    bench.poll()
    assert bench.link.pong[0] == 7


def test_while_flash_is_not_allowed_persistence_answers_but_touches_no_file(on):
    flash = on(Flash())
    bench = Bench(one=noted(3))
    bench.faults(0, 1)
    bench.link.flash_allowed[0] = 0
    bench.link.ping[0] = 1
    bench.poll()
    assert flash.operations == []
    assert bench.link.pong[0] == 1


def test_once_flash_is_allowed_every_waiting_shut_off_is_written_once(on):
    flash = on(Flash())
    bench = Bench(one=noted(3)).poll()
    assert [line.split()[0] for line in lines()] == ["1", "2", "3"]
    done = len(flash.operations)
    bench.poll().poll()
    assert len(flash.operations) == done, "nothing new, nothing written"
    noted(1, bench.memory)
    bench.poll()
    assert [line.split()[0] for line in lines()] == ["1", "2", "3", "4"]


def test_shut_offs_that_were_overwritten_are_a_gap_in_the_numbers(on):
    on(Flash())
    Bench(one=noted(rtc_memory.SHUTOFF_ROWS + 3)).poll()
    assert [line.split()[0] for line in lines()] == [str(n) for n in range(4, rtc_memory.SHUTOFF_ROWS + 4)]


def test_shut_offs_in_the_journal_are_not_written_again_after_a_restart(on):
    flash = on(Flash())
    one = noted(5)
    Bench(one=one).poll()
    one.seal()
    again = RtcMemory(bytes(one.buffer))
    done = len(flash.operations)
    Bench(one=again, journal_seq=journal.last_seq()).poll()
    assert len(flash.operations) == done


def test_shut_offs_that_waited_in_rtc_memory_are_written_after_a_restart(on):
    on(Flash())
    one = noted(2)
    Bench(one=one).poll()
    noted(3, one)
    one.seal()
    Bench(one=RtcMemory(bytes(one.buffer)), journal_seq=journal.last_seq()).poll()
    assert [line.split()[0] for line in lines()] == ["1", "2", "3", "4", "5"]


def test_permission_withdrawn_at_any_moment_loses_no_shut_off(on):
    for times in range(30):
        on(Flash())
        bench = Bench(one=noted(3))
        left = [times]

        def may_write(left=left):
            left[0] -= 1
            return left[0] >= 0

        bench.persistence.flash_allowed = may_write
        bench.poll()
        del bench.persistence.flash_allowed
        bench.poll()
        assert [line.split()[0] for line in lines()] == ["1", "2", "3"]


def test_a_file_system_that_fails_is_counted_and_tried_again(on):
    for fails_at in range(12):
        on(Flash(fails_at=fails_at))
        bench = Bench(one=noted(2))
        bench.faults(1, 1 << faults.CONTACT_WELDED)
        bench.poll()
        assert bench.persistence.failures == 1, fails_at
        for _ in range(599):  # a minute's rest spares a flash that is full or worn
            bench.poll()
        kept = [line.split()[0] for line in lines()], journal.read_state()[0]
        assert kept != (["1", "2"], [0, 1, 0, 0]), fails_at
        bench.poll()
        assert bench.persistence.failures == 1, fails_at
        assert [line.split()[0] for line in lines()] == ["1", "2"]
        assert journal.read_state()[0] == [0, 1, 0, 0]


@pytest.mark.parametrize("name", ["CONTACT_WELDED", "FLAME_PERSISTS", "SENSOR_FAILED", "BUTTON_STUCK", "UNSTABLE",
                                  "SETTINGS_INVALID", "PROGRAM_CORRUPT"])  # fmt: skip
def test_two_faults_outlive_a_power_cut_and_the_others_do_not(on, name):
    on(Flash())
    bench = Bench()
    mask = 1 << getattr(faults, name)
    bench.faults(1, mask)
    bench.poll()
    outlives = name in ("CONTACT_WELDED", "FLAME_PERSISTS")
    assert journal.read_state()[0] == [0, mask if outlives else 0, 0, 0]


def test_a_fault_that_was_acknowledged_is_taken_out_of_the_file(on):
    on(Flash())
    bench = Bench()
    bench.faults(0, 1)
    bench.poll()
    bench.faults(0, 0)
    bench.poll()
    assert journal.read_state()[0] == [0, 0, 0, 0]


def test_burners_that_this_device_does_not_have_keep_what_is_stored(on):
    on(Flash())
    journal.write_state([0, 1, 2, 3], [0, 10, 20, 30], yes)
    bench = Bench(burners=1)
    bench.faults(0, 2)
    bench.poll()
    assert journal.read_state() == ([2, 1, 2, 3], [0, 10, 20, 30])


def test_a_new_health_of_the_commissioning_is_kept(on):
    on(Flash())
    bench = Bench()
    bench.link.snapshot.values[snapshot.SNAP_FIELDS + snapshot.SNAP_HEALTH_REF_PERMILLE] = 250
    bench.poll()
    assert journal.read_state()[1] == [0, 250, 0, 0]


def test_an_unchanged_state_is_not_written_again(on):
    flash = on(Flash())
    bench = Bench()
    bench.faults(0, 1)
    bench.link.snapshot.values[snapshot.SNAP_HEALTH_REF_PERMILLE] = 250
    bench.poll()
    done = len(flash.operations)
    for _ in range(10):
        bench.poll()
    assert len(flash.operations) == done


# --- the thread ----------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self, link, rounds):
        self.link = link
        self.rounds = rounds

    def sleep_ms(self, _ms):
        self.rounds -= 1
        if self.rounds == 0:
            self.link.stop_requested[0] = 1


def test_the_thread_polls_until_a_stop_is_requested_and_reports_that_it_stopped(on):
    on(Flash())
    bench = Bench()
    thread.run(bench.persistence, bench.link, Clock(bench.link, 3), None)
    assert bench.link.stopped[0] == 1


def test_the_thread_says_that_it_ended_even_when_an_error_ended_it(on):
    on(Flash())
    bench = Bench()
    bench.persistence.poll = lambda: 1 // 0
    with pytest.raises(ZeroDivisionError):
        thread.run(bench.persistence, bench.link, Clock(bench.link, 3), None)
    assert bench.link.stopped[0] == 1


# --- in a world ----------------------------------------------------------------------------------------------------


def journal_of(device):
    path = device.folder / "journal.txt"
    return [line.split() for line in path.read_text().splitlines()[:-1]] if path.exists() else []


def test_nothing_is_written_while_a_contact_conducts(world):
    device = world(burners=2)
    device.burn(0)
    device.burn(1)
    device.hold(burner=1)
    device.run_for(s=20)
    assert not (device.folder / "journal.txt").exists()
    device.hold(burner=0)
    device.run_for(s=1)
    assert [words[2] for words in journal_of(device)] == ["BUTTON", "BUTTON"]


def test_a_power_cut_while_it_burns_loses_nothing_that_was_written(world):
    device = world()
    device.burn()
    device.hold()
    device.run_for(s=50)
    device.burn()
    device.power_cut()
    device.run_for(s=1)
    assert [words[2] for words in journal_of(device)] == ["BUTTON"]


def test_a_restart_while_it_burns_is_in_the_journal(world):
    device = world()
    device.burn()
    device.reset("wdt")
    device.run_for(s=1)
    assert [words[2] for words in journal_of(device)] == ["RESTART"]
    assert device.cause() == "RESTART"


def test_a_weld_outlives_a_power_cut(world):
    device = world()
    device.burn()
    device.do("weld")
    device.hold()
    device.run_for(s=5)
    assert device.fault() == "CONTACT_WELDED"
    device.knob_off()
    device.power_cut(s=5)
    device.run_for(s=60)
    assert (device.state(), device.fault()) == ("FAULT", "CONTACT_WELDED")


def test_a_start_for_which_readings_were_asked_prints_them_and_no_other_start_does(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "measure.txt").touch()
    for told in (True, False):
        bench = Bench()
        bench.link.snapshot.values[snapshot.SNAP_FIELDS + snapshot.SNAP_TC_UV] = -1234
        bench.poll()
        assert capsys.readouterr().out == ("reading 0 0 0 0\nreading 1 -1234 0 0\n" if told else "")
        assert not (tmp_path / "measure.txt").exists()
