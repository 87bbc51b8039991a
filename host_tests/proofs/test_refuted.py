"""A proof that nothing can break proves nothing: each seeded bug and each mutant of the gate is refuted by a contract.

Here: the bugs of simulator/test_seeded_bugs.py and the mutants of tools/mutation, each in a process of its own.
"""

import importlib
import json
import multiprocessing
import sys
from types import ModuleType

import pytest

from host_tests.proofs import limits
from host_tests.proofs.prover import CONFIRMED, contracts, prove
from host_tests.simulator.test_seeded_bugs import BUGS
from tools.build.build import FIRMWARE
from tools.mutation.mutants import mutants
from tools.mutation.mutate import SURVIVORS

LIMIT_S = 60
# Which room, and which of its contracts, refutes a bug.
REFUTED_BY = {
    "a pair of presses overrides": ("button", "let_go"),
    "a grant is kept for the next tick": ("gate", "every_reason"),
    "presses pass the cap, and the gate does not count": ("gate", "every_reason"),
    "no reclose delay at all": ("gate", "every_reason"),
    "a silent sensor is no fault": ("faults", "as_its_row_says"),
    "the clock is believed whatever it says": ("clock", "never_negative"),
    "a press on one burner adds time to all": ("clock", "its_own_button"),
    "a contact counts as open only beside no voltage at all": ("faults", "as_its_row_says"),
    "a flame that no one times is no fault": ("faults", "as_its_row_says"),
    "the deadline is a second late": ("gate", "every_reason"),
    "an exception in the effect of a press": ("burner", "warning"),
    "a remote request counts as a press": ("burner", "idle"),
    "a remote off is dropped while burning": ("burner", "a_burn_ends"),
    "a hold is not taken in the warning": ("burner", "warning"),
    "the wait after a start ends in a burn": ("burner", "verifies"),
    "a fault is shown and nothing happens": ("burner", "a_burn_ends"),
}
# What no contract looks at; the invariants of the simulator catch these.
NAMED = {
    "an alarm is believed after a second only": "a number: limits.py",
    "an alarm is heard and nothing happens": "S19 is no contract",
    "hits in a panic are presses": "S15 is a contract in its hold part only",
    "what seems relit again and again is never a fault": "what the readings mean is proof.py: samples, not contracts",
    "a warm tip is a flame": "what the readings mean is flame.py: samples, not contracts",
    "a warning of five seconds": "S10 is no contract",
    "the loop goes on after an exception": "loop.py has no contract: it waits for the chip",
    "a shut-off by a fault is not recorded": "S13 is no contract",
    "a shut-off keeps the cause of the one before": "S13 is no contract",
    "a press must last longer than a finger does": "a number: limits.py",
    "an acknowledged fault comes back by itself": "test_every_case.py",
    "a restart forgets a fault": "KEPT_FAULTS is a number that the contract takes as it is",
    "a state file of another version is an error": "a file, not a number",
    "the pump goes on beside a stuck driver": "S16 is no contract",
    "broken settings are replaced by a guess": "a file, not a number",
    "the starter checks nothing": "bytes of files; the contracts of the starter begin behind the check",
}


def _verdicts(sources, room, word, answer):
    """In a process of its own: put changed modules in place, then let the contracts of a room judge them."""
    for name in [name for name in sys.modules if name.split(".")[0] == "curfew" or f"proofs.{room}" in name]:
        del sys.modules[name]
    for name, source in sources.items():
        module = ModuleType(name)
        module.__file__ = None
        parent, _, child = name.rpartition(".")
        sys.modules[name] = module
        exec(compile(source, name, "exec"), vars(module))
        setattr(importlib.import_module(parent), child, module)
    found = contracts(importlib.import_module(f"host_tests.proofs.{room}"))
    verdicts = (prove(one, LIMIT_S) for name, one in found.items() if word in name)
    answer.send(next((verdict for verdict in verdicts if verdict != CONFIRMED), CONFIRMED))


def verdict(sources, room, word=""):
    """What the contracts of a room whose name has the word say of changed sources: module name to text."""
    there, here = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_verdicts, args=(sources, room, word, here))
    process.start()
    here.close()
    try:
        return there.recv()
    except EOFError:
        return "the program does not even start"
    finally:
        process.join()


def refutes(said):
    return said.startswith(("EXEC_ERR", "POST_FAIL", "the program"))


def changed(changes):
    texts = {}
    for path, old, new in changes:
        name = path.removesuffix(".py").replace("/", ".")
        text = texts.get(name) or (FIRMWARE / path).read_text("utf-8")
        assert text.count(old) == 1
        texts[name] = text.replace(old, new)
    # limits and table first: those that others import
    return dict(sorted(texts.items(), key=lambda one: (not one[0].endswith("table"), one[0])))


@pytest.mark.long
@pytest.mark.parametrize("bug", REFUTED_BY)
def test_a_contract_refutes_the_seeded_bug(bug):
    room, word = REFUTED_BY[bug]
    said = verdict(changed(BUGS[bug][2:]), room, word)
    assert refutes(said), said


def test_every_seeded_bug_is_refuted_or_named():
    assert sorted([*REFUTED_BY, *NAMED]) == sorted(BUGS)


GATE = FIRMWARE / "curfew" / "core" / "safety.py"
ALIKE = {
    (one["where"], one["before"], one["after"])
    for one in json.loads(SURVIVORS.read_text("utf-8"))
    if one["file"].endswith("core/safety.py")
}


@pytest.mark.sample(8)
@pytest.mark.parametrize("mutant", mutants(GATE.read_text("utf-8")), ids=lambda one: f"{one.line} {one.after}"[:60])
def test_a_contract_refutes_the_mutant_of_the_gate(mutant):
    said = verdict({"curfew.core.safety": mutant.source}, "gate")
    equal = (mutant.where, mutant.before, mutant.after) in ALIKE  # the same program: so the contracts say, too
    assert (said == CONFIRMED) if equal else refutes(said), f"{mutant}: {said}"


LIMITS = FIRMWARE / "curfew" / "core" / "limits.py"


def said(source):
    names = {}
    exec(compile(source, "limits", "exec"), names)
    return {name: value for name, value in names.items() if name.isupper()}


def test_every_mutant_of_the_limits_contradicts_what_was_written_apart_or_is_named():
    source = LIMITS.read_text("utf-8")
    sound = said(source)
    assert limits.contradicted(sound) == set()
    unseen = set()
    for mutant in mutants(source):
        try:
            found = said(mutant.source)
            if not limits.contradicted(found):
                unseen |= {name for name in sound if sound[name] != found.get(name)}
        except (ValueError, TypeError):
            pass  # it does not even start
    assert sorted(unseen) == sorted(" ".join(limits.NAMED.values()).split())
