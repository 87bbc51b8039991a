"""Row 3: one safety tick on the VM beside an empty loop over the same pins. The loop itself: vm/tick.py."""

import statistics
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.on_the_vm import measured
from benchmarks.rows import Row, figures, moved_percent
from simulator import run

BLOCK_TICKS = 400  # enough for a press, a burn and a hold of the smallest chip
BURNERS = (1, 2, 4)


@dataclass
class Ticks:
    """Nanoseconds of a tick and of the empty loop, block by block; bytes allocated in all ticks."""

    tick_ns: list[int] = field(default_factory=list)
    empty_ns: list[int] = field(default_factory=list)
    bytes: int = 0


def ticks(rounds: int, burners: tuple[int, ...] = BURNERS, firmware: Path = run.BOARD) -> dict[int, Ticks]:
    """By number of burners. Each round measures every number once, so that noise affects all. Raises RuntimeError."""
    found = {count: Ticks() for count in burners}
    for _ in range(rounds):
        for count, one in found.items():
            block = measured("tick.py", 1, BLOCK_TICKS, burners=count, firmware=firmware)
            one.tick_ns += block["tick_ns"]
            one.empty_ns += block["empty_ns"]
            one.bytes += block["bytes"]
    return found


def rows_of(found: dict[int, Ticks]) -> list[Row]:
    """The rows; the ratio is that of the quickest blocks, as noise only adds; moved: of the empty loop's median."""
    rows = []
    for burners, one in found.items():
        ours, empty = (figures([ns / 1000 for ns in values]) for values in (one.tick_ns, one.empty_ns))
        ratio = max(1, min(one.empty_ns)) / min(one.tick_ns)
        moved = moved_percent([statistics.median(one.empty_ns), min(one.empty_ns)])
        rows.append(Row(3, "tick_us", "µs", ours, None, empty, ratio, moved, str(burners)))
    return rows
