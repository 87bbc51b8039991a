"""All of MQTT: in the compiled program these modules are one (tools/build/link.py), imported only with a broker.

transport.py is not here: notify/webhook.py uses it without a broker, too.
"""

from curfew.services.mqtt import client, homeassistant, session  # noqa: F401
