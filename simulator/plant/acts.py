"""What can be done to stove and chip: the queue of a scenario's events, and what each of them does."""

import slots

import report
from charge_pump import PARTS

PRESS_MS = 150  # a finger on a button
PAIR_MS = 400  # from one press of a pair to the next, assumed: two a second feel quick
LOOK_MS = 2550  # from one pair of an `override` to the next: a look at the light takes two seconds
PRESSES = {"press": (0,), "double_press": (0, PAIR_MS), "override": (0, PAIR_MS, LOOK_MS, LOOK_MS + PAIR_MS)}
# What lasts has an end, too: the act that ends it, with what it is given.
ENDS = {
    "hum": ("hum", {"uv": 0, "millihertz": 50000, "side": "both"}),
    "offset": ("offset", {"uv": 0, "side": "both"}),
    "sparks": ("sparks", {"uv": 0, "percent": 0, "side": "both"}),
    "spike": ("spike", {"uv": 0, "n": 0, "side": "both"}),
    "noise": ("noise", {"uv": 0}),
    "ground": ("ground", {"of": 0, "micro_ohm": 0}),
    "cold_end": ("cold_end", {"kelvin": 0, "ramp_ms": 1}),
    "heat": ("heat", {"celsius": 0, "millikelvin_per_s": 0}),
    "valve_sticks": ("valve_frees", None),
    "weld": ("unweld", None),
    "bypass": ("bypass", {"on": False, "mohm": 0}),
    "coil_open": ("coil_open", {"on": False}),
    "alarm": ("alarm", {"on": False}),
    "presence": ("presence", {"on": False}),
}
EXTEND, ARM, LESS = 0, 1, 2
ERRORS = {
    "MemoryError": MemoryError,
    "OSError": OSError,
    "ValueError": ValueError,
    "RuntimeError": RuntimeError,
    "KeyboardInterrupt": KeyboardInterrupt,
}


def when(act):
    """Sort key of a queued act: its time, then its order in the file: a total order."""
    return act[0] * 65536 + act[1]


