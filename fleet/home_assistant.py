"""Home Assistant for a house: for each place a count of what burns, a script that turns all off, and a view.

Entities are found by the device's name, which is that of the list; versions of Home Assistant name them differently.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from fleet.broker import PREFIX
from fleet.devices import Device


def places(devices: Iterable[Device]) -> dict[str, list[Device]]:
    """The devices by place, in the order of the list."""
    found: dict[str, list[Device]] = {}
    for device in devices:
        found.setdefault(device.place or "Stoves", []).append(device)
    return found


def package(devices: Iterable[Device]) -> str:
    """The file for packages/: a sensor and a script for each place. JSON, which is YAML."""
    sensors, scripts = [], {}
    for place, there in places(devices).items():
        entities = f"{[one.name for one in there]} | map('device_id') | select | map('device_entities') | sum(start=[])"
        burning = f"{{{{ {entities} | select('match', 'valve') | select('is_state', 'open') | list | count }}}}"
        key = slug(place)
        sensors.append({"name": f"{place} burning", "unique_id": f"curfew_burning_{key}", "state": burning})
        publish = {"topic": f"{PREFIX}/{{{{ repeat.item }}}}/command", "payload": "OFF", "qos": 1}
        each = {"for_each": [one.chip for one in there], "sequence": [{"service": "mqtt.publish", "data": publish}]}
        scripts[f"curfew_off_{key}"] = {"alias": f"{place}: all off", "mode": "restart", "sequence": [{"repeat": each}]}
    return json.dumps({"template": [{"sensor": sensors}], "script": scripts}, indent=1, ensure_ascii=False) + "\n"


def dashboard(devices: Iterable[Device]) -> str:
    """The file for the raw editor of a dashboard: a view for each place, with what burns where and a button."""
    views = []
    for place, there in places(devices).items():
        lines = [
            f"**{one.name}** {{{{ device_entities(device_id('{one.name}') or '') | select('match', 'valve')"
            " | map('states') | join(', ') or 'unknown' }}"
            for one in there
        ]
        off: dict[str, Any] = {"type": "button", "name": f"{place}: all off", "icon": "mdi:fire-off"}
        off |= {"entity": f"script.curfew_off_{slug(place)}", "tap_action": {"action": "toggle"}}
        cards = [off, {"type": "markdown", "content": "\n\n".join(lines)}]
        views.append({"title": place, "path": slug(place), "cards": cards})
    return json.dumps({"title": "Stoves", "views": views}, indent=1, ensure_ascii=False) + "\n"


def slug(place: str) -> str:
    """Small letters, digits and _; other letters by their number."""
    plain = "".join(one if one.isascii() else f"{ord(one):x}" for one in place.lower())
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
