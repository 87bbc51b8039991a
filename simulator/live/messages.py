"""What stove and page say to each other, whatever carries it: a server's WebSocket, or a Worker in the browser.

In: one request, a dict of JSON. Out: hello (everything a page needs to start), frame, story, verdict, refused.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import catalog
from simulator.fields import REQUIRED
from simulator.live.recording import BURNER_KEYS, CALLS, DEFAULT, SPEEDS, Refused
from simulator.rules.sentences import RULES
from simulator.scenario import ACTS

if TYPE_CHECKING:
    from simulator.live.acts import RecordedStove

WORDS = ("state", "fault", "cause", "source", "sound")  # kinds of names that the page shows
SAMPLE_KEYS = ("tip_c", "tc_uv", "magnet_uv", "mohm", "ma", "state")


def acts_table() -> dict[str, list[dict[str, Any]]]:
    """What can be done, for the page's drawer: per act its fields with what each may hold."""
    return {
        do: [
            {
                "key": key, "kind": field.kind, "low": field.low, "high": field.high, "unit": field.unit,
                "choice": list(CALLS if field.kind == "call" else field.choice),
                "default": None if field.default is REQUIRED else field.default,
            }
            for key, field in fields.items()
        ]
        for do, fields in ACTS.items()
    }  # fmt: skip


def words_script() -> str:
    """The names of the catalog as words of the page, and the colors of the states."""
    from simulator.live.texts import TEXTS  # not in the browser

    words = {f"{kind}.{name}": catalog.phrase(kind, name, "short") for kind in WORDS for name in catalog.names(kind)}
    words.update({f"do.{name}": catalog.phrase("act", name, "button") for name in catalog.names("act")})
    return catalog.script(
        {**TEXTS, **words}, COLORS={name: state["color"] for name, state in catalog.ENTRIES["state"].items()}
    )


def hello(stove: "RecordedStove", **more: Any) -> dict[str, Any]:
    """What a page has to know first. more: what depends on who carries it."""
    plant = {key: stove.world.burners[0].stove[key] for key in ("magnet_hold_ma", "magnet_drop_ma")}
    return {
        "keys": BURNER_KEYS, "acts": acts_table(), "plant": plant, "name": stove.top["name"],
        "about": stove.scenario.about, "until": stove.until_ms, "speeds": SPEEDS, "rules": RULES,
        "sensor": stove.scenario.plan["stove"].get("sensor", True),
        "display": "display_clk_pin" in stove.top.get("settings", {}), **more,
    }  # fmt: skip


def sample(frame: dict[str, Any]) -> list[Any]:
    """The part of a frame that is kept for the strips of a page that comes later."""
    at = [BURNER_KEYS.index(key) for key in SAMPLE_KEYS]
    return [frame["t"], *([burner[index] for index in at] for burner in frame["burners"])]


def call_of(stove: "RecordedStove", asked: dict[str, Any]) -> Callable[[], Any]:
    """What a request wants of this stove, to be called between two ticks. Raises Refused."""
    calls: dict[str, Callable[[], Any]] = {
        "speed": lambda: stove.set_speed(asked["speed"]),
        "step": lambda: stove.step(asked["step"]),
        "knob": lambda: stove.knob(asked["knob"], bool(asked.get("down"))),
        "button": lambda: stove.button(asked["button"], bool(asked.get("down"))),
        "finger": lambda: stove.finger(asked.get("burner", 0), str(asked["finger"])),
        "fill": lambda: stove.fill(asked["fill"]),
        "do": lambda: stove.act(asked),
    }
    for key, call in calls.items():
        if key in asked:
            return call
    raise Refused(f"{', '.join(asked) or 'nothing'}: not a request that the stove knows")


def new_stove(asked: dict[str, Any]) -> dict[str, Any] | None:
    """The default stove with other settings or parts; None for none."""
    if not asked:
        return None
    stove = {**DEFAULT["stove"], **asked.get("stove", {})}
    settings = {**DEFAULT["settings"], **asked.get("settings", {})}
    if stove["burners"] == 4:  # the fourth button needs this pin
        del settings["display_clk_pin"], settings["display_dio_pin"]
    return {**DEFAULT, "settings": settings, "stove": stove}
