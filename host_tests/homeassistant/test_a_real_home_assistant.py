"""A real Home Assistant discovers the device over a real broker, shows it and turns it off: `make homeassistant`."""

import json
import subprocess

import pytest

from host_tests.fixtures.seeded_firmware import ROOT
from host_tests.realtime.test_remote_access import QUICK, connected  # noqa: F401

PYTHON = ROOT / ".venv-homeassistant" / "bin" / "python"
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

    def stop(self):
        self._process.communicate(timeout=60)
        self._log.close()


@pytest.fixture
def hass(connected, tmp_path):  # noqa: F811
    """(the device, a Home Assistant that has discovered it): one burner with a sensor burns."""
    with connected(stove=QUICK, sensor=True) as here:
        one = Hass(tmp_path / "homeassistant", here.broker.port)
        try:
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
        "sensor.burner0_tc", "sensor.burner0_magnet", "sensor.burner0_health", "event.burner0_shutoff",
    }  # fmt: skip
    assert states["binary_sensor.problem"][0] == "off" and states["sensor.rssi"][0] == "-50"
    assert states["binary_sensor.burner0_flame"][0] == "on" and states["sensor.burner0_state"][0] == "BURNING"
    here.desk.wait_for(lambda: float(one.state("sensor.burner0_tc")) > 1, 30, "millivolts, published every ten seconds")
    assert states["sensor.burner0_off_at"][0] == "unknown", "the desk never learns the time"


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
