"""Bytes of the compiled firmware: every .mpy of build/firmware, and what core, hardware and services come to.

python -m tools.build.sizes
"""

import sys
from pathlib import Path

from tools.build.build import OUT, SLOT
from tools.build.fold import PACKAGE

COMPILED_BYTES_MAX = 105_000  # two of it, the page twice, and a user's files fit into the 2 MB of a board easily
GROUPS = ("core", "hardware", "services")  # core is everything of the package that is in neither folder


def group_of(path: Path) -> str:
    """The group of a compiled file, its path relative to the build folder."""
    room = path.with_suffix("").parts[1:]
    name = room[1] if room[0] == "bundles" else room[0]
    return "services" if name in ("base", "http", "mqtt") else name if name in GROUPS else "core"


def sizes(folder: Path = OUT / SLOT) -> dict[Path, int]:
    """Bytes by path relative to the folder, biggest first."""
    found = {path.relative_to(folder): path.stat().st_size for path in folder.glob(f"{PACKAGE}/**/*.mpy")}
    return dict(sorted(found.items(), key=lambda item: (-item[1], str(item[0]))))


def compiled(folder: Path = OUT / SLOT) -> int:
    """Bytes of everything compiled in a slot, the libraries and the program's entry with it."""
    return sum(path.stat().st_size for path in folder.rglob("*.mpy"))


def lines(found: dict[Path, int]) -> list[str]:
    """The files by group, then the totals."""
    reported = []
    for group in GROUPS:
        reported += [f"{size:7}  {path}" for path, size in found.items() if group_of(path) == group]
    reported.append("")
    for group in GROUPS:
        reported.append(f"{sum(size for path, size in found.items() if group_of(path) == group):7}  {group}")
    reported.append(f"{sum(found.values()):7}  all")
    return reported


def main() -> int:
    """Print the sizes; 1 when nothing was built."""
    found = sizes()
    if not found:
        print("sizes: nothing in build/firmware: run `make build`", file=sys.stderr)
        return 1
    print("\n".join(lines(found)))
    print(f"{compiled():7}  with entry and libraries, at most {COMPILED_BYTES_MAX}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
