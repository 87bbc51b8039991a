"""What the two voltages of a burner mean: freshness, flame, ignition, a live magnet side, contact health.

The thermocouple side is what the tip gives; the magnet side is what reaches the coil of the magnet valve behind the
contact. A reading that is not credible counts as none: every age goes on growing, and the age is what fails.
"""

from array import array
from typing import TYPE_CHECKING

from curfew.core import limits
from curfew.core.codes import TC
from curfew.core.ticks import aged_ms, elapsed_ms, later_ms
from curfew.core.trend import Trend

if TYPE_CHECKING:
    from curfew.core.settings import BurnerSettings


_RING = 50  # readings of two seconds: of one burner one every 40 ms, of more burners fewer


class Flame:
    """The sensing of one burner; all voltages in microvolts, all ages in milliseconds."""

    def __init__(self, config: "BurnerSettings") -> None:
        self.config = config
        self.tc_uv = 0
        self.magnet_uv = 0
        self.tc_age_ms = limits.IGNITION_GAP_MS + 1  # nothing was read yet: too old to count, not yet a failure
        self.magnet_age_ms = self.tc_age_ms
        self.back_ms = 0  # how long both sides have been fresh without a gap
        self.lost_ms = 0  # since a flame was last seen
        self._mean_uv = 0  # of about the last eight readings; _top_uv: its highest since it last sagged
        self._top_uv = 0
        self.trend = Trend()
        self.new_pot = False  # the knob was off, and a flame heats the tip again: in this tick
        self._cooled_blocks = 0
        self._hold_ms = 0
        self._hold_sum_uv = 0
        self._hold_count = 0
        self.was_live = False  # in this burn
        self._rise_uv = array("i", [0] * _RING)
        self._rise_ms = array("i", [0] * _RING)  # when, on the clock below
        self._clock_ms = 0
        self._rise_at = 0
        self.contact_changed()

    def contact_changed(self) -> None:
        """Start over: readings with load and without load cannot be compared."""
        self.burning = False  # a flame by level, with hysteresis
        self.confirm_ms = 0  # how long there has been a flame whose mean did not sag
        self._peak_uv = 0  # of the mean, since the contact last changed
        self._rough_uv = 0  # how far single readings are from it
        self.trend.reset()
        self.hot_ms = 0  # contact open, and the tip hot without a break
        self._is_read = False  # the magnet side, since the contact last changed
        self._cooled_uv = -1  # to which a long fall has come, -1 for none; _cooled_blocks: since then
        self._hold_uv = 0  # the magnet side, half a second ago; _hold_ms: since then, with _hold_count readings
        self._moves = True  # by more than a settled one
        self.mean_uv = 0  # of the magnet side
        self.live_count = 0  # magnet readings in a row whose mean was a weld's; dead_count: that of an open contact
        self.dead_count = 0
        self.dead_uv = limits.DEAD_UV  # a reading without a voltage is below
        self.low_count = 0  # single magnet readings in a row without a voltage
        self.dead_ms = 0  # contact closed, tip hot, and nothing on the magnet side
        self.cleared_ms = 0  # contact open, tip hot, and nothing on the magnet side: a weld is gone
        self.forget_rise()

    def forget_rise(self) -> None:
        """Begin the search for an ignition again: a level alone never arms."""
        self.igniting = False  # at the last reading
        self._rise_count = 0

    def step(self, step_ms: int, closed: bool) -> bool:
        """Let all ages grow by step_ms; True when the trend has one more second."""
        # While the chip stands still nothing can be read: a stall does not make the sensor old.
        read_ms = min(step_ms, limits.READ_STEP_MS)
        self.tc_age_ms = aged_ms(self.tc_age_ms, read_ms)
        self.magnet_age_ms = aged_ms(self.magnet_age_ms, read_ms)
        fresh = not self.is_stale(limits.IGNITION_GAP_MS)
        self.back_ms = aged_ms(self.back_ms, step_ms) if fresh else 0
        seen = self.burning and fresh  # what was seen too long ago is no flame any more
        self.lost_ms = 0 if seen else aged_ms(self.lost_ms, step_ms)
        self.confirm_ms = aged_ms(self.confirm_ms, step_ms) if seen else 0
        self.hot_ms = aged_ms(self.hot_ms, step_ms) if fresh and not closed and self.tc_uv >= limits.WELD_TC_UV else 0
        self._hold_ms = aged_ms(self._hold_ms, step_ms)
        self.new_pot = False
        new_second = self.trend.step(step_ms)
        if new_second and closed:
            self._judge_pot()
        dead = fresh and self.dead_count > 0
        hot_uv = limits.CONTACT_OPEN_UV if closed else limits.WELD_CLEARED_UV
        dead = dead and self.tc_uv > hot_uv  # a cold tip cannot show whether the contact conducts
        self.dead_ms = aged_ms(self.dead_ms, step_ms) if dead and closed else 0
        cleared = dead and not closed
        self.cleared_ms = aged_ms(self.cleared_ms, step_ms) if cleared else 0
        self._clock_ms = later_ms(self._clock_ms, step_ms)
        if not fresh:
            self.forget_rise()
        return new_second

    def is_stale(self, limit_ms: int) -> bool:
        """True when one side has had no credible reading for longer than limit_ms."""
        return self.tc_age_ms > limit_ms or self.magnet_age_ms > limit_ms

    def take(self, side: int, uv: int, closed: bool, settled: bool) -> bool:
        """Judge one reading begun after the last change of the contact; False when no stove can give such a voltage.

        Before the contact has settled, a reading only shows that the sensor works.
        """
        # Current flows towards the magnet valve, so its side cannot be the higher one: the leads are crossed.
        crossed = side != TC and settled and uv > self.tc_uv + limits.CROSSED_UV
        if crossed or uv < limits.UV_MIN or uv > limits.UV_MAX:
            self.forget_rise()
            return False
        if side == TC:
            self.tc_uv = uv
            self.tc_age_ms = 0
            if settled:
                self.trend.take(uv)
                self._judge_flame(uv, closed)
                if not closed:
                    self._judge_rise(uv)
        else:
            self.magnet_uv = uv
            self.magnet_age_ms = 0
            if settled:
                self._judge_magnet(uv, closed)
        return True

    def _judge_flame(self, uv: int, closed: bool) -> None:
        config = self.config
        off_uv = config.loaded_off_uv if closed else config.open_off_uv
        off_uv = max(off_uv, self._peak_uv * config.flame_lost_percent // 100)
        if uv <= off_uv:  # too little, or so much less than before that the tip only cools down
            self.burning = False
        elif uv >= (config.loaded_on_uv if closed else config.open_on_uv):  # a flame heats the tip
            if not self.burning:
                self._mean_uv = self._top_uv = uv
                self._rough_uv = 0
            self.burning = True
        # In between, the flame stays what it was.
        self._rough_uv += (abs(uv - self._mean_uv) - self._rough_uv) >> limits.MEAN_SHIFT
        self._mean_uv += (uv - self._mean_uv) >> limits.MEAN_SHIFT
        self._peak_uv = max(self._peak_uv, self._mean_uv)
        self._top_uv = max(self._top_uv, self._mean_uv)
        if (
            self._mean_uv < self._top_uv - limits.FLAME_SAG_UV - self._rough_uv
        ):  # falls: a warm tip that cools down, not a flame
            self._top_uv = self._mean_uv
            self.confirm_ms = 0

    def _judge_magnet(self, uv: int, closed: bool) -> None:
        self._is_read = True
        self.mean_uv += (uv - self.mean_uv) >> limits.MEAN_SHIFT
        weld = self.mean_uv > limits.WELD_UV and self.tc_uv >= limits.WELD_TC_UV
        self.live_count = min(self.live_count + 1, limits.LIVE_READINGS) if weld else 0
        dead = uv < self.dead_uv + self._rough_uv and (closed or self.mean_uv < limits.DEAD_UV)
        self.dead_count = min(self.dead_count + 1, limits.LIVE_READINGS) if dead else 0
        self.low_count = min(self.low_count + 1, limits.LIVE_READINGS) if uv < limits.DEAD_UV else 0
        self.was_live = self.was_live or closed and self.mean_uv > limits.WELD_UV
        self._hold_sum_uv += uv
        self._hold_count += 1
        if self._hold_ms >= limits.LET_GO_MS:
            hold_uv = self._hold_sum_uv // self._hold_count  # not mean_uv, which would rise on while the level falls
            change_uv = hold_uv - self._hold_uv
            self._moves = (
                change_uv * limits.LET_GO_PART > self._hold_uv or -change_uv * limits.LET_GO_FALL_PART > self._hold_uv
            )
            self._hold_uv = hold_uv
            self._hold_ms = self._hold_sum_uv = self._hold_count = 0

    def is_out(self) -> bool:
        """True when fresh open-circuit readings show that no flame touches the tip."""
        return self._is_read and not self.is_stale(limits.IGNITION_GAP_MS) and self.tc_uv < limits.OUT_UV

    def is_confirmed(self) -> bool:
        """True when the level of a flame has held for longer than a tip stays warm."""
        return self.burning and self.confirm_ms >= limits.FLAME_CONFIRM_MS

    def _judge_rise(self, uv: int) -> None:
        """Judge whether the thermocouple rises as with a new flame while the magnet side stays dead."""
        self._rise_at = (self._rise_at + 1) % _RING
        self._rise_uv[self._rise_at] = uv
        self._rise_ms[self._rise_at] = self._clock_ms
        self._rise_count = min(self._rise_count + 1, _RING)
        self.igniting = False
        first = self._rise_count - 1
        while elapsed_ms(self._clock_ms, self._rise_ms[(self._rise_at - first) % _RING]) > limits.IGNITION_WINDOW_MS:
            first -= 1
        if first < limits.IGNITION_READINGS - 1:  # too few readings within the window to tell a rise from noise
            return
        # Nothing may reach the magnet valve yet; where something does, a hot tip has to tell a weld from a disturbance.
        if self.mean_uv >= limits.DEAD_UV and (
            uv < limits.WELD_TC_UV or self.live_count or self.mean_uv * limits.LIVE_PART > uv
        ):
            return
        high_uv = max(self._risen_uv(first), self._risen_uv(first - 1), self._risen_uv(first - 2))
        low_uv = min(self._risen_uv(0), self._risen_uv(1), self._risen_uv(2))
        if (
            low_uv >= limits.IGNITION_UV and low_uv - high_uv >= limits.IGNITION_RISE_UV
        ):  # the last three are all above the first three: not noise
            step_uv = 0
            for back in range(first - 1):
                step_uv = max(step_uv, self._risen_uv(back) - self._risen_uv(back + 2))
            # One step of more than half of the rise is a lead that makes contact again, not heat; between its two
            # conversions a reading splits it.
            self.igniting = step_uv * 2 <= self._risen_uv(0) - self._risen_uv(first)

    def _risen_uv(self, back: int) -> int:
        return self._rise_uv[(self._rise_at - back) % _RING]

    def _judge_pot(self) -> None:
        """Find the next pot: the knob was off for a while, and now a flame heats the tip again."""
        uv = self.trend.uv
        if self.trend.falls:
            self._cooled_uv = uv if self.trend.is_cooled() else -1
            self._cooled_blocks = 0
        elif self._cooled_uv >= 0:
            self._cooled_blocks += 1
            self.new_pot = uv >= self._cooled_uv + limits.POT_RISE_UV
            if self.new_pot or self._cooled_blocks >= 2:
                self._cooled_uv = -1

    def is_holding(self) -> bool:
        """True when the magnet side holds the valve: the user may release the knob."""
        taught_uv = self.config.magnet_hold_uv
        if taught_uv:
            return self.mean_uv >= taught_uv
        # Both sides so equal that no current flows: the coil is disconnected.
        is_coil_open = abs(self.tc_uv - self.mean_uv) * limits.COIL_OPEN_PART < self.tc_uv
        return self.mean_uv > limits.LET_GO_UV and not self._moves and not is_coil_open

    def health_permille(self) -> int | None:
        """Contact resistance by coil resistance in permille; None while the magnet side is too low to tell."""
        if self.magnet_uv < limits.HEALTH_MIN_UV:  # a ratio of two small numbers is noise
            return None
        return (self.tc_uv - self.magnet_uv) * 1000 // self.magnet_uv
