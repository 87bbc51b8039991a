"""Row 7: how time and memory grow with burners, web clients and the age of the journal.

Belongs here: the series and their laws. Does not: measuring them (safety_tick.py, memory.py, vm/journal.py).
"""

from pathlib import Path

from benchmarks.laws import law_of
from benchmarks.memory import Load
from benchmarks.on_the_vm import measured
from benchmarks.rows import Figures, Row, figures
from benchmarks.safety_tick import Ticks
from simulator import run


def journal(closings: tuple[int, ...], firmware: Path = run.BOARD) -> list[list[int]]:
    """[closings, µs of one more, µs of reading at a start, bytes of the file, bytes of heap]. Raises RuntimeError."""
    told: list[list[int]] = measured("journal.py", *closings, firmware=firmware)
    return told


def series(key: str, unit: str, xs: list[float], ys: list[float], how: str, samples: list[float] | None = None) -> Row:
    """A row whose `of` is the law and its two ends: "linear 1–4: 27 → 70 (misses 2 %)"."""
    law = law_of(xs, ys)
    of = f"{law.name}|{xs[0]:g}|{xs[-1]:g}|{ys[0]:.3g}|{ys[-1]:.3g}|{100 * law.misses_by:.0f}"
    told = figures(samples or ys)
    return Row(7, key, unit, Figures(told.median, told.rare, told.worst, told.n), how=how, of=of)


def rows_of(ticks: dict[int, Ticks], load: Load | None, kept: list[list[int]]) -> list[Row]:
    """The rows of what was measured before; load None: that failed and is told elsewhere."""
    burners = [float(count) for count in ticks]
    rows = [
        series("grow_tick_us", "µs", burners, [min(one.tick_ns) / 1000 for one in ticks.values()], "blocks"),
        series("grow_heap", "B", burners, [float(one.heap) for one in ticks.values()], "collected"),
    ]
    if load:
        clients = [float(count) for count in load.late_ms]
        medians = [figures([20 + ms for ms in late]).median for late in load.late_ms.values()]
        every = [20 + ms for late in load.late_ms.values() for ms in late]
        rows.append(series("grow_period_ms", "ms", clients, medians, "clients", every))
        rows.append(
            series("grow_clients_heap", "B", clients, [float(n) for n in load.live_bytes.values()], "collected")
        )
    old = [row for row in kept if row[0] >= 100]  # from there on it is full
    xs = [float(row[0]) for row in old]
    rows.append(series("grow_journal_us", "µs", xs, [float(row[1]) for row in old], "journal"))
    rows.append(series("grow_journal_start_us", "µs", xs, [float(row[2]) for row in old], "journal"))
    rows.append(series("grow_journal_bytes", "B", xs, [float(row[3]) for row in old], "journal"))
    return rows
