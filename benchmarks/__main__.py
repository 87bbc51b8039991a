"""The command line: measure, print a table, write build/bench.json and its picture; with --keep also those in docs/.

    python -m benchmarks [--quick | --long] [--keep] [--only GROUP ...]
Exit status: 0 everything was measured; 1 a row was not (it says why), or it was not kept; 2 wrong arguments; 130 after
Ctrl-C, which ends everything that was started.
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

from benchmarks import kept, measure, rig, table
from benchmarks.rows import ROWS, Row

OUT = rig.ROOT / "build" / "bench.json"
WIDTH = 150
INTERRUPTED = 130  # as a shell reports it
GROUPS = [key for _, key, _ in measure.GROUPS]


def about() -> dict[str, Any]:
    """Where and when; load: that of this machine just before."""
    command = [rig.micropython(), "-c", "import sys; print('.'.join(map(str, sys.implementation.version[:3])))"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.system()} {platform.machine()}, {cores} cores",
        "vm": f"MicroPython {version}, CPython {platform.python_version()}",
        "cores": cores,
        "load": round(os.getloadavg()[0], 1),
    }


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Curfew beside an asyncio program.")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--quick", action="store_true", help="under a minute: few values, no 99.9 %%")
    sizes.add_argument("--long", action="store_true", help="half an hour: more turns, and the 99.9 %% of an OFF")
    parser.add_argument("--keep", action="store_true", help="store the result for the documents in docs/develop")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS, metavar="GROUP", help=" ".join(GROUPS))
    arguments = parser.parse_args(argv)
    if arguments.keep and (arguments.quick or arguments.only != GROUPS):
        parser.error("--keep needs the whole run: neither --quick nor --only")
    return arguments


def _measured(size: measure.Size, only: list[str], screen: Console) -> tuple[list[Row], bool]:
    """The rows, and whether Ctrl-C ended the run."""
    found: list[Row] = []
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    try:
        with Progress(*columns, console=screen, transient=True) as progress:
            task = progress.add_task("starting", total=None)

            def report(what: str) -> None:
                name = ROWS[what][0] if what in ROWS else what
                progress.update(task, description=f"{len(found)} rows; now: {name}")
                if not screen.is_terminal:
                    print(f"bench: {name}", flush=True)

            for row in measure.Measuring(size, report).rows(only):
                found.append(row)
    except KeyboardInterrupt:
        print("bench: interrupted; what was measured so far:", file=sys.stderr)
        return found, True
    return found, False


def main(argv: list[str] | None = None) -> int:
    """Measure; the exit status."""
    arguments = _arguments(argv)
    screen = Console()
    if screen.width < WIDTH:  # a log, or a narrow window: long lines are better than broken words
        screen = Console(width=WIDTH)
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    size = measure.QUICK if arguments.quick else measure.LONG if arguments.long else measure.FULL
    word = " QUICK=1" if arguments.quick else " LONG=1" if arguments.long else ""
    run = {"command": "make bench" + word, **about()}
    found, interrupted = _measured(size, arguments.only, screen)
    found.sort(key=lambda row: (row.number, list(ROWS).index(row.key)))
    screen.print(table.on_screen(found))
    if interrupted:
        return INTERRUPTED
    kept.write(OUT.parent, OUT.parent, run, found)
    print(f"rows: {OUT.relative_to(rig.ROOT)}, picture: build/bench.svg")
    if arguments.keep:
        if refusal := kept.refusal(found):
            print(f"not kept: {refusal}", file=sys.stderr)
            return 1
        kept.write(kept.KEPT.parent, kept.IMAGES, run, found)
        print("kept: docs/develop/bench.json, docs/images/bench.svg; now run `make docs`")
    return 0 if all(row.ours for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
