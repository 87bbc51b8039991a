"""The journal of openings and what must outlive a power cut, as small sealed text files.

Belongs here: the form of the lines. Does not: deciding when to write (services/keeper.py), how (store.py).
"""

from curfew import snapshot as s
from curfew import store
from curfew.codes import CAUSES, FAULTED, REMOTE, SOURCES
from curfew.faults import FAULTS
from curfew.limits import BURNERS_MAX

PATH = "journal.txt"
STATE_PATH = "state.txt"
_KEPT = 100  # closings; the page shows as many


def cause_text(cause, detail):
    """A cause in words of codes.py: "TIMEOUT", "REMOTE:voice", "FAULT:SENSOR_FAILED"; "" for none."""
    if cause == REMOTE:
        return "REMOTE:" + SOURCES[detail]
    if cause == FAULTED:
        return "FAULT:" + FAULTS[detail]
    return CAUSES[cause]


def lines():
    """The lines of the journal, oldest first; [] when there is none or it is damaged.

    A line: number, burner from 0, cause, seconds conducted, seconds since the start, contact health in permille.
    """
    body = store.unsealed(store.read(PATH))
    return body.split("\n")[:-1] if body else []


def last_seq(kept):
    """The number of the last opening in lines(), 0 for none."""
    return int(kept[-1].split(" ")[0]) if kept else 0


def append(openings, may_write):
    """Write the waiting openings behind the kept ones and forget them; False when leave was withdrawn."""
    count = openings.waiting()
    kept = lines()
    for index in range(count):
        cause = cause_text(openings.field(index, s.O_CAUSE), openings.field(index, s.O_DETAIL))
        row = [openings.field(index, field) for field in (s.SEQ, s.BURNER, s.CONDUCTED_S, s.UPTIME_S)]
        health = openings.field(index, s.O_HEALTH_PERMILLE)
        kept.append("%d %d %s %d %d %d" % (row[0], row[1], cause, row[2], row[3], health))
    if not store.replace(PATH, store.sealed("\n".join(kept[-_KEPT:]) + "\n"), may_write):
        return False
    openings.forget(count)
    return True


def read_state():
    """Stored faults (bits) and commissioning health (permille, 0 none) by burner, as two lists of four ints."""
    stored = [0] * BURNERS_MAX
    health = [0] * BURNERS_MAX
    body = store.unsealed(store.read(STATE_PATH))
    for index, line in enumerate(body.split("\n")[:-1] if body else ()):
        stored[index], health[index] = [int(word) for word in line.split(" ")]
    return stored, health


def write_state(stored, health, may_write):
    """Keep what read_state() gives back; False when leave was withdrawn."""
    body = "".join(["%d %d\n" % pair for pair in zip(stored, health)])
    return store.replace(STATE_PATH, store.sealed(body), may_write)
