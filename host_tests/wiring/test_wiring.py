"""wiring.yaml is the firmware's pin map and two sound circuits.

Here: pins against the firmware's table, settings.json and the simulator; nets, parts and cables against what safety
asks of them. Not here: the drawings (test_wiring_drawings.py), the tables in the documents (test_docs.py).
"""

import ast
import json
import re

import pytest

from docs.generator import ROOT
from docs.generator.firmware import pins as table
from simulator import run_settings
from wiring import draw, source, tables
from wiring.hardware import __main__ as hardware
from wiring.model import WiringError
from wiring.source import BUILDS, build
from wiring.spice import __main__ as spice

MAP = source.source()
ESP32 = set(range(40)) - {20, 24, 28, 29, 30, 31}  # these have no pad or are not led out


def pins_with(*roles):
    return [pin for pin in MAP["pins"] if pin["role"] in roles]


def device_pins():
    """Those that have a default: an input from outside is not fitted until the settings name it."""
    return [
        pin for pin in MAP["pins"] if pin["role"] not in ("relay", "button", "spare", "supply", "alarm", "presence")
    ]


RELAYS, BUTTONS, DEVICE, OTHERS, *_ = table.row(table.PLAIN)
BURNERS = tuple(zip(RELAYS, BUTTONS, strict=True))
DEVICE_PINS = dict(zip(table.DEVICE_PINS, DEVICE, strict=True))


def test_relays_and_buttons_have_the_default_pins_of_their_burners():
    for role, place in (("relay", 0), ("button", 1)):
        by_burner = {pin["burner"]: pin["pin"] for pin in pins_with(role)}
        assert by_burner == {burner: pair[place] for burner, pair in enumerate(BURNERS)}


def test_everything_else_has_its_default_pin_and_no_burner():
    device = {pin["role"]: pin for pin in device_pins()}
    assert {f"{role}_pin": pin["pin"] for role, pin in device.items()} == DEVICE_PINS
    assert all(pin["burner"] is None for pin in device.values())


def test_what_holds_a_contact_sits_on_relay_pins_and_nothing_else_does():
    assert sorted(pin["pin"] for pin in pins_with("relay", "pump")) == sorted([*RELAYS, DEVICE_PINS["pump_pin"]])
    others = [pin["pin"] for pin in MAP["pins"] if pin["role"] not in ("relay", "pump", "supply", "alarm", "presence")]
    assert sorted(others) == sorted([*OTHERS, DEVICE_PINS["buzzer_pin"]])


def test_every_pin_of_the_chip_is_either_mapped_or_refused_once():
    mapped = [pin["pin"] for pin in MAP["pins"]]
    refused = [pin for row in MAP["refused"] for pin in row["pins"]]
    assert sorted(mapped + refused) == sorted(ESP32)


def test_what_is_known_of_a_chip_agrees_with_the_pins_that_are_refused_on_the_plain_one():
    plain, *_ = MAP["chips"]
    refused = {pin for row in MAP["refused"] for pin in row["pins"]}
    assert set(plain["strapping"] + plain["flash"] + plain["console"]) <= refused
    assert not {pin["pin"] for pin in pins_with("relay", "pump", "button")} & set(plain["inputs"])
    assert [row["chip"].replace("-", "") for row in MAP["chips"]] == list(table.CHIPS)
    assert all(row["sources"] and row["glitches"]["en"] and row["glitches"]["zh"] for row in MAP["chips"])


@pytest.mark.parametrize("row", MAP["chips"], ids=lambda row: row["chip"])
def test_what_the_firmware_refuses_on_a_chip_is_what_is_known_of_it(row):
    chip = row["chip"].replace("-", "")
    relays, _, device, _, inputs, _ = table.row(chip)
    kinds = table.CHIPS[chip].split("/")[0]
    refused = {pin for pin, kind in enumerate(kinds) if kind.isupper()} | set(inputs)
    known = {pin for key in ("strapping", "flash", "usb", "console", "inputs", "noisy") for pin in row[key]}
    assert refused == known
    assert not known & {*relays, *device}


