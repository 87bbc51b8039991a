"""What may happen to a device between one class of states and the next, by name: real ticks, readings, presses."""

from host_tests.exhaustive.classes import alike, clocks, next_step_ms
from host_tests.exhaustive.device import DRIFTS, LEVELS, RISE_TO_UV, TICK_MS, Device
from host_tests.exhaustive.judge import STILL_TICKS, Violation
from simulator.rules.gestures import BRIDGE_MS, HOLD_MS
from simulator.rules.numbers import STALL_MAX_MS

WAIT_TICKS = 400  # ten quiet minutes are 300; a search that met nothing new in so many steps will not
SETTLED_TICKS = 12  # the same without any clock ahead
DRIFT_STEP_MS = {"rising": TICK_MS, "falling": 5 * TICK_MS}
COLD_UV = 500
DEBOUNCE = (TICK_MS,) * 3  # the second tick with a level believes it
BRIDGE = (TICK_MS,) * (1 + BRIDGE_MS // TICK_MS)  # the last one ends the gesture
PRESS_MS = sum(DEBOUNCE) + sum(BRIDGE)  # from before the first tick of a press to the tick of its event
ALARM = (TICK_MS,) * 6  # 100 ms, and the tick that sees it first
OFF_MS = HOLD_MS + TICK_MS  # of a hold
REQUEST_TOO_OLD_MS = 5001
TIMERS = ("window", "warning", "deadline", "far")
RESTS = ("rest",)


def _drifts(around):
    return around.mode == "rising" and around.tc_uv < RISE_TO_UV or around.mode == "falling" and around.tc_uv > COLD_UV


def _time_passes(mode):
    """With this to be seen until something is new, or nothing will be."""

    def act(device: Device):
        around = device.around[0]
        around.mode = mode
        running = clocks(device)
        first = alike(device, running)
        for ticks in range(WAIT_TICKS):
            drifts = _drifts(around)
            step_ms = next_step_ms(running)
            device.tick(min(step_ms, DRIFT_STEP_MS[mode]) if drifts else step_ms)
            running = clocks(device)
            if alike(device, running) != first:
                break
            if ticks >= SETTLED_TICKS and not drifts and not any(left_ms > 0 for _, left_ms, _ in running):
                break

    return act


def _miss(device):
    before, device.around[0].mode = device.around[0].mode, "missed"
    device.tick()
    device.around[0].mode = before


def _ticks(*steps_ms):
    def act(device):
        for step_ms in steps_ms:
            device.tick(step_ms)

    return act


def _stand(device):
    # While open a clock that stands is no event, and its ticks are many.
    for _ in range(STILL_TICKS if device.controller.granted[0] else 1):
        device.tick(0)


# --- the finger ----------------------------------------------------------------------------------------------------


def _finger(device):
    device.finger(not device.controller.pressed[0])
    device.tick()


def _bounce(device):
    _finger(device)
    _finger(device)


def _gesture(*held_ms):
    """Down for so long beyond the debounce, and up again; only a finger that is up can do it."""

    def act(device):
        if device.controller.pressed[0]:
            return False
        device.finger(True)
        _ticks(*DEBOUNCE, *held_ms)(device)
        device.finger(False)
        _ticks(*BRIDGE)(device)

    return act


def _lean(device):
    if device.controller.pressed[0]:
        device.finger(False)
        _ticks(*BRIDGE)(device)
    else:
        device.finger(True)
        _ticks(*DEBOUNCE, *[STALL_MAX_MS] * 16)(device)


def _pair(device):
    """Two quick presses, which ask."""
    if _PRESS(device) is False:
        return False
    _ticks(*DEBOUNCE)(device)
    return _PRESS(device)


def _override(device):
    """Two pairs with a look between them."""
    if _pair(device) is False:
        return False
    _ticks(1000, *DEBOUNCE)(device)
    return _pair(device)


def _hits(device):
    """Three of them."""
    for _ in range(3):
        if _PRESS(device) is False:
            return False


def _timed(gesture, lead_ms, late_ticks, timers):
    """The gesture so that its event comes so many ticks after the first of these timers reaches its end."""

    def act(device):
        due_ms = lead_ms - late_ticks * TICK_MS
        ahead = [(left_ms, name) for name, left_ms, _ in clocks(device) if name in timers and left_ms > due_ms]
        if device.controller.pressed[0] or not ahead:
            return False
        timer = min(ahead)[1]
        while True:
            running = clocks(device)
            left_ms = next((left_ms for name, left_ms, _ in running if name == timer), due_ms)
            if left_ms <= due_ms:
                break
            device.tick(min(next_step_ms(running), max(TICK_MS, (left_ms - due_ms) // TICK_MS * TICK_MS)))
        return gesture(device)

    return act


# --- remote requests -----------------------------------------------------------------------------------------------


def _off(device):
    device.off()
    device.tick()


def _request(post, age_ms=0):
    """One tick with a request, and beside it the same tick without: what is not allowed changes nothing."""

    def act(device):
        before = device.save()
        device.tick()
        without = _outcome(device)
        device.put_back(before)
        post(device, age_ms)
        device.tick()
        allowed = post is Device.extend and not age_ms and device.judges[0].may_extend()
        if not allowed and _outcome(device) != without:
            raise Violation(f"S3: {without} without a remote request, {_outcome(device)} with it")

    return act


def _outcome(device):
    """State, grant, what is left to deadline and cap."""
    burner = device.controller.burners[0]
    return burner.state, device.controller.granted[0], burner.remaining_ms, burner.cap_ms


def _less(device):
    """One minute: it may only bring the deadline nearer, and never so near that the warning is cut short."""
    before_ms = device.controller.burners[0].remaining_ms
    device.less(1)
    device.tick()
    burner = device.controller.burners[0]
    if device.controller.granted[0] and burner.remaining_ms > before_ms:
        raise Violation(f"S3: {burner.remaining_ms} ms are left after a request for less, {before_ms} before it")


def _off_and_extend(device):
    device.extend()
    _off(device)


# --- the alarm contact ---------------------------------------------------------------------------------------------


def _alarm(device):
    if device.is_alarm():
        return False
    device.alarm(True)
    _ticks(*ALARM)(device)


def _spark(device):
    """An alarm contact that is open for less than an alarm."""
    if device.is_alarm():
        return False
    device.alarm(True)
    _ticks(*ALARM[:-1])(device)
    device.alarm(False)
    device.tick()


def _bridge(device):
    if not device.is_alarm():
        return False
    device.alarm(False)
    device.tick()


# --- starts --------------------------------------------------------------------------------------------------------


def _restart(times=1, **how):
    def act(device):
        for _ in range(times):
            device.restart(**how)

    return act


def _restart_as_it_conducts(device):
    # Abnormal starts gather to UNSTABLE: here only those that matter, so that one fault does not double everything.
    device.restart(clean=not device.controller.granted[0])


_PRESS, _HOLD = (
    _gesture(),
    _gesture(HOLD_MS - sum(DEBOUNCE) + DEBOUNCE[0]),
)  # counted from the first edge: not a tick more
INPUTS = {
    "time": _time_passes("cold"),
    **{name: _time_passes(name) for name in (*LEVELS, *DRIFTS, "nothing", "impossible")},
    "missed": _miss,
    "stall": _ticks(STALL_MAX_MS),
    "leap": _ticks(STALL_MAX_MS + 1),
    "back": _ticks(-TICK_MS),
    "stand": _stand,
    "finger": _finger,
    "bounce": _bounce,
    "press": _PRESS,
    "hold": _HOLD,
    "hold long": _gesture(*[1000] * 5),
    "hold longer": _gesture(*[1000] * 10),
    "pair": _pair,
    "override": _override,
    "hits": _hits,
    "lean": _lean,
    "off": _off,
    "off and extend": _off_and_extend,
    "less": _less,
    "alarm": _alarm,
    "spark": _spark,
    "bridge": _bridge,
    "extend": _request(Device.extend),
    "extend, too late": _request(Device.extend, REQUEST_TOO_OLD_MS),
    "arm": _request(Device.arm),
    "restart": _restart(),
    "restart, clean": _restart(clean=True),
    "restart thrice": _restart(times=3),
    "restart, no settings": _restart(invalid=True),
    "restart, as it conducts": _restart_as_it_conducts,
}
for _late_ticks, _when in ((-1, "before"), (0, "at"), (1, "after")):
    INPUTS[f"press {_when} the timer"] = _timed(_PRESS, PRESS_MS, _late_ticks, TIMERS)
    INPUTS[f"hold {_when} the timer"] = _timed(_HOLD, OFF_MS, _late_ticks, TIMERS)
    INPUTS[f"press {_when} the rest"] = _timed(_PRESS, PRESS_MS, _late_ticks, RESTS)
CLOCK = ("stall", "leap", "back", "stand")
REMOTE = ("off", "off and extend", "extend", "extend, too late", "arm")
CONTACT = ("alarm", "spark", "bridge")
FINGER = ("finger", "bounce")
GESTURES = ("press", "hold", "hold long", "hold longer", "pair", "override", "hits", "lean")
AT_TIMER = tuple(name for name in INPUTS if name.endswith("the timer"))
AT_REST = tuple(name for name in INPUTS if name.endswith("the rest"))
STARTS = ("restart", "restart, clean", "restart thrice", "restart, no settings")
SEEN = (*LEVELS, *DRIFTS, "nothing", "impossible", "missed")
