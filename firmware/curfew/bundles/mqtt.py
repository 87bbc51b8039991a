"""All that speaks MQTT in one piece: in the compiled program these modules are one (tools/build/link.py).

Nothing else belongs here; a box without a broker never imports it.
"""

from chumicro_mqtt import _wire, client  # noqa: F401

from curfew.services.mqtt import homeassistant, session, transport  # noqa: F401
