"""What each build of wiring/wiring.yaml says in settings.json, chip by chip; the rest is as shipped. Pure."""

from typing import Any

from ..installation import core

pins = core("pins")

BUILDS = {"basic": 1, "full": 2}  # burners
KEYS = ("supply_pin", "display_clk_pin", "display_dio_pin", "hood_pin")
# The pins of KEYS on each chip; basic has the first alone. A C3 has no more.
SPARE = {"ESP32": (36, 4, 13, 27), "ESP32S3": (21, 1, 2, 12), "ESP32C3": (5,), "ESP32C6": (6, 10, 11, 3)}


def settings_of(build: str, chip: str) -> dict[str, Any]:
    """What a build says in settings.json on a chip, whose own pins it has. A C3 has pins for one burner."""
    relays, buttons, *_ = pins.row(chip)
    pairs = list(zip(relays, buttons, strict=True))[: BUILDS[build]]
    burners = [{"relay_pin": relay, "button_pin": button, "sensor": build == "full"} for relay, button in pairs]
    wired = dict(zip(KEYS, SPARE[chip][: None if build == "full" else 1], strict=False))
    return {**({} if chip == pins.PLAIN else {"chip": chip}), **wired, "burners": burners}
