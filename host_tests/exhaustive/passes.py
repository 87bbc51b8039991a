"""What needs more than one box at a time, over the classes that a search has found."""

from collections import deque

from curfew.core import faults
from curfew.core.codes import FAULT, IDLE, VERIFYING
from host_tests.exhaustive import inputs
from host_tests.exhaustive.box import TICK_MS, WRAP_MS, Box
from host_tests.exhaustive.classes import alike
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
        box = Box(found.changed, start_ms=(WRAP_MS - WRAPS_IN_MS - late_ms) % WRAP_MS)
        path = found.path(key)
        for name in path:
            inputs.INPUTS[name](box)
        at_the_wrap = box.save()
        for name in found.names:
            if (key, name) not in found.leads:
                continue
            box.put_back(at_the_wrap)
            inputs.INPUTS[name](box)
            tried += 1
            if alike(box) != found.leads[key, name]:
                raise Violation(f"S9: the wrap changes what comes after: {' > '.join([*path, name])}")
    return tried


# --- the way out of a fault ----------------------------------------------------------------------------------------


def out_of_every_fault(found):
    """From every class in FAULT: the causes go, a hand holds the button, and it comes to IDLE by way of VERIFYING (L2).

    The number of classes.
    """
    box = found.box
    tried = set()
    for key, (saved, _, _) in found.classes.items():
        state, *_ = key[0]
        if state != FAULT or key[0] in tried:
            continue
        tried.add(key[0])
        box.put_back(saved)
        try:
            _way_out(box)
        except Violation as violation:
            raise Violation(f"{violation}, after: {' > '.join(found.path(key))}")
    return len(tried)


def _way_out(box):
    burner = box.controller.burners[0]
    if burner.faults.present >> faults.SETTINGS_INVALID & 1:
        box.restart(clean=True)  # with settings that were repaired
    box.finger(False)
    for mode in ("flame", "cold"):  # a hand lights and holds the knob, which shows an open contact; and lets go
        box.around[0].mode = mode
        _run(box, 3000, 5 * TICK_MS)
    if box.controller.burners[0].faults.present >> faults.UNSTABLE & 1:
        _run(box, QUIET_MS, STALL_MAX_MS)
    burner = box.controller.burners[0]
    if burner.state == FAULT:  # a start without a stored fault is out of it already
        box.finger(True)
        _run(box, 2 * TICK_MS, TICK_MS)
        _run(box, HOLD_LONG_MS, 500)
        box.finger(False)
        _run(box, sum(inputs.BRIDGE), TICK_MS)
        if burner.state != VERIFYING:
            raise Violation(f"L2: a long hold leaves the faults {burner.faults.present:b} and the state {burner.state}")
    _run(box, box.settings.reclose_hold_ms + 2 * TICK_MS, TICK_MS)
    if burner.state != IDLE:
        raise Violation(f"L2: the state is {burner.state} after an acknowledgement and a rest")


def _run(box, ms, step_ms):
    for _ in range(ms // step_ms):
        box.tick(step_ms)


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
    box = Box({**changed, "burners": 2})
    paths = {_pair(box): (box.save(), ())}
    waiting = deque(paths)
    compared = 0
    while waiting:
        pair = waiting.popleft()
        saved, path = paths[pair]
        alone = {}
        for burner, name in ((burner, name) for burner in (MINE, OTHER) for name in ACTS):
            box.put_back(saved)
            grants = _act(box, ACTS[name], burner)
            led, after = _pair(box), box.save()
            if burner == OTHER and (saved.controller.granted[MINE] or any(grants)):
                grants += _rest(box)
                steps = tuple(step for _, _, steps in ACTS[name] for step in steps)
                if steps not in alone:
                    box.put_back(saved)
                    alone[steps] = _act(box, ACTS[name], None) + _rest(box)
                compared += 1
                if grants != alone[steps]:
                    raise Violation(f"S12: another burner's {name} changes how long this one conducts, after: {path}")
            if led not in paths:
                paths[led] = after, (*path, f"{name} of {burner}")
                waiting.append(led)
    return len(paths), compared


def _pair(box):
    """What is told apart here: state, fault, whether an override was used, and whether it set the deadline."""
    return tuple(
        (one.state, one.faults.shown, one.cap_raised and one.wants_closed(), one.by_override and one.wants_closed())
        for one in box.controller.burners
    )


def _act(box, act, burner):
    """The ticks of an act by a burner, None for nobody; what the first one was granted in each of them."""
    grants = []
    for what, value, steps in act:
        if burner is not None and what == "finger":
            box.finger(value, burner)
        elif burner is not None and what == "mode":
            box.around[burner].mode = value
        elif burner is not None and what:
            getattr(box, what)(burner=burner)
        for step_ms in steps:
            box.tick(step_ms)
            grants.append(box.controller.granted[MINE])
    return grants


def _rest(box):
    """What the first burner is granted from here to the end of its interval."""
    grants = []
    while box.controller.granted[MINE]:
        box.tick(STALL_MAX_MS)
        grants.append(box.controller.granted[MINE])
    return grants
