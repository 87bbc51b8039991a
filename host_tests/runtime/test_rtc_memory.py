"""What the controller remembers in RTC memory: the record is believed whole or not at all, abnormal starts are counted.

Here: memory.py, and the counting with the controller. Not here: files (test_journal.py).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import codes, faults, limits
from curfew.core.codes import AT_CONTACTS_CLOSED, AT_RESETS, AT_STORED_FAULTS
from curfew.runtime import rtc_memory
from curfew.runtime.rtc_memory import AT_CLEAN, RtcMemory

QUIET = {"reclose_hold_s": 3}


def record(clean=False, resets=0, conducting=0, shutoffs=()):
    """The bytes that a program left behind."""
    one = RtcMemory(b"")
    one.put(AT_RESETS, resets)
    one.put(AT_CONTACTS_CLOSED, conducting)
    for shutoff in shutoffs:
        one.note_shutoff(*shutoff)
    if clean:
        one.put(AT_CLEAN, 1)
    one.seal()
    return bytes(one.buffer)


SHUTOFFS = [(0, codes.TIMEOUT, 0, 1800, 0), (3, codes.REMOTE, 2, 65_535, 1234)]


# --- believed whole or not at all ----------------------------------------------------------------------------------


def test_a_sealed_record_is_restored():
    again = RtcMemory(record(shutoffs=SHUTOFFS, conducting=0b1010))
    assert again.restored
    assert again.closed_before == 0b1010
    assert again.seq[0] == 2


def test_any_single_bit_that_flipped_refuses_the_record():
    whole = record(shutoffs=SHUTOFFS, conducting=1, resets=2)
    for at in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << bit
            one = RtcMemory(bytes(damaged))
            assert not one.restored, f"bit {bit} of byte {at}"
            assert (one.closed_before, one.seq[0], one.buffer[AT_RESETS]) == (0, 0, 0)


def test_any_two_adjacent_bytes_that_were_swapped_refuse_the_record():
    whole = record(shutoffs=SHUTOFFS, conducting=1, resets=2)
    for at in range(len(whole) - 1):
        damaged = bytearray(whole)
        damaged[at], damaged[at + 1] = whole[at + 1], whole[at]
        assert RtcMemory(bytes(damaged)).restored == (whole[at] == whole[at + 1])


def test_a_record_cut_off_anywhere_is_refused():
    whole = record(shutoffs=SHUTOFFS)
    for length in range(len(whole)):
        assert not RtcMemory(whole[:length]).restored
    assert not RtcMemory(whole + b"\x00").restored


@pytest.mark.parametrize(
    "previous", [b"", b"\x00" * rtc_memory.RTC_SIZE, b"\xff" * rtc_memory.RTC_SIZE, b"\x00" * 2048, b"\xc5\x01"]
)
def test_memory_that_holds_no_record_is_a_power_up(previous):
    one = RtcMemory(previous)
    assert not one.restored
    assert (one.closed_before, one.seq[0], one.buffer[AT_RESETS], one.buffer[AT_CONTACTS_CLOSED]) == (0, 0, 0, 0)
    assert [one.buffer[AT_STORED_FAULTS + index] for index in range(limits.BURNERS_MAX)] == [0] * 4


def test_a_record_of_another_layout_is_refused_even_with_a_good_checksum():
    for at in (0, 1):
        other = bytearray(record())
        one = RtcMemory(b"")
        one.buffer[:] = other
        one.buffer[at] ^= 1
        one.seal()
        assert not RtcMemory(bytes(one.buffer)).restored


@given(st.binary(max_size=2 * rtc_memory.RTC_SIZE))
def test_no_bytes_at_all_raise(previous):
    RtcMemory(previous)


def test_the_record_fits_into_the_rtc_memory_and_every_value_into_a_byte():
    assert rtc_memory.RTC_SIZE <= 2048
    assert len(record()) == rtc_memory.RTC_SIZE


# --- dirty ---------------------------------------------------------------------------------------------------------


def test_a_new_memory_is_dirty():
    assert RtcMemory(b"").dirty and RtcMemory(record()).dirty


def test_only_a_change_makes_it_dirty_again():
    one = RtcMemory(b"")
    one.seal()
    assert not one.dirty
    one.put(AT_CONTACTS_CLOSED, 0)
    assert not one.dirty
    one.put(AT_CONTACTS_CLOSED, 1)
    assert one.dirty


def test_a_shut_off_makes_it_dirty():
    one = RtcMemory(b"")
    one.seal()
    one.note_shutoff(*SHUTOFFS[0])
    assert one.dirty


# --- shut-offs ------------------------------------------------------------------------------------------------------


def row_of(one, seq):
    of = one.shutoff_byte
    return (
        of(seq, rtc_memory.ROW_BURNER), of(seq, rtc_memory.ROW_CAUSE), of(seq, rtc_memory.ROW_DETAIL),
        of(seq, rtc_memory.ROW_BURN_S) << 8 | of(seq, rtc_memory.ROW_BURN_S + 1),
        of(seq, rtc_memory.ROW_HEALTH_PERMILLE) << 8 | of(seq, rtc_memory.ROW_HEALTH_PERMILLE + 1),
    )  # fmt: skip


def test_shut_offs_are_numbered_from_one_and_read_back():
    one = RtcMemory(record(shutoffs=SHUTOFFS))
    assert [row_of(one, seq) for seq in (1, 2)] == SHUTOFFS


def test_the_last_shut_offs_are_kept_and_older_ones_overwritten():
    shutoffs = [(number % 4, 1 + number % 9, 0, number, number) for number in range(1, 30)]
    one = RtcMemory(record(shutoffs=shutoffs))
    assert one.seq[0] == 29
    last = range(29 - rtc_memory.SHUTOFF_ROWS + 1, 30)
    assert [row_of(one, seq) for seq in last] == shutoffs[-rtc_memory.SHUTOFF_ROWS :]


@pytest.mark.parametrize("value, kept", [(0, 0), (65_534, 65_534), (65_535, 65_535), (65_536, 65_535), (2**29, 65_535)])
def test_a_length_saturates_instead_of_wrapping(value, kept):
    one = RtcMemory(record(shutoffs=[(0, 1, 0, value, value)]))
    assert row_of(one, 1) == (0, 1, 0, kept, kept)


def test_numbers_start_over_long_before_they_grow():
    one = RtcMemory(b"")
    one.seq[0] = 0xFFFFFF
    one.note_shutoff(*SHUTOFFS[0])
    assert one.seq[0] == 1


def test_a_number_from_the_journal_survives_a_reset_before_the_next_shut_off():
    one = rtc_memory.RtcMemory(b"")
    one.count_from(70_000)
    one.seal()
    assert rtc_memory.RtcMemory(bytes(one.buffer)).seq[0] == 70_000


@pytest.mark.parametrize("seq", [1, 255, 256, 65_535, 65_536, 0xFFFFFE])
def test_the_number_itself_survives(seq):
    one = RtcMemory(b"")
    one.seq[0] = seq
    one.note_shutoff(*SHUTOFFS[0])
    one.seal()
    assert RtcMemory(bytes(one.buffer)).seq[0] == seq + 1


# --- abnormal starts -----------------------------------------------------------------------------------------------


def test_a_power_up_is_not_abnormal():
    assert RtcMemory(b"").buffer[AT_RESETS] == 0


def test_a_start_after_a_clean_end_is_not_abnormal():
    assert RtcMemory(record(clean=True, resets=2)).buffer[AT_RESETS] == 2


def test_every_other_start_is_counted():
    assert [RtcMemory(record(resets=resets)).buffer[AT_RESETS] for resets in (0, 1, 2)] == [1, 2, 3]


def test_the_count_stops_before_it_wraps_to_healthy():
    assert RtcMemory(record(resets=255)).buffer[AT_RESETS] == 255


def test_a_clean_end_is_clean_once():
    one = RtcMemory(record(clean=True))
    assert one.buffer[AT_CLEAN] == 0
    one.seal()
    assert RtcMemory(bytes(one.buffer)).buffer[AT_RESETS] == 1


@pytest.mark.parametrize("resets, fault", [(0, None), (1, None), (2, "UNSTABLE"), (3, "UNSTABLE"), (255, "UNSTABLE")])
def test_the_third_abnormal_start_is_unstable(core, resets, fault):
    device = core(previous=record(resets=resets), idle=False)
    device.step()
    assert device.fault() == fault


def test_ten_quiet_minutes_forget_the_abnormal_starts_and_end_the_cause(core):
    device = core(previous=record(resets=2), idle=False, **QUIET)
    for _ in range(299):
        device.step(2000)
    device.run(ms=1980)
    assert device.memory.buffer[AT_RESETS] == 3
    assert device.one().faults.present
    device.step()
    assert device.memory.buffer[AT_RESETS] == 0
    assert not device.one().faults.present


def test_unstable_waits_for_the_user_even_when_it_has_been_quiet(core):
    device = core(previous=record(resets=2), idle=False, **QUIET)
    for _ in range(305):
        device.step(2000)
    assert device.state() == "FAULT"
    device.hold(s=6)
    device.run(s=5)
    assert (device.state(), device.fault()) == ("IDLE", None)


def test_unstable_cannot_be_acknowledged_before_it_has_been_quiet(core):
    device = core(previous=record(resets=2), idle=False, **QUIET)
    device.run(s=1)
    device.hold(s=6)
    assert (device.state(), device.fault()) == ("FAULT", "UNSTABLE")


def test_a_clock_that_leaps_brings_no_quiet_minutes(core):
    device = core(previous=record(resets=2), idle=False, **QUIET)
    for _ in range(1000):
        device.step(2001)
        device.step(-2001)
    assert device.memory.buffer[AT_RESETS] == 3


def test_three_watchdog_resets_are_shown_as_unstable(world):
    device = world(sensor=False)
    for _ in range(2):
        device.reset("wdt")
        device.run_for(s=1)
        assert device.fault() is None
    device.reset("wdt")
    device.run_for(s=1)
    assert device.fault() == "UNSTABLE"
    device.press()
    assert device.contact() == "open"


def test_power_cuts_are_never_unstable(world):
    device = world(sensor=False)
    for _ in range(5):
        device.power_cut()
        device.run_for(s=1)
    assert device.fault() is None


# --- what is kept besides ------------------------------------------------------------------------------------------


def test_stored_faults_come_back_from_the_record(core):
    device = core(burners=2)
    device.one(1).faults.note(1 << faults.CONTACT_WELDED)
    device.one(0).faults.note(1 << faults.BUTTON_STUCK)
    device.run(100)
    device.memory.seal()
    again = core(burners=2, previous=bytes(device.memory.buffer), idle=False)
    again.run(s=1)
    assert [again.raised(0), again.raised(1)] == [["BUTTON_STUCK"], ["CONTACT_WELDED"]]


def test_a_closed_contact_is_in_the_record_from_the_tick_in_which_it_closes(core):
    device = core(burners=2)
    device.press(1)
    assert device.memory.buffer[AT_CONTACTS_CLOSED] == 0b10
    device.off(burner=1)
    assert device.memory.buffer[AT_CONTACTS_CLOSED] == 0
