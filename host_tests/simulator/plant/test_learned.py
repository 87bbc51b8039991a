"""Commissioning of simulated stoves over the published ranges: what is learned has its margins, and it serves.

Here: simulator/learned.py. Not here: the form of readings (test_measured.py), disturbed kitchens (test_kitchens.py).
"""

import json
import math
import random

import pytest

from simulator import learned, measured, run_settings, scenario
from simulator.campaign import kitchens
from simulator.campaign.generator import Rng
from simulator.play import play_inside

LIT_S, REACTION_S, NOISE_UV = 60, 0.3, 20
ZERO_UV = (-600, 400)  # offsets of the two sides
# A low flame must not be taken for none before it was learned.
FIRST = {"timer_default_min": 90, "burners": [{"loaded_on_uv": 1000, "loaded_off_uv": 500, "flame_lost_percent": 5}]}


def drawn(seed):
    """(stove, percent of its smallest flame, seconds until its tip stands still)."""
    stove, full_ma = kitchens._stove(Rng(seed))
    percent = max(22, int(100 * kitchens.SPARE * stove["magnet_drop_ma"] / full_ma))
    return stove, percent, 6 * max(stove["tip_heat_ms"], stove["tip_cool_ms"]) / 1000


def played(stove, settings, events, until_s):
    at = [{"at": scenario.show_time(round(s * 1000)), **event} for s, event in events]
    text = {"name": "x", "until": scenario.show_time(round(until_s * 1000)), "stove": stove, "settings": settings}
    wanted = scenario.parse(json.dumps({**text, "events": at}), run_settings.shipped(), samples=True)
    verdict = play_inside(wanted)
    assert verdict.failed_invariants == []
    return verdict.result


def lit(stove, percent, still_s):
    """A burn, turned down to the smallest flame: its events, and when that stands still."""
    hold_s = 3 + 3 * stove["tip_heat_ms"] / 1000
    down_s = LIT_S + hold_s + still_s
    events = [(LIT_S, {"do": "light", "hold_s": round(hold_s, 3)}), (down_s, {"do": "simmer", "percent": percent})]
    return events, down_s + still_s


def commissioned(stove, percent, still_s, seed):
    """The readings of a commissioning: knob off, OFF at the click."""
    events, off_s = lit(stove, percent, still_s)
    events.append((off_s, {"do": "knob_off"}))
    until_s = off_s + 2 * still_s
    result = played(stove, FIRST, events, until_s)
    click_ms = next(
        line["t_ms"] for line in result.by_burner[0] if line["t_ms"] > off_s * 1000 and line["gas"] == "off"
    )
    events.append((click_ms / 1000 + REACTION_S, {"do": "hold", "s": 1.5}))
    result = played(stove, FIRST, events, until_s)
    noise = random.Random(seed)
    found = []
    for t_ms, _, _, *levels in result.samples:
        uv = [level + zero + noise.randint(-NOISE_UV, NOISE_UV) for level, zero in zip(levels, ZERO_UV, strict=True)]
        found.append((t_ms / 1000, *uv, int(result.at(0, t_ms)["contact"] == "closed")))
    return found


QUICK = 5  # the seed of the stove whose tip stands still first


@pytest.mark.parametrize("seed", [pytest.param(n, marks=pytest.mark.long if n != QUICK else ()) for n in range(1, 41)])
def test_what_a_commissioning_learned_has_its_margins_and_the_burner_lives_on_it(seed):
    stove, percent, still_s = drawn(seed)
    found, _ = learned.learned(commissioned(stove, percent, still_s, seed))
    full_ma = stove["emf_uv"] / sum(stove[key] for key in ("tc_mohm", "coil_mohm", "leads_mohm", "contact_mohm"))
    low_uv = full_ma * percent / 100 * (stove["coil_mohm"] + stove["contact_mohm"])
    for key, zero_uv in zip(("zero_tc_uv", "zero_magnet_uv"), ZERO_UV, strict=True):
        assert found[key] == pytest.approx(zero_uv, abs=NOISE_UV)
    if percent <= 85:
        assert found["loaded_off_uv"] <= 0.55 * low_uv and found["loaded_on_uv"] <= 0.9 * low_uv
        assert 0.6 <= found["flame_min_uv"] / (stove["emf_uv"] * percent / 100) <= 0.9
    if "magnet_hold_uv" in found:
        # More where the controller took the flame for lost before the click.
        assert 1.7 <= found["magnet_hold_uv"] / (stove["magnet_drop_ma"] * stove["coil_mohm"]) <= 3
    half_s = stove["tip_cool_ms"] / 1000 * math.log(2)
    assert found["flame_die_s"] >= max(30, 1.3 * half_s)
    burns(stove, percent, still_s, found)
    if stove["emf_uv"] * percent / 100 >= 4000:
        sticks(stove, percent, still_s, found)


