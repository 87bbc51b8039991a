"""Lights and sounds of the device as data (colors, rhythms, melodies, ranks), and the player for the sounds."""

# Rows of bytes, because tuples of tuples would cost the chip ten times the memory.
# fmt: off
# Lights, one per burner: red, green, blue, time on and time off in units of 50 ms (off 0: steady).
DARK, L_ARMED, L_BURNING, L_WARNING, L_OVERRIDE, L_VERIFYING, L_FAULT, L_SERVICE = 0, 1, 2, 3, 4, 5, 6, 7
L_ASK, L_WINDOW = 8, 9
LIGHT_ROW = 5
LIGHT_UNIT_MS = 50
LIGHTS = bytes((
    0, 0, 0, 20, 0,  # DARK
    0, 0, 60, 6, 6,  # ARMED: blue, blinks
    0, 40, 0, 20, 0,  # BURNING: green
    90, 40, 0, 3, 3,  # WARNING: amber, blinks fast
    40, 0, 60, 20, 0,  # OVERRIDE: violet
    15, 15, 15, 12, 12,  # VERIFYING: dim white, blinks slowly
    90, 0, 0, 8, 4,  # FAULT: red, blinks
    50, 25, 0, 2, 58,  # SERVICE: a short amber flash
    40, 0, 60, 5, 5,  # ASK: violet, blinks
    0, 30, 30, 2, 18,  # WINDOW: a short cyan flash
))

# Sounds: rank (a higher one interrupts, an equal one replaces), then five notes: pitch in units of 100 Hz (0: pause)
# and length in units of 20 ms (0: the end). 2.7 kHz is where the usual piezo disc is loudest.
(S_NONE, S_ADDED, S_ARMED, S_OVERRIDE, S_REMIND, S_NO) = (0, 1, 2, 3, 4, 5)
(S_READY, S_WAIT, S_LET_GO, S_ALREADY_OFF, S_OFF, S_WARNING, S_FAULT) = (6, 7, 8, 9, 10, 11, 12)
(S_ASK, S_ENDED, S_CHANGED) = (13, 14, 15)
SOUND_ROW = 11
PITCH_HZ = 100
NOTE_MS = 20
SOUNDS = bytes((
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  # silence
    1, 27, 3, 0, 0, 0, 0, 0, 0, 0, 0,  # ADDED
    1, 20, 3, 0, 3, 20, 3, 0, 0, 0, 0,  # ARMED
    1, 20, 5, 27, 5, 34, 10, 0, 0, 0, 0,  # OVERRIDE
    1, 27, 8, 0, 0, 0, 0, 0, 0, 0, 0,  # REMIND
    1, 7, 15, 0, 0, 0, 0, 0, 0, 0, 0,  # NO
    1, 20, 5, 27, 8, 0, 0, 0, 0, 0, 0,  # READY
    2, 10, 8, 0, 5, 10, 8, 0, 5, 10, 8,  # WAIT
    5, 27, 25, 0, 0, 0, 0, 0, 0, 0, 0,  # LET_GO: no other burner's sound may swallow it
    2, 10, 4, 0, 4, 10, 4, 0, 0, 0, 0,  # ALREADY_OFF
    3, 27, 6, 20, 6, 10, 12, 0, 0, 0, 0,  # OFF
    3, 27, 10, 0, 5, 27, 10, 0, 0, 0, 0,  # WARNING
    4, 27, 8, 10, 8, 27, 8, 10, 8, 27, 8,  # FAULT
    1, 15, 6, 20, 6, 25, 6, 0, 0, 0, 0,  # ASK
    4, 20, 8, 8, 8, 20, 8, 8, 20, 0, 0,  # ENDED: by something else than the user or the time
    2, 10, 5, 15, 5, 10, 5, 15, 10, 0, 0,  # CHANGED: settings, or who may come in
))

# In each state, in the order of codes.py: the light, a repeated sound, and after how many units of 5 s
# (0: never).
SIGN_ROW = 3
SIGN_UNIT_MS = 5000
STATE_SIGNS = bytes((
    DARK, S_NONE, 0,
    L_ARMED, S_NONE, 0,
    L_BURNING, S_NONE, 0,
    L_WARNING, S_WARNING, 1,
    L_OVERRIDE, S_REMIND, 120,  # every 10 min: no timer runs
    L_VERIFYING, S_NONE, 0,
    L_FAULT, S_FAULT, 3,
))
# fmt: on


def is_lit(light: int, phase_ms: int) -> bool:
    """True when a light is in the bright part of its rhythm; phase_ms counts from 0 up."""
    on_ms = LIGHTS[light * LIGHT_ROW + 3] * LIGHT_UNIT_MS
    off_ms = LIGHTS[light * LIGHT_ROW + 4] * LIGHT_UNIT_MS
    return off_ms == 0 or phase_ms % (on_ms + off_ms) < on_ms


class Player:
    """Plays one sound at a time; `frequency_hz` is what the buzzer does now, 0 is silence."""

    def __init__(self) -> None:
        self.sound = S_NONE
        self.burner = 0
        self.frequency_hz = 0
        self._note = 0  # where the note played now begins in its row
        self._left_ms = 0

    def play(self, sound: int, burner: int) -> None:
        """Start a sound for a burner unless one of higher rank is playing; S_NONE changes nothing."""
        if sound != S_NONE and SOUNDS[sound * SOUND_ROW] >= SOUNDS[self.sound * SOUND_ROW]:
            self.sound = sound
            self.burner = burner
            self._note = -1  # the rank comes first
            self._left_ms = 0

    def step(self, step_ms: int) -> None:
        """Advance by step_ms."""
        if self.sound == S_NONE:
            return
        self._left_ms -= step_ms
        if self._left_ms > 0:
            return
        self._note += 2
        at = self.sound * SOUND_ROW + self._note
        if self._note >= SOUND_ROW or SOUNDS[at + 1] == 0:
            self.sound = S_NONE
            self.frequency_hz = 0
        else:
            self.frequency_hz = SOUNDS[at] * PITCH_HZ
            self._left_ms = SOUNDS[at + 1] * NOTE_MS
