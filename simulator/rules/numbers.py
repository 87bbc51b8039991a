"""The design's own numbers, for every judge; a tolerance stands where it is used, with its reason."""

TICK_MS = 20
STALL_MAX_MS = 2000  # a longer step of the clock is a fault, and a step back is one
STALE_MS = 1500  # a sensor that gave no reading for so long has failed
QUIET_MS = 600_000  # ends UNSTABLE
UNSTABLE_ENDS = 3  # so many abnormal ends of the program without quiet minutes between are UNSTABLE
