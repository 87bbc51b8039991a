"""network.json: one checked dict, or one message with key, value and range; secrets are never shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curfew.services.net import network_settings as n
from host_tests.fixtures.services import FakeContext

BERLIN = [29_579_100, 120, 29_881_500, 60]  # 2026: the last Sundays of March and October, at 01:00 UTC
FULL = [number for minute in range(24) for number in (minute, 840)]
WHOLE = {
    "language": "zh",
    "name": "灶",
    "time_zone": "Europe/Berlin",
    "time_zone_min": 60,
    "time_zone_changes": BERLIN,
    "password": "salt$hash",
    "token": "token$hash",
    "wifi": {"ssid": "home", "password": "SecretWifi"},
    "mqtt": {"host": "broker", "port": 1883, "tls": False, "ca": "-----BEGIN\n-----END\n", "password": "SecretMqtt"},
    "voice": {"client_id": "SecretKey", "topics": ["stove006"]},
}


def test_an_empty_file_gives_every_default_of_the_device_and_no_service():
    made = n.checked({})
    assert made == {
        "language": "auto",
        "name": "Curfew",
        "time_zone": "",
        "time_zone_min": 0,
        "time_zone_changes": [],
        "extra_host": "",
        "burner_names": [],
        "password": "",
        "token": "",
        "tokens": [],
    }


def test_a_service_that_is_given_gets_all_its_defaults():
    made = n.checked({"mqtt": {}, "voice": {}})
    assert made["mqtt"] == {
        "host": "", "port": 8883, "tls": True, "ca": "", "user": "", "password": "", "prefix": "curfew",
        "discovery": "homeassistant",
    }  # fmt: skip
    assert made["voice"]["host"] == "bemfa.com" and made["voice"]["port"] == 9503 and made["voice"]["topics"] == []


def test_what_was_checked_is_right_as_it_is():
    made = n.checked(WHOLE)
    assert n.checked(made) == made and json.loads(json.dumps(made)) == made
    assert made["wifi"] == WHOLE["wifi"] and made["mqtt"]["ca"] == WHOLE["mqtt"]["ca"]


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("language", ["auto", "en", "zh"], ["de", "", 1, None, ["en"], {}]),
        ("name", ["x", "x" * 32, "灶" * 10], ["", "x" * 33, "灶" * 11, 5, "a\nb", "\x7f", "\ud800"]),
        ("time_zone_min", [-720, 0, 840], [-721, 841, 4.0, True, "480", 10**30]),
        ("time_zone", ["", "Asia/Shanghai", "x" * 64], ["x" * 65, 480, None]),
        (
            "time_zone_changes",
            [[], BERLIN, FULL, [0, -720], [2**30 - 1, 840]],
            [
                *(
                    [1],
                    [*BERLIN, 1],
                    [*FULL, 24, 0],
                    [0, -721],
                    [0, 841],
                    [-1, 0],
                    [2**30, 0],
                    [5, 0, 5, 60],
                    [5, 0, 4, 0],
                ),
                *([1.0, 0], [True, 0], [0, False], ["0", 0], [0, None], [[0, 60]], "", {}, None),
            ],
        ),
        ("password", ["", "x" * 200], ["x" * 201, 1]),
        ("wifi.ssid", ["x", "x" * 32], ["", "x" * 33]),
        ("wifi.password", ["", "x" * 8, "x" * 64], ["x", "x" * 7, "x" * 65, 12345678]),
        ("mqtt.host", ["", "x" * 128], ["x" * 129]),
        ("mqtt.port", [1, 65535], [0, 65536, True, "1883"]),
        ("mqtt.tls", [True, False], [1, 0, "true", None]),
        ("mqtt.ca", ["", "a\r\nb", "x" * 2500], ["x" * 2501, "\t"]),
        ("mqtt.prefix", ["a/b", "x" * 48], ["", "x" * 49, "a+", "#"]),
        ("voice.topics", [[], [*"abcd"], ["x" * 64]], [[*"abcde"], ["a", "a"], [""], ["x" * 65], ["a#"], "b006", [1]]),
    ],
)
def test_values_at_the_limits_are_taken_and_beyond_them_refused_by_name(path, good, bad):
    part, _, key = path.rpartition(".")

    def given_with(value):
        if not part:
            return {key: value}
        return {part: {**({"ssid": "home"} if part == "wifi" else {}), key: value}}

    for value in good:
        made = n.checked(given_with(value))
        assert (made[part] if part else made)[key] == value
    for value in bad:
        with pytest.raises(n.Invalid, match="^" + path.replace(".", r"\.") + ": "):
            n.checked(given_with(value))


@pytest.mark.parametrize("given", [{"hots": 1}, {"mqtt": {"hots": 1}}, {"wifi": {"ssid": "a", "hots": 1}}])
def test_an_unknown_key_is_refused(given):
    with pytest.raises(n.Invalid, match="hots: no such setting"):
        n.checked(given)


@pytest.mark.parametrize("given", [None, [], "x", 1, {"mqtt": []}, {"wifi": "home"}, {"wifi": {}}])
def test_what_is_no_object_is_refused(given):
    with pytest.raises(n.Invalid):
        n.checked(given)


def test_a_message_names_key_value_and_range():
    with pytest.raises(n.Invalid) as caught:
        n.checked({"mqtt": {"port": 70000}})
    assert str(caught.value) == "mqtt.port: 70000 is not a whole number from 1 to 65535"


def test_no_message_contains_a_secret():
    for change in ({"wifi": {"ssid": "a", "password": "Secret7"}}, {"voice": {"client_id": "Secret" * 20}}):
        with pytest.raises(n.Invalid) as caught:
            n.checked(change)
        assert "Secret" not in str(caught.value)


def test_the_page_sees_no_secret_but_that_there_is_one():
    shown = n.public(n.checked(WHOLE))
    assert "Secret" not in json.dumps(shown) and "hash" not in json.dumps(shown)
    assert shown["wifi"] == {"ssid": "home", "password": {"set": True}}
    assert shown["mqtt"]["ca"] == {"set": True} and shown["token"] == {"set": True}
    assert n.public(n.checked({}))["password"] == {"set": False}


def test_what_the_page_was_shown_can_be_sent_back_and_changes_nothing():
    config = n.checked(WHOLE)
    assert n.merged(config, n.public(config)) == config


def test_a_change_of_one_key_keeps_the_others():
    config = n.checked(WHOLE)
    made = n.merged(config, {"wifi": {"ssid": "other"}, "language": "en"})
    assert made["wifi"] == {"ssid": "other", "password": "SecretWifi"} and made["language"] == "en"
    assert made["mqtt"] == config["mqtt"] and config["wifi"]["ssid"] == "home"


@pytest.mark.parametrize(
    "host", ["mqtt://10.0.0.1", " 10.0.0.1", "10.0.0.1:1883", "10.0.0.1/x", "a b", "user@host", "[::1]"]
)
@pytest.mark.parametrize("part", ["mqtt", "voice"])
def test_a_host_that_is_more_than_a_host_is_refused_before_saving_and_still_loads(host, part):
    with pytest.raises(n.Invalid, match=f"^{part}.host: .*no port"):
        n.merged(n.checked({}), {part: {"host": host}})
    assert n.checked({part: {"host": host}})[part]["host"] == host, "a file of an older version"


@pytest.mark.parametrize("host", ["10.0.0.1", "broker", "my-broker.local", "a_b.example.org", ""])
def test_a_host_is_a_name_or_an_address(host):
    assert n.merged(n.checked({}), {"mqtt": {"host": host}})["mqtt"]["host"] == host


@pytest.mark.parametrize(("key", "good"), [("f" * 64, True), ("g" + "f" * 63, False), ("g" * 63, True)])
def test_a_wifi_key_of_64_characters_is_hex(key, good):
    if good:
        assert n.merged({}, {"wifi": {"ssid": "home", "password": key}})["wifi"]["password"] == key
        return
    with pytest.raises(n.Invalid, match="wifi.password: what was given") as caught:
        n.merged({}, {"wifi": {"ssid": "home", "password": key}})
    assert key not in str(caught.value)


def test_null_takes_a_key_or_a_service_away():
    made = n.merged(n.checked(WHOLE), {"voice": None, "name": None, "wifi": {"password": None}})
    assert "voice" not in made and made["name"] == "Curfew" and made["wifi"]["password"] == ""


def test_a_zone_is_changed_as_a_whole():
    config = n.checked(WHOLE)
    made = n.merged(config, {"time_zone_min": 480})
    assert (made["time_zone"], made["time_zone_min"], made["time_zone_changes"]) == ("", 480, [])
    assert config["time_zone_changes"] == BERLIN
    made = n.merged(made, {"time_zone": "Europe/Berlin", "time_zone_min": 60, "time_zone_changes": BERLIN})
    assert made["time_zone_changes"] == BERLIN and made["time_zone"] == "Europe/Berlin"
    assert n.merged(config, {"time_zone_min": None})["time_zone_changes"] == []
    for key in ("time_zone", "time_zone_changes"):
        with pytest.raises(n.Invalid, match=f"{key}: .* without time_zone_min"):
            n.merged(config, {key: WHOLE[key]})


def test_a_change_that_is_wrong_changes_nothing():
    config = n.checked(WHOLE)
    before = json.dumps(config)
    with pytest.raises(n.Invalid):
        n.merged(config, {"name": "fine", "mqtt": {"port": 0}})
    assert json.dumps(config) == before


def test_saved_is_what_is_loaded(tmp_path):
    context = FakeContext()
    assert n.save(context, n.checked(WHOLE))
    ((name, text),) = context.written
    (tmp_path / name).write_text(text)
    assert n.load(str(tmp_path / name)) == (n.checked(WHOLE), "")


def test_nothing_is_saved_while_a_contact_is_closed():
    context = FakeContext()
    context.is_flash_allowed = False
    assert not n.save(context, n.checked({})) and context.written == []


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b'{"name": 1}', b'{"port": 1e999}'])
def test_an_unusable_file_leads_to_the_set_up_and_says_why(tmp_path, data):
    path = tmp_path / "network.json"
    path.write_bytes(data)
    config, why = n.load(str(path))
    assert config == {} and why


def test_a_missing_file_is_no_error(tmp_path):
    config, why = n.load(str(tmp_path / "network.json"))
    assert config == {} and why.endswith("missing")


@pytest.mark.parametrize("error", [MemoryError, ValueError, RuntimeError, OverflowError])
def test_an_error_of_ours_never_opens_the_set_up_for_a_good_file(tmp_path, monkeypatch, error):
    def broken(given):
        raise error

    path = tmp_path / "network.json"
    path.write_text(json.dumps(WHOLE))
    monkeypatch.setattr(n, "checked", broken)
    with pytest.raises(error):
        n.load(str(path))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
KEYS = st.sampled_from(
    [
        "language",
        "name",
        "time_zone_min",
        "time_zone_changes",
        "password",
        "wifi",
        "mqtt",
        "voice",
        "ssid",
        "port",
        "tls",
        "topics",
    ]
)
CLOSE = st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON, max_size=4), max_size=6)


@given(JSON | CLOSE)
def test_whatever_is_given_is_checked_or_refused(given):
    try:
        made = n.checked(given)
    except n.Invalid as error:
        assert ": " in str(error)
    else:
        assert n.checked(made) == made


@given(CLOSE)
def test_whatever_is_changed_is_checked_or_refused(change):
    try:
        made = n.merged(n.checked(WHOLE), change)
    except n.Invalid:
        return
    assert n.checked(made) == made
