"""What can be proved after a shut-off: that the contact is open, and that the flame went out.

Two verdicts: PENDING until judged, then PROVED, REFUTED or UNTESTABLE. Raw readings count, begun after the relay has
had the time to open.
"""

from curfew.core import limits
from curfew.core.codes import PENDING, PROVED, REFUTED, TC, UNTESTABLE
from curfew.core.flame import is_live
from curfew.core.ticks import aged_ms


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
        self._was_live = was_live
        self._tc_uv = 0
        self._peak_uv = 0
        self._trough_uv = 0
        self._tc_count = 0
        self._live_count = 0
        self._dead_count = 0
        self._mark_uv = 0
        self._mark_ms = -1  # since _mark_uv was read; -1: not yet at half of the peak

    def restart_gas(self) -> None:
        """Someone relit the burner: the flame gets its time again, and has to fall again from its new peak."""
        self.die_ms = 0
        self.relit = False
        self._peak_uv = self._tc_uv
        self._trough_uv = self._tc_uv
        self._mark_ms = -1
        if self.sensor:
            self.gas = PENDING

    def note_open(self) -> None:
        """A hot tip beside a dead magnet side, for long enough, showed that the contact is open after all."""
        if self.contact == REFUTED:
            self.contact = PROVED

    def step(self, step_ms: int) -> None:
        """Let the ages grow and judge the contact when it is due."""
        self.age_ms = aged_ms(self.age_ms, step_ms)
        self.die_ms = aged_ms(self.die_ms, step_ms)
        if self._mark_ms >= 0:
            self._mark_ms = aged_ms(self._mark_ms, step_ms)
        if self.contact == PENDING and self.age_ms >= self.verify_ms and self._tc_count >= 2:
            hot = self._tc_uv >= limits.TESTABLE_UV  # a cold thermocouple cannot show anything
            if self._live_count >= 2:  # the tip still drives current through the contact: it is closed
                self.contact = REFUTED if hot else UNTESTABLE
            elif self._dead_count >= 2:  # no current any more; that proves something only if there was some before
                self.contact = PROVED if hot and self._was_live else UNTESTABLE
            if self.contact != PENDING and self._peak_uv < limits.TESTABLE_UV:  # nothing hot was there to cool down
                self.gas = UNTESTABLE

    def wants_readings(self) -> bool:
        """True while the contact waits for its readings, but not for longer than they take: others need theirs."""
        if self.contact != PENDING or self.age_ms > self.verify_ms + limits.SETTLE_MS:
            return False
        return self._tc_count < 2 or self._live_count < 2 and self._dead_count < 2

    def take(self, side: int, uv: int, since_ms: int) -> None:
        """Take a credible reading whose conversion began since_ms after the shut-off."""
        if since_ms < limits.RELEASE_MS:  # the relay may not have opened yet
            return
        if side == TC:
            self._tc_uv = uv
            self._tc_count = min(self._tc_count + 1, 2)
            if since_ms >= limits.SETTLE_MS:  # the voltage has risen to its open-circuit level
                self._judge_gas(uv)
        elif is_live(uv, self._tc_uv):
            self._live_count = min(self._live_count + 1, 2)
            self._dead_count = 0
        else:
            self._dead_count = min(self._dead_count + 1, 2)
            self._live_count = 0

    def _judge_gas(self, uv: int) -> None:
        if uv > self._peak_uv:  # still rising: the fall is measured from the top
            self._peak_uv = uv
            self._trough_uv = uv
        fallen = self._trough_uv * limits.RELIGHT_FALL_PART <= self._peak_uv * (limits.RELIGHT_FALL_PART - 1)
        self._trough_uv = min(self._trough_uv, uv)
        if fallen and uv >= self._trough_uv + limits.RELIGHT_RISE_UV:  # a cooling tip gets warmer: there is a flame
            self.relit = True
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
