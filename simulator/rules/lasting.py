"""What outlives a restart: raised faults (S17), and a device that starts whatever files it finds (S18)."""

from collections.abc import Iterator
from itertools import pairwise

from simulator.rules.numbers import STARTS_MS
from simulator.rules.observed import APART_MS, LOCAL_ACT_MS, View, where
from simulator.times import show_time

ACKNOWLEDGE_MS = (4900, 10_100)  # the hold that clears faults, whatever the bounce
JUST_RAISED_MS = 100  # a fault of the program's last moment may not have been written down
NAMES_THE_RESTART = ("SETTINGS_INVALID", "PROGRAM_CORRUPT")  # each is looked for anew
WITHOUT_POWER = ("power_off", "power_on")
LOSES = ("raise", "install_program", "corrupt_program", "mend_program", "repair_settings")  # what may lose the record


def a_fault_ends_by_its_row(view: View) -> Iterator[str]:
    """S17."""
    for burner, lines in view.lines.items():
        for before, line in pairwise(line for line in lines if line["state"] is not None):
            t_ms, fault = line["t_ms"], before["fault"]
            if fault is None or line["fault"] is not None or fault in NAMES_THE_RESTART:
                continue
            if _acknowledged(view, burner, t_ms) or _lost_by_name(view, before["t_ms"], t_ms):
                continue
            raised_ms = max(one["t_ms"] for one in lines if one["t_ms"] <= t_ms and one["fault"] is None)
            if any(0 <= down_ms - before["t_ms"] <= JUST_RAISED_MS for down_ms in view.downs) and raised_ms:
                continue
            yield f"{where(burner, t_ms)}: {fault} is gone, and no one acknowledged it"


def _acknowledged(view: View, burner: int, t_ms: int) -> bool:
    low_ms, high_ms = ACKNOWLEDGE_MS
    begun_ms = up_ms = -APART_MS
    for touch in view.touches(burner):
        begun_ms = touch.down_ms if touch.down_ms - up_ms > APART_MS else begun_ms  # a key that breaks, or a new hold
        up_ms = touch.up_ms
        stalled_ms = view.stalled_ms(up_ms - APART_MS, t_ms)  # what happens in a stall is seen after it
        lasted_ms = [up_ms - from_ms for from_ms in (begun_ms, touch.down_ms)]
        held = any(low_ms - stalled_ms <= ms <= high_ms + stalled_ms for ms in lasted_ms)
        if held and 0 <= t_ms - up_ms <= LOCAL_ACT_MS + stalled_ms:
            return True
    return False


def _lost_by_name(view: View, from_ms: int, to_ms: int) -> bool:
    """Whether the record was lost by a power cut, or by what the scenario did to it, between two lines."""
    cut = any(
        kind == "down" and text in ("power", "en") and from_ms <= t_ms <= to_ms
        for kind, t_ms, text in view.result.marks
    )
    # The button on the board is no end of a program that does not run.
    cut = cut or any(act.args.get("cause") == "en" and from_ms <= act.at_ms <= to_ms for act in view.done)
    return cut or any(act.do in LOSES and act.at_ms <= to_ms for act in view.done)


def files_of_others_let_it_start(view: View) -> Iterator[str]:
    """S18."""
    if not view.plan.get("files"):
        return
    for up_ms in view.ups:
        due_ms = up_ms + STARTS_MS + view.stalled_ms(up_ms, up_ms + STARTS_MS)
        ended = any(up_ms <= down_ms <= due_ms for down_ms in view.downs)
        if due_ms > view.result.last_ms or (ended and view.provoked_ms <= due_ms):
            continue
        if ended or any(view.at(burner, due_ms)["state"] is None for burner in view.lines):
            yield f"the start at {show_time(up_ms)} came to nothing, with files of another version on the flash"
