"""The verdict on a run so far: what the rules say, and the expectations of a scenario that has come to its end."""

from typing import Any

from simulator import expect, run_settings, scenario
from simulator.result import parse
from simulator.rules import invariants
from simulator.rules.exercised import exercised


def verdict_on(lines: list[str], asked: dict[str, Any]) -> dict[str, Any]:
    """The verdict on all lines of a run and the rest of a request."""
    now_ms = asked["now_ms"]
    rows = [f"#journal {now_ms} {row}" for row in asked["journal"]]
    result = parse([*lines, *rows, f"#end {now_ms}"])
    reported = {int(text): t_ms for kind, t_ms, text in result.marks if kind == "do"}
    events = [[reported[at], *rest] for at, (_, *rest) in enumerate(asked["plan"]["events"]) if at in reported]
    plan = {**asked["plan"], "events": sorted(events, key=lambda event: event[0])}
    result.marks = [mark for mark in result.marks if mark[0] != "do"]  # the plan has their times now
    violated = invariants.check(result, plan)
    failed = None
    if asked["expect"]:
        top = scenario.parse(asked["expect"], run_settings.shipped())
        failed = expect.check(result, top.expectations)
    held = len(invariants.applicable(plan)) - len({name for name, _ in violated})
    tested = exercised(result, plan)
    return {"t": now_ms, "held": held, "tested": tested, "violated": violated, "failed": failed}
