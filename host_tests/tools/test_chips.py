"""Which boards will do, and the settings that each chip gets: plan.py and builds.py without a cable.

Not here: what a deploy does with them (test_deploy.py), which pins suit a chip (test_pins.py).
"""

import json

import pytest

from tools.board import doctor, plan
from tools.board.backup import device_settings, shipped
from tools.board.images import builds

PLAIN = "Generic ESP32 module with ESP32"


@pytest.mark.parametrize("machine, version, why", [
    (PLAIN, "1.29.0", ""), (PLAIN, "1.26.0", ""), (PLAIN, "2.0.0", ""), (PLAIN, "1.25.0", "too old"),
    ("Generic ESP32S3 module with Octal-SPIRAM with ESP32S3", "1.29.0", ""),
    ("ESP32C3 module with ESP32C3", "1.29.0", ""), ("ESP32C6 module with ESP32C6", "1.29.0", ""),
    ("Generic ESP32S2 module with ESP32S2", "1.29.0", "does not know the pins of this chip"),
    ("Raspberry Pi Pico with RP2040", "1.29.0", "does not know the pins of this chip"),
    ("Generic ESP32 module with SPIRAM with ESP32", "1.29.0", "SPIRAM"),
])  # fmt: skip
def test_only_a_chip_whose_pins_are_known_with_a_new_micropython_will_do(machine, version, why):
    wrong = plan.unfit(plan.Survey({}, {}, machine=machine, micropython=version))
    assert why in wrong and bool(why) == bool(wrong)


@pytest.mark.parametrize("package, name", plan._PACKAGES.items())
def test_a_module_with_its_flash_at_gpio16_and_17_is_refused_by_name(package, name):
    for fused in range(8):
        wrong = plan.unfit(plan.Survey({}, {}, machine=PLAIN, micropython="1.29.0", package=fused))
        assert bool(wrong) == (fused in plan._PACKAGES)
        assert fused != package or wrong.startswith(f"{name}: GPIO16 and 17 are its flash")


MACHINES = {
    "ESP32": PLAIN, "ESP32S3": "Generic ESP32S3 module with Octal-SPIRAM with ESP32S3",
    "ESP32C3": "ESP32C3 module with ESP32C3", "ESP32C6": "ESP32C6 module with ESP32C6",
}  # fmt: skip


@pytest.mark.parametrize("chip", MACHINES)
@pytest.mark.parametrize("given, is_on", [({}, True), ({"radio": True}, True), ({"radio": False}, False)])
def test_of_a_radio_without_memory_on_its_chip_the_doctor_says_the_way_out(chip, given, is_on):
    settings = json.dumps({"chip": chip, "burners": [{}], **given}).encode()
    lacks = plan.radio_needs(settings, MACHINES[chip])
    assert bool(lacks) == (is_on and chip in ("ESP32", "ESP32C3"))
    survey = plan.Survey({}, {}, machine=MACHINES[chip], micropython="1.29.0")
    rows = {row.what: row for row in doctor.of_board(survey, settings, "port")}
    assert ("radio" in rows) == bool(lacks) and (not lacks or "set radio to false" in rows["radio"].fix)


@pytest.mark.parametrize("chip", MACHINES)
@pytest.mark.parametrize("build", ["", *builds.BUILDS])
def test_a_board_without_settings_gets_the_shipped_ones_with_its_own_chip_and_those_of_a_build(chip, build):
    data = plan.settings_for(shipped(), MACHINES[chip], build)
    written = json.loads(data)
    assert written.get("chip", "ESP32") == chip and not plan.wrong_chip(data, MACHINES[chip])
    one = device_settings.checked(dict(written))
    assert not build or len(one.burners) == (1 if build == "basic" or chip == "ESP32C3" else 2)
    assert written["timer_default_min"] == json.loads(shipped())["timer_default_min"]
    for other in set(MACHINES) - {chip}:
        assert plan.wrong_chip(data, MACHINES[other]) == f"settings.json: chip: {chip} is not this board's, {other}"