def test_what_can_hold_a_contact_is_an_output_with_a_low_safe_level():
    for pin in pins_with("relay", "pump"):
        assert (pin["direction"], pin["safe_level"]) == ("out", 0)


def test_every_pin_and_every_refusal_has_a_reason():
    assert all(row[tongue].strip() for row in MAP["pins"] + MAP["refused"] for tongue in ("en", "zh"))


def test_the_simulator_wires_the_burners_alike():
    assert tuple(run_settings.PINS) == BURNERS


def test_the_shipped_settings_have_the_default_pins():
    shipped = json.loads((ROOT / "firmware" / "settings.json").read_text("utf-8"))
    for pair, burner in zip(BURNERS, shipped["burners"], strict=False):
        assert (burner["relay_pin"], burner["button_pin"]) == pair
    assert not {*table.DEVICE_PINS, "chip"} & set(shipped), "the defaults are meant"


SHIPPED_DRIVE = json.loads((ROOT / "firmware" / "settings.json").read_text("utf-8"))["relay_drive"]


# --- the two builds ------------------------------------------------------------------------------------------------


@pytest.fixture(params=BUILDS)
def made(request):
    return build(request.param)


def ohms(part):
    number, unit = re.fullmatch(r"([\d.]+) ([kM]?)Ω", part.value).groups()
    return float(number) * {"": 1, "k": 1000, "M": 1000000}[unit]


def between(made, one, other, kind):
    """The parts of a kind, by the letter of their ref, whose two pins are on these nets."""
    return [
        part
        for part in made.parts.values()
        if part.ref.startswith(kind) and {made.net_of(f"{part.ref}.{pin}") for pin in part.pins} == {one, other}
    ]


def test_the_firmware_accepts_the_settings_of_a_build(made):
    from curfew.core import settings

    shipped = json.loads((ROOT / "firmware" / "settings.json").read_text("utf-8"))
    wanted = settings.parse(json.dumps({**shipped, **made.settings}))
    assert len(wanted.burners) == made.burners
    assert all(config.sensor == ("sensor" in made.groups) for config in wanted.burners)


def test_every_pin_of_the_chip_does_what_the_pin_map_says(made):
    chip = table.row(made.settings.get("chip", table.PLAIN))
    merged = {**dict(zip(table.DEVICE_PINS, chip[table.AT_DEVICE], strict=True)), **made.settings}
    roles = {"PIXEL": "pixel_pin", "BUZZER": "buzzer_pin", "SDA": "sda_pin", "SCL": "scl_pin", "PUMP": "pump_pin"}
    roles |= {"CLK": "display_clk_pin", "DIO": "display_dio_pin", "HOOD": "hood_pin"}
    merged |= {f"{pin['role']}_pin": pin["pin"] for pin in pins_with("supply", "alarm", "presence")}
    if made.name == "c3":
        merged["supply_pin"] = max(set(chip[table.AT_OTHERS]) - {*chip[table.AT_DEVICE], *chip[table.AT_BUTTONS]})
    roles |= {role.upper(): f"{role}_pin" for role in ("supply", "alarm", "presence")}
    expected = {net: merged[key] for net, key in roles.items() if net in made.nets}
    for number, burner in enumerate(made.settings["burners"], 1):
        expected |= {f"RELAY{number}": burner["relay_pin"], f"BUTTON{number}": burner["button_pin"]}
    found = {net: int(pin[3:]) for net, pins in made.nets.items() for pin in pins if re.fullmatch(r"U1\.\d+", pin)}
    assert found == expected


def test_an_undriven_pin_leaves_the_contact_open(made):
    for number in range(1, made.burners + 1):
        assert len(between(made, f"RELAY{number}", "GND", "R")) == 1
        assert made.net_of(f"Q{number}1.e") == "GND"
        assert made.net_of(f"Q{number}1.c") == made.net_of(f"K{number}.-")
        assert len(between(made, f"RELAY{number}", f"BASE{number}", "R")) == 1


def test_every_coil_has_its_diode_the_right_way_round(made):
    for number in range(1, made.burners + 1):
        assert made.net_of(f"D{number}1.k") == made.net_of(f"K{number}.+")
        assert made.net_of(f"D{number}1.a") == made.net_of(f"K{number}.-")


