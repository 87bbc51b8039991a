"""What needs more than one controller at a time, over the classes that a search has found."""

from collections import deque

from curfew.core import faults
from curfew.core.codes import FAULT, IDLE, VERIFYING
from host_tests.exhaustive import inputs
from host_tests.exhaustive.classes import alike
from host_tests.exhaustive.device import TICK_MS, WRAP_MS, Device
from host_tests.exhaustive.judge import Violation
from simulator.rules.gestures import HOLD_LONG_MS
from simulator.rules.numbers import QUIET_MS, STALL_MAX_MS

WRAPS_IN_MS = TICK_MS // 2  # the next tick is beyond the wrap


# --- the wrap ------------------------------------------------------------------------------------------------------


def over_the_wrap(found):
    """Every class is reached again by its inputs, on a clock that wraps in the next tick: every input leads where it
    led before. The number of inputs tried."""
    tried = 0
    for key, (saved, _, _) in found.classes.items():
        late_ms = saved.now_ms
        device = Device(found.changed, start_ms=(WRAP_MS - WRAPS_IN_MS - late_ms) % WRAP_MS)
        path = found.path(key)
        for name in path:
            inputs.INPUTS[name](device)
        at_the_wrap = device.save()
        for name in found.names:
            if (key, name) not in found.leads:
                continue
            device.put_back(at_the_wrap)
            inputs.INPUTS[name](device)
            tried += 1
            if alike(device) != found.leads[key, name]:
                raise Violation(f"S9: the wrap changes what comes after: {' > '.join([*path, name])}")
    return tried


# --- the way out of a fault ----------------------------------------------------------------------------------------


def out_of_every_fault(found):
    """From every class in FAULT: the causes go, a user holds the button, and it comes to IDLE by way of VERIFYING (L2).

    The number of classes.
    """
    device = found.device
    tried = set()
    for key, (saved, _, _) in found.classes.items():
        state, *_ = key[0]
        if state != FAULT or key[0] in tried:
            continue
        tried.add(key[0])
        device.put_back(saved)
        try:
            _way_out(device)
        except Violation as violation:
            raise Violation(f"{violation}, after: {' > '.join(found.path(key))}")
    return len(tried)


def _way_out(device):
    burner = device.controller.burners[0]
    if burner.faults.present >> faults.SETTINGS_INVALID & 1:
        device.restart(clean=True)  # with settings that were repaired
    device.finger(False)
    device.alarm(False)
    for mode in ("flame", "cold"):  # a user lights and holds the knob, which shows an open contact, then releases it
        device.around[0].mode = mode
        _run(device, 3000, 5 * TICK_MS)
    if device.controller.burners[0].faults.present >> faults.UNSTABLE & 1:
        _run(device, QUIET_MS, STALL_MAX_MS)
    burner = device.controller.burners[0]
    if burner.state == FAULT:  # a start without a stored fault is out of it already
        device.finger(True)
        _run(device, 2 * TICK_MS, TICK_MS)
        _run(device, HOLD_LONG_MS, 500)
        device.finger(False)
        _run(device, sum(inputs.BRIDGE), TICK_MS)
        if burner.state != VERIFYING:
            raise Violation(f"L2: a long hold leaves the faults {burner.faults.present:b} and the state {burner.state}")
    _run(device, device.settings.reclose_hold_ms + 2 * TICK_MS, TICK_MS)
    if burner.state != IDLE:
        raise Violation(f"L2: the state is {burner.state} after an acknowledgement and a rest")


def _run(device, ms, step_ms):
    for _ in range(ms // step_ms):
        device.tick(step_ms)


# --- one burner beside another -------------------------------------------------------------------------------------

_PRESS = (("finger", True, inputs.DEBOUNCE), ("finger", False, inputs.BRIDGE))
_PAIR = (*_PRESS, ("", 0, inputs.DEBOUNCE), *_PRESS)
_SECOND = (TICK_MS,) * 50
ACTS = {
    "press": _PRESS,
    "override": (*_PAIR, ("", 0, (1000, 100)), *_PAIR),
    "hold": (("finger", True, _SECOND), ("finger", False, inputs.BRIDGE)),
    "light": (("mode", "rising", _SECOND), ("mode", "flame", _SECOND)),
    "off": (("off", 0, (TICK_MS,)),),
    "extend": (("extend", 0, (TICK_MS,)),),
    "arm": (("arm", 0, (TICK_MS,)),),
    "time": (("", 0, (STALL_MAX_MS,) * 10),),
    "rest": (("", 0, _SECOND * 3),),
    "cold": (("mode", "cold", (2 * TICK_MS,) * 100),),
    "nothing": (("mode", "nothing", (5 * TICK_MS,) * 20),),
    "live": (("mode", "live", (2 * TICK_MS,) * 100),),
}
MINE, OTHER = 0, 1


def beside_each_other(changed):
    """Two burners in every pair of coarse classes: whatever the second does, the first conducts exactly as long (S12).

    The number of pairs, and of acts of the second that were compared.
    """
    device = Device({**changed, "burners": 2})
    paths = {_pair(device): (device.save(), ())}
    waiting = deque(paths)
    compared = 0
    while waiting:
        pair = waiting.popleft()
        saved, path = paths[pair]
        alone = {}
        for burner, name in ((burner, name) for burner in (MINE, OTHER) for name in ACTS):
            device.put_back(saved)
            grants = _act(device, ACTS[name], burner)
            led, after = _pair(device), device.save()
            if burner == OTHER and (saved.controller.granted[MINE] or any(grants)):
                grants += _rest(device)
                steps = tuple(step for _, _, steps in ACTS[name] for step in steps)
                if steps not in alone:
                    device.put_back(saved)
                    alone[steps] = _act(device, ACTS[name], None) + _rest(device)
                compared += 1
                if grants != alone[steps]:
                    raise Violation(f"S12: another burner's {name} changes how long this one conducts, after: {path}")
            if led not in paths:
                paths[led] = after, (*path, f"{name} of {burner}")
                waiting.append(led)
    return len(paths), compared


def _pair(device):
    """What is distinguished here: state, fault, whether an override was used, and whether it set the deadline."""
    return tuple(
        (one.state, one.faults.shown, one.cap_raised and one.wants_closed(), one.by_override and one.wants_closed())
        for one in device.controller.burners
    )


def _act(device, act, burner):
    """The ticks of an act by a burner, None for no one; what the first one was granted in each of them."""
    grants = []
    for what, value, steps in act:
        if burner is not None and what == "finger":
            device.finger(value, burner)
        elif burner is not None and what == "mode":
            device.around[burner].mode = value
        elif burner is not None and what:
            getattr(device, what)(burner=burner)
        for step_ms in steps:
            device.tick(step_ms)
            grants.append(device.controller.granted[MINE])
    return grants


def _rest(device):
    """What the first burner is granted from here to the end of its interval."""
    grants = []
    while device.controller.granted[MINE]:
        device.tick(STALL_MAX_MS)
        grants.append(device.controller.granted[MINE])
    return grants
