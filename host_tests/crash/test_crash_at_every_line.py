"""Crash at every line: an exception at each line that the firmware executes, once and for ever.

Here: which exceptions, that no line and no handler is left out, and bugs that must be caught. Not here: the scripts
(short_cooks.py), what has to come of a crash (aftermath.py), who catches what (crash.py).
"""

import ast

import pytest

from host_tests.crash.crash import FIRMWARE, HANDLERS, break_every, handlers, lines, share_out, text
from host_tests.crash.crash_scenarios import PRESSED, SCRIPTS
from host_tests.fixtures.seeded_firmware import seeded

# Lines that no script reaches, by file and text, and why.
NEVER = {
    (
        "curfew/core/burner.py",
        "self.faults.reported |= 1 << faults.PROGRAM_CORRUPT",
    ): "only a program that contradicts itself",
    ("curfew/core/burner.py", "self._judge_faults()"): "the same; the other such line is reached",
    (
        "curfew/core/schema.py",
        "fits, wanted = judge(value, row)  # type: ignore[misc]  # such rows come with a judge",
    ): "only network.json has rows of other kinds",
    ("curfew/core/faults.py", "return False"): "acknowledging stands behind a guard that asks the same",
    ("curfew/runtime/snapshot.py", "return"): "the simulator's services never hold the lock while the loop runs",
    (
        "curfew/storage/files.py",
        "return False",
    ): "nor does the loop run, and take its leave back, within a round of theirs",
    ("curfew/services/persistence.py", "self._restart = True"): "only who comes over the network asks for a restart",
    ("curfew/services/persistence.py", "return self._memory.seq[0]"): "or for the number of the last shut-off",
    (
        "curfew/runtime/supervisor.py",
        "link.trial[0] = TRIAL_FAILED",
    ): "ten minutes pending; the other such line is reached",
    (
        "curfew/services/update/slots.py",
        "from curfew.storage import files",
    ): "only who comes over the network brings a program",
    ("curfew/services/update/slots.py", 'build = "?"'): "the starter has just read that file",
    ("curfew/services/update/slots.py", "except (OSError, ValueError, IndexError):"): "the same",
    (
        "curfew/services/update/slots.py",
        'return "b" if here == "a" else "a"',
    ): "only who comes over the network brings one",
    (
        "curfew/services/update/slots.py",
        'return files.replace(SLOT_PATH, ["active " + here, "trial %s new %s" % (other(), way)], flash_allowed)',
    ): "the same",
    ("starter.py", "except Exception:"): "a chip that refuses its speed; test_starter.py looks at it",
    ("starter.py", "pass"): "a chip that refuses its speed; test_starter.py looks at it",
    ("starter.py", 'return "", ""'): "a controller without a program never comes back; test_starter.py looks at it",
    ("curfew/runtime/loop.py", "self.link.figures[2] = 0"): "only who comes over the network saves settings",
    ("curfew/runtime/loop.py", "controller.player.play(S_CHANGED, 0)"): "the same",
    ("curfew/hardware/relay.py", "self._enables[index].value(0)"): "only an OFF that comes in the middle of a tick",
    ("curfew/__init__.py", "module.__dict__.clear()"): "only MicroPython",
    ("curfew/core/settings.py", 'raise wrong("chip", chip, "this board\'s, " + here)'): "only a chip knows what it is",
    ("curfew/hardware/ads1115.py", "break"): "the line before leads on, and CPython reports no line",
    ("program.py", "from curfew.services import improv"): "only a chip with a radio",
    ("program.py", "if improv.serve():"): "the same",
    ("program.py", "machine.reset()"): "the same",
    (
        "program.py",
        "micropython.alloc_emergency_exception_buf(100)  # for what an error in a tick says: there the heap is locked",
    ): "only a chip",
    ("program.py", "from curfew.hardware.clock import Clock"): "only a chip",
    ("program.py", "clock = Clock()"): "only a chip",
    ("starter.py", 'advice = "Curfew needs %d bytes of Python heap, this board has %d." % (HEAP_BYTES, heap)'): (
        "too little memory; test_starter.py looks at it"
    ),
    ("curfew/services/thread.py", "_serve(persistence, link, clock, settings, network)"): "only a chip with a radio",
}
RADIO = {  # only a chip with a radio runs these
    "curfew/services/thread.py": ("_start_radio", "_serve", "_report"),
    "curfew/storage/series.py": ("before", "forget"),
    "curfew/runtime/supervisor.py": ("hurry",),
    "curfew/runtime/loop.py": ("open_at_once",),
}
# Handlers of what no one else raises: they are reached by their own way.
OWN = {
    ("program.py", "main", "loop.Restart"),
    ("curfew/core/settings.py", "load", "Invalid"),
    ("curfew/core/settings.py", "load", "UnicodeError"),
}
ONCE = [RuntimeError, KeyboardInterrupt, OSError, MemoryError]
FOR_EVER = [RuntimeError, MemoryError]


