"""What must hold in every run whatever the scenario: those of the design's invariants that a trace can show.

Belongs here: one function per invariant, each with its sentence, and the tolerances with their reasons.
They judge coil, contact, flame and the hand's acts first, and the firmware's own words (state, cause,
fault) only where the sentence is about these. Must not be here: anything only one scenario expects.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from simulator import words
from simulator.result import DYING_MS, Result
from simulator.rules.observed import (
    APART_MS,
    DEBOUNCE_MS,
    GESTURES,
    HOLD_MS,
    LOCAL_ACT_MS,
    TICK_MS,
    TWO_TICKS_MS,
    Done,
    Interval,
    Touch,
    View,
)
from simulator.run_settings import rest_s, settings_of
from simulator.times import show_time

# ---- tolerances -------------------------------------------------------------------------------------------

SERVICES_RESTART_MS = 30_000  # services that died are started again; an OFF over the air waits for them
SERVICES_POLL_MS = 100  # their rhythm: a word that came while they could not listen is heard in the next round
RECLOSE_EARLY_MS = TWO_TICKS_MS  # the firmware counts from its tick, the trace from the coil's own edge
WARNING_SHORT_MS = 3 * TICK_MS  # entered up to one tick late, plus the two ticks of any event
STALE_FOUND_MS = 1700  # a silent converter is SENSOR_FAILED after 1.5 s and the conversion that was under way
FLAME_RECENT_MS = 4000  # a flame is believed only after seconds of rising, and not once it has sunk for so long
QUIET_UV = 500  # noise above this can look like anything
CLOCK_BACK_MS = TWO_TICKS_MS  # a smaller step back hides in the tick around it ...
CLOCK_FORTH_MS = 2000  # ... and a leap forward of up to this only looks like a stall, and shortens the burn
ALONE_MS = 1000  # what is this far from a gesture has no part in what comes of it
PRESS_FROM_MS, PRESS_TO_MS = 100, 700  # a touch of this length is a PRESS, whatever the bounce
DOUBLE_MS = 700  # releases this close may be a double press
PUMP_MS = 300  # the pump needs some edges before its stage lets the relay pull in
ACKNOWLEDGE_MS = 5000  # the hold that clears faults
STUCK_MS = 25_000  # a button held for longer than half a minute is a fault of its own
JOURNAL_MS = 1000  # the services look ten times a second
UNSTABLE_DOWNS = 3  # fewer ends of the program are never UNSTABLE
MENDED_MS = 5000  # so long must everything have been sound before an acknowledgement is sure to be taken
QUIET_AGAIN_MS = 610_000  # ten quiet minutes end UNSTABLE
COOL_TIMES = 4  # time constants of the tip until no millivolts are left to speak of
SHOWN_OPEN_MS = 2000  # a flame over an open contact shows that it is open so long after the tip is warm
BOOT_MS = TICK_MS  # boot.py needs its first lines to put the pins to the safe level
START_MS = 1000  # a start may tell its cause (RESTART) only once the program is up
RELEASE_DEFAULT_MS = 5  # stove.release_ms when the scenario does not say
TIP_COOL_DEFAULT_MS = 25_000  # the same of stove.tip_cool_ms
TIP_HEAT_DEFAULT_MS = 4000  # and of stove.tip_heat_ms
# What is done to the whole box, whichever burner the scenario names; a silent converter has two burners.
BOX_ACTS = (
    *("power_off", "power_on", "reset", "hang", "raise", "clock_jump", "gil_hold", "sensor", "services_die"),
    *("stick_pin", "free_pins"),
)


def _told(burner: int, t_ms: int) -> str:
    return f"burner {burner} at {show_time(t_ms)}"


# ---- the checks: each yields one sentence per violation ---------------------------------------------------


def conducts_only_when_granted(view: View) -> Iterator[str]:
    """S1: The contact conducts only in a tick in which the gate granted it."""
    for burner in view.lines:
        for start, end, _ in view.stretches(
            burner, lambda line: line["coil"] == "on" and line["state"] not in words.CONDUCTING_STATES
        ):
            # State and coil of one tick may be told apart by less than that tick.
            if end - start >= TICK_MS + view.late_by_name(start):
                state = view.at(burner, start)["state"]
                yield f"{_told(burner, start)}: coil on in state {state or 'null'} for {end - start} ms"


def every_interval_ends(view: View) -> Iterator[str]:
    """S2: Every conducting interval ends by its cap, at most burn_max_min + override_max_min.

    Without two releases of the button soon after one another there is no override, and burn_max_min is its cap.
    """
    for interval in view.intervals:
        limit_min = view.settings["burn_max_min"]
        if any(doubled for _, doubled in _additions(view, interval)):
            limit_min += view.settings["override_max_min"]
        due_ms = interval.on_ms + limit_min * 60_000
        if interval.off_ms > due_ms + TWO_TICKS_MS + view.late_by_name(due_ms):
            length = show_time(interval.off_ms - interval.on_ms)
            yield f"{_told(interval.burner, interval.on_ms)}: conducted for {length}, cap is {limit_min} min"


def nothing_from_afar_closes(view: View) -> Iterator[str]:
    """S3: Nothing from afar makes an open contact conduct: a local act precedes every closing."""
    for interval in view.intervals:
        if not view.local_act_before(interval.burner, interval.on_ms, since_ms=0):
            remote = [
                e.do
                for e in view.acts(interval.burner, "remote_extend", "remote_arm", "remote_off")
                if 0 <= interval.on_ms - e.at_ms <= LOCAL_ACT_MS
            ]
            after = f", just after {remote[-1]}" if remote else ""
            yield f"{_told(interval.burner, interval.on_ms)}: coil on without a local act before it{after}"


def off_is_obeyed(view: View) -> Iterator[str]:
    """S4: A local or remote OFF opens the contact within one tick; OFF is never dropped."""
    for what, burner, from_ms, due_ms in [*_local_offs(view), *_remote_offs(view)]:
        end_ms = due_ms + view.late_by_name(due_ms)
        for interval in view.intervals:
            if interval.burner == burner and interval.on_ms <= from_ms and interval.off_ms > end_ms:
                yield f"{_told(burner, from_ms)}: {what}, coil still on at {show_time(end_ms)}"


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


def _remote_offs(view: View) -> Iterator[tuple[str, int, int, int]]:
    for event in view.done:
        due_ms = event.at_ms + TWO_TICKS_MS
        if event.do == "remote_off":
            due_ms += _services_away_ms(view, event)
            if due_ms <= view.result.last_ms:
                yield f"remote_off ({event.args['source']})", event.burner, event.at_ms, due_ms


def _services_away_ms(view: View, word: Done) -> int:
    """How long a word over the air may wait for services that are blocked or dead."""
    back_ms = word.at_ms
    for event in view.done:  # in the order of time: one may begin before the other has ended
        if event.do in ("services_block", "services_die") and event.at_ms <= back_ms:
            back_ms = max(back_ms, event.at_ms + event.args.get("ms", SERVICES_RESTART_MS))
        if event.do == "gil_hold" and event.at_ms <= back_ms <= event.at_ms + event.args["ms"]:
            back_ms = event.at_ms + event.args["ms"] + SERVICES_POLL_MS  # they stood still as well
    return back_ms - word.at_ms


def open_after_every_start(view: View) -> Iterator[str]:
    """S5: After every start the contact is open until a fresh local act."""
    for up_ms in view.ups:
        next_down_ms = min((t for t in view.downs if t > up_ms), default=view.result.last_ms)
        for burner in view.lines:
            mine = [i for i in view.intervals if i.burner == burner and i.on_ms <= next_down_ms]
            held = [i for i in mine if i.on_ms <= up_ms and i.off_ms > up_ms + BOOT_MS]
            if held:
                yield f"{_told(burner, up_ms)}: coil stays on over the start"
                continue
            first = next((i for i in mine if i.on_ms > up_ms), None)
            if first and not view.local_act_before(burner, first.on_ms, since_ms=up_ms):
                yield f"{_told(burner, first.on_ms)}: coil on after the start without a fresh local act"


def stays_open_long_enough(view: View) -> Iterator[str]:
    """S6: Once open it stays open at least reclose_hold_s, also over restarts and faults."""
    hold_s = rest_s(view.settings)
    for burner in view.lines:
        mine = [i for i in view.intervals if i.burner == burner]
        for before, after in pairwise(mine):
            open_ms = after.on_ms - before.off_ms
            if open_ms < hold_s * 1000 - RECLOSE_EARLY_MS:
                yield f"{_told(burner, after.on_ms)}: coil on again after {open_ms} ms, hold is {hold_s} s"


def a_fault_opens(view: View) -> Iterator[str]:
    """S7: A fault opens within one tick."""
    for burner in view.lines:
        for start, end, _ in view.stretches(burner, lambda line: line["coil"] == "on" and line["fault"] is not None):
            if end - start > TICK_MS + view.late_by_name(start + TICK_MS):
                fault = view.at(burner, start)["fault"]
                yield f"{_told(burner, start)}: coil on for {end - start} ms with fault {fault}"


def unknown_is_failed(view: View) -> Iterator[str]:
    """S8: A missing, stale or impossible reading is never a flame, a proof, or health."""
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
                    yield f"{_told(burner, at_ms)}: {line['state']} although its sensor is silent since {from_ms} ms"
                    break
        for before, line in pairwise(view.lines[burner]):
            if (before["state"], line["state"]) != ("ARMED", "BURNING"):
                continue
            t_ms = line["t_ms"]
            since_ms = t_ms - FLAME_RECENT_MS - view.longest_stall(t_ms - FLAME_RECENT_MS, t_ms)
            if view.noise_uv(burner, t_ms) <= QUIET_UV and not view.had_flame(burner, since_ms, t_ms):
                yield f"{_told(burner, t_ms)}: took something for a flame"


def a_broken_clock_opens(view: View) -> Iterator[str]:
    """S9: A wrapped, jumping or backward clock never lengthens a conducting interval.

    A jump that the program can see opens within one tick; all others are bounded by S2 and S12, in real time.
    """
    for jump in view.done:
        leap_ms = jump.args.get("ms", 0)
        if jump.do != "clock_jump" or -CLOCK_BACK_MS <= leap_ms <= CLOCK_FORTH_MS:
            continue
        due_ms = jump.at_ms + TWO_TICKS_MS
        if view.stalled(jump.at_ms - TWO_TICKS_MS, due_ms):
            continue  # a step back inside of a stall makes the stall look shorter; no clock of its own can see that
        for interval in view.intervals:
            if interval.on_ms <= jump.at_ms and interval.off_ms > due_ms:
                still = f"coil on until {show_time(interval.off_ms)}"
                yield f"{_told(interval.burner, jump.at_ms)}: clock jumps by {leap_ms} ms, {still}"


def an_exception_opens_first(view: View) -> Iterator[str]:
    """S11: An exception anywhere in the tick opens every contact before anything else happens."""
    for t_ms, call, error in view.fatal:
        for burner in view.lines:
            if view.at(burner, t_ms)["coil"] == "on":
                yield f"{_told(burner, t_ms)}: {error} in {call}, and the coil stays on"


def ends_by_its_own_acts(view: View) -> Iterator[str]:
    """S12: Burners are independent: none burns longer than the acts on its own button and wire explain."""
    for interval in view.intervals:
        due_ms = _latest_end_ms(view, interval)
        if interval.off_ms > due_ms + TWO_TICKS_MS + view.late_by_name(due_ms):
            late = interval.off_ms - due_ms
            yield f"{_told(interval.burner, interval.on_ms)}: burnt {late} ms longer than its own acts explain"


def _latest_end_ms(view: View, interval: Interval) -> int:
    """The latest end that the design allows for an interval, from its begin and the acts on this burner alone."""
    minute_ms = 60_000
    of = view.settings
    default_ms, step_ms, most_ms, override_ms = (
        of[key] * minute_ms for key in ("timer_default_min", "timer_step_min", "timer_max_min", "override_max_min")
    )
    cap_ms = interval.on_ms + of["burn_max_min"] * minute_ms
    end_ms = interval.on_ms + min(default_ms, most_ms)
    if view.has_sensor(interval.burner):
        end_ms += of["ignite_window_s"] * 1000  # armed, the flame may come as late as that
    overridden = False
    for latest_ms, doubled in sorted(_additions(view, interval)):
        if doubled:
            if not overridden:
                cap_ms = max(cap_ms, latest_ms + override_ms)
                overridden = True
            end_ms = max(end_ms, latest_ms + override_ms)
        end_ms = max(end_ms, min(end_ms + step_ms, latest_ms + most_ms))
        if overridden:  # then a press may end the override and start the default time anew
            end_ms = max(end_ms, latest_ms + default_ms)
    steps_back_ms = sum(
        min(-act.args["ms"], CLOCK_FORTH_MS)
        for act in view.done
        if act.do == "clock_jump" and act.args["ms"] < 0 and interval.on_ms <= act.at_ms <= interval.off_ms
    )
    return min(end_ms, cap_ms) + steps_back_ms


def _additions(view: View, interval: Interval) -> Iterator[tuple[int, bool]]:
    """(when at the latest, whether it may be a double press) of all that may add time to an interval."""
    before_ms = -DOUBLE_MS
    for touch in view.touches(interval.burner):
        if interval.on_ms < touch.up_ms < interval.off_ms + LOCAL_ACT_MS:
            yield (
                touch.up_ms + LOCAL_ACT_MS + view.stalled_ms(touch.up_ms, interval.off_ms),
                touch.up_ms - before_ms <= DOUBLE_MS,
            )
        before_ms = touch.up_ms + view.stalled_ms(touch.up_ms, touch.up_ms + DOUBLE_MS)
    for act in view.acts(interval.burner, "remote_extend") if view.settings["remote_extend"] else ():
        latest_ms = act.at_ms + LOCAL_ACT_MS + _services_away_ms(view, act)
        if interval.on_ms < latest_ms and act.at_ms < interval.off_ms:
            yield latest_ms, False


def warns_before_time_is_up(view: View) -> Iterator[str]:
    """S10: A TIMEOUT, BURN_CAP or OVERRIDE_END is always preceded by a warning of warning_s."""
    for interval, warned_ms in _timed_openings(view):
        cause, t_ms = interval.off["cause"], interval.off_ms
        short_ms = view.settings["warning_s"] * 1000 - (t_ms - warned_ms if warned_ms is not None else 0)
        if short_ms <= WARNING_SHORT_MS:
            continue
        # S9 outranks S10: what shakes the clock or stops the program may shorten a warning, never a doubt.
        from_ms = (t_ms if warned_ms is None else warned_ms) - WARNING_SHORT_MS
        jumped = any(e.do == "clock_jump" and from_ms <= e.at_ms <= t_ms for e in view.done)
        if not jumped and not view.stalled(from_ms, t_ms):
            yield f"{_told(interval.burner, t_ms)}: opened by {cause}, its warning {short_ms} ms too short"


def _timed_openings(view: View) -> Iterator[tuple[Interval, int | None]]:
    """Every interval ended by the time, with the begin of the WARNING it ended in (None: there was none)."""
    for interval in view.intervals:
        if interval.off is None or interval.off["cause"] not in words.WARNED_CAUSES or _dying(view, interval):
            continue
        warned_ms = None
        for start, end, _ in view.stretches(interval.burner, lambda line: line["state"] == "WARNING"):
            if start < interval.off_ms <= end + TICK_MS:
                warned_ms = start
        yield interval, warned_ms


def opens_on_time(view: View) -> Iterator[str]:
    """LATE: From the deadline to the open contact it takes at most two ticks and the release time."""
    release_ms = view.plan["stove"].get("release_ms", RELEASE_DEFAULT_MS)
    for burner in view.lines:
        for start, end, _ in view.stretches(burner, lambda line: line["state"] == "WARNING" and line["coil"] == "on"):
            due_ms = _deadline_ms(view, burner, start, end)
            late_ms = TWO_TICKS_MS + view.late_by_name(due_ms)
            if end > due_ms + late_ms:
                yield f"{_told(burner, due_ms)}: deadline, but the coil was on {end - due_ms} ms longer"
                continue
            let_go_ms = due_ms + late_ms + release_ms
            line = view.at(burner, let_go_ms)
            if end + release_ms < due_ms or let_go_ms > view.result.last_ms:
                continue  # opened before its time, for another reason; or the run ended first
            if line["coil"] == "off" and line["contact"] == "closed" and not _welded(view, burner, let_go_ms):
                late = let_go_ms - due_ms
                yield f"{_told(burner, due_ms)}: deadline, but the contact was closed {late} ms later"


def _deadline_ms(view: View, burner: int, warned_ms: int, until_ms: int) -> int:
    """The latest the deadline can be: a WARNING begins with warning_s left, and added time begins anew."""
    added = [touch.up_ms + LOCAL_ACT_MS for touch in view.touches(burner)]
    added += [act.at_ms + LOCAL_ACT_MS + _services_away_ms(view, act) for act in view.acts(burner, "remote_extend")]
    added = [t_ms for t_ms in added if warned_ms <= t_ms <= until_ms]
    return max([warned_ms, *added]) + view.settings["warning_s"] * 1000


def _welded(view: View, burner: int, t_ms: int) -> bool:
    """Whether the contact was welded, or its relay's pin stuck, at that time: then no coil can open it."""
    return view.is_welded(burner, t_ms)


