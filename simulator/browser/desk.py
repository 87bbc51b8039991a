"""The interactive stove in one program: firmware, stove and page's messages on one VM, in slices that end in time.

The firmware is the compiled one, unmodified. A slice ends where its loop sleeps at the end of a tick: the fake of
sleep_ms() raises Pause, and Loop.run(), which keeps nothing between two ticks, is called again for the next slice.
"""

import json
import os
import sys

import go
from simulator.browser import phone
from simulator.fields import ScenarioError
from simulator.live import messages
from simulator.live.acts import RecordedStove
from simulator.live.pot import Pot
from simulator.live.recording import DEFAULT, SEGMENTS, TICK_MS, Refused
from simulator.live.story import KEPT, Story
from world import REST_STEP_MS, ChipReset, World, install

FOR_EVER_MS = 1 << 40
BITS = {letter: code for code, letter in SEGMENTS.items()}
POT_MS = 200  # between two looks at the water, which is slow
RECORD_MS = 24 * 3600 * 1000  # of stove time in one record


class Pause(BaseException):
    """The slice is over; the firmware must not notice."""


class DeskWorld(World):
    """A World whose pixels, tones and pots are seen, and whose time goes as far as the desk lets it."""

    def __init__(self, plan, emit, desk):
        World.__init__(self, plan, emit)
        self.desk = desk
        self.pots = [Pot() for _ in self.burners]
        self._pot_ms = 0
        self.paused = False
        self.in_loop = False

    def _step(self, dt_ms):
        World._step(self, dt_ms)
        self._pot_ms += dt_ms
        if self._pot_ms >= POT_MS:
            for burner, pot in zip(self.burners, self.pots):
                pot.step(self._pot_ms, burner.flame, burner.simmer)
            self._pot_ms = 0

    def sleep(self, ms):
        is_last = self.now_ms + ms - self._fed_ms >= TICK_MS  # of its tick: the scanner divides the rest of some
        World.sleep(self, ms)
        if is_last and self.in_loop and self.now_ms >= self.desk.until_slice_ms:
            self.paused = True
            raise Pause

    def pixel(self, index, color):
        self.desk.pixels[index] = color

    def tone(self, hz):
        self.desk.sounds(hz)