def taught(found):
    return {**learned.as_settings(found, 1), "timer_default_min": 90}


def offsets():
    return [(0, {"do": "offset", "uv": uv, "side": side}) for uv, side in zip(ZERO_UV, ("tc", "magnet"), strict=True)]


def burns(stove, percent, still_s, found):
    """The smallest flame is held, the release sound comes, and a knob that is turned off is seen."""
    events, off_s = lit(stove, percent, still_s)
    result = played(stove, taught(found), [*offsets(), *events, (off_s, {"do": "knob_off"})], off_s + 3 * still_s)
    lines = result.by_burner[0]
    assert result.at(0, round(off_s * 1000))["state"] == "BURNING"
    assert any(line["sound"] == "LET_GO" for line in lines) and not any(line["fault"] for line in lines)
    assert [line["cause"] for line in result.shutoffs(0)] == ["FLAME_OUT"] and lines[-1]["state"] == "IDLE"


def sticks(stove, percent, still_s, found):
    """A valve that sticks on the smallest flame is shown in the time of S14."""
    events, off_s = lit(stove, percent, still_s)
    events = [*offsets(), *events, (off_s - 1, {"do": "valve_sticks"}), (off_s, {"do": "hold", "s": 1})]
    due_s = off_s + 1 + found["flame_die_s"] + kitchens.SEEN_MS / 1000
    assert played(stove, taught(found), events, due_s + 5).at(0, round(due_s * 1000))["fault"] == "FLAME_PERSISTS"


# ---- readings that say less ----------------------------------------------------------------------------------------


def rows(low_uv=4000, drop_uv=600, zero_uv=0):
    """A burn of 10 mV by hand: 20 s cold, full, low, a fall to the click, cold again; magnet side half of the other."""
    level = [0] * 20 + [10_000] * 30 + [low_uv] * 30
    while level[-1] > 2 * drop_uv:
        level.append(round(level[-1] * 0.95))
    closed = len(level)
    level += [round(2 * level[-1] * 0.9**s) for s in range(60)]
    return [(t, uv + zero_uv, uv // 2 if 20 <= t < closed else 0, int(20 <= t < closed)) for t, uv in enumerate(level)]


def test_a_step_that_was_skipped_leaves_its_setting_and_says_so():
    found, notes = learned.learned(rows(low_uv=10_000))
    assert not {"loaded_off_uv", "flame_min_uv"} & set(found) and "magnet_hold_uv" in found
    assert "smallest flame: not shown, its thresholds stay as they are" in notes
    found, notes = learned.learned(rows(drop_uv=2000))
    assert "magnet_hold_uv" not in found and any("no drop-out was shown" in note for note in notes)


@pytest.mark.parametrize("zero_uv, kept", [(2000, False), (2001, True), (-2001, True)])
def test_a_value_outside_of_its_range_is_refused_and_the_old_one_stays(zero_uv, kept):
    found, notes = learned.learned(rows(zero_uv=zero_uv))
    assert ("zero_tc_uv" not in found) == kept
    assert any(f"zero_tc_uv: {zero_uv} is not from -2000 to 2000, it stays" in note for note in notes) == kept


def test_the_ranges_are_those_of_the_firmware():
    from curfew.core import limits

    known = {row[0]: row[2:] for row in (*limits.BURNER, *limits.SETTINGS)}
    assert {key: known[key] for key in learned.RANGES} == learned.RANGES


def test_the_command_prints_settings_and_the_margins_beside_them(tmp_path, capsys):
    path = tmp_path / "readings.csv"
    lines = [",".join(map(str, (t, 1, *levels))) for t, *levels in rows()]
    path.write_text("\n".join([measured.MARK + "a test", measured.HEAD, *lines]))
    assert learned.main([str(path), "--burner", "2"]) == 0
    said = capsys.readouterr()
    settings = json.loads(said.out)
    assert settings["burners"][0] == {} and settings["burners"][1]["magnet_hold_uv"] == pytest.approx(1200, rel=0.1)
    assert "2.7 times the level" in said.err
    assert learned.main([str(path)]) == 2 and capsys.readouterr().err.count("\n") == 1