def every_opening_has_one_cause(view: View) -> Iterator[str]:
    """S13: Every opening records exactly one cause, and panel and journal tell the same one."""
    yield from _panel_misfits(view)
    yield from _journal_misfits(view)


def _panel_misfits(view: View) -> Iterator[str]:
    openings: dict[int, list[int]] = {}
    for interval in view.intervals:
        if interval.off is not None:
            openings.setdefault(interval.burner, []).append(interval.off_ms)
            if not _dying(view, interval):
                settled = view.at(interval.burner, interval.off_ms + TICK_MS)
                if settled["cause"] is None:
                    yield f"{_told(interval.burner, interval.off_ms)}: the coil went off without a cause"
    for burner, lines in view.lines.items():
        for before, line in pairwise(lines):
            t_ms = line["t_ms"]
            if before["cause"] == line["cause"] or None in (before["state"], line["state"]):
                continue
            if before["state"] in words.CONDUCTING_STATES and line["state"] not in words.CONDUCTING_STATES:
                continue  # it opened, though the pump may not have let the coil pull in yet
            starting = any(0 <= t_ms - up_ms <= START_MS for up_ms in view.ups)
            if not starting and not any(_explains(view, off_ms, t_ms) for off_ms in openings.get(burner, [])):
                change = f"{before['cause']} became {line['cause']}"
                yield f"{_told(burner, t_ms)}: cause {change} without an opening"


