"""Which rules a run put to the test: without what is listed here, a rule holds because nothing could break it."""

from typing import Any

from simulator.result import Result
from simulator.rules.acts import DISTURBANCES
from simulator.run_settings import settings_of

ALWAYS = "start"
_STROKES = ("press", "double_press", "override", "button_down", "tremor", "mash")
_BRIDGES = ("weld", "bypass", "stick_pin", "valve_sticks")
_ENDS = ("TIMEOUT", "BURN_CAP", "OVERRIDE_END", "ABSENCE")
# By rule, any one of: an act, a cause, or "closed", "opened", "fault", "disturbed", "files", "no settings".
NEEDS: dict[str, tuple[str, ...]] = {
    "S1": ("closed",), "S2": ("closed",),
    "S3": ("remote_off", "remote_extend", "remote_less", "remote_arm", "presence"),
    "S4": ("hold", "button_down", "tremor", "mash", "remote_off"), "S5": (ALWAYS,), "S6": ("opened",),
    "S7": ("fault",), "S8": ("opened", "sensor", "i2c_stuck", "noise", "disturbed"), "S9": ("clock_jump",),
    "S10": _ENDS, "S11": ("raise",), "S12": ("closed",), "S13": ("opened",), "S14": _BRIDGES, "S15": _STROKES,
    "S16": _BRIDGES, "S17": ("fault",), "S18": ("files",), "S19": ("alarm",), "S20": (ALWAYS,), "L1": _STROKES,
    "L2": ("fault",), "L3": ("disturbed",), "LATE": _ENDS, "SETTINGS": ("no settings",),
    "PROGRAM": ("corrupt_program", "install_program"), "MACHINE": (ALWAYS,),
}  # fmt: skip


def exercised(result: Result, plan: dict[str, Any]) -> list[str]:
    """The names of the rules that the run gave an occasion to be broken; plan: with the events that happened."""
    seen = {event[1] for event in plan["events"]}
    seen.add("disturbed" if seen.intersection(DISTURBANCES) else ALWAYS)
    seen.add(ALWAYS)
    for line in result.trace:
        seen.add(line["cause"])
        seen.add("closed" if line["coil"] == "on" else "opened" if line["cause"] else ALWAYS)
        seen.add("fault" if line["fault"] else ALWAYS)
    seen.add("files" if plan["files"] else ALWAYS)
    seen.add("no settings" if settings_of(plan) is None else ALWAYS)
    return [name for name, needs in NEEDS.items() if seen.intersection(needs)]
