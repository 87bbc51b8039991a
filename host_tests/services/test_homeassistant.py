"""The box in MQTT: what it tells, how Home Assistant finds it, and that the only word with power is OFF.

Here: services/homeassistant.py on a real core, over a real mosquitto; the fuzz speaks to it directly.
Not here: the connection itself (test_mqtt.py).
"""

# ruff: noqa: F811 (fixtures are imported by name)
import json
import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curfew.core.codes import CAUSES, REQUEST_EXTEND
from curfew.services.mqtt.homeassistant import HomeAssistant
from host_tests.fixtures.broker import CHIP_ID, ENTITIES, Observer, Rig, broker, mqtt_config, needed  # noqa: F401

BASE = "curfew/" + CHIP_ID
NOW_S = 1_800_000_000
GONE = 100_000  # sizes a broker carries and the box does not


@pytest.fixture(autouse=True)
def the_flash(monkeypatch):
    """The current folder is the chip's flash."""
    monkeypatch.chdir(ENTITIES.parent)


class Kitchen(Rig):
    """A rig whose box is in MQTT, online, with an observer; heard and say speak of topics below the box's own."""

    def __init__(self, port, burners=1, sensor=True, name="Curfew", **changed):
        super().__init__({"name": name, "mqtt": mqtt_config(port)}, burners, sensor, **changed)
        self.box = HomeAssistant(self.house, CHIP_ID, lambda: self.unix_s, lambda: self.rssi, "POWER_ON")

    def joined(self, there):
        """The box and an observer are online, and everything is told."""
        self.others.append(Observer(there))
        self.services.append(self.box)
        self.online()
        self.until(lambda: self.texts("burner/0/state"))
        self.quiet()
        return self

    def say(self, topic, payload, **how):
        self.others[0].say(f"{BASE}/{topic}", payload, **how)

    def texts(self, topic):
        return self.others[0].texts(f"{BASE}/{topic}")

    def last(self, topic):
        return json.loads(self.texts(topic)[-1])

    def until_shut(self, burner=0):
        """Turns until the contact is open, and that because of MQTT: in the meantime the timer runs, too."""
        self.until(lambda: not self.core.conducts(burner))
        assert self.core.cause(burner) == "REMOTE:mqtt"

    def until_refused(self, count):
        self.until(lambda: self.box.broker.refused >= count, "not refused")

    def settled(self):
        """What was said to the box so far is dealt with: a last unknown word came through the same pipe."""
        before = self.box.broker.refused
        self.say("burner/99/command", "")
        self.until_refused(before + 1)


@pytest.fixture
def kitchen(broker):
    """A function that makes a Kitchen that is online; `kitchen.broker` is its broker."""

    def make(*asked, **named):
        make.broker = broker()
        return Kitchen(make.broker.port, *asked, **named).joined(make.broker)

    return make


# --- off -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["OFF", "CLOSE", "off", " Off\n", '{"do": "OFF"}', '{"do": "close", "at": null}'])
def test_an_off_shuts_the_burner(kitchen, word):
    home = kitchen()
    home.core.flame()
    home.say("burner/0/command", word)
    home.until_shut()
    assert home.core.state() == "VERIFYING"


def test_an_off_shuts_one_burner_and_the_one_for_all_shuts_all(kitchen):
    home = kitchen(2)
    home.core.flame(0)
    home.core.flame(1)
    home.say("burner/1/command", "OFF")
    home.until_shut(1)
    home.settled()
    assert home.core.conducts(0)
    home.say("command", "OFF")
    home.until_shut(0)


def test_an_off_that_says_when_is_obeyed_for_five_seconds(kitchen):
    home = kitchen()
    home.core.flame()
    home.unix_s = NOW_S
    home.say("burner/0/command", json.dumps({"do": "OFF", "at": NOW_S - 6}))
    home.until_refused(1)
    assert home.core.conducts()
    home.say("burner/0/command", json.dumps({"do": "OFF", "at": NOW_S - 5}))
    home.until_shut()


