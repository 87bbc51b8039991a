"""The device in MQTT over a real mosquitto: commands, and what is published. The fuzz needs no broker."""

# ruff: noqa: F811 (fixtures are imported by name)
import json
import subprocess

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from curfew.core.codes import REQUEST_EXTEND
from host_tests.fixtures.broker import Observer, broker, needed  # noqa: F401
from host_tests.fixtures.hub import BASE, Hub, discovered, flash, hub  # noqa: F401

NOW_S = 1_800_000_000
GONE = 100_000  # larger than the device accepts


# --- off -----------------------------------------------------------------------------------------------------------


GENEROUS = [
    "OFF", "CLOSE", "off", " Off\r\n", "\tOFF", '"OFF"', "'off'", "OFF\0", "\ufeffOFF", '{"do": "OFF"}',
    '{"do": "close", "at": null}', ' {"do":"off"}', '\n{"do": "OFF"}', '{"do":" off "}', '\ufeff{"do":"off"}',
    '{"DO":"off"}', '{"state":"OFF"}', '{"do":"off","at":1.79e9}', '{"do":"off","at":"now"}', '{"do":"off","at":true}',
]  # fmt: skip


@pytest.mark.parametrize("word", GENEROUS)
def test_an_off_shuts_the_burner(hub, word):
    home = hub()
    home.core.flame()
    home.say("burner/0/command", word)
    home.until_shut()
    assert home.core.state() == "VERIFYING"


def test_an_off_shuts_one_burner_and_the_one_for_all_shuts_all(hub):
    home = hub(2)
    home.core.flame(0)
    home.core.flame(1)
    home.say("burner/1/command", "OFF")
    home.until_shut(1)
    home.settled()
    assert home.core.conducts(0)
    home.say("command", "OFF")
    home.until_shut(0)


def test_an_off_with_its_time_is_executed_for_five_seconds(hub):
    home = hub()
    home.core.flame()
    home.unix_s = NOW_S
    home.say("burner/0/command", json.dumps({"do": "OFF", "at": NOW_S - 6}))
    home.until_refused(1)
    assert home.core.conducts()
    home.say("burner/0/command", json.dumps({"do": "OFF", "at": NOW_S - 5}))
    home.until_shut()


@pytest.mark.parametrize("at", [NOW_S + 60, NOW_S * 1000, NOW_S - 86401, 0], ids=["ahead", "ms", "a day ago", "1970"])
def test_an_off_with_a_time_that_cannot_be_right_is_executed(hub, at):
    home = hub()
    home.core.flame()
    home.unix_s = NOW_S
    home.say("burner/0/command", json.dumps({"do": "OFF", "at": at}))
    home.until_shut()


@pytest.mark.parametrize("at", [NOW_S + 6, NOW_S - 6, NOW_S * 1000, True, 1.5, "now"])
def test_more_time_with_a_time_that_cannot_be_right_is_refused(hub, at):
    home = hub(remote_extend=True)
    home.core.flame()
    home.unix_s = NOW_S
    home.say("burner/0/command", json.dumps({"do": "EXTEND", "at": at}))
    home.until_refused(1)
    home.unix_s = None  # then no age is known
    home.say("burner/0/command", json.dumps({"do": "EXTEND", "at": NOW_S}))
    home.until_refused(2)
    assert home.core.left_ms() <= home.core.settings.timer_default_ms


@pytest.mark.parametrize("payload", ['{"off_in_min": 5}', "OFF_IN 5", "off_in 5"])
def test_less_time_is_taken_and_later_refused(hub, payload):
    home = hub()
    home.core.flame()
    home.say("burner/0/command", '{"off_in_min": 200}')
    home.until_refused(1)
    home.say("burner/0/command", payload)
    home.until(lambda: home.core.left_ms() <= 300_000, "not sooner")
    assert home.core.conducts()


@pytest.mark.parametrize("payload", [
    '{"off_in_min": 0}', '{"off_in_min": 241}', '{"off_in_min": 2.5}', '{"off_in_min": "x"}', "OFF_IN", "OFF_IN -5",
    "OFF_IN 5000000", '{"off_in_min": 5, "at": 1}',
])  # fmt: skip
@pytest.mark.sample(2)
def test_other_minutes_are_refused(hub, payload):
    home = hub()
    home.core.flame()
    home.say("burner/0/command", payload)
    home.until_refused(1)
    assert home.core.left_ms() > 300_000


def test_a_word_about_presence_is_for_the_device_and_not_for_a_burner(hub):
    home = hub()
    home.say("burner/0/command", "ABSENT")
    home.until_refused(1)
    home.say("command", "ABSENT")
    home.until(lambda: home.context.presence() == "absent", "not taken")
    home.say("command", "PRESENT")
    home.until(lambda: home.context.presence() == "present", "not taken")


