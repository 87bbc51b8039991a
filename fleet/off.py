"""OFF for all devices, said again until each one itself reports open contacts.

What a broker acknowledges is not yet done: a node of a cluster that fails takes acknowledged commands with it.
"""

import json
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from fleet.broker import OPERATOR, PREFIX
from fleet.devices import Device, FleetError

AGAIN_S = 1  # between two OFFs
MOST_S = 120
IN_FLIGHT = 200  # not acknowledged yet
QUIET_S = 0.3  # after the last of the states that belong together
WORDS = ("OFF", "REPORT")  # the second is no command: the device refuses it and publishes its states again


class Reports:
    """What the devices have reported since the beginning. left: those whose contacts are not known to be open."""

    def __init__(self, devices: Iterable[Device]):
        self._devices = {device.chip: device for device in devices}
        self._states: dict[str, dict[str, dict[str, Any]]] = {}  # by chip and burner
        self._heard_s: dict[str, float] = {}

    def take(self, topic: str, payload: bytes) -> None:
        """A message of .../<chip>/burner/<number>/state that was not retained; other topics are ignored."""
        match topic.split("/"):
            case [_, chip, "burner", burner, "state"] if chip in self._devices and payload:
                self._states.setdefault(chip, {})[burner] = json.loads(payload)
                self._heard_s[chip] = time.monotonic()

    def left(self) -> list[Device]:
        """The devices that have not reported, or report a closed contact."""
        return [device for chip, device in self._devices.items() if not self._is_off(chip)]

    def _is_off(self, chip: str) -> bool:
        states = list(self._states.get(chip, {}).values())
        quiet = time.monotonic() - self._heard_s.get(chip, 0) > QUIET_S
        return quiet and bool(states) and not any(state["contact_closed"] for state in states)

    def faults(self) -> list[str]:
        """A line for each burner that reports a fault: its gas may be on all the same."""
        return [
            f"{self._devices[chip].name}: burner {int(burner) + 1} reports {state['fault']}: turn its knob off"
            for chip, burners in self._states.items()
            for burner, state in burners.items()
            if state["fault"]
        ]


def connected(mqtt: dict[str, Any], password: str) -> paho.Client:
    """A session of the operator at the broker of network.json; it comes back by itself. Raises FleetError."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(OPERATOR, password)
    client.reconnect_delay_set(1, 2)
    client.max_inflight_messages_set(IN_FLIGHT)
    if mqtt.get("tls"):
        client.tls_set_context(ssl.create_default_context(cadata=mqtt.get("ca")))
    try:
        client.connect(mqtt["host"], mqtt.get("port", 1883))
    except OSError as error:
        raise FleetError(f"broker {mqtt['host']}: {error.strerror or error}") from None
    return client


def all_off(client: paho.Client, devices: list[Device], most_s: float, say: Callable[[str], None]) -> list[Device]:
    """Turn all off; the devices that have not reported it after most_s seconds."""
    reports, began_s = Reports(devices), time.monotonic()

    def hear(_: Any, __: Any, message: paho.MQTTMessage) -> None:
        if not message.retain:
            reports.take(message.topic, bytes(message.payload))

    def listen(*_: Any) -> None:
        client.subscribe(f"{PREFIX}/+/burner/+/state", 1)

    last: dict[str, int] = {}  # number of the last message to a device
    taken = {0}  # numbers that the broker has acknowledged

    def take(_: Any, __: Any, number: int, *___: Any) -> None:
        taken.add(number)

    client.on_message, client.on_connect, client.on_publish = hear, listen, take
    client.loop_start()
    try:
        while (left := reports.left()) and time.monotonic() - began_s < most_s:
            for device in left:
                if last.get(device.chip, 0) in taken:  # else paho says it again, and more would only queue up
                    for word in WORDS:
                        last[device.chip] = client.publish(f"{PREFIX}/{device.chip}/command", word, 1).mid
            again_s = time.monotonic() + AGAIN_S
            while reports.left() and time.monotonic() < again_s:
                time.sleep(0.05)
    finally:
        client.loop_stop()
        client.disconnect()
    say(f"{len(devices) - len(left)} of {len(devices)} report off after {time.monotonic() - began_s:.1f} s")
    for line in reports.faults():
        say(line)
    return left
