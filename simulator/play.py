"""Plays one scenario from its plan to the verdict: run, read, judge; the one call for CLI and tests.

Must not be here: processes (run.py), reading (result.py), judging (expect.py, invariants.py), printing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from types import ModuleType

from simulator import expect
from simulator.result import Result, parse
from simulator.rules import invariants
from simulator.run import MachineDied, run
from simulator.scenario import Scenario


@dataclass(frozen=True)
class Verdict:
    """What a played scenario came to: failed sentences, and how many of each kind were asked.

    died is why the machine side ended early and what it wrote to stderr; None when it came to its end.
    """

    result: Result
    failed_expectations: list[str]
    failed_invariants: list[tuple[str, str]]
    expectations: int
    invariants: int
    died: str | None = None

    @property
    def passed(self) -> bool:
        return not (self.failed_expectations or self.failed_invariants or self.died)

    @property
    def expectations_held(self) -> int:
        return self.expectations - len(self.failed_expectations)

    @property
    def invariants_held(self) -> int:
        return self.invariants - len({name for name, _ in self.failed_invariants})


def judge(scenario: Scenario, lines: list[str], died: str | None = None) -> Verdict:
    """The verdict on the lines the machine side said."""
    result = parse(lines)
    return Verdict(
        result,
        expect.check(result, scenario.expectations),
        invariants.check(result, scenario.plan),
        len(scenario.expectations),
        len(invariants.applicable(scenario.plan)),
        died,
    )


def play(scenario: Scenario, vm: str = "micropython", on_time: Callable[[int], None] | None = None) -> Verdict:
    """Run the scenario on that VM and judge it; a machine side that died is judged on what it said.

    on_time is called with the stove time in ms. Raises RunError when the VM cannot be started at all.
    """
    try:
        return judge(scenario, run(scenario.plan, vm, on_time))
    except MachineDied as death:
        return judge(scenario, death.lines, f"{death}\n{death.stderr}".strip())


def play_inside(scenario: Scenario, native: dict[str, ModuleType] | None = None) -> Verdict:
    """As play() on CPython, but in this process: no interpreter to start, nothing compiled twice; native: native.py."""
    from simulator import inside

    try:
        return judge(scenario, inside.run(scenario.plan, native=native))
    except MachineDied as death:
        return judge(scenario, death.lines, str(death))


def reported(verdict: Verdict) -> list[str]:
    """The trace and then the marks, as text: all that must not depend on the machine below."""
    return verdict.result.trace_lines + [f"#{kind} {t_ms} {text}" for kind, t_ms, text in verdict.result.marks]


def difference(vm: Verdict, cpython: Verdict) -> str | None:
    """The first line in which a run on MicroPython and one on CPython differ, in both versions; None when alike."""
    for number, (one, other) in enumerate(zip_longest(reported(vm), reported(cpython))):
        if one != other:
            return f"line {number} differs:\n  micropython {one}\n  cpython     {other}"
    return None
