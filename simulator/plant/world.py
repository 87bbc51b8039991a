"""Stove, chip and clock of one scenario: the one object behind the fakes.

Time passes only in advance(): a program that computes takes no time, a program that sleeps does.
"""

import chips
from second_thread import SecondThread
from sensing import Sensing
from witness import Witness

import chip
import report
from acts import Acts, when
from charge_pump import PARTS, Pump
from plant import Burner

IN, OUT = 1, 3  # modes of a pin
TICKS_MASK = 0x3FFFFFFF
POLL_MS = 100  # the services thread's rhythm
BOUNCE_MS = 3  # of the button
SAMPLE_MS = 500
PROGRESS_MS = 10000
REST_STEP_MS = 20
FLAME_MIN_UV = 4000  # of a burner's settings, where they do not say
DEFAULT_PINS = ((18, 25), (19, 26), (23, 27), (33, 13))


class ChipReset(BaseException):
    """The chip is gone under the program; every later call of a fake raises this again."""


class Over(BaseException):
    """The scenario has come to its end."""


class Broken(BaseException):
    """The simulator itself failed within a call of the program, which cannot catch this; `error` says how."""

    def __init__(self, error):
        self.error = error


class Guard:
    """`with guard:` An error of the simulator's own ends the run, and is none of the program's.

    Not try and except: with a name for the error the frame of a function no longer fits on the VM's stack. Taken from
    the heap in each tick, it made runs five times slower.
    """

    def __init__(self):
        self.error = None  # the program gets no further

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _traceback):
        if kind is not None and issubclass(kind, Exception):
            self.error = error
            raise Broken(error)


class Random:
    """Xorshift, 32 bits: equal on both machines."""

    def __init__(self, seed):
        self._state = (seed * 2654435761 + 1) & 0xFFFFFFFF or 1

    def below(self, limit):
        """A whole number from 0 to limit - 1."""
        x = self._state
        x ^= (x << 13) & 0xFFFFFFFF
        x ^= x >> 17
        x ^= (x << 5) & 0xFFFFFFFF
        self._state = x
        return x % limit


