"""Which faults a run had, whether the controller detected them, and how long the contact then took to open."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from simulator.rules.acts import Done
from simulator.rules.gestures import HOLD_MS
from simulator.rules.numbers import TICK_MS
from simulator.rules.observed import View


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its acts, and what the controller then reports: causes of the shut-off, fault codes."""

    name: str
    do: tuple[str, ...]
    causes: tuple[str | None, ...] = ()
    faults: tuple[str, ...] = ()
    only: Callable[[dict[str, Any]], bool] = lambda _: True


def _long_hold(args: dict[str, Any]) -> bool:
    return args["ms"] >= HOLD_MS + 60


# A shut-off that the fault itself asks for counts as detected under these causes.
KINDS = (
    Kind("off by the button", ("hold",), ("BUTTON",), only=_long_hold),
    Kind("remote off", ("remote_off",), ("REMOTE",)),
    Kind("flame blown out", ("blow_out",), ("FLAME_OUT",)),
    Kind("knob turned off", ("knob_off",), ("FLAME_OUT",)),
    Kind("contact welded", ("weld",), (), ("CONTACT_WELDED",)),
    Kind("bypass closed", ("bypass",), (), ("CONTACT_WELDED",), lambda args: args["on"]),
    Kind("contact stuck open", ("stick_open",), ("CONTACT_OPEN", "FLAME_OUT")),
    Kind("film on the contact", ("film",), ("CONTACT_OPEN", "FLAME_OUT"), (), lambda args: args["milliohm"] >= 100),
    Kind(
        "sense lead broken", ("sensor",), ("FLAME_OUT", "CONTACT_OPEN"), (), lambda a: a["value"] in ("open", "short")
    ),
    Kind("converter silent", ("sensor",), (), ("SENSOR_FAILED",), lambda a: a["value"] in ("stale", "i2c_error")),
    Kind("clock jumps", ("clock_jump",), ("CLOCK",)),
    Kind("chip resets", ("reset",), ("RESTART",)),
    Kind("power fails", ("power_off",), (None,)),  # nothing runs that could report a cause
    Kind("program hangs", ("hang",), ("RESTART", "CLOCK"), (), lambda args: args["ms"] > 2000),
    Kind("chip stalls", ("gil_hold",), ("CLOCK",), (), lambda args: args["ms"] > 2000),
    Kind("exception", ("raise",), ("RESTART",), ("SENSOR_FAILED",)),
    Kind("pump bridged or weak", ("pump",), (), ("PUMP",), lambda args: args["is"] != "sound"),
    Kind("button stuck", ("button_down",), ("BUTTON",), ("BUTTON_STUCK",)),
)
WHOLE_DEVICE = ("pump", "clock_jump", "reset", "power_off", "hang", "gil_hold", "raise")


@dataclass
class Count:
    """What became of one kind of fault. open_ms: from each act to the end of the coil, where it caused a shut-off."""

    injected: int = 0
    conducting: int = 0
    detected: int = 0
    open_ms: list[int] = field(default_factory=list)

    def add(self, other: "Count") -> None:
        self.injected += other.injected
        self.conducting += other.conducting
        self.detected += other.detected
        self.open_ms += other.open_ms


def count(kind: Kind, view: View) -> Count:
    """What became of the faults of this kind in one run."""
    total = Count()
    mine = [act for act in view.done if act.do in kind.do and kind.only(act.args) and act.at_ms <= view.result.last_ms]
    for burner in view.lines:
        acts = [act for act in mine if act.burner == burner or act.do in WHOLE_DEVICE]
        for act, after in zip_longest(acts, acts[1:]):
            _count_one(kind, view, burner, _begun_ms(act), _begun_ms(after) if after else None, total)
    return total


def _begun_ms(act: Done) -> int:
    return act.at_ms + (HOLD_MS if act.do == "hold" else 0)


def _count_one(kind: Kind, view: View, burner: int, begun_ms: int, next_ms: int | None, total: Count) -> None:
    """Add what one act came to. next_ms: of the next act of this kind, to which a later shut-off belongs."""
    total.injected += 1
    interval = next((i for i in view.intervals if i.burner == burner and i.on_ms < begun_ms <= i.off_ms), None)
    shown = any(line["fault"] in kind.faults for line in view.result.during(burner, begun_ms, view.result.last_ms))
    total.conducting += interval is not None
    answers = (*kind.causes, *(f"FAULT:{code}" for code in kind.faults))
    opened = (
        interval is not None
        and interval.off is not None
        and (next_ms is None or interval.off_ms < next_ms)
        and _cause(view, burner, interval.off_ms) in answers
    )
    total.detected += shown or opened
    if interval is not None and opened:
        total.open_ms.append(interval.off_ms - begun_ms)


def _cause(view: View, burner: int, t_ms: int) -> str | None:
    """The cause of a shut-off, without its source; the first one after the next start, when the program was ending."""
    lines = view.result.during(burner, t_ms + TICK_MS, view.result.last_ms)
    cause = next((line["cause"] for line in lines if line["state"] is not None), None)
    return "REMOTE" if cause is not None and cause.startswith("REMOTE:") else cause


def table(counts: list[Count]) -> list[str]:
    """The counts of KINDS as lines of text."""
    head = ("kind", "injected", "conducting", "detected", "shut off", "median ms", "worst ms")
    rows: list[tuple[str, ...]] = [head]
    for kind, total in zip(KINDS, counts, strict=True):
        numbers = (total.injected, total.conducting, total.detected, len(total.open_ms))
        times = (round(statistics.median(total.open_ms)), max(total.open_ms)) if total.open_ms else ()
        rows.append(
            (kind.name, *(f"{number:,}" for number in (*numbers, *times)), *("-" for _ in range(2 - len(times))))
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
