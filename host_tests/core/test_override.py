"""Pairs of presses: the question, its light and its answer, and what an override may do to the time.

Here: burner.py with the rows of the override. Not here: the rhythm (test_button.py), its end (test_deadline.py).
"""

from curfew.core import codes, signals
from host_tests.core.test_table import in_state


def test_a_pair_from_idle_starts_the_time_and_asks(core):
    device = core()
    device.pair()
    assert (device.state(), device.sound()) == ("BURNING", "ASK")
    assert device.left_ms() > 39 * 60_000


def test_the_override_is_void_when_the_question_was_not_asked(core):
    device = in_state(core, "ARMED")
    refused = device.one().refused
    device.pair()
    device.one()._happen(codes.FLAME_SEEN, 0)
    device.one()._happen(codes.OVERRIDE_PRESSED, 0)
    assert (device.state(), device.one().refused) == ("BURNING", refused + 3)


def test_the_question_is_not_carried_into_the_next_burn(core):
    device = in_state(core, "BURNING", sensor=False, reclose_hold_s=3)
    device.pair()
    device.off()
    device.until(lambda: device.state() == "IDLE")
    device.press()
    device.one()._happen(codes.OVERRIDE_PRESSED, 0)
    assert (device.state(), device.sound()) == ("BURNING", "NO")


def test_the_question_shows_for_five_seconds_and_not_over_a_new_state(core):
    device = in_state(core, "BURNING")
    device.pair()
    assert device.one().light == signals.L_ASK
    device.run(s=4)
    assert device.one().light == signals.L_ASK
    device.run(s=1)
    assert device.one().light == signals.L_BURNING
    device.pair()
    device.off()
    assert device.one().light == signals.L_VERIFYING


def test_presses_in_the_override_bring_the_timer_back_and_may_ask_again(core):
    device = in_state(core, "OVERRIDE")
    device.pair()
    assert (device.state(), device.sound()) == ("BURNING", "ASK")


def test_an_override_in_the_warning_starts(core):
    device = in_state(core, "WARNING")
    device.override()
    assert device.state() == "OVERRIDE"


def test_an_override_never_leaves_less_time_than_there_was(core):
    device = in_state(core, "BURNING", override_max_min=5)
    device.override()
    assert device.state() == "OVERRIDE"
    assert device.left_ms() > 30 * 60_000


def test_an_override_at_the_cap_is_refused_with_no(core):
    device = in_state(core, "BURNING", burn_max_min=40, timer_max_min=40, override_max_min=35)
    device.override()
    assert (device.state(), device.sound()) == ("BURNING", "NO")