def _journal_misfits(view: View) -> Iterator[str]:
    last = 0
    told = {burner: _causes_told(view, burner) for burner in view.lines}
    for kind, t_ms, text in view.result.marks:
        if kind != "journal":
            continue
        number, burner, cause = text.split()[:3]
        if int(number) <= last:
            yield f"{show_time(t_ms)}: the journal has number {number} after {last}"
        last = int(number)
        # What a power cut lost is missing in the journal; what is there, was.
        if not any(one in (cause, None) for one in told[int(burner)]):
            yield f"burner {burner}: the journal has {cause} (number {number}), which was not told in that order"

    if (opening := _last_quiet_opening(view)) is not None:
        rows = [text.split() for kind, _, text in view.result.marks if kind == "journal"]
        cause = view.at(opening.burner, view.result.last_ms)["cause"]
        if not any(row[1:3] == [str(opening.burner), cause] for row in rows[-len(view.lines) :]):
            yield f"{_told(opening.burner, opening.off_ms)}: opened by {cause}, which the journal does not have"


def _last_quiet_opening(view: View) -> Interval | None:
    """The last opening of the run, if since then the services had the time and the leave to write it down."""
    last = max(view.intervals, key=lambda interval: interval.off_ms, default=None)
    if last is None or last.off is None or view.result.ended_ms is None:
        return None
    quiet_ms = last.off_ms - JOURNAL_MS
    others = ("services_die", "services_block", "power_off", "raise", "hang", "gil_hold", "reset")
    disturbed = view.broke_off(quiet_ms, view.result.last_ms) or any(
        act.do in others and act.over_ms + SERVICES_RESTART_MS >= quiet_ms for act in view.done
    )
    return None if disturbed or view.result.last_ms - last.off_ms < JOURNAL_MS else last


