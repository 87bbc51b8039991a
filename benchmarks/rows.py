"""A row of the result: what was measured, Curfew's figures, and the figures of what it is compared with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

RARE_N = 1000  # with fewer values the 99.9 % would be the worst under another name

GROUPS = {1: "Deadline to coil", 2: "Remote OFF", 3: "Safety tick", 4: "Memory"}
CROWD = "50 web clients and 500 messages a second"
HANG = "50 web clients, no broker, name look-ups hang"
EDGES = "edges of the relay pin; a deadline is 10 s (or a minute) after the rising edge"
FEEDS = "time between two feedings of the watchdog, less 20 ms"
ASKED = "from the first connection to the falling edge, repeated after a refusal"
CONNECTS = "until it stands; one that finds no place is asked for again by TCP after a second"
HEARS = "from sending to the message that says the contact is open, at another client of the broker"
# What the limit is: that of the same moment on the same machine.
SLEEPS = "a bare VM that only sleeps, 20 ms at a time"
WAITS = "a bare VM that only waits for a byte"
# By key: what is measured, how, and what its limit is. The order is that of the table.
ROWS: dict[str, tuple[str, str, str]] = {
    "deadline_hang": (f"deadline to coil off, {HANG}", EDGES, SLEEPS),
    "check_quiet": ("deadline check too late, quiet network", FEEDS, SLEEPS),
    "check_crowd": (f"deadline check too late, {CROWD}", FEEDS, SLEEPS),
    "check_hang": (f"deadline check too late, {HANG}", FEEDS, SLEEPS),
    "off_web_quiet": ("OFF by HTTP to coil off, quiet network", ASKED, WAITS),
    "off_mqtt_quiet": ("OFF by MQTT to coil off, quiet network", ASKED, WAITS),
    "off_web_many": ("OFF by HTTP, quiet network, eight controllers at once", ASKED, WAITS),
    "off_mqtt_many": ("OFF by MQTT, quiet network, eight controllers at once", ASKED, WAITS),
    "off_web_crowd": (f"OFF by HTTP, {CROWD}", ASKED, WAITS),
    "off_mqtt_crowd": (f"OFF by MQTT, {CROWD}", ASKED, WAITS),
    "connect_crowd": (f"connection for an OFF by HTTP, {CROWD}", CONNECTS, WAITS),
    "off_web_hang": (f"OFF by HTTP, {HANG}", ASKED, WAITS),
    "hears_quiet": ("OFF by MQTT until a client hears that the contact is open, quiet network", HEARS, WAITS),
    "tick_us": (
        "one tick on the VM, {of} burners",
        "blocks of 400 ticks, in turn with the empty loop",
        "an empty loop",
    ),
    "heap_start": ("live heap after the start, four burners, all services", "after a collection", ""),
    "heap_worst": ("live heap under load, at worst", "after a collection", "the heap of 192 KiB"),
    # groups that could not be measured
    "turns": ("deadline and OFF, in turn with the baseline", "", ""),
    "many": ("OFF by many controllers at once", "", ""),
    "ticks": ("the safety tick", "", ""),
    "load": ("heap under load", "", ""),
}


@dataclass(frozen=True)
class Figures:
    """Of n values: median, 99.9 % (None below RARE_N values) and worst."""

    median: float
    rare: float | None
    worst: float
    n: int


def figures(values: Sequence[float]) -> Figures:
    """Sum up values, the largest being the worst. Raises ValueError when there are none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    n = len(ordered)
    rare = ordered[min(n - 1, -(-999 * n // 1000) - 1)] if n >= RARE_N else None
    return Figures(ordered[n // 2], rare, ordered[-1], n)


def single(value: float) -> Figures:
    """A count, which is the same in every run."""
    return Figures(value, None, value, 1)


@dataclass(frozen=True)
class Row:
    """number: of GROUPS. key: of ROWS, `of` fills its braces. other: of the asyncio program; limit: ROWS says of what.

    ratio: how many times better ours is in the worst case; None where there is nothing to compare. moved: percent by
    which a fixed piece of work took longer in the turns of one program than in those of the other; None where both were
    measured at once. failed: why there are no figures.
    """

    number: int
    key: str
    unit: str
    ours: Figures | None
    other: Figures | None = None
    limit: Figures | None = None
    ratio: float | None = None
    moved: float | None = None
    of: str = ""
    failed: str = ""

    @property
    def what(self) -> str:
        """What the row measures, in words."""
        return ROWS[self.key][0].format(of=self.of)


def worst_ratio(ours: Figures, other: Figures) -> float:
    """How many times later the other is in the worst case; what is below a hundredth counts as a hundredth."""
    return max(other.worst, 0.01) / max(ours.worst, 0.01)


def moved_percent(values: Sequence[float]) -> float:
    """By how much the largest is above the smallest; what is below a hundredth counts as a hundredth."""
    known = [max(value, 0.01) for value in values]
    return 100 * (max(known) / min(known) - 1)


def against_baseline(
    number: int,
    key: str,
    ours: Sequence[float],
    other: Sequence[float],
    limit: Sequence[float] = (),
    moved: float | None = None,
) -> Row:
    """A row of two samples in milliseconds whose worst cases are compared; what is early counts as 0."""
    try:
        mine, its = (figures([max(0.0, ms) for ms in one]) for one in (ours, other))
    except ValueError as error:
        return failed(number, key, error)
    return Row(number, key, "ms", mine, its, figures(limit) if limit else None, worst_ratio(mine, its), moved)


def failed(number: int, key: str, error: BaseException) -> Row:
    """A row that could not be measured."""
    return Row(number, key, "", None, failed=f"{type(error).__name__}: {error}".split("\n")[0][:300])


def as_json(row: Row) -> dict[str, Any]:
    """The row as bench.json has it."""
    return asdict(row)


def from_json(stored: dict[str, Any]) -> Row:
    """The same row back."""
    samples = {name: Figures(**stored[name]) for name in ("ours", "other", "limit") if stored[name]}
    return Row(**{**stored, **samples})
