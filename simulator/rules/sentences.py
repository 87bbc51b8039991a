"""The rules in words, once: what every driver of the firmware must find to hold.

The trace (invariants.py), the exhaustive exploration and the crash engine name their violations by these.
"""

RULES = {
    "S1": "The contact is closed only in a tick in which the gate granted it.",
    "S2": "Every burn ends by its cap, at most burn_max_min + override_max_min.",
    "S3": "No remote request closes an open contact: a local act does; remote presence lifts only an absence.",
    "S4": "A local or remote OFF opens the contact within one tick; OFF is never dropped.",
    "S5": "After every start the contact is open until a fresh local act.",
    "S6": "Once open it stays open at least reclose_hold_s, also over restarts and faults.",
    "S7": "A fault opens the contact within one tick.",
    "S8": "A missing, stale or impossible reading is never a flame, a proof, or health.",
    "S9": "A wrapped, jumping or backward clock never lengthens a burn.",
    "S10": "A TIMEOUT, BURN_CAP, OVERRIDE_END or ABSENCE is always preceded by a warning of warning_s.",
    "S11": "An exception anywhere in the tick opens every contact before anything else happens.",
    "S12": "Burners are independent: none burns longer than its own button and remote requests explain.",
    "S13": "Every shut-off records exactly one cause, and panel and journal report the same one.",
    "S14": "A flame or a live magnet side that no timer covers, beside a hot tip, is shown by a fault in time.",
    "S15": "Only two pairs of presses with a look between override; none that means OFF keeps the contact closed.",
    "S16": "A contact that conducts while it must be open stops the pump for all once: a stuck driver ends with it.",
    "S17": "A fault ends only by its row; a raised one outlives every restart but a power cut.",
    "S18": "Whatever files another version left, the device starts.",
    "S19": "With the alarm contact open every coil is off after 100 ms and two ticks.",
    "S20": "No exception, reset or traceback that nothing provoked, and no PROGRAM_CORRUPT without a damaged program.",
    "L1": "A PRESS in IDLE without a fault closes the contact within one tick after the end of the gesture.",
    "L2": "Once a fault's cause is gone, the local acknowledgement leads back to IDLE by way of VERIFYING.",
    "L3": "A fault whose cause is gone can be acknowledged beside hum, sparks, offset, ground or a warm cold end.",
    "LATE": "From the deadline to the open contact it takes at most two ticks and the release time.",
    "SETTINGS": "With settings that are missing or wrong the coil is never on, instead of a guess.",
    "PROGRAM": "A program with a wrong byte never runs: without a sound one no burner has a state, and no coil is on.",
    "MACHINE": "The machine side itself saw nothing forbidden, said nothing unknown, and came to the end.",
}

_NO_COIL = "a contact that conducts without its coil: a weld, a bypass, a stuck driver"
# What a rule leaves out on purpose, and the rules that judge it instead.
COVERED_BY: dict[str, tuple[str, tuple[str, ...]]] = {
    "S1": (_NO_COIL, ("S14", "S16")),
    "S2": (_NO_COIL, ("S14", "S16")),
    "S3": ("a flame that a sticking valve keeps while its tip still rises, also over a start (S5)", ("S2", "S14")),
    "S4": (
        "a request that an exception or a blocked service holds up, or hits between which the clock jumps",
        ("S11", "S2"),
    ),
    "S5": (_NO_COIL, ("S14", "S16")),
    "S6": ("a pump pin that is moved from outside while the program hangs", ("S5",)),
    "S7": (_NO_COIL, ("S14", "S16")),
    "S8": ("noise or a jump above half a millivolt, or foreign heat, which can look like a flame", ("S2", "S12")),
    "S9": ("a jump of up to two seconds forward, or one within a stall", ("S2", "S12")),
    "S10": ("a warning that a shaken clock or a stall shortens", ("S9",)),
    "S14": ("readings that tell nothing: a broken lead, a silent converter", ("S8",)),
    "S16": ("a weld or a bypass, which needs no coil", ("S14",)),
    "S17": ("what is lost with the power, or with its record", ("S5", "S14")),
    "S20": ("what a scenario provoked", ("S5", "S11")),
    "L1": ("a burner that was found conducting, and all of them while the pump stands still", ("S16", "L2")),
    "L2": ("a fault beside a disturbance, or a hold that another touch prolongs", ("L3", "S17")),
    "L3": ("a hold that another touch prolongs", ("S17",)),
    "LATE": ("a welded contact", ("S14", "S16")),
}
