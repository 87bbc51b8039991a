"""Fail every call: the N-th that the firmware makes of pins, buses, clock, lock, collector and flash, once or for ever.

Here: which scripts, pins that never obey again, and bugs that must be caught. Not here: choosing and failing the calls
(io_failures.py), what has to come of it (aftermath.py).
"""

import pytest

from host_tests.crash.crash_scenarios import LOADER_S, PRESSED, SCRIPTS, Script, raises
from host_tests.crash.forked_device import FIRMWARE, apart, reported_by
from host_tests.crash.io_failures import STEADY, fail_every, survey
from host_tests.fixtures.seeded_firmware import seeded
from simulator.inside import MODULES
from simulator.result import parse

BOOT_MS = MODULES["chips"].BOOT_MS

NAMES = (
    "two burners",
    "nothing happens",
    "by the button alone, pulse drive",
    "services that die, block and are refused",
    "starts that fail, and a cable",
)
BY_NAME = {script.name: script for script in SCRIPTS}
KINDS = {
    "Pin", "Pin.value", "I2C", "I2C.writeto", "I2C.readfrom_mem_into", "PWM", "PWM.freq", "PWM.duty_u16", "WDT",
    "WDT.feed", "RTC.memory", "NeoPixel.write", "machine.reset", "time.ticks_ms", "time.sleep_ms", "lock.acquire",
    "lock.release", "gc.collect", "_thread.start_new_thread", "flash.open", "flash.read", "flash.write", "flash.flush",
    "flash.rename",
}  # fmt: skip


def wrong_in(verdicts):
    return [f"{what}\n    {verdict}" for what, verdict in verdicts if verdict]


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", NAMES)
def test_a_call_that_fails_once_opens_every_contact_or_is_borne(name):
    chosen, calls = survey(BY_NAME[name])
    verdicts = fail_every(chosen, BY_NAME[name], forever=False)
    assert wrong_in(verdicts) == []
    assert len(verdicts) == len(chosen) < calls


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", NAMES)
def test_a_call_that_fails_for_ever_leaves_no_contact_closed_and_never_spins(name):
    chosen = [call for call in survey(BY_NAME[name])[0] if call[2] != STEADY]  # once it is for ever, this is no other
    verdicts = fail_every(chosen, BY_NAME[name], forever=True)
    assert wrong_in(verdicts) == []
    assert len(verdicts) == len(chosen)


@pytest.mark.long
def test_every_kind_of_call_is_among_those_that_fail():
    chosen = [call for name in NAMES for call in survey(BY_NAME[name])[0]]
    assert {name.split("(")[0] for _, name, _ in chosen} == KINDS


# --- pins that never obey again ------------------------------------------------------------------------------------


def ended(*ends):
    """Two contacts conduct, the first one's pin does not go low any more, and then something ends this."""
    return Script("a pin", 8, (*PRESSED.events, *ends), burners=2, sensor=False)


ENDS = {
    "off": (6, "hold", 0, {"ms": 1000}),
    "an error": (6, "raise", 0, raises("WDT.feed", "RuntimeError")),
    "a cable": (6, "raise", 0, raises("WDT.feed", "KeyboardInterrupt")),
}
END_MS = 6000 + round(LOADER_S * 1000)
OFF_MS = 900  # a hold of 0.8 s, and the relay
OPENED_MS = 30


def shutoffs_of(script, firmware=FIRMWARE):
    """When each contact opened, in milliseconds; a list a burner."""
    result = parse(apart(reported_by, script, firmware))
    return [[line["t_ms"] for line in result.shutoffs(burner)] for burner in range(2)]


@pytest.mark.parametrize("end", ENDS)
def test_a_relay_pin_that_does_not_go_low_becomes_an_input_and_takes_no_other_with_it(end):
    script = ended((5.5, "pin_refuses", 0, {"init": False}), ENDS[end])
    (one,), other = shutoffs_of(script)
    assert 0 <= one - END_MS <= (OFF_MS if end == "off" else OPENED_MS)
    assert other == [one]


def test_a_relay_pin_that_refuses_everything_is_opened_by_the_start_after_the_reset():
    (one,), other = shutoffs_of(ended((5.5, "pin_refuses", 0, {"init": True}), ENDS["an error"]))
    assert 0 <= one - END_MS - 700 - BOOT_MS <= OPENED_MS
    assert len(other) == 1 and 0 <= other[0] - END_MS <= OPENED_MS


# --- bugs that must be caught --------------------------------------------------------------------------------------


def test_a_controller_that_restarts_without_a_pause_is_caught(tmp_path):
    firmware = seeded(tmp_path, ("program.py", "5000 if loop is None else 700", "5000 if loop is None else 1"))
    feeds = [call for call in survey(PRESSED, firmware)[0] if call[1] == "WDT.feed"]
    assert any("it spins" in verdict for _, verdict in fail_every(feeds, PRESSED, True, firmware))


def test_a_pin_that_is_not_made_an_input_is_caught(tmp_path):
    firmware = seeded(tmp_path, ("curfew/hardware/relay.py", "pin.init(Pin.IN)", "pass"))
    one, _ = shutoffs_of(ended((5.5, "pin_refuses", 0, {"init": False}), ENDS["a cable"]), firmware)
    assert one == []
