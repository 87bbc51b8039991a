"""The rules in words, once: what every driver of the firmware must find to hold.

The trace (invariants.py), the exhaustive exploration and the crash engine name their violations by these.
"""

RULES = {
    "S1": "The contact is closed only in a tick in which the gate granted it.",
    "S2": "Every burn ends by its cap, at most burn_max_min + override_max_min.",
    "S3": "No remote request closes an open contact: a local act precedes every closing contact.",
    "S4": "A local or remote OFF opens the contact within one tick; OFF is never dropped.",
    "S5": "After every start the contact is open until a fresh local act.",
    "S6": "Once open it stays open at least reclose_hold_s, also over restarts and faults.",
    "S7": "A fault opens the contact within one tick.",
    "S8": "A missing, stale or impossible reading is never a flame, a proof, or health.",
    "S9": "A wrapped, jumping or backward clock never lengthens a burn.",
    "S10": "A TIMEOUT, BURN_CAP or OVERRIDE_END is always preceded by a warning of warning_s.",
    "S11": "An exception anywhere in the tick opens every contact before anything else happens.",
    "S12": "Burners are independent: none burns longer than its own button and remote requests explain.",
    "S13": "Every shut-off records exactly one cause, and panel and journal report the same one.",
    "S15": "Only two pairs of presses with a look between override; none that means OFF keeps the contact closed.",
    "S20": "No exception, reset or traceback that nothing provoked, and no PROGRAM_CORRUPT without a damaged program.",
    "L1": "A PRESS in IDLE without a fault closes the contact within one tick after the end of the gesture.",
    "L2": "Once a fault's cause is gone, the local acknowledgement leads back to IDLE by way of VERIFYING.",
    "LATE": "From the deadline to the open contact it takes at most two ticks and the release time.",
    "SETTINGS": "With settings that are missing or wrong the coil is never on, instead of a guess.",
    "PROGRAM": "A program with a wrong byte never runs: without a sound one no burner has a state, and no coil is on.",
    "MACHINE": "The machine side itself saw nothing forbidden, said nothing unknown, and came to the end.",
}