def test_an_off_that_says_when_is_obeyed_by_a_box_that_does_not_know_the_time(kitchen):
    home = kitchen()
    home.core.flame()
    home.say("burner/0/command", json.dumps({"do": "OFF", "at": 0}))
    home.until_shut()


def test_a_retained_off_is_not_obeyed_however_often_the_box_comes_back(kitchen):
    home = kitchen()
    home.core.flame()
    home.services.clear()
    home.box.broker._drop(OSError("the link is gone"))
    home.say("burner/0/command", "OFF", retain=True)
    home.say("command", "OFF", retain=True)
    home.quiet()
    home.services.append(home.box)
    for refused in (2, 4):
        home.until_refused(refused)
        home.settled()
        assert home.core.state() == "BURNING"
        home.box.broker._drop(OSError("the link is gone"))
        home.box.broker.refused = refused


# --- nothing else --------------------------------------------------------------------------------------------------

REFUSED = [
    "ON",
    "OPEN",
    "ARM",
    "on",
    '{"do": "ON"}',
    "EXTEND",
    "",
    "OFFF",
    "OFF OFF",
    '{"do": "OFF"',
    '{"on": 1}',
    "[]",
]
REFUSED += [
    '{"do": 0}',
    '{"do": ["OFF"]}',
    '{"do": "OFF", "at": "now"}',
    '{"do": "OFF", "at": 1.5}',
    "{" * 128,
    "o\ufb00",
]
REFUSED += [b"\xff\xfeO\0F\0F\0", b"\0OFF", bytes(range(128, 228)), b"OFF" + b" " * 126]


@pytest.mark.parametrize("word", REFUSED)
def test_any_other_word_is_refused_and_the_state_told_again(kitchen, word):
    home = kitchen()
    home.core.flame()
    home.run(15)  # until there is no more news of the contact
    home.quiet()
    told = len(home.texts("burner/0/state"))
    home.say("burner/0/command", word)
    home.until_refused(1)
    home.until(lambda: len(home.texts("burner/0/state")) > told)
    assert (home.core.state(), home.box.broker.refused) == ("BURNING", 1)
    assert home.texts("burner/0/state")[told] == home.texts("burner/0/state")[told - 1]  # again, and no news
    assert home.last("burner/0/state")["valve"] == "open"


@pytest.mark.parametrize("word", ["ON", "OPEN", "ARM", "EXTEND"])
def test_no_word_lights_an_idle_burner(kitchen, word):
    home = kitchen(sensor=False, remote_extend=True)
    home.say("burner/0/command", word)
    home.settled()
    home.run(2)
    assert (home.core.state(), home.core.conducts()) == ("IDLE", False)


@pytest.mark.parametrize("topic", ["burner/1/command", "burner/-1/command", "burner/ 0/command", "burner/00/command"])
def test_an_unknown_burner_is_counted_and_nothing_happens(kitchen, topic):
    home = kitchen()
    home.core.flame()
    home.say(topic, "OFF")
    home.until_refused(1)
    assert home.core.state() == "BURNING"


def test_more_time_is_given_only_where_settings_allow_it_and_never_to_all_at_once(kitchen):
    home = kitchen(remote_extend=True)
    home.core.flame()
    left_ms = home.core.left_ms()
    home.say("command", "EXTEND")
    home.until_refused(1)
    assert home.core.left_ms() < left_ms
    home.say("burner/0/command", "EXTEND")
    home.until(lambda: home.core.left_ms() > left_ms)


def test_five_hundred_messages_at_once_change_nothing_and_the_off_behind_them_is_heard(kitchen):
    home = kitchen()
    home.core.flame()
    for number in range(500):
        home.say("burner/0/command", "ON" if number % 2 else bytes((number % 256,)) * 50)
    home.until_refused(500)
    assert home.core.state() == "BURNING" and home.box.broker.is_online()
    assert sum("refused" in line for line in home.log.lines) < 50
    home.say("burner/0/command", "OFF")
    home.until_shut()
    assert len(home.log.lines) < 60


