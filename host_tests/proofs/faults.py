"""Contracts of core/faults.py: what raises a fault and what ends it (S7, S17).

The set of faults is small enough for all its states: test_every_case.py.
"""

from dataclasses import dataclass

from curfew.core import faults, limits
from curfew.core.codes import PENDING, REFUTED
from curfew.core.faults import FAULT_COUNT, KEPT_FAULTS, FaultSet

ALL = (1 << FAULT_COUNT) - 1


@dataclass
class Seen:
    """What the rows look at; the names are those of a Burner and its parts."""

    sensor: bool
    state: int
    closed: bool
    contact: int
    die_ms: int
    flame_min_uv: int
    flame_die_ms: int
    is_stuck_: bool
    cleared_ms: int
    live_count: int
    hot_ms: int
    back_ms: int
    uv: int
    is_stale_: bool
    is_out_: bool
    is_cooled_: bool
    is_flat_: bool

    def wants_closed(self) -> bool:
        return self.closed

    def is_stale(self, _: int) -> bool:
        return self.is_stale_

    def is_out(self) -> bool:
        return self.is_out_

    def is_stuck(self) -> bool:
        return self.is_stuck_

    def is_cooled(self) -> bool:
        return self.is_cooled_

    def is_flat(self) -> bool:
        return self.is_flat_

    @property
    def itself(self) -> "Seen":
        return self

    flame = proof = button = trend = config = settings = itself


def what_was_raised_before_a_restart_is_raised_after_it(raised: int) -> None:
    """S17."""
    assert 0 <= raised <= ALL
    one = FaultSet(raised & KEPT_FAULTS)
    assert one.raised == raised & KEPT_FAULTS
    assert one.present == one.raised & (1 << faults.DRIVER_STUCK) - 1  # what has no row is not there any more


def a_fault_begins_and_ends_as_its_row_says(seen: Seen, present: bool) -> None:
    """S7, S17."""
    assert 0 <= seen.state <= 6
    welded, persists, failed, stuck = (row(seen, present) for row in faults.FAULT_ROWS)  # type: ignore[arg-type]
    open_and_live = not seen.closed and seen.contact != PENDING and seen.live_count >= limits.LIVE_READINGS
    if present:
        assert welded == (seen.cleared_ms < limits.WELD_CLEARED_MS and not seen.is_out_)
        assert failed == (seen.back_ms < limits.SENSOR_BACK_MS)
        assert bool(persists) == (seen.closed or not (seen.is_cooled_ or seen.is_out_))
    else:
        assert welded == (seen.contact == REFUTED or open_and_live)
        assert failed == (seen.sensor and seen.is_stale_)
        if persists:
            assert not seen.closed and not seen.is_cooled_ and not seen.is_out_ and seen.is_flat_
            assert seen.uv >= seen.flame_min_uv and min(seen.hot_ms, seen.die_ms) >= seen.flame_die_ms
        elif not seen.closed and not seen.is_cooled_ and not seen.is_out_ and seen.is_flat_:
            assert seen.uv < seen.flame_min_uv or min(seen.hot_ms, seen.die_ms) < seen.flame_die_ms
    assert stuck == seen.is_stuck_
