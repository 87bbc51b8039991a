"""The codes of states, events, causes, sources, verdicts, sides and requests: small ints in the order that counts."""

# States; table.py says what is true in each.
IDLE, ARMED, BURNING, WARNING, OVERRIDE, VERIFYING, FAULT = 0, 1, 2, 3, 4, 5, 6

# Events, in the order of precedence: in one tick only the first happens, the others are consumed.
FAULT_RAISED, CLOCK_FAULT, PUMP_OFF, HELD, REMOTE_OFF, DEADLINE, FLAME_LOST = 0, 1, 2, 3, 4, 5, 6
CONTACT_NOT_CONDUCTING, HELD_LONG, OVERRIDE_PRESSED, PRESSED, FLAME_SEEN, IGNITED = 7, 8, 9, 10, 11, 12
WINDOW_OVER, RETURNED, WARNING_DUE, RELIT, VERIFIED = 13, 14, 15, 16, 17
REMOTE_LESS, REMOTE_EXTEND, REMOTE_ARM = 18, 19, 20
# A button may also say these; the controller makes HELD of them, for one burner or for all.
PANIC, HELD_ALL = 21, 22

# Causes of a shut-off. 0: there was none yet.
(TIMEOUT, BURN_CAP, OVERRIDE_END, BUTTON, REMOTE, FLAME_OUT) = (1, 2, 3, 4, 5, 6)
(NO_IGNITION, CONTACT_OPEN, CLOCK, FAULTED, RESTART, WELD_TEST, ALARMED, ABSENCE) = (7, 8, 9, 10, 11, 12, 13, 14)
# Names are words of one text, because a tuple of strings would cost the chip ten times as much.
STATES = "IDLE ARMED BURNING WARNING OVERRIDE VERIFYING FAULT"
CAUSES = (
    "- TIMEOUT BURN_CAP OVERRIDE_END BUTTON REMOTE FLAME_OUT NO_IGNITION CONTACT_OPEN CLOCK FAULT RESTART WELD_TEST "
    "ALARM ABSENCE"
)
SOURCES = "test web mqtt voice"  # the detail of REMOTE, by number

# Verdicts of a proof. UNTESTABLE never counts as a proof.
PENDING, PROVED, REFUTED, UNTESTABLE = 0, 1, 2, 3

# The sides of the contact: thermocouple and magnet valve.
TC, MAGNET = 0, 1

# Remote requests. ARM exists to be refused.
REQUEST_EXTEND, REQUEST_ARM, REQUEST_LESS = 0, 1, 2

# Bytes of the record that outlives a reset, as far as the controller writes them (layout: runtime/rtc_memory.py).
AT_RESETS = 3  # abnormal starts without ten quiet minutes between them
AT_CONTACTS_CLOSED = 4  # bits by burner
AT_STORED_FAULTS = 5  # bits by fault code, a byte for each burner
