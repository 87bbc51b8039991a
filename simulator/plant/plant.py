"""The physics of one burner: knob, gas, flame, thermocouple, magnet, contact and the relay that moves it.

Runs on MicroPython and CPython with equal results: plain float arithmetic and exp, one step at a time. Sources in
brackets are those of wiring/README.md; "assumed" marks engineering judgement to be measured on a stove.
"""

from math import exp

from magnet_loop import AMBIENT_DC, FLAME_DC, emf_at, loop_ma

# key, default, unit and source
STOVE = {
    "emf_uv": 25000,  # uV at full flame, open circuit: 18-30 mV from makers, 10-20 mV on small stoves
    "tc_mohm": 30,  # mOhm, thermocouple with its lead: derived from loaded against open voltage
    "coil_mohm": 20,  # mOhm, magnet: 1-2 mV at 80 mA, derived
    "leads_mohm": 7,  # mOhm, 0.2 m of AWG 20 (33 mOhm/m) in all
    "contact_mohm": 15,  # mOhm, clean relay contact, assumed; data sheets only promise 50-100
    "magnet_hold_ma": 150,  # mA at which a pressed-in armature stays: makers guarantee it by 230
    "magnet_drop_ma": 80,  # mA below which it has dropped out: makers guarantee it
    "tip_heat_ms": 4000,  # time constant of the tip in a flame: 3-5 s of holding the knob
    "tip_cool_ms": 25000,  # and in air: valves close 9-60 s after the flame is gone
    "zero_second_ms": 0,  # a second magnet coil that holds for so long after lighting; 0: not there
    "bypass": False,  # the labeled bypass switch, closed
    "release_ms": 5,  # relay, coil off to contact open, data sheets 3-10
    "operate_ms": 8,  # relay, coil on to contact closed, data sheets 5-15
    "bounce_ms": 2,  # of a contact as it closes
}
SPARK_MS = 400  # from pushing the knob to the flame: a few sparks, assumed
BYPASS_MOHM = 5  # switch of the bypass, assumed; an old one has tens
MOVING_MS = 60  # fine steps for so long after anything moved


