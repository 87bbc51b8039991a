"""The KiCad project: board, rules and net classes, from places, routes and KiCad's own footprints."""

import json
import uuid
from typing import Any

from wiring.hardware import layout, places, route, sexpr
from wiring.hardware.components import Component
from wiring.hardware.route import Board
from wiring.hardware.sexpr import Tree, quoted

NAME = "curfew"
LAYERS = """(layers (0 "F.Cu" signal) (2 "B.Cu" signal) (9 "F.Adhes" user) (11 "B.Adhes" user) (13 "F.Paste" user)
(15 "B.Paste" user) (5 "F.SilkS" user) (7 "B.SilkS" user) (1 "F.Mask" user) (3 "B.Mask" user) (17 "Dwgs.User" user)
(19 "Cmts.User" user) (25 "Edge.Cuts" user) (27 "Margin" user) (31 "F.CrtYd" user) (29 "B.CrtYd" user)
(35 "F.Fab" user) (33 "B.Fab" user))"""
RULES = f"""(version 1)
(rule "barrier: nothing of the controller comes near the loop"
  (constraint clearance (min {places.BARRIER_MM}mm))
  (condition "A.NetClass == 'loop' && B.NetClass != 'loop'"))
(rule "barrier: creepage"
  (constraint creepage (min {places.BARRIER_MM}mm))
  (condition "A.NetClass == 'loop' && B.NetClass != 'loop'"))
(rule "guard: nothing at a high level comes near what holds the pump's charge"
  (constraint clearance (min {layout.GUARD_MM}mm))
  (condition "A.NetClass == 'guarded' && B.NetClass == 'high'"))
(rule "guard ring: the charge stays inside"
  (constraint assertion "A.enclosedByArea('guard F.Cu')")
  (condition "A.NetClass == 'guarded'"))
(rule "guard ring: nothing but the charge and ground is inside"
  (constraint disallow track via pad zone)
  (condition "A.NetClass != 'guarded' && A.NetName != 'GND' && A.intersectsArea('guard *')"))
"""
_SKIP = ("version", "generator", "generator_version", "layer", "uuid", "tedit")


def uid(*words: object) -> Tree:
    """A uuid that is always the same for the same thing."""
    return ["uuid", quoted(str(uuid.uuid5(uuid.NAMESPACE_URL, "curfew/" + "/".join(map(str, words)))))]


def board(parts: list[Component], routed: Board) -> str:
    """curfew.kicad_pcb."""
    nets = sorted({shape.net for shape in routed.shapes if not shape.net.startswith("NC_H")})
    numbers = {net: number for number, net in enumerate(nets, 1)}
    whole: Tree = ["kicad_pcb", ["version", "20241229"], ["generator", '"curfew"'], ["generator_version", '"9.0"'],
                   ["general", ["thickness", "1.6"]], ["paper", '"A4"'],
                   ["title_block", ["title", '"Curfew"'],
                    ["comment", "1", '"generated from wiring.yaml; no one has built it"']],
                   sexpr.parse(LAYERS), ["setup", ["pad_to_mask_clearance", "0"]], ["net", "0", '""']]  # fmt: skip
    whole += [["net", str(number), quoted(net)] for net, number in numbers.items()]
    whole += [_footprint(one, numbers) for one in parts]
    whole += _outline() + _words() + _guard()
    for shape in routed.shapes:
        if shape.start != shape.end:
            whole.append(
                _segment(shape.start, shape.end, 2 * shape.half_w, shape.layers[0], numbers[shape.net], shape.net)
            )
    for net, paths in sorted(routed.tracks.items()):
        for path in paths:
            whole += [
                _segment(start, end, layout.width_mm(routed, net, start, end, layer), layer, numbers[net], net)
                for start, end, layer in route.straight(path)
            ]
    for (x, y), net in sorted(routed.vias.items()):
        whole.append(["via", ["at", _mm(x * route.GRID_MM), _mm(y * route.GRID_MM)], ["size", _mm(route.VIA_MM)],
                      ["drill", _mm(route.VIA_DRILL_MM)], ["layers", '"F.Cu"', '"B.Cu"'], ["net", str(numbers[net])],
                      uid("via", x, y)])  # fmt: skip
    return sexpr.dump(whole) + "\n"