def test_a_time_that_only_one_server_gave_refuses_no_off(hub):
    home = hub()
    home.core.flame()
    home.unix_s, home.device._is_sure = NOW_S, lambda: False
    home.say("burner/0/command", json.dumps({"do": "OFF", "at": NOW_S - 600}))
    home.until_shut()


def test_an_off_with_its_time_is_executed_by_a_device_that_does_not_know_the_time(hub):
    home = hub()
    home.core.flame()
    home.say("burner/0/command", json.dumps({"do": "OFF", "at": 0}))
    home.until_shut()


def test_a_retained_off_is_not_executed_however_often_the_device_reconnects(hub):
    home = hub()
    home.core.flame()
    home.services.clear()
    home.device.broker._drop(OSError("the link is gone"))
    home.say("burner/0/command", "OFF", retain=True)
    home.say("command", "OFF", retain=True)
    home.quiet()
    home.services.append(home.device)
    for refused in (2, 4):
        home.until_refused(refused)
        home.settled()
        assert home.core.state() == "BURNING"
        home.device.broker._drop(OSError("the link is gone"))
        home.device.broker.refused = refused


# --- nothing else --------------------------------------------------------------------------------------------------

REFUSED = [
    "ON", "OPEN", "ARM", "on", '{"do": "ON"}', "EXTEND", "", "OFFF", "OFF OFF", '{"do": "OFF"', '{"on": 1}', "[]",
]  # fmt: skip
REFUSED += [
    '{"do": 0}', '{"do": ["OFF"]}', '{"do":"off"}{"do":"off"}', '[{"do":"off"}]', "{" * 128, "o\ufb00",
    "OFF;OFF", "0", "false", "STOP",
]  # fmt: skip
REFUSED += [b"\xff\xfeO\0F\0F\0", bytes(range(128, 228)), b"OFF" + b" " * 126]


@pytest.mark.parametrize("word", REFUSED)
def test_any_other_command_is_refused_and_the_state_published_again(hub, word):
    home = hub()
    home.core.flame()
    home.run(15)  # until there is no more news of the contact
    home.until(lambda: home.last("burner/0/state")["state"] == "BURNING")
    home.quiet()
    before = len(home.texts("burner/0/state"))
    home.say("burner/0/command", word)
    home.until_refused(1)
    home.until(lambda: len(home.texts("burner/0/state")) > before)
    assert (home.core.state(), home.device.broker.refused) == ("BURNING", 1)
    assert home.texts("burner/0/state")[before] == home.texts("burner/0/state")[before - 1]  # unchanged
    assert home.last("burner/0/state")["valve"] == "open"


@pytest.mark.parametrize("word", ["ON", "OPEN", "ARM", "EXTEND"])
def test_no_command_closes_the_contact_of_an_idle_burner(hub, word):
    home = hub(sensor=False, remote_extend=True)
    home.say("burner/0/command", word)
    home.settled()
    home.run(2)
    assert (home.core.state(), home.core.conducts()) == ("IDLE", False)


@pytest.mark.parametrize("topic", ["burner/1/command", "burner/-1/command", "burner/ 0/command", "burner/00/command"])
def test_an_unknown_burner_is_counted_and_nothing_happens(hub, topic):
    home = hub()
    home.core.flame()
    home.say(topic, "OFF")
    home.until_refused(1)
    assert home.core.state() == "BURNING"


def test_more_time_is_given_only_where_settings_allow_it_and_never_to_all_at_once(hub):
    home = hub(remote_extend=True)
    home.core.flame()
    left_ms = home.core.left_ms()
    home.say("command", "EXTEND")
    home.until_refused(1)
    assert home.core.left_ms() < left_ms
    home.say("burner/0/command", "EXTEND")
    home.until(lambda: home.core.left_ms() > left_ms)


def test_five_hundred_messages_at_once_change_nothing_and_the_off_after_them_is_executed(hub):
    home = hub()
    home.core.flame()
    for number in range(500):
        home.say("burner/0/command", "ON" if number % 2 else bytes((number % 256,)) * 50)
    home.until_refused(500)
    assert home.core.state() == "BURNING" and home.device.broker.is_online()
    assert sum("refused" in line for line in home.log.lines) < 50
    home.say("burner/0/command", "OFF")
    home.until_shut()
    assert len(home.log.lines) < 60