@pytest.fixture(scope="session")
def shares():
    """Which lines are broken in which script, by name."""
    return {script.name: share for script, share in zip(SCRIPTS, share_out(SCRIPTS), strict=True)}


def of_the_radio():
    """(file, text) of every line that only a chip with a radio runs."""
    every = set()
    for name, functions in RADIO.items():
        nodes = ast.walk(ast.parse((FIRMWARE / name).read_text("utf-8")))
        first_lines = {node.lineno for node in nodes if getattr(node, "name", None) in functions}
        found = [numbers for (file, first), numbers in lines().items() if file.endswith(name) and first in first_lines]
        every |= {(name, text(FIRMWARE / name, number)) for numbers in found for number in numbers}
    return every


@pytest.mark.long
def test_every_line_is_reached_by_a_script_or_it_is_said_why_not(shares):
    reached = set().union(*(part for share in shares.values() for part in share))
    every = {(file, number) for (file, _), numbers in lines().items() for number in numbers}
    missed = {(file[len(str(FIRMWARE)) + 1 :], text(file, number)) for file, number in every - reached}
    assert missed == set(NEVER) | of_the_radio()


def test_of_every_handler_it_is_said_what_it_is_there_for():
    assert handlers() == set(HANDLERS) | OWN


def wrong_in(verdicts):
    return [f"{what}\n    {verdict}" for (_, what), verdict in verdicts if verdict]


def all_is_well(share, script, errors, forever):
    verdicts, left = break_every(share, script, errors, forever)
    assert wrong_in(verdicts) == []
    assert left == []
    broken = {what for (error, what), _ in verdicts if error == errors[0].__name__}  # some lines have two functions
    assert len(broken) == sum(map(len, share))


@pytest.mark.long
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_thrown_once_at_any_line_every_contact_opens_and_the_controller_comes_back(shares, script):
    all_is_well(shares[script.name], script, ONCE, forever=False)


# What is thrown for ever comes after two resets, and the first of them would end a trial.
PROVED = [script for script in SCRIPTS if b"trial" not in script.files.get("slot.txt", b"")]


@pytest.mark.long
@pytest.mark.parametrize("script", PROVED, ids=lambda script: script.name)
def test_thrown_whenever_a_line_comes_by_nothing_conducts_and_the_controller_is_unstable(shares, script):
    all_is_well(shares[script.name], script, FOR_EVER, forever=True)


NEAR_THE_CONTACTS = ("loop.py", "relay.py")


@pytest.mark.parametrize("forever", [False, True], ids=["once", "whenever it comes by"])
def test_thrown_near_the_contacts_alone_it_is_borne_as_well(forever):
    share = [{line for line in part if line[0].endswith(NEAR_THE_CONTACTS)} for part in share_out([PRESSED])[0]]
    all_is_well(share, PRESSED, FOR_EVER if forever else ONCE, forever)


# --- bugs that must be caught --------------------------------------------------------------------------------------

TICK = "                self.tick(now_ms)\n"
SWALLOWED = f"                try:\n    {TICK}                except Exception:\n                    pass\n"
ON_THE_WAY_OUT = "                self.relays.open_all()\n"
BUGS = {
    "the loop swallows what is raised": (False, [("curfew/runtime/loop.py", TICK, SWALLOWED)]),
    "no one opens on the way out": (
        False,
        [
            ("curfew/runtime/loop.py", ON_THE_WAY_OUT, "                pass\n"),
            ("program.py", "                loop.relays.open_all()", "                pass"),
        ],
    ),
    "abnormal starts are not counted": (
        True,
        [("curfew/runtime/rtc_memory.py", "min(self.buffer[AT_RESETS] + 1, 255)", "self.buffer[AT_RESETS]")],
    ),
    "a cable gets no time": (False, [("program.py", "machine.WDT(timeout=600000)", "pass")]),
    "every end is a clean one": (True, [("program.py", "sys.print_exception(error)", "loop and loop.end_clean()")]),
}


def a_few(firmware):
    """Every third line of what a press starts and of the lights, as far as PRESSED gets there."""
    of_functions = ("def show(", "def _start_over(")
    places = [
        (file, numbers)
        for (file, first), numbers in lines(firmware).items()
        if text(file, first).startswith(of_functions)
    ]
    few = {(file, number) for file, numbers in places for number in sorted(numbers)[::3]}
    return [part & few for part in share_out([PRESSED], firmware)[0]]


@pytest.mark.sample(1)
@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_on_the_way_out_is_caught_by_crashing_at_a_press_and_in_the_lights(tmp_path, bug):
    forever, changes = BUGS[bug]
    firmware = seeded(tmp_path, *changes)
    errors = [KeyboardInterrupt] if "cable" in bug else [RuntimeError]
    verdicts, _ = break_every(a_few(firmware), PRESSED, errors, forever, firmware)
    assert len(verdicts) > 8
    assert wrong_in(verdicts)