def test_in_every_build_each_coil_hangs_on_the_pump_and_on_its_own_driver(made):
    assert made.settings["relay_drive"] == "pulse" if "relay_drive" in made.settings else SHIPPED_DRIVE == "pulse"
    coils = {part for number in range(1, made.burners + 1) for part in (f"K{number}", f"D{number}1")}
    assert {pin.partition(".")[0] for pin in made.nets["VCOIL"]} == {"Q1", "R51", *coils}
    assert (made.net_of("Q1.s"), made.net_of("Q1.g")) == ("5V", made.net_of("U3.OUT"))
    assert len(between(made, "5V", "PUMP_OUT", "R")) == 1, "without the comparator the coils have nothing"


def test_a_pump_pin_that_is_stuck_feeds_nothing(made):
    """Between the pin and the stored charge lie a capacitor and a diode that lets nothing back."""
    (inlet,) = between(made, "PUMP", "PUMP_AC", "R")
    assert 3300 / ohms(inlet) <= 20, "mA, what the pin gives at most"
    assert len(between(made, "PUMP_AC", "PUMP_MID", "C")) == 1
    assert {"C2", "D2", "R9"} == {pin.partition(".")[0] for pin in made.nets["PUMP_MID"]}
    assert [made.net_of(f"D2.{pin}") for pin in "amk"] == ["GND", "PUMP_MID", "PUMP_DC"]
    assert len(between(made, "PUMP_DC", "GND", "C")) == 1
    assert len(between(made, "PUMP_MID", "GND", "R")) == 1, "else C2 hangs parallel to C3 while the pin is high"
    assert made.net_of("U3.IN-") == "PUMP_DC", "charged means a low output, and that switches Q1 on"


def test_what_ends_the_charge_is_there_twice_and_fed_by_what_it_guards(made):
    for one, other, kind in (("PUMP_DC", "GND", "R"), ("5V", "PUMP_REF", "R")):
        assert len(between(made, one, other, kind)) == 2, (one, other)
    assert made.net_of("U3.VDD") == made.net_of("R5.1") == "5V", "without the comparator's supply there is no reference"


def test_the_chip_sees_the_coils_supply_and_never_more_than_it_bears(made):
    top, middle, bottom = (ohms(made.parts[ref]) for ref in ("R51", "R52", "R53"))
    for supply_v, whole in ((4.2, (top + middle,)), (5.25, (top + middle,)), (5.25, (top, middle))):
        for upper in whole:
            seen_v = supply_v * bottom / (upper + bottom)
            assert seen_v > 0.75 * 3.3
            assert (seen_v - 3.6) / min(top, middle) < 1e-5, "A into the pin's own clamp, with one of them short"


def test_every_contact_at_a_cable_has_resistor_capacitor_clamp_and_pull_up(made):
    inlets = {f"BUTTON{n}": f"PRESS{n}" for n in range(1, made.burners + 1)}
    inlets |= {"ALARM": "ALARM_IN", "PRESENCE": "PRESENCE_IN"} if "inputs" in made.groups else {}
    for inside, outside in inlets.items():
        assert [ohms(part) for part in between(made, inside, outside, "R")] == [1000]
        assert [part.value for part in between(made, inside, "GND", "C")] == ["10 nF"]
        assert [ohms(part) for part in between(made, "3V3", inside, "R")] == [10_000]
        assert len(between(made, outside, "GND", "D")) == 1


def test_contact_and_bypass_lie_in_series_between_thermocouple_and_magnet(made):
    for number in range(1, made.burners + 1):
        sides = {made.net_of(f"TC{number}.inner"), made.net_of(f"MG{number}.inner")}
        assert len(sides) == 2
        for ref, one, other in ((f"K{number}", "11", "14"), (f"K{number}", "21", "24"), (f"S{number}1", "1", "2")):
            assert {made.net_of(f"{ref}.{one}"), made.net_of(f"{ref}.{other}")} == sides


