"""Draws the two builds: `python -m wiring.draw` writes wiring/drawings/, all of it made from wiring.yaml.

Belongs here: which files there are, and telling what is missing. Does not: what is in them.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from wiring import harness, schematic
from wiring.source import BUILDS, Build, build

FOLDER = Path(__file__).parent / "drawings"
FILES: dict[str, Callable[[Build], str]] = {
    "schematic-{}.svg": lambda made: schematic.draw(made).svg(),
    "schematic-{}.zh-CN.svg": lambda made: schematic.draw(made, 1).svg(),
    "harness-{}.yml": harness.plan,
    "harness-{}.svg": harness.svg,
}


def main() -> int:
    """Write every drawing; exit status 1 when Graphviz is missing, after all that does without it."""
    FOLDER.mkdir(exist_ok=True)
    status = 0
    for name in BUILDS:
        made = build(name)
        for pattern, make in FILES.items():
            if make is harness.svg and harness.MISSING:
                print(f"wiring: {pattern.format(name)}: {harness.MISSING}", file=sys.stderr)
                status = 1
                continue
            path = FOLDER / pattern.format(name)
            fresh = make(made).rstrip("\n") + "\n"
            if not path.is_file() or path.read_text("utf-8") != fresh:
                path.write_text(fresh, "utf-8")
                print(f"wiring: {path.relative_to(FOLDER.parent.parent)}")
    return status


if __name__ == "__main__":
    sys.exit(main())
