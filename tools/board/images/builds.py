"""What each build of wiring/wiring.yaml says in settings.json, chip by chip. Pure."""

from typing import Any

from ..installation import core

pins = core("pins")

# On a plain ESP32; the rest is as shipped.
BUILDS: dict[str, dict[str, Any]] = {
    "basic": {"burners": [{"relay_pin": 18, "button_pin": 25, "sensor": False}]},
    "full": {
        "display_clk_pin": 4,
        "display_dio_pin": 13,
        "hood_pin": 27,
        "burners": [
            {"relay_pin": 18, "button_pin": 25, "sensor": True},
            {"relay_pin": 19, "button_pin": 26, "sensor": True},
        ],
    },
}


# Display and hood of the full build on other chips, where they have pins for them; the rest are the chip's defaults.
FULL = {
    "ESP32S3": {"display_clk_pin": 1, "display_dio_pin": 2, "hood_pin": 12},
    "ESP32C6": {"display_clk_pin": 10, "display_dio_pin": 11, "hood_pin": 3},
}


def settings_of(build: str, chip: str) -> dict[str, Any]:
    """What a build says in settings.json on a chip; on others than the plain ESP32 with their own pins."""
    if chip == pins.PLAIN:
        return BUILDS[build]
    count = len(pins.row(chip)[pins.AT_RELAYS])
    burners = [{"sensor": one["sensor"]} for one in BUILDS[build]["burners"][:count]]
    return {"chip": chip, **(FULL.get(chip, {}) if build == "full" else {}), "burners": burners}