def test_nothing_but_contact_bypass_and_sense_resistors_touches_the_loop(made):
    allowed = {"X", "K", "S"} | ({"R"} if "sensor" in made.groups else set())
    for net, pins in made.nets.items():
        if net.startswith("LOOP_"):
            end = "TC" if net.startswith("LOOP_TC") else "MG"
            assert {re.match("[A-Z]+", pin)[0] for pin in pins} == allowed | {end}, net


def test_no_fault_behind_the_sense_leads_can_hold_a_magnet(made):
    leads = [part for part in made.parts.values() if re.fullmatch(r"R[1-4][34]", part.ref)]
    for part in leads:
        ends = sorted(made.net_of(f"{part.ref}.{pin}").partition("_")[0] for pin in part.pins)
        assert ends == ["LOOP", "SENSE"]
    injected_ma = sum(5000 / ohms(part) for part in leads) / made.burners  # both leads of a burner at 5 V
    assert injected_ma <= 1, "drop-out is some 80 mA"


def test_a_broken_sense_lead_reads_zero(made):
    for number in range(1, made.burners + 1) if "sensor" in made.groups else ():
        for side in ("TC", "MAG"):
            net = f"SENSE_{side}{number}"
            assert [ohms(part) for part in between(made, net, "ISO_GND", "R")] == [1000000]
            assert [part.value for part in between(made, net, "ISO_GND", "C")] == ["100 nF"]


def test_the_converter_has_the_channels_that_the_scanner_reads(made):
    for number in range(1, made.burners + 1) if "sensor" in made.groups else ():
        assert made.net_of(f"U2.A{2 * (number - 1)}") == f"SENSE_TC{number}"
        assert made.net_of(f"U2.A{2 * (number - 1) + 1}") == f"SENSE_MAG{number}"
        assert made.net_of("U2.ADDR") == made.net_of("U2.GND"), "address 0x48, the first of ads1115.ADDRESSES"


def test_nothing_of_the_controller_is_joined_to_the_stove_but_contact_and_isolated_side(made):
    """Following every part but those that isolate, no net of loop or stove reaches the controller's supply."""
    barriers = {"relay": ("11", "12", "14", "21", "22", "24"), "isolator": ("VCC2", "SDA2", "SCL2", "GND2"),
                "isolated supply": ("VOUT+", "VOUT-")}  # fmt: skip
    sides = []
    for ref, part in made.parts.items():
        nets = {pin: net for net, pins in made.nets.items() for pin in pins if pin.startswith(ref + ".")}
        far = {f"{ref}.{pin}" for pin in barriers.get(part.row.get("model"), ())}
        sides += [
            {net for pin, net in nets.items() if pin in far},
            {net for pin, net in nets.items() if pin not in far},
        ]
    reached = {"CHASSIS"}
    while more := {net for side in sides if side & reached for net in side} - reached:
        reached |= more
    assert not reached & {"GND", "5V", "3V3", "VCOIL"}
    assert {f"LOOP_TC{n}" for n in range(1, made.burners + 1)} < reached
    on_stove = {pin.partition(".")[0] for pin in made.nets["CHASSIS"]}
    assert on_stove == ({"E1"} if "sensor" in made.groups else set()) | {
        ref for ref in made.parts if ref[:2] in ("TC", "MG")
    }


def test_the_bus_rises_within_the_300_ns_of_400_khz_on_both_sides_of_the_isolator():
    full, farad = build("full"), 100e-12  # assumed: chips, tracks and the converter's board have less
    for net, supply in (("SDA", "3V3"), ("SCL", "3V3"), ("ISO_SDA", "ISO_3V3"), ("ISO_SCL", "ISO_3V3")):
        (pull_up,) = between(full, net, supply, "R")
        assert 0.85 * ohms(pull_up) * farad < 300e-9 < 0.85 * 10_000 * farad


def test_nothing_that_must_not_see_five_volts_is_fed_with_them(made):
    for pin, net in (("U2.VDD", "ISO_3V3"), ("U5.VCC1", "3V3"), ("U5.VCC2", "ISO_3V3"), ("DS1.VCC", "3V3")):
        if pin.partition(".")[0] in made.parts:
            assert made.net_of(pin) == net


