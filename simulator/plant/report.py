"""The trace: one JSON object a line, whenever something about a burner changed.

Keys in fixed order, ints, ASCII and null only: the lines of both machines must be equal byte by byte.
"""

CATALOG = __file__.rsplit("/", 3)[0] + "/catalog.toml"


with open(CATALOG) as _file:  # at once: MicroPython reads a line byte by byte
    _HEADS = [line.strip() for line in _file.read().split("\n") if line[:1] == "["]


def names(kind):
    """The names of a kind in the order of the firmware's numbers; MicroPython cannot read TOML, but its headings."""
    head = "[" + kind + "."
    return [line[len(head) : -1] for line in _HEADS if line.startswith(head)]


STATES, FAULTS, SOURCES, LIGHTS = names("state"), names("fault"), names("source"), names("light")
CAUSES, SOUNDS = [None] + names("cause"), [None] + names("sound")
# Where the firmware's snapshot has them (curfew/runtime/snapshot.py); a test compares.
STATE, REMAINING_S, CAUSE, DETAIL, FAULT, LIGHT, SOUND, FIELDS = 0, 2, 3, 4, 5, 14, 15, 16
REMOTE, FAULTED = CAUSES.index("REMOTE"), CAUSES.index("FAULT")


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
            if base < len(values):
                seen = (
                    burner.closed, burner.coil, burner.gas, burner.flame,
                    values[base + STATE], values[base + REMAINING_S], values[base + CAUSE], values[base + DETAIL],
                    values[base + FAULT], values[base + LIGHT], values[base + SOUND],
                )  # fmt: skip
            else:
                seen = (burner.closed, burner.coil, burner.gas, burner.flame)
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
