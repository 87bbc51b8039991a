"""What no one asked for: an override that no finger meant, a crash that no scenario provoked: S15, S20."""

from collections.abc import Iterator
from itertools import pairwise

from simulator.rules.acts import Done
from simulator.rules.duration import completes_override
from simulator.rules.gestures import GESTURES
from simulator.rules.numbers import TICK_MS
from simulator.rules.observed import LOCAL_ACT_MS, View, where
from simulator.times import show_time

OFF_MS = 1700  # by then a finger that means OFF has turned off: 1.6 s, two ticks and what a relay takes to open
ALONE_MS = 2000  # and the finger did nothing else for so long before
DAMAGES = ("corrupt_program", "install_program")  # what may make a program corrupt


def fingers_are_understood(view: View) -> Iterator[str]:
    """S15."""
    yield from _unmeant_overrides(view)
    yield from _unheard_offs(view)


def _means_off(act: Done) -> bool:
    """Whether an act is a finger that means OFF, by what it does and not by the grammar of the button."""
    args = act.args
    if act.do == "tremor":
        return args["millihertz"] in range(4000, 12_001) and args["duty"] in range(50, 86) and args["ms"] >= 2000
    if act.do == "mash":
        return args["millihertz"] in range(2500, 6001) and args["ms"] * args["millihertz"] >= 3_000_000
    return act.do == "hold" and args["ms"] >= 900


def _unheard_offs(view: View) -> Iterator[str]:
    for act in filter(_means_off, view.done):
        from_ms, due_ms = act.at_ms - ALONE_MS, act.at_ms + OFF_MS
        alone = sum(touch.up_ms > from_ms and touch.down_ms < act.at_ms for touch in view.touches(act.burner)) == 0
        others = [
            other for other in view.acts(act.burner, *GESTURES) if act.at_ms <= other.over_ms and other.at_ms <= due_ms
        ]
        broken = (
            view.broke_off(from_ms, due_ms) or view.stalled(from_ms, due_ms) or view.up_for_ms(act.at_ms) < ALONE_MS
        )
        if not alone or len(others) > 1 or broken or due_ms > view.result.last_ms:
            continue
        if any(i.burner == act.burner and i.on_ms <= act.at_ms and i.off_ms > due_ms for i in view.intervals):
            yield f"{where(act.burner, act.at_ms)}: {act.do} means off, and the coil is on at {show_time(due_ms)}"


def _unmeant_overrides(view: View) -> Iterator[str]:
    for burner, lines in view.lines.items():
        for before, line in pairwise(lines):
            t_ms = line["t_ms"]
            if line["state"] != "OVERRIDE" or before["state"] in ("OVERRIDE", None):
                continue
            late_ms = LOCAL_ACT_MS + view.stalled_ms(t_ms - LOCAL_ACT_MS, t_ms)
            touches = [touch for touch in view.touches(burner) if touch.up_ms <= t_ms]
            meant = [
                completes_override(view, touches[: index + 1])
                for index, touch in enumerate(touches)
                if t_ms - touch.up_ms <= late_ms
            ]
            if not any(meant):
                yield f"{where(burner, t_ms)}: an override that no two pairs of presses asked for"


def nothing_crashes_by_itself(view: View) -> Iterator[str]:
    """S20. What was provoked once may have consequences for the rest of the run."""
    for t_ms in view.downs:
        if t_ms + TICK_MS < view.provoked_ms:
            yield f"the program ended at {show_time(t_ms)}, and nothing had provoked it"
    for t_ms, text in view.result.console:
        if text.startswith("Traceback") and t_ms + TICK_MS < view.provoked_ms:
            yield f"a traceback at {show_time(t_ms)}, and nothing had provoked it"
    damaged = any(act.do in DAMAGES for act in view.done)
    for burner, lines in view.lines.items():
        for line in lines:
            if line["fault"] == "PROGRAM_CORRUPT" and not damaged:
                yield f"{where(burner, line['t_ms'])}: PROGRAM_CORRUPT, and no program was damaged"
                break
