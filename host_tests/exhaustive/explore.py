"""Tries every input in every class of states that can be reached, on the firmware's own core.

python -m host_tests.exhaustive.explore [PART ...]   tables of what was reached, and of the table's rows
python -m host_tests.exhaustive.explore --keep       keep the numbers in explored.json
"""

import argparse
import json
import sys
import time
from collections import deque
from pathlib import Path

from curfew.core import table
from host_tests.exhaustive import inputs, passes
from host_tests.exhaustive.classes import alike
from host_tests.exhaustive.device import Device
from host_tests.exhaustive.judge import Violation
from host_tests.fixtures.every_tick import misfit_numbers
from host_tests.fixtures.names import EVENTS, STATES

KEPT = Path(__file__).with_name("explored.json")
KEEP = "python -m host_tests.exhaustive.explore --keep"
FAULTS_AT_ONCE = 2  # where more are raised nothing further is tried: it takes two to get into each other's way

SHORT = {
    "timer_default_min": 1,
    "timer_step_min": 1,
    "timer_max_min": 2,
    "burn_max_min": 3,
    "warning_s": 15,
    "override_max_min": 5,
    "ignite_window_s": 10,
    "flame_out_s": 3,
    "reclose_hold_s": 3,
    "flame_die_s": 30,
}
LONG_CAP = {**SHORT, "burn_max_min": 6, "warning_s": 59}  # an override ends before the cap; a timer begins as a warning
SENSING = {**SHORT, "sensor": True}
ALLOWING = {"sensor": True, "remote_extend": True}

_ALL_BLIND = (
    "time", *inputs.GESTURES, *inputs.AT_TIMER, *inputs.AT_REST, *inputs.REMOTE, "less", *inputs.CONTACT,
    *inputs.CLOCK, *inputs.STARTS,
)  # fmt: skip
_BESIDES = (*inputs.AT_TIMER, *inputs.REMOTE, *inputs.CLOCK, "restart, as it conducts")
_ALL_SEEING = (*inputs.SEEN, "press", "hold", "hold long", "lean", *_BESIDES)  # the others: without a sensor
_EXTENDING = (
    "cold",
    "flame",
    "low flame",
    "rising",
    "falling",
    "dead",
    "nothing",
    "press",
    "hold",
    "hold long",
    *_BESIDES,
)
_BY_FINGER = ("cold", "flame", "rising", *inputs.FINGER, "hold long", "extend", "off")
VARIANTS = {
    "blind": (SHORT, _ALL_BLIND),
    "blind, long cap": (LONG_CAP, _ALL_BLIND),
    "sensing": (SENSING, _ALL_SEEING),
    "sensing, extended remotely": ({**SHORT, **ALLOWING, "auto_arm": False}, _EXTENDING),
    "sensing, finger": ({**LONG_CAP, **ALLOWING}, _BY_FINGER),
}

# --- the search ----------------------------------------------------------------------------------------------------


class Explored:
    """What a search found: classes by key, each with a saved device, and the key and the input it came from."""

    def __init__(self, variant):
        self.changed, self.names = VARIANTS[variant]
        self.device = Device(self.changed)  # can be put back into every class
        self.classes = {}
        self.leads = {}  # (key, input) to the key that it leads to
        self.depth = 0

    def path(self, key):
        """The inputs that led to a class first."""
        names = []
        while self.classes[key][1] is not None:
            _, key, name = self.classes[key]
            names.append(name)
        return names[::-1]

    def pairs(self):
        """What happened to the state machine, a sorted list of "STATE EVENT GUARD"; "refused" where no row fitted."""
        rows = self.device.seen
        return sorted(f"{STATES[state]} {EVENTS[event]} {guard_of(row)}" for state, event, row in rows)


def explore(variant):
    """Search a variant until no input leads to a new class. Raises Violation, with the path to it."""
    found = Explored(variant)
    device, classes = found.device, found.classes
    root = alike(device)
    classes[root] = device.save(), None, ""
    waiting = deque([(root, 0)])
    while waiting:
        key, found.depth = waiting.popleft()
        for name in found.names:
            device.put_back(classes[key][0])
            try:
                if inputs.INPUTS[name](device) is False:
                    continue
            except Violation as violation:
                raise Violation(f"{violation}, after: {' > '.join([*found.path(key), name])}")
            led = alike(device)
            found.leads[key, name] = led
            if led not in classes:
                if wrong := misfit_numbers(device.controller):
                    raise Violation(f"{wrong[0]}, after: {' > '.join([*found.path(key), name])}")
                classes[led] = device.save(), key, name
                if device.controller.burners[0].faults.raised.bit_count() <= FAULTS_AT_ONCE:
                    waiting.append((led, found.depth + 1))
    return found


# --- parts and their numbers ---------------------------------------------------------------------------------------


