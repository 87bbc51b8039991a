"""Many controllers in SPICE: values, supply, temperature and the comparator's offset anywhere in their range."""

import random

from wiring import pump
from wiring.model import Build
from wiring.spice import faults, run, whole
from wiring.spice.parts import value_of
from wiring.spice.whole import Conditions, Fault

FILM = ("C2", "C3")


def drawn(made: Build, dice: random.Random, stuck: str) -> Conditions:
    """One controller: factors as in wiring/pump.py (1 % and films), 0 to 70 degrees C."""
    spread = {key: (low, high) for key, low, high, _, _ in pump.SPREAD}
    factors = {}
    for ref, part in made.parts.items():
        if value_of(part) is not None:
            low, high = spread["c2_f"] if ref in FILM else spread["r4_ohm"] if ref[0] == "R" else (0.8, 1.2)
            factors[ref] = dice.uniform(low, high)
    return Conditions(stuck, dice.uniform(*spread["supply_v"]), dice.uniform(*spread["pin_v"]),
                      dice.uniform(*spread["offset_v"]), dice.uniform(0, 70), factors)  # fmt: skip


def let_go_s(made: Build, count: int, seed: int = 1) -> list[float]:
    """When the coils of so many controllers drop out after the last edge, pin low and high in turn; sorted."""
    dice = random.Random(seed)
    controllers = [drawn(made, dice, ("low", "high")[number % 2]) for number in range(count)]
    found = run.all_measured(whole.deck(made, Fault(), one) for one in controllers)
    return sorted(
        faults.times(one, one)["off_" + made_so.stuck] for one, made_so in zip(found, controllers, strict=True)
    )
