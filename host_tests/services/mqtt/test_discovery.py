"""The discovery messages of Home Assistant, over a real broker."""

# ruff: noqa: F811 (fixtures are imported by name)
import json
import random
from pathlib import Path

from curfew.core.codes import CAUSES
from curfew.services.net import network_settings
from host_tests.fixtures.broker import CHIP_ID, ENTITIES, broker  # noqa: F401
from host_tests.fixtures.hub import BASE, Hub, discovered, flash, hub  # noqa: F401
from simulator.realtime.broker import mqtt_config


def test_each_entity_is_one_small_message_with_a_name_of_its_own(hub):
    home = hub(2, remote_extend=True, name='Mum\'s "Curfew"')
    found = {path: entity for path, entity in discovered(home).items() if entity}
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


def test_the_valve_can_only_be_closed(hub):
    home = hub()
    valve = discovered(home)[f"homeassistant/valve/curfew_{CHIP_ID}/burner0_gas/config"]
    assert valve["pl_open"] is None and valve["pl_cls"] == "CLOSE" and valve["dev_cla"] == "gas"
    commands = {entity["pl_prs"] for entity in discovered(home).values() if entity and "pl_prs" in entity}
    assert commands == {"OFF"}


def test_every_announced_topic_is_published_and_every_command_topic_is_received(hub):
    home = hub(remote_extend=True)
    home.core.flame()
    home.run(1)
    home.say("burner/0/command", "OFF")
    home.until(lambda: home.texts("burner/0/shutoff"))
    for entity in filter(None, discovered(home).values()):
        for key in ("stat_t", "cmd_t"):
            if key in entity:
                topic = entity[key].replace("~", entity["~"])
                assert topic == BASE + "/burner/0/command" if key == "cmd_t" else home.others[0].texts(topic)


def test_shutoffs_can_have_every_cause(hub):
    home = hub()
    event = discovered(home)[f"homeassistant/event/curfew_{CHIP_ID}/burner0_shutoff/config"]
    assert event["evt_typ"] == CAUSES.split()[1:]


def test_an_entity_that_a_device_does_not_have_is_removed_from_home_assistant(hub):
    home = hub(sensor=False)
    gone = {path.split("/")[3] for path, entity in discovered(home).items() if entity is None}
    gone = {name for name in gone if name.startswith("burner0")}
    assert gone == {"burner0_" + name for name in ("extend", "flame", "tc", "magnet", "health")}
    assert home.texts("burner/0/millivolts") == [] and home.last("burner/0/state")["flame"] is None


def test_it_announces_itself_again_a_random_while_after_home_assistant_started(hub):
    home = hub()
    random.seed(1)
    delays = set()
    for _ in range(4):
        home.quiet()
        home.others[0].heard.clear()
        home.others[0].say("homeassistant/status", "online")
        home.until(lambda: home.device._announce_rounds)
        delays.add(home.device._announce_rounds)
        assert not discovered(home)
        home.until(lambda: discovered(home) and home.texts("burner/0/state"))
    assert len(delays) > 1 and all(1 <= rounds <= 17 for rounds in delays)


def test_a_home_assistant_that_leaves_is_no_reason_to_announce(hub):
    home = hub()
    home.others[0].say("homeassistant/status", "offline")
    home.settled()
    assert home.device._announce_rounds == 0 and home.device.broker.refused == 1


def test_without_the_file_of_entities_the_device_still_publishes_and_executes(broker, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    there = broker()
    home = Hub(there.port).joined(there)
    home.core.flame()
    assert any("entities.txt" in line for line in home.log.lines) and not discovered(home)
    home.say("burner/0/command", "OFF")
    home.until_shut()


def test_discovery_switched_off_in_network_json_sends_nothing_there_and_commands_and_states_go_on(hub, tmp_path):
    before = discovered(hub())
    port = hub.broker.port
    path = tmp_path / "network.json"
    path.write_text(json.dumps({"mqtt": mqtt_config(port, discovery="")}))
    config, why = network_settings.load(str(path))
    home = Hub(port, config=config).joined(hub.broker)
    home.others[0].say("homeassistant/status", "online")
    home.core.flame()
    home.say("burner/0/command", "OFF")
    home.until_shut()
    home.until(lambda: home.texts("burner/0/shutoff"))
    home.quiet()
    sent = [topic for topic, _, retained in home.others[0].heard if not retained]
    assert why == "" and home.last("burner/0/state")["cause"] == "REMOTE:mqtt"
    assert {topic for topic in sent if not topic.startswith(BASE + "/")} == {"homeassistant/status", "echo"}
    assert home.device._announce_rounds == home.device.broker.refused == 0, "it did not subscribe to the prefix"
    assert {path: entity for path, entity in before.items() if entity} == discovered(home), "what stood there stays"
