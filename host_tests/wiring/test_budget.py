"""The contact budget says what the simulated stove does, judges it in words, and refuses nonsense in one line.

Here: wiring/budget.py against simulator/plant/plant.py, its verdicts, its picture. Not here: the pump (test_pump.py).
"""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from simulator import scenario
from wiring import budget, draw, interposer

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "simulator" / "plant"))
import plant  # noqa: E402

COMMAND = "--emf-mv 25 --coil-mohm 20 --tc-mohm 30 --leads-mm 400 --awg 20 --contact-mohm 15 --hold-ma 150 --drop-ma 80"
GRID = [
    budget.Loop(emf_mv=emf, coil_mohm=coil, tc_mohm=tc, leads_mm=leads, contact_mohm=contact)
    for emf in (8, 12, 18, 25, 30, 40)
    for coil in (12, 20, 25)
    for tc in (20, 35)
    for leads in (0, 200, 400)
    for contact in (1, 15, 60, 200)
]


def simulated(loop, **more):
    """The same stove in the simulator; its leads are whole milliohms there, so they are put in with the contact."""
    return plant.Burner(
        {
            "emf_uv": loop.emf_mv * 1000,
            "coil_mohm": loop.coil_mohm,
            "tc_mohm": loop.tc_mohm,
            "leads_mohm": loop.leads_mohm + loop.joints_mohm,
            "contact_mohm": loop.contact_mohm,
            "magnet_hold_ma": loop.hold_ma,
            "magnet_drop_ma": loop.drop_ma,
            "tip_heat_ms": loop.heat_s * 1000,
            "tip_cool_ms": loop.cool_s * 1000,
            "bounce_ms": 0,
            **more,
        }
    )


def run(burner, ms, done=lambda: False):
    """Let time pass in steps of 1 ms; the time at which `done` was seen first, None for never."""
    for t_ms in range(ms):
        if done():
            return t_ms
        burner.step(1)
    return None


def test_the_defaults_are_the_simulated_stoves_own():
    loop = budget.Loop()
    assert (loop.emf_mv * 1000, loop.tc_mohm, loop.coil_mohm) == (
        plant.STOVE["emf_uv"],
        plant.STOVE["tc_mohm"],
        plant.STOVE["coil_mohm"],
    )
    assert (loop.contact_mohm, loop.hold_ma, loop.drop_ma) == (
        plant.STOVE["contact_mohm"],
        plant.STOVE["magnet_hold_ma"],
        plant.STOVE["magnet_drop_ma"],
    )
    assert (loop.heat_s * 1000, loop.cool_s * 1000) == (plant.STOVE["tip_heat_ms"], plant.STOVE["tip_cool_ms"])
    assert round(replace(loop, leads_mm=200).leads_mohm) == plant.STOVE["leads_mohm"]


def test_every_stove_that_the_simulator_takes_can_be_asked_about():
    for key, ours, factor in (
        ("emf_uv", "emf_mv", 1000),
        ("magnet_hold_ma", "hold_ma", 1),
        ("tip_heat_ms", "heat_s", 1000),
    ):
        low, high = budget.RANGES[ours][:2]
        assert low * factor <= scenario.STOVE[key].low and scenario.STOVE[key].high <= high * factor


def test_plant_and_budget_agree_on_the_current_over_a_grid():
    for loop in GRID:
        burner = simulated(loop)
        burner.closed, burner.tip_dc = True, float(plant.FLAME_DC)
        assert burner._solve() == pytest.approx(loop.current_ma(loop.contact_mohm), rel=1e-12), loop
        assert burner.magnet_uv == pytest.approx(loop.current_ma(loop.contact_mohm) * loop.coil_mohm, abs=1)


@pytest.mark.parametrize(
    "loop", [one for one in GRID if one.leads_mm == 200 and one.coil_mohm == 20 and one.tc_mohm == 35]
)
def test_the_simulated_hand_must_hold_just_as_long_as_the_budget_says(loop):
    found = budget.judge(loop)
    if found.hand_s is None:
        assert not held_after(loop, 60_000)
        return
    due_ms = found.hand_s * 1000
    assert not held_after(loop, due_ms - 10) and held_after(loop, due_ms + 10)


