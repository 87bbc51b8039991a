"""The rows of the fault table alone: which readings raise a fault, and which ones end its cause.

Here: each condition beside its limit, on numbers that are said. Not here: how readings become them (sensing), what a
raised fault does (test_faults.py).
"""

from types import SimpleNamespace

import pytest

from curfew.core import faults, limits
from curfew.core.codes import PENDING, PROVED, REFUTED, UNTESTABLE

FLAME_MIN_UV = 3000
FLAME_DIE_MS = 90_000


def judged(
    closed=False, contact=UNTESTABLE, live=0, cleared_ms=0, out=False, cooled=False, uv=FLAME_MIN_UV, flat=True,
    hot_ms=FLAME_DIE_MS, die_ms=FLAME_DIE_MS, back_ms=0, stale_ms=0, sensor=True, stuck=False,
):  # fmt: skip
    """What a row looks at of a burner: one that is hot without a reason, and whose contact and sensor are sound."""
    trend = SimpleNamespace(uv=uv, is_flat=lambda: flat, is_cooled=lambda: cooled)
    return SimpleNamespace(
        wants_closed=lambda: closed,
        sensor=sensor,
        button=SimpleNamespace(is_stuck=lambda: stuck),
        config=SimpleNamespace(flame_min_uv=FLAME_MIN_UV),
        settings=SimpleNamespace(flame_die_ms=FLAME_DIE_MS),
        proof=SimpleNamespace(contact=contact, die_ms=die_ms),
        flame=SimpleNamespace(
            trend=trend, is_out=lambda: out, live_count=live, cleared_ms=cleared_ms, hot_ms=hot_ms, back_ms=back_ms,
            is_stale=lambda ms: stale_ms >= ms,
        ),
    )  # fmt: skip


def row(name, present, **seen):
    """What the row of a fault says; present: whether its cause was there until now."""
    code = faults.FAULTS.split().index(name)
    found = faults.FAULT_ROWS[code](judged(**seen), present << code)
    assert found is not None
    return bool(found)


LIVE = limits.LIVE_READINGS


@pytest.mark.parametrize("seen, raised", [
    ({"contact": REFUTED}, True),
    ({"contact": REFUTED, "live": 0, "out": True}, True),
    ({"contact": PROVED}, False),
    ({"live": LIVE}, True),
    ({"live": LIVE - 1}, False),
    ({"live": LIVE, "contact": PROVED}, True),  # it was open, and is not any more
    ({"live": LIVE, "contact": PENDING}, False),  # the proof goes on, and says it better
    ({"live": LIVE, "closed": True}, False),
])  # fmt: skip
def test_a_contact_is_welded_when_a_proof_or_three_live_readings_say_so(seen, raised):
    assert row("CONTACT_WELDED", False, **seen) == raised


@pytest.mark.parametrize("seen, stays", [
    ({"cleared_ms": limits.WELD_CLEARED_MS - 1}, True),
    ({"cleared_ms": limits.WELD_CLEARED_MS}, False),
    ({"cleared_ms": 0, "out": True}, False),
    ({"cleared_ms": limits.WELD_CLEARED_MS, "contact": REFUTED, "live": LIVE}, False),
])  # fmt: skip
def test_a_weld_ends_when_a_hot_tip_drove_no_current_for_a_second_or_the_tip_is_cold(seen, stays):
    assert row("CONTACT_WELDED", True, **seen) == stays


@pytest.mark.parametrize("seen, raised", [
    ({}, True),
    ({"uv": FLAME_MIN_UV - 1}, False),
    ({"flat": False}, False),
    ({"hot_ms": FLAME_DIE_MS - 1}, False),
    ({"die_ms": FLAME_DIE_MS - 1}, False),
    ({"hot_ms": FLAME_DIE_MS - 1, "die_ms": FLAME_DIE_MS + 1}, False),
    ({"hot_ms": FLAME_DIE_MS + 1, "die_ms": FLAME_DIE_MS + 1}, True),
    ({"cooled": True}, False),
    ({"out": True}, False),
    ({"closed": True}, False),
])  # fmt: skip
def test_a_flame_persists_when_a_tip_stays_hot_and_level_until_it_had_to_be_out(seen, raised):
    assert row("FLAME_PERSISTS", False, **seen) == raised


@pytest.mark.parametrize("seen, stays", [
    ({"uv": 0, "flat": False, "hot_ms": 0}, True),
    ({"cooled": True}, False),
    ({"out": True}, False),
    ({"closed": True, "cooled": True, "out": True}, True),  # says nothing about the last one
])  # fmt: skip
def test_a_persisting_flame_ends_when_the_tip_has_cooled_or_is_cold(seen, stays):
    assert row("FLAME_PERSISTS", True, **seen) == stays


@pytest.mark.parametrize("seen, raised", [
    ({"stale_ms": limits.STALE_MS}, True),
    ({"stale_ms": limits.STALE_MS - 1}, False),
    ({"stale_ms": limits.STALE_MS, "sensor": False}, False),
])  # fmt: skip
def test_a_fitted_sensor_has_failed_when_it_is_silent_for_too_long(seen, raised):
    assert row("SENSOR_FAILED", False, **seen) == raised


@pytest.mark.parametrize("back_ms, stays", [(limits.SENSOR_BACK_MS - 1, True), (limits.SENSOR_BACK_MS, False)])
def test_a_sensor_is_trusted_again_after_a_second_without_a_gap(back_ms, stays):
    assert row("SENSOR_FAILED", True, back_ms=back_ms) == stays


@pytest.mark.parametrize("present", [False, True])
@pytest.mark.parametrize("stuck", [False, True])
def test_a_button_is_stuck_while_it_is(present, stuck):
    assert row("BUTTON_STUCK", present, stuck=stuck) == stuck


def test_a_new_set_says_nothing_of_its_own():
    one = faults.FaultSet(0)
    assert (one.raised, one.present, one.reported, one.locked, one.tested, one.mute_ms) == (0, 0, 0, False, False, 0)


def test_of_what_was_stored_only_what_has_a_row_is_still_present():
    one = faults.FaultSet((1 << faults.FAULT_COUNT) - 1)
    assert one.present == 0b1111 == (1 << len(faults.FAULT_ROWS)) - 1
