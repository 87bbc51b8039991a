"""The design's own numbers, for every judge; a tolerance stands where it is used, with its reason."""

TICK_MS = 20
STALL_MAX_MS = 2000  # a longer step of the clock is a fault, and a step back is one
STALE_MS = 1500  # a sensor that gave no reading for so long has failed
QUIET_MS = 600_000  # ends UNSTABLE
UNSTABLE_ENDS = 3  # so many abnormal ends of the program without quiet minutes between are UNSTABLE
UNTIMED_MS = 40_000  # flame_die_s and so much more: by then a flame that no one times is shown
RELIGHT_MS = 60_000  # so much of a relit burner's time does not count
PUMP_EMPTY_MS = 4000  # the latest that the coils have no supply after the last edge
ALARM_MS = 100  # an alarm contact is open for so long before it counts
STARTS_MS = 10_000  # from a start to the first tick, and more
