"""Judges the expectations of a scenario on what was seen: one sentence for each that did not hold."""

from typing import Any

from simulator import words
from simulator.result import Result
from simulator.scenario import Expectation
from simulator.times import show_time

# A console line has no time but that of the line before it, and a line with a time comes every 10 s.
CONSOLE_LATE_MS = 10_000
CONSOLE_SHOWN = 3  # how many console lines a failed sentence repeats


def check(result: Result, expectations: tuple[Expectation, ...]) -> list[str]:
    """One sentence per expectation that did not hold, in their order; an empty list when all held."""
    failures = []
    for expectation in expectations:
        wrong = _judge(result, expectation)
        if wrong:
            failures.append(f"expect[{expectation.index}]: {wrong}")
    return failures


def _judge(result: Result, e: Expectation) -> str | None:
    """What was expected and what was seen; None when it held."""
    if e.shutoffs is not None:
        return _judge_shutoffs(result, e)
    if e.console is not None and (wrong := _judge_console(result, e)):
        return wrong
    if e.shutoff_by is not None and (wrong := _judge_shutoff_by(result, e)):
        return wrong
    return _judge_values(result, e) if e.values else None


def _judge_shutoffs(result: Result, e: Expectation) -> str | None:
    seen = result.shutoffs(e.burner)
    if len(seen) == e.shutoffs:
        return None
    reported = ", ".join(f"{show_time(line['t_ms'])} by {line['cause']}" for line in seen) or "never"
    return (
        f"burner {e.burner} should shut off {_times(e.shutoffs)} in the whole run; "
        f"it did so {_times(len(seen))}: {reported}"
    )


def _times(count: int | None) -> str:
    return "once" if count == 1 else f"{count} times"


def _judge_console(result: Result, e: Expectation) -> str | None:
    inside = [text for t_ms, text in result.console if e.from_ms - CONSOLE_LATE_MS <= t_ms <= e.to_ms]
    if any(str(e.console) in text for text in inside):
        return None
    reported = "; ".join(repr(text) for text in inside[-CONSOLE_SHOWN:]) or "nothing"
    return f"the console should say {e.console!r} {_window(e)}; it said {reported}"


def _judge_shutoff_by(result: Result, e: Expectation) -> str | None:
    shutoffs = result.shutoffs(e.burner)
    inside = [line for line in shutoffs if e.from_ms <= line["t_ms"] <= e.to_ms]
    if any(words.cause_is(line["cause"], e.shutoff_by) for line in inside):
        return None
    reported = ", ".join(f"at {show_time(line['t_ms'])} by {line['cause']}" for line in inside or shutoffs)
    if not reported:
        reported = "it never was"
    elif inside:
        reported = f"it was shut off {reported}"
    else:
        reported = f"not then, but {reported}"
    return f"burner {e.burner} should be shut off by {e.shutoff_by} {_window(e)}; {reported}"


def _judge_values(result: Result, e: Expectation) -> str | None:
    wanted = ", ".join(f"{key} {_wanted(value)}" for key, value in e.values.items())
    start = f"burner {e.burner} should have {wanted} {_window(e)}"
    if result.ended_ms is None and result.last_ms < e.to_ms:
        return f"{start}; the run broke off at {show_time(result.last_ms)}"
    lines = result.during(e.burner, e.from_ms, e.to_ms)
    if not lines:
        return f"{start}; nothing was reported of that burner"
    if e.when == "between":
        if any(not _differing(e, line) for line in lines):
            return None
        nearest = min(lines, key=lambda line: len(_differing(e, line)))
        return f"{start}; the nearest was, {_moment(e, nearest)}, {_seen(e, nearest)}"
    bad = next((line for line in lines if _differing(e, line)), None)
    return f"{start}; {_moment(e, bad)} it had {_seen(e, bad)}" if bad else None


def _differing(e: Expectation, line: dict[str, Any]) -> list[str]:
    """The keys whose value is not the expected one."""
    return [key for key, value in e.values.items() if not _holds(key, line[key], value)]


def _holds(key: str, seen: Any, wanted: Any) -> bool:
    if key == "remaining_s":
        return wanted[0] <= seen <= wanted[1]
    if key == "cause":
        return words.cause_is(seen, wanted)
    return seen == wanted


def _wanted(value: Any) -> str:
    if isinstance(value, tuple):
        low, high = value
        return str(low) if low == high else f"{low} to {high}"
    return "null" if value is None else str(value)


def _seen(e: Expectation, line: dict[str, Any]) -> str:
    keys = _differing(e, line)
    return ", ".join(f"{key} {_wanted(line[key])}" for key in keys)


def _moment(e: Expectation, line: dict[str, Any]) -> str:
    return f"at {show_time(max(line['t_ms'], e.from_ms))}"


def _window(e: Expectation) -> str:
    if e.when == "run":
        return "in the whole run"
    if e.when == "at":
        return f"at {show_time(e.from_ms)}"
    if e.when == "between":
        return f"between {show_time(e.from_ms)} and {show_time(e.to_ms)}"
    return f"from {show_time(e.from_ms)} throughout to {show_time(e.to_ms)}"
