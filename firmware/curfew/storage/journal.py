"""The journal of shut-offs, and the state that must outlive a power cut: the form of their lines."""

from typing import TYPE_CHECKING

from curfew.core.codes import CAUSES, FAULTED, REMOTE, SOURCES
from curfew.core.faults import FAULTS
from curfew.core.limits import BURNERS_MAX
from curfew.runtime import rtc_memory as m
from curfew.storage import files, series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from curfew.runtime.rtc_memory import RtcMemory


JOURNAL_PATH = "journal.txt"
STATE_PATH = "state.txt"


def cause_text(cause: int, detail: int) -> str:
    """A cause in words: "TIMEOUT", "REMOTE:voice", "FAULT:SENSOR_FAILED"; "-" for none."""
    if cause == REMOTE:
        return "REMOTE:" + SOURCES.split()[detail]
    if cause == FAULTED:
        return "FAULT:" + FAULTS.split()[detail]
    return CAUSES.split()[cause]


def last_seq() -> int:
    """The number of the last shut-off in the journal, 0 for none."""
    return series.last(JOURNAL_PATH)


def append(memory: "RtcMemory", first: int, last: int, flash_allowed: "Callable[[], bool]") -> bool:
    """Append the shut-offs numbered first to last; False when flash_allowed() said no.

    A line: number, burner from 0, cause, seconds that the contact was closed, contact health in permille.
    """
    return series.add(JOURNAL_PATH, _new_lines(memory, first, last), flash_allowed)


def _new_lines(memory: "RtcMemory", first: int, last: int) -> "Iterator[str]":
    of = memory.shutoff_byte
    for seq in range(first, last + 1):
        cause = cause_text(of(seq, m.ROW_CAUSE), of(seq, m.ROW_DETAIL))
        burn_s = of(seq, m.ROW_BURN_S) << 8 | of(seq, m.ROW_BURN_S + 1)
        health = of(seq, m.ROW_HEALTH_PERMILLE) << 8 | of(seq, m.ROW_HEALTH_PERMILLE + 1)
        yield "%d %d %s %d %d" % (seq, of(seq, m.ROW_BURNER), cause, burn_s, health)


def read_state() -> tuple[list[int], list[int]]:
    """Stored faults (bits) and commissioning health (permille, 0 none) by burner, as two lists of four ints."""
    stored = [0] * BURNERS_MAX
    health = [0] * BURNERS_MAX
    index = 0
    for line in files.lines(STATE_PATH):
        if index < BURNERS_MAX:
            stored[index] = series.number(line)
            health[index] = series.number(line, 1)
        index += 1
    return stored, health


def write_state(stored: list[int], health: list[int], flash_allowed: "Callable[[], bool]") -> bool:
    """Write what read_state() gives back; False when flash_allowed() said no."""
    return files.replace(STATE_PATH, ["%d %d" % pair for pair in zip(stored, health)], flash_allowed)
