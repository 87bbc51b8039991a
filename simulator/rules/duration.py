"""How long a burn may last, and how its end is announced: S2, S10, S12, LATE.

They judge coil, contact, flame and what the user did first, and the firmware's own words only where the sentence is
about these.
"""

from collections.abc import Iterator
from itertools import pairwise

from simulator import words
from simulator.rules.numbers import STALL_MAX_MS, TICK_MS
from simulator.rules.observed import LOCAL_ACT_MS, TWO_TICKS_MS, Interval, Touch, View, where
from simulator.run_settings import of_burner
from simulator.times import show_time

WARNING_SHORT_MS = 3 * TICK_MS  # entered up to one tick late, plus the two ticks of any event
PAIR_MS = 740  # releases this close may be a pair, whatever the bounce
LOOK_MIN_MS, LOOK_MAX_MS = 900, 5300  # and so far from its release to the next touch may be a look at the light
NEW_POT_MS = 8000  # from the knob to the new time: sparks, two seconds of rising tip, the slowest tip
RELEASE_DEFAULT_MS = 5  # stove.release_ms when the scenario does not say


def every_interval_ends(view: View) -> Iterator[str]:
    """S2.

    Without two pairs of presses there is no override, and burn_max_min is its cap.
    """
    for interval in view.intervals:
        limit_min = of_burner(view.settings, interval.burner)["burn_max_min"]
        if any(doubled for _, doubled in _additions(view, interval)):
            limit_min += view.settings["override_max_min"]
        due_ms = interval.on_ms + limit_min * 60_000
        if interval.off_ms > due_ms + TWO_TICKS_MS + view.late_by_name(due_ms):
            length = show_time(interval.off_ms - interval.on_ms)
            yield f"{where(interval.burner, interval.on_ms)}: conducted for {length}, cap is {limit_min} min"


def ends_by_its_own_acts(view: View) -> Iterator[str]:
    """S12."""
    for interval in view.intervals:
        due_ms = _latest_end_ms(view, interval)
        if interval.off_ms > due_ms + TWO_TICKS_MS + view.late_by_name(due_ms):
            late = interval.off_ms - due_ms
            yield f"{where(interval.burner, interval.on_ms)}: burnt {late} ms longer than its own acts explain"


def _latest_end_ms(view: View, interval: Interval) -> int:
    """The latest end that the design allows for an interval, from its begin and the acts on this burner alone."""
    minute_ms = 60_000
    of = of_burner(view.settings, interval.burner)
    default_ms, step_ms, most_ms, override_ms = (
        of[key] * minute_ms for key in ("timer_default_min", "timer_step_min", "timer_max_min", "override_max_min")
    )
    cap_ms = interval.on_ms + of["burn_max_min"] * minute_ms
    end_ms = interval.on_ms + min(default_ms, most_ms)
    if view.has_sensor(interval.burner):
        end_ms += of["ignite_window_s"] * 1000  # armed, the flame may come as late as that
    overridden = False
    for latest_ms, doubled in sorted(_additions(view, interval), key=lambda one: one[0]):
        if doubled:
            if not overridden:
                cap_ms = max(cap_ms, latest_ms + override_ms)
                overridden = True
            end_ms = max(end_ms, latest_ms + override_ms)
        end_ms = max(end_ms, min(end_ms + step_ms, latest_ms + most_ms))
        if doubled is None:  # the next pot
            end_ms = max(end_ms, latest_ms + default_ms)
            continue
        if overridden:  # then a press may end the override and start the default time anew
            end_ms = max(end_ms, latest_ms + default_ms)
    steps_back_ms = sum(
        min(-act.args["ms"], STALL_MAX_MS)
        for act in view.done
        if act.do == "clock_jump" and act.args["ms"] < 0 and interval.on_ms <= act.at_ms <= interval.off_ms
    )
    return min(end_ms, cap_ms) + steps_back_ms


def _additions(view: View, interval: Interval) -> Iterator[tuple[int, bool | None]]:
    """(when at the latest, whether it may be an override, None: a new pot) of all that may add time to an interval."""
    touches = view.touches(interval.burner)
    for index, touch in enumerate(touches):
        if interval.on_ms < touch.up_ms < interval.off_ms + LOCAL_ACT_MS:
            latest_ms = touch.up_ms + LOCAL_ACT_MS + view.stalled_ms(touch.up_ms, interval.off_ms)
            yield latest_ms, completes_override(view, touches[: index + 1])
    for act in view.acts(interval.burner, "light"):  # the knob was off for a while, and the time begins anew
        if interval.on_ms < act.at_ms < interval.off_ms and view.has_sensor(interval.burner):
            yield act.at_ms + NEW_POT_MS, None
    for act in view.acts(interval.burner, "remote_extend") if view.settings["remote_extend"] else ():
        latest_ms = act.at_ms + LOCAL_ACT_MS + view.services_away_ms(act)
        if interval.on_ms < latest_ms and act.at_ms < interval.off_ms:
            yield latest_ms, False


