"""What must work again, and what must not start: L1, L2, SETTINGS, PROGRAM.

They judge coil, contact, flame and what the user did first, and the firmware's own words only where the sentence is
about these.
"""

from collections.abc import Iterator
from itertools import pairwise

from simulator import words
from simulator.rules.gestures import GESTURES
from simulator.rules.numbers import QUIET_MS, UNSTABLE_ENDS
from simulator.rules.observed import ENDED_MS, TWO_TICKS_MS, Touch, View, where
from simulator.rules.sensed import WELD_SEEN_MS, rises
from simulator.run_settings import rest_s
from simulator.times import show_time

WELD_TEST_MS = 5100  # no contact closes for so long after one was found closed that had to be open
ALONE_MS = 1500  # what is this far from a gesture has no part in what comes of it
PRESS_FROM_MS, PRESS_TO_MS = 100, 700  # a touch of this length is a PRESS, whatever the bounce
PUMP_MS = 300  # the pump needs some edges before its stage lets the relay pull in
ACKNOWLEDGE_MS = (5060, 9940)  # the hold that clears faults, at its release, whatever the bounce
MENDED_MS = 5000  # so long must everything have been sound before an acknowledgement is sure to be taken
QUIET_AGAIN_MS = QUIET_MS + 10_000
COOL_TIMES = 4  # time constants of the tip until no millivolts are left to speak of
SHOWN_OPEN_MS = 2000  # a flame over an open contact shows that it is open so long after the tip is warm
TIP_COOL_DEFAULT_MS = 25_000  # the same of stove.tip_cool_ms
TIP_HEAT_DEFAULT_MS = 4000  # and of stove.tip_heat_ms
# What is done to the whole controller, whichever burner the scenario names; a silent converter has two burners.
DEVICE_ACTS = (
    *("power_off", "power_on", "reset", "hang", "raise", "clock_jump", "gil_hold", "sensor", "services_die"),
    *("memory_full", "stick_pin", "free_pins", "pump", "i2c_stuck", "flash", "alarm", "presence"),
)


def a_press_conducts(view: View) -> Iterator[str]:
    """L1."""
    drive_ms = PUMP_MS if view.settings.get("relay_drive", "pulse") == "pulse" else 0
    for burner in view.lines:
        for touch in view.touches(burner):
            due_ms = touch.up_ms + ENDED_MS + TWO_TICKS_MS + drive_ms
            if due_ms > view.result.last_ms or not PRESS_FROM_MS <= touch.up_ms - touch.down_ms <= PRESS_TO_MS:
                continue
            lines = view.result.during(burner, touch.down_ms, due_ms)
            if _is_barred(view, burner, touch.down_ms, due_ms):
                continue  # S16
            if lines[0]["state"] != "IDLE" or any(line["fault"] or line["coil"] == "on" for line in lines):
                continue
            if _decides_alone(view, burner, touch, touch.down_ms, due_ms):
                yield f"{where(burner, touch.down_ms)}: pressed in IDLE, coil still off at {show_time(due_ms)}"


def _is_barred(view: View, burner: int, from_ms: int, to_ms: int) -> bool:
    """Whether a contact that conducted while it had to be open forbids this one to close."""
    for other in view.lines:
        shown = [line["fault"] for line in view.result.during(other, from_ms - WELD_TEST_MS, to_ms)]
        if "DRIVER_STUCK" in shown:
            return True
        if "CONTACT_WELDED" in shown:  # the pump stands still for a moment, once for each rise
            seen_ms = from_ms - WELD_TEST_MS - WELD_SEEN_MS
            if shown[0] != "CONTACT_WELDED" or any(seen_ms <= rose_ms <= to_ms for rose_ms, _ in rises(view, other)):
                return True
    mine = [line for line in view.lines[burner] if line["t_ms"] <= from_ms]
    # It takes a flame by the knob to show that the contact is open again, and a test that the pump is sound.
    for line in reversed(mine):
        if line["state"] in words.CONDUCTING_STATES:
            return False
        if line["fault"] in ("CONTACT_WELDED", "DRIVER_STUCK", "PUMP"):
            return True
    return False


def _decides_alone(view: View, burner: int, touch: Touch, from_ms: int, to_ms: int) -> bool:
    """Whether nothing but this touch may decide what its burner does in that time."""
    from_ms -= ALONE_MS
    others = [act for act in view.done if act.do not in GESTURES and (act.burner == burner or act.do in DEVICE_ACTS)]
    touched = any(t is not touch and t.down_ms <= to_ms and t.up_ms >= from_ms for t in view.touches(burner))
    # A finger that meets the button once more lets it bounce once more, be it up or down already.
    touched = touched or any(touch.up_ms < act.at_ms <= to_ms for act in view.acts(burner, "button_up"))
    disturbed = any(act.at_ms <= to_ms and act.over_ms >= from_ms for act in others)
    # No one knows when a word that waits for the services will arrive.
    waiting = any(view.services_away_ms(off) for off in view.acts(burner, "remote_off"))
    return not (touched or disturbed or waiting or view.broke_off(from_ms, to_ms))


