"""A row of the result: what was measured, Curfew's figures, and the figures of what it is compared with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

RARE_N = 1000  # with fewer values the 99.9 % would be the worst under another name

GROUPS = {1: "Deadline to coil", 2: "Remote OFF to coil", 3: "Safety tick", 4: "Memory"}
CROWD = "50 web clients and 500 messages a second"
HANG = "50 web clients, no broker, name look-ups hang"
EDGES = "edges of the relay pin; a deadline is 10 s (or a minute) after the rising edge"
FEEDS = "time between two feedings of the watchdog, less 20 ms"
ASKED = "from sending to the falling edge, repeated after a refusal"
# By key: what is measured, and how. The order is that of the table.
ROWS: dict[str, tuple[str, str]] = {
    "deadline_hang": (f"deadline to coil off, {HANG}", EDGES),
    "check_quiet": ("deadline check too late, quiet network", FEEDS),
    "check_crowd": (f"deadline check too late, {CROWD}", FEEDS),
    "check_hang": (f"deadline check too late, {HANG}", FEEDS),
    "machine": ("the machine itself: a bare loop beside both, too late", "a VM that only sleeps, 20 ms at a time"),
    "off_web_quiet": ("OFF by HTTP to coil off, quiet network", ASKED),
    "off_mqtt_quiet": ("OFF by MQTT to coil off, quiet network", ASKED),
    "off_web_many": ("OFF by HTTP, quiet network, eight controllers at once", ASKED),
    "off_mqtt_many": ("OFF by MQTT, quiet network, eight controllers at once", ASKED),
    "off_web_crowd": (f"OFF by HTTP, {CROWD}", ASKED),
    "off_mqtt_crowd": (f"OFF by MQTT, {CROWD}", ASKED),
    "off_web_hang": (f"OFF by HTTP, {HANG}", ASKED),
    "tick_us": ("one tick on the VM, {of} burners", "blocks of 400 ticks, in turn with the empty loop"),
    "heap_start": ("live heap after the start, four burners, all services", "after a collection"),
    "heap_worst": ("live heap under load, at worst", "after a collection"),
    # groups that could not be measured
    "turns": ("deadline and OFF, in turn with the baseline", ""),
    "many": ("OFF by many controllers at once", ""),
    "ticks": ("the safety tick", ""),
    "load": ("heap under load", ""),
}
BESIDE = {
    "baseline": "the asyncio program",
    "turns": "in the turns of the asyncio program",
    "empty": "an empty loop",
    "heap": "the heap of 192 KiB",
    "": "",
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
    """number: of GROUPS. key: of ROWS, `of` fills its braces. beside: what `other` is, a key of BESIDE.

    ratio: how many times better ours is in the worst case; None where there is nothing to compare. failed: why there
    are no figures.
    """

    number: int
    key: str
    unit: str
    ours: Figures | None
    other: Figures | None = None
    beside: str = ""
    ratio: float | None = None
    of: str = ""
    failed: str = ""

    @property
    def what(self) -> str:
        """What the row measures, in words."""
        return ROWS[self.key][0].format(of=self.of)


def worst_ratio(ours: Figures, other: Figures) -> float:
    """How many times later the other is in the worst case; what is below a hundredth counts as a hundredth."""
    return max(other.worst, 0.01) / max(ours.worst, 0.01)


def against_baseline(number: int, key: str, ours: Sequence[float], other: Sequence[float]) -> Row:
    """A row of two samples in milliseconds whose worst cases are compared; what is early counts as 0."""
    try:
        mine, its = (figures([max(0.0, ms) for ms in one]) for one in (ours, other))
    except ValueError as error:
        return failed(number, key, error)
    return Row(number, key, "ms", mine, its, "baseline", worst_ratio(mine, its))


def failed(number: int, key: str, error: BaseException) -> Row:
    """A row that could not be measured."""
    return Row(number, key, "", None, failed=f"{type(error).__name__}: {error}".split("\n")[0][:300])


def as_json(row: Row) -> dict[str, Any]:
    """The row as bench.json has it."""
    return asdict(row)


def from_json(stored: dict[str, Any]) -> Row:
    """The same row back."""
    pairs = {name: Figures(**stored[name]) for name in ("ours", "other") if stored[name]}
    return Row(**{**stored, **pairs})