def _mm(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _footprint(one: Component, numbers: dict[str, int]) -> Tree:
    x, y, turn = places.PLACES[one.ref]
    found: Tree = [
        "footprint",
        quoted(one.footprint),
        ["layer", '"F.Cu"'],
        uid(one.ref),
        ["at", _mm(x), _mm(y), _mm(turn)],
    ]
    for number, item in enumerate(one.tree()[2:]):
        if not isinstance(item, list) or item[0] in _SKIP:
            continue
        item = json.loads(json.dumps(item))
        if item[0] == "property" and item[1] in ('"Reference"', '"Value"'):
            item[2] = quoted(one.ref if item[1] == '"Reference"' else one.value)
            if one.ref.startswith("H"):
                item.append(["hide", "yes"])
        if item[0] in ("property", "fp_text", "pad"):
            at = sexpr.find(item, "at")
            own = float(at[3]) if len(at) > 3 else 0.0
            at[3:] = [_mm((own + turn) % 360)]
        if item[0] == "pad" and item[1] != '""':
            net = layout.net_of(one, item[1].strip('"'))
            item.append(["net", str(numbers[net]), quoted(net)])
        _own_uuid(item, (one.ref, number))
        found.append(item)
    return found


def _own_uuid(item: Any, words: tuple[object, ...]) -> None:
    for index, part in enumerate(item):
        if isinstance(part, list):
            if part[:1] == ["uuid"]:
                item[index] = uid(*words)
            else:
                _own_uuid(part, (*words, index))


def _segment(start: route.Point, end: route.Point, width: float, layer: int, net: int, name: str) -> Tree:
    return ["segment", ["start", _mm(start[0]), _mm(start[1])], ["end", _mm(end[0]), _mm(end[1])],
            ["width", _mm(width)], ["layer", '"B.Cu"' if layer else '"F.Cu"'], ["net", str(net)],
            uid("track", name, start, end, layer)]  # fmt: skip


def _outline() -> list[Tree]:
    w, h = places.WIDTH, places.HEIGHT
    return _lines([(0, 0), (w, 0), (w, h), (0, h), (0, 0)], 0.1, "Edge.Cuts")


def _lines(points: list[route.Point], width: float, layer: str) -> list[Tree]:
    return [["gr_line", ["start", _mm(x0), _mm(y0)], ["end", _mm(x1), _mm(y1)],
             ["stroke", ["width", _mm(width)], ["type", "solid"]], ["layer", quoted(layer)], uid(layer, number)]
            for number, ((x0, y0), (x1, y1)) in enumerate(zip(points, points[1:], strict=False))]  # fmt: skip


def _guard() -> list[Tree]:
    """The guard ring's areas for KiCad's rules, and the ring bare: under the mask it would catch nothing."""
    allowed = [[kind, "allowed"] for kind in ("tracks", "vias", "pads", "copperpour", "footprints")]
    found: list[Tree] = []
    for layer, points in places.GUARD_RING.items():
        corners = [["xy", _mm(x), _mm(y)] for x, y in points[:-1]]
        found.append(["zone", ["net", "0"], ["net_name", '""'], ["layer", quoted(layer)], uid("area", layer),
                      ["name", quoted(f"guard {layer}")], ["hatch", "edge", "0.5"],
                      ["connect_pads", ["clearance", "0"]], ["min_thickness", "0.25"], ["keepout", *allowed],
                      ["fill", ["thermal_gap", "0.5"], ["thermal_bridge_width", "0.5"]],
                      ["polygon", ["pts", *corners]]])  # fmt: skip
        found += _lines(points, places.GUARD_MM, layer.replace("Cu", "Mask"))
    return found


def _words() -> list[Tree]:
    """What the printing says beside the refs."""
    texts = [("Curfew", 20.7, 45.0, 2.0), ("not certified, no one has built it", 20.7, 48.0, 0.8),
             ("USB of the ESP32 only with the stove off", 20.7, 60.5, 0.8),
             ("TC  X1  MAG", 93.4, 12.5, 0.8), ("bypass X11", 93.4, 24.5, 0.8), ("TC  X2  MAG", 93.4, 37.5, 0.8),
             ("bypass X21", 93.4, 49.5, 0.8), ("E1", 94.0, 70.0, 1.0)]  # fmt: skip
    return [["gr_text", quoted(words), ["at", _mm(x), _mm(y), "90" if x > 90 else "0"],
             ["layer", '"F.SilkS"'], uid("text", words),
             ["effects", ["font", ["size", _mm(size), _mm(size)], ["thickness", _mm(max(size * 0.15, 0.1))]]]]
            for words, x, y, size in texts]  # fmt: skip


def project() -> str:
    """curfew.kicad_pro: net classes by the start of a net's name, minima of an ordinary fabrication house."""

    def a_class(name: str, clearance: float) -> dict[str, Any]:
        return {"name": name, "clearance": clearance, "track_width": route.TRACK_MM, "via_diameter": route.VIA_MM,
                "via_drill": route.VIA_DRILL_MM, "priority": 0 if name != "Default" else 2147483647}  # fmt: skip

    patterns = [("loop", start + "*") for start in layout.LOOP_SIDE] + [("guarded", layout.GUARDED)]
    patterns += [("high", net) for net in layout.HIGH]
    return json.dumps({
        "board": {"design_settings": {
            "rules": {"min_clearance": 0.15, "min_track_width": 0.2, "min_via_diameter": 0.5,
                      "min_through_hole_diameter": 0.3,
                      "min_copper_edge_clearance": 0.3, "min_hole_to_hole": 0.25},
            "rule_severities": {"silk_overlap": "ignore", "silk_over_copper": "ignore", "silk_edge_clearance": "ignore",
                                "lib_footprint_mismatch": "ignore", "lib_footprint_issues": "ignore",
                                "text_thickness": "ignore", "text_height": "ignore"}}},
        "erc": {"rule_severities": {"lib_symbol_issues": "ignore"}},
        "meta": {"filename": f"{NAME}.kicad_pro", "version": 3},
        "net_settings": {"classes": [a_class(name, route.GAP_MM) for name in ("Default", "loop", "guarded", "high")],
                         "meta": {"version": 4},
                         "netclass_patterns": [{"netclass": name, "pattern": pattern} for name, pattern in patterns]},
    }, indent=1) + "\n"  # fmt: skip
