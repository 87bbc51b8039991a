"""The file of the settings: missing, broken, nested, huge, or not text at all."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.core import limits, pins, settings
from host_tests.core.test_settings import parse
from host_tests.fixtures.core import SHIPPED, settings_given

# --- broken files --------------------------------------------------------------------------------------------------


def refused(text):
    with pytest.raises(settings.Invalid) as caught:
        settings.parse(text)
    assert str(caught.value)
    return str(caught.value)


def test_a_missing_file_is_reported_with_what_to_do():
    assert "missing" in refused(None) and "settings.json" in refused(None)


@pytest.mark.parametrize("text", ["", " ", "\n", "\t \r\n"], ids=repr)
def test_an_empty_file_is_reported_with_what_to_do(text):
    assert "empty" in refused(text)


def test_a_file_cut_off_at_any_byte_is_refused():
    text = json.dumps(SHIPPED, indent=2)
    for length in range(len(text)):
        refused(text[:length])


def test_a_file_with_any_byte_missing_is_refused_or_means_the_same_to_the_letter():
    text = json.dumps(SHIPPED)
    whole = {name: value for name, value in vars(settings.parse(text)).items() if name != "burners"}
    for at in range(len(text)):
        try:
            one = settings.parse(text[:at] + text[at + 1 :])
        except settings.Invalid:
            continue
        changed = [name for name, value in whole.items() if getattr(one, name) != value]
        assert len(changed) <= 1, "one byte changed more than one setting"


@pytest.mark.parametrize("text", ["nonsense", "{", "}", "[]", "[1]", "1", "null", "true", '"x"', "{}}", "{'a': 1}",
                                  "\x00", "\ufeff{}", "{,}", "NaN", "// hello"])  # fmt: skip
def test_what_is_not_one_json_object_is_refused(text):
    refused(text)


def test_a_list_of_settings_is_called_by_its_name():
    assert refused("[1]") == "settings: not an object { ... }"


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"burners":', "}"), ('{"burners":[', "]}")])
def test_a_file_nested_very_deep_is_refused(opening, closing):
    depth = 100_000
    refused(opening * depth + closing * depth)
    refused(opening * depth)


def test_a_huge_file_is_refused():
    refused("x" * 1_000_000)
    refused('{"burners": [' + ",".join(["{}"] * 100_000) + "]}")
    refused('{"timer_default_min": ' + "9" * 100_000 + "}")


@pytest.mark.parametrize("error", [ValueError, RuntimeError, OverflowError, RecursionError])
def test_every_error_of_the_json_reader_refuses_the_file(monkeypatch, error):
    def loads(_text):
        raise error

    monkeypatch.setattr(settings.json, "loads", loads)
    assert "not JSON" in refused("{}")


# --- the file of this board ----------------------------------------------------------------------------------------


@pytest.fixture
def board(tmp_path, monkeypatch):
    """The folder that is the chip's flash."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_sound_file_becomes_the_settings(board, capsys):
    (board / "settings.json").write_text(json.dumps(settings_given(3, True, timer_default_min=7)))
    one, invalid = settings.load()
    assert (one.timer_default_ms, len(one.burners), invalid) == (7 * 60_000, 3, False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("content, why", [
    (None, "settings.json: missing or empty"), (b"", "settings.json: missing or empty"),
    (b"\xff\xfe{}", "settings.json: not JSON"), (b"{", "settings.json: not JSON"),
    (b'{"burners": [{}], "wifi": 1}', "wifi: no such setting"),
])  # fmt: skip
def test_a_file_that_cannot_be_used_gives_one_blind_burner_and_says_why(board, capsys, content, why):
    if content is not None:
        (board / "settings.json").write_bytes(content)
    one, invalid = settings.load()
    assert invalid is True
    assert [burner.sensor for burner in one.burners] == [False]
    assert capsys.readouterr().out.startswith("SETTINGS_INVALID: " + why)


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
FLAT = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(st.text(max_size=5), PLAIN, max_size=3)
JSON = FLAT | st.lists(FLAT, max_size=3)
KEYS = [row[0] for row in (*limits.SETTINGS, *limits.SWITCHES)]
KEYS += [*pins.DEVICE_PINS, *pins.SPARE_PINS, "chip", "relay_drive", "burners", "x"]


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=3))
def test_whatever_a_file_says_it_gives_settings_or_one_message(changed):
    try:
        one = parse(**changed)
    except settings.Invalid as error:
        assert re.search(": |must| is (longer|not shorter) than | does not hold ", str(error)), error
        return
    assert one.timer_default_ms <= one.timer_max_ms <= one.burn_max_ms
    assert one.warning_ms <= min(one.timer_default_ms, one.timer_step_ms, one.override_max_ms)
    assert one.flame_die_ms > one.reclose_hold_ms
    assert 1 <= len(one.burners) <= limits.BURNERS_MAX


@given(st.text())
def test_whatever_text_a_file_holds_nothing_but_invalid_is_raised(text):
    try:
        settings.parse(text)
    except settings.Invalid:
        pass


def test_a_parsed_file_does_not_depend_on_the_order_of_its_keys():
    given_keys = settings_given(2, True)
    turned = dict(reversed(given_keys.items()))
    one, other = settings.parse(json.dumps(given_keys)), settings.parse(json.dumps(turned))
    assert {**vars(one), "burners": 0} == {**vars(other), "burners": 0}
