"""What is reported of a shut-off, by panel and journal: S13.

They judge coil, contact, flame and what the user did first, and the firmware's own words only where the sentence is
about these.
"""

from collections.abc import Iterator
from itertools import pairwise

from simulator import words
from simulator.rules.numbers import TICK_MS
from simulator.rules.observed import SERVICES_RESTART_MS, Interval, View, where
from simulator.times import show_time

JOURNAL_MS = 1000  # the services look ten times a second
START_MS = 1000  # a start may tell its cause (RESTART) only once the program is up


def every_shutoff_has_one_cause(view: View) -> Iterator[str]:
    """S13."""
    yield from _panel_misfits(view)
    yield from _journal_misfits(view)


def _panel_misfits(view: View) -> Iterator[str]:
    shutoffs: dict[int, list[int]] = {}
    for interval in view.intervals:
        if interval.off is not None:
            shutoffs.setdefault(interval.burner, []).append(interval.off_ms)
            if not view.is_dying(interval):
                settled = view.at(interval.burner, interval.off_ms + TICK_MS)
                if settled["cause"] is None:
                    yield f"{where(interval.burner, interval.off_ms)}: the coil went off without a cause"
    for burner, lines in view.lines.items():
        for before, line in pairwise(lines):
            t_ms = line["t_ms"]
            if before["cause"] == line["cause"] or None in (before["state"], line["state"]):
                continue
            if before["state"] in words.CONDUCTING_STATES and line["state"] not in words.CONDUCTING_STATES:
                continue  # it opened, though the pump may not have let the coil pull in yet
            starting = any(0 <= t_ms - up_ms <= START_MS for up_ms in view.ups)
            if not starting and not any(_explains(view, off_ms, t_ms) for off_ms in shutoffs.get(burner, [])):
                change = f"{before['cause']} became {line['cause']}"
                yield f"{where(burner, t_ms)}: cause {change} without a shut-off"


def _journal_misfits(view: View) -> Iterator[str]:
    last = 0
    reported = {burner: _causeswhere(view, burner) for burner in view.lines}
    for kind, t_ms, text in view.result.marks:
        if kind != "journal" or text in _earlier(view):
            continue
        number, burner, cause = text.split()[:3]
        if int(number) <= last:
            yield f"{show_time(t_ms)}: the journal has number {number} after {last}"
        last = int(number)
        # What a power cut lost is missing in the journal; what is there, was.
        if not any(one in (cause, None) for one in reported[int(burner)]):
            yield f"burner {burner}: the journal has {cause} (number {number}), which was not reported in that order"

    if (shutoff := _last_quiet_shutoff(view)) is not None:
        rows = [text.split() for kind, _, text in view.result.marks if kind == "journal" and len(text.split()) > 2]
        cause = view.at(shutoff.burner, view.result.last_ms)["cause"]
        if not any(row[1:3] == [str(shutoff.burner), cause] for row in rows[-len(view.lines) :]):
            yield f"{where(shutoff.burner, shutoff.off_ms)}: shut off by {cause}, which the journal does not have"


def _earlier(view: View) -> set[str]:
    """Lines that were on the flash before the start, as another version wrote them."""
    return {line for _, lines in view.plan.get("files", ()) for line in lines}


def _last_quiet_shutoff(view: View) -> Interval | None:
    """The last shut-off of the run, if since then the services had the time and the leave to write it down."""
    last = max(view.intervals, key=lambda interval: interval.off_ms, default=None)
    if last is None or last.off is None or view.result.ended_ms is None:
        return None
    quiet_ms = last.off_ms - JOURNAL_MS
    others = ("memory_full", "services_die", "services_block", "power_off", "raise", "hang", "gil_hold", "reset")
    disturbed = view.broke_off(quiet_ms, view.result.last_ms) or any(
        act.do in others and act.over_ms + SERVICES_RESTART_MS >= quiet_ms for act in view.done
    )
    return None if disturbed or view.result.last_ms - last.off_ms < JOURNAL_MS else last


def _causeswhere(view: View, burner: int) -> Iterator[str | None]:
    """Every cause ever reported of a burner, in order, None for one that the end of the program kept from being
    reported.

    An iterator, so that a search moves it on.
    """
    dying_ms = [i.off_ms for i in view.intervals if i.burner == burner and i.off is not None and view.is_dying(i)]
    last = None
    for line in view.lines[burner]:
        if line["t_ms"] in dying_ms:
            yield None
        # The same cause twice is reported by the same word: the shut-off between them is what counts, be it that the
        # pump had not yet let the coil pull in.
        opened = last is not None and (
            (last["coil"] == "on" and line["coil"] == "off")
            or (last["state"] in words.CONDUCTING_STATES and line["state"] not in words.CONDUCTING_STATES)
        )
        if line["cause"] is not None and (last is None or line["cause"] != last["cause"] or opened):
            yield line["cause"]
        last = line


def _explains(view: View, off_ms: int, t_ms: int) -> bool:
    """Whether the shut-off at off_ms is why a cause was reported at t_ms: later, where a stall lay over it."""
    return off_ms - TICK_MS <= t_ms <= off_ms + TICK_MS + view.late_by_name(off_ms)
