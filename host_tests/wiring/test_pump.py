"""The pulse drive's pump keeps its times over every tolerance, and bridges all that the firmware bridges.

Here: wiring/pump.py, the model it shares with the simulator, the firmware's limits about it. Not here: the nets
(test_wiring.py), whole burns with a pump (scenarios).
"""

import random

import pytest

from curfew.core import limits
from simulator.plant import charge_pump
from simulator.rules import recovery
from wiring import pump
from wiring.source import build

PARTS = charge_pump.PARTS
CORNERS = sorted(pump.corners(PARTS), key=pump.drop_out_s)
FIRST, LAST = CORNERS[0], CORNERS[-1]


def running(parts, ticks=200):
    """The simulated pump after so many ticks of a loop, each of which turned the pin; the last one raised it."""
    made = charge_pump.Pump(parts)
    for tick in range(ticks):
        made.step(limits.TICK_MS)
        made.pin(tick % 2)
    return made


def lets_go_ms(made, most_ms=20_000):
    """How long the pump still feeds the coils without any edge; None for ever."""
    for t_ms in range(0, most_ms):
        made.step(1)
        if not made.on:
            return t_ms + 1
    return None


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [PARTS, FIRST, LAST, *CORNERS[:: len(CORNERS) // 6]])
def test_the_simulated_pump_releases_when_the_arithmetic_says(parts):
    made = running(parts)
    assert made.on
    assert lets_go_ms(made) == pytest.approx(pump.drop_out_s(parts) * 1000, abs=2)


def test_every_corner_releases_later_than_the_longest_stall_and_sooner_than_twice_that():
    assert pump.FROM_S * 1000 == limits.STALL_MAX_MS and pump.TO_S == 2 * pump.FROM_S
    assert pump.drop_out_s(FIRST) > limits.STALL_MAX_MS / 1000 + pump.PERIOD_S
    assert pump.drop_out_s(LAST) < 2 * limits.STALL_MAX_MS / 1000 <= limits.WATCHDOG_MS / 1000
    assert len(CORNERS) == 2 ** len(pump.SPREAD)


def test_no_controller_drawn_lies_outside_of_the_corners():
    times = pump.drawn(PARTS, seed=7, draws=3000)
    assert pump.drop_out_s(FIRST) <= min(times) and max(times) <= pump.drop_out_s(LAST)
    assert max(times) - min(times) > 0.5


def test_equal_seeds_draw_equal_controllers_and_others_do_not():
    assert pump.drawn(PARTS, 3, 50) == pump.drawn(PARTS, 3, 50) != pump.drawn(PARTS, 4, 50)


@pytest.mark.parametrize("index", range(len(pump.SPREAD)))
def test_each_tolerance_counts(index):
    places = [0.5] * len(pump.SPREAD)
    low, high = list(places), list(places)
    low[index], high[index] = 0.0, 1.0
    made = [pump.with_spread(PARTS, at) for at in (low, high)]
    key = pump.SPREAD[index][0]
    reported = (
        charge_pump.thresholds_v if key == "supply_v" else pump.drop_out_s
    )  # that one moves the upper threshold only
    assert reported(made[0]) != reported(made[1])


def test_every_corner_feeds_the_coils_within_the_drives_closing_time():
    assert max(map(pump.filled_ms, CORNERS)) <= 100 < recovery.PUMP_MS


# --- edges and nothing else -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [PARTS, FIRST, LAST])
@pytest.mark.parametrize("level", [0, 1])
def test_a_pin_stuck_at_either_level_releases(parts, level):
    made = running(parts)
    made.pin(level)
    assert pump.FROM_S * 1000 < lets_go_ms(made) + limits.TICK_MS < pump.TO_S * 1000 + limits.TICK_MS
    for _ in range(5000):
        made.pin(level)
        made.step(limits.TICK_MS)
        assert not made.on


@pytest.mark.parametrize("parts", [PARTS, FIRST, LAST])
def test_without_r9_a_pin_stuck_high_would_feed_the_coils_nearly_twice_as_long(parts):
    made = running({**parts, "r9_ohm": 1e12})
    assert made.on
    assert lets_go_ms(made) > 1.8 * pump.drop_out_s(parts) * 1000


def test_only_a_rise_fills():
    made = charge_pump.Pump(PARTS)
    for level, filled in ((0, False), (1, True), (1, False), (0, False), (0, False), (1, True)):
        before_v = made.volts
        made.pin(level)
        made.step(0)
        assert (made.volts > before_v) is filled


def test_between_its_thresholds_the_pump_stays_what_it_was():
    off_v, on_v = charge_pump.thresholds_v(PARTS)
    assert on_v - off_v > 0.5
    for was in (False, True):
        made = charge_pump.Pump(PARTS)
        made.on, made.volts = was, (off_v + on_v) / 2
        made.step(0)
        assert made.on is was


@pytest.mark.parametrize("parts", [FIRST, LAST])
def test_no_leak_within_the_spread_keeps_the_pump_up_and_a_bad_capacitor_would(parts):
    assert pump.drop_out_s(parts) < pump.TO_S
    off_v, _ = charge_pump.thresholds_v(PARTS)
    assert pump.drop_out_s({**PARTS, "leak_a": -off_v / PARTS["r4_ohm"] * 1.01}) == float("inf")


# --- what the firmware believes about it ------------------------------------------------------------------------------


def test_every_series_of_stalls_that_the_firmware_bridges_leaves_the_pump_up():
    assert min(pump.spare_v(corner) for corner in (*CORNERS[:12], PARTS, LAST)) >= pump.SPARE_V


@pytest.mark.parametrize("tick_ms", [200, 400])
def test_a_firmware_that_trusted_the_pump_with_more_would_run_it_dry(tick_ms):
    assert pump.spare_v(FIRST, tick_ms) < 0


def test_no_random_series_of_stalls_is_worse_than_the_worst_found():
    dice = random.Random(5)
    spare = pump.spare_v(FIRST)
    off_v, _ = charge_pump.thresholds_v(FIRST)
    for _ in range(60):
        made, owed_ms, level = running(FIRST), 0, 1
        for _ in range(40):
            stall_ms = limits.TICK_MS * (1 if dice.random() < 0.6 else 1 + int(dice.random() * 100))
            stall_ms = min(stall_ms, limits.STALL_MAX_MS - owed_ms)
            made.step(stall_ms)
            assert made.on and made.volts - off_v >= spare - 1e-9
            owed_ms = max(owed_ms + stall_ms - limits.PUMP_TICK_MS, 0)
            level = 1 - level
            made.pin(level)


def test_the_loop_bridges_by_the_very_account_that_was_searched(core):
    dice = random.Random(11)
    device = core(relay_drive="pulse")
    owed_ms, outcomes = 0, set()
    for _ in range(300):
        stall_ms = limits.TICK_MS * (1 + int(dice.random() ** 4 * 100))
        bridged = owed_ms + stall_ms <= limits.STALL_MAX_MS
        device.step(stall_ms)
        assert (device.controller.step_ms == stall_ms) is bridged
        owed_ms = max(owed_ms + stall_ms - limits.PUMP_TICK_MS, 0) if bridged else 0
        outcomes.add(bridged)
    assert outcomes == {True, False}


# --- the choice -------------------------------------------------------------------------------------------------------


def test_the_parts_list_has_the_parts_of_the_simulated_controller():
    units = {"MΩ": 1e6, "kΩ": 1e3, "µF": 1e-6}
    parts = build("full").parts
    together = {"r4_ohm": 1 / 2, "r5_ohm": 1 / 2, "r6_ohm": 2}  # two in parallel, two in series
    for key in ("c2_f", "c3_f", "r4_ohm", "r5_ohm", "r6_ohm", "r7_ohm", "r9_ohm"):
        number, unit = parts[key[:2].upper()].value.split()
        assert float(number) * units[unit] * together.get(key, 1) == pytest.approx(PARTS[key]), key
    assert all(parts[one].value == parts[other].value for one, other in (("R4", "R54"), ("R5", "R55"), ("R6", "R56")))


@pytest.mark.long
def test_the_parts_of_the_simulated_controller_are_among_the_best():
    found = pump.choose(PARTS)
    assert len(found) > 1 and PARTS in found
    best_v, mine_v = (charge_pump.thresholds_v(parts)[0] for parts in (found[0], PARTS))
    assert mine_v > 0.97 * best_v


@pytest.mark.parametrize("change", [{"r4_ohm": 500e3}, {"r4_ohm": 235e3}, {"r6_ohm": 47e3}, {"c3_f": 2.2e-6}])
def test_other_parts_are_seen_to_be_wrong(change):
    made = sorted(pump.corners({**PARTS, **change}), key=pump.drop_out_s)
    assert pump.drop_out_s(made[0]) < pump.FROM_S or pump.drop_out_s(made[-1]) > pump.TO_S


@pytest.mark.parametrize("language", [0, 1])
def test_the_words_have_all_their_numbers(language):
    said = pump.report(PARTS, language)
    assert len(said) == 5 and not [line for line in said if "{" in line]


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path, capsys):
    assert pump.main(["--plot", str(tmp_path / "no" / "x.svg")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
