"""What a scenario does, as the rules look at it: what bridges a contact, disturbs readings, or may end a program."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """One event of the plan as it was carried out."""

    at_ms: int
    do: str
    burner: int
    args: dict[str, Any]

    @property
    def over_ms(self) -> int:
        """When the act itself has come to its end."""
        if self.do == "clock_jump":
            return self.at_ms
        return self.at_ms + max(self.args.get("ms", 0), self.args.get("hold_ms", 0))


# What keeps the loop closed, whatever the controller asks: the act, which of the three ways it is, whether it closes.
BRIDGES: dict[str, Callable[[dict[str, Any]], tuple[str, bool]]] = {
    "weld": lambda _: ("weld", True),
    "unweld": lambda _: ("weld", False),
    "bypass": lambda args: ("bypass", args["on"]),
    "stick_pin": lambda args: (args["pin"], args["pin"] == "relay" and args["level"] == "high"),
    "free_pins": lambda _: ("relay", False),
}


# What ends what was done for a time, as far as a judge asks for it.
ENDS: dict[str, tuple[str, dict[str, Any]]] = {
    "hum": ("hum", {"uv": 0}),
    "offset": ("offset", {"uv": 0}),
    "sparks": ("sparks", {"uv": 0}),
    "ground": ("ground", {"micro_ohm": 0}),
    "cold_end": ("cold_end", {"kelvin": 0}),
    "coil_open": ("coil_open", {"on": False}),
    "weld": ("unweld", {}),
    "bypass": ("bypass", {"on": False}),
    "noise": ("noise", {"uv": 0}),
    "alarm": ("alarm", {"on": False}),
}
# What a judge of readings takes for disturbed from then on.
DISTURBANCES = ("hum", "offset", "spike", "sparks", "ground", "cold_end", "heat", "coil_open")


PROVOKES = (  # what may end the program, or make it print a traceback
    *("power_off", "reset", "hang", "gil_hold", "raise", "i2c_stuck", "memory_full", "services_die", "services_block"),
    *("corrupt_program", "install_program"),
)
MOST_UV = {"hum": 1000, "offset": 1000, "spike": 3000, "sparks": 3000, "noise": 1000}  # of what changes no decision
SPARKS_MOST_MS = 5000
GROUND_MOST_UOHM = 1000
COLD_END_MOST_K = 40


def is_mild(act: Done) -> bool:
    """Whether a disturbance is one of those that must change no decision."""
    args = act.args
    if act.do in MOST_UV:
        brief = act.do != "sparks" or not args["uv"] or 0 < args.get("ms", 0) <= SPARKS_MOST_MS
        return abs(args["uv"]) <= MOST_UV[act.do] and brief
    if act.do == "ground":
        return args["micro_ohm"] <= GROUND_MOST_UOHM
    if act.do == "cold_end":
        return 0 <= args["kelvin"] <= COLD_END_MOST_K
    return act.do == "heat"  # it is what it is: a level, and the tip's true one


SETTLED_MS = 10_000  # so long after its end nothing of a disturbance is left in a mean, or in a fault's cause
ENDLESS = ("heat", "spike")  # a tip stays warm for as long as it likes, and no one knows when a conversion is hit


def lasting_at(acts: list[Done], from_ms: int, to_ms: int) -> list[Done]:
    """Those of the acts, in order, that may have an effect in that time: not what an act of its kind ended before."""
    found: dict[str, list[Done]] = {}
    for act in acts:
        if act.at_ms > to_ms:
            break
        ends = not any(act.args.get(key) for key in ("uv", "kelvin", "celsius", "micro_ohm", "on"))
        if ends and not found.get(act.do):
            continue  # there was nothing to end
        if ends and act.do not in ENDLESS and act.at_ms + SETTLED_MS <= from_ms:
            found[act.do] = []
        else:
            found.setdefault(act.do, []).append(act)
    return [act for kind in found.values() for act in kind]
