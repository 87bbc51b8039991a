"""The trace: one JSON object a line, whenever something about a burner changed.

Belongs here: the form of the lines and the comparison with what was told before. Does not: plant, chip, time.
Keys in fixed order, ints, ASCII and null only: the lines of both machines must be equal byte by byte.
"""

STATES = ("IDLE", "ARMED", "BURNING", "WARNING", "OVERRIDE", "VERIFYING", "FAULT")
CAUSES = (
    None, "TIMEOUT", "BURN_CAP", "OVERRIDE_END", "BUTTON", "REMOTE", "FLAME_OUT", "NO_IGNITION", "CONTACT_OPEN",
    "CLOCK", "FAULT", "RESTART",
)  # fmt: skip
FAULTS = (
    "CONTACT_WELDED", "FLAME_PERSISTS", "SENSOR_FAILED", "BUTTON_STUCK", "UNSTABLE", "SETTINGS_INVALID",
    "PROGRAM_CORRUPT",
)  # fmt: skip
SOURCES = ("test", "web", "mqtt", "voice")
LIGHTS = ("DARK", "ARMED", "BURNING", "WARNING", "OVERRIDE", "VERIFYING", "FAULT", "SERVICE")
SOUNDS = (
    None, "ADDED", "ARMED", "OVERRIDE", "REMIND", "NO", "READY", "WAIT", "LET_GO", "ALREADY_OFF", "OFF", "WARNING",
    "FAULT",
)  # fmt: skip
# Where the firmware's snapshot has them (curfew/runtime/snapshot.py); a test compares.
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
        self._last = [None] * len(world.burners)

    def look(self, world):
        """Emit a line for every burner of which anything changed."""
        link = world.link() if world.running else None
        values = link.snapshot.values if link else ()
        base = 0
        for index, burner in enumerate(world.burners):
            seen = (burner.closed, burner.coil, burner.gas, burner.flame)
            if base < len(values):
                seen += (
                    values[base + STATE], values[base + REMAINING_S], values[base + CAUSE], values[base + DETAIL],
                    values[base + FAULT], values[base + LIGHT], values[base + SOUND],
                )  # fmt: skip
            base += FIELDS
            if seen != self._last[index]:
                self._last[index] = seen
                world.emit(_line(world.now_ms, index, seen))


def _line(t_ms, index, seen):
    """One line of the trace; without a program only the plant is known."""
    closed, coil, gas, flame = seen[:4]
    state, remaining_s, cause, detail, fault, light, sound = seen[4:] or (-1, 0, 0, 0, -1, 0, 0)
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
            remaining_s,
            quoted(None if down else cause_text(cause, detail)),
            quoted(None if fault < 0 else FAULTS[fault]),
            quoted(None if down else LIGHTS[light]),
            quoted(None if down else SOUNDS[sound]),
        )
    )