def held_after(loop, hand_ms):
    """Whether the simulated magnet holds after a user was on the knob for so long since the flame."""
    burner = simulated(loop, tip_cool_ms=1e9)
    burner.coil = True
    burner.knob = burner.pressed = True
    run(burner, 5000, lambda: burner.flame)
    run(burner, int(hand_ms))
    burner.let_go()
    burner.step(1)
    return burner.held


def test_the_simulated_stove_closes_after_a_lost_flame_when_the_budget_says():
    loop = budget.Loop()
    burner = simulated(loop)
    burner.closed = burner.coil = burner.held = burner.knob = True
    burner.tip_dc = float(plant.FLAME_DC)
    closed_ms = run(burner, 60_000, lambda: not burner.held)
    assert closed_ms == pytest.approx(budget.judge(loop).closes_s * 1000, abs=5)


@pytest.mark.parametrize("side, held", [(-0.01, True), (0.01, False)])
def test_a_contact_just_above_the_budgets_limit_no_longer_holds(side, held):
    limit = budget.judge(budget.Loop()).most_mohm
    loop = budget.Loop(contact_mohm=limit + side)
    burner = simulated(loop)
    burner.closed, burner.tip_dc = True, float(plant.FLAME_DC)
    assert (burner._solve() >= loop.hold_ma) is held
    assert (budget.judge(loop).verdict != "no") is held


def test_the_leads_have_the_resistance_of_the_wire_tables():
    for awg, ohm_km in ((16, 13.17), (20, 33.31), (24, 84.22)):
        assert budget.Loop(leads_mm=1000, awg=awg).leads_mohm == pytest.approx(ohm_km, rel=0.005)


def test_joints_heat_and_an_old_tip_cost_what_the_cold_formula_hides():
    whole, cold = budget.Loop(), budget.Loop(joints=0, hot_c=20)
    assert cold.current_ma(15) == pytest.approx(319, abs=1) and whole.current_ma(15, aged=True) == pytest.approx(
        181, abs=1
    )
    assert whole.rest_mohm(aged=True) == pytest.approx(30 + 10 + (13.33 + 20) * (1 + 0.00393 * 80), rel=1e-3)


def test_a_relay_of_20_milliohms_is_good_and_one_of_its_data_sheet_is_not():
    assert budget.judge_contact(budget.Loop(), 20) == "good"
    assert budget.judge_contact(budget.Loop(), 50) == "tight"


# --- verdict and advice ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loop, verdict, advice", [
    (budget.Loop(), "good", ""),
    (budget.Loop(contact_mohm=70), "tight", "to do contact"),
    (budget.Loop(contact_mohm=170), "no", "to do contact"),
    (budget.Loop(leads_mm=4000, contact_mohm=5), "no", "to do leads"),
    (budget.Loop(emf_mv=11, leads_mm=10, contact_mohm=1), "tight", "to do old"),
    (budget.Loop(emf_mv=7), "no", "stove"),
])  # fmt: skip
def test_a_verdict_says_what_to_change(loop, verdict, advice):
    found = budget.judge(loop)
    assert (found.verdict, budget.advice(loop, found)) == (verdict, advice)
    for language in (0, 1):
        said = budget.report(loop, language)
        assert len(said) == (7 if verdict == "good" else 8)
        assert not [line for line in said if "{" in line or "nan" in line]


def test_following_the_advice_gives_a_good_contact():
    for loop in GRID:
        found = budget.judge(loop)
        advice = budget.advice(loop, found)
        if advice == "to do contact":
            wanted = budget.wanted_mohm(loop)
            assert budget.judge_contact(loop, wanted - 0.01) == "good" != budget.judge_contact(loop, wanted + 0.01)
            assert loop.contact_mohm > wanted
        if advice == "to do leads":
            assert budget.wanted_mohm(replace(loop, leads_mm=0)) >= 1 > budget.wanted_mohm(loop)
        if advice == "stove":
            assert replace(loop, leads_mm=0, contact_mohm=0.1).current_ma(0) <= loop.hold_ma


