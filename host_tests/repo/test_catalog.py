"""The catalog has words in two languages for every name of the firmware, in the order of its numbers, and no others."""

import re
from pathlib import Path
from types import ModuleType

import pytest

import catalog
from curfew.core import codes, faults, limits, pins, signals, table
from simulator.scenario import ACTS

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_IN_WORDS = {"PENDING", "PROVED", "REFUTED", "UNTESTABLE", "TC", "MAGNET", "REQUEST_EXTEND", "REQUEST_ARM"}
NOT_IN_WORDS |= {"REQUEST_LESS"}
NOT_IN_WORDS |= {"PANIC", "HELD_ALL"}  # the controller makes HELD of them
NOT_A_FAULT = {"NO_FAULT", "FAULT_COUNT", "STORED_FAULTS", "KEPT_FAULTS"}
SETTINGS = (
    *(key for key, *_ in (*limits.SETTINGS, *limits.SWITCHES)),
    *(*pins.DEVICE_PINS, *pins.SPARE_PINS, "chip", "relay_drive", "burners", "relay_pin", "button_pin", "sensor"),
    *(key for key, *_ in limits.BURNER),
)


def numbers_of(module: ModuleType) -> dict[str, int]:
    """The integer constants of a module."""
    found = {name: value for name, value in vars(module).items() if module is codes or name not in vars(codes)}.items()
    return {name: value for name, value in found if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) and type(value) is int}


def phrases():
    """(place, pair) for every pair of words in the catalog."""
    for kind, entries in catalog.ENTRIES.items():
        for name, entry in entries.items():
            for form, pair in entry.items() if isinstance(entry, dict) else [("text", entry)]:
                if isinstance(pair, list) and form not in ("color", "place"):
                    yield f"{kind}.{name}.{form}", pair


@pytest.mark.parametrize(
    "kind, module, prefix, first",
    [
        ("state", codes, "", 0),
        ("event", codes, "", 0),
        ("cause", codes, "", 1),
        ("fault", faults, "", 0),
        ("guard", table, "", 0),
        ("effect", table, "", 0),
        ("light", signals, "L_", 0),
        ("sound", signals, "S_", 1),
    ],
)
def test_the_order_of_the_catalog_is_that_of_the_numbers(kind, module, prefix, first):
    constants = {("cause", "FAULT"): "FAULTED", ("cause", "ALARM"): "ALARMED", ("light", "DARK"): "DARK"}
    wanted = dict(enumerate(catalog.names(kind), first))
    assert {
        getattr(module, constants.get((kind, name), prefix + name), None): name for name in wanted.values()
    } == wanted


def test_every_number_of_the_firmware_is_in_the_catalog():
    causes = {{"FAULT": "FAULTED", "ALARM": "ALARMED"}.get(name, name) for name in catalog.names("cause")}
    mine = {name for name in numbers_of(codes) if not name.startswith("AT_")}  # offsets in the RTC memory
    assert mine == {*catalog.names("state"), *catalog.names("event"), *causes, *NOT_IN_WORDS}
    assert set(numbers_of(faults)) - set(numbers_of(codes)) - NOT_A_FAULT == set(catalog.names("fault"))
    lights, sounds = {"DARK", *catalog.names("light")}, {"NONE", *catalog.names("sound")}
    signs = numbers_of(signals)
    assert {name for name in signs if name[:2] in ("L_", "S_")} == {"L_" + n for n in lights - {"DARK"}} | {
        "S_" + n for n in sounds
    }
    columns = {name for name in numbers_of(table) if name.startswith("COL_")} | {"ROW_BYTES", "CLOSED_STATES", "SAME"}
    rest = set(numbers_of(table)) - set(numbers_of(codes)) - set(signs) - columns
    assert rest == {*catalog.names("guard"), *catalog.names("effect")}


def test_the_words_that_the_device_sends_are_the_names_of_the_catalog():
    assert tuple(codes.STATES.split()) == catalog.names("state")
    assert tuple(codes.CAUSES.split()) == ("-", *catalog.names("cause"))
    assert tuple(codes.SOURCES.split()) == catalog.names("source")
    assert tuple(faults.FAULTS.split()) == catalog.names("fault")


def test_every_setting_act_and_entity_has_words_and_no_other():
    assert set(catalog.names("setting")) == set(SETTINGS)
    assert set(catalog.names("act")) == set(ACTS)
    lines = [line.split("|") for line in (ROOT / "firmware" / "entities.txt").read_text("utf-8").splitlines()[1:]]
    assert set(catalog.names("entity")) == {entity for _, _, entity, *_ in lines}
    assert set(catalog.names("owner")) == {owner for owner, *_ in lines}


def test_every_reason_of_a_range_has_its_chinese():
    commented = re.findall(r'^    \("(\w+)", .*\),  # ', Path(limits.__file__).read_text("utf-8"), re.M)
    assert commented
    assert {key for key, entry in catalog.ENTRIES["setting"].items() if "why_zh" in entry} == set(commented)


@pytest.mark.parametrize("language", [catalog.EN, catalog.ZH])
def test_every_phrase_has_both_languages_with_the_same_numbers(language):
    empty = {place for place, pair in phrases() if not pair[language]}
    assert empty == {"guard.ALWAYS.text", "effect.NOTHING.text"}
    for place, pair in phrases():
        assert len(pair) == 2, place
        numbers = [sorted(re.findall(r"\{\w+\}|`\w+`", text)) for text in pair]
        assert numbers[0] == numbers[1], place
        if pair[language] and pair != ["MQTT", "MQTT"]:
            assert bool(re.search("[\u4e00-\u9fff]", pair[language])) == (language == catalog.ZH), place
