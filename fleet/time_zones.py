"""A time zone by name as a device keeps it: the minutes east of Greenwich, and when they change."""

import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fleet.devices import FleetError

WEEK_MIN = 7 * 24 * 60  # no zone changes twice in it
BEFORE_WEEKS, AFTER_WEEKS = 52, 520  # what the history shows, and ten years; the page saves as many


def rules(name: str, now_s: float | None = None) -> dict[str, Any]:
    """time_zone, time_zone_min and time_zone_changes of network.json, from a year before now_s. Raises FleetError."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise FleetError(f"time_zone: {name!r}: no such zone; names are like Europe/Berlin") from None

    def east(minute: int) -> int:
        return (datetime.fromtimestamp(minute * 60, zone).utcoffset() or timedelta()) // timedelta(minutes=1)

    start = int(time.time() if now_s is None else now_s) // 60 - BEFORE_WEEKS * WEEK_MIN
    changes: list[int] = []
    for week in range(BEFORE_WEEKS + AFTER_WEEKS):
        low = start + week * WEEK_MIN
        high, before = low + WEEK_MIN, east(low)
        if east(high) == before:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if east(middle) == before else (low, middle)
        changes += high, east(high)
    return {"time_zone": name, "time_zone_min": east(start), "time_zone_changes": changes}
