"""A real Home Assistant discovers the device over a real broker, shows it and turns it off: `make homeassistant`."""

import json
import re
import shutil
import subprocess

import pytest

from fleet import home_assistant
from fleet.devices import Device
from host_tests.fixtures.seeded_firmware import ROOT
from host_tests.realtime.test_remote_access import QUICK, connected  # noqa: F401

PYTHON = ROOT / ".venv-homeassistant" / "bin" / "python"
FILES = ROOT / "docs" / "connect" / "homeassistant"
START_S = 120
NODE = "curfew_240ac412ab0f"
CLOSE_ONLY = 2  # ValveEntityFeature.CLOSE, and no other bit

pytestmark = [
    pytest.mark.evidence,
    pytest.mark.skipif(not PYTHON.exists(), reason="no Home Assistant here: make homeassistant"),
]


class Hass:
    """A Home Assistant at a broker."""

    def __init__(self, folder, port):
        folder.mkdir()
        (folder / "configuration.yaml").touch()
        shutil.copytree(FILES, folder / "blueprints" / "automation" / "curfew", ignore=lambda *_: ["card.yaml"])
        script = ROOT / "host_tests" / "homeassistant" / "hass.py"
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen(
            [PYTHON, script, folder, str(port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip
        assert self._process.stdout.readline() == "up\n", (folder / "log").read_text()[-2000:]

    def ask(self, **order):
        """The answer to an order."""
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def states(self):
        """{"valve.burner0_gas": (state, attributes)} and so on, of the device."""
        states = {}
        for unique, (entity_id, state, attributes) in self.ask().items():
            if unique.startswith(NODE):
                states[entity_id.split(".")[0] + "." + unique[len(NODE) + 1 :]] = (state, attributes)
        return states

    def state(self, entity):
        """The state of one of them, "" while there is no such entity."""
        return self.states().get(entity, ("", {}))[0]

    def call(self, service, entity):
        """Let Home Assistant do a service of an entity; "done", or what it says against it."""
        entity_id = self.ask()[f"{NODE}_{entity.split('.')[1]}"][0]
        return self.ask(call=service, data={"entity_id": entity_id})

    def use(self, *blueprints):
        """Set up automations from (file, inputs); the name of an entity in an input stands for its id there."""
        known = {
            entity_id.split(".")[0] + "." + unique[len(NODE) + 1 :]: entity_id
            for unique, (entity_id, *_) in self.ask().items()
        }

        def found(value):
            return [found(one) for one in value] if isinstance(value, list) else known.get(value, value)

        made = [
            {"use_blueprint": {"path": f"curfew/{file}", "input": {key: found(value) for key, value in inputs.items()}}}
            for file, inputs in blueprints
        ]
        assert self.ask(automation=made) is True
        return known

    def stop(self):
        self._process.communicate(timeout=60)
        self._log.close()


@pytest.fixture
def hass(connected, tmp_path):  # noqa: F811
    """(the device, a Home Assistant that has discovered it): one burner with a sensor burns."""
    with connected(stove=QUICK, sensor=True) as here:
        one = Hass(tmp_path / "homeassistant", here.broker.port)
        try:
            # Not later: nothing asks for the time while a contact is closed.
            here.desk.wait_for(lambda: here.services().get("time") == "online", 30, "the time, from two servers")
            here.desk.light(5)
            here.desk.wait_state("BURNING")
            here.desk.wait_for(lambda: one.state("sensor.burner0_state") == "BURNING", START_S, "the state there")
            yield here, one
        finally:
            one.stop()


def test_home_assistant_finds_every_entity_and_shows_a_burner_that_burns(hass):
    here, one = hass
    states = one.states()
    assert set(states) == {
        "binary_sensor.problem", "sensor.rssi", "sensor.restart", "valve.burner0_gas", "button.burner0_off",
        "binary_sensor.burner0_flame", "sensor.burner0_off_at", "sensor.burner0_state", "sensor.burner0_cause",
        "number.burner0_off_in", "sensor.burner0_tc", "sensor.burner0_magnet", "sensor.burner0_health",
        "event.burner0_shutoff",
    }  # fmt: skip
    assert states["binary_sensor.problem"][0] == "off" and states["sensor.rssi"][0] == "-50"
    assert states["binary_sensor.burner0_flame"][0] == "on" and states["sensor.burner0_state"][0] == "BURNING"
    here.desk.wait_for(lambda: float(one.state("sensor.burner0_tc")) > 1, 30, "millivolts, published every ten seconds")
    here.desk.wait_for(lambda: one.state("sensor.burner0_off_at") != "unknown", 10, "when it ends")


def test_the_gas_can_be_turned_off_there_and_not_on(hass):
    here, one = hass
    state, attributes = one.states()["valve.burner0_gas"]
    assert (state, attributes["device_class"], attributes["supported_features"]) == ("open", "gas", CLOSE_ONLY)
    one.call("valve.open_valve", "valve.burner0_gas")  # refused there, or not executed by the device
    assert one.call("valve.close_valve", "valve.burner0_gas") == "done"
    here.desk.wait_for(lambda: here.desk.state() != "BURNING", 10, "the end of the flame")
    here.desk.wait_for(lambda: one.state("sensor.burner0_cause") == "REMOTE:mqtt", 20, "the cause")
    here.desk.wait_for(lambda: one.state("valve.burner0_gas") == "closed", 60, "the closed valve")
    one.call("valve.open_valve", "valve.burner0_gas")
    here.lasts(2)
    assert here.desk.state() == "IDLE"
    attributes = one.states()["event.burner0_shutoff"][1]
    assert (attributes["event_type"], attributes["cause"]) == ("REMOTE", "REMOTE:mqtt")


def test_the_button_off_is_off_and_a_device_that_is_gone_is_unavailable(hass):
    here, one = hass
    assert one.call("button.press", "button.burner0_off") == "done"
    here.desk.wait_for(lambda: here.desk.state() != "BURNING", 10, "the end of the flame")
    here.desk.do("power_off")
    here.desk.wait_for(lambda: one.state("valve.burner0_gas") == "unavailable", 60, "the last will")
    here.desk.do("power_on")
    here.desk.wait_for(lambda: one.state("valve.burner0_gas") == "closed", 60, "the device back")


def test_a_phone_gets_messages_before_and_after_the_gas_goes_off_and_turns_it_off(hass):
    here, one = hass
    inputs = {"state": "sensor.burner0_state", "shutoff": "event.burner0_shutoff", "button": "button.burner0_off"}
    known = one.use(("notify.yaml", {**inputs, "notify": "notify.phone"}))
    here.desk.wait_for(lambda: one.state("sensor.burner0_state") == "WARNING", 90, "the warning")
    here.desk.wait_for(lambda: one.ask(calls="notify.phone"), 10, "the message")
    [warning] = one.ask(calls="notify.phone")
    assert warning["message"].startswith("The gas goes off in a minute.")
    [action] = warning["data"]["actions"]
    assert action == {"action": f"CURFEW {known['button.burner0_off']}", "title": "Turn off"}
    one.ask(fire="mobile_app_notification_action", data={"action": "CURFEW button.of_another_burner"})
    here.lasts(1)
    assert here.desk.state() == "WARNING"
    one.ask(fire="mobile_app_notification_action", data={"action": action["action"]})
    here.desk.wait_for(lambda: here.desk.state() not in ("WARNING", "BURNING"), 10, "the end of the flame")
    here.desk.wait_for(lambda: len(one.ask(calls="notify.phone")) == 2, 20, "the second message")
    assert one.ask(calls="notify.phone")[1]["message"] == "Turned off: remote OFF"


def test_the_range_hood_follows_the_flame_and_runs_on(hass):
    here, one = hass
    one.use(("hood.yaml", {"flames": ["binary_sensor.burner0_flame"], "hood": "fan.hood", "run_on": 0.05}))
    assert one.call("button.press", "button.burner0_off") == "done"
    here.desk.wait_for(lambda: one.state("binary_sensor.burner0_flame") == "off", 60, "the flame is out")
    here.desk.wait_for(lambda: one.ask(calls="homeassistant.turn_off"), 30, "the hood after its run-on")
    here.desk.light(5)
    here.desk.wait_for(lambda: one.ask(calls="homeassistant.turn_on"), 60, "the hood beside a flame")
    assert one.ask(calls="homeassistant.turn_on")[0]["entity_id"] == ["fan.hood"]


def test_the_floor_counts_what_burns_and_turns_all_off(hass):
    here, one = hass
    floor = [Device("Curfew", "Elm Street 3, 2nd floor", "", NODE.split("_")[1]), Device("flat-8", "", "", "0" * 12)]
    assert one.ask(package=json.loads(home_assistant.package(floor))) == [True, True]
    view = json.loads(home_assistant.dashboard(floor))["views"][0]["cards"][1]["content"]
    assert one.ask(template=view) == "**Curfew** open"
    count = "{{ states('sensor.elm_street_3_2nd_floor_burning') }}"
    here.desk.wait_for(lambda: one.ask(template=count) == 1, 30, "one that burns")
    assert one.ask(call="script.curfew_off_elm_street_3_2nd_floor", data={}) == "done"
    here.desk.wait_for(lambda: here.desk.state() != "BURNING", 10, "the end of the flame")
    here.desk.wait_for(lambda: one.ask(template=count) == 0, 60, "none that burns")


def test_every_entity_of_the_card_is_there(hass):
    _, one = hass
    named = set(re.findall(rf"(\w+)\.{NODE}_(\w+)", (FILES / "card.yaml").read_text()))
    assert len(named) >= 6 and {f"{domain}.{name}" for domain, name in named} <= set(one.states())
