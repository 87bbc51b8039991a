"""When the coil may be on at all: S1, S3 to S9, S11.

They judge coil, contact, flame and what the user did first, and the firmware's own words only where the sentence is
about these.
"""

from collections.abc import Iterator
from itertools import pairwise, zip_longest

from simulator import words
from simulator.rules.gestures import HITS_MAX_MS, HITS_MIN_MS, HOLD_MS
from simulator.rules.numbers import ALARM_MS, STALE_MS, STALL_MAX_MS, TICK_MS
from simulator.rules.observed import APART_MS, DEBOUNCE_MS, LOCAL_ACT_MS, TWO_TICKS_MS, View, where
from simulator.run_settings import rest_s
from simulator.times import show_time

RECLOSE_EARLY_MS = TWO_TICKS_MS  # the firmware counts from its tick, the trace from the coil's own edge
STALE_FOUND_MS = STALE_MS + 200  # and the conversion that was under way
REMOTE = ("remote_extend", "remote_less", "remote_arm", "remote_off", "presence")
FLAME_RECENT_MS = 4000  # a flame is believed only after seconds of rising, and not once it has sunk for so long
OFFSET_WARM_MS = 2600  # longer, with the largest offset: the slowest tip (5 s) cools from 2.5 to 1.5 mV meanwhile
QUIET_UV = 500  # noise above this can look like anything
UP_FOR_MS = 400  # a button counts only after it was seen up
CLOCK_BACK_MS = TWO_TICKS_MS  # a smaller step back hides in the tick around it, a leap forward in a stall
BOOT_MS = TICK_MS  # boot.py needs its first lines to put the pins to the safe level


def conducts_only_when_granted(view: View) -> Iterator[str]:
    """S1."""
    for burner in view.lines:
        for start, end, _ in view.stretches(
            burner, lambda line: line["coil"] == "on" and line["state"] not in words.CONDUCTING_STATES
        ):
            # State and coil of one tick may be distinguished by less than that tick.
            if end - start >= TICK_MS + view.late_by_name(start):
                state = view.at(burner, start)["state"]
                yield f"{where(burner, start)}: coil on in state {state or 'null'} for {end - start} ms"


def nothing_remote_closes(view: View) -> Iterator[str]:
    """S3."""
    for interval in view.intervals:
        if not view.local_act_before(interval.burner, interval.on_ms, since_ms=0):
            remote = [
                e.do for e in view.acts(interval.burner, *REMOTE) if 0 <= interval.on_ms - e.at_ms <= LOCAL_ACT_MS
            ]
            after = f", just after {remote[-1]}" if remote else ""
            yield f"{where(interval.burner, interval.on_ms)}: coil on without a local act before it{after}"


def off_is_obeyed(view: View) -> Iterator[str]:
    """S4."""
    for what, burner, from_ms, due_ms in [*_local_offs(view), *_remote_offs(view)]:
        end_ms = due_ms + view.late_by_name(due_ms)
        for interval in view.intervals:
            if interval.burner == burner and interval.on_ms <= from_ms and interval.off_ms > end_ms:
                yield f"{where(burner, from_ms)}: {what}, coil still on at {show_time(end_ms)}"


def _local_offs(view: View) -> Iterator[tuple[str, int, int, int]]:
    """(what, burner, from_ms, due_ms) of every hold that the firmware must take for an OFF."""
    for burner in view.lines:
        free_ms = 0  # from here on the button was surely seen up
        for touch in view.touches(burner):
            fired_ms = view.run_for(touch.down_ms, HOLD_MS)  # what happens in a stall is seen after it
            due_ms = fired_ms + DEBOUNCE_MS + TWO_TICKS_MS
            long_enough = touch.seen_ms >= HOLD_MS + DEBOUNCE_MS and due_ms <= touch.up_ms + TWO_TICKS_MS
            if long_enough and touch.down_ms >= free_ms and due_ms <= view.result.last_ms:
                yield "held", burner, fired_ms, due_ms
            free_ms = touch.up_ms + APART_MS + view.stalled_ms(touch.up_ms, touch.up_ms + APART_MS)
        yield from _hits(view, burner)


