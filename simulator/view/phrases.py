"""Times, events and causes as phrases for the timeline and the picture. The words themselves are in catalog.toml.

People count burners from 1, the trace from 0: only words shown to people carry the +1.
"""

from typing import Any

import catalog
from simulator.times import show_time

NOUNS = ("burner", "button", "knob", "contact", "flame", "sensor", "bypass")
ACTS: dict[str, dict[str, Any]] = catalog.ENTRIES["act"]
# Acts that name nothing of one burner belong to every burner.
CONTROLLER_ACTS = tuple(do for do, words in ACTS.items() if not any(f"{{{noun}}}" in words["story"] for noun in NOUNS))
USER_ACTS = ("press", "double_press", "hold", "light", "simmer", "knob_off")

DOWN = {
    "power": "power is lost",
    "wdt": "watchdog reset",
    "brownout": "brown-out reset",
    "hard": "hard reset",
    "soft": "soft reset",
    "en": "reset by the EN pin",
    "stopped": "the program stops",
}


def stamp(t_ms: int) -> str:
    """Stove time to the second, h:mm:ss; `show_time` gives the milliseconds too."""
    return show_time(t_ms // 1000 * 1000)


def countdown(remaining_s: int) -> str:
    """What the display shows: m:ss, from an hour on h:mm:ss."""
    if remaining_s >= 3600:
        return stamp(remaining_s * 1000)
    return f"{remaining_s // 60}:{remaining_s % 60:02d}"


def spoken(duration_ms: int, exact: bool = False) -> str:
    """A duration as a person says it: "5 ms", "0.8 s", "1 min 5 s", "29 min", "1 h 5 min".

    `exact` keeps the seconds from ten minutes on.
    """
    sign, ms = ("−", -duration_ms) if duration_ms < 0 else ("", duration_ms)
    if ms < 500:
        return f"{sign}{ms} ms"
    if ms < 60_000:
        return f"{sign}{f'{ms / 1000:.2f}'.rstrip('0').rstrip('.')} s"
    minutes, seconds = divmod(ms // 1000, 60)
    parts = [(minutes // 60, "h"), (minutes % 60, "min"), (seconds if exact or minutes < 10 else 0, "s")]
    return sign + " ".join(f"{count} {unit}" for count, unit in parts if count)


def named(noun: str, burner: int | None) -> str:
    """The button, knob, ... of one burner: "button 2"; "the button" when `burner` is None."""
    return f"the {noun}" if burner is None else f"{noun} {burner + 1}"


def event(do: str, args: dict[str, Any], burner: int | None = None, form: str = "story") -> str:
    """An event of the plan in words; `burner` None on a stove with one; form "picture" for a label."""
    values = {key: spoken(value) if key in ("ms", "hold_ms") else value for key, value in args.items()}
    side = values.get("side", "both")
    values["side"] = "" if side == "both" else f", {side} side only"
    if "source" in values:
        values["source"] = catalog.short("source", values["source"])
    if "value" in values:
        values["value"] = str(values["value"]).replace("_", " ")
    if "on" in values:
        values["on"] = "on" if values["on"] else "off"
    values |= {noun: named(noun, burner) for noun in NOUNS}
    return str(ACTS[do][form]).format_map(_Missing(values)) if do in ACTS else do.replace("_", " ")


class _Missing(dict[str, Any]):
    """An argument that an event does not carry shows as "?"."""

    def __missing__(self, key: str) -> str:
        return "?"


def cause(name: str | None) -> str:
    """The cause of a shut-off in words; None: the program was not running."""
    if name is None:
        return "the program stopped"
    kind, _, detail = name.partition(":")
    words = catalog.short("cause", kind)
    if kind == "REMOTE" and detail:
        return f"{words} from {catalog.short('source', detail)}"
    return f"{words}: {catalog.short('fault', detail)}" if detail else words
