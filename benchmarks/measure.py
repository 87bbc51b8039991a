"""What is measured, in which order. When a group fails, its error becomes a row and the others go on."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks import baseline, memory, safety_tick, turns
from benchmarks.rig import HEAP_KIB
from benchmarks.rows import Row, against_baseline, failed, figures, moved_percent, single
from benchmarks.turns import CROWD, HANG, QUIET


class Size(NamedTuple):
    """How much of everything. rounds: turns of each program, of about 95 s.

    devices: of each program side by side for devices_s, for the rare cases of an OFF; 0 for none.
    """

    rounds: int
    phases_s: dict[str, float]
    blocks: int
    clients: tuple[int, ...]
    clients_s: float
    devices: int = 0
    devices_s: float = 0


FULL = Size(2, {QUIET: 15, CROWD: 35, HANG: 35}, 25, (1, 5, 10, 25, 50), 5)
LONG = FULL._replace(rounds=4, devices=8, devices_s=660)
QUICK = Size(1, {QUIET: 2, CROWD: 5, HANG: 5}, 4, (1, 10, 50), 1)
TOO_SHORT = "ValueError: nothing was measured"  # in a quick run: it has no time for a deadline in every phase


@dataclass
class Measuring:
    """One run of the benchmark; report is called with what begins."""

    size: Size
    report: Callable[[str], None]
    taken: dict[str, turns.Turn] = field(default_factory=dict)

    def rows(self, only: Sequence[str] = ()) -> Iterator[Row]:
        """Every row as soon as it is measured. only: keys of GROUPS, none for all."""
        for number, key, group in GROUPS:
            if only and key not in only:
                continue
            self.report(key)
            try:
                found = [row for row in group(self) if row.ours or row.failed != TOO_SHORT or self.size is not QUICK]
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a test's fixture may skip or fail, which is no Exception
                found = [failed(number, key, error)]
            yield from found

    # --- the groups ------------------------------------------------------------------------------------------------

    def in_turns(self) -> Iterator[Row]:
        """Rows 1 and 2."""
        self.taken = turns.in_turns(baseline.compiled(), self.size.rounds, self.size.phases_s, self.report)
        ours, its = self.taken["firmware"].phases, self.taken["baseline"].phases
        # By phase: what the bare VM did in both programs' turns, and how much slower it worked in those of one.
        slept, waited, moved = {}, {}, {}
        for phase in turns.PHASES:
            slept[phase] = ours[phase].bare_ms + its[phase].bare_ms
            waited[phase] = ours[phase].byte_ms + its[phase].byte_ms
            moved[phase] = moved_percent([statistics.median(one[phase].work_ms or [0]) for one in (ours, its)])
        late = ours[HANG].deadline_ms, its[HANG].deadline_ms
        yield against_baseline(1, "deadline_hang", *late, slept[HANG], moved[HANG])
        for phase in turns.PHASES:
            checks = ours[phase].check_ms, its[phase].check_ms
            yield against_baseline(1, f"check_{phase}", *checks, slept[phase], moved[phase])
        for phase, ways in ((QUIET, turns.WAYS), (CROWD, turns.WAYS), (HANG, ("web",))):
            for way in ways:
                offs = ours[phase].off_ms[way], its[phase].off_ms[way]
                yield against_baseline(2, f"off_{way}_{phase}", *offs, waited[phase], moved[phase])
        connects = ours[CROWD].connect_ms, its[CROWD].connect_ms
        yield against_baseline(2, "connect_crowd", *connects, waited[CROWD], moved[CROWD])
        hears = ours[QUIET].hears_ms, its[QUIET].hears_ms
        yield against_baseline(2, "hears_quiet", *hears, waited[QUIET], moved[QUIET])

    def side_by_side(self) -> Iterator[Row]:
        """Row 2 with rare cases: many devices share the waiting for the reclose delay."""
        if self.size.devices:
            program = baseline.compiled()
            ours, its = turns.side_by_side(program, self.size.devices, self.size.devices_s, self.report)
            for way in turns.WAYS:
                limit = ours.byte_ms + its.byte_ms
                yield against_baseline(2, f"off_{way}_many", ours.off_ms[way], its.off_ms[way], limit)

    def safety_ticks(self) -> Iterator[Row]:
        """Row 3."""
        yield from safety_tick.rows_of(safety_tick.ticks(self.size.blocks))

    def under_load(self) -> Iterator[Row]:
        """Row 4."""
        load = memory.under_load(self.size.clients, self.size.clients_s)
        ours, heap = single(float(load.start_bytes)), single(float(HEAP_KIB * 1024))
        if "baseline" in self.taken:
            its = single(float(self.taken["baseline"].heap_bytes))
            yield Row(4, "heap_start", "B", ours, its, ratio=its.worst / ours.worst)
        else:
            yield Row(4, "heap_start", "B", ours)
        worst = figures([float(n) for n in load.live_bytes.values()])
        yield Row(4, "heap_worst", "B", worst, limit=heap, ratio=heap.worst / worst.worst)


GROUPS: tuple[tuple[int, str, Callable[[Measuring], Iterator[Row]]], ...] = (
    (3, "ticks", Measuring.safety_ticks),
    (1, "turns", Measuring.in_turns),
    (2, "many", Measuring.side_by_side),
    (4, "load", Measuring.under_load),
)