def test_huge_and_binary_messages_do_not_end_the_session(kitchen):
    home = kitchen()
    home.core.flame()
    for size in (129, 256, 1000, GONE):
        home.say("burner/0/command", b"\xff" * size)
    home.say("burner/" + "9" * 300 + "/command", "OFF")
    home.until_refused(5)
    assert home.core.state() == "BURNING"
    home.say("burner/0/command", "OFF")
    home.until_shut()
    assert home.log.lines.count("mqtt: online") == 1


class Direct(Kitchen):
    """A kitchen without a broker: words are put where the connection would."""

    def hears(self, topic, payload):
        """Let the service have a message; burners with an OFF and burners with an EXTEND that reached the inbox."""
        self.box._take(topic, payload)
        inbox, count = self.core.inbox, self.house.burners
        offs = [index for index in range(count) if inbox.take_off(index)]
        extends = [index for index in range(count) if inbox.take_request(index, REQUEST_EXTEND, self.core.now_ms)]
        return offs, extends


def means(payload):
    """What a payload says, by a reading of its own: "OFF", "EXTEND" or None."""
    try:
        text = payload.decode("ascii" if payload[:1] != b"{" else "utf-8")
    except UnicodeDecodeError:
        return None
    if len(payload) > 128:
        return None
    if text[:1] == "{":
        try:
            order = json.loads(text)
        except ValueError:
            return None
        at = order.get("at")
        if not (at is None or isinstance(at, int) and not isinstance(at, bool)):
            return None
        if at is not None and at < NOW_S - 5:
            return None
        text = order.get("do")
        if not isinstance(text, str):
            return None
    else:
        text = text.strip(" \t\n\r\f\v")
    folded = "".join(chr(ord(char) & ~32) if "a" <= char <= "z" else char for char in text)
    return {"OFF": "OFF", "CLOSE": "OFF", "EXTEND": "EXTEND"}.get(folded)


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
        meant = {BASE + "/command": [0, 1], f"{BASE}/burner/0/command": [0], f"{BASE}/burner/1/command": [1]}
        burners, word, refused = meant.get(topic, []), means(payload), home.box.broker.refused
        offs, extends = home.hears(topic, payload)
        assert offs == (burners if word == "OFF" else [])
        assert extends == (burners if word == "EXTEND" and allowed and len(burners) == 1 else [])
        assert home.box.broker.refused - refused == (not offs and not extends)

    comes()


# --- telling -------------------------------------------------------------------------------------------------------


def test_the_state_is_retained_and_of_the_form_that_every_door_tells(kitchen):
    kitchen()
    (sub,) = needed("mosquitto_sub")
    command = [sub, "-p", str(kitchen.broker.port), "-t", BASE + "/#", "-F", "%r %t %p", "-C", "4", "-W", "5"]
    told = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    kept = dict(line.split(" ", 2)[1:] for line in told)
    assert all(line.startswith("1 ") for line in told) and kept[BASE + "/status"] == "online"
    assert set(kept) == {f"{BASE}/{name}" for name in ("status", "device", "burner/0/state", "burner/0/millivolts")}
    assert json.loads(kept[BASE + "/device"]) == {"problem": False, "rssi": -61, "restart_reason": "POWER_ON"}
    same = {"state": "IDLE", "conducts": False, "cause": None, "fault": None, "flame": False, "sensor": True}
    state = json.loads(kept[BASE + "/burner/0/state"])
    assert {**state, **same, "valve": "closed", "off_at": None} == state
    assert json.loads(kept[BASE + "/burner/0/millivolts"]) == {"tc_uv": 0, "magnet_uv": 0}


def test_the_valve_tells_what_the_gas_does(kitchen):
    home = kitchen()
    home.core.flame()
    home.until(lambda: home.last("burner/0/state")["valve"] == "open")
    home.say("burner/0/command", "OFF")
    home.until_shut()
    home.core.uv[0] = [0, 0]
    home.until(lambda: home.last("burner/0/state")["state"] == "IDLE")
    valves = [json.loads(text)["valve"] for text in home.texts("burner/0/state")]
    assert list(dict.fromkeys(valves[valves.index("open") :])) == ["open", "closing", "closed"]


