"""The one gate in front of the relay pins: a contact closes only if Gate.grant() allows it, for one tick at a time.

Small positive predicates over plain numbers, and the gate's own two clocks. It imports nothing, so that a fault
elsewhere in the program cannot reach it.
"""


def has_local_act(local_act: bool) -> bool:
    """The user acted at the device or at the knob after the last start and the last shut-off."""
    return local_act is True


def is_sound(raised: int) -> bool:
    """No fault is raised on this burner or on the device."""
    return raised == 0


def has_been_open(open_ms: int, hold_ms: int) -> bool:
    """The reclose delay is over: the magnet valve has had the time to drop out."""
    return open_ms >= hold_ms


def is_within_cap(closed_ms: int, cap_ms: int) -> bool:
    """The contact has been closed for less than the longest burn that the settings allow."""
    return 0 <= closed_ms < cap_ms


def has_time_left(armed: bool, remaining_ms: int) -> bool:
    """The deadline is still ahead; in ARMED no flame has started it yet."""
    return armed is True or remaining_ms > 0


class Gate:
    """Decides for one burner, again in every tick, whether the contact may be closed.

    hold_ms: the reclose delay. cap_ms: the longest burn. `open_ms` and `closed_ms` are the gate's own clocks, apart
    from those of the state machine.
    """

    def __init__(self, hold_ms: int, cap_ms: int) -> None:
        self.hold_ms = hold_ms
        self.cap_ms = cap_ms
        self.open_ms = 0
        self.closed_ms = 0
        self.granted = False

    def grant(
        self, wanted: bool, step_ms: int, tick_ms: int, local_act: bool, raised: int, armed: bool, remaining_ms: int
    ) -> bool:
        """True when the contact may be closed in this tick.

        step_ms counts in full against the cap, and for at most one tick towards the reclose delay: a clock that jumps
        forward must neither lengthen a burn nor shorten the delay.
        """
        if self.granted:
            self.closed_ms = self.closed_ms + step_ms
        else:
            self.open_ms = min(self.open_ms + min(step_ms, tick_ms), self.hold_ms)
        may = (
            wanted is True
            and has_local_act(local_act)
            and is_sound(raised)
            and (self.granted or has_been_open(self.open_ms, self.hold_ms))
            and is_within_cap(self.closed_ms, self.cap_ms)
            and has_time_left(armed, remaining_ms)
        )
        if not may:
            if self.granted:
                self.open_ms = 0
            self.closed_ms = 0
        self.granted = may
        return may