def _causes_told(view: View, burner: int) -> Iterator[str | None]:
    """Every cause ever told of a burner, in order, None for one that the end of the program kept from being told.

    An iterator, so that a search moves it on.
    """
    dying_ms = [i.off_ms for i in view.intervals if i.burner == burner and i.off is not None and _dying(view, i)]
    last = None
    for line in view.lines[burner]:
        if line["t_ms"] in dying_ms:
            yield None
        # The same cause twice is told by the same word: the opening between them is what counts, be it that the pump
        # had not yet let the coil pull in.
        opened = last is not None and (
            (last["coil"] == "on" and line["coil"] == "off")
            or (last["state"] in words.CONDUCTING_STATES and line["state"] not in words.CONDUCTING_STATES)
        )
        if line["cause"] is not None and (last is None or line["cause"] != last["cause"] or opened):
            yield line["cause"]
        last = line


def _explains(view: View, off_ms: int, t_ms: int) -> bool:
    """Whether the opening at off_ms is why a cause was told at t_ms: later, where a stall lay over it."""
    return off_ms - TICK_MS <= t_ms <= off_ms + TICK_MS + view.late_by_name(off_ms)


def _dying(view: View, interval: Interval) -> bool:
    """Whether the coil went off because, or while, the program came to an end: it tells RESTART later."""
    if interval.off["state"] is None or view.stalled(interval.off_ms, interval.off_ms):
        return True
    return any(0 <= down_ms - interval.off_ms <= DYING_MS for down_ms in view.downs)