def test_a_flame_that_the_box_did_not_allow_is_an_open_valve(kitchen):
    home = kitchen(auto_arm=False)
    home.core.uv[0] = [10000, 0]
    home.until(lambda: home.last("burner/0/state")["flame"])
    assert not home.core.conducts() and home.last("burner/0/state")["valve"] == "open"


def test_when_it_will_be_off_is_told_once_the_time_is_known_and_then_stays(kitchen):
    home = kitchen()
    home.core.flame()
    home.run(2)
    home.quiet()
    assert home.last("burner/0/state")["off_at"] is None
    start_ms = home.core.now_ms

    def restless():  # the time by a server, now and then a second off
        passed_ms = home.core.now_ms - start_ms
        return NOW_S + passed_ms // 1000 + passed_ms // 1500 % 2

    home.box._unix_s = restless
    off_at = NOW_S + home.core.left_ms() // 1000
    home.until(lambda: home.last("burner/0/state")["off_at"])
    told = len(home.texts("burner/0/state"))
    home.run(60)
    home.quiet()
    assert abs(home.last("burner/0/state")["off_at"] - off_at) <= 2 and len(home.texts("burner/0/state")) == told
    home.core.press()
    home.until(lambda: home.last("burner/0/state")["off_at"] > off_at + 60)


def test_states_are_told_at_most_twice_a_second_and_millivolts_every_ten(kitchen):
    home = kitchen()
    states, millivolts = len(home.texts("burner/0/state")), len(home.texts("burner/0/millivolts"))
    for number in range(500):  # ten seconds
        home.core.uv[0] = [number, 0]
        home.core.one().refused += 1
        home.turn()
    home.quiet()
    assert 10 <= len(home.texts("burner/0/state")) - states <= 24
    assert 1 <= len(home.texts("burner/0/millivolts")) - millivolts <= 2


def test_a_closing_is_an_event_once_and_never_retained(kitchen):
    home = kitchen()
    home.core.flame()
    home.run(1)
    home.say("burner/0/command", "OFF")
    home.until(lambda: home.texts("burner/0/closing"))
    home.run(20)
    home.quiet()
    heard = [(text, kept) for topic, text, kept in home.others[0].heard if topic == BASE + "/burner/0/closing"]
    assert [(json.loads(text), kept) for text, kept in heard] == [
        ({"event_type": "REMOTE", "cause": "REMOTE:mqtt"}, False)
    ]
    late = Observer(kitchen.broker)
    home.others.append(late)
    home.until(lambda: late.texts(BASE + "/burner/0/state"))
    assert late.texts(BASE + "/burner/0/closing") == []


def test_what_closed_while_nobody_listened_is_told_as_the_last_cause_and_not_as_an_event(kitchen):
    home = kitchen()
    home.core.flame()
    home.run(1)
    home.box.broker._drop(OSError("the link is gone"))
    home.core.hold()
    home.until(lambda: home.last("burner/0/state")["cause"] == "BUTTON")
    home.run(2)
    home.quiet()
    assert home.texts("burner/0/closing") == []


def test_a_broker_that_forgot_everything_is_told_everything_again(kitchen):
    home = kitchen()
    there = kitchen.broker
    there.stop()
    home.until(lambda: not home.box.broker.is_online())
    there.start()
    home.others[:] = [Observer(there)]
    home.until(lambda: home.texts("burner/0/millivolts"))
    assert home.texts("status")[-1] == "online" and discovered(home)


# --- being found ---------------------------------------------------------------------------------------------------


def discovered(home):
    """The last discovery message of each path, as an object; None where it is empty."""
    heard = [(topic, text) for topic, text, _ in home.others[0].heard if topic.startswith("homeassistant/")]
    return {topic: json.loads(text) if text else None for topic, text in heard if topic.endswith("/config")}