def faults_end_by_acknowledgement(view: View) -> Iterator[str]:
    """L2."""
    for burner, touch in acknowledgements(view):
        taken_ms = _taken_ms(touch)
        idle_ms = taken_ms + (rest_s(view.settings) + view.settings["flame_die_s"]) * 1000
        way = [line["state"] for line in view.result.during(burner, touch.down_ms, taken_ms)]
        whole = idle_ms <= view.result.last_ms and _decides_alone(view, burner, touch, taken_ms, idle_ms)
        if whole:
            way += [line["state"] for line in view.result.during(burner, taken_ms, idle_ms)]
        way = [state for state, before in zip(way, [None, *way], strict=False) if state != before]
        if way != ["FAULT", "VERIFYING", "IDLE"][: 3 if whole else len(way)] or len(way) < 2:
            yield f"{where(burner, touch.down_ms)}: acknowledged, but it went by {' '.join(map(str, way))}"


def disturbances_keep_no_fault(view: View) -> Iterator[str]:
    """L3."""
    for burner, touch in acknowledgements(view, quiet=False):
        way = [line["state"] for line in view.result.during(burner, touch.down_ms, _taken_ms(touch))]
        if "VERIFYING" not in way:
            yield f"{where(burner, touch.down_ms)}: acknowledged beside a disturbance, and it stays in FAULT"


def _taken_ms(touch: Touch) -> int:
    return touch.up_ms + ENDED_MS + TWO_TICKS_MS


def acknowledgements(view: View, quiet: bool = True) -> Iterator[tuple[int, Touch]]:
    """(burner, touch) of every acknowledgement that must be taken, because every cause is surely gone.

    quiet: only where nothing disturbs the readings.
    """
    for burner in view.lines:
        for touch in view.touches(burner):
            low_ms, high_ms = ACKNOWLEDGE_MS
            meant = low_ms <= touch.up_ms - touch.down_ms <= high_ms and _taken_ms(touch) <= view.result.last_ms
            if meant and _is_repaired(view, burner, touch, quiet):
                yield burner, touch


def _is_repaired(view: View, burner: int, touch: Touch, quiet: bool) -> bool:
    """Whether the burner is in FAULT, and every cause that a scenario can make was surely gone by then."""
    t_ms = touch.down_ms
    line = view.at(burner, t_ms)
    if line["state"] != "FAULT" or line["fault"] in ("SETTINGS_INVALID", "PROGRAM_CORRUPT"):
        return False
    if _is_alarmed(view, t_ms):
        return False
    often_down = len(view.downs) >= UNSTABLE_ENDS and view.up_for_ms(t_ms) < QUIET_AGAIN_MS
    if often_down or view.up_for_ms(t_ms) < MENDED_MS or not view.senses(burner, t_ms - MENDED_MS, t_ms, quiet):
        return False
    # Until it is taken: a finger that comes back sooner prolongs the same hold.
    if not _decides_alone(view, burner, touch, t_ms - MENDED_MS, _taken_ms(touch)):
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


def _is_alarmed(view: View, t_ms: int) -> bool:
    """Whether the alarm contact was open at that time."""
    alarms = [act for act in view.done if act.do == "alarm" and act.at_ms <= t_ms]
    return bool(alarms) and alarms[-1].args["on"]


def broken_settings_never_conduct(view: View) -> Iterator[str]:
    """SETTINGS. A repair counts from the next start."""
    if view.settings is not None:
        return
    repairs = [event.at_ms for event in view.done if event.do == "repair_settings"]
    sound_ms = min((up_ms for up_ms in view.ups if repairs and up_ms > repairs[0]), default=view.result.last_ms + 1)
    for interval in view.intervals:
        if interval.on_ms < sound_ms:
            yield f"{where(interval.burner, interval.on_ms)}: coil on although the settings are broken"


def a_corrupt_program_never_runs(view: View) -> Iterator[str]:
    """PROGRAM."""
    for up_ms, next_ms in pairwise([*view.ups, view.result.last_ms + 1]):
        if _sound_slots(view, up_ms):
            continue
        for burner in view.lines:
            for line in view.result.by_burner[burner]:
                if up_ms <= line["t_ms"] < next_ms and (line["coil"] == "on" or line["state"] is not None):
                    yield f"{where(burner, line['t_ms'])}: {line['state']}, coil {line['coil']}, from no sound program"
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
