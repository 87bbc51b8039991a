"""Settings of a burner from readings of its commissioning: python -m simulator.learned READINGS.csv [--burner 1]

READINGS.csv is what `curfew measure` wrote of one burn: a minute cold, full flame, the smallest flame until its
millivolts stand still, knob off, OFF at the click of the valve, cold again. Prints settings for `curfew settings`. On
stderr: the margin of each, or why one stays as it is, because a step was skipped or the value is outside of its range.

Belongs here: what follows from readings. Does not: their form (simulator/measured.py), the shipped thresholds.
"""

import argparse
import json
import math
import sys
from pathlib import Path
from statistics import median

from simulator.measured import ReadingsError, Row, burn_of, cooled_s, read

# The ranges of the settings, a second time.
RANGES = {
    "zero_tc_uv": (-2000, 2000), "zero_magnet_uv": (-2000, 2000), "loaded_on_uv": (1000, 15000),
    "loaded_off_uv": (500, 10000), "flame_lost_percent": (5, 60), "flame_min_uv": (2000, 20000),
    "magnet_hold_uv": (0, 10000), "flame_die_s": (30, 180),
}  # fmt: skip
LOADED_ON_UV, LOADED_OFF_UV, FLAME_LOST_PERCENT = 2500, 1500, 15  # as shipped: a strong stove keeps them
FLAME_PART, DROP_TIMES, DIE_TIMES = 0.8, 2, 1.5  # of the smallest flame; of the drop-out; of the time to half
LOWER_PART = 0.9  # of the full flame: a smallest flame is below
HELD_MAX_PART = 0.8  # of the full flame's magnet side: it has to be reached
FALL_S, FALL_PART = 3, 1.01  # a tip that cools loses more than 1 % in so long
HELD_S = 0.8  # the button is held for so long until the contact opens


def learned(rows: list[Row]) -> tuple[dict[str, int], list[str]]:
    """(settings by key, notes) of the readings of one burner. Raises ReadingsError."""
    cold, burning, after = burn_of(rows)
    zero_tc_uv, zero_magnet_uv = (round(median(row[side] for row in cold)) for side in (1, 2))
    tc_uv, magnet_uv = ([level - zero for level in _seconds(burning, side)]
                        for side, zero in ((1, zero_tc_uv), (2, zero_magnet_uv)))  # fmt: skip
    full_uv, full_magnet_uv = max(tc_uv), max(magnet_uv)
    fall_at = len(tc_uv) - 1
    while fall_at > FALL_S and tc_uv[fall_at - FALL_S] > tc_uv[fall_at] * FALL_PART:
        fall_at -= 1
    low_uv = median(tc_uv[max(fall_at - 10 - FALL_S, 0) : fall_at - FALL_S] or tc_uv)
    found = {"zero_tc_uv": zero_tc_uv, "zero_magnet_uv": zero_magnet_uv}
    notes = []
    if low_uv < full_uv * LOWER_PART:
        open_part = (after[0][1] - zero_tc_uv) / tc_uv[-1]
        found |= {
            "loaded_on_uv": min(LOADED_ON_UV, round(low_uv * FLAME_PART)),
            "loaded_off_uv": min(LOADED_OFF_UV, round(low_uv / 2)),
            "flame_lost_percent": min(FLAME_LOST_PERCENT, max(5, round(50 * low_uv / full_uv))),
            "flame_min_uv": round(low_uv * open_part * FLAME_PART),
        }
        notes.append(f"smallest flame: {low_uv / found['loaded_off_uv']:.1f} times the level at which it is out")
    else:
        notes.append("smallest flame: not shown, its thresholds stay as they are")
    drop_uv = _at(burning, burning[-1][0] - HELD_S, 2) - zero_magnet_uv
    if len(tc_uv) - fall_at > FALL_S and DROP_TIMES * drop_uv <= full_magnet_uv * HELD_MAX_PART:
        found["magnet_hold_uv"] = round(DROP_TIMES * drop_uv)
        notes.append(f"release sound: at {DROP_TIMES} times the drop-out, {drop_uv / 1000:.1f} mV")
    else:
        notes.append("release sound: no drop-out was shown below the flame, it stays as it is")
    half_s = cooled_s(after, zero_tc_uv) * math.log(2)
    found["flame_die_s"] = max(RANGES["flame_die_s"][0], math.ceil(DIE_TIMES * half_s))
    notes.append(f"cooling: to half in {half_s:.0f} s, flame_die_s is {found['flame_die_s']}")
    for key in [key for key, value in found.items() if not RANGES[key][0] <= value <= RANGES[key][1]]:
        notes.append(f"{key}: {found.pop(key)} is not from {RANGES[key][0]} to {RANGES[key][1]}, it stays as it is")
    return found, notes


def _seconds(rows: list[Row], side: int) -> list[float]:
    """The median of each second."""
    by_s: dict[int, list[float]] = {}
    for row in rows:
        by_s.setdefault(int(row[0]), []).append(row[side])
    return [median(levels) for levels in by_s.values()]


def _at(rows: list[Row], t_s: float, side: int) -> float:
    return min(rows, key=lambda row: abs(row[0] - t_s))[side]


def as_settings(found: dict[str, int], burner: int) -> dict[str, object]:
    """The object of a settings file: those of the device, and those of its burner (from 1)."""
    own = {key: value for key, value in found.items() if key != "flame_die_s"}
    whole = {key: value for key, value in found.items() if key not in own}
    return {**whole, "burners": [*({} for _ in range(burner - 1)), own]}


def main(argv: list[str] | None = None) -> int:
    """The command line: 0 done, 2 with one line that says why not."""
    parser = argparse.ArgumentParser(prog="python -m simulator.learned")
    parser.add_argument("file", type=Path)
    parser.add_argument("--burner", type=int, default=1)
    asked = parser.parse_args(argv)
    try:
        found, notes = learned(read(asked.file, asked.burner - 1)[1])
    except ReadingsError as error:
        print(f"learned: {error}", file=sys.stderr)
        return 2
    print(json.dumps(as_settings(found, asked.burner), indent=2))
    print("\n".join(notes), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
