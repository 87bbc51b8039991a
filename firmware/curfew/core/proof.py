"""What can be proved after an opening: that the contact is open, and that the flame died.

Belongs here: the two verdicts and nothing else. Does not: faults, states, flame while burning.
PROVED, REFUTED or UNTESTABLE; PENDING until judged. Raw readings count, begun after the drive's release.
"""

from curfew.core import limits
from curfew.core.codes import PENDING, PROVED, REFUTED, TC, UNTESTABLE
from curfew.core.flame import is_live
from curfew.core.ticks import aged_ms


class Proof:
    """The proofs of one burner; begin() at every opening and at every start."""

    def __init__(self, sensor, verify_ms):
        self.sensor = sensor
        self.verify_ms = verify_ms
        self.begin(False)

    def begin(self, was_live):
        """Start over. was_live: the magnet side was seen live in the interval that ended."""
        self.contact = PENDING if self.sensor else UNTESTABLE
        self.gas = self.contact
        self.age_ms = 0  # since the opening
        self.die_ms = 0  # since the flame should be dying
        self.relit = False  # somebody tries too early, until restart_gas()
        self._was_live = was_live
        self._tc_uv = 0
        self._peak_uv = 0
        self._trough_uv = 0
        self._tc_count = 0
        self._live_count = 0
        self._dead_count = 0
        self._mark_uv = 0
        self._mark_ms = -1  # -1: not yet at half of the peak

    def restart_gas(self):
        """Somebody relit: the flame gets its time again, and has to fall again from its new peak."""
        self.die_ms = 0
        self.relit = False
        self._peak_uv = self._tc_uv
        self._trough_uv = self._tc_uv
        self._mark_ms = -1
        if self.sensor:
            self.gas = PENDING

    def note_open(self):
        """A hot thermocouple beside a dead magnet side, for long enough, showed the contact open."""
        if self.contact == REFUTED:
            self.contact = PROVED

    def step(self, step_ms):
        """Let the ages grow and judge the opening when it is due."""
        self.age_ms = aged_ms(self.age_ms, step_ms)
        self.die_ms = aged_ms(self.die_ms, step_ms)
        if self._mark_ms >= 0:
            self._mark_ms = aged_ms(self._mark_ms, step_ms)
        if self.contact == PENDING and self.age_ms >= self.verify_ms and self._tc_count >= 2:
            if self._live_count >= 2:
                self.contact = REFUTED if self._tc_uv >= limits.TESTABLE_UV else UNTESTABLE
            elif self._dead_count >= 2:
                testable = self._was_live and self._tc_uv >= limits.TESTABLE_UV
                self.contact = PROVED if testable else UNTESTABLE
            if self.contact != PENDING and self._peak_uv < limits.TESTABLE_UV:
                self.gas = UNTESTABLE

    def wants_readings(self):
        """True while the opening waits for readings; not for longer than they can take, others want theirs."""
        if self.contact != PENDING or self.age_ms > self.verify_ms + limits.SETTLE_MS:
            return False
        return self._tc_count < 2 or self._live_count < 2 and self._dead_count < 2

    def take(self, side, uv, since_ms):
        """Take a believed reading whose conversion began since_ms after the opening."""
        if since_ms < limits.RELEASE_MS:
            return
        if side == TC:
            self._tc_uv = uv
            self._tc_count = min(self._tc_count + 1, 2)
            if since_ms >= limits.SETTLE_MS:
                self._judge_gas(uv)
        elif is_live(uv, self._tc_uv):
            self._live_count = min(self._live_count + 1, 2)
            self._dead_count = 0
        else:
            self._dead_count = min(self._dead_count + 1, 2)
            self._live_count = 0

    def _judge_gas(self, uv):
        if uv > self._peak_uv:
            self._peak_uv = uv
            self._trough_uv = uv
        fallen = self._trough_uv * limits.RELIGHT_FALL_PART <= self._peak_uv * (limits.RELIGHT_FALL_PART - 1)
        self._trough_uv = min(self._trough_uv, uv)
        if fallen and uv >= self._trough_uv + limits.RELIGHT_RISE_UV:
            self.relit = True
        if self.gas != PENDING or self.contact == PENDING:
            return
        if uv < limits.OUT_UV:
            self.gas = PROVED
        elif uv * 2 > self._peak_uv:
            self._mark_ms = -1
        elif self._mark_ms < 0:
            self._mark_uv = uv
            self._mark_ms = 0
        elif self._mark_ms >= limits.FALL_CHECK_MS and uv <= self._mark_uv - self._mark_uv // limits.FALL_PART:
            self.gas = PROVED
        elif self._mark_ms >= limits.FALL_FLAT_MS:
            self._mark_uv = uv
            self._mark_ms = 0
