"""What a burner shows and sounds: its light, repeated sounds, when to release the knob, how its contact wears."""

from typing import Any

from curfew.core import limits
from curfew.core.codes import FAULT, IDLE
from curfew.core.faults import ALARM
from curfew.core.signals import L_ASK, L_SERVICE, S_LET_GO, S_NONE, SIGN_ROW, SIGN_UNIT_MS, STATE_SIGNS
from curfew.core.ticks import aged_ms


def show(burner: Any, step_ms: int) -> None:
    """Set them for a Burner, step_ms later."""
    at = burner.state * SIGN_ROW
    burner.light = L_SERVICE if burner.service and burner.state == IDLE else STATE_SIGNS[at]
    if burner.ask_ms > 0:
        burner.ask_ms -= step_ms
        burner.light = L_ASK
    every_ms = STATE_SIGNS[at + 2] * SIGN_UNIT_MS
    burner.faults.mute_ms = max(0, burner.faults.mute_ms - step_ms)
    if burner.state == FAULT and burner.verifying_ms >= limits.FAULT_LOUD_MS:
        every_ms = limits.FAULT_EVERY_MS
        if burner.faults.mute_ms and burner.flame.tc_uv < limits.OUT_UV and not burner.faults.present >> ALARM & 1:
            every_ms = 0
    burner.sign_ms = aged_ms(burner.sign_ms, step_ms)
    if every_ms and burner.sign_ms >= every_ms:
        burner.sign_ms = 0
        if burner.sound == S_NONE:
            burner.sound = STATE_SIGNS[at + 1]
    if not burner.wants_closed() or not burner.sensor:
        return
    if not burner.is_holding_told and burner.flame.is_holding():
        burner.is_holding_told = True
        burner.sound = S_LET_GO
    if burner.health_due_ms and burner.burn_ms >= burner.health_due_ms:
        health_permille = burner.flame.health_permille()
        if health_permille is not None:
            burner.health_due_ms = 0
            burner.health_permille = max(1, health_permille)
            if not burner.health_ref_permille:
                burner.health_ref_permille = burner.health_permille
            elif health_permille >= burner.health_ref_permille * limits.HEALTH_WORN_FACTOR:
                burner.service = True