def _hits(view: View, burner: int) -> Iterator[tuple[str, int, int, int]]:
    """The same of every three quick hits, each of them long enough to be seen whatever the bounce.

    Hits that may be one gesture may have been a hold, which is an OFF, too, and forgets them: of those only the ones
    of a single act are judged, by S15.
    """
    touches = view.touches(burner)
    begun_ms: list[int] = []  # of the gesture of each touch, if every short gap is bridged
    for before, touch in zip([None, *touches], touches, strict=False):
        is_new = before is None or touch.down_ms - before.up_ms >= APART_MS
        begun_ms.append(touch.down_ms if is_new else begun_ms[-1])
    held = [touch.up_ms - since_ms >= HOLD_MS - DEBOUNCE_MS for touch, since_ms in zip(touches, begun_ms, strict=True)]
    for number, (first, second, third, after) in enumerate(zip_longest(touches, touches[1:], touches[2:], touches[3:])):
        if third is None:
            break
        stalled = view.stalled(first.down_ms - TWO_TICKS_MS, third.up_ms + TWO_TICKS_MS)
        seen = all(touch.up_ms - touch.down_ms >= DEBOUNCE_MS for touch in (first, second, third))
        apart = min(second.down_ms - first.up_ms, third.down_ms - second.up_ms) >= DEBOUNCE_MS
        apart = apart and (after is None or after.down_ms - third.up_ms >= DEBOUNCE_MS)
        span_ms = third.up_ms - first.up_ms
        due_ms = third.up_ms + DEBOUNCE_MS + TWO_TICKS_MS
        broken = view.broke_off(first.down_ms - UP_FOR_MS, due_ms) or view.up_for_ms(first.down_ms) < UP_FOR_MS
        broken = broken or any(act.do == "clock_jump" and first.down_ms <= act.at_ms <= due_ms for act in view.done)
        quick = HITS_MIN_MS + TWO_TICKS_MS <= span_ms <= HITS_MAX_MS - TWO_TICKS_MS
        broken = broken or any(held[number : number + 3])
        if seen and apart and quick and not stalled and not broken and due_ms <= view.result.last_ms:
            yield "hit three times", burner, third.up_ms, due_ms


def _remote_offs(view: View) -> Iterator[tuple[str, int, int, int]]:
    for event in view.done:
        due_ms = event.at_ms + TWO_TICKS_MS
        # An exception in its way takes the request with it: S11 opens, or the services start again.
        if event.do == "remote_off" and not view.broke_off(event.at_ms, event.at_ms):
            due_ms += view.services_away_ms(event)
            if due_ms <= view.result.last_ms:
                yield f"remote_off ({event.args['source']})", event.burner, event.at_ms, due_ms


def open_after_every_start(view: View) -> Iterator[str]:
    """S5."""
    for up_ms in view.ups:
        next_down_ms = min((t for t in view.downs if t > up_ms), default=view.result.last_ms)
        for burner in view.lines:
            mine = [i for i in view.intervals if i.burner == burner and i.on_ms <= next_down_ms]
            held = [i for i in mine if i.on_ms <= up_ms and i.off_ms > up_ms + BOOT_MS]
            if held:
                yield f"{where(burner, up_ms)}: coil stays on over the start"
                continue
            first = next((i for i in mine if i.on_ms > up_ms), None)
            if first and not view.local_act_before(burner, first.on_ms, since_ms=up_ms):
                yield f"{where(burner, first.on_ms)}: coil on after the start without a fresh local act"


def stays_open_long_enough(view: View) -> Iterator[str]:
    """S6."""
    hold_s = rest_s(view.settings)
    for burner in view.lines:
        mine = [i for i in view.intervals if i.burner == burner]
        for before, after in pairwise(mine):
            open_ms = after.on_ms - before.off_ms
            if open_ms < hold_s * 1000 - RECLOSE_EARLY_MS and not _fills(view, after.on_ms):
                yield f"{where(burner, after.on_ms)}: coil on again after {open_ms} ms, hold is {hold_s} s"


def _fills(view: View, on_ms: int) -> bool:
    """Whether a pump pin that is moved from outside fills the pump of a program that hangs."""
    moved = ("stick_pin", "free_pins")
    return any(act.do in moved and 0 <= on_ms - act.at_ms <= TWO_TICKS_MS for act in view.done) and view.stalled(
        on_ms - TWO_TICKS_MS, on_ms
    )


def a_fault_opens(view: View) -> Iterator[str]:
    """S7."""
    for burner in view.lines:
        for start, end, _ in view.stretches(burner, lambda line: line["coil"] == "on" and line["fault"] is not None):
            if end - start > TICK_MS + view.late_by_name(start + TICK_MS):
                fault = view.at(burner, start)["fault"]
                yield f"{where(burner, start)}: coil on for {end - start} ms with fault {fault}"


def _is_heated(view: View, burner: int, from_ms: int, to_ms: int) -> bool:
    """Whether something else warmed the tip, which no reading tells from a flame: the timer ends that burn (S2)."""
    warm = False
    for act in view.acts(burner, "heat"):
        if act.at_ms > to_ms:
            break
        if warm and act.at_ms >= from_ms:
            return True
        warm = act.args["celsius"] > 0
    return warm


