"""Draws everything in wiring/drawings: both builds from wiring.yaml, contact budget and pump from their formulas."""

import sys
from collections.abc import Callable
from pathlib import Path

from simulator.plant import charge_pump
from wiring import budget, harness, interposer, pump, schematic
from wiring.model import Build, WiringError
from wiring.source import BUILDS, build

FOLDER = Path(__file__).parent / "drawings"
FILES: dict[str, Callable[[Build], str]] = {
    "schematic-{}.svg": lambda plan: schematic.draw(plan).svg(),
    "schematic-{}.zh-CN.svg": lambda plan: schematic.draw(plan, 1).svg(),
    "harness-{}.yml": harness.plan,
    "harness-{}.svg": harness.svg,
}
CHARTS: dict[str, Callable[[], str]] = {
    "budget.svg": lambda: budget.picture(budget.Loop(), 0),
    "budget.zh-CN.svg": lambda: budget.picture(budget.Loop(), 1),
    "interposer.svg": lambda: interposer.picture(0),
    "interposer.zh-CN.svg": lambda: interposer.picture(1),
    "pump.svg": lambda: pump.picture(charge_pump.PARTS, 0),
    "pump.zh-CN.svg": lambda: pump.picture(charge_pump.PARTS, 1),
}


def _write(name: str, text: str) -> None:
    path = FOLDER / name
    text = text.rstrip("\n") + "\n"
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
        print(f"wiring: {path.relative_to(FOLDER.parent.parent)}")


def main() -> int:
    """Write every drawing that changed; exit status 1 without Graphviz, after everything that does not need it.

    2 and one line when wiring.yaml is wrong; then nothing was written.
    """
    try:
        plans = [build(name) for name in BUILDS]
    except WiringError as error:
        print(f"wiring: {error}", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    for name, chart in CHARTS.items():
        _write(name, chart())
    status = 0
    for plan in plans:
        for pattern, draw in FILES.items():
            if draw is harness.svg and harness.MISSING:
                print(f"wiring: {pattern.format(plan.name)}: {harness.MISSING}", file=sys.stderr)
                status = 1
            else:
                _write(pattern.format(plan.name), draw(plan))
    return status


if __name__ == "__main__":
    sys.exit(main())
