"""Random cooks hold every invariant, and a failure prints a small scenario file that fails by itself.

Here: the search, small; what is printed, with a firmware that is broken on purpose. Not here: what is drawn
(random_cooks.py), the shrinking itself (cook.py). Longer: pytest -k random_cooks --hypothesis-profile=search
"""

import json
import sys

import hypothesis
import pytest

from host_tests.simulator.random_sessions import ACTS, RandomCooks, search
from host_tests.simulator.session import pasted, smallest
from host_tests.simulator.test_seeded_bugs import with_bug
from simulator import __main__ as command
from simulator import inside, run, run_settings, scenario, words
from simulator.times import parse_time

STEPS = 16
COOKS = 16  # without another profile


def count(cooks):
    """So many cooks under `make test`, or as many as the profile of a long search says."""
    profile = hypothesis.settings()
    return cooks if profile.derandomize else profile.max_examples


@pytest.mark.sample(1)
@pytest.mark.parametrize("cooks", [16, 4])
def test_random_cooks_hold_every_invariant(cooks):
    search(RandomCooks, count(cooks), STEPS)


def test_everything_that_a_scenario_can_do_is_drawn_with_all_its_arguments():
    # But for what is done to programs on the flash: these cooks have none there, and begin without the starter.
    known = {do: set(args) for do, args in scenario.ACTS.items() if do not in words.SLOT_ACTS}
    assert {do: set(args) for do, args in ACTS.items()} == known


# --- what a failure prints -------------------------------------------------------------------------------------------

AFAR_IS_A_PRESS = {"core/burner.py": [("            return REMOTE_ARM\n", "            return PRESSED\n")]}


def test_a_broken_firmware_is_found_and_told_as_a_small_scenario_that_fails(tmp_path, monkeypatch, capsys):
    firmware = with_bug(tmp_path, AFAR_IS_A_PRESS)
    with monkeypatch.context() as patch, pytest.raises(AssertionError) as found:
        patch.syspath_prepend(str(firmware))
        patch.setattr(sys, "dont_write_bytecode", False)  # compile it once
        search(RandomCooks, 200, 8, derandomize=True)
    wrong, _, text = str(found.value).partition("\n{")
    assert wrong.startswith("S3: ")
    file = tmp_path / "pasted.json"
    file.write_text("{" + text)
    assert len(json.loads(file.read_text())["events"]) == 1, "not as small as it can be"

    given = ["run", str(file), "--vm", "cpython"]
    assert command.main(given) == command.HELD, "red without the bug"
    monkeypatch.setattr(run, "SOURCES", firmware)
    capsys.readouterr()
    assert command.main(given) == command.FAILED
    assert wrong.splitlines()[0].split(": ", 1)[1] in capsys.readouterr().out


def test_shrinking_leaves_what_it_takes_and_nothing_else():
    def fails(top):
        acts = [event["do"] for event in top["events"]]
        late = parse_time(top["until"]) > parse_time(top["events"][-1]["at"]) + 2000 if acts else False
        return "press" in acts and acts[-1] == "hold" and top["settings"].get("warning_s") == 15 and late

    acts = ("light", "press", "weld", "press", "unweld", "hold", "knob_off", "hold")
    events = [{"at": f"0:0{minute}:07.020", "do": do, "burner": 0} for minute, do in enumerate(acts)]
    top = {"name": "long", "until": "0:30:00", "settings": {"warning_s": 15, "auto_arm": True}, "events": events}
    assert fails(top)
    assert smallest(top, fails) == {
        "name": "long",
        "until": "0:00:05.040",
        "settings": {"warning_s": 15},
        "events": [{"at": "0:00:00.020", "do": "press"}, {"at": "0:00:00.040", "do": "hold"}],
    }


def nameless(lines):
    """The lines without what the world of a test runs otherwise: program.py's greeting, the inside of a traceback."""
    return [line for line in lines if not line.startswith(("#console Curfew ", "#console  "))]


def test_a_scenario_file_tells_line_by_line_what_the_cook_told():
    class Twice(RandomCooks):
        """Every cook once more, by the simulator, from the text that would be pasted."""

        def teardown(self):
            super().teardown()
            again = scenario.parse(pasted(self.cook.top), run_settings.shipped()).plan
            assert nameless(inside.run(again)) == nameless(self.cook.box.lines)

    search(Twice, 4, STEPS)
