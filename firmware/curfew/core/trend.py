"""Whether a voltage falls, stays or rises, from second to second, so that noise decides nothing."""

from array import array

from curfew.core import limits

_BACK = 5  # blocks over which a fall is measured


class Trend:
    """Means over one second each: `uv` the last one, `before_uv` the one before, -1 for none yet."""

    def __init__(self) -> None:
        self._old_uv = array("i", [0] * _BACK)
        self.reset()

    def reset(self) -> None:
        """Start over: earlier readings cannot be compared with what comes."""
        self.uv = -1
        self.before_uv = -1
        self.top_uv = 0  # where the fall began
        self.falls = 0  # blocks in a row, each lower than the one before
        self._blocks = 0
        self._flat = 0  # blocks in a row that lost nothing in _BACK of them
        self._first_permille = 0  # how much the first _BACK blocks of the fall lost
        self._sum_uv = 0
        self._count = 0
        self._lost_permille = 0  # in the last _BACK blocks
        self._ms = 0

    def take(self, uv: int) -> None:
        """A reading."""
        self._sum_uv += uv
        self._count += 1

    def step(self, step_ms: int) -> bool:
        """Advance; True when a block has come to its end."""
        self._ms += step_ms
        if self._ms < limits.BLOCK_MS or self._count < 2:
            return False
        self.before_uv = self.uv
        self.uv = max(self._sum_uv // self._count, 0)
        self._ms = self._sum_uv = self._count = 0
        if 0 <= self.uv < self.before_uv:
            self.falls = min(self.falls + 1, 99)
        else:
            self.falls = 0
            self.top_uv = self.uv
        self._blocks += 1
        at = self._blocks % _BACK
        if self.falls == _BACK:
            self._first_permille = 1000 - self.uv * 1000 // self.top_uv
        if self._blocks > _BACK and self._old_uv[at] > 0:
            self._lost_permille = 1000 - self.uv * 1000 // self._old_uv[at]
        self._old_uv[at] = self.uv
        falling = self._blocks <= _BACK or self._lost_permille >= limits.FALLING_PERMILLE
        self._flat = 0 if falling else min(self._flat + 1, 99)
        return True

    def is_flat(self) -> bool:
        """True when a flame may hold the level: nothing was lost for so long."""
        return self._flat >= limits.FLAT_BLOCKS

    def is_cooled(self) -> bool:
        """True after a long fall to half along one curve: towards a lower flame it would have become slower."""
        steady = self._lost_permille * 10 >= self._first_permille * limits.CURVE_TENTHS
        return self.falls >= limits.POT_FALL_BLOCKS and self.uv * 2 <= self.top_uv and steady
