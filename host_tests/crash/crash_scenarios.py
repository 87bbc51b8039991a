"""Short scripts that together take every way through the firmware: what hands, stove and chip do, second by second.

They start at a power-up; nothing is expected of them but that they reach what they reach.
"""

import binascii
from dataclasses import dataclass, field

from simulator import run_settings
from tools.build import manifest

SHORT = {
    "timer_default_min": 1, "timer_step_min": 1, "timer_max_min": 2, "burn_max_min": 3, "override_max_min": 5,
    "warning_s": 15, "ignite_window_s": 10, "flame_out_s": 1, "reclose_hold_s": 3, "verify_open_ms": 400,
    "flame_die_s": 30,
}  # fmt: skip
STOVE = {"tip_heat_ms": 2000, "tip_cool_ms": 3000}
FOR_EVER_MS = 2**60
FILE_LINES = 100  # of a journal, and more begin a new file
LOADER_S = 0.7  # before time begins for the events: 0.3 s later boot.py runs


@dataclass(frozen=True)
class Script:
    """events: (second, what, burner, args in milliseconds), as a plan has them but for the seconds.

    resets: how often the program ends in it unasked. uncounted: how many ends the controller need not count, because
    they were meant or came before it could write anything down. settings_text: a raw file instead of settings, None for
    no file at all; files: what else lies on the flash.
    """

    name: str
    lasts_s: int
    events: tuple
    burners: int = 1
    sensor: bool = True
    settings: dict = field(default_factory=dict)
    settings_text: str | None = ""
    stove: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    resets: int = 0
    uncounted: int = 0

    def plan(self, before=()):
        """The plan of the machine side; before: resets that come first, after them time begins for the others."""
        later_s = LOADER_S + (before[-1][0] if before else 0)
        shifted = [(at_s + later_s, *rest) for at_s, *rest in self.events]
        top = {"settings": {**SHORT, **self.settings}}
        if self.settings_text is None:
            top = {"settings_missing": True}
        elif self.settings_text:
            top = {"settings_text": self.settings_text}
        return {
            "name": self.name,
            "seed": 1,
            "until_ms": int((self.lasts_s + later_s) * 1000),
            "samples": False,
            "burners": self.burners,
            "stove": {**STOVE, **self.stove},
            "events": [
                [int(at_s * 1000), do, burner, args[0] if args else {}]
                for at_s, do, burner, *args in sorted([*before, *shifted], key=lambda event: event[0])
            ],
            **run_settings.make(top, run_settings.shipped(), self.burners, self.sensor),
        }


def light(ms):
    return {"hold_ms": ms}


def stalls(from_s, count, ms):
    """The chip stands still `count` times for ms, with a tenth of a second of breath between."""
    return tuple((from_s + index * (ms + 100) / 1000, "gil_hold", 0, {"ms": ms}) for index in range(count))


def sealed(*lines):
    """A file as store.py seals it."""
    text = "".join(line + "\n" for line in lines).encode()
    return text + b"#%04x\n" % binascii.crc_hqx(text, 0xFFFF)


PROGRAM = {"program.py": b"the starter needs a file to look at; imports find their code elsewhere"}


def program(slot):
    """The files of a whole program in a slot."""
    files = {**PROGRAM, manifest.NAME: manifest.text("0", PROGRAM).encode()}
    return {f"{slot}/{name}": data for name, data in files.items()}


def not_whole(name, **files):
    """A start with slot b active, whose program is not whole; what differs by name, with _ for a dot."""
    spoiled = {f"b/{name.replace('_', '.')}": data for name, data in files.items()}
    return Script(name, 1, (), files={**program("b"), **spoiled, "slot.txt": sealed("active b")})


def raises(name, error):
    return {"in": name, "error": error}


def starts(from_s, texts):
    """One start after the other, each with another settings.json; the last one is left to run."""
    found = []
    for index, text in enumerate(texts):
        found += [
            (from_s + 2 * index, "repair_settings", 0, {"text": text}),
            (from_s + 2 * index + 0.1, "reset", 0, {"cause": "en"}),
        ]
    return tuple(found)


