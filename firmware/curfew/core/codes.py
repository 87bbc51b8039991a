"""The words of the machine: states, events, causes, sources, verdicts, sides.

Belongs here: small ints and their names, in the order in which they count.
Does not: what they do (table.py) or how they look and sound (signals.py).
"""

# States are conditions.
IDLE, ARMED, BURNING, WARNING, OVERRIDE, VERIFYING, FAULT = 0, 1, 2, 3, 4, 5, 6

# Events are past facts, in the order of precedence: of one tick only the first happens, the others are consumed.
FAULT_RAISED, CLOCK_FAULT, HELD, REMOTE_OFF, DEADLINE, FLAME_LOST, CONTACT_NOT_CONDUCTING = 0, 1, 2, 3, 4, 5, 6
HELD_LONG, DOUBLE_PRESSED, PRESSED, FLAME_SEEN, IGNITED, WINDOW_OVER, WARNING_DUE = 7, 8, 9, 10, 11, 12, 13
RELIT, VERIFIED, REMOTE_EXTEND, REMOTE_ARM = 14, 15, 16, 17

# Causes: why the contact last opened. 0 is none yet.
(TIMEOUT, BURN_CAP, OVERRIDE_END, BUTTON, REMOTE, FLAME_OUT) = (1, 2, 3, 4, 5, 6)
(NO_IGNITION, CONTACT_OPEN, CLOCK, FAULTED, RESTART) = (7, 8, 9, 10, 11)
# Names are words of one text: fifteen strings in a tuple would cost the chip ten times as much.
STATES = "IDLE ARMED BURNING WARNING OVERRIDE VERIFYING FAULT"
CAUSES = "- TIMEOUT BURN_CAP OVERRIDE_END BUTTON REMOTE FLAME_OUT NO_IGNITION CONTACT_OPEN CLOCK FAULT RESTART"
SOURCES = "test web mqtt voice"  # the detail of REMOTE

# Verdicts of a proof. UNTESTABLE is never shown as a proof.
PENDING, PROVED, REFUTED, UNTESTABLE = 0, 1, 2, 3

# The two sides of the contact.
TC, MAGNET = 0, 1

# Remote requests that are judged when they are seen. ARM exists to be refused.
REQUEST_EXTEND, REQUEST_ARM = 0, 1

# Bytes of the record that outlives a reset, as far as the controller writes them (layout: runtime/rtc_memory.py).
AT_RESETS = 3  # abnormal starts without ten quiet minutes between them
AT_CONTACTS_CLOSED = 4  # bits by burner
AT_STORED_FAULTS = 5  # bits by fault code, a byte for each burner