def a_press_conducts(view: View) -> Iterator[str]:
    """L1: A PRESS in IDLE without a fault makes the contact conduct within one tick after the debounced release."""
    drive_ms = PUMP_MS if view.settings.get("relay_drive") == "pulse" else 0
    for burner in view.lines:
        for touch in view.touches(burner):
            due_ms = touch.up_ms + DEBOUNCE_MS + TWO_TICKS_MS + drive_ms
            if due_ms > view.result.last_ms or not PRESS_FROM_MS <= touch.up_ms - touch.down_ms <= PRESS_TO_MS:
                continue
            lines = view.result.during(burner, touch.down_ms, due_ms)
            if lines[0]["state"] != "IDLE" or any(line["fault"] or line["coil"] == "on" for line in lines):
                continue
            if _decides_alone(view, burner, touch, touch.down_ms, due_ms):
                yield f"{_told(burner, touch.down_ms)}: pressed in IDLE, coil still off at {show_time(due_ms)}"


def _decides_alone(view: View, burner: int, touch: Touch, from_ms: int, to_ms: int) -> bool:
    """Whether nothing but this touch may decide what its burner does in that time."""
    from_ms -= ALONE_MS
    others = [act for act in view.done if act.do not in GESTURES and (act.burner == burner or act.do in BOX_ACTS)]
    touched = any(t is not touch and t.down_ms <= to_ms and t.up_ms >= from_ms for t in view.touches(burner))
    # A finger that meets the button once more lets it bounce once more, be it up or down already.
    touched = touched or any(touch.up_ms < act.at_ms <= to_ms for act in view.acts(burner, "button_up"))
    disturbed = any(act.at_ms <= to_ms and act.over_ms >= from_ms for act in others)
    # Nobody knows when a word that waits for the services will arrive.
    waiting = any(_services_away_ms(view, off) for off in view.acts(burner, "remote_off"))
    return not (touched or disturbed or waiting or view.broke_off(from_ms, to_ms))