BROKEN_SETTINGS = (
    "[]",
    "{",
    '{"relay_drive": "steam", "burners": [{}]}',
    '{"burners": 3}',
    '{"burners": [3]}',
    '{"burners": [{"sensor": 1}]}',
    '{"burners": [{"relay_pin": 2}]}',
    '{"burners": [{"button_pin": 16}]}',
    '{"burners": [{"loaded_on_uv": 1000, "loaded_off_uv": 1500}]}',
    '{"burners": [{}], "candles": 4}',
    '{"burners": [{}], "timer_default_min": 0}',
    '{"burners": [{}], "timer_default_min": 200}',
    '{"burners": [{}], "burn_max_min": 1, "timer_max_min": 1, "timer_default_min": 1, "timer_step_min": 1}',
    '{"burners": [{}], "flame_die_s": 30, "delay_coil_s": 30}',
    '{"burners": [{}], "ignite_window_s": 180, "burn_max_min": 3, "timer_max_min": 3, "timer_default_min": 2, '
    '"timer_step_min": 2}',
)

# Two contacts that conduct, as cheap as can be.
PRESSED = Script("two presses", 6, ((4, "press", 0), (4, "press", 1)), burners=2, sensor=False)
SCRIPTS = (
    Script("nothing happens", 4, ()),
    Script(
        "two burners",
        74,
        (
            (4, "light", 0, light(6000)),
            (5, "press", 1),
            (5.5, "light", 1, light(5000)),
            (11.5, "press", 0),
            (11.5, "press", 1),
            (12.5, "press", 1),
            (12.5, "remote_extend", 0),
            (13, "remote_arm", 0),
            (13.5, "double_press", 1),
            (16, "press", 1),
            (17, "double_press", 1),
            (19, "remote_off", 1, {"source": "voice"}),
            (21, "press", 1),  # too early
            (21.5, "light", 1, light(2000)),  # too early, too
            (32, "knob_off", 0),
            (36, "remote_off", 0, {"source": "web"}),
            (44, "press", 0),  # and no one lights
            (57, "press", 1),
            (58, "light", 1, light(5000)),
            (66, "hold", 1, {"ms": 1200}),
            (68, "hold", 1, {"ms": 1200}),
        ),
        burners=2,
        settings={"remote_extend": True},
    ),
    Script(
        "by the button alone, pulse drive",
        60,
        (
            (4, "press", 0),
            (50, "press", 0),
            (51.5, "remote_extend", 0),
            (52, "double_press", 0),
            (54, "raise", 0, raises("Pin.value", "RuntimeError")),
        ),
        sensor=False,
        settings={"relay_drive": "pulse", "delay_coil_s": 1},
    ),
    Script(
        "the time is up", 68, ((4, "press", 0), (30, "raise", 0, raises("NeoPixel.write", "OSError"))), sensor=False
    ),
    Script(
        "every burner off, by a long hold and by hits",
        20,
        (
            *((4, "press", 0), (4, "press", 1), (6, "hold", 0, {"ms": 3700}), (14, "press", 0)),
            (15, "mash", 0, {"millihertz": 5000, "duty": 40, "ms": 2000}),
        ),
        burners=2,
        sensor=False,
    ),
    Script(
        "all that can fail on a stove",
        122,
        (
            (4, "light", 0, light(5000)),
            (10, "blow_out", 0),
            (20, "light", 0, light(5000)),
            (27, "clock_jump", 0, {"ms": 3000}),
            (34, "light", 0, light(5000)),
            (41, "stick_open", 0),
            (42.5, "knob_off", 0),
            (47, "unweld", 0),
            (49, "light", 0, light(5000)),
            (55, "weld", 0),
            (56, "remote_off", 0, {"source": "test"}),
            (57.2, "unweld", 0),
            (57.3, "light", 0, light(1500)),
            (59, "reset", 0, {"cause": "hard"}),
            (61, "light", 0, light(4000)),
            (67, "hold", 0, {"ms": 5500}),
            (77, "light", 0, light(40000)),
            (83, "hold", 0, {"ms": 1000}),
            (84, "simmer", 0, {"percent": 47}),
        ),
        resets=1,
    ),
    Script(
        "all that can fail on a bus",
        62,
        (
            (4, "noise", 0, {"uv": 200}),
            (5, "noise", 0, {"uv": 0}),
            (5, "light", 0, light(6000)),
            (9.005, "raise", 0, raises("I2C.readfrom_mem_into", "OSError")),  # in the second half of a tick
            (13, "sensor", 0, {"value": "short", "side": "tc"}),
            (13.5, "sensor", 0, {"value": "ok"}),
            (14, "sensor", 0, {"value": "stale"}),
            (18, "sensor", 0, {"value": "ok"}),
            (20, "hold", 0, {"ms": 5500}),
            (30, "light", 0, light(6000)),
            (38, "sensor", 0, {"value": "i2c_error"}),
            (39.2, "hold", 0, {"ms": 700}),
            (44, "sensor", 0, {"value": "ok"}),
            (48, "hold", 0, {"ms": 5500}),
            (58, "button_down", 0),
        ),
        burners=3,
        settings={"flame_out_s": 5, "burners": [{}, {"sensor": False}]},
    ),
    Script(
        "ten minutes of flame",
        632,
        (
            (4, "light", 0, light(6000)),
            (5, "light", 1, light(6000)),
            (14, "film", 0, {"milliohm": 25}),
            *stalls(20, 296, 1900),
            (618, "film", 0, {"milliohm": 16}),
            (625, "hold", 0, {"ms": 1000}),
        ),
        burners=2,
        settings={
            "relay_drive": "level",
            "timer_default_min": 15,
            "timer_max_min": 15,
            "burn_max_min": 20,
            "burners": [{"loaded_on_uv": 1500, "loaded_off_uv": 1000}] * 2,
        },
        stove={"emf_uv": 8000, "tc_mohm": 100, "magnet_hold_ma": 50, "magnet_drop_ma": 20},
        files={"state.txt": sealed("0 400", "0 0", "0 0", "0 0")},
    ),
    Script(
        "a self-test of every result",
        104,
        (
            (1, "stick_pin", 0, {"pin": "pump", "level": "low"}),  # dead
            (20, "free_pins", 0),
            (21, "pump", 0, {"is": "bridged"}),
            (21, "hold", 0, {"ms": 5500}),
            (45, "pump", 0, {"is": "weak"}),
            (46, "hold", 0, {"ms": 5500}),
            (74, "pump", 0, {"is": "sound"}),
            (75, "hold", 0, {"ms": 5500}),
        ),
        sensor=False,
        settings={"relay_drive": "pulse", "supply_pin": 36},
    ),
    Script(
        "less time, an absence and an alarm",
        388,
        (
            (1, "presence", 0, {"on": True}),
            (4, "press", 0),
            (5, "remote_less", 0, {"min": 1}),
            (7, "override", 0),
            (12, "remote_less", 0, {"min": 2}),
            (13, "press", 0),
            (14, "presence", 0, {"on": False}),
            *stalls(16, 172, 1900),
            (365, "press", 0),  # in the warning
            (367, "alarm", 0, {"on": True}),
            (370, "press", 0),
            (374, "alarm", 0, {"on": False}),
            (375, "hold", 0, {"ms": 5500}),
        ),
        sensor=False,
        settings={
            **{"alarm_pin": 4, "presence_pin": 35, "absence_min": 5, "absence_left_min": 1, "relay_drive": "level"},
            **{"timer_default_min": 9, "timer_max_min": 9, "burn_max_min": 9, "timer_step_min": 9},
        },
        files={
            "journal.txt.1": sealed("1 0 BUTTON 5 0"),
            "journal.txt": sealed(*(f"{number} 0 BUTTON 5 0" for number in range(2, 2 + FILE_LINES))),
        },
    ),
    Script(
        "a weld beside a neighbor, and the next pot",
        100,
        (
            (4, "press", 0),
            (13.4, "light", 0, light(8000)),  # at the end of the window
            (14, "light", 1, light(8000)),
            (40, "knob_off", 0),
            (55, "light", 0, light(8000)),
            (70, "weld", 0),
            (72, "remote_off", 0, {"source": "test"}),
            (78, "press", 0),
            (85, "unweld", 0),
        ),
        burners=2,
        settings={"burners": [{"magnet_hold_uv": 2000, "ground_permille": 50}] * 2, "relay_drive": "pulse"},
        stove={"tip_cool_ms": 14_000},
    ),
    Script(
        "services that die, block and are refused",
        103,
        (
            (0.1, "raise", 0, raises("_thread.start_new_thread", "OSError")),
            (7, "press", 0),
            (9, "services_die", 0),
            (15, "raise", 0, raises("flash.read(journal.txt)", "OSError")),
            (16, "remote_off", 0, {"source": "mqtt"}),
            (23, "press", 0),
            (25, "services_block", 0, {"ms": 80000}),
            (93, "press", 0),
            (94, "raise", 0, raises("gc.collect", "RuntimeError")),
            (95, "hold", 0, {"ms": 1000}),
        ),
        sensor=False,
        files={"journal.txt": sealed("1 0 BUTTON 5 0")},
        uncounted=1,
    ),
    Script(
        "starts that fail, and a cable",
        32,
        (
            (0.1, "raise", 0, raises("RTC.memory", "RuntimeError")),
            (0.2, "button_down", 0),
            (5.4, "raise", 0, raises("flash.open(state.txt)", "OSError")),
            (8, "button_up", 0),
            (10, "press", 0),
            (11, "pin_refuses", 1, {"init": True}),  # of the one that is off
            (18, "press", 0),
            (20, "raise", 0, raises("WDT.feed", "KeyboardInterrupt")),
            (22, "reset", 0, {"cause": "soft"}),
        ),
        burners=2,
        sensor=False,
        resets=2,
        uncounted=2,
    ),
    Script(
        "settings that cannot be used", 2 + 2 * len(BROKEN_SETTINGS), starts(1, BROKEN_SETTINGS), settings_text=None
    ),
    Script(
        "a pending program, and a user who lets the next one in",
        68,
        ((8, "hold", 0, {"ms": 5500}),),
        sensor=False,
        files={**program("b"), "slot.txt": sealed("active a", "trial b new cable"), "measure.txt": b""},
    ),
    Script(
        "a pending program whose services die",
        16,
        ((7, "services_die", 0),),
        sensor=False,
        files={**program("b"), "slot.txt": sealed("active a", "trial b new air")},
        resets=1,
        uncounted=1,
    ),
    Script(
        "a starter that fails, and a cable",
        24,
        (
            (0.1, "raise", 0, raises("flash.open(slot.txt)", "RuntimeError")),
            (5.4, "raise", 0, raises("flash.open(slot.txt)", "KeyboardInterrupt")),
            (8, "reset", 0, {"cause": "soft"}),
            (8.1, "raise", 0, raises("flash.open(slot.txt.new)", "OSError")),
        ),
        sensor=False,
        files={**program("b"), "slot.txt": sealed("active a", "trial b new air")},
        resets=1,
        uncounted=2,
    ),
    not_whole("a program with a wrong byte", program_py=b"?"),
    not_whole("a manifest with a wrong build id", manifest_txt=b"curfew 0 00000000\n#0000\n"),
    not_whole("a manifest that is cut off", manifest_txt=b"curfew 0 00000000\n"),
    not_whole("a manifest that is no text", manifest_txt=b"\xff\n#0000\n"),
    not_whole("a program file too many", more_py=b""),
    Script("settings that are no text", 1, (), settings_text=None, files={"settings.json": b"\xff"}),
)
