"""The schematic for KiCad's ERC: a rectangle for every component, a label on every pin. People read wiring/drawings."""

from wiring.hardware import sexpr
from wiring.hardware.components import Component
from wiring.hardware.pcb import NAME, _mm, uid
from wiring.hardware.sexpr import Tree, quoted

STEP, COLUMN, ROW = 2.54, 50.8, 7
# What feeds a net: ERC asks for exactly such a pin on every net that a supply pin hangs on.
FEEDS = {"J1": ("A9", "A12"), "U1A": ("1",), "U6": ("7",), "U7": ("3",)}
FED = {"U3": ("4", "7"), "U4": ("3", "5"), "U5": ("1", "4", "8"), "U2": ("1",)}


def schematic(parts: list[Component]) -> str:
    """curfew.kicad_sch."""
    shown = [one for one in parts if not one.ref.startswith("H")]
    whole: Tree = ["kicad_sch", ["version", "20250114"], ["generator", '"curfew"'], ["generator_version", '"9.0"'],
                   uid("sheet"), ["paper", '"A1"'], ["lib_symbols", *(_symbol(one) for one in shown)]]  # fmt: skip
    x, y = COLUMN, 25.4
    for one in shown:
        height = STEP * (len(_numbers(one)) + 3)
        if y + height > 560:
            x, y = x + COLUMN, 25.4
        whole += _placed(one, round(x / STEP) * STEP, round(y / STEP) * STEP)
        y += height
    whole.append(["sheet_instances", ["path", '"/"', ["page", '"1"']]])
    return sexpr.dump(whole) + "\n"


def _numbers(one: Component) -> list[str]:
    return list(dict.fromkeys(pad[1].strip('"') for pad in sexpr.every(one.tree(), "pad") if pad[1] != '""'))


def _kind(one: Component, number: str) -> str:
    if number in FEEDS.get(one.ref, ()):
        return "power_out"
    return "power_in" if number in FED.get(one.ref, ()) else "passive"


def _symbol(one: Component) -> Tree:
    numbers = _numbers(one)
    pins: list[Tree] = [["pin", _kind(one, number), "line", ["at", "0", _mm(-STEP * row), "0"], ["length", "2.54"],
                         ["name", quoted(one.nets.get(number, "") or "open"), _small()],
                         ["number", quoted(number), _small()]]
                        for row, number in enumerate(numbers)]  # fmt: skip
    box: Tree = ["rectangle", ["start", "2.54", "2.54"], ["end", "20.32", _mm(-STEP * len(numbers))],
                 ["stroke", ["width", "0.2"], ["type", "default"]], ["fill", ["type", "none"]]]  # fmt: skip
    return ["symbol", quoted(f"curfew:{one.ref}"), ["in_bom", "yes"], ["on_board", "yes"],
            ["property", '"Reference"', quoted(one.ref.rstrip("0123456789")), ["at", "0", "0", "0"], _small()],
            ["property", '"Value"', quoted(one.value), ["at", "0", "0", "0"], _small()],
            ["symbol", quoted(f"{one.ref}_1_1"), box, *pins]]  # fmt: skip


def _small() -> Tree:
    return ["effects", ["font", ["size", "1.27", "1.27"]]]


def _placed(one: Component, x: float, y: float) -> list[Tree]:
    found: list[Tree] = [["symbol", ["lib_id", quoted(f"curfew:{one.ref}")], ["at", _mm(x), _mm(y), "0"], ["unit", "1"],
                          ["in_bom", "yes"], ["on_board", "yes"], uid("symbol", one.ref),
                          ["property", '"Reference"', quoted(one.ref), ["at", _mm(x + 8), _mm(y - 3.8), "0"], _small()],
                          ["property", '"Value"', quoted(one.value), ["at", _mm(x + 11), _mm(y - 1.3), "0"], _small()],
                          ["property", '"Footprint"', quoted(one.footprint), ["at", _mm(x), _mm(y), "0"],
                           ["effects", ["font", ["size", "1.27", "1.27"]], ["hide", "yes"]]],
                          ["instances", ["project", quoted(NAME), ["path", quoted("/" + uid("sheet")[1].strip('"')),
                                         ["reference", quoted(one.ref)], ["unit", "1"]]]]]]  # fmt: skip
    for row, number in enumerate(_numbers(one)):
        at = ["at", _mm(x), _mm(y + STEP * row)]
        if one.nets.get(number):
            found.append(
                [
                    "global_label",
                    quoted(one.nets[number]),
                    ["shape", "passive"],
                    [*at, "180"],
                    _small(),
                    uid("label", one.ref, number),
                ]
            )
        else:
            found.append(["no_connect", at, uid("open", one.ref, number)])
    return found
