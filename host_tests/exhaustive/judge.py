"""What must hold after every tick of an exploration, judged from what went in and what came out."""

from curfew.core import codes, faults
from curfew.runtime import rtc_memory
from simulator.rules.gestures import LONG_AGO_MS, Button
from simulator.rules.numbers import QUIET_MS, STALE_MS, STALL_MAX_MS, TICK_MS
from simulator.rules.sentences import RULES

STILL_TICKS = 50
ALARM_MS = 100
BLIND_STEP_MS, GAP_MS, SEEN_AGAIN_MS, SETTLE_MS = 100, 500, 1000, 220  # a stall makes no sensor old
WELD_HOT_UV, WELD_DARK_UV, WELD_SHOWN_MS = 3000, 400, 1000
OUT_UV, FLAME_UV, FLAME_MS = 3000, 1500, 2500
RISE_MS = 2000  # a user who lights was there so short a time ago
ANNOUNCED = (codes.TIMEOUT, codes.BURN_CAP, codes.OVERRIDE_END)


class Violation(AssertionError):
    """A sentence about what should not have happened."""


class Judge:
    """The shadow of one burner: begin() at every start, before() and after() around every tick.

    `granted` is what the gate said in this tick; its listener sets it. Raises Violation.
    """

    def __init__(self, index, settings):
        self.index = index
        self.settings = settings
        self.sensor = settings.burners[index].sensor
        self.finger = Button()
        self.granted = self.conducting = False
        self.doubled = False  # in this conducting interval
        self.all_off = False  # in this tick, by any button
        self.length_ms = 0  # of this conducting interval
        self.cap_ms = 0  # left to its cap
        self.open_ms = 0  # since it ended; a step counts for one tick at most
        self.warned_ms = 0
        self.unwarned_ticks = 0
        self.tc_uv = self.magnet_uv = 0  # as last seen
        self.seq = 0
        self._forget()

    def _forget(self):
        self.conducting = False
        self.welded = False  # conducted while it had to be open, until a hot tip shows an open contact
        self.still_ticks = 0
        self.alarm_ms = 0  # since the alarm contact was seen open
        self.rise_ms = LONG_AGO_MS  # since the thermocouple last rose
        self.peak_uv = 0  # since the last shut-off or start
        self.since_change_ms = 0
        self.tc_blind_ms = self.magnet_blind_ms = 0
        self.blind_ms = self.fresh_ms = self.shown_open_ms = self.flame_ms = self.quiet_ms = 0

    def begin(self, controller):
        """A start, reported by the RTC memory whether the contact conducted."""
        reported = self._told(controller)
        if reported != ([codes.RESTART] if self.conducting else []):
            self._say(f"S13: the start tells the causes {reported}")
        if self.conducting:
            self.open_ms = 0
        self._forget()
        self.finger.begin()

    # --- before the firmware sees a tick ---------------------------------------------------------------------------

    def before(self, controller, around, ms):
        """Count what goes in."""
        burner = controller.burners[self.index]
        self.still_ticks = self.still_ticks + 1 if ms == 0 else 0
        self.broken = not 0 <= ms <= STALL_MAX_MS or self.still_ticks >= STILL_TICKS
        self.step_ms = ms = 0 if self.broken else ms
        self.state = burner.state
        self.raised = burner.faults.raised
        self.present = burner.faults.present
        self.granted = False
        self.off = around.off_asked
        self.finger.step(controller.pressed[self.index], ms)
        if self.finger.first_ms is None:
            self.fault_before = self.state == codes.FAULT  # at the first edge of the gesture
        self.alarm_ms = 0 if controller.pressed[-2] else self.alarm_ms + min(ms, TICK_MS)
        self.quiet_ms += ms
        if self.state == codes.WARNING:
            self.warned_ms += ms
        if self.conducting:
            self.length_ms += ms
            self.cap_ms -= ms
        else:
            self.open_ms += min(ms, TICK_MS)
        if self.sensor:
            self._look(around, ms)

    def _look(self, around, ms):
        settled = self.since_change_ms >= SETTLE_MS
        self.since_change_ms += ms
        grown_ms = min(ms, BLIND_STEP_MS)
        self.tc_blind_ms += grown_ms
        self.magnet_blind_ms += grown_ms
        self.rise_ms += ms
        if around.is_seen(codes.TC, settled):
            self.tc_blind_ms = grown_ms
            self.rise_ms = 0 if around.tc_uv > self.tc_uv else self.rise_ms
            self.tc_uv = around.tc_uv
            self.peak_uv = max(self.peak_uv, self.tc_uv)
        if around.is_seen(codes.MAGNET, settled):
            self.magnet_blind_ms = grown_ms
            self.magnet_uv = around.magnet_uv
        self.blind_ms = max(self.tc_blind_ms, self.magnet_blind_ms)
        seen = self.blind_ms <= GAP_MS
        self.fresh_ms = self.fresh_ms + ms if seen else 0
        shown_open = seen and not self.conducting and self.tc_uv > WELD_HOT_UV and self.magnet_uv < WELD_DARK_UV
        self.shown_open_ms = self.shown_open_ms + ms if shown_open else 0
        flame = seen and self.conducting and self.tc_uv > FLAME_UV
        self.flame_ms = self.flame_ms + ms if flame else 0

    def turns_all_off(self):
        """True when this finger, in this tick, turns every burner off."""
        in_fault = self.state == codes.FAULT
        return self.finger.event == "hits" and in_fault or self.finger.event == "hold all" and not self.fault_before

    def _is_off(self, remote=True):
        return self.finger.event in ("hold", "hits") or self.all_off or remote and self.off

    def may_extend(self):
        """True when a remote request may lengthen this burn: it is allowed, and a flame was seen long enough."""
        return self.settings.remote_extend and self.sensor and self.flame_ms >= FLAME_MS

    # --- after it --------------------------------------------------------------------------------------------------

    def after(self, controller):
        """Judge what came out."""
        burner = controller.burners[self.index]
        granted = controller.granted[self.index] == 1
        raised = burner.faults.raised
        if raised & ~self.raised:
            self.finger.ignore()
        if granted:
            self._keep_cap(burner)
            self._judge_conducting(raised)
        elif self.state == codes.IDLE and self.finger.event == "press" and not (raised or self.off or self.welded):
            self._say("L1: a press in IDLE does not conduct")
        if self.shown_open_ms >= WELD_SHOWN_MS:
            self.welded = False
        if burner.faults.present >> faults.CONTACT_WELDED & 1:
            self.welded = True
        self._judge_faults(burner, raised)
        self._judge_telling(controller, burner, self.conducting and not granted)
        if granted != self.conducting:
            self.conducting = granted
            self.length_ms = self.open_ms = self.peak_uv = self.since_change_ms = 0
            self.doubled = False
        if burner.state == codes.WARNING:
            if self.unwarned_ticks > 1:  # one tick is an override that the cap ends at once
                self.warned_ms = self.step_ms  # a long step may have let it begin late
            self.unwarned_ticks = 0
        else:
            self.unwarned_ticks += 1

    def _keep_cap(self, burner):
        if not self.conducting:
            self.cap_ms = self.settings.burners[self.index].burn_max_ms
        elif self.finger.event == "override" and burner.state == codes.OVERRIDE and not self.doubled:
            self.doubled = True
            self.cap_ms = max(self.cap_ms, self.settings.override_max_ms)
        if burner.remaining_s() * 1000 >= self.cap_ms + 1000:
            self._say(f"S2: {burner.remaining_s()} s are left, and {self.cap_ms} ms to the cap")

    def _judge_conducting(self, raised):
        settings = self.settings
        if not self.granted:
            self._say("S1: conducts without a grant in this tick")
        longest_ms = settings.burners[self.index].burn_max_ms + (settings.override_max_ms if self.doubled else 0)
        if self.length_ms > longest_ms + TICK_MS:
            self._say(f"S2: conducts for {self.length_ms} ms, {longest_ms} are allowed")
        if self._is_off():
            self._say("S4: conducts in the tick of an OFF")
        if raised:
            self._say("S7: conducts with a fault")
        if self.alarm_ms > ALARM_MS:
            self._say(f"S7: conducts with an alarm of {self.alarm_ms} ms")
        if self.sensor and self.blind_ms > STALE_MS:
            self._say(f"S8: conducts with a sensor that was blind for {self.blind_ms} ms")
        if self.conducting and self.broken:
            self._say("S9: goes on conducting in the tick of a broken clock")
        if not self.conducting:
            lit = self.sensor and settings.auto_arm and self.rise_ms <= RISE_MS
            if self.finger.event != "press" and not lit:
                self._say("S3, S5: starts to conduct without a local act")
            if self.open_ms < settings.reclose_hold_ms:
                self._say(f"S6: starts to conduct after a rest of {self.open_ms} ms")

    def _judge_faults(self, burner, raised):
        if raised >> faults.PROGRAM_CORRUPT & 1:
            self._say("S1: the gate refused what the state wanted")
        if (raised != 0) != (burner.state == codes.FAULT):
            self._say("S7: a fault without the state, or the state without a fault")
        if self.sensor and self.blind_ms > STALE_MS and not raised >> faults.SENSOR_FAILED & 1:
            self._say("S8: a blind sensor is no fault")
        acknowledged = self.finger.event == "long hold" and self.state == codes.FAULT
        if self.raised & ~raised and not (
            acknowledged and burner.state == codes.VERIFYING and not burner.faults.present
        ):
            self._say("S7: a fault went without an acknowledgement, or with its cause still there")
        gone = self.present & ~burner.faults.present
        if gone:
            for code, may_go in (
                (faults.CONTACT_WELDED, self.shown_open_ms >= WELD_SHOWN_MS or self.tc_uv < OUT_UV),
                (faults.FLAME_PERSISTS, self.tc_uv < OUT_UV or self.tc_uv * 2 <= self.peak_uv),
                (faults.SENSOR_FAILED, self.fresh_ms >= SEEN_AGAIN_MS),
                (faults.BUTTON_STUCK, self.finger.first_ms is None),
                (faults.ALARM, self.alarm_ms == 0),
                (faults.UNSTABLE, self.quiet_ms >= QUIET_MS),
                (faults.SETTINGS_INVALID, False),
            ):
                if gone >> code & 1 and not may_go:
                    self._say(f"S7: the cause of fault {code} went although nothing showed it")

    def _judge_telling(self, controller, burner, opened):
        reported = self._told(controller)
        if reported != ([burner.cause] if opened else []):
            self._say(f"S13: {'an opening' if opened else 'no opening'} is reported as {reported}")
        if not opened:
            return
        first = (
            (codes.ALARMED if burner.faults.shown == faults.ALARM else codes.FAULTED, burner.faults.raised),
            (codes.CLOCK, self.broken),
            (codes.BUTTON, self._is_off(remote=False)),
            (codes.REMOTE, self.off),
        )
        due = next((cause for cause, there in first if there), None)
        if burner.cause != due and (due is not None or burner.cause in [cause for cause, _ in first]):
            self._say(f"S13: a shut-off by {due} is reported as {burner.cause}")
        if burner.cause in ANNOUNCED and self.warned_ms < self.settings.warning_ms:
            self._say(f"S10: an end by time was announced for {self.warned_ms} ms")

    def _told(self, controller):
        """The causes of this burner among the rows that are new in the memory's ring."""
        kept = controller.memory
        rows = range(self.seq + 1, kept.seq[0] + 1)
        self.seq = kept.seq[0]
        return [
            kept.shutoff_byte(n, rtc_memory.ROW_CAUSE)
            for n in rows
            if kept.shutoff_byte(n, rtc_memory.ROW_BURNER) == self.index
        ]

    def _say(self, sentence):
        names = sentence.partition(": ")[0].split(", ")
        rules = " ".join(RULES[name] for name in names)
        raise Violation(f"{sentence} (burner {self.index}). {rules}")