def _rhythm(args):
    """Down for a part of every period, again and again."""
    acts = []
    period_ms = 1000000 // args["millihertz"]
    for from_ms in range(0, max(args["ms"] - period_ms, 0) + 1, period_ms):
        acts += [(from_ms, "button_down", None), (from_ms + period_ms * args["duty"] // 100, "button_up", None)]
    return acts


class Acts:
    """The part of the World that a scenario's events act upon."""

    # --- the queue of what happens --------------------------------------------------------------------------------

    def _plan_event(self, index, event):
        """Queue an event as one or more single acts: (ms, order, event index or -1, name, burner, argument)."""
        at_ms, do, burner, args = event
        acts = [(0, do, args)]
        if do in PRESSES:
            acts = []
            for from_ms in PRESSES[do]:
                acts += [(from_ms, "button_down", None), (from_ms + PRESS_MS, "button_up", None)]
        elif do == "hold":
            acts = [(0, "button_down", None), (args["ms"], "button_up", None)]
        elif do == "light":
            acts = [(0, "push", None), (args["hold_ms"], "let_go", None)]
        elif do in ("tremor", "mash"):
            acts = _rhythm(args)
        elif do in ENDS and args.get("ms"):
            acts.append((args["ms"],) + ENDS[do])
        for number, (later_ms, name, arg) in enumerate(acts):
            order = index * 8 + min(number, 7)
            self._queue.append((at_ms + later_ms, order, index if number == 0 else -1, name, burner, arg))

    def do(self, name, burner=0, args=None, later_ms=0):
        """Let an event of a scenario begin now, or later; args as the plan has them (milliseconds, not seconds)."""
        self._plan_event(self._asked, (self.now_ms + later_ms, name, burner, args or {}))
        self._asked += 1
        self._queue = self._queue[self._next :]
        self._queue.sort(key=when)
        self._next = 0

    def _happen(self, act):
        _, _, index, name, burner, arg = act
        if index >= 0:
            self.emit("#do %d %d" % (self.now_ms, index))
        getattr(self, "_do_" + name)(burner, arg)

    def _do_button_down(self, burner, _):
        self._push_button(burner, True)

    def _do_button_up(self, burner, _):
        self._push_button(burner, False)

    def _push_button(self, burner, down):
        self.buttons[burner] = down
        self._button_ms[burner] = self.now_ms

    def _do_push(self, burner, _):
        self.burners[burner].push()

    def _do_let_go(self, burner, _):
        self.burners[burner].let_go()

    def _do_knob_off(self, burner, _):
        self.burners[burner].turn_off()

    def _do_blow_out(self, burner, _):
        self.burners[burner].blow_out()

    def _do_simmer(self, burner, args):
        self.burners[burner].simmer = args["percent"]

    def _do_weld(self, burner, args):
        self.burners[burner].welded = True
        self.burners[burner].weld_mohm = (args or {}).get("mohm")
        self.burners[burner].moved()

    def _do_unweld(self, burner, _):
        self.burners[burner].welded = False
        self.burners[burner].stuck_open = False
        self.burners[burner].moved()

    def _do_stick_open(self, burner, _):
        self.burners[burner].stuck_open = True
        self.burners[burner].closed = False
        self.burners[burner].moved()

    def _do_stick_pin(self, burner, args):
        """A pin or its driver is stuck, behind the chip: whatever it says arrives as this level."""
        level = int(args["level"] == "high")
        if args["pin"] == "relay":
            self._relay_stuck[burner] = level
        else:
            self._pump_stuck = True
            self._pump_pin_free = False
            self.pump.pin(level)
        self._set_coils()

    def _do_free_pins(self, burner, _):
        self._relay_stuck[burner] = None
        self._pump_pin_free = True
        self.pump.pin(self.pins.get(self.pump_pin, 0))
        self._set_coils()

    def _do_pump(self, _, args):
        """weak: one of the two resistors that empty C3 is open."""
        parts = dict(PARTS)
        if args["is"] == "weak":
            parts["r4_ohm"] *= 2
        self.pump.become(parts, args["is"] == "bridged")

    def _do_film(self, burner, args):
        self.burners[burner].film_mohm = args["milliohm"]

    def _do_bypass(self, burner, args):
        self.burners[burner].bypass = args["on"]
        if args.get("mohm"):
            self.burners[burner].bypass_mohm = args["mohm"]

    def _do_valve_sticks(self, burner, _):
        self.burners[burner].valve_sticks = True

    def _do_valve_frees(self, burner, _):
        self.burners[burner].valve_sticks = False

    def _do_coil_open(self, burner, args):
        self.burners[burner].coil_open = args["on"]

    def _do_cold_end(self, burner, args):
        self.burners[burner].warm_cold_end(args["kelvin"], args["ramp_ms"])

    def _do_heat(self, burner, args):
        self.burners[burner].heat(args["celsius"], args["millikelvin_per_s"] / 1000)

    def _do_hum(self, burner, args):
        self.sensing[burner].hum(args["side"], args["uv"], args["millihertz"] / 1000, self.random)

    def _do_offset(self, burner, args):
        self.sensing[burner].set("offset_uv", args["side"], args["uv"])

    def _do_spike(self, burner, args):
        self.sensing[burner].set("spike_uv", args["side"], args["uv"])
        self.sensing[burner].set("spikes", args["side"], args["n"])

    def _do_sparks(self, burner, args):
        self.sensing[burner].set("sparks_uv", args["side"], args["uv"])
        self.sensing[burner].set("sparks_percent", args["side"], args["percent"])

    def _do_ground(self, burner, args):
        self.sensing[burner].ground_of = args["of"]
        self.sensing[burner].ground_mohm = args["micro_ohm"] / 1000

    def _do_alarm(self, _, args):
        """A normally-closed contact to ground: it opens."""
        if self.alarm_pin is not None:
            self.inputs[self.alarm_pin] = 1 if args["on"] else 0

    def _do_presence(self, _, args):
        """A contact to ground, closed while a person is there; without one it is a remote word."""
        if self.presence_pin is not None:
            self.inputs[self.presence_pin] = 0 if args["on"] else 1
        else:
            self._from_afar("presence", 0, 0 if args["on"] else 1)

    def _do_sensor(self, burner, args):
        value = args["value"]
        if value in ("stale", "i2c_error"):
            self.bus[burner // 2] = value
            return
        if value == "ok":
            self.bus[burner // 2] = "ok"
        for side, name in enumerate(("tc", "magnet")):
            if args.get("side", "both") in (name, "both"):
                self.sensing[burner].leads[side] = value

    def _do_i2c_stuck(self, _, args):
        self._stuck_try_ms = args["try_ms"]
        self._stuck_until_ms = self.now_ms + args["ms"] if args["try_ms"] else 0

    def _do_noise(self, burner, args):
        self.sensing[burner].noise_uv = args["uv"]

    def _do_remote_off(self, burner, args):
        self._from_afar("off", burner, report.SOURCES.index(args["source"]))

    def _do_remote_extend(self, burner, _):
        self._from_afar("request", burner, EXTEND)

    def _do_remote_less(self, burner, args):
        self._from_afar("less", burner, args["min"])

    def _do_remote_arm(self, burner, _):
        self._from_afar("request", burner, ARM)

    def _from_afar(self, kind, burner, what):
        self._remote.append((kind, burner, what))
        self._deliver()

    def _do_power_off(self, _, __):
        if not self.powered:
            return
        self.powered = False
        self.rtc = b""
        self._die("power")

    def _do_power_on(self, _, __):
        self.powered = True

    def _do_reset(self, _, args):
        if args["cause"] == "en":
            self.rtc = b""  # the button on the board clears it as a power cut does
        self._die(args["cause"])

    def _do_flash(self, _, args):
        self.mounts = args["mounts"]

    def _do_hang(self, _, args):
        self._stalled_until_ms = self.now_ms + args["ms"]

    def _do_gil_hold(self, _, args):
        self._stalled_until_ms = self.now_ms + args["ms"]
        self._blocked_until_ms = max(self._blocked_until_ms, self._stalled_until_ms)

    def _do_raise(self, _, args):
        self.traps[args["in"]] = ERRORS[args["error"]]

    def _do_clock_jump(self, _, args):
        self._jump_ms += args["ms"]

    def _do_repair_settings(self, _, args):
        """The user puts another settings.json on the board."""
        with open("settings.json", "w") as file:
            file.write(args["text"])

    def _do_corrupt_program(self, _, args):
        slots.corrupt(self.flash, args["slot"], args["how"])

    def _do_mend_program(self, _, args):
        slots.mend(self.flash, args["slot"])

    def _do_install_program(self, _, args):
        slots.install(self.flash, args["way"])

    def _do_services_die(self, _, __):
        self._end_services()

    def _do_memory_full(self, _, args):
        self._full_until_ms = max(self._full_until_ms, self.now_ms + args["ms"])

    def _do_services_block(self, _, args):
        self._blocked_until_ms = max(self._blocked_until_ms, self.now_ms + args["ms"])
