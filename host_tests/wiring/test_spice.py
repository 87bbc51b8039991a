"""ngspice as the judge: the circuit of wiring.yaml keeps its rules, the models agree with it, and it finds old faults.

Here: decks one by one, the record of all single faults, the simulator's pump and loop beside SPICE. Not here: are the
nets what safety asks (test_wiring.py)? `make spice` runs everything.
"""

import re

import pytest

from host_tests.wiring.test_budget import simulated
from simulator.plant import charge_pump, plant
from wiring import pump
from wiring.budget import Loop
from wiring.source import build
from wiring.spice import __main__ as command
from wiring.spice import faults, loop, parts, ramps, run, sparks, table, tolerances, whole
from wiring.spice.whole import Conditions, Fault

pytestmark = pytest.mark.skipif(bool(run.MISSING), reason=run.MISSING or "")
BASIC, FULL = build("basic"), build("full")
NONE = Fault()
OLD = {"C3": 2.2 / 4.7, "R4": 2.0, "R54": 1e6, "R5": 1.0, "R56": 1.0}  # the pump of the first design


def times(fault=NONE, made=BASIC, stuck="low", **conditions):
    """(key, seconds from the last edge until the coil drops out) of a whole build with one fault."""
    one = run.measured(whole.deck(made, fault, Conditions(stuck=stuck, **conditions)))
    return faults.judged(one, one), faults.times(one, one)["off_" + stuck]


# --- the models ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stuck", ["low", "high"])
def test_spice_lets_the_coils_go_when_the_simulated_pump_does_whatever_level_the_pin_keeps(stuck):
    key, off_s = times(stuck=stuck)
    assert key == "none"
    assert off_s == pytest.approx(pump.drop_out_s(charge_pump.PARTS), rel=0.05)
    assert pump.FROM_S < off_s < pump.TO_S


@pytest.mark.parametrize("aged", [False, True])
def test_budget_and_simulated_stove_drive_the_current_that_spice_finds_joint_by_joint(aged):
    asked = Loop(contact_mohm=20)
    spice_ma = run.measured(loop.current(asked, aged))["loop_a"] * 1000
    assert asked.current_ma(20, aged) == pytest.approx(spice_ma, rel=1e-4)
    if not aged:
        burner = simulated(asked)
        burner.closed, burner.tip_dc = True, float(plant.FLAME_DC)
        assert burner._solve() == pytest.approx(spice_ma, rel=0.05)


def test_the_stove_in_the_decks_is_the_simulated_one():
    ours = plant.STOVE
    assert {
        "emf_v": ours["emf_uv"] / 1e6,
        "tc_ohm": ours["tc_mohm"] / 1e3,
        "coil_ohm": ours["coil_mohm"] / 1e3,
    } == parts.STOVE


def test_every_part_has_a_model():
    assert FULL.parts["K1"].row["coil_ohm"] == parts.COIL_OHM
    for made in (BASIC, FULL):
        assert not list(parts.known(iter(made.parts.values())))


# --- three faults of the first design, red there and found or harmless here -----------------------------------------


def test_a_pump_pin_stuck_high_fed_the_first_design_for_seven_seconds_and_more():
    """There was no R9, and nothing that could see it."""
    _, off_s = times(Fault("open", "R9", ("1",)), stuck="high", factors=OLD)
    assert off_s == float("inf"), "as docs/safety/circuit.md says, like every figure here"
    assert times(stuck="high")[1] == pytest.approx(3.0, abs=0.05)
    key, off_s = times(Fault("open", "R9", ("1",)), stuck="high")
    assert key == "weak" and off_s == pytest.approx(6.2, abs=0.05), "now the supply pin sees that R9 is gone"


def test_a_bridge_to_a_grounded_converter_held_the_valve_and_to_an_isolated_one_does_not():
    bridge = Fault("bridge", "", ("5V", "LOOP_MAG1"), 1.0)
    isolated = whole.deck(FULL, bridge)
    grounded = isolated.replace("\nRfault ", "\nRground n_iso_gnd 0 1m\nRfault ")
    found = [run.measured(deck) for deck in (grounded, isolated)]
    assert found[0]["in_idle_a"] == pytest.approx(4.4, abs=0.05) and faults.judged(found[0], found[0]) == "injects"
    assert found[1]["in_idle_a"] < 1e-7 and faults.judged(found[1], found[1]) != "injects"


def test_ten_megohms_into_the_first_pump_fed_the_coils_for_ever_unseen():
    leak = Fault("bridge", "", ("5V", "PUMP_DC"), whole.LEAK_OHM)
    assert times(leak, factors=OLD)[1] == float("inf")
    key, off_s = times(leak)
    assert off_s == pytest.approx(3.9, abs=0.05) and key == "none"


# --- every single fault, as recorded ----------------------------------------------------------------------------------


