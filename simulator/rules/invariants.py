"""What must hold in every run whatever the scenario: those of the design's invariants that a trace can show."""

from collections.abc import Callable, Iterator
from typing import Any

from simulator.result import Result
from simulator.rules import causes, conducting, duration, lasting, recovery, sensed, unprovoked
from simulator.rules.observed import View, where
from simulator.run_settings import settings_of
from simulator.times import show_time


def nothing_forbidden_was_seen(view: View) -> Iterator[str]:
    """MACHINE."""
    for kind, t_ms, text in view.result.marks:
        if kind == "violation":
            burner, _, what = text.partition(" ")
            yield f"{where(int(burner), t_ms) if burner.isdigit() else show_time(t_ms)}: {what}"
    for line in view.result.strange[:1]:
        yield f"{len(view.result.strange)} lines are none of the known kinds; the first: {line[:200]}"
    if view.result.ended_ms is None:
        yield f"the run broke off at {show_time(view.result.last_ms)}"


# name in sentences.py, check, whether it needs the values of sound settings
CHECKS: tuple[tuple[str, Callable[[View], Iterator[str]], bool], ...] = (
    ("S1", conducting.conducts_only_when_granted, False),
    ("S2", duration.every_interval_ends, True),
    ("S3", conducting.nothing_remote_closes, True),
    ("S4", conducting.off_is_obeyed, False),
    ("S5", conducting.open_after_every_start, True),
    ("S6", conducting.stays_open_long_enough, True),
    ("S7", conducting.a_fault_opens, False),
    ("S8", conducting.unknown_is_failed, True),
    ("S9", conducting.a_broken_clock_opens, False),
    ("S10", duration.warns_before_time_is_up, True),
    ("S11", conducting.an_exception_opens_first, False),
    ("S12", duration.ends_by_its_own_acts, True),
    ("S13", causes.every_shutoff_has_one_cause, False),
    ("S14", sensed.an_untimed_flame_is_shown, True),
    ("S15", unprovoked.fingers_are_understood, False),
    ("S16", sensed.a_closed_contact_stops_the_pump, True),
    ("S17", lasting.a_fault_ends_by_its_row, False),
    ("S18", lasting.files_of_others_let_it_start, False),
    ("S19", conducting.an_alarm_opens, True),
    ("S20", unprovoked.nothing_crashes_by_itself, False),
    ("L1", recovery.a_press_conducts, True),
    ("L2", recovery.faults_end_by_acknowledgement, True),
    ("L3", recovery.disturbances_keep_no_fault, True),
    ("LATE", duration.opens_on_time, True),
    ("SETTINGS", recovery.broken_settings_never_conduct, False),
    ("PROGRAM", recovery.a_corrupt_program_never_runs, False),
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
