"""Builds the firmware and prints the sizes: `python -m tools.build [OUT]`. Exit status 1: one line says why."""

import gc
import sys
from pathlib import Path

from tools.build import build, manifest
from tools.build.fold import PACKAGE


def main(arguments: list[str]) -> int:
    """Build into the folder given, or build/firmware."""
    out = Path(arguments[0]) if arguments else build.OUT
    try:
        sizes = build.build(out)
    except build.FAILURES as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    groups = {"own": PACKAGE + "/", "libraries": "lib/", "page": "www/"}
    sums = dict.fromkeys(groups, 0)
    for name, size in sizes.items():
        for group, start in groups.items():
            sums[group] += size if name.removeprefix(build.SLOT + "/").startswith(start) else 0
    build_id = manifest.build_id((out / build.SLOT / manifest.NAME).read_text())
    print(f"build: {build_id}, {len(sizes)} files, bytes: {', '.join(f'{n} {g}' for g, n in sums.items())} -> {out}")
    return 0


if __name__ == "__main__":
    gc.disable()  # no tree of a source is garbage, and to look for some takes a sixth of the time
    sys.exit(main(sys.argv[1:]))
