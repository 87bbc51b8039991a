"""The pin map of wiring/pins.json is the firmware's: defaults, what may sit where, what is refused.

Here: pins.json against limits.py, boot.py and the simulator. Not here: its tables in wiring/README.md (test_docs.py).
"""

import ast
import json

from simulator import run_settings
from tools.docs import ROOT, limits

MAP = json.loads((ROOT / "wiring" / "pins.json").read_text("utf-8"))
ESP32 = set(range(40)) - {20, 24, 28, 29, 30, 31}  # these have no pad or are not led out


def pins_with(*roles):
    return [pin for pin in MAP["pins"] if pin["role"] in roles]


def boot_pins():
    """The pins that boot.py drives low, read from its source."""
    tree = ast.parse((ROOT / "firmware" / "boot.py").read_text("utf-8"))
    loop = next(node for node in ast.walk(tree) if isinstance(node, ast.For))
    return ast.literal_eval(loop.iter)


def test_relays_and_buttons_have_the_default_pins_of_their_burners():
    for role, place in (("relay", 0), ("button", 1)):
        by_burner = {pin["burner"]: pin["pin"] for pin in pins_with(role)}
        assert by_burner == {burner: pair[place] for burner, pair in enumerate(limits.BURNER_PINS)}


def test_everything_else_has_its_default_pin_and_no_burner():
    box = {pin["role"]: pin for pin in MAP["pins"] if pin["role"] not in ("relay", "button", "spare")}
    assert {f"{role}_pin": pin["pin"] for role, pin in box.items()} == dict(limits.BOX_PINS)
    assert all(pin["burner"] is None for pin in box.values())


def test_what_holds_a_contact_sits_on_relay_pins_and_nothing_else_does():
    assert sorted(pin["pin"] for pin in pins_with("relay", "pump")) == sorted(limits.PINS_RELAY)
    others = [pin["pin"] for pin in MAP["pins"] if pin["role"] not in ("relay", "pump")]
    assert sorted(others) == sorted(limits.PINS_OTHER)


def test_the_pump_is_the_last_of_the_relay_pins():
    assert [pin["pin"] for pin in pins_with("pump")] == list(limits.PINS_RELAY[-1:])


def test_every_pin_of_the_chip_is_either_mapped_or_refused_once():
    mapped = [pin["pin"] for pin in MAP["pins"]]
    refused = [pin for row in MAP["refused"] for pin in row["pins"]]
    assert sorted(mapped + refused) == sorted(ESP32)


def test_boot_drives_every_pin_that_holds_a_contact():
    assert sorted(boot_pins()) == sorted(limits.PINS_RELAY)


def test_what_can_hold_a_contact_is_an_output_with_a_low_safe_level():
    for pin in pins_with("relay", "pump"):
        assert (pin["direction"], pin["safe_level"]) == ("out", 0)


def test_every_pin_and_every_refusal_has_a_reason():
    assert all(row["reason"].strip() for row in MAP["pins"] + MAP["refused"])


def test_the_simulator_wires_the_burners_alike():
    assert tuple(run_settings.PINS) == tuple(limits.BURNER_PINS)


def test_every_number_of_the_plant_has_a_source():
    plant = ast.parse((ROOT / "simulator" / "machine" / "plant.py").read_text("utf-8"))
    stove = next(
        node.value
        for node in plant.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "STOVE"
    )
    assert isinstance(stove, ast.Dict)
    text = (ROOT / "wiring" / "README.md").read_text("utf-8")
    sources = text[text.index("## Sources") :]
    told = {key.value for key in stove.keys} - {"bypass"}  # a switch is no number
    assert not {key for key in told if f"`{key}`" not in sources}
