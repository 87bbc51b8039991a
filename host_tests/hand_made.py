"""What hand-made runs start from. Belongs here: one line of a trace. Does not: anything that runs."""

# A line of the trace while nothing happens.
QUIET_LINE = {
    "t_ms": 0,
    "burner": 0,
    "state": "IDLE",
    "contact": "open",
    "coil": "off",
    "gas": "off",
    "flame": "off",
    "remaining_s": 0,
    "cause": None,
    "fault": None,
    "light": "DARK",
    "sound": None,
}
