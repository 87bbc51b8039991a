"""What must hold in every run whatever the scenario: those of the design's invariants that a trace can show.

Belongs here: one function per invariant, each with its sentence, and the tolerances with their reasons.
They judge coil, contact, flame and the hand's acts first, and the firmware's own words (state, cause,
fault) only where the sentence is about these. Must not be here: anything only one scenario expects.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise, zip_longest
from typing import Any

from simulator import words
from simulator.observed import DEBOUNCE_MS, HOLD_MS, LOCAL_ACT_MS, TICK_MS, TWO_TICKS_MS, Done, Interval, View
from simulator.result import DYING_MS, Result
from simulator.run_settings import rest_s, settings_of
from simulator.times import show_time

# ---- tolerances -------------------------------------------------------------------------------------------

PRESS_SETTLED_MS = 500  # a hold this soon after another button event may be part of that gesture
SERVICES_RESTART_MS = 30_000  # services that died are started again; an OFF over the air waits for them
RECLOSE_EARLY_MS = TWO_TICKS_MS  # the firmware counts from its tick, the trace from the coil's own edge
WARNING_SHORT_MS = 3 * TICK_MS  # entered up to one tick late, plus the two ticks of any event
BOOT_MS = TICK_MS  # boot.py needs its first lines to put the pins to the safe level
START_MS = 1000  # a start may tell its cause (RESTART) only once the program is up
RELEASE_DEFAULT_MS = 5  # stove.release_ms when the scenario does not say


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

    Without a gesture of the button inside the interval there is no override, and burn_max_min is its cap.
    """
    for interval in view.intervals:
        buttons = view.acts(interval.burner, "press", "double_press", "hold", "button_up")
        limit_min = view.settings["burn_max_min"]
        if any(interval.on_ms < act.at_ms < interval.off_ms for act in buttons):
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
        acts = view.acts(burner, "press", "double_press", "hold", "button_down", "button_up")
        free_ms = 0  # from here on the button is surely up and its last gesture over
        for act, after in zip_longest(acts, acts[1:]):
            fired_ms = act.at_ms + HOLD_MS
            due_ms = fired_ms + DEBOUNCE_MS + TWO_TICKS_MS
            alone = act.at_ms >= free_ms and (after is None or after.at_ms >= due_ms)
            held_ms = due_ms - act.at_ms if act.do == "button_down" else act.args.get("ms", 0)
            if held_ms >= HOLD_MS + DEBOUNCE_MS and alone and due_ms <= view.result.last_ms:
                yield "held", burner, fired_ms, due_ms
            if act.do == "button_down":
                free_ms = view.plan["until_ms"] + 1  # until its button_up
            elif act.do == "button_up":
                free_ms = act.at_ms + PRESS_SETTLED_MS
            else:
                free_ms = max(free_ms, act.at_ms + act.args.get("ms", LOCAL_ACT_MS) + PRESS_SETTLED_MS)


def _remote_offs(view: View) -> Iterator[tuple[str, int, int, int]]:
    for event in view.done:
        due_ms = event.at_ms + TWO_TICKS_MS
        if event.do == "remote_off":
            due_ms += _services_away_ms(view, event)
            if due_ms <= view.result.last_ms:
                yield f"remote_off ({event.args['source']})", event.burner, event.at_ms, due_ms


def _services_away_ms(view: View, off: Done) -> int:
    """How long an OFF over the air may wait for services that are blocked or dead ("test" needs none)."""
    if off.args["source"] == "test":
        return 0
    back = [
        event.at_ms + event.args.get("ms", SERVICES_RESTART_MS)
        for event in view.done
        if event.do in ("services_block", "services_die") and event.at_ms <= off.at_ms
    ]
    return max([0, *(at_ms - off.at_ms for at_ms in back)])


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
    adding = view.acts(burner, "press", "double_press", "hold", "button_up", "remote_extend")
    added = [act.at_ms + LOCAL_ACT_MS for act in adding if warned_ms <= act.at_ms + LOCAL_ACT_MS <= until_ms]
    return max([warned_ms, *added]) + view.settings["warning_s"] * 1000


def _welded(view: View, burner: int, t_ms: int) -> bool:
    """Whether the contact was welded at that time: then no coil can open it."""
    welds = [act.do for act in view.acts(burner, "weld", "unweld") if act.at_ms <= t_ms]
    return welds[-1:] == ["weld"]


def every_opening_has_one_cause(view: View) -> Iterator[str]:
    """S13: Every opening records exactly one cause, and nothing else changes it."""
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
            starting = any(0 <= t_ms - up_ms <= START_MS for up_ms in view.ups)
            if not starting and not any(_explains(view, off_ms, t_ms) for off_ms in openings.get(burner, [])):
                change = f"{before['cause']} became {line['cause']}"
                yield f"{_told(burner, t_ms)}: cause {change} without an opening"


def _explains(view: View, off_ms: int, t_ms: int) -> bool:
    """Whether the opening at off_ms is why a cause was told at t_ms: later, where a stall lay over it."""
    return off_ms - TICK_MS <= t_ms <= off_ms + TICK_MS + view.late_by_name(off_ms)


def _dying(view: View, interval: Interval) -> bool:
    """Whether the coil went off because, or while, the program came to an end: it tells RESTART later."""
    if interval.off["state"] is None or view.stalled(interval.off_ms, interval.off_ms):
        return True
    return any(0 <= down_ms - interval.off_ms <= DYING_MS for down_ms in view.downs)


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
    ("S2", every_interval_ends, True),  # with any clock: S9's "never lengthens" is this check too
    ("S3", nothing_from_afar_closes, True),
    ("S4", off_is_obeyed, False),
    ("S5", open_after_every_start, True),
    ("S6", stays_open_long_enough, True),
    ("S7", a_fault_opens, False),
    ("S10", warns_before_time_is_up, True),
    ("S13", every_opening_has_one_cause, False),
    ("LATE", opens_on_time, True),
    ("SETTINGS", broken_settings_never_conduct, False),
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
