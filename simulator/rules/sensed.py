"""What a fitted sensor must show: a flame that no one times (S14), and a contact that conducts while it has to be open
(S16). They judge the true millivolts, gas and flame, whatever the readings were made of.
"""

from collections.abc import Callable, Iterator

from simulator.rules.numbers import PUMP_EMPTY_MS, RELIGHT_MS, UNTIMED_MS
from simulator.rules.observed import TWO_TICKS_MS, Interval, View, where
from simulator.times import show_time

HOT, WELD, SOME, BRIGHT, FALLS = 1, 2, 4, 8, 16  # of plant/witness.py
Holds = Callable[[dict[str, object], int], bool]
STEADY_MS = 40_000  # the level of a flame has to stand still for so long before it counts as one
WELD_SEEN_MS = 5000  # some real conversions of one of eight channels, and their mean
AT_ONCE_MS = 1500  # a weld after a shut-off that was sound until then


def _open(line: dict[str, object]) -> bool:
    """Whether the program runs and asks for no current: no timer covers what happens."""
    return line["state"] is not None and line["coil"] == "off"


def _while_open(holds: Holds) -> Holds:
    return lambda line, bits: _open(line) and holds(line, bits)


def an_untimed_flame_is_shown(view: View) -> Iterator[str]:
    """S14."""
    for burner in view.lines:
        if not view.has_sensor(burner):
            continue
        for from_ms, to_ms in view.spans(burner, lambda line, bits: _open(line) and bool(bits & HOT)):
            limit_ms = view.settings["flame_die_s"] * 1000 + UNTIMED_MS
            waits = any(line["sound"] == "WAIT" for line in view.result.during(burner, from_ms, to_ms))
            due_ms = from_ms + limit_ms + (RELIGHT_MS if waits else 0) + view.stalled_ms(from_ms, to_ms)
            if due_ms < to_ms and view.reads_true(burner, from_ms, to_ms):
                yield from _not_shown(view, burner, due_ms, to_ms)


def _not_shown(view: View, burner: int, due_ms: int, to_ms: int) -> Iterator[str]:
    """What no fault shows between due_ms and to_ms, all the time of which the tip is hot and no timer runs."""
    kinds: tuple[tuple[str, int, Holds], ...] = (
        ("a magnet side above 2 mV", WELD_SEEN_MS, lambda _, bits: bool(bits & WELD)),
        ("a flame", STEADY_MS, lambda line, bits: line["flame"] == "on" and bits & (BRIGHT | FALLS) == BRIGHT),
    )
    for what, after_ms, holds in kinds:
        for from_ms, until_ms in view.spans(burner, _while_open(holds)):
            first_ms, last_ms = max(due_ms, from_ms + after_ms), min(until_ms, to_ms)
            if first_ms < last_ms and any(
                line["fault"] is None for line in view.result.during(burner, first_ms, last_ms - 1)
            ):
                yield f"{where(burner, first_ms)}: {what} that no timer covers, and no fault shows it"


def a_closed_contact_stops_the_pump(view: View) -> Iterator[str]:
    """S16."""
    if view.settings.get("relay_drive", "pulse") != "pulse":
        return
    risen = [(burner, *span) for burner in view.lines if view.has_sensor(burner) for span in rises(view, burner)]
    for burner, from_ms, to_ms in risen:
        due_ms = from_ms + WELD_SEEN_MS + view.stalled_ms(from_ms, to_ms)
        if to_ms <= due_ms or not view.reads_true(burner, from_ms, to_ms):
            continue
        on = [i for i in view.intervals if i.on_ms <= from_ms and i.off_ms > due_ms]
        for interval in on:
            yield f"{where(burner, from_ms)}: conducts, and burner {interval.burner} is still on at {show_time(due_ms)}"
        off_ms = due_ms + PUMP_EMPTY_MS
        driver = view.is_driven(burner, from_ms) and view.is_driven(burner, off_ms)
        if driver and to_ms > off_ms and view.at(burner, off_ms)["gas"] == "on" and not view.broke_off(from_ms, off_ms):
            yield f"{where(burner, from_ms)}: the driver is stuck, and the gas is still on at {show_time(off_ms)}"
    for interval in view.intervals:
        if interval.off is None or view.is_dying(interval):  # what is shown in a stall is the cause of an earlier one
            continue
        if interval.off["cause"] == "WELD_TEST" and not _has_reason(interval, risen):
            yield f"{where(interval.burner, interval.off_ms)}: shut off by WELD_TEST, and no weld began before it"


def rises(view: View, burner: int) -> Iterator[tuple[int, int]]:
    """(from_ms, to_ms) of every time that a contact conducted while it had to be open, since it last did not."""
    begun = None
    for from_ms, to_ms in view.spans(burner, lambda line, bits: _open(line) and bits & (HOT | WELD) == HOT | WELD):
        if begun is not None and not view.spans_within(
            burner, begun[1], from_ms, lambda line, bits: line["coil"] == "on" or not bits & SOME
        ):
            begun = (begun[0], to_ms)  # it never stopped
            continue
        if begun is not None:
            yield begun
        begun = (from_ms, to_ms)
    if begun is not None:
        yield begun


def _has_reason(interval: Interval, risen: list[tuple[int, int, int]]) -> bool:
    return any(from_ms <= interval.off_ms <= from_ms + 2 * WELD_SEEN_MS + TWO_TICKS_MS for burner, from_ms, _ in risen)
