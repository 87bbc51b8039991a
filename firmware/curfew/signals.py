"""What the box shows and sounds, as data, and the player that walks through it.

Belongs here: colours, rhythms, melodies, which of them wins.
Does not: when to use them (table.py and burner.py ask), pixels or pins (hardware/panel.py).
"""

# Lights, one per burner: (red, green, blue), milliseconds on, milliseconds off (0 off: steady).
DARK, L_ARMED, L_BURNING, L_WARNING, L_OVERRIDE, L_CLOSING, L_FAULT, L_SERVICE = 0, 1, 2, 3, 4, 5, 6, 7
LIGHTS = (
    ((0, 0, 0), 1000, 0),  # DARK
    ((0, 0, 60), 300, 300),  # ARMED
    ((0, 40, 0), 1000, 0),  # BURNING
    ((90, 40, 0), 150, 150),  # WARNING
    ((40, 0, 60), 1000, 0),  # OVERRIDE
    ((15, 15, 15), 600, 600),  # CLOSING
    ((90, 0, 0), 400, 200),  # FAULT
    ((50, 25, 0), 100, 2900),  # SERVICE
)

# Sounds: rank (a higher one interrupts, an equal one replaces), then (frequency in Hz or 0, milliseconds).
# 2.7 kHz is where the usual piezo disc is loudest.
(S_NONE, S_ADDED, S_ARMED, S_OVERRIDE, S_REMIND, S_NO) = (0, 1, 2, 3, 4, 5)
(S_READY, S_WAIT, S_LET_GO, S_ALREADY_OFF, S_OFF, S_WARNING, S_FAULT) = (6, 7, 8, 9, 10, 11, 12)
SOUNDS = (
    (0, ()),  # silence
    (1, ((2700, 60),)),  # ADDED
    (1, ((2000, 60), (0, 60), (2000, 60))),  # ARMED
    (1, ((2000, 100), (2700, 100), (3400, 200))),  # OVERRIDE
    (1, ((2700, 150),)),  # REMIND
    (1, ((700, 300),)),  # NO
    (1, ((2000, 100), (2700, 150))),  # READY
    (2, ((1000, 150), (0, 100), (1000, 150), (0, 100), (1000, 150))),  # WAIT
    (2, ((2700, 500),)),  # LET_GO
    (2, ((1000, 80), (0, 80), (1000, 80))),  # ALREADY_OFF
    (3, ((2700, 120), (2000, 120), (1000, 240))),  # OFF
    (3, ((2700, 200), (0, 100), (2700, 200))),  # WARNING
    (4, ((2700, 150), (1000, 150), (2700, 150), (1000, 150), (2700, 150))),  # FAULT
)

# While in a state (index as in codes.STATES): the light, a sound that comes back, and after how many ms (0: never).
STATE_SIGNS = (
    (DARK, S_NONE, 0),
    (L_ARMED, S_NONE, 0),
    (L_BURNING, S_NONE, 0),
    (L_WARNING, S_WARNING, 5000),
    (L_OVERRIDE, S_REMIND, 600000),
    (L_CLOSING, S_NONE, 0),
    (L_FAULT, S_FAULT, 15000),
)


def is_lit(light, phase_ms):
    """True when a light is in the bright part of its rhythm; phase_ms counts from 0 up."""
    row = LIGHTS[light]
    return row[2] == 0 or phase_ms % (row[1] + row[2]) < row[1]


class Player:
    """Plays one sound at a time; `frequency_hz` is what the buzzer does now, 0 is silence."""

    def __init__(self):
        self.sound = S_NONE
        self.burner = 0
        self.frequency_hz = 0
        self._note = 0
        self._left_ms = 0

    def play(self, sound, burner):
        """Start a sound for a burner unless one of higher rank is playing; S_NONE changes nothing."""
        if sound != S_NONE and SOUNDS[sound][0] >= SOUNDS[self.sound][0]:
            self.sound = sound
            self.burner = burner
            self._note = -1
            self._left_ms = 0

    def step(self, step_ms):
        """Walk on by step_ms."""
        if self.sound == S_NONE:
            return
        self._left_ms -= step_ms
        if self._left_ms > 0:
            return
        self._note += 1
        notes = SOUNDS[self.sound][1]
        if self._note == len(notes):
            self.sound = S_NONE
            self.frequency_hz = 0
        else:
            self.frequency_hz = notes[self._note][0]
            self._left_ms = notes[self._note][1]