def test_a_contact_that_makes_the_hand_wait_too_long_is_tight_even_where_an_old_thermocouple_holds():
    loop = budget.Loop(contact_mohm=30, heat_s=8)
    found = budget.judge(loop)
    assert found.aged_ma > loop.hold_ma and found.extra_s > budget.HAND_MAX_S
    assert found.verdict == "tight"
    assert "longer, too long" in " ".join(budget.report(loop, 0))


# --- command line ----------------------------------------------------------------------------------------------------


def asked(*args):
    command = [sys.executable, "-m", "wiring.budget", *args]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("key", sorted(budget.RANGES))
@pytest.mark.parametrize("bad", ["x", "", "nan", "inf", "-1", "1e9"])
def test_nonsense_is_refused_with_key_value_and_range(key, bad, capsys):
    low, high, unit, _, _ = budget.RANGES[key]
    assert budget.main([f"{budget.option(key)}={bad}"]) == 2
    reported = capsys.readouterr()
    assert reported.out == ""
    assert (
        reported.err
        == f"budget: {budget.option(key)}: {bad} is not a number from {low:g} to {high:g} {unit}".rstrip() + "\n"
    )


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("key", sorted(set(budget.RANGES) - {"hold_ma", "drop_ma"}))
def test_both_ends_of_a_range_are_taken_and_drawn(key, end):
    loop = budget.checked({key: str(budget.RANGES[key][end])})
    assert len(budget.report(loop, 0)) in (7, 8)
    assert budget.picture(loop, 1).endswith("</svg>\n")


@pytest.mark.parametrize("drop, taken", [("149.9", True), ("150", False), ("151", False)])
def test_a_magnet_drops_out_at_less_than_it_holds_with(drop, taken, capsys):
    assert (budget.main(["--drop-ma", drop]) != 2) is taken
    if not taken:
        assert capsys.readouterr().err.startswith(
            f"budget: --drop-ma: {drop} is not from 10 mA to below --hold-ma (150 mA)"
        )


def test_an_unknown_option_or_a_picture_that_cannot_be_written_is_one_line(tmp_path, capsys):
    assert budget.main(["--volts", "3"]) == budget.main(["--plot", str(tmp_path / "no" / "x.svg")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_the_command_of_the_readme_answers_and_draws(tmp_path):
    done = asked(*COMMAND.split(), "--plot", str(tmp_path / "x.svg"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "283 mA, 1.89 times" in done.stdout and "This contact will do" in done.stdout
    assert (tmp_path / "x.svg").read_text("utf-8") == draw.CHARTS["budget.svg"]()


@pytest.mark.parametrize("name", sorted(draw.CHARTS))
def test_a_committed_picture_is_the_one_that_would_be_made(name):
    assert (draw.FOLDER / name).read_text("utf-8") == draw.CHARTS[name](), "run `make wiring`"


def test_the_cable_to_the_stove_has_as_many_joints_as_the_budget_counts():
    assert len(interposer.JOINTS) == budget.Loop().joints
    assert interposer.picture(0).count('class="dot"') == len(interposer.JOINTS) + 2 + len(interposer.THREAD)


def test_the_mark_of_the_picture_stands_where_curve_and_contact_meet():
    svg = budget.picture(budget.Loop(contact_mohm=40), 0)
    dot = re.search(r'<rect x="([\d.]+)" y="([\d.]+)"[^>]*class="dot"', svg)
    x, y = float(dot[1]) + 4, float(dot[2]) + 4
    curve = re.search(r'<path d="M([^"]+)" class="new"/>', svg)[1]
    points = [tuple(map(float, point.split())) for point in curve.split("L")]
    near = min(points, key=lambda point: abs(point[0] - x))
    assert abs(near[0] - x) < 4 and abs(near[1] - y) < 4