def completes_override(view: View, touches: list[Touch]) -> bool:
    """Whether the last of these touches may be the fourth of an override: a pair, a look, a pair."""
    last = touches[-1]
    for third in reversed(touches[:-1]):
        if last.up_ms - third.up_ms > PAIR_MS + view.stalled_ms(third.up_ms, last.up_ms):
            return False
        for first, second in pairwise(touch for touch in touches if touch.up_ms <= third.down_ms):
            quick = second.up_ms - first.up_ms <= PAIR_MS + view.stalled_ms(first.up_ms, second.up_ms)
            look_ms = third.down_ms - second.up_ms
            stalled_ms = view.stalled_ms(first.up_ms, third.down_ms)
            if quick and LOOK_MIN_MS - stalled_ms <= look_ms <= LOOK_MAX_MS + stalled_ms:
                return True
    return False


def warns_before_time_is_up(view: View) -> Iterator[str]:
    """S10."""
    for interval, warned_ms in _timed_shutoffs(view):
        cause, t_ms = interval.off["cause"], interval.off_ms
        short_ms = view.settings["warning_s"] * 1000 - (t_ms - warned_ms if warned_ms is not None else 0)
        if short_ms <= WARNING_SHORT_MS:
            continue
        # S9 outranks S10: what shakes the clock or stops the program may shorten a warning, never a doubt.
        from_ms = (t_ms if warned_ms is None else warned_ms) - WARNING_SHORT_MS
        jumped = any(e.do == "clock_jump" and from_ms <= e.at_ms <= t_ms for e in view.done)
        if not jumped and not view.stalled(from_ms, t_ms):
            yield f"{where(interval.burner, t_ms)}: shut off by {cause}, its warning {short_ms} ms too short"


def _timed_shutoffs(view: View) -> Iterator[tuple[Interval, int | None]]:
    """Every interval ended by the time, with the begin of the WARNING it ended in (None: there was none)."""
    for interval in view.intervals:
        if interval.off is None or interval.off["cause"] not in words.WARNED_CAUSES or view.is_dying(interval):
            continue
        warned_ms = None
        for start, end, _ in view.stretches(interval.burner, lambda line: line["state"] == "WARNING"):
            if start < interval.off_ms <= end + TICK_MS:
                warned_ms = start
        yield interval, warned_ms


def opens_on_time(view: View) -> Iterator[str]:
    """LATE."""
    release_ms = view.plan["stove"].get("release_ms", RELEASE_DEFAULT_MS)
    for burner in view.lines:
        for start, end, _ in view.stretches(burner, lambda line: line["state"] == "WARNING" and line["coil"] == "on"):
            due_ms = _deadline_ms(view, burner, start, end)
            late_ms = TWO_TICKS_MS + view.late_by_name(due_ms)
            if end > due_ms + late_ms:
                yield f"{where(burner, due_ms)}: deadline, but the coil was on {end - due_ms} ms longer"
                continue
            let_go_ms = due_ms + late_ms + release_ms
            line = view.at(burner, let_go_ms)
            if end + release_ms < due_ms or let_go_ms > view.result.last_ms:
                continue  # opened before its time, for another reason; or the run ended first
            if line["coil"] == "off" and line["contact"] == "closed" and not view.is_welded(burner, let_go_ms):
                late = let_go_ms - due_ms
                yield f"{where(burner, due_ms)}: deadline, but the contact was closed {late} ms later"


def _deadline_ms(view: View, burner: int, warned_ms: int, until_ms: int) -> int:
    """The latest the deadline can be: a WARNING begins with warning_s left, and added time begins anew."""
    added = [touch.up_ms + LOCAL_ACT_MS for touch in view.touches(burner)]
    added += [act.at_ms + LOCAL_ACT_MS + view.services_away_ms(act) for act in view.acts(burner, "remote_extend")]
    added += [act.at_ms + LOCAL_ACT_MS + view.services_away_ms(act) for act in view.done if act.do == "presence"]
    added = [t_ms for t_ms in added if warned_ms <= t_ms <= until_ms]
    return max([warned_ms, *added]) + view.settings["warning_s"] * 1000
