"""What is measured, in which order, and what becomes of a part that fails: the others are kept.

Belongs here: groups of rows and how long each may take. Does not: how a thing is measured, the command line.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from benchmarks import growth, memory, peer_build, safety_tick, speed, start, turns
from benchmarks.rig import HEAP_KIB
from benchmarks.rows import Figures, Row, against_peer, failed, figures, single
from benchmarks.turns import CROWD, HANG, QUIET


class Size(NamedTuple):
    """How much of everything; rounds: turns of each program, of some 95 s.

    boxes: of each program side by side, boxes_s long, for the rare cases of an OFF; 0 for none.
    """

    rounds: int
    phases_s: dict[str, float]
    blocks: int
    clients: tuple[int, ...]
    clients_s: float
    minutes: int
    runs: int
    cooks: int
    starts: int
    closings: tuple[int, ...]
    boxes: int = 0
    boxes_s: float = 0


FULL = Size(2, {QUIET: 15, CROWD: 35, HANG: 35}, 25, (1, 5, 10, 25, 50), 5, 20, 3, 100, 20, (0, 100, 300, 1000, 10000))
LONG = FULL._replace(rounds=4, runs=10, cooks=400, boxes=8, boxes_s=660)
QUICK = Size(1, {QUIET: 2, CROWD: 5, HANG: 5}, 4, (1, 10, 50), 1, 2, 1, 3, 3, (0, 100, 150, 200))
TOO_SHORT = "ValueError: nothing was measured"  # of a quick run: it has no time for a deadline in every phase
Told = Callable[[str], None]


@dataclass
class Measuring:
    """One run of the benchmark; what groups share is kept here, None until it was measured."""

    size: Size
    told: Told
    ticks: dict[int, safety_tick.Ticks] = field(default_factory=dict)
    load: memory.Load | None = None
    taken: dict[str, turns.Turn] = field(default_factory=dict)

    def rows(self, only: Sequence[str] = ()) -> Iterator[Row]:
        """Every row as soon as it is there, in the order in which they are measured; a group that failed is one row.

        only: keys of GROUPS; none for all of them.
        """
        for number, key, group in GROUPS:
            if only and key not in only:
                continue
            self.told(key)
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
        self.taken = turns.in_turns(peer_build.compiled(), self.size.rounds, self.size.phases_s, self.told)
        ours, peer = self.taken["firmware"].phases, self.taken["peer"].phases
        for key, pick, how in (
            ("deadline_", lambda heard: heard.deadline_ms, "edges"),
            ("check_", lambda heard: heard.check_ms, "feeds"),
        ):
            for phase in turns.PHASES:
                yield self._beside_peer(1, key + phase, "ms", pick(ours[phase]), pick(peer[phase]), how)
        bare, beside_peer = (figures(self.taken[kind].machine_ms) for kind in ("firmware", "peer"))
        yield Row(1, "machine", "ms", bare, beside_peer, "turns", how="loop")
        deaths = [single(float(self.taken[kind].deaths)) for kind in ("firmware", "peer")]
        yield Row(1, "deaths", "", deaths[0], deaths[1], "peer", how="ended")
        for phase, doors in ((QUIET, ("web", "mqtt")), (CROWD, ("web", "mqtt")), (HANG, ("web",))):
            for door in doors:
                samples = ours[phase].off_ms[door], peer[phase].off_ms[door]
                yield self._beside_peer(2, f"off_{door}_{phase}", "ms", *samples, "asked")

    def side_by_side(self) -> Iterator[Row]:
        """Row 2 with rare cases: an OFF needs a burner that had its rest, so many boxes share the waiting."""
        if self.size.boxes:
            ours, peer = turns.side_by_side(peer_build.compiled(), self.size.boxes, self.size.boxes_s, self.told)
            for door in ("web", "mqtt"):
                yield self._beside_peer(2, f"off_{door}_many", "ms", ours.off_ms[door], peer.off_ms[door], "asked")

    @staticmethod
    def _beside_peer(number: int, key: str, unit: str, ours: list[float], peer: list[float], how: str) -> Row:
        try:
            return against_peer(number, key, unit, [max(0.0, ms) for ms in ours], [max(0.0, ms) for ms in peer], how)
        except ValueError as error:
            return failed(number, key, error)

    def safety_ticks(self) -> Iterator[Row]:
        """Row 3."""
        self.ticks = {burners: safety_tick.ticks(burners, self.size.blocks) for burners in (1, 2, 3, 4)}
        yield from safety_tick.rows_of(self.ticks)

    def by_part(self) -> Iterator[Row]:
        """Row 4, what stands in the heap and in the flash."""
        for part, size in memory.by_part().items():
            yield Row(4, "heap_part", "B", single(size), how="collected", of=part)
        for part, size in memory.mpy_by_part().items():
            yield Row(4, "mpy_part", "B", single(size), how="files", of=part)

    def under_load(self) -> Iterator[Row]:
        """Row 4, what lives in the heap while it works."""
        self.load = memory.under_load(self.size.clients, self.size.clients_s)
        heap = single(float(HEAP_KIB * 1024))
        peer = self.taken.get("peer")
        its = single(float(peer.heap_bytes)) if peer and peer.heap_bytes else None
        ours = single(float(self.load.start_bytes))
        ratio = its.worst / ours.worst if its else None
        yield Row(4, "heap_start", "B", ours, its, "peer" if its else "", ratio, "collected")
        worst = figures([float(n) for n in self.load.live_bytes.values()])
        yield Row(4, "heap_worst", "B", worst, heap, "heap", heap.worst / worst.worst, "collected")
        mpy = sum(memory.mpy_by_part().values())
        halved = single(float(memory.in_32_bits(self.load.worst_bytes, mpy)))
        yield Row(4, "heap_32", "B", halved, how="halved")

    def simulator(self) -> Iterator[Row]:
        """Row 5."""
        real = single(1.0)
        quickest: dict[str, list[float]] = {}
        for vm in ("cpython", "micropython"):
            for burners in speed.BURNERS:
                self.told(f"simulator: {vm}, {burners} burners")
                speeds = speed.stove_seconds(vm, burners, self.size.minutes, self.size.runs)
                found = _slowest_last(speeds)
                quickest.setdefault(vm, []).append(max(speeds))
                yield Row(5, "sim_" + vm, "s/s", found, real, "real", found.median, "whole_run", str(burners))
        hours, runs = speed.campaign_hours(self.size.cooks, self.told)
        yield Row(5, "campaign", "h/s", Figures(hours, None, hours, runs), how="whole_run")
        states, steps, count = speed.explored_states()
        yield Row(5, "explored", "1/s", Figures(states, None, states, count), how="search")
        yield Row(5, "explored_steps", "1/s", Figures(steps, None, steps, count), how="search")
        for vm, found_s in quickest.items():
            spent_ms = [1000 / a_second for a_second in found_s]
            yield growth.series("sim_grow_" + vm, "ms", [float(n) for n in speed.BURNERS], spent_ms, "whole_run")

    def starting(self) -> Iterator[Row]:
        """Row 6."""
        one = start.instructions()
        yield Row(6, "start_safe", "", single(one.safe), how="trace")
        yield Row(6, "start_ready", "", single(one.ready), how="trace")
        safe, ready = start.times_us(self.size.starts)
        yield Row(6, "start_safe_us", "µs", figures(safe), how="fresh")
        yield Row(6, "start_ready_us", "µs", figures(ready), how="fresh")

    def growing(self) -> Iterator[Row]:
        """Row 7."""
        if not self.ticks:
            raise RuntimeError("the safety tick could not be measured")
        yield from growth.rows_of(self.ticks, self.load, growth.journal(self.size.closings))


def _slowest_last(speeds: list[float]) -> Figures:
    """Of speeds the worst is the lowest."""
    ordered = sorted(speeds)
    return Figures(ordered[len(ordered) // 2], None, ordered[0], len(ordered))


GROUPS: tuple[tuple[int, str, Callable[[Measuring], Any]], ...] = (
    (3, "ticks", Measuring.safety_ticks),
    (4, "parts", Measuring.by_part),
    (6, "start", Measuring.starting),
    (1, "turns", Measuring.in_turns),
    (2, "many", Measuring.side_by_side),
    (4, "load", Measuring.under_load),
    (5, "simulator", Measuring.simulator),
    (7, "growth", Measuring.growing),
)
