"""All of MQTT: in the compiled program these modules are one (tools/build/link.py), imported only with a broker."""

from chumicro_mqtt import _wire, client  # noqa: F401

from curfew.services.mqtt import homeassistant, session, transport  # noqa: F401
