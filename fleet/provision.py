"""Boards in a row, at one cable: the program, the network of the house, a broker user of its own, a label.

Devices come up in their network without a set-up; the device password is still the tenant's to choose at the page.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import segno

from fleet.devices import COLUMNS, Device, FleetError
from fleet.time_zones import rules
from tools.board.link import Link

NETWORK = "network.json"
COMMON = ("language", "time_zone", "wifi", "mqtt", "token")  # what devices share; mqtt without user and password
_CHIP = "import machine\nprint(machine.unique_id().hex())\n"


def common(path: Path) -> dict[str, Any]:
    """The settings that all devices share, from a file. Raises FleetError."""
    try:
        values = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise FleetError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise FleetError(f"{path}: not JSON: {error}") from None
    if not isinstance(values, dict):
        raise FleetError(f"{path}: must be an object {{ … }} with {', '.join(COMMON)}")
    for key in values:
        if key not in COMMON:
            raise FleetError(f"{path}: {key!r}: unknown here; known are {', '.join(COMMON)}")
    for key in ("ssid", "password"):
        if not isinstance(values.get("wifi", {}).get(key), str):
            raise FleetError(f"{path}: wifi.{key}: is missing; devices would open their set-up")
    if "user" in values.get("mqtt", {}) or "password" in values.get("mqtt", {}):
        raise FleetError(f"{path}: mqtt.user, mqtt.password: leave them out; each device gets its own")
    if "time_zone" in values:
        values |= rules(values["time_zone"])
    return values


def network_of(device: Device, shared: dict[str, Any], password: str) -> dict[str, Any]:
    """network.json of one device."""
    made = {**shared, "name": device.name}
    if "mqtt" in made:
        made["mqtt"] = {**made["mqtt"], "user": device.chip, "password": password}
    return made


def chip_of(port: str) -> str:
    """The number of the chip behind a port; stops what runs there. Raises BoardError."""
    with Link(port) as link:
        link.take_over()
        number = link.run(_CHIP).strip()
        link.reset()
    return number


def write(port: str, network: dict[str, Any]) -> None:
    """Put network.json on the board, and restart it. Raises BoardError."""
    with Link(port) as link:
        link.take_over()
        link.write(NETWORK, json.dumps(network).encode())
        link.reset()


def with_chip(devices: Iterable[Device], name: str, chip: str) -> str:
    """The list again, with the number of a chip in one line."""
    lines = [",".join(COLUMNS)]
    for one in devices:
        values = (one.name, one.place, one.host, chip if one.name == name else one.chip)
        lines.append(",".join(f'"{value}"' if "," in value or '"' in value else value for value in values))
    return "\n".join(lines) + "\n"


def label(device: Device) -> str:
    """An SVG to print and stick on: the name, the place, and a QR code of the device's page."""
    code = segno.make(f"http://{device.host}/", error="m")
    drawn = code.svg_inline(border=2, scale=40 / code.symbol_size(border=2)[0])
    lines = [(6, 10, device.name), (4, 18, device.place), (3.4, 26, device.host), (3.4, 32, device.chip)]
    font = 'x="44" font-family="sans-serif"'
    texts = "".join(f'<text {font} font-size="{size}" y="{y}">{_escaped(text)}</text>' for size, y, text in lines)
    size = 'width="90mm" height="42mm" viewBox="0 0 90 42"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{drawn}{texts}</svg>\n'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
