"""One burner's sensing alone, fed reading by reading."""

from curfew.core.codes import MAGNET, TC
from curfew.core.flame import Flame


class Config:
    loaded_on_uv, loaded_off_uv = 5000, 3000
    open_on_uv, open_off_uv = 8000, 5000
    magnet_hold_uv = 0
    flame_min_uv = 4000
    flame_lost_percent = 15


class Sense:
    """One burner's sensing, fed a reading of both sides every 40 ms."""

    def __init__(self, conducting=False):
        self.flame = Flame(Config())
        self.conducting = conducting
        self.flame.contact_changed()

    def take(self, tc_uv=None, magnet_uv=None, settled=True):
        """One reading of each side that is given; whether all were believed."""
        believed = True
        if tc_uv is not None:
            believed = self.flame.take(TC, tc_uv, self.conducting, settled)
        if magnet_uv is not None:
            believed = self.flame.take(MAGNET, magnet_uv, self.conducting, settled) and believed
        return believed

    def run(self, ms, tc_uv=None, magnet_uv=None):
        """Readings of the same values for so long."""
        for _ in range(ms // 40):
            self.flame.step(40, self.conducting)
            self.take(tc_uv, magnet_uv)
        return self

    def rise(self, start_uv, end_uv, readings, every_ms=40, magnet_uv=0):
        """So many readings in even steps from start to end."""
        for number in range(readings):
            self.flame.step(every_ms, self.conducting)
            self.take(start_uv + (end_uv - start_uv) * number // (readings - 1), magnet_uv)
        return self
