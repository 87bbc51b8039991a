"""Row 3: one safety tick on the VM, beside an empty loop over the same pins, and what it would be on an ESP32.

Belongs here: the sizes of the runs and the estimate. Does not: the loop that is timed (vm/tick.py).
"""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.on_the_vm import measured
from benchmarks.rig import TICK_MS
from benchmarks.rows import Figures, Row, figures, single
from simulator import run

BLOCK_TICKS = 400  # so many hold a press, a burning and a hold of the smallest chip
# A million rounds of `total = a + b` take about 2 s on an ESP32 without PSRAM: measured by robert-hh in
# https://github.com/loboris/MicroPython_K210_LoBo/issues/1 (2019). Builds differ, by 1.6 at 240 MHz between 1.12 and
# 1.13: https://github.com/micropython/micropython/issues/6565. So the estimate is one of size, not of digits.
ESP32_ADD_NS = 2000


@dataclass(frozen=True)
class Ticks:
    """Nanoseconds a tick by block; bytes allocated in all of them; heap of the box; one round of the bare loop."""

    tick_ns: list[int]
    empty_ns: list[int]
    bytes: int
    heap: int
    add_ns: int

    @property
    def ratio(self) -> float:
        """The quietest block of ours to the quietest empty one: noise only adds."""
        return min(self.tick_ns) / max(1, min(self.empty_ns))


def ticks(burners: int, blocks: int, firmware: Path = run.COMPILED, block_ticks: int = BLOCK_TICKS) -> Ticks:
    """Run the tick and the empty loop in turns. Raises RuntimeError."""
    return Ticks(**measured("tick.py", firmware, blocks, block_ticks, burners=burners, firmware=firmware))


def rows_of(found: dict[int, Ticks]) -> list[Row]:
    """The rows of measurements by number of burners."""
    rows = []
    for burners, one in found.items():
        ours = figures([ns / 1000 for ns in one.tick_ns])
        empty = figures([ns / 1000 for ns in one.empty_ns])
        rows.append(Row(3, "tick_us", "µs", ours, empty, "empty", 1 / one.ratio, "blocks", str(burners)))
    for burners, one in found.items():
        esp32_ms = min(one.tick_ns) / one.add_ns * ESP32_ADD_NS / 1e6
        limit = single(float(TICK_MS))
        told = Figures(round(esp32_ms, 2), None, round(esp32_ms, 2), 1)
        rows.append(Row(3, "tick_esp32_ms", "ms", told, limit, "tick", TICK_MS / esp32_ms, "esp32", str(burners)))
    allocated = max(one.bytes for one in found.values())
    n = sum(len(one.tick_ns) for one in found.values()) * BLOCK_TICKS
    rows.append(Row(3, "tick_bytes", "B", Figures(float(allocated), None, float(allocated), n), single(0.0), "limit",
                    1.0 if allocated == 0 else 0.0, "no_collector"))  # fmt: skip
    return rows