def test_cables_join_every_net_that_is_on_several_boards(made):
    for net, pins in made.nets.items():
        boards = {made.parts[pin.partition(".")[0]].board for pin in pins}
        reached = {min(boards)}
        for _ in made.cables:
            for cable in made.cables:
                if net in cable.nets and {cable.start, cable.end} & reached:
                    reached |= {cable.start, cable.end}
        if net != "CHASSIS":  # the stove's own body
            assert boards <= reached, net


def test_every_part_says_why_what_to_look_for_and_costs_something_unless_it_is_the_stoves():
    for row in MAP["parts"]:
        assert set(row) <= {
            *("refs", "group", "board", "value", "pins", "price_usd", "price_at", "en", "zh", "makers", "sources"),
            *("model", "footprint", "pads", "order", "lcsc", "bears_v", "bears_ma", "bears_w", "coil_ohm"),
        }, row["refs"]
        for tongue in ("en", "zh"):
            assert set(row[tongue]) == {"name", "reason", "look_for"}, row["refs"]
            assert all(row[tongue].values()), row["refs"]
        assert re.search("[\u4e00-\u9fff]", row["zh"]["reason"]) and not re.search("[\u4e00-\u9fff]", str(row["en"]))
        assert (row["price_usd"] > 0) == (row["refs"][0] not in ("TC{n}", "MG{n}")), row["refs"]
        assert all(maker["source"].startswith("https://") for maker in row["makers"])


def test_a_part_is_named_with_the_value_that_it_has_on_the_schematic():
    for row in MAP["parts"]:
        for word in row.get("value", "").replace("½ ", "").split("  "):
            assert word in row["en"]["name"] and word in row["zh"]["name"], row["refs"]


@pytest.mark.parametrize("name, most_usd", [("basic", 27), ("c3", 27), ("full", 47)])
def test_everything_that_one_must_buy_costs_less_than_it_may(name, most_usd):
    made = build(name)
    counted = {row["en"]: count for row, count in tables.fittings(made)}
    assert counted["socket for the ESP32 board"] == (0 if name == "c3" else 2)
    assert counted["cable to the stove: wire, tabs, ferrules, gland"] == made.burners
    headers = sum(count for words, count in counted.items() if words.startswith("header"))
    assert headers == sum(cable.at == "J" + cable.name and len(cable.nets) > 1 for cable in made.cables)
    free = [ref for ref, part in made.parts.items() if not part.row["price_usd"]]
    assert sorted(free) == sorted(f"{kind}{n}" for kind in ("MG", "TC") for n in range(1, made.burners + 1))
    assert 20 < tables.price_usd(made) < most_usd


