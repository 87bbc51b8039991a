"""Files that survive a power cut at any byte: old content or new, never a mixture.

Here: store.py over a file system that cuts. Not here: what the lines mean (test_journal.py).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.storage import files as store
from host_tests.fixtures.cutting_flash import Flash, PowerCut

OLD = ["1 0 TIMEOUT 1800 0", "2 1 BUTTON 60 0"]
NEW = [*OLD, "3 0 REMOTE:voice 90 1200"]
PATH = "journal.txt"


def yes():
    return True


def written(on, lines, flash=None):
    """A flash on which these lines were stored."""
    flash = on(flash or Flash())
    assert store.replace(PATH, lines, yes)
    return flash


def kept():
    return list(store.lines(PATH))


# --- write and read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [["a"], OLD, NEW, ["x" * 500], [str(n) for n in range(100)]])
def test_what_was_written_is_read_back(on, lines):
    written(on, lines)
    assert kept() == lines
    assert store.count(PATH) == len(lines)


def test_a_file_that_is_not_there_has_no_lines(on):
    on(Flash())
    assert kept() == []
    assert store.count(PATH) == 0


def test_lines_may_be_read_while_they_are_being_replaced(on):
    written(on, OLD)

    def more():
        yield from store.lines(PATH)
        yield NEW[-1]

    assert store.replace(PATH, more(), yes)
    assert kept() == NEW


def test_nothing_but_the_file_is_left_behind(on):
    assert list(written(on, OLD).files) == [PATH]


# --- damage --------------------------------------------------------------------------------------------------------


def test_a_file_in_which_any_one_bit_was_flipped_has_no_lines(on):
    data = written(on, NEW).files[PATH]
    for at in range(len(data)):
        for bit in range(8):
            damaged = bytearray(data)
            damaged[at] ^= 1 << bit
            on(Flash({PATH: bytes(damaged)}))
            assert kept() == [], f"bit {bit} of byte {at}"


def test_a_file_cut_off_at_any_byte_has_no_lines(on):
    data = written(on, NEW).files[PATH]
    for length in range(len(data)):
        on(Flash({PATH: data[:length]}))
        assert kept() == [], f"{length} bytes"


@pytest.mark.parametrize("tail", [b"\n", b"x", b"#0000\n", b"4 0 BUTTON 1 0\n"])
def test_a_file_with_anything_behind_its_checksum_has_no_lines(on, tail):
    data = written(on, NEW).files[PATH]
    on(Flash({PATH: data + tail}))
    assert kept() == []


@pytest.mark.parametrize(
    "data", [b"", b"#", b"#ffff", b"#ffff\n", b"\n", b"\xff\xfe\n#0000\n", b"#zzzz\n", b"\x00" * 99]
)
def test_what_was_never_stored_here_has_no_lines(on, data):
    on(Flash({PATH: data}))
    assert kept() == []


@given(st.binary(max_size=80))
def test_reading_any_bytes_raises_nothing(data):
    flash = Flash({PATH: data})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "open", flash.open, raising=False)
        assert isinstance(kept(), list)


# --- power cuts ----------------------------------------------------------------------------------------------------


def steps_of_a_replace(on, lazy):
    flash = written(on, OLD)
    flash.steps = 0
    flash.lazy = lazy
    store.replace(PATH, NEW, yes)
    return flash.steps


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("before", [OLD, []])
def test_a_power_cut_at_any_byte_and_around_any_operation_leaves_the_old_or_the_new(on, before, lazy):
    seen = set()
    for cut_at in range(steps_of_a_replace(on, lazy) + 1):
        files = written(on, before).files if before else {}
        flash = on(Flash(files, cut_at, lazy))
        try:
            store.replace(PATH, NEW, yes)
        except PowerCut:
            assert kept() == before, f"cut at step {cut_at}"
            seen.add("old")
        else:
            assert kept() == NEW
            seen.add("new")
        assert flash.steps <= cut_at
    assert seen == {"old", "new"}


@pytest.mark.parametrize("lazy", [False, True])
def test_after_any_power_cut_the_next_write_works(on, lazy):
    for cut_at in range(steps_of_a_replace(on, lazy)):
        flash = on(Flash(written(on, OLD).files, cut_at, lazy))
        with pytest.raises(PowerCut):
            store.replace(PATH, NEW, yes)
        on(Flash(flash.files, lazy=lazy))
        assert store.replace(PATH, [*NEW, "4"], yes)
        assert kept() == [*NEW, "4"]


def test_a_file_system_that_fails_at_any_step_leaves_the_old_content(on):
    for fails_at in range(steps_of_a_replace(on, False)):
        on(Flash(written(on, OLD).files, fails_at=fails_at))
        with pytest.raises(OSError):
            store.replace(PATH, NEW, yes)
        assert kept() == OLD
        assert store.replace(PATH, NEW, yes), "and it can be tried again"
        assert kept() == NEW


def test_the_new_content_is_complete_and_flushed_before_it_takes_the_name(on):
    flash = written(on, NEW)
    assert [words.split()[0] for words in flash.operations[-2:]] == ["flush", "rename"]
    assert all(PATH + ".new" in words for words in flash.operations)


# --- leave ---------------------------------------------------------------------------------------------------------


class Leave:
    """may_write() that says yes so many times and then no."""

    def __init__(self, times, flash):
        self.times = times
        self.flash = flash
        self.asked_at = []

    def __call__(self):
        self.asked_at.append(len(self.flash.operations))
        self.times -= 1
        return self.times >= 0


def times_asked(on):
    flash = written(on, OLD)
    leave = Leave(10**6, flash)
    store.replace(PATH, NEW, leave)
    return len(leave.asked_at)


def test_permission_withdrawn_at_any_moment_leaves_the_old_content(on):
    for times in range(times_asked(on)):
        flash = on(Flash(written(on, OLD).files))
        leave = Leave(times, flash)
        assert store.replace(PATH, NEW, leave) is False
        assert kept() == OLD
        assert len(flash.operations) == leave.asked_at[-1], "the flash was touched after the leave was withdrawn"


def test_permission_is_asked_before_every_open_write_and_rename(on):
    flash = written(on, OLD)
    flash.operations.clear()
    leave = Leave(10**6, flash)
    store.replace(PATH, NEW, leave)
    for at, operation in enumerate(flash.operations):
        if operation.split()[0] != "flush":  # in one breath with the last write
            assert at in leave.asked_at, operation


def test_without_permission_not_even_a_file_is_opened(on):
    flash = on(Flash())
    assert store.replace(PATH, NEW, lambda: False) is False
    assert flash.operations == [] and flash.files == {}


def test_permission_that_comes_back_lets_the_next_try_succeed(on):
    flash = written(on, OLD)
    for times in range(times_asked(on)):
        on(flash)
        store.replace(PATH, NEW, Leave(times, flash))
    assert store.replace(PATH, NEW, yes)
    assert kept() == NEW


# --- a file that cannot be read --------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_not_taken_for_an_empty_one(on):
    flash = on(Flash())
    assert store.replace("journal.txt", ["one", "two"], lambda: True)
    flash.unreadable = True
    for look in (store.count, lambda path: list(store.lines(path))):
        with pytest.raises(OSError):
            look("journal.txt")
    flash.unreadable = False
    assert list(store.lines("journal.txt")) == ["one", "two"]