class Desk(RecordedStove):
    """One stove: Desk(top), then go(ms) again and again; news() is what a page has to hear."""

    def __init__(self, top=None, speed=1):
        self.load(dict(top or DEFAULT), speed)
        self.lines = []
        self._time = ""
        self.tones = []
        self._tone_ms = 0
        self.until_slice_ms = 0
        plan = dict(self.scenario.plan)
        plan["until_ms"] = FOR_EVER_MS
        plan["samples"] = False
        self.plan = plan
        write_flash(plan)
        go.replace_builtins(FOLDERS, self._emit)
        self.world = DeskWorld(plan, self._emit, self)
        install(self.world)
        self.story = Story(self)
        self._sources = [compile(go.read(["."], name), name, "exec") for name in ("boot.py",)]
        self._life = self._live()
        self._ended = False
        self._last = None
        self._phone = None
        self.has_display = plan["settings"] is not None and "display_clk_pin" in plan["settings"]
        self._shown_s = -1

    def _emit(self, line):
        if line[:6] == "#time ":
            self._time = line
            return
        if line[:9] == "#console " and self._time:  # what the program says has no time of its own
            self.lines.append(self._time)
        self._time = ""
        self.lines.append(line)

    def _changed(self):
        self._last = None

    @property
    def _values(self):
        link = self.world.link()
        return link.snapshot.values if link else ()

    def sounds(self, hz):
        """The buzzer has another tone from now on."""
        now_ms = self.world.now_ms
        if self.tone_hz:
            self.tones.append((self.tone_hz, now_ms - self._tone_ms))
        elif now_ms > self._tone_ms:
            self.tones.append((0, min(now_ms - self._tone_ms, 1000)))
        del self.tones[:-64]
        self.tone_hz, self._tone_ms = hz, now_ms

    # --- time -------------------------------------------------------------------------------------------------------

    def go(self, ms):
        """Let so much stove time pass."""
        end_ms = self.world.now_ms + ms
        if self.until_ms is not None and not self._ended:
            end_ms = min(end_ms, self.until_ms)
        self.until_slice_ms = end_ms
        while self.world.now_ms < end_ms:
            next(self._life)
        if self.until_ms is not None and not self._ended and self.world.now_ms >= self.until_ms:
            self._ended = True
            self.set_speed(0)
        if not self.over and self.world.now_ms >= RECORD_MS:
            self.set_speed(0)
            self.over = "a day on the stove is over: save it, or begin a new one"

    def _live(self):
        """Starts of the chip, one after another, as go.run() has them."""
        world = self.world
        world.begin()
        while True:
            if world.now_ms >= self.until_slice_ms:  # a program that cannot start resets again and again
                yield
            yield from self._rests(lambda: not world.powered)
            try:
                if not world.boot():
                    yield
                    continue
                yield from self._boot()
                world.stopped()
                yield from self._rests(lambda: world.running)
            except ChipReset:
                world.in_loop = world.paused = False
                self.tone_hz = 0
                self.pixels = [0] * 4

    def _rests(self, is_resting):
        """Time passes slice by slice while there is no program to run."""
        world = self.world
        while is_resting():
            if world.now_ms >= self.until_slice_ms:
                yield
            else:
                world._pass_time(min(REST_STEP_MS, self.until_slice_ms - world.now_ms))

    def _boot(self):
        """boot.py and main.py, with nothing left of their last life."""
        for name in go.firmware_modules():
            del sys.modules[name]
        sys.path[:] = [".", *FOLDERS, ".frozen"]
        try:
            for source in self._sources:
                exec(source, {"__name__": "__main__"})
            yield from self._main()
        except Exception as error:
            go._Sys.print_exception(error)

    def _main(self):
        """What main.py and program.main() do, with pauses."""
        import time

        import machine
        import starter

        chosen = starter.start()
        del sys.modules["starter"]
        if not chosen:
            return
        program, slot, trial = chosen
        loop = None
        try:
            loop = program.start(slot, trial)
            try:
                yield from self._runs(loop)
            except loop.Restart:
                loop.end_clean()
        except KeyboardInterrupt:
            program.hand_over(loop)
            return
        except Exception as error:
            try:
                if loop is not None:
                    loop.relays.open_all()
                go._Sys.print_exception(error)
                time.sleep_ms(5000 if loop is None else 700)
            finally:
                machine.reset()
        else:
            machine.reset()

    def _runs(self, loop):
        """Loop.run(), left and entered again between two ticks; its way out does not open contacts meanwhile."""
        world = self.world
        really_open_all = loop.relays.open_all
        loop.relays.open_all = lambda: None if world.paused else really_open_all()
        while True:
            world.in_loop = True
            try:
                loop.run()
            except Pause:
                world.in_loop = world.paused = False
                yield
            finally:
                world.in_loop = False

    # --- messages ----------------------------------------------------------------------------------------------------

    def hello(self):
        """The first message."""
        return {"hello": messages.hello(self, history=[], story=list(self.story.kept), verdict=None, broker=None,
                                        password=phone.PASSWORD)}  # fmt: skip

    def ask(self, asked):
        """Do what a page asks for; the refusal in one line, "" for none."""
        try:
            messages.call_of(self, asked)()
            return ""
        except (ScenarioError, Refused) as error:
            return str(error)
        except (ValueError, TypeError, KeyError) as error:
            return "not understood: %r" % error

    def _services(self):
        """What stands for them; None while they are not there."""
        thread = self.world.thread
        if not thread or not self.world.running:
            return None
        if not self._phone or self._phone.link is not thread[1][1]:
            self._phone = phone.Phone(*thread[1])
        return self._phone

    def _show(self):
        """Let the display show what the services would send to it."""
        second = self.world.now_ms // 1000
        if self.has_display and second != self._shown_s and self._services():
            self._shown_s = second
            text = self._services().digits(second)
            codes = [BITS[letter] for letter in text if letter != ":"]
            self.digits = codes[0] | codes[1] << 8 | codes[2] << 16 | codes[3] << 24 | (":" in text) << 15

    def answer(self, asked):
        """The firmware's answer to a request of its own page; None while its services are not there."""
        services = self._services()
        if not services:
            return None
        body, status, headers = services.answer(asked["method"], asked["path"], asked["headers"], asked["body"])
        body = phone.text_of(body)
        return {"status": status, "headers": headers, "body": body if isinstance(body, str) else json.dumps(body)}

    def news(self):
        """What a page has to hear now, as a list of messages."""
        messages = []
        self._show()
        story = self.story.read()
        del self.story.kept[:-KEPT]
        if story:
            messages.append({"story": story})
        frame = self.frame()
        frame["tones"], self.tones = self.tones, []
        frame["over"], frame["failure"], frame["lines"] = self.over, None, len(self.lines)
        messages.append({"frame": frame})
        return messages

    def so_far(self, known):
        """What a judge needs (verdict.py)."""
        try:
            with open("journal.txt") as file:
                rows = [line.rstrip() for line in file if line[:1] != "#"]
        except (OSError, UnicodeError):
            rows = []
        return {"plan": self.plan, "lines": self.lines[known:], "journal": rows, "now_ms": self.world.now_ms,
                "expect": json.dumps(self.top) if self._ended else None}  # fmt: skip


FOLDERS = []  # of the machine side: set by who starts this
FIRMWARE = "/firmware"


def write_flash(plan):
    """Leave nothing of an earlier run on the flash: the program anew, settings and files of this one."""
    _clear(".")
    _copy(FIRMWARE, ".")
    for name, lines in plan["files"]:
        data = "".join([line + "\n" for line in lines]).encode()
        with open(name, "wb") as file:
            file.write(data + b"#%04x\n" % checksum(data))
    if plan.get("settings_text") is not None:
        text = plan["settings_text"]
    elif plan["settings"] is not None:
        text = json.dumps(plan["settings"])
    else:
        return
    with open("settings.json", "w") as file:
        file.write(text)


def checksum(data):
    """CRC-16/CCITT-FALSE, as the firmware seals its files."""
    crc = 0xFFFF
    for byte in data:
        mixed = crc >> 8 ^ byte
        mixed ^= mixed >> 4
        crc = (crc << 8 ^ mixed << 12 ^ mixed << 5 ^ mixed) & 0xFFFF
    return crc


def _is_folder(path):
    return os.stat(path)[0] & 0x4000


def _clear(folder):
    for name in os.listdir(folder):
        path = folder + "/" + name
        if _is_folder(path):
            _clear(path)
            os.rmdir(path)
        else:
            os.remove(path)


def _copy(source, target):
    for name in os.listdir(source):
        if _is_folder(source + "/" + name):
            os.mkdir(target + "/" + name)
            _copy(source + "/" + name, target + "/" + name)
        else:
            with open(source + "/" + name, "rb") as file:
                data = file.read()
            with open(target + "/" + name, "wb") as file:
                file.write(data)
