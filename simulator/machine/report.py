"""The trace: one JSON object a line, whenever something about a burner changed.

Belongs here: the form of the lines and the comparison with what was told before. Does not: plant, chip, time.
Keys in fixed order, ints, ASCII and null only: the lines of both machines must be equal byte by byte.
"""

STATES = ("IDLE", "ARMED", "BURNING", "WARNING", "OVERRIDE", "CLOSING", "FAULT")
CAUSES = (
    None, "TIMEOUT", "BURN_CAP", "OVERRIDE_END", "BUTTON", "REMOTE", "FLAME_OUT", "NO_IGNITION", "CONTACT_OPEN",
    "CLOCK", "FAULT", "RESTART",
)  # fmt: skip
FAULTS = (
    "CONTACT_WELDED", "FLAME_PERSISTS", "SENSOR_FAILED", "BUTTON_STUCK", "UNSTABLE", "SETTINGS_INVALID",
    "PROGRAM_CORRUPT",
)  # fmt: skip
SOURCES = ("test", "web", "mqtt", "voice")
LIGHTS = ("DARK", "ARMED", "BURNING", "WARNING", "OVERRIDE", "CLOSING", "FAULT", "SERVICE")
SOUNDS = (
    None, "ADDED", "ARMED", "OVERRIDE", "REMIND", "NO", "READY", "WAIT", "LET_GO", "ALREADY_OFF", "OFF", "WARNING",
    "FAULT",
)  # fmt: skip
# Where the firmware's snapshot has them (curfew/snapshot.py); a test compares.
STATE, REMAINING_S, CAUSE, DETAIL, FAULT, LIGHT, SOUND, FIELDS = 0, 2, 3, 4, 5, 14, 15, 16
REMOTE, FAULTED = 5, 10


def quoted(text):
    """A name as JSON, null for None."""
    return "null" if text is None else '"%s"' % text


def cause_text(cause, detail):
    """A cause with its detail, None for none."""
    if cause == REMOTE:
        return "REMOTE:" + SOURCES[detail]
    if cause == FAULTED:
        return "FAULT:" + FAULTS[detail]
    return CAUSES[cause]


class Told:
    """What was last told of every burner."""

    def __init__(self, world):
        self._numbers = [[-2] * 11 for _ in world.burners]

    def look(self, world):
        """Emit a line for every burner of which anything changed."""
        link = world.link() if world.running else None
        for index, burner in enumerate(world.burners):
            told = self._numbers[index]
            changed = False
            if link is None:
                for at in range(4, 11):
                    if told[at] != -1:
                        told[at] = -1
                        changed = True
            else:
                values = link.snapshot.values
                base = index * FIELDS
                at = 4
                if base < len(values):
                    for field in (STATE, REMAINING_S, CAUSE, DETAIL, FAULT, LIGHT, SOUND):
                        value = values[base + field]
                        if told[at] != value:
                            told[at] = value
                            changed = True
                        at += 1
            at = 0
            for truth in (burner.closed, burner.coil, burner.gas, burner.flame):
                if told[at] != truth:
                    told[at] = truth
                    changed = True
                at += 1
            if changed:
                world.emit(self._line(world.now_ms, index, told))

    def _line(self, t_ms, index, told):
        closed, coil, gas, flame, state, remaining_s, cause, detail, fault, light, sound = told
        down = state < 0
        return (
            '{"t_ms":%d,"burner":%d,"state":%s,"contact":"%s","coil":"%s","gas":"%s","flame":"%s",'
            '"remaining_s":%d,"cause":%s,"fault":%s,"light":%s,"sound":%s}'
            % (
                t_ms,
                index,
                quoted(None if down else STATES[state]),
                "closed" if closed else "open",
                "on" if coil else "off",
                "on" if gas else "off",
                "on" if flame else "off",
                0 if down else remaining_s,
                quoted(None if down else cause_text(cause, detail)),
                quoted(None if down or fault < 0 else FAULTS[fault]),
                quoted(None if down else LIGHTS[light]),
                quoted(None if down else SOUNDS[sound]),
            )
        )
