"""When the broker hears of an open contact, and what the valve is meanwhile: over a real mosquitto.

Here: from an OFF to the event with its cause. Not here: commands and other states (test_homeassistant.py).
"""

# ruff: noqa: F811 (fixtures are imported by name)
import json

import pytest

from host_tests.fixtures.broker import broker  # noqa: F401
from host_tests.fixtures.hub import flash, hub  # noqa: F401


def test_the_broker_hears_of_a_shut_off_at_once_and_of_the_rest_twice_a_second(hub):
    home = hub()
    home.settled()
    took_ms = []
    for _ in range(5):
        home.core.flame()
        home.settled()
        home.core.off()
        begun_ms = home.core.now_ms
        home.until(lambda: '"contact_closed": false' in home.device.broker.published[home.device._topic(0, "state")])
        took_ms.append(home.core.now_ms - begun_ms)
        home.core.uv[0] = [0, 0]
        home.core.until(lambda: home.core.state() == "IDLE", 60)
    assert max(took_ms) <= 40


def heard_before_the_tick(home):
    """What the broker was given after an OFF, before the loop has taken it: contact, valve, state, cause; shut-offs."""
    home.context.off(0, "mqtt")
    home.context.look()
    home.device.poll()
    state = json.loads(home.device.broker.published[home.device._topic(0, "state")])
    assert home.core.conducts(), "there was a tick"
    return [state[key] for key in ("contact_closed", "valve", "state")], len(home.texts("burner/0/shutoff"))


def test_the_broker_hears_of_a_contact_that_opens_before_the_tick_and_the_cause_with_the_tick(hub):
    home = hub()
    home.core.flame()
    home.settled()
    home.core.off()  # an earlier shut-off, whose cause must not be that of the next one
    home.core.uv[0] = [0, 0]  # before a contact that still conducts is taken for a weld
    home.until(lambda: home.texts("burner/0/shutoff"))
    home.core.until(lambda: home.core.state() == "IDLE", 60)
    home.core.flame()
    home.until(lambda: home.last("burner/0/state")["valve"] == "open")
    home.settled()
    home.context.link.hurry = lambda: True  # the event has run by then
    assert heard_before_the_tick(home) == ([False, "closing", "BURNING"], 1)
    home.until_shut()
    home.core.uv[0] = [0, 0]
    home.until(lambda: len(home.texts("burner/0/shutoff")) == 2)
    assert home.last("burner/0/shutoff")["cause"] == home.last("burner/0/state")["cause"] == "REMOTE:mqtt"
    home.until(lambda: home.last("burner/0/state")["valve"] == "closed")
    assert len(home.texts("burner/0/shutoff")) == 2


@pytest.mark.parametrize(("scheduled", "waiting"), [(True, 1), (False, 0)], ids=["still waiting", "not scheduled"])
def test_of_a_contact_that_is_not_open_yet_nothing_is_said(hub, scheduled, waiting):
    home = hub()
    home.core.flame()
    home.until(lambda: home.last("burner/0/state")["valve"] == "open")
    home.settled()
    home.context.link.hurry = lambda: scheduled
    home.context.link.opening[0] = waiting
    assert heard_before_the_tick(home) == ([True, "open", "BURNING"], 0)


def test_an_off_to_a_contact_that_is_open_says_nothing_of_the_next_burn(hub):
    home = hub()
    home.settled()
    home.context.link.hurry = lambda: True
    home.context.off(0, "mqtt")
    home.context.look()
    assert not home.context.opens_first(0)
    home.core.flame()
    home.until(lambda: home.last("burner/0/state")["valve"] == "open")
    assert not home.context.opens_first(0)


def test_the_valve_follows_the_gas(hub):
    home = hub()
    home.core.flame()
    home.until(lambda: home.last("burner/0/state")["valve"] == "open")
    home.say("burner/0/command", "OFF")
    home.until_shut()
    home.core.uv[0] = [0, 0]
    home.until(lambda: home.last("burner/0/state")["state"] == "IDLE")
    valves = [json.loads(text)["valve"] for text in home.texts("burner/0/state")]
    assert list(dict.fromkeys(valves[valves.index("open") :])) == ["open", "closing", "closed"]


def test_a_flame_that_the_device_did_not_allow_is_an_open_valve(hub):
    home = hub(auto_arm=False)
    home.core.uv[0] = [10000, 0]
    home.until(lambda: home.last("burner/0/state")["flame"])
    assert not home.core.conducts() and home.last("burner/0/state")["valve"] == "open"
