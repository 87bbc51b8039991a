"""The one gate in front of the relay pins.

Belongs here: small positive predicates over plain numbers, and the gate's own two clocks.
Does not: reasons for wanting to conduct (that is the table's business), pins, or an import from the rest.
Nothing reaches a relay but through Gate.grant(), and a grant lives for one tick.
"""


def has_local_act(local_act):
    """A hand was on the box or on the knob since the last start and the last opening."""
    return local_act is True


def is_sound(faults_raised):
    """No fault is raised on this burner or on the box."""
    return faults_raised == 0


def has_been_open(open_ms, hold_ms):
    """The contact has been open long enough for the magnet to let go."""
    return open_ms >= hold_ms


def is_within_cap(closed_ms, cap_ms):
    """The contact has conducted for less than the longest interval that settings allow."""
    return 0 <= closed_ms < cap_ms


def has_time_left(state_armed, remaining_ms):
    """The deadline lies ahead; while armed the flame has not started it yet."""
    return state_armed is True or remaining_ms > 0


class Gate:
    """Decides for one burner, every tick anew, whether the contact may conduct.

    hold_ms: how long it stays open once it opened. cap_ms: longest conducting interval. Both in stove milliseconds.
    `open_ms` and `closed_ms` are the gate's own count of ticks, apart from those of the state machine.
    """

    def __init__(self, hold_ms, cap_ms):
        self.hold_ms = hold_ms
        self.cap_ms = cap_ms
        self.open_ms = 0
        self.closed_ms = 0
        self.granted = False

    def grant(self, wanted, step_ms, tick_ms, local_act, faults_raised, armed, remaining_ms):
        """True when the contact may conduct in this tick.

        step_ms counts as it is against the cap, and for at most one tick towards the rest: a clock that leaps
        forward must neither lengthen a burn nor shorten a rest.
        """
        if self.granted:
            self.closed_ms = self.closed_ms + step_ms
        else:
            self.open_ms = min(self.open_ms + min(step_ms, tick_ms), self.hold_ms)
        may = (
            wanted is True
            and has_local_act(local_act)
            and is_sound(faults_raised)
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
