"""Combinations of state, event, fault, disturbance and time: how often they were seen, which seeds promise rare ones.

An event counts for its burner, in the state just before it, with each fault and disturbance that lasts at that moment.
"""

import bisect
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from simulator.campaign import generator
from simulator.rules.acts import DISTURBANCES
from simulator.rules.observed import View
from simulator.times import parse_time
from simulator.words import STATES

OFF, NONE = "no power", "-"
LASTING = {kind: end for kind, (_, _, end) in generator.FAULTS.items() if end is not None}
ENDED = " ends"
ALL_STATES = (*STATES, OFF)
USED = dict.fromkeys(do for _, do, _ in generator.ACTS if do != "finger")  # which becomes holds
EVENTS = (*generator.FAULTS, *(kind + ENDED for kind in LASTING), *USED)
DISTURBING = (NONE, *(kind for kind in LASTING if generator.FAULTS[kind][0] in DISTURBANCES))
BREAKING = (NONE, *(kind for kind in LASTING if kind not in DISTURBING))
AGES_MS = (100, 1000, 10_000, 60_000)  # a state has lasted for less than so long
AGES = ("under 0.1 s", "under 1 s", "under 10 s", "under a minute", "longer")
AXES: tuple[Sequence[str], ...] = (ALL_STATES, AGES, EVENTS, BREAKING, DISTURBING)
PROMISED = len(EVENTS) * len(BREAKING) * len(DISTURBING)  # combinations that the scenario alone tells
WHOLE = ("power", "converter", "presence", "alarm", "flash", "pump")  # kinds that concern every burner
CANDIDATES = 4  # seeds of which one is run


def number(*names: str) -> int:
    """The number of a combination: one name of each of AXES."""
    found = 0
    for axis, name in zip(AXES, names, strict=True):
        found = found * len(axis) + axis.index(name)
    return found


@cache
def names(number: int) -> tuple[str, ...]:
    """The combination of a number."""
    found = []
    for axis in reversed(AXES):
        number, at = divmod(number, len(axis))
        found.append(axis[at])
    return tuple(reversed(found))


def _kind(event: dict[str, Any]) -> str | None:
    """The kind of fault that this event begins or ends."""
    if event["do"] == "sensor" and event["value"] != "ok":
        return "lead" if event["value"] in ("open", "short") else "converter"
    return next((kind for kind, (do, _, _) in generator.FAULTS.items() if do == event["do"]), None)


def _happenings(scenario: dict[str, Any]) -> Iterator[tuple[int, int, str, str, str]]:
    """(time in ms, burner, event, fault, disturbance) of every event that did something, in their order."""
    active: dict[int, set[str]] = {burner: set() for burner in range(scenario["stove"]["burners"])}
    for event in scenario["events"]:
        at_ms, burner = parse_time(event["at"]) or 0, event.get("burner", 0)
        ended = {kind for kind, end in LASTING.items() if kind in active[burner] and end.items() <= event.items()}
        kind = _kind(event)
        repairs = any(end.items() <= event.items() for end in LASTING.values())
        if repairs:
            done = [one + ENDED for one in ended]
        else:
            done = [kind or event["do"]]
        lasting = active[burner] - ended - {kind}
        for there in active.values() if kind in WHOLE or ended & {*WHOLE} else (active[burner],):
            there -= ended
            if kind in LASTING and not repairs:
                there.add(kind)
        breaking, disturbing = ([one for one in axis if one in lasting] or [NONE] for axis in (BREAKING, DISTURBING))
        for one, fault, disturbance in itertools.product(done, breaking, disturbing):
            if one in EVENTS:
                yield at_ms, burner, one, fault, disturbance


def seen(scenario: dict[str, Any], view: View) -> Counter[int]:
    """How often each combination was in a run."""
    found: Counter[int] = Counter()
    since = {burner: _changes(lines) for burner, lines in view.lines.items()}
    for at_ms, burner, *rest in _happenings(scenario):
        changes = since.get(burner) or [(0, OFF)]
        from_ms, state = changes[max(bisect.bisect_left(changes, (at_ms, "")) - 1, 0)]
        age = AGES[bisect.bisect_right(AGES_MS, at_ms - from_ms)]
        found[number(state, age, *rest)] += 1
    return found


def _changes(lines: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """(ms, state) whenever the state of a burner changed."""
    states = [(line["t_ms"], line["state"] or OFF) for line in lines]
    return [one for before, one in zip([(0, ""), *states], states, strict=False) if before[1] != one[1]]


def promise(seed: int, promised: Counter[int]) -> float:
    """How rare a seed is for the time that it takes: its events with what lasts, by how often they were seen so far."""
    scenario = generator.scenario_of(seed)
    state, age = ALL_STATES[0], AGES[0]
    wanted = {number(state, age, *rest) for _, _, *rest in _happenings(scenario)}
    return sum(1 / (1 + promised[one % PROMISED]) for one in wanted) / (parse_time(scenario["until"]) or 1)


def steered(seeds: Iterator[int], count: int, promised: Counter[int]) -> Iterator[int]:
    """Of every few candidates the one that promises most; promised goes on growing meanwhile."""
    for _ in range(count):
        few = list(itertools.islice(seeds, CANDIDATES))
        yield max(few, key=lambda seed: promise(seed, promised))


def table(total: Counter[int], rows: Sequence[str], axis: int) -> dict[str, list[int]]:
    """How often each name of an axis was seen in each state: {name: a count for each of ALL_STATES}."""
    found = {row: [0] * len(ALL_STATES) for row in rows}
    for one, count in total.items():
        words = names(one)
        if words[axis] in found:
            found[words[axis]][ALL_STATES.index(words[0])] += count
    return found


def in_words(total: Counter[int]) -> str:
    """One line: how many combinations, and how many of them once only."""
    once = sum(count == 1 for count in total.values())
    pairs = len({(names(one)[0], names(one)[2]) for one in total})
    of = len(ALL_STATES) * len(EVENTS)
    return f"{len(total):,} combinations seen, {once:,} of them once; {pairs} of {of} pairs of state and event"
