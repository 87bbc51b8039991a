"""Which states of a controller are alike: everything that may decide what happens next, every age by its boundary only.

Abstracted away: how far a boundary is (it is ahead, within the next tick, or reached), microvolts but for two bands,
counts of readings, which settle within three ticks, the ring of a rise, the gate's count against its cap, sounds and
lights, health, how many abnormal starts there were below the limit, rows of shut-offs; with a sensor also what a button
that is up remembers while the contact is open, the last tick before a boundary in FAULT, and the interval before. Of
states that are alike only the first one found is explored further: what the distance to two boundaries at once decides
is left to random runs.
"""

from curfew.core import faults, limits
from curfew.core.codes import ARMED, BURNING, FAULT, IDLE, OVERRIDE, PENDING, REFUTED, VERIFYING, WARNING

TICK_MS = limits.TICK_MS
NONE_YET = 0
_HOLDS = (
    ("hold", limits.HOLD_MS),
    ("all", limits.HOLD_ALL_MS),
    ("long", limits.HOLD_LONG_MS),
    ("longer", limits.HOLD_LONGER_MS),
    ("void", limits.HOLD_VOID_MS),
    ("stuck", limits.STUCK_MS + 1),
)
ANY_MS = limits.STALL_MAX_MS  # a clock to which the longest step counts in full


def clocks(device):
    """(name, what is left in ms, the longest step that this clock counts in full) of every clock that runs."""
    burner = device.controller.burners[0]
    running = [*_of_state(burner, device.settings), *_of_button(burner)]
    if burner.sensor:
        running += _of_sensor(burner, device.settings)
    if burner.faults.present >> faults.UNSTABLE & 1:
        running.append(("quiet", limits.QUIET_MS - device.controller.quiet_ms, ANY_MS))
    return running


def _of_state(burner, settings):
    state = burner.state
    if state == ARMED:
        return [("window", burner.window_ms, ANY_MS)]
    if state == VERIFYING:
        return [("rest", settings.reclose_hold_ms - burner.verifying_ms, TICK_MS)]
    if state == OVERRIDE:
        return [("warning", burner.remaining_ms - settings.warning_ms, ANY_MS)]
    far = ("far", burner.cap_ms - settings.warning_ms, ANY_MS)  # from there on no press reaches beyond the warning
    if state == BURNING:
        return [("warning", burner.remaining_ms - settings.warning_ms, ANY_MS), far]
    if state == WARNING:
        return [("deadline", burner.remaining_ms, ANY_MS), far]
    return []


def _of_button(burner):
    button = burner.button
    running = []
    if button.active:
        for name, due_ms in _HOLDS:
            running.append((name, due_ms - button._age_ms, ANY_MS))
        if not button.down:
            running.append(("bridge", limits.BRIDGE_MS - button._up_ms, ANY_MS))
    if burner.wants_closed() or not burner.sensor:
        ages = (button._hit_before_ms, limits.HITS_MAX_MS), (button._step_ms, limits.PAIR_MS)
        answer = (button._ask_ms, limits.ANSWER_MAX_MS), (button._ask_ms, limits.ANSWER_MIN_MS)
        ages += answer if burner.asked else ()
        for name, (age_ms, due_ms) in zip(("hits", "pair", "late", "look"), ages, strict=False):
            if age_ms <= due_ms:
                running.append((name, due_ms + 1 - age_ms, ANY_MS))
    return running