def faults_end_by_hand(view: View) -> Iterator[str]:
    """L2: Once a fault's cause is gone, the local acknowledgement leads back to IDLE by way of VERIFYING."""
    for burner, touch in acknowledgements(view):
        taken_ms = _taken_ms(touch)
        idle_ms = taken_ms + (rest_s(view.settings) + view.settings["flame_die_s"]) * 1000
        way = [line["state"] for line in view.result.during(burner, touch.down_ms, taken_ms)]
        whole = idle_ms <= view.result.last_ms and _decides_alone(view, burner, touch, taken_ms, idle_ms)
        if whole:
            way += [line["state"] for line in view.result.during(burner, taken_ms, idle_ms)]
        way = [state for state, before in zip(way, [None, *way], strict=False) if state != before]
        if way != ["FAULT", "VERIFYING", "IDLE"][: 3 if whole else len(way)] or len(way) < 2:
            yield f"{_told(burner, touch.down_ms)}: acknowledged, but it went by {' '.join(map(str, way))}"


def _taken_ms(touch: Touch) -> int:
    return touch.down_ms + ACKNOWLEDGE_MS + DEBOUNCE_MS + TWO_TICKS_MS


def acknowledgements(view: View) -> Iterator[tuple[int, Touch]]:
    """(burner, touch) of every acknowledgement that must be taken, because every cause is surely gone."""
    for burner in view.lines:
        for touch in view.touches(burner):
            long_enough = _taken_ms(touch) <= min(touch.up_ms, view.result.last_ms)
            if long_enough and touch.up_ms - touch.down_ms < STUCK_MS and _is_mended(view, burner, touch):
                yield burner, touch


