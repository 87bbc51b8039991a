"""What campaigns have seen, in tables and a picture: python -m simulator.campaign.heatmap RESULTS.jsonl [--svg FILE].

Each file is that of a campaign with --results; a seed that stands in several of the same code counts once.
"""

import argparse
import json
import math
import sys
from collections import Counter
from pathlib import Path

from render.svg import BASE_COLORS, Color, Svg, document, palettes
from simulator.campaign import coverage

LEVELS = 7  # of a color, one for each power of ten and a bit
SHADES: list[Color] = [
    *BASE_COLORS,
    *((f"h{level}", light, dark, "fill") for level, (light, dark) in enumerate((
        ("#fbe9e7", "#3a1512"), ("#fff3d6", "#33270b"), ("#ecf3c9", "#29330f"), ("#cfe8c0", "#1c3a1d"),
        ("#9fd3b4", "#1d5440"), ("#62b1a9", "#23726e"), ("#3a8399", "#3b97ad"),
    ))),
]  # fmt: skip
CELL_W, CELL_H, LEFT, TOP = 84, 17, 190, 76


def read(paths: list[Path]) -> tuple[Counter[int], int]:
    """(how often each combination was seen, runs) over all files. Raises ValueError, KeyError, OSError."""
    total: Counter[int] = Counter()
    known = set()
    for path in paths:
        with path.open(encoding="utf-8") as file:
            head = json.loads(next(file, "{}"))["code"]
            for line in file:
                run = json.loads(line)
                if (head, run["seed"]) not in known:
                    known.add((head, run["seed"]))
                    total.update({int(number): count for number, count in run["seen"].items()})
    return total, len(known)


def parts(total: Counter[int]) -> dict[str, dict[str, list[int]]]:
    """The tables of the picture: heading: {name: a count for each state}."""
    return {
        "Events": coverage.table(total, coverage.EVENTS, 2),
        "Faults that last meanwhile": coverage.table(total, coverage.BREAKING, 3),
        "Disturbances that last meanwhile": coverage.table(total, coverage.DISTURBING, 4),
        "Time in the state": coverage.table(total, coverage.AGES, 1),
    }


def lines(total: Counter[int]) -> list[str]:
    """The tables as text, and a line of sum."""
    width = max(map(len, coverage.ALL_STATES)) + 2
    found = []
    for heading, rows in parts(total).items():
        found.append(heading.ljust(34) + "".join(state.rjust(width) for state in coverage.ALL_STATES))
        found += [
            f"  {name:32}" + "".join(f"{count:{width},}" if count else "-".rjust(width) for count in row)
            for name, row in rows.items()
        ]
    return [*found, coverage.in_words(total)]


def picture(total: Counter[int], runs: int) -> str:
    """An SVG with a cell for each name and state; the darker, the more often, by powers of ten."""
    svg = Svg()
    svg.text(12, 28, f"{runs:,} runs: {coverage.in_words(total)}", "ink b", 13)
    y = float(TOP)
    for heading, rows in parts(total).items():
        svg.text(12, y - 8, heading, "ink b", 12)
        for at, state in enumerate(coverage.ALL_STATES):
            svg.text(LEFT + (at + 0.5) * CELL_W, y - 8, state, "mute", 10, "middle")
        for name, row in rows.items():
            svg.text(LEFT - 8, y + 12, name, "ink", 11, "end")
            for at, count in enumerate(row):
                level = min(math.ceil(2 * math.log10(count + 1) / 1.5), LEVELS - 1) if count else 0
                svg.rect(LEFT + at * CELL_W + 1, y + 1, CELL_W - 2, CELL_H - 2, f"h{level}", 2)
                svg.text(LEFT + (at + 0.5) * CELL_W, y + 12.5, f"{count:,}", "ink", 10, "middle")
            y += CELL_H
        y += 44
    size = (LEFT + len(coverage.ALL_STATES) * CELL_W + 12, y - 30)
    return document(svg, size, "What the random campaign has seen", coverage.in_words(total), palettes(SHADES))


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator.campaign.heatmap", description="What campaigns have seen."
    )
    parser.add_argument("results", type=Path, nargs="+", metavar="RESULTS.jsonl")
    parser.add_argument("--svg", type=Path, metavar="OUT.svg", help="draw it")
    arguments = parser.parse_args(argv)
    try:
        total, runs = read(arguments.results)
        if arguments.svg:
            arguments.svg.write_text(picture(total, runs), "utf-8")
    except OSError as error:
        print(f"heatmap: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except (ValueError, KeyError, TypeError):
        print("heatmap: a file is not one of a campaign with --results of this version", file=sys.stderr)
        return 2
    print("\n".join(lines(total)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
