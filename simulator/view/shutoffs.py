"""The numbers of every shut-off in a run: its cause, how far from the deadline, and when the gas went off.

Everything is read from the trace. Not here: words (phrases.py), judging a run (expect.py, rules/).
"""

from bisect import bisect_right
from typing import Any

from simulator.result import BOUNCE_MS, Result
from simulator.view.phrases import spoken
from simulator.words import CONDUCTING_STATES, WARNED_CAUSES

TICK_MS = 20
KEYS = ("burner", "cause", "closed_ms", "opened_ms", "deadline_ms", "late_ms", "gas_off_ms")
Trace = list[dict[str, Any]]


def burner_count(result: Result, scenario: Any) -> int:
    """How many burners the stove of this run has."""
    return max([int(scenario.plan.get("burners", 1)), *(burner + 1 for burner in result.by_burner)])


def end_of(result: Result) -> int:
    """The last moment of the run in ms, also when it broke off."""
    return result.last_ms if result.ended_ms is None else result.ended_ms


def changes(trace: Trace, key: str) -> list[tuple[int, Any]]:
    """(t_ms, value) at the start and at each change of one trace value."""
    found: list[tuple[int, Any]] = []
    for line in trace:
        if not found or found[-1][1] != line[key]:
            found.append((line["t_ms"], line[key]))
    return found


def contact_changes(trace: Trace) -> list[tuple[int, str]]:
    """Like `changes(trace, "contact")`, without the bounces under a driven coil."""
    settled: list[tuple[int, str]] = []
    coil = changes(trace, "coil")
    for t_ms, value in changes(trace, "contact"):
        opened = settled[-1] if settled and settled[-1][1] == "open" else None
        driven = opened is not None and value_at(coil, opened[0]) == value_at(coil, t_ms) == "on"
        if driven and opened and len(settled) > 1 and t_ms - opened[0] <= BOUNCE_MS:
            settled.pop()
        else:
            settled.append((t_ms, value))
    return settled


def value_at(found: list[tuple[int, Any]], t_ms: int) -> Any:
    """The value in force at `t_ms`; None before the first."""
    place = bisect_right(found, t_ms, key=lambda change: change[0])
    return found[place - 1][1] if place else None


def events_done(result: Result, scenario: Any) -> list[tuple[int, str, int, dict[str, Any]]]:
    """(t_ms, do, burner, args) of each event of the plan that was carried out, at the time it was."""
    events = scenario.plan["events"]
    return [(t_ms, *events[int(text)][1:4]) for kind, t_ms, text in result.marks if kind == "do"]


def _setting(scenario: Any, key: str, otherwise: int) -> int:
    settings = scenario.plan.get("settings")
    return settings.get(key, otherwise) if isinstance(settings, dict) else otherwise


def _cause(trace: Trace, opened_ms: int, closed_again_ms: int | None) -> str | None:
    """The cause in the first state with an open contact: the contact may open before the controller knows."""
    start = bisect_right(trace, opened_ms, key=lambda line: line["t_ms"]) - 1
    for line in trace[start:]:
        if closed_again_ms is not None and line["t_ms"] >= closed_again_ms:
            return None
        if line["state"] is not None and line["state"] not in CONDUCTING_STATES:
            reported: str | None = line["cause"]
            return reported
    return None


def _deadline(trace: Trace, opened_ms: int, warning_s: int) -> int | None:
    """When the time was up: the beginning of the last WARNING before the shut-off, and `warning_s` more.

    None without a warning, or when time was added inside it (only its whole seconds are known then). A WARNING may
    also be entered with less time left, after an override near the cap.
    """
    began_ms, before = None, None
    for line in trace:
        if line["t_ms"] > opened_ms:
            break
        if line["state"] == "WARNING":
            if before is None or before["state"] != "WARNING":
                began_ms = line["t_ms"] if line["remaining_s"] >= warning_s else None
            elif line["remaining_s"] > before["remaining_s"]:
                began_ms = None
        elif line["state"] in CONDUCTING_STATES:
            began_ms = None
        before = line
    return None if began_ms is None else began_ms + warning_s * 1000


def _shutoff(
    trace: Trace, burner: int, closed_ms: int, opened_ms: int, closed_again_ms: int | None, warning_s: int
) -> dict[str, Any]:
    cause = _cause(trace, opened_ms, closed_again_ms)
    deadline_ms = _deadline(trace, opened_ms, warning_s) if cause in WARNED_CAUSES else None
    gas = changes(trace, "gas")
    if value_at(gas, opened_ms - 1) == "on":
        offs = [t_ms for t_ms, value in gas if value == "off" and t_ms >= opened_ms]
    else:  # turned off at the knob before
        offs = [t_ms for t_ms, value in gas if value == "off" and closed_ms <= t_ms < opened_ms][-1:]
    late_ms = None if deadline_ms is None else opened_ms - deadline_ms
    gas_off_ms = offs[0] if offs else None
    return dict(zip(KEYS, (burner, cause, closed_ms, opened_ms, deadline_ms, late_ms, gas_off_ms), strict=True))


def summary(result: Result, scenario: Any) -> dict[str, Any]:
    """The numbers of the last shut-off at a deadline, or else of the last one.

    Keys: `burner` (from 0), `cause` (as in the trace), `closed_ms`, `opened_ms`, `deadline_ms`, `late_ms`
    (opened − deadline), `gas_off_ms`; all None when the contact never opened, one None if it does not apply.
    Further `gas_on_ms` (a list, total per burner) and `shutoffs` (dicts with those same keys, in time order).
    """
    warning_s = _setting(scenario, "warning_s", 60)
    shutoffs, gas_on_ms = [], []
    for burner in range(burner_count(result, scenario)):
        trace = result.by_burner.get(burner, [])
        contact = contact_changes(trace)
        for place, (t_ms, value) in enumerate(contact):
            if value == "open" and place:
                again_ms = contact[place + 1][0] if place + 1 < len(contact) else None
                shutoffs.append(_shutoff(trace, burner, contact[place - 1][0], t_ms, again_ms, warning_s))
        gas = changes(trace, "gas")
        ends = [t_ms for t_ms, _ in gas[1:]] + [end_of(result)]
        gas_on_ms.append(sum(end_ms - t_ms for (t_ms, value), end_ms in zip(gas, ends, strict=False) if value == "on"))
    shutoffs.sort(key=lambda shutoff: (shutoff["opened_ms"], shutoff["burner"]))
    timed = [shutoff for shutoff in shutoffs if shutoff["deadline_ms"] is not None]
    chosen = (timed or shutoffs or [dict.fromkeys(KEYS)])[-1]
    return {**chosen, "gas_on_ms": gas_on_ms, "shutoffs": shutoffs}


def lateness(shutoff: dict[str, Any]) -> str | None:
    """How far from its deadline the contact opened; None when there was no deadline."""
    late_ms = shutoff["late_ms"]
    if late_ms is None:
        return None
    return f"{spoken(abs(late_ms))} {'after' if late_ms >= 0 else 'before'} the deadline"


def gas_off(shutoff: dict[str, Any]) -> str:
    """When the gas went off after the contact opened."""
    if shutoff["gas_off_ms"] is None:
        return "no gas was on" if shutoff["cause"] == "NO_IGNITION" else "the gas did not go off"
    after_ms = shutoff["gas_off_ms"] - shutoff["opened_ms"]
    if after_ms < 0:
        return f"the gas was off {spoken(-after_ms)} before"
    return f"the magnet valve dropped out {spoken(after_ms)} later"