def _searched(variant, *after):
    """A part: a search and what goes over its classes afterwards."""

    def part():
        found = explore(variant)
        numbers = {"states": len(found.classes), "transitions": len(found.leads), "depth": found.depth}
        for one in after:
            numbers[one.__name__] = one(found)
        return {**numbers, "pairs": found.pairs()}

    return part


def _beside():
    pairs, compared = passes.beside_each_other(SENSING)
    return {"states": pairs, "transitions": compared, "depth": 0, "pairs": []}


PARTS = {
    "blind": _searched("blind", passes.out_of_every_fault, passes.over_the_wrap),
    "blind, long cap": _searched("blind, long cap"),
    "sensing": _searched("sensing", passes.out_of_every_fault),
    "sensing, extended remotely": _searched("sensing, extended remotely"),
    "sensing, finger": _searched("sensing, finger"),
    "two burners": _beside,
}


def less_than_kept(part, numbers):
    """A sentence for each number that is smaller than in explored.json, and for each pair that is missing."""
    kept = json.loads(KEPT.read_text()).get(part, {})
    gone = sorted(set(kept.pop("pairs", [])) - set(numbers["pairs"]))
    fewer = [key for key in kept if numbers[key] < kept[key]]
    return [f"{part}: {key} {numbers[key]}, there were {kept[key]}; if that is meant: {KEEP}" for key in fewer] + [
        f"{part}: {pair} does not happen any more; if that is meant: {KEEP}" for pair in gone
    ]


# --- rows of the table ---------------------------------------------------------------------------------------------

_GUARDS = (
    "ALWAYS NO_SENSOR SENSING AUTO_ARM LEAVES_WARNING EXTEND_ALLOWED EXTEND_LEAVES_WARNING CAUSES_GONE AT_CAP "
    "AT_RAISED_CAP BY_OVERRIDE RELIT_TOO_EARLY ASKED_BEFORE LONGER "
    "BY_ALARM BY_ABSENCE LEFT_IS_SHORT SOONER"
)
GUARDS = {getattr(table, name): name for name in _GUARDS.split()}


def guard_of(row):
    """The name of the guard of the row that begins there, "refused" for -1."""
    return "refused" if row < 0 else GUARDS[table.TABLE[row + table.COL_GUARD]]


def rows():
    """(event, guard, names of the states it counts in) of every row of the firmware's table."""
    at = table.TABLE
    for row in range(0, len(at), table.ROW_BYTES):
        states = [name for state, name in STATES.items() if at[row + table.COL_FROM] >> state & 1]
        yield EVENTS[at[row + table.COL_EVENT]], guard_of(row), states


# --- the report ----------------------------------------------------------------------------------------------------


def _print_rows(pairs):
    print(f"\n{'event':15} {'guard':14} states in which it happened (in brackets: did not)")
    refused = [(event, "refused", list(STATES.values())) for event in EVENTS.values()]
    for event, guard, states in [*rows(), *refused]:
        happened = [f"{state} {event} {guard}" in pairs for state in states]
        if guard != "refused" or any(happened):
            words = [state if there else f"({state})" for state, there in zip(states, happened, strict=True)]
            words = words if guard != "refused" else [word for word in words if word[0] != "("]
            print(f"{event:15} {guard:14} {' '.join(words)}")


def main(arguments=None):
    """Explore the parts that were named, or all. 1 after a violation or where less was reached than before."""
    parser = argparse.ArgumentParser(description="Try every input in every class of states that can be reached.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of: {'; '.join(PARTS)}")
    parser.add_argument("--keep", action="store_true", help="keep the numbers as what must at least be reached")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"{unknown[0]}: no such part; one of: {'; '.join(PARTS)}")
    kept, pairs, less = json.loads(KEPT.read_text()) if KEPT.exists() else {}, set(), []
    print(f"{'part':28} {'states':>7} {'transitions':>12} {'depth':>6} {'CPU s':>6}")
    for part in given.parts or PARTS:
        started_s = time.process_time()
        try:
            numbers = PARTS[part]()
        except Violation as violation:
            print(f"{part}: {violation}")
            return 1
        took_s = time.process_time() - started_s
        line = [f"{key.replace('_', ' ')} {value}" for key, value in list(numbers.items())[3:-1]]
        print(
            f"{part:28} {numbers['states']:7} {numbers['transitions']:12} {numbers['depth']:6} {took_s:6.1f}"
            f"{'  ' if line else ''}{', '.join(line)}",
            flush=True,
        )
        pairs |= set(numbers["pairs"])
        less += [] if given.keep else less_than_kept(part, numbers)
        kept[part] = numbers
    _print_rows(pairs)
    if given.keep:
        KEPT.write_text(json.dumps({part: kept[part] for part in PARTS if part in kept}, indent=1) + "\n")
    for sentence in less:
        print(sentence)
    return 1 if less else 0


if __name__ == "__main__":
    sys.exit(main())