def _is_mended(view: View, burner: int, touch: Touch) -> bool:
    """Whether the burner is in FAULT, and every cause that a scenario can make was surely gone by then."""
    t_ms = touch.down_ms
    line = view.at(burner, t_ms)
    if line["state"] != "FAULT" or line["fault"] in ("SETTINGS_INVALID", "PROGRAM_CORRUPT"):
        return False
    often_down = len(view.downs) >= UNSTABLE_DOWNS and view.up_for_ms(t_ms) < QUIET_AGAIN_MS
    if often_down or view.up_for_ms(t_ms) < MENDED_MS or not view.senses(burner, t_ms - MENDED_MS, t_ms):
        return False
    if not _decides_alone(view, burner, touch, t_ms - MENDED_MS, touch.up_ms):
        return False
    cool_ms = COOL_TIMES * view.plan["stove"].get("tip_cool_ms", TIP_COOL_DEFAULT_MS)
    if view.had_flame(burner, t_ms - cool_ms, t_ms) or view.is_bridged(burner, t_ms):
        return False
    # A contact that was once found closed must have been seen open since, with a flame on the tip.
    closed_ms = view.last_seen_closed_ms(burner, t_ms)
    shown_ms = view.plan["stove"].get("tip_heat_ms", TIP_HEAT_DEFAULT_MS) + SHOWN_OPEN_MS
    return closed_ms is None or any(
        closed_ms <= start and end - start >= shown_ms and end < t_ms
        for start, end, _ in view.stretches(burner, lambda line: line["flame"] == "on" and line["state"] == "FAULT")
    )