def test_two_makers_of_the_relay_are_named():
    (relay,) = [row for row in MAP["parts"] if row["refs"] == ["K{n}"]]
    assert len({maker["maker"] for maker in relay["makers"]}) == 2


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        (
            "{net: HOOD_1, with: inputs, pins: [U8.1, X53.1]}",
            "{net: HOOD_1, with: inputs, pins: [U8.1]}",
            "net HOOD_1: only",
        ),
        (
            "{net: BUZZER_OUT, pins: [R2.2, BZ1.1]}",
            "{net: BUZZER_OUT, pins: [R2.2, BZ1.3]}",
            "BZ1.3: net BUZZER_OUT: no part",
        ),
        ("pins: [R1.2, LED1.din]", "pins: [R1.2, LED1.din, BZ1.1]", "BZ1.1: on net PIXEL_IN and on net BUZZER_OUT"),
        ("open: [LED1.dout, ", "open: [", "LED1.dout: on no net"),
        (
            "{pin: 18, role: relay",
            "{pin: 5, role: relay",
            "basic, ESP32: U1.5: net RELAY1: not one of the pins 18, 19, 23, 33 of an ESP32: it is strapping",
        ),
        (
            "relay: [4]",
            "relay: [18]",
            "c3, ESP32C3: U1.18: net RELAY1: not one of the pins 4 of an ESP32C3: it is high at power-up",
        ),
        ("button: [3]", "button: [4]", "c3, ESP32C3: U1.4: on net RELAY1 and on net BUTTON1; a pin has one function"),
        (
            "value: 100 Ω\n    bears_w: 0.125",
            "value: 100 Ω\n    bears_w: 0.1",
            "basic, ESP32: R2 (resistor 100 Ω): nets BUZZER and BUZZER_OUT: up to 0.12 W, bears 0.1 W",
        ),
        ("value: 180 Ω", "value: 100 Ω", "full, ESP32: R67 (resistor 180 Ω): nets ISO_NEG and ISO_GND: up to 0.4 W"),
        ('bears_v: {"+": 10}', 'bears_v: {"+": 4}', "C1.+ (capacitor 220 µF): net 5V: up to 5.25 V, bears 4 V"),
        ('bears_v: {"1": 50}', 'bears_v: {"1": 3}', "C13.1 (capacitor 10 nF): net BUTTON1: up to 3.4 V, bears 3 V"),
        ("bears_v: {VDD: 5.5}", "bears_v: {VDD: 5}", "U3.VDD (comparator MCP6541): net 5V: up to 5.25 V, bears 5 V"),
        ('bears_v: {"+": 6.7}', 'bears_v: {"+": 4.5}', "K1.+ (signal relay): net VCOIL: up to 5.25 V, bears 4.5 V"),
        (
            "coil_ohm: 145",
            "coil_ohm: 10",
            "Q11.c (NPN transistor BC337-40 or alike): net COIL1: up to 525 mA, bears 500 mA",
        ),
        (
            "bears_ma: {A: 50}",
            "bears_ma: {A: 5}",
            "U8.A (photo relay AQY212EH or alike): net HOOD_LED: up to 10 mA, bears 5",
        ),
        ("value: 2.2 kΩ", "value: 0.22 kΩ", "U5.SDA1 (digital isolator for I2C): net SDA: up to 15 mA, bears 3.5 mA"),
        (
            '{net: HOOD, with: inputs, pins: ["U1.{hood}", R66.1]}',
            '{net: HOOD, with: inputs, pins: ["U1.{hood}", U8.A]}',
            "U8.A: on net HOOD and on net HOOD_LED",
        ),
        ("    bears_v: {k: 75}\n    bears_ma: {a: 200}\n", "", "D11 (diode 1N4148): no rating"),
        ("nets: [5V, GND], colors: [RD, BK]", "nets: [5V, PIXEL], colors: [RD, BK]", "cable W1: net PIXEL has nothing"),
    ],
)
def test_a_source_that_contradicts_itself_is_refused_by_name(monkeypatch, tmp_path, before, after, complaint):
    text = source.FILE.read_text("utf-8")
    assert before in text
    monkeypatch.setattr(source, "FILE", tmp_path / "wiring.yaml")
    source.FILE.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(WiringError, match=re.escape(complaint)):
        for name in BUILDS:
            build(name)


@pytest.mark.parametrize("command", [draw.main, lambda: spice.main(["--quick"]), hardware.main])
def test_each_command_refuses_a_wrong_source_in_one_line(monkeypatch, tmp_path, capsys, command):
    text = source.FILE.read_text("utf-8")
    monkeypatch.setattr(source, "FILE", tmp_path / "wiring.yaml")
    source.FILE.write_text(text.replace("value: 180 Ω", "value: 100 Ω"), "utf-8")
    monkeypatch.setattr(hardware.shutil, "which", lambda name: "/usr/bin/kicad-cli")
    monkeypatch.setattr(hardware.components, "MISSING", None)
    assert command() == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and "full, ESP32: R67 (resistor 180 Ω): nets ISO_NEG and ISO_GND" in said.err


def test_every_number_of_the_plant_has_a_source():
    plant = ast.parse((ROOT / "simulator" / "plant" / "plant.py").read_text("utf-8"))
    stove = next(
        node.value
        for node in plant.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "STOVE"
    )
    assert isinstance(stove, ast.Dict)
    text = (ROOT / "wiring" / "README.md").read_text("utf-8")
    sources = text[text.index("## Sources") :]
    reported = {key.value for key in stove.keys} - {"bypass"}  # a switch is no number
    assert not {key for key in reported if f"`{key}`" not in sources}