def test_huge_and_binary_messages_do_not_end_the_session(hub):
    home = hub()
    home.core.flame()
    for size in (129, 256, 1000, GONE):
        home.say("burner/0/command", b"\xff" * size)
    home.say("burner/" + "9" * 300 + "/command", "OFF")
    home.until_refused(5)
    assert home.core.state() == "BURNING"
    home.say("burner/0/command", "OFF")
    home.until_shut()
    assert home.log.lines.count("mqtt: online") == 1


class Direct(Hub):
    """A hub without a broker: words are put where the connection would."""

    def receive(self, topic, payload):
        """Let the service have a message; burners with an OFF and burners with an EXTEND that reached the inbox."""
        self.device._receive(topic, payload)
        inbox, count = self.core.inbox, self.context.burners
        offs = [index for index in range(count) if inbox.take_off(index)]
        extends = [index for index in range(count) if inbox.take_request(index, REQUEST_EXTEND, self.core.now_ms)]
        return offs, extends


AROUND = " \t\n\r\f\v\0\"'"


def bare(text):
    """A word in ASCII capitals without what shells and scripts put around it; None for one that is not a text."""
    if not isinstance(text, str):
        return None
    text = text.encode("utf-8", "replace").strip(AROUND.encode() + "\ufeff".encode())
    return bytes(byte & ~32 if 97 <= byte <= 122 else byte for byte in text).decode("utf-8", "replace")


def means(payload):
    """What a payload says, by a reading of its own: "OFF", "EXTEND" or None."""
    if len(payload) > 128:
        return None
    stripped = payload.strip(AROUND.encode() + "\ufeff".encode())
    if stripped[:1] != b"{":
        word = bare(payload.decode("latin-1")) if payload.isascii() else bare(stripped.decode("ascii", "replace"))
        strict = payload.strip().upper() == b"EXTEND"
        return "OFF" if word in ("OFF", "CLOSE") else "EXTEND" if strict else None
    try:
        order = json.loads(stripped.decode("utf-8"))
    except ValueError:
        return None
    at = order.get("at")
    for key, value in order.items():
        if key.lower() in ("do", "state", "command"):
            word = bare(value)
            if word is None and not isinstance(value, str):
                return None
            if word in ("OFF", "CLOSE"):
                late = type(at) is int and 5 < NOW_S - at <= 86400
                return None if late else "OFF"
    if order.get("do", "").encode("utf-8", "replace").upper() != b"EXTEND":
        return None
    return "EXTEND" if at is None or type(at) is int and abs(NOW_S - at) <= 5 else None


VERBS = (
    st.sampled_from(["OFF", "CLOSE", "EXTEND", "ON", "OPEN", "ARM", "off", "Extend", "o\ufb00", "\ud800", ""])
    | st.text()
)
TIMES = st.none() | st.booleans() | st.floats() | st.integers() | st.integers(NOW_S - 10, NOW_S + 10) | st.text()
ORDERS = st.dictionaries(st.sampled_from(["do", "at", "DO", "x"]), VERBS | TIMES)
NESTED = st.recursive(VERBS | TIMES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=9)
PAYLOADS = (
    st.binary(max_size=200)
    | VERBS.map(lambda text: text.encode("utf-8", "replace"))
    | st.fixed_dictionaries({"do": VERBS | NESTED}, optional={"at": TIMES}).map(lambda o: json.dumps(o).encode())
    | ORDERS.map(lambda order: json.dumps(order).encode())
    | st.sampled_from(["utf-16", "utf-32"]).map(lambda code: '{"do": "OFF"}'.encode(code))
)
NUMBERS = st.sampled_from(["0", "1", "2", "-1", "+", "01", "0/", ""]) | st.text(max_size=3)
TOPICS = NUMBERS.map(lambda n: f"{BASE}/burner/{n}/command") | st.sampled_from([BASE + "/command", "x"]) | st.text()


@pytest.mark.parametrize("allowed", [False, True], ids=["extending forbidden", "extending allowed"])
def test_whatever_comes_only_an_off_is_an_off_and_only_an_allowed_extend_an_extend(allowed):
    home = Direct(1, 2, remote_extend=allowed)
    home.unix_s = NOW_S

    @settings(max_examples=1000)
    @given(TOPICS, PAYLOADS)
    @example(BASE + "/burner/0/command", b"EXTEND")
    @example(BASE + "/burner/1/command", b'{"do":"CLOSE","at":1800000000}')
    @example(BASE + "/command", b"EXTEND")
    @example(BASE + "/command", '{"do":"o\ufb00"}'.encode())
    def comes(topic, payload):
        assume(b"SENT" not in payload.upper())  # PRESENT and ABSENT are words, too
        meant = {BASE + "/command": [0, 1], f"{BASE}/burner/0/command": [0], f"{BASE}/burner/1/command": [1]}
        burners, word, refused = meant.get(topic, []), means(payload), home.device.broker.refused
        offs, extends = home.receive(topic, payload)
        assert offs == (burners if word == "OFF" else [])
        assert extends == (burners if word == "EXTEND" and allowed and len(burners) == 1 else [])
        assert home.device.broker.refused - refused == (not offs and not extends)

    comes()


