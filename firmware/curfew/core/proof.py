"""What can be proved after a shut-off: that the contact is open, and that the flame went out.

Two verdicts: PENDING until judged, then PROVED, REFUTED or UNTESTABLE. Raw readings count, begun after the relay has
had the time to open.
"""

from curfew.core import limits
from curfew.core.codes import PENDING, PROVED, REFUTED, TC, UNTESTABLE
from curfew.core.ticks import aged_ms

_MAGNET_READINGS = 4  # one spark is no weld


class Proof:
    """The proofs of one burner: `contact` is open, `gas` is off. begin() at every shut-off and at every start."""

    def __init__(self, sensor: bool, verify_ms: int) -> None:
        self.sensor = sensor
        self.verify_ms = verify_ms
        self.begin(False)

    def begin(self, was_live: bool) -> None:
        """Start over. was_live: the magnet side was seen live in the burn that ended."""
        self.contact = PENDING if self.sensor else UNTESTABLE
        self.gas = self.contact
        self.age_ms = 0  # since the shut-off
        self.die_ms = 0  # since the flame should be going out
        self.relit = False  # someone relit the burner too early; until restart_gas()
        self.relit_early = False  # restart_gas() was called
        self._was_live = was_live
        self._tc_uv = 0
        self._peak_uv = 0
        self._high_uv = 0  # the highest of these means
        self._fallen = False  # the tip began to cool
        self._waits = False  # the flame that was lit too early still burns
        self._wait_ms = 0  # that did not count, because someone relit the burner
        self._tc_count = 0
        self._magnet_uv = 0  # the sum of _magnet_count readings
        self._magnet_count = 0
        self._mark_uv = 0
        self._mark_ms = -1  # since _mark_uv was read; -1: not yet at half of the peak

    def restart_gas(self) -> None:
        """Someone relit the burner: the flame gets more time, and has to fall again from its new peak."""
        self._give(self.die_ms)
        self.relit = False
        self.relit_early = True
        self._peak_uv = self._tc_uv
        self._high_uv = 0
        self._fallen = False
        self._waits = True
        self._mark_ms = -1
        if self.sensor:
            self.gas = PENDING

    def note_open(self, verdict: int) -> None:
        """Take back a weld: a hot tip showed the open contact, or a cold one shows nothing."""
        if self.contact == REFUTED:
            self.contact = verdict

    def step(self, step_ms: int) -> None:
        """Let the ages grow and judge the contact when it is due."""
        self.age_ms = aged_ms(self.age_ms, step_ms)
        self.die_ms = aged_ms(self.die_ms, step_ms)
        if self._mark_ms >= 0:
            self._mark_ms = aged_ms(self._mark_ms, step_ms)
        if self.contact == PENDING and self.age_ms >= self.verify_ms and self._tc_count >= 2:
            hot = self._tc_uv >= limits.WELD_TC_UV  # a cold thermocouple cannot show anything
            if self._magnet_count >= _MAGNET_READINGS:
                mean_uv = self._magnet_uv // self._magnet_count
                if hot and mean_uv > limits.WELD_UV:  # the tip still drives current through the contact: it is closed
                    self.contact = REFUTED
                elif hot and mean_uv < limits.DEAD_UV and self._was_live:  # none any more, and there was some before
                    self.contact = PROVED
                else:  # too cold, or half a weld: whether the flame dies will show it
                    self.contact = UNTESTABLE
            if self.contact != PENDING and self._peak_uv < limits.TESTABLE_UV:  # nothing hot was there to cool down
                self.gas = UNTESTABLE

    def wants_readings(self) -> bool:
        """True while the contact waits for its readings, but not for longer than they take: others need theirs."""
        if self.contact != PENDING or self.age_ms > self.verify_ms + limits.SETTLE_MS:
            return False
        return self._tc_count < 2 or self._magnet_count < _MAGNET_READINGS

    def take(self, side: int, uv: int, since_ms: int) -> None:
        """Take a credible reading whose conversion began since_ms after the shut-off."""
        if since_ms < limits.RELEASE_MS:  # the relay may not have opened yet
            return
        if side == TC:
            self._tc_uv = uv
            self._tc_count = min(self._tc_count + 1, 2)
            if since_ms >= limits.SETTLE_MS:  # the voltage has risen to its open-circuit level
                self._judge_gas(uv)
        elif self._magnet_count < _MAGNET_READINGS:
            self._magnet_uv += uv
            self._magnet_count += 1

    def take_second(self, before_uv: int, uv: int) -> None:
        """Take two means, each over a second: a tip that began to cool and does not go on has a flame again."""
        self._high_uv = max(self._high_uv, uv)
        self._fallen = self._fallen or uv * limits.RELIGHT_FALL_PART < self._high_uv * (limits.RELIGHT_FALL_PART - 1)
        late = self.gas == PENDING and not (self._was_live or self._waits)  # there was no flame before
        lit = late and uv >= before_uv + limits.IGNITION_RISE_UV
        if before_uv >= 0 and uv >= before_uv and uv >= limits.OUT_UV and (self._fallen or lit):
            self.relit = True
        elif self._waits and uv >= before_uv:
            self._give(limits.BLOCK_MS)
        else:
            self._waits = False

    def _give(self, ms: int) -> None:
        """Let so much of the time not count, of a minute in all: what seems relit again and again is not."""
        ms = min(ms, self.die_ms, limits.RELIGHT_WAIT_MS - self._wait_ms)
        self._wait_ms += ms
        self.die_ms -= ms

    def _judge_gas(self, uv: int) -> None:
        if uv > self._peak_uv:  # still rising: the fall is measured from the top
            self._peak_uv = uv
        if self.gas != PENDING or self.contact == PENDING:
            return
        if uv < limits.OUT_UV:  # too cold for any flame
            self.gas = PROVED
        elif uv * 2 > self._peak_uv:  # above half of the peak a low flame could hold the level
            self._mark_ms = -1
        elif self._mark_ms < 0:  # below half for the first time: see whether it goes on falling from here
            self._mark_uv = uv
            self._mark_ms = 0
        elif self._mark_ms >= limits.FALL_CHECK_MS and uv <= self._mark_uv - self._mark_uv // limits.FALL_PART:
            self.gas = PROVED  # it goes on falling: the tip cools down
        elif self._mark_ms >= limits.FALL_FLAT_MS:  # it stays level: measure from here again
            self._mark_uv = uv
            self._mark_ms = 0