def test_each_entity_is_one_small_message_with_a_name_of_its_own(kitchen):
    home = kitchen(2, remote_extend=True, name='Mum\'s "Curfew"')
    found = discovered(home)
    lines = [line.split("|")[0] for line in Path(ENTITIES).read_text().splitlines()[1:]]
    assert len(found) == lines.count("device") + 2 * (len(lines) - lines.count("device"))
    assert all(len(json.dumps(entity)) < 700 for entity in found.values())
    assert len({entity["uniq_id"] for entity in found.values()}) == len(found)
    assert len({entity["name"] for entity in found.values()}) == len(found)
    for path, entity in found.items():
        platform, node, name = path.split("/")[1:4]
        assert entity["def_ent_id"] == f"{platform}.{entity['uniq_id']}" == f"{platform}.{node}_{name}"
        assert entity["dev"]["ids"] == node and entity["dev"]["name"] == 'Mum\'s "Curfew"'
        assert (entity["avty_t"], entity["qos"]) == (BASE + "/status", 1)


def test_the_valve_can_only_be_closed(kitchen):
    home = kitchen()
    valve = discovered(home)[f"homeassistant/valve/curfew_{CHIP_ID}/burner0_gas/config"]
    assert valve["pl_open"] is None and valve["pl_cls"] == "CLOSE" and valve["dev_cla"] == "gas"
    commands = {entity["pl_prs"] for entity in discovered(home).values() if entity and "pl_prs" in entity}
    assert commands == {"OFF"}


def test_every_topic_that_is_promised_is_told_and_every_command_is_heard(kitchen):
    home = kitchen(remote_extend=True)
    home.core.flame()
    home.run(1)
    home.say("burner/0/command", "OFF")
    home.until(lambda: home.texts("burner/0/closing"))
    for entity in filter(None, discovered(home).values()):
        for key in ("stat_t", "cmd_t"):
            if key in entity:
                topic = entity[key].replace("~", entity["~"])
                assert topic == BASE + "/burner/0/command" if key == "cmd_t" else home.others[0].texts(topic)


def test_closings_can_have_every_cause_there_is(kitchen):
    home = kitchen()
    event = discovered(home)[f"homeassistant/event/curfew_{CHIP_ID}/burner0_closing/config"]
    assert event["evt_typ"] == CAUSES.split()[1:]


def test_what_a_box_does_not_have_is_taken_away_from_home_assistant(kitchen):
    home = kitchen(sensor=False)
    gone = {path.split("/")[3] for path, entity in discovered(home).items() if entity is None}
    assert gone == {"burner0_" + name for name in ("extend", "flame", "tc", "magnet", "health")}
    assert home.texts("burner/0/millivolts") == [] and home.last("burner/0/state")["flame"] is None


def test_it_announces_itself_again_a_random_while_after_home_assistant_started(kitchen):
    home = kitchen()
    random.seed(1)
    delays = set()
    for _ in range(4):
        home.quiet()
        home.others[0].heard.clear()
        home.others[0].say("homeassistant/status", "online")
        home.until(lambda: home.box._hello_rounds)
        delays.add(home.box._hello_rounds)
        assert not discovered(home)
        home.until(lambda: discovered(home) and home.texts("burner/0/state"))
    assert len(delays) > 1 and all(1 <= rounds <= 17 for rounds in delays)


def test_a_home_assistant_that_leaves_is_no_reason_to_announce(kitchen):
    home = kitchen()
    home.others[0].say("homeassistant/status", "offline")
    home.settled()
    assert home.box._hello_rounds == 0 and home.box.broker.refused == 1


def test_without_the_file_of_entities_the_box_still_tells_and_obeys(broker, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    there = broker()
    home = Kitchen(there.port).joined(there)
    home.core.flame()
    assert any("entities.txt" in line for line in home.log.lines) and not discovered(home)
    home.say("burner/0/command", "OFF")
    home.until_shut()