def test_the_record_of_single_faults_is_that_of_this_circuit():
    assert faults.recorded()["source"] == faults.source_hash(FULL), "run `make spice`"
    assert list(faults.recorded()["faults"]) == [str(fault) for fault in faults.every(FULL)]


def test_no_single_fault_holds_a_valve_closes_a_contact_or_stays_unseen():
    assert not {name for name, row in faults.recorded()["faults"].items() if row["key"] in faults.NEVER}
    assert max(row["injected_ma"] for row in faults.recorded()["faults"].values()) < 40


def test_every_part_of_both_builds_fails_in_every_way():
    found = faults.recorded()["faults"].values()
    for made in (BASIC, FULL):
        for ref, part in made.parts.items():
            if faults._is_judged(ref):
                kinds = {row["kind"] for row in found if row["ref"] == ref}
                assert kinds >= ({"open"} if ref == "U1" or len(part.pins) < 2 else {"open", "short", "leak"}), ref


def test_whatever_feeds_the_coils_longer_than_four_seconds_is_seen_at_the_supply_pin():
    for name, row in faults.recorded()["faults"].items():
        late = [row[key] for key in ("off_low", "off_high")]
        if any(value == "never" or value > faults.TO_S for value in late):
            # "off": a shorted supply, which the model lets give 25 A, and a real one does not.
            assert row["key"] in ("weak", "bridged", "driver", "off"), name


@pytest.mark.parametrize(
    "file, heading", [("README.md", "## Checks on the table"), ("README.zh-CN.md", "## 桌上的检查")]
)
def test_every_check_that_the_table_names_is_on_the_table(file, heading):
    text = (faults.FILE.parents[1] / file).read_text("utf-8")
    checks = text[text.index(heading) :].split("\n## ")[0]
    named = set(re.findall(r"(?:check|检查) (\d+)", str(table.WORDS)))
    assert named == {"8", "9", "10"}
    assert all(f"\n{number}. " in checks for number in named)


def test_every_finding_has_its_words_and_every_kind_of_fault():
    assert {row["key"] for row in faults.recorded()["faults"].values()} <= set(table.WORDS)
    for english, chinese in table.WORDS.values():
        assert all(english) and all(chinese)


@pytest.mark.parametrize("fault, key", [
    (Fault("short", "Q1", ("s", "d")), "bridged"), (Fault("short", "Q11", ("c", "e")), "driver"),
    (Fault("open", "U3", ("OUT",)), "dead"), (Fault("bridge", "", ("ISO_3V3", "LOOP_MAG1"), 1.0), "bus"),
])  # fmt: skip
def test_the_record_says_what_spice_says(fault, key):
    assert faults.recorded()["faults"][str(fault)]["key"] == key
    low, high = (run.measured(whole.deck(FULL, fault, Conditions(stuck=stuck))) for stuck in ("low", "high"))
    assert faults.judged(low, high) == key


@pytest.mark.long
def test_all_single_faults_again_give_the_record():
    kept = faults.FILE.read_text("utf-8")
    before = faults.recorded()["faults"]
    try:
        again = faults.record(lambda text: None)["faults"]
    finally:
        faults.FILE.write_text(kept, "utf-8")
    assert {name: row["key"] for name, row in again.items()} == {name: row["key"] for name, row in before.items()}


# --- the rules of the circuit ----------------------------------------------------------------------------------------


@pytest.mark.long
def test_every_rule_holds():
    rows = [*command.decks(), command.drawn(40)]
    assert len(rows) > 20
    assert not [row for row in rows if not row[2]]


def test_the_coil_picks_up_warm_at_the_worst_supply_and_a_5_v_coil_would_not():
    deck, needed_v = ramps.hot_coil(BASIC)
    coil_v = run.measured(deck)["coil_v"]
    assert coil_v > needed_v > 3.38 * 1.2
    behind_a_boards_own_socket_v = coil_v - 0.42 - 0.45 * (0.65 - ramps.CABLE_OHM - ramps.BOARD_OHM)
    assert behind_a_boards_own_socket_v < needed_v * 5 / 4.5


def test_a_finger_puts_nothing_into_the_chip_that_its_clamp_cannot_bear():
    bare, kept = (run.measured(sparks.button(FULL, protected))["pin_a"] for protected in (False, True))
    assert bare > 20 and kept < 0.1


def test_the_tolerances_of_the_drawn_controllers_are_those_of_the_arithmetic():
    controllers = tolerances.let_go_s(BASIC, 4, seed=3)
    assert len(controllers) == 4 and pump.FROM_S < controllers[0] < controllers[-1] < pump.TO_S


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_deck_that_ngspice_refuses_is_one_line_with_its_title():
    with pytest.raises(run.SpiceError, match=r"\* wrong: ngspice gave up: .*rror"):
        run.measured(run.deck("wrong", ["R1 a 0 nonsense"], ".op", []))


def test_an_unknown_option_is_one_line(capsys):
    assert command.main(["--fast"]) == 2
    assert capsys.readouterr().err == "spice: the only option is --quick\n"