def broken_settings_never_conduct(view: View) -> Iterator[str]:
    """SETTINGS: With settings that are missing or wrong the coil is never on, instead of a guess.

    A repair counts from the next start.
    """
    if view.settings is not None:
        return
    repairs = [event.at_ms for event in view.done if event.do == "repair_settings"]
    sound_ms = min((up_ms for up_ms in view.ups if repairs and up_ms > repairs[0]), default=view.result.last_ms + 1)
    for interval in view.intervals:
        if interval.on_ms < sound_ms:
            yield f"{_told(interval.burner, interval.on_ms)}: coil on although the settings are broken"


def a_corrupt_program_never_runs(view: View) -> Iterator[str]:
    """PROGRAM: A program with a wrong byte never runs: without a sound one no burner has a state, and no coil is on."""
    for up_ms, next_ms in pairwise([*view.ups, view.result.last_ms + 1]):
        if _sound_slots(view, up_ms):
            continue
        for burner in view.lines:
            for line in view.result.by_burner[burner]:
                if up_ms <= line["t_ms"] < next_ms and (line["coil"] == "on" or line["state"] is not None):
                    yield f"{_told(burner, line['t_ms'])}: {line['state']}, coil {line['coil']}, from no sound program"
                    break


def _sound_slots(view: View, t_ms: int) -> set[str]:
    """The slots with every byte of a program as it should be at that time."""
    sound = {"a"}
    for event in view.done:
        if event.at_ms <= t_ms and event.do in words.SLOT_ACTS:
            if event.do == "install_program":  # a copy of the active one, whichever that is
                sound = {"a", "b"} if sound else set()
            elif event.do == "mend_program":
                sound.add(event.args["slot"])
            else:
                sound.discard(event.args["slot"])
    return sound


def nothing_forbidden_was_seen(view: View) -> Iterator[str]:
    """MACHINE: The machine side itself saw nothing forbidden, said nothing unknown, and came to the end."""
    for kind, t_ms, text in view.result.marks:
        if kind == "violation":
            burner, _, what = text.partition(" ")
            yield f"{_told(int(burner), t_ms) if burner.isdigit() else show_time(t_ms)}: {what}"
    for line in view.result.strange[:1]:
        yield f"{len(view.result.strange)} lines are none of the known kinds; the first: {line[:200]}"
    if view.result.ended_ms is None:
        yield f"the run broke off at {show_time(view.result.last_ms)}"


# name, check, whether it needs the values of sound settings
CHECKS: tuple[tuple[str, Callable[[View], Iterator[str]], bool], ...] = (
    ("S1", conducts_only_when_granted, False),
    ("S2", every_interval_ends, True),
    ("S3", nothing_from_afar_closes, True),
    ("S4", off_is_obeyed, False),
    ("S5", open_after_every_start, True),
    ("S6", stays_open_long_enough, True),
    ("S7", a_fault_opens, False),
    ("S8", unknown_is_failed, True),
    ("S9", a_broken_clock_opens, False),
    ("S10", warns_before_time_is_up, True),
    ("S11", an_exception_opens_first, False),
    ("S12", ends_by_its_own_acts, True),
    ("S13", every_opening_has_one_cause, False),
    ("L1", a_press_conducts, True),
    ("L2", faults_end_by_hand, True),
    ("LATE", opens_on_time, True),
    ("SETTINGS", broken_settings_never_conduct, False),
    ("PROGRAM", a_corrupt_program_never_runs, False),
    ("MACHINE", nothing_forbidden_was_seen, False),
)


def applicable(plan: dict[str, Any]) -> list[str]:
    """The names of the checks that can be made of this plan: without sound settings some cannot."""
    sound = settings_of(plan) is not None
    return [name for name, _, needs_settings in CHECKS if sound or not needs_settings]


def check(result: Result, plan: dict[str, Any]) -> list[tuple[str, str]]:
    """(name, sentence) of every violation, in the order of CHECKS; empty when all invariants held."""
    view = View(result, plan)
    names = applicable(plan)
    return [(name, text) for name, function, _ in CHECKS if name in names for text in function(view)]