class Burner:
    """One burner of the stove. stove: values of STOVE that differ from the defaults.

    Inputs are set from outside: `coil` (what is asked of the relay), `stuck` (None, or what a stuck pin makes of
    it), `pressed` and `knob` (the hand), `simmer` (percent).
    Truth to be read: `closed` (contact position), `gas`, `flame`, `tip_dc`, `tc_uv`, `magnet_uv`.
    """

    def __init__(self, stove):
        self.stove = dict(STOVE)
        self.stove.update(stove)
        self.coil = False
        self.stuck = None
        self.knob = False
        self.pressed = False
        self.simmer = 100
        self.film_mohm = 0
        self.welded = False
        self.weld_mohm = None  # of the weld while the coil is off; None: that of the contact
        self.stuck_open = False
        self.bypass = self.stove["bypass"]
        self.bypass_mohm = BYPASS_MOHM
        self.coil_open = False  # a break behind the sense lead of the magnet side
        self.valve_sticks = False  # what is held stays held, whatever the current
        self.cold_dk = 0.0  # how much warmer the cold end is than the surroundings, tenths of a kelvin
        self._cold_to_dk = 0.0
        self._cold_dk_per_ms = 0.0
        self._heat_dc = 0.0  # where another source holds the tip, 0 for none
        self._heat_dc_per_ms = 0.0
        self.current_ma = 0.0
        self.closed = False
        self.gas = False
        self.flame = False
        self.held = False  # the armature sticks to the magnet
        self.tip_dc = float(AMBIENT_DC)
        self.tc_uv = 0
        self.magnet_uv = 0
        self._bounce_ms = 0
        self.moving_ms = 0
        self._pulls_was = False
        self._coil_ms = 0
        self._press_ms = 0
        self._delay_ms = 0
        self._factors = {}

    # --- what else there is in a kitchen ---------------------------------------------------------------------------

    def warm_cold_end(self, kelvin, ramp_ms):
        """The cold end moves to so much above the surroundings."""
        self._cold_to_dk = 10.0 * kelvin
        self._cold_dk_per_ms = abs(self._cold_to_dk - self.cold_dk) / max(ramp_ms, 1)

    def heat(self, celsius, k_per_s):
        """Another source takes the tip to a temperature; 0 ends it."""
        self._heat_dc = 10.0 * celsius
        self._heat_dc_per_ms = k_per_s / 100

    # --- the hand -------------------------------------------------------------------------------------------------

    def push(self):
        """A hand turns the knob open and pushes it in."""
        self.knob = True
        self.pressed = True
        self._press_ms = 0
        self.moved()

    def let_go(self):
        """The hand releases the knob."""
        self.pressed = False
        self.moved()

    def turn_off(self):
        """A hand turns the knob to off."""
        self.knob = False
        self.pressed = False
        self.moved()

    def blow_out(self):
        """Something boils over: the flame is gone, the gas is not."""
        self.flame = False
        self.moved()

    def moved(self):
        """Something moved: fine steps for a while."""
        self.moving_ms = MOVING_MS

    # --- time -----------------------------------------------------------------------------------------------------

    def step(self, dt_ms):
        """Advance by dt_ms. True when contact, gas or flame changed."""
        closed, gas, flame = self.closed, self.gas, self.flame
        if self.cold_dk != self._cold_to_dk:
            self.cold_dk = _towards(self.cold_dk, self._cold_to_dk, self._cold_dk_per_ms * dt_ms)
        if self.moving_ms > 0:
            self.moving_ms -= dt_ms
        self._step_contact(dt_ms)
        self._step_tip(dt_ms)
        self._step_gas(dt_ms, self._solve())
        return closed != self.closed or gas != self.gas or flame != self.flame

    def _step_contact(self, dt_ms):
        stove = self.stove
        pulls = self.coil if self.stuck is None else self.stuck
        if pulls != self._pulls_was:
            self._pulls_was = pulls
            self._coil_ms = 0
            self.moved()
        else:
            self._coil_ms += dt_ms
        if self._bounce_ms > 0:
            self._bounce_ms -= dt_ms
        if pulls:
            if not self.closed and not self.stuck_open and self._coil_ms >= stove["operate_ms"]:
                self.closed = True
                self._bounce_ms = stove["bounce_ms"]
        elif self.closed and not self.welded and self._coil_ms >= stove["release_ms"]:
            self.closed = False

    def _step_tip(self, dt_ms):
        target_dc = AMBIENT_DC
        if self.flame:
            target_dc += (FLAME_DC - AMBIENT_DC) * self.simmer / 100
        if self._heat_dc > target_dc and self._heat_dc > self.tip_dc - self._heat_dc_per_ms * dt_ms:
            self.tip_dc = _towards(self.tip_dc, self._heat_dc, self._heat_dc_per_ms * dt_ms)
            return
        if self.tip_dc == target_dc:
            return
        tau_ms = self.stove["tip_heat_ms" if self.flame and target_dc > self.tip_dc else "tip_cool_ms"]
        key = tau_ms * 64 + dt_ms
        if key not in self._factors:
            self._factors[key] = 1.0 - exp(-dt_ms / tau_ms)
        self.tip_dc += (target_dc - self.tip_dc) * self._factors[key]

    def contact_mohm(self):
        """Resistance across the contact with its bypass, None when both are open."""
        through = None
        if self.closed and not (self._bounce_ms > 0 and self._bounce_ms % 2):
            through = self.stove["contact_mohm"] + self.film_mohm
            if self.welded and self.weld_mohm is not None and not self._pulls_was:
                through = self.weld_mohm
        if not self.bypass:
            return through
        mohm = self.bypass_mohm
        return mohm if through is None else through * mohm / (through + mohm)

    def _solve(self):
        """Voltages on both sides of the contact; the current in mA."""
        stove = self.stove
        emf_uv = emf_at(stove["emf_uv"], self.tip_dc - self.cold_dk)
        contact_mohm = self.contact_mohm()
        if contact_mohm is None or self.coil_open:
            self.tc_uv = _whole(emf_uv)
            self.magnet_uv = 0 if contact_mohm is None else self.tc_uv
            self.current_ma = 0.0
            return 0.0
        source_mohm = stove["tc_mohm"] + stove["leads_mohm"]
        current_ma = loop_ma(emf_uv, source_mohm, contact_mohm, stove["coil_mohm"])
        self.tc_uv = _whole(emf_uv - current_ma * source_mohm)
        self.magnet_uv = _whole(current_ma * stove["coil_mohm"])
        self.current_ma = current_ma
        return current_ma

    def _step_gas(self, dt_ms, current_ma):
        stove = self.stove
        if self._delay_ms > 0:
            self._delay_ms -= dt_ms
        if self.pressed:
            self._press_ms += dt_ms
            self._delay_ms = stove["zero_second_ms"]
            self.held = True
        elif self.held and self._delay_ms <= 0:
            # Pushed in by hand, the armature stays from hold_ma up; once alone it falls below drop_ma.
            needed_ma = stove["magnet_hold_ma"] if self._press_ms else stove["magnet_drop_ma"]
            self.held = current_ma >= needed_ma or self.valve_sticks
            self._press_ms = 0
        self.gas = self.knob and self.held
        if not self.gas:
            if self.flame:
                self.moved()
            self.flame = False
        elif self.pressed and self._press_ms >= SPARK_MS:
            self.flame = True


def _towards(value, goal, step):
    return min(value + step, goal) if value < goal else max(value - step, goal)


def _whole(uv):
    return int(uv + 0.5) if uv >= 0 else -int(0.5 - uv)
