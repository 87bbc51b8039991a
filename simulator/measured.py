"""A stove for the simulator from readings of a real one: python -m simulator.measured READINGS.csv [--coil-mohm 20]

READINGS.csv is what `curfew measure` wrote: a burner lit from cold, closed by the controller, shut off, and left alone
until it is cold. Prints {"made_by": …, "stove": {…}, "zero_uv": …}: the object for `--stove` of `simulator run`.
    python -m simulator.measured --example SCENARIO.json      such readings, made by the simulator and marked so

Belongs here: the form of readings, what follows from them. Does not: the cable (tools/board/measure.py), the physics.
"""

import argparse
import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

HEAD = "t_s,burner,tc_uv,magnet_uv,contact"
MARK = "# Curfew readings, of "
SIMULATED = "the simulator, no stove"
COIL_MOHM = 20  # of the magnet, where none was measured (wiring/MEASURE.md)
E = 2.718281828
Row = tuple[float, int, int, int]  # seconds, microvolts at thermocouple and magnet, 1 while the contact is closed


class ReadingsError(ValueError):
    """Readings that say too little; the text is one line."""


def stove_of(path: str | Path) -> dict[str, Any]:
    """The stove of a file that this program printed. Raises ReadingsError."""
    try:
        found: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))["stove"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReadingsError(f"{path}: no stove of `python -m simulator.measured`: {error}") from None
    return found


def read(path: Path, burner: int) -> tuple[str, list[Row]]:
    """Who made a file of readings, and those of one burner. Raises ReadingsError."""
    try:
        first, head, *lines = path.read_text("utf-8").splitlines()
        rows = [[float(value) for value in line.split(",")] for line in lines]
        found = [(t_s, int(tc), int(magnet), int(contact)) for t_s, one, tc, magnet, contact in rows if one == burner]
    except (OSError, ValueError) as error:
        raise ReadingsError(f"{path}: no file of `curfew measure`: {error}") from None
    if not first.startswith(MARK) or head != HEAD or not found:
        raise ReadingsError(f"{path}: no readings of burner {burner + 1} by `curfew measure`")
    return first.removeprefix(MARK), found


def burn_of(rows: list[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """The rows of a burn: surely cold before it, while the contact was closed, after it. Raises ReadingsError."""
    closes = next((at for at, row in enumerate(rows) if row[3]), None)
    opens = next((at for at in range(closes or 0, len(rows)) if not rows[at][3]), None) if closes else None
    if closes is None or opens is None:
        raise ReadingsError("the contact never closed, or never opened again: light, wait five minutes, press OFF")
    return rows[: max(closes // 2, 1)], rows[closes:opens], rows[opens:]


def cooled_s(after: list[Row], zero_uv: float) -> float:
    """How long an open thermocouple took to cool down to 37 %. Raises ReadingsError."""
    emf_uv = max(row[1] for row in after) - zero_uv
    cool_s = next((row[0] - after[0][0] for row in after if row[1] - zero_uv < emf_uv / E), None)
    if cool_s is None:
        raise ReadingsError("it did not cool down to 37 % after the shut-off: leave it for longer")
    return cool_s


def stove(rows: list[Row], coil_mohm: float = COIL_MOHM) -> dict[str, Any]:
    """The numbers of simulator/plant/plant.py that the readings give, and their zero. Raises ReadingsError."""
    cold, burning, after = burn_of(rows)
    zero_uv = median(row[1] for row in cold)
    loaded_uv, magnet_uv = (median(row[side] for row in burning[-50:]) - zero_uv for side in (1, 2))
    emf_uv = max(row[1] for row in after) - zero_uv
    if magnet_uv <= 0 or emf_uv <= loaded_uv:
        raise ReadingsError("no current flowed: are both leads on?")
    cool_s = cooled_s(after, zero_uv)
    lit_s = max(row[0] for row in rows if row[0] < burning[0][0] and row[1] - zero_uv < emf_uv / 50)
    hot_s = next(row[0] for row in burning if row[1] - zero_uv >= loaded_uv * (1 - 1 / E))
    current_ma = magnet_uv / coil_mohm
    return {
        "stove": {
            "emf_uv": round(emf_uv),
            "tc_mohm": round((emf_uv - loaded_uv) / current_ma),
            "coil_mohm": round(coil_mohm),
            "contact_mohm": max(round((loaded_uv - magnet_uv) / current_ma), 1),
            "leads_mohm": 0,  # cannot be told from the contact
            "tip_heat_ms": round((hot_s - lit_s) * 1000),
            "tip_cool_ms": round(cool_s * 1000),
        },
        "zero_uv": round(zero_uv),
    }


def example(path: str) -> str:
    """Readings ten times a second that a run of a scenario gives. Raises ScenarioError, RunError."""
    from simulator.play import play
    from simulator.scenario import load

    result = play(load(path, samples=True)).result
    lines = [MARK + SIMULATED, HEAD]
    for t_ms, burner, _, tc_uv, magnet_uv in result.samples:
        now = result.at(burner, t_ms)
        lines.append(
            f"{t_ms / 1000:.1f},{burner},{tc_uv},{magnet_uv},{int(now is not None and now['contact'] == 'closed')}"
        )
    return "\n".join(lines) + "\n"


def main(argv: list[str] | None = None) -> int:
    """The command line: 0 done, 2 with one line that says why not."""
    parser = argparse.ArgumentParser(prog="python -m simulator.measured")
    parser.add_argument("file", type=Path)
    parser.add_argument("--burner", type=int, default=1)
    parser.add_argument("--coil-mohm", type=float, default=COIL_MOHM)
    parser.add_argument("--example", action="store_true")
    asked = parser.parse_args(argv)
    try:
        if asked.example:
            print(example(str(asked.file)), end="")
            return 0
        made_by, rows = read(asked.file, asked.burner - 1)
        print(json.dumps({"made_by": made_by, **stove(rows, asked.coil_mohm)}, indent=2))
    except ValueError as error:
        print(f"measured: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
