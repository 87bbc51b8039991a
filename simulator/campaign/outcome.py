"""What the seeds of a campaign came to: of one seed, and the sum of all."""

from collections import Counter
from dataclasses import dataclass, field

from simulator.campaign import coverage, detection


@dataclass
class Outcome:
    """What one seed came to. wrong: (invariant or "expect", sentence); text: the scenario, when something was wrong.

    seen: how often each combination of coverage.py was in it.
    """

    seed: int
    stove_ms: int
    counts: list[detection.Count]
    acknowledged: int
    wrong: list[tuple[str, str]]
    text: str = ""
    seen: dict[int, int] = field(default_factory=dict)


@dataclass
class Campaign:
    """The sum of all outcomes so far. before_ms: stove time of those that were kept; wall_s: of the others.

    promised: of `seen`, what the scenarios alone tell.
    """

    runs: int = 0
    before_ms: int = 0
    stove_ms: int = 0
    acknowledged: int = 0
    wall_s: float = 0.0
    counts: list[detection.Count] = field(default_factory=lambda: [detection.Count() for _ in detection.KINDS])
    wrong: list[Outcome] = field(default_factory=list)
    seen: Counter[int] = field(default_factory=Counter)
    promised: Counter[int] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        self.runs += 1
        self.stove_ms += outcome.stove_ms
        self.acknowledged += outcome.acknowledged
        for mine, count in zip(self.counts, outcome.counts, strict=True):
            mine.add(count)
        self.seen.update(outcome.seen)
        for number, times in outcome.seen.items():
            self.promised[number % coverage.PROMISED] += times
        if outcome.wrong:
            self.wrong.append(outcome)
