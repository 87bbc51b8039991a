"""The self-test of the pump: at rest, with every contact open, it has to feed the coils, and to stop in time.

It finds what no burn shows: a pump that is bridged, dead, or feeds the coils for too long after its last edge.
"""

from typing import TYPE_CHECKING, Any

from curfew.core import faults, limits
from curfew.core.codes import IDLE
from curfew.core.ticks import aged_ms

if TYPE_CHECKING:
    from array import array

    from curfew.core.controller import Controller


UNTESTED, PASSED, BRIDGED, DEAD, WEAK = 0, 1, 2, 3, 4
_WAITS, _FILLS, _EMPTIES = 0, 1, 2


class SelfTest:
    """Ten seconds after all burners came to rest, then every day; whatever else begins ends a test unjudged.

    relays: with a pin for the coils' supply. figures: of the Link, gets what the last judged test found. controller:
    one that starts with the fault waits for a test that passes. Each test leaves the pump pin at the other level: half
    of all hangs stop it high.
    """

    def __init__(self, relays: Any, figures: "array[int]", controller: "Controller") -> None:
        self._figures = figures
        self._relays = relays
        self._stage = _WAITS
        self._ms = 0  # in this stage
        self._due_ms = 0  # until a test may begin, besides TEST_FIRST_MS
        self._level = 0
        for burner in controller.burners:
            controller.pump_failed = controller.pump_failed or burner.faults.raised & 1 << faults.PUMP != 0

    def step(self, controller: "Controller") -> None:
        """One tick, before the next decision."""
        self._due_ms -= min(self._due_ms, controller.step_ms)
        self._ms = aged_ms(self._ms, controller.step_ms)
        fed = self._relays.supply.value()
        if not _is_idle(controller):
            self._begin(_WAITS)
        elif self._stage == _WAITS:
            if self._ms >= limits.TEST_FIRST_MS and not self._due_ms:
                if fed:  # before the first edge
                    self._judge(BRIDGED, controller)
                else:
                    self._begin(_FILLS)
        elif self._stage == _FILLS:
            if self._ms >= limits.TEST_FILL_MS:
                self._begin(_EMPTIES)
                if not fed:
                    self._judge(DEAD, controller)
        elif not fed:
            self._judge(PASSED if self._ms >= limits.TEST_MIN_MS else WEAK, controller)
        elif self._ms > limits.TEST_MAX_MS:
            self._judge(WEAK, controller)

    def _begin(self, stage: int) -> None:
        self._stage = stage
        self._ms = 0
        self._relays.pumps = stage == _FILLS
        self._relays.rest_level = self._level if stage == _EMPTIES else 0

    def _judge(self, found: int, controller: "Controller") -> None:
        self._figures[3] = found
        self._level = 1 - self._level
        self._due_ms = limits.TEST_AGAIN_MS if found == PASSED else 0  # acknowledged, it is repeated
        controller.pump_failed = controller.pump_news = found != PASSED
        self._begin(_WAITS)


def _is_idle(controller: "Controller") -> bool:
    """True when every burner is in IDLE, and a tick took no longer than the pump makes up for."""
    for burner in controller.burners:
        if burner.state != IDLE:
            return False
    return 0 < controller.step_ms <= limits.PUMP_TICK_MS
