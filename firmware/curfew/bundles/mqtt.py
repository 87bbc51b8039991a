"""All of MQTT: in the compiled program these modules are one (tools/build/link.py), imported only with a broker."""

from curfew.services.mqtt import client, homeassistant, session, transport  # noqa: F401
