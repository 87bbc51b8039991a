"""The command line: measure, show, write build/bench.json and pictures; on request keep them for the READMEs.

    python -m benchmarks [--quick | --long] [--keep] [--only GROUP ...]
GROUP: ticks parts start turns load simulator growth.
Exit status: 0 everything was measured; 1 a row was not (it says why); 2 the arguments are wrong; 130 after Ctrl-C,
which ends everything that was started. Belongs here: progress, files. Does not: what is measured (measure.py).
"""

import argparse
import os
import platform
import signal
import subprocess
import sys
import time
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import measure, rig, rows, table, words
from benchmarks.kept import IMAGES, KEPT, write

OUT = rig.ROOT / "build" / "bench.json"
WIDTH = 150
INTERRUPTED = 130  # as a shell says it


def about() -> dict[str, Any]:
    """Where and when; load: of this machine just before."""
    asked = [rig.micropython(), "-c", "import sys; print('.'.join(map(str, sys.implementation.version[:3])))"]
    version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.system()} {platform.machine()}, {cores} cores",
        "vm": f"MicroPython {version}, CPython {platform.python_version()}",
        "cores": cores,
        "load": round(os.getloadavg()[0], 1),
    }


def main(argv: list[str] | None = None) -> int:
    """Measure; the exit status."""
    groups = [key for _, key, _ in measure.GROUPS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Curfew, measured beside a peer.")
    parser.add_argument("--quick", action="store_true", help="under a minute: few values, no 99.9 %%")
    parser.add_argument("--long", action="store_true", help="half an hour: more turns, and the 99.9 %% of an OFF")
    parser.add_argument("--keep", action="store_true", help="keep the result for the READMEs: docs/bench.json")
    parser.add_argument("--only", nargs="+", choices=groups, default=groups, metavar="GROUP", help=" ".join(groups))
    asked = parser.parse_args(argv)
    if asked.keep and (asked.quick or asked.only != groups):
        parser.error("--keep wants the whole run: neither --quick nor --only")
    screen = Console()
    if screen.width < WIDTH:  # a log, or a narrow window: better long lines than broken words
        screen = Console(width=WIDTH)
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    size, word = measure.FULL, ""
    if asked.quick:
        size, word = measure.QUICK, " QUICK=1"
    elif asked.long:
        size, word = measure.LONG, " LONG=1"
    told = {"command": "make bench" + word, **about()}
    found: list[rows.Row] = []
    interrupted = False
    try:
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=screen, transient=True
        ) as progress:
            task = progress.add_task("starting", total=None)

            def tell(what: str) -> None:
                name = words.ROWS[what][words.EN] if what in words.ROWS else what
                progress.update(task, description=f"{len(found)} rows; now: {name}")
                if not screen.is_terminal:
                    print(f"bench: {name}", flush=True)

            for row in measure.Measuring(size, tell).rows(asked.only):
                found.append(row)
    except KeyboardInterrupt:
        print("bench: interrupted; what was measured so far:", file=sys.stderr)
        interrupted = True
    found.sort(key=lambda row: row.number)
    screen.print(table.on_screen(found))
    if interrupted:
        return INTERRUPTED
    write(OUT.parent, OUT.parent, told, found)
    complete = {row.number for row in found} == set(words.GROUPS) and all(row.ours for row in found)
    print(f"rows: {OUT.relative_to(rig.ROOT)}, pictures: build/bench.svg, build/bench.zh-CN.svg")
    if asked.keep and complete:
        write(KEPT.parent, IMAGES, told, found)
        print("kept: docs/bench.json, docs/images/bench.svg; now run `make docs`")
    elif asked.keep:
        print("not kept: a row is missing", file=sys.stderr)
    partial = asked.quick or asked.only != groups
    return 0 if complete or partial and all(row.ours for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