class World(Acts, SecondThread):
    """plan: what the CPython side hands over. emit: a function that takes one line of the report."""

    def __init__(self, plan, emit):
        self.emit = emit
        self.flash = ""  # where its files are: the current folder, or a path that ends in "/"
        self.until_ms = plan["until_ms"]
        self.now_ms = 0
        self.random = Random(plan["seed"])
        count = plan["burners"]
        self.burners = [Burner(plan["stove"]) for _ in range(count)]
        self.sensing = [Sensing() for _ in range(count)]
        self.bus = ["ok", "ok"]  # of each converter: ok, stale, i2c_error
        self._stuck_until_ms = 0  # the whole bus: every transfer fails until then ...
        self._stuck_try_ms = 0  # ... and holds all Python for so long
        self.buttons = [False] * count
        self._button_ms = [-BOUNCE_MS] * count
        self.pump = Pump(PARTS)
        self._pump_stuck = False  # its pin is, or was and the pump has not filled since
        self._pump_pin_free = True
        self._relay_stuck = [None] * count  # level of an enable that is stuck, at the driver
        settings = plan.get("settings") or {}
        self.pulse = settings.get("relay_drive", "pulse") == "pulse"
        self.pump_pin = settings.get("pump_pin", 32)
        self.supply_pin = settings.get("supply_pin")
        self.alarm_pin = settings.get("alarm_pin")
        self.presence_pin = settings.get("presence_pin")
        # Levels of the input pins beside the buttons: no alarm, and no one there.
        self.inputs = {pin: level for pin, level in ((self.alarm_pin, 0), (self.presence_pin, 1)) if pin is not None}
        self.unix_s = plan.get("clock", 0)  # of the chip's clock at the start; 0: it does not know the time
        self._read_pins(settings.get("burners") or [])
        self._queue = []
        self._asked = len(plan["events"])
        for index, event in enumerate(plan["events"]):
            self._plan_event(index, event)
        self._queue.sort(key=when)
        self._next = 0
        self.samples = plan["samples"]
        self._told = report.Told(self)
        self._witness = Witness(self._flame_min_uv)
        # the chip
        self.powered = True
        self.mounts = True  # the flash has a file system
        self.running = False
        self.rtc = b""
        self.pins = {}
        self.thread = None  # (entry, args) of the services
        self._link = None  # theirs to the loop, which outlives them
        self._remote = []  # remote words that came while the services were down
        self._serving = False  # the services have their turn just now
        self._blocked_until_ms = 0
        self._full_until_ms = 0
        self._stalled_until_ms = 0
        self._boot_ms = 0
        self._deaths = 0
        self.starts = 0  # of the program
        self.reset_cause = 1  # asked for by a chip with a radio only
        self._jump_ms = 0
        self.wdt_ms = 0
        self._fed_ms = 0
        self._poll_ms = 0
        self.traps = {}
        self.on_tick = None  # called with True when a tick ends and with False when the next one begins
        self.guard = Guard()

    def _read_pins(self, burners):
        self.relay_pins = []
        self.button_pins = []
        self._flame_min_uv = []
        for index in range(len(self.burners)):
            config = burners[index] if index < len(burners) and isinstance(burners[index], dict) else {}
            self.relay_pins.append(config.get("relay_pin", DEFAULT_PINS[index][0]))
            self.button_pins.append(config.get("button_pin", DEFAULT_PINS[index][1]))
            self._flame_min_uv.append(config.get("flame_min_uv", FLAME_MIN_UV))

    # --- the chip -------------------------------------------------------------------------------------------------

    def boot(self):
        """The chip comes out of reset: its loader begins anew with every dip, then the program may run."""
        deaths = -1
        while deaths != self._deaths:
            deaths = self._deaths
            for _ in range(chips.BOOT_MS // REST_STEP_MS):
                self._pass_time(REST_STEP_MS)
                if deaths != self._deaths:
                    break
            if not self.powered:
                return False
        if not self.mounts:  # MicroPython says so on the cable for ever: no boot.py, no watchdog
            return False
        self.running = True
        self._boot_ms = self.now_ms
        self._jump_ms = 0
        self._stalled_until_ms = 0
        self.starts += 1
        self.emit("#up %d" % self.now_ms)
        return True

    def _die(self, cause):
        """The program is gone at once. Pins float only where the whole chip was reset, not its CPU alone."""
        if self.running or cause == "power":
            self.emit("#down %d %s" % (self.now_ms, cause))
        self.running = False
        if cause not in chips.CPU_RESETS:
            self.pins = {}
        self.thread = None
        self._link = None
        self._deaths += 1
        self.wdt_ms = 0
        self.traps = {}
        self._blocked_until_ms = self._full_until_ms = 0
        self._set_coils()
        self._told.look(self)

    def stopped(self):
        """The program ended by itself and the chip waits at the prompt, pins as they were."""
        self.emit("#down %d stopped" % self.now_ms)
        self.thread = None
        self._link = None
        self._told.look(self)

    def alive(self, name=None):
        """Called first by every call of a fake: a dead chip's program may do nothing any more, and traps spring."""
        if self.guard.error is not None:
            raise Broken(self.guard.error)
        if not self.running:
            raise ChipReset
        if name is not None:
            if self.now_ms < self._full_until_ms:
                self._refuse(name)
            if name in self.traps:
                self._spring(name)

    def _refuse(self, name):
        """The memory is full: each call of the services fails, and what takes memory beside them: a thread, a light."""
        if self._serving or name == "_thread.start_new_thread":
            raise MemoryError
        if name == "NeoPixel.write":
            raise OSError(12)

    def _spring(self, name):
        error = self.traps[name]
        if self._serving and error is KeyboardInterrupt:
            return  # the chip raises it in the loop's thread only
        del self.traps[name]
        thread = "services" if self._serving else "loop"
        self.emit("#raised %d %s %s %s" % (self.now_ms, thread, name, error.__name__))
        raise error

    def reset_now(self, cause):
        """The program restarts the chip."""
        self.alive()
        with self.guard:
            self._die(cause)
        raise ChipReset

    def ticks_ms(self):
        """What the chip's clock shows."""
        return (self.now_ms - self._boot_ms + self._jump_ms) & TICKS_MASK

    def watch(self, timeout_ms):
        """Arm or re-arm the watchdog."""
        self.wdt_ms = timeout_ms
        self.feed()

    def feed(self):
        """The watchdog is fed."""
        self._fed_ms = self.now_ms

    def pin_changed(self, number, level):
        """An output pin got a level."""
        if self.pins.get(number) == level:
            return
        self.pins[number] = level
        with self.guard:
            if number == self.pump_pin:
                if self._pump_pin_free:
                    self.pump.pin(level)
            elif number in self.relay_pins:
                self._set_coils()

    def _set_coils(self):
        """What the controller asks of each relay, and what a stuck pin makes of it.

        With a pump pin that is stuck the controller goes on asking: its edges do not arrive, and that is not its doing.
        """
        fed = self.powered and (self.pump.on or not self.pulse)
        if self._pump_stuck and self._pump_pin_free and self.pump.on:
            self._pump_stuck = False
        for index in range(len(self.burners)):  # no enumerate(): called from within the tick
            burner = self.burners[index]
            coil = self.powered and self.pins.get(self.relay_pins[index], 0) == 1 and (fed or self._pump_stuck)
            stuck = None
            if self._relay_stuck[index] is not None:
                stuck = fed and self._relay_stuck[index] == 1
            elif self._pump_stuck:
                stuck = coil and fed
            if coil != burner.coil or stuck != burner.stuck:
                burner.coil = coil
                burner.stuck = stuck
                burner.moved()

    def set_mode(self, number, mode, value):
        """A pin becomes an output with a level, or an input."""
        self.alive()
        if mode == OUT:
            self.pin_changed(number, 1 if value else 0)
        elif mode == IN:
            self.pin_changed(number, 0)  # floating: the pull-down at the driver wins

    def _unseen(self, first, second=None):  # *args would allocate in the tick
        """Pixels, buzzer and display of a run are not drawn: the trace has them from the firmware's snapshot."""

    tone = pixel = drain = _unseen

    def memory(self, data):
        """The RTC memory of the chip, read or written."""
        if data is None:
            return bytes(self.rtc)
        if len(self.rtc) != len(data):
            self.rtc = bytearray(len(data))
        for index in range(len(data)):
            self.rtc[index] = data[index]
        return None

    def clock_ms(self):
        """The converters' own clock, which does not jump."""
        return self.now_ms

    def pin_level(self, number):
        """What an input pin reads: buttons are open or pull to ground, everything else floats high."""
        if number in self.inputs:
            return self.inputs[number]
        if number not in self.button_pins:
            return int(self.powered and self.pump.on) if number == self.supply_pin else 1
        burner = self.button_pins.index(number)
        if self.now_ms - self._button_ms[burner] < BOUNCE_MS:
            return self.random.below(2)
        return 0 if self.buttons[burner] else 1

    def is_bus_stuck(self):
        """Whether every transfer fails just now, with the time that it takes."""
        return self.now_ms < self._stuck_until_ms

    def transfer(self, timeout_us, length):
        """A transfer begins: on a stuck bus it takes its time, in which no Python runs, and fails."""
        if self.is_bus_stuck():
            self.hold(self._stuck_try_ms)
            raise OSError(chips.ETIMEDOUT)

    def hold(self, ms):
        """A call of the program blocks with the interpreter lock held: time passes within the tick."""
        self.emit("#held %d %d" % (self.now_ms, ms))
        self._blocked_until_ms = max(self._blocked_until_ms, self.now_ms + ms)
        with self.guard:
            self._pass_time(ms)

    def input_code(self, converter, channel):
        """The converter's code for one of its inputs as it is now."""
        with self.guard:
            return self._input_code(converter, channel)

    def _input_code(self, converter, channel):
        burner = converter * 2 + (channel >> 1)
        side = channel & 1
        if burner >= len(self.burners):
            return 0
        sensing = self.sensing[burner]
        uv = 0
        if sensing.leads[side] == "ok":
            uv = self.burners[burner].magnet_uv if side else self.burners[burner].tc_uv
            if sensing.ground_mohm:
                uv += int(self.burners[sensing.ground_of].current_ma * sensing.ground_mohm)
        uv = sensing.disturbed(side, uv, self.now_ms, self.random)
        return max(-32768, min(32767, uv * 16 // 125))

    # --- time -----------------------------------------------------------------------------------------------------

    def sleep(self, ms):
        """The program sleeps: a tick has ended. Returns late when the program or the chip stands still."""
        self.alive("time.sleep_ms")
        with self.guard:
            if self.on_tick:
                self.on_tick(True)
            self._told.look(self)
            self._pass_time(ms)
            while self.now_ms < self._stalled_until_ms:
                self._pass_time(self._stalled_until_ms - self.now_ms)
            if self.on_tick:
                self.on_tick(False)

    def wait_for_power(self):
        """Nothing runs; time passes until the user switches on or resets."""
        while not self.powered:
            self._pass_time(REST_STEP_MS)

    def wait_for_reset(self):
        """The program has ended; time passes until the chip is reset."""
        while self.running:
            self._pass_time(REST_STEP_MS)

    def _pass_time(self, ms):
        end_ms = self.now_ms + ms
        was_running = self.running
        while self.now_ms < end_ms:
            self._wait()
            while self._next < len(self._queue) and self._queue[self._next][0] <= self.now_ms:
                self._next += 1
                self._happen(self._queue[self._next - 1])
            if self.running and self.wdt_ms and self.now_ms - self._fed_ms >= self.wdt_ms:
                self._die("wdt")
            if was_running and not self.running:
                raise ChipReset
            left_ms = self.until_ms - self.now_ms
            if left_ms <= 0:
                raise Over
            self._step(self._quiet_ms(min(end_ms - self.now_ms, left_ms, REST_STEP_MS)))
            if self.thread is not None and self.now_ms - self._poll_ms >= POLL_MS:
                self._serve()

    def _wait(self):
        """Called before time passes; in a run it does not wait."""

    def _quiet_ms(self, step_ms):
        """How long the next step may be, at most step_ms."""
        for burner in self.burners:
            if burner.moving_ms > 0:
                return 1
        if self._next < len(self._queue):
            return max(min(step_ms, self._queue[self._next][0] - self.now_ms), 1)
        return step_ms

    def _step(self, dt_ms):
        before_ms = self.now_ms
        self.now_ms += dt_ms
        if self.pulse:
            pumped = self.pump.on
            self.pump.step(dt_ms)
            if self.pump.on != pumped or self._pump_stuck:
                self._set_coils()
        changed = False
        for burner in self.burners:
            if burner.step(dt_ms):
                changed = True
        if changed or self._link is None:  # no tick reports a coil that loses its supply
            self._told.look(self)
        self._witness.look(self)
        if self.samples and (changed or self.now_ms // SAMPLE_MS != before_ms // SAMPLE_MS):
            for index, burner in enumerate(self.burners):
                values = (self.now_ms, index, int(burner.tip_dc + 0.5), burner.tc_uv, burner.magnet_uv)
                self.emit("#sample %d %d %d %d %d" % values)
        if self.now_ms // PROGRESS_MS != before_ms // PROGRESS_MS:
            self.emit("#time %d" % self.now_ms)

    def begin(self):
        """Tell how everything is at 0 ms."""
        self._told.look(self)

    def end(self):
        """Tell what the journal holds, and that the run came to its end."""
        try:
            with open("journal.txt") as file:
                for line in file:
                    if line[:1] != "#":  # that one is its seal
                        self.emit("#journal %d %s" % (self.now_ms, line.rstrip()))
        except (OSError, UnicodeError):
            pass
        self.emit("#end %d" % self.now_ms)


def install(world):
    """Make a world the one behind the fakes."""
    chip.the = world