def _of_sensor(burner, settings):
    flame, proof, present = burner.flame, burner.proof, burner.faults.present
    running = []
    age_ms = max(flame.tc_age_ms, flame.magnet_age_ms)
    if burner.contact_ms < limits.SETTLE_MS:
        running.append(("settle", limits.SETTLE_MS - burner.contact_ms, ANY_MS))
    if limits.READ_STEP_MS < age_ms <= limits.STALE_MS:
        running.append(("stale", limits.STALE_MS + 1 - age_ms, limits.READ_STEP_MS))
        if burner.state != FAULT:
            running.append(("gap", limits.IGNITION_GAP_MS + 1 - age_ms, limits.READ_STEP_MS))
    if present >> faults.SENSOR_FAILED & 1 and flame.back_ms:
        running.append(("back", limits.SENSOR_BACK_MS - flame.back_ms, ANY_MS))
    if burner.wants_closed():
        if burner.state != ARMED and flame.lost_ms:
            running.append(("lost", settings.flame_out_ms - flame.lost_ms, ANY_MS))
        if flame.burning and (burner.state == ARMED or settings.remote_extend):
            running.append(("confirm", limits.FLAME_CONFIRM_MS - flame.confirm_ms, ANY_MS))
        if flame.dead_ms:
            running.append(("dead", limits.CONTACT_OPEN_MS - flame.dead_ms, ANY_MS))
        return running
    if present >> faults.CONTACT_WELDED & 1 and flame.cleared_ms:
        running.append(("cleared", limits.WELD_CLEARED_MS - flame.cleared_ms, ANY_MS))
    if proof.contact == PENDING:
        running.append(("verify", proof.verify_ms - proof.age_ms, ANY_MS))
    if flame.hot_ms and not present >> faults.FLAME_PERSISTS & 1:
        running.append(("die", settings.flame_die_ms - min(proof.die_ms, flame.hot_ms), ANY_MS))
        running.append(("flat", (limits.FLAT_BLOCKS - flame.trend._flat) * limits.BLOCK_MS, ANY_MS))
    if proof.gas == PENDING and proof._mark_ms >= 0:
        running.append(("fall", limits.FALL_CHECK_MS - proof._mark_ms, ANY_MS))
    return running


def alike(device, running=None):
    """The key of the class that the first burner of a controller is in; running: its clocks, where known."""
    burner = device.controller.burners[0]
    running = clocks(device) if running is None else running
    next_ms = 0 if burner.state == FAULT and burner.sensor else TICK_MS
    ages = tuple([(name, (left_ms > 0) + (left_ms > next_ms)) for name, left_ms, _ in running])
    return (*_flags(burner), device.is_alarm()), ages


def _flags(burner):
    state, button, gate, kept = burner.state, burner.button, burner.gate, burner.faults
    flags = [state, kept.raised, kept.present, kept.shown, button._raw, button.down, button._may, button.deaf]
    if burner.wants_closed():
        flags += [burner.cap_raised, burner.by_override, burner._override_used, burner.remaining_ms == burner.cap_ms]
        flags += [button._answers, burner.asked and button._ask_ms <= limits.ANSWER_MAX_MS, button._steps]
    else:
        flags += [state == VERIFYING and gate.open_ms >= gate.hold_ms, state == VERIFYING and burner.proof.relit_early]
    if not burner.sensor:
        flags.append(burner.cause != NONE_YET)  # a later interval must be like the first
    else:
        flags += _sensor_flags(burner, burner.flame, burner.proof)
    return tuple(flags)


def _sensor_flags(burner, flame, proof):
    state = burner.state
    if burner.wants_closed():
        return flame.burning, flame.was_live, state != ARMED and flame.lost_ms == 0
    if state == IDLE:
        return ()
    persists = proof.gas == PENDING or burner.faults.present >> faults.FLAME_PERSISTS & 1
    out = persists and flame.tc_uv < limits.OUT_UV
    if state != VERIFYING:
        return proof.gas, proof.contact in (PENDING, REFUTED) and proof.contact, out
    fallen = proof._fallen, proof._waits
    testable = proof.contact == PENDING and (flame.tc_uv >= limits.WELD_TC_UV, proof._was_live)
    return proof.gas, proof.contact, out, testable, fallen, proof.relit


def next_step_ms(running):
    """The longest step that jumps over no boundary and that every clock which runs counts in full."""
    step_ms = ANY_MS
    for _, left_ms, longest_ms in running:
        if left_ms > 0:
            step_ms = min(step_ms, longest_ms, max(TICK_MS, (left_ms - 1) // TICK_MS * TICK_MS))
    return step_ms