def unknown_is_failed(view: View) -> Iterator[str]:
    """S8."""
    for burner in view.lines:
        if not view.has_sensor(burner):
            continue
        for from_ms, to_ms in view.silences(burner):
            # Ages of readings do not grow while the program stands still.
            found_ms = from_ms + STALE_FOUND_MS + view.stalled_ms(from_ms, to_ms)
            for line in view.result.during(burner, found_ms, to_ms):
                at_ms = max(line["t_ms"], found_ms)
                # A program that is starting has just begun to wait for the first reading.
                up = line["state"] is not None and view.up_for_ms(at_ms) >= STALE_FOUND_MS
                if up and at_ms <= to_ms and (line["state"] != "FAULT" or line["coil"] == "on"):
                    yield f"{where(burner, at_ms)}: {line['state']} although its sensor is silent since {from_ms} ms"
                    break
        for before, line in pairwise(view.lines[burner]):
            if (before["state"], line["state"]) != ("ARMED", "BURNING"):
                continue
            t_ms = line["t_ms"]
            recent_ms = FLAME_RECENT_MS + (OFFSET_WARM_MS if view.level_uv("offset", burner, t_ms) > 0 else 0)
            since_ms = t_ms - recent_ms - view.longest_stall(t_ms - recent_ms, t_ms)
            misled = view.level_uv("noise", burner, t_ms) > QUIET_UV or _jumps(view, burner, since_ms, t_ms)
            misled = misled or _is_heated(view, burner, since_ms, t_ms)
            if not misled and not view.had_flame(burner, since_ms, t_ms):
                yield f"{where(burner, t_ms)}: took something for a flame"


def _jumps(view: View, burner: int, from_ms: int, to_ms: int) -> bool:
    """Whether in that time the burner's offset changed by more than a drift, or its coil broke.

    A broken coil no longer loads the tip, whose level leaps when it is warm, and holds no gas: S2 ends that burn.
    """
    acts = view.acts(burner, "offset")
    changes = zip([0, *(act.args["uv"] for act in acts)], acts, strict=False)
    leaps = [act for before_uv, act in changes if abs(act.args["uv"] - before_uv) > QUIET_UV]
    leaps += [act for act in view.acts(burner, "coil_open") if act.args["on"]]
    return any(from_ms <= act.at_ms <= to_ms for act in leaps)


def a_broken_clock_opens(view: View) -> Iterator[str]:
    """S9.

    A jump that the program can see opens within one tick; all others are bounded by S2 and S12, in real time.
    """
    for jump in view.done:
        leap_ms = jump.args.get("ms", 0)
        if jump.do != "clock_jump" or -CLOCK_BACK_MS <= leap_ms <= STALL_MAX_MS:
            continue
        due_ms = jump.at_ms + TWO_TICKS_MS
        if view.stalled(jump.at_ms - TWO_TICKS_MS, due_ms):
            continue  # a step back inside of a stall makes the stall look shorter; no clock of its own can see that
        for interval in view.intervals:
            if interval.on_ms <= jump.at_ms and interval.off_ms > due_ms:
                still = f"coil on until {show_time(interval.off_ms)}"
                yield f"{where(interval.burner, jump.at_ms)}: clock jumps by {leap_ms} ms, {still}"


def an_alarm_opens(view: View) -> Iterator[str]:
    """S19. Whatever follows while the contact stays open is S19, too: no coil goes on."""
    if view.settings.get("alarm_pin") is None:
        return
    alarms = [act for act in view.done if act.do == "alarm"]
    for act, after in zip_longest(alarms, alarms[1:]):
        due_ms = view.run_for(act.at_ms, ALARM_MS) + TWO_TICKS_MS  # of a stall no one knows whether it was open
        due_ms += view.late_by_name(due_ms)
        over_ms = after.at_ms if after else view.result.last_ms
        for interval in view.intervals if act.args["on"] else ():
            if interval.on_ms < over_ms and due_ms < min(interval.off_ms, over_ms):
                still = f"coil on at {show_time(max(due_ms, interval.on_ms))}"
                yield f"{where(interval.burner, act.at_ms)}: the alarm contact opens, {still}"


def an_exception_opens_first(view: View) -> Iterator[str]:
    """S11."""
    for t_ms, call, error in view.fatal:
        for burner in view.lines:
            if view.at(burner, t_ms)["coil"] == "on":
                yield f"{where(burner, t_ms)}: {error} in {call}, and the coil stays on"
