"""The row of small files behind the journal: at least five hundred shut-offs stay, whatever cuts the power."""

import contextlib

import pytest

from curfew.runtime.rtc_memory import RtcMemory
from curfew.storage import files as store
from curfew.storage import journal, series
from host_tests.fixtures.cutting_flash import Flash, PowerCut
from host_tests.storage.test_journal import noted, yes


def kept():
    """The numbers of all shut-offs that the journal has, in its order."""
    return [series.number(line) for line in series.before(journal.JOURNAL_PATH, series.NUMBER_MAX, 1000)]


def filled(count):
    """The memory of a device that wrote so many shut-offs one by one."""
    one = RtcMemory(b"")
    for _ in range(count):
        noted(1, one)
        assert journal.append(one, one.seq[0], one.seq[0], yes)
    return one


@pytest.mark.parametrize("before, more", [(0, 1), (0, 8), (99, 1), (100, 1), (99, 2), (100, 8), (199, 1), (499, 1)])
def test_the_first_five_hundred_shut_offs_are_kept(on, before, more):
    on(Flash())
    one = noted(more, filled(before))
    assert journal.append(one, before + 1, before + more, yes)
    assert kept() == list(range(1, before + more + 1))
    assert journal.last_seq() == before + more


def test_later_the_oldest_hundred_goes_and_five_hundred_stay_at_least(on):
    flash = on(Flash())
    filled(600)
    assert kept() == list(range(1, 601))
    one = noted(601)
    assert journal.append(one, 601, 601, yes) and kept() == list(range(101, 602))
    assert len(flash.files) == series.FILES


@pytest.mark.parametrize("below, most, found", [
    (1, 100, []), (2, 100, [1]), (101, 100, range(1, 101)), (102, 100, range(2, 102)), (251, 3, range(248, 251)),
    (999, 100, range(151, 251)), (999, 251, range(1, 251)),
])  # fmt: skip
def test_a_page_of_shut_offs_ends_before_the_number_that_is_asked_for(on, below, most, found):
    on(Flash())
    filled(250)
    assert [series.number(line) for line in series.before(journal.JOURNAL_PATH, below, most)] == list(found)


@pytest.mark.parametrize("lazy", [False, True])
def test_a_power_cut_while_the_files_grow_older_loses_no_line(on, lazy):
    on(Flash())
    one = noted(1, filled(300))
    before = dict(store.os.files)
    whole = on(Flash(before))
    assert journal.append(one, 301, 301, yes)
    for cut_at in range(whole.steps + 1):
        flash = on(Flash(before, cut_at, lazy))
        with contextlib.suppress(PowerCut):
            journal.append(one, 301, 301, yes)
        on(Flash(flash.files))
        assert kept() in (list(range(1, 301)), list(range(1, 302))), cut_at
        if journal.last_seq() == 300:
            assert journal.append(one, 301, 301, yes)
        assert kept() == list(range(1, 302)) and journal.last_seq() == 301


@pytest.mark.parametrize("granted", range(6))
def test_permission_withdrawn_while_the_files_grow_older_loses_no_line(on, granted):
    on(Flash())
    one = noted(1, filled(300))
    left = [granted]

    def allowed():
        left[0] -= 1
        return left[0] >= 0

    assert not journal.append(one, 301, 301, allowed) and kept() == list(range(1, 301))
    assert journal.append(one, 301, 301, yes) and kept() == list(range(1, 302))
