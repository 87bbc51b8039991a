"""The millivolt thresholds of limits.py, tried over the whole range of stoves that makers and measurements name.

A stove that holds its own valve must be recognised as burning, and as out when it is out; any other must never fault.
"""

import itertools
import json

import pytest

from simulator import play, run, scenario

EMF_UV = (12000, 15000, 20000, 25000, 32000)
COIL_MOHM = (12, 25)
TC_MOHM = (20, 35)
CONTACT_MOHM = (5, 25)
TIP_HEAT_MS = (2000, 8000)
STOVES = list(itertools.product(EMF_UV, COIL_MOHM, TC_MOHM, CONTACT_MOHM, TIP_HEAT_MS))


def cook(emf_uv, coil_mohm, tc_mohm, contact_mohm, tip_heat_ms):
    """Light, hold the knob for 20 s, cook, blow the flame out at 1:20; the Result."""
    text = {
        "name": "calibration",
        "until": "0:04:00",
        "stove": {
            "emf_uv": emf_uv,
            "coil_mohm": coil_mohm,
            "tc_mohm": tc_mohm,
            "contact_mohm": contact_mohm,
            "tip_heat_ms": tip_heat_ms,
        },
        "events": [
            {"at": "0:00:15", "do": "noise", "uv": 30},
            {"at": "0:00:20", "do": "light", "hold_s": 20},
            {"at": "0:01:20", "do": "blow_out"},
        ],
        "expect": [{"throughout": ["0:00:11", "0:04:00"], "fault": None}],
    }
    planned = scenario.parse(json.dumps(text), json.loads((run.SOURCES / "settings.json").read_text()))
    verdict = play.play(planned, vm="cpython")
    assert verdict.passed, verdict
    return verdict.result


@pytest.mark.sample(6)
@pytest.mark.parametrize("stove", STOVES, ids=lambda stove: "-".join(map(str, stove)))
def test_every_stove_that_holds_its_valve_is_seen_burning_and_seen_out(stove):
    result = cook(*stove)
    burning = result.at(0, 79000)
    if burning["gas"] == "off":  # this loop does not carry the magnet, with or without a controller
        assert stove[0] <= 15000
        return
    assert burning["state"] == "BURNING"
    assert result.at(0, 239000)["state"] == "IDLE"
    assert [shutoff["cause"] for shutoff in result.shutoffs(0)] == ["FLAME_OUT"]
    assert result.shutoffs(0)[0]["t_ms"] < 80000 + 60000
