"""Contracts of core/safety.py: what the gate needs before a contact may be closed (S1, S2, S3, S6, S7, S9).

Each is one step of an induction: from any state of the gate in which `sound` holds, with any arguments.
"""

from curfew.core import limits
from curfew.core.safety import Gate


def made(hold_ms: int, cap_ms: int, open_ms: int, closed_ms: int, granted: bool) -> Gate:
    gate = Gate(hold_ms, cap_ms)
    gate.open_ms = open_ms
    gate.closed_ms = closed_ms
    gate.granted = granted
    return gate


def sound(gate: Gate) -> bool:
    """What holds from a gate's start on, after every grant()."""
    if gate.granted:
        return 0 <= gate.open_ms == gate.hold_ms and 0 <= gate.closed_ms < gate.cap_ms
    return 0 <= gate.open_ms <= gate.hold_ms


def a_new_gate_is_sound_and_grants_nothing_before_the_reclose_delay(
    hold_ms: int, cap_ms: int, step_ms: int, local_act: bool
) -> None:
    """S5, S6."""
    assert cap_ms > 0 and hold_ms > limits.TICK_MS and step_ms >= 0
    gate = Gate(hold_ms, cap_ms)
    assert sound(gate) and not gate.granted and gate.closed_ms == 0
    assert not gate.grant(True, step_ms, limits.TICK_MS, local_act, 0, True, 0)


def a_closed_contact_has_every_reason(
    hold_ms: int, cap_ms: int, open_ms: int, closed_ms: int, granted: bool, wanted: bool, step_ms: int, tick_ms: int,
    local_act: bool, raised: int, armed: bool, remaining_ms: int,
) -> None:  # fmt: skip
    """S1, S2, S3, S6, S7, S9."""
    assert step_ms >= 0 and tick_ms > 0 and cap_ms > 0
    gate = made(hold_ms, cap_ms, open_ms, closed_ms, granted)
    if not sound(gate):
        return
    may = gate.grant(wanted, step_ms, tick_ms, local_act, raised, armed, remaining_ms)
    assert sound(gate)
    reasons = wanted and local_act and raised == 0 and (armed or remaining_ms > 0)
    if granted:  # in full against the cap, whatever the clock did
        assert may == (reasons and closed_ms + step_ms < cap_ms)
        assert gate.closed_ms == (closed_ms + step_ms if may else 0)
        assert gate.open_ms == (open_ms if may else 0)
    else:  # for one tick towards the reclose delay, whatever the clock did
        waited_ms = min(open_ms + min(step_ms, tick_ms), hold_ms)
        assert gate.open_ms == waited_ms
        assert may == (reasons and waited_ms == hold_ms and 0 <= closed_ms < cap_ms)
        assert gate.closed_ms == (closed_ms if may else 0)
    assert gate.granted == may


def only_true_itself_is_an_act_a_wish_or_an_ignition(truthy: int, remaining_ms: int) -> None:
    """S1, S3."""
    assert remaining_ms <= 0
    for wanted, local_act, armed in ((truthy, True, True), (True, truthy, True), (True, True, truthy)):
        assert not Gate(0, 1).grant(wanted, 0, 1, local_act, 0, armed, remaining_ms)  # type: ignore[arg-type]