# --- telling -------------------------------------------------------------------------------------------------------


def test_the_state_is_retained_and_has_the_form_of_every_interface(hub):
    hub()
    (sub,) = needed("mosquitto_sub")
    command = [sub, "-p", str(hub.broker.port), "-t", BASE + "/#", "-F", "%r %t %p", "-C", "4", "-W", "5"]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    kept = dict(line.split(" ", 2)[1:] for line in lines)
    assert all(line.startswith("1 ") for line in lines) and kept[BASE + "/status"] == "online"
    assert set(kept) == {f"{BASE}/{name}" for name in ("status", "device", "burner/0/state", "burner/0/millivolts")}
    assert json.loads(kept[BASE + "/device"]) == {"problem": False, "rssi": -61, "restart_reason": "POWER_ON"}
    same = {"state": "IDLE", "contact_closed": False, "cause": None, "fault": None, "flame": False, "sensor": True}
    state = json.loads(kept[BASE + "/burner/0/state"])
    assert {**state, **same, "valve": "closed", "off_at": None} == state
    assert json.loads(kept[BASE + "/burner/0/millivolts"]) == {"tc_uv": 0, "magnet_uv": 0}


def test_off_at_is_published_once_the_time_is_known_and_then_stays(hub):
    home = hub()
    home.core.flame()
    home.run(2)
    home.quiet()
    assert home.last("burner/0/state")["off_at"] is None
    start_ms = home.core.now_ms

    def restless():  # the time by a server, now and then a second off
        passed_ms = home.core.now_ms - start_ms
        return NOW_S + passed_ms // 1000 + passed_ms // 1500 % 2

    home.device._unix_s = restless
    off_at = NOW_S + home.core.left_ms() // 1000
    home.until(lambda: home.last("burner/0/state")["off_at"])
    before = len(home.texts("burner/0/state"))
    home.run(60)
    home.quiet()
    assert abs(home.last("burner/0/state")["off_at"] - off_at) <= 2 and len(home.texts("burner/0/state")) == before
    home.core.press()
    home.until(lambda: home.last("burner/0/state")["off_at"] > off_at + 60)


def test_states_are_published_at_most_twice_a_second_and_millivolts_every_ten(hub):
    home = hub()
    states, millivolts = len(home.texts("burner/0/state")), len(home.texts("burner/0/millivolts"))
    for number in range(500):  # ten seconds
        home.core.uv[0] = [number, 0]
        home.core.one().refused += 1
        home.turn()
    home.quiet()
    assert 10 <= len(home.texts("burner/0/state")) - states <= 24
    assert 1 <= len(home.texts("burner/0/millivolts")) - millivolts <= 2


def test_a_shutoff_is_an_event_once_and_never_retained(hub):
    home = hub()
    home.core.flame()
    home.run(1)
    home.say("burner/0/command", "OFF")
    home.until(lambda: home.texts("burner/0/shutoff"))
    home.run(20)
    home.quiet()
    heard = [(text, kept) for topic, text, kept in home.others[0].heard if topic == BASE + "/burner/0/shutoff"]
    assert [(json.loads(text), kept) for text, kept in heard] == [
        ({"event_type": "REMOTE", "cause": "REMOTE:mqtt"}, False)
    ]
    late = Observer(hub.broker)
    home.others.append(late)
    home.until(lambda: late.texts(BASE + "/burner/0/state"))
    assert late.texts(BASE + "/burner/0/shutoff") == []


def test_a_shutoff_without_a_session_is_published_as_the_last_cause_and_not_as_an_event(hub):
    home = hub()
    home.core.flame()
    home.run(1)
    home.device.broker._drop(OSError("the link is gone"))
    home.core.hold()
    home.until(lambda: home.last("burner/0/state")["cause"] == "BUTTON")
    home.run(2)
    home.quiet()
    assert home.texts("burner/0/shutoff") == []


def test_a_broker_without_retained_messages_gets_everything_again(hub):
    home = hub()
    there = hub.broker
    there.stop()
    home.until(lambda: not home.device.broker.is_online())
    there.start()
    home.others[:] = [Observer(there)]
    home.until(lambda: home.texts("burner/0/millivolts"))
    assert home.texts("status")[-1] == "online" and discovered(home)
