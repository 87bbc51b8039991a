"""Components at their places as the router sees them: copper, classes of nets; and the loop's milliohms."""

from math import hypot

from wiring.hardware import places, route
from wiring.hardware.components import Component
from wiring.hardware.route import Board, Shape
from wiring.model import WiringError

COPPER_UOHM_SQUARE = 490.0  # 35 um of copper: 0.01724 ohm mm2/m over 0.035 mm
LOOP_SIDE = ("LOOP_", "SENSE_", "ISO_")
GUARDED, HIGH = "PUMP_DC", ("5V", "3V3", "VCOIL", "PUMP_OUT", "PUMP")
GUARD_MM = 0.8  # a film of flux over 0.2 mm may be 10 MOhm: nothing at a high level comes near what holds the charge
APART_MM = {frozenset(("loop", other)): places.BARRIER_MM for other in ("plain", "high", "guarded")}
APART_MM[frozenset(("guarded", "high"))] = GUARD_MM
SUPPLIES, SUPPLY_MM = ("5V", "GND", "VCOIL"), 1.2  # 0.6 A flow in them
ANTENNA = (6.0, 0.0, 36.0, 9.0)  # no copper under the ESP32's antenna
HOLE_MM = 3.0  # of a screw's head, half


def kind_of(net: str) -> str:
    """The class of a net: loop (behind the barrier), guarded, high (what must not leak into it), plain."""
    if net.startswith(LOOP_SIDE):
        return "loop"
    return "guarded" if net == GUARDED else "high" if net in HIGH else "plain"


def net_of(one: Component, number: str) -> str:
    """The net of a pad; one of its own for a pad on none, named after the side on which it lies."""
    if one.nets.get(number):
        return one.nets[number]
    near = [kind_of(net) == "loop" for net in one.nets.values() if net]
    far = (
        near and all(near) or one.part[:1] == "K" and number in ("2", "7")
    )  # the relay's unused contacts are the loop's
    return f"{'LOOP_' if far else 'NC_'}{one.ref}_{number}"


def shapes(parts: list[Component]) -> tuple[list[Shape], dict[str, str]]:
    """All fixed copper, and the class of every net. WiringError for a part without a place."""
    found, kinds = [], {}
    for one in parts:
        if one.ref not in places.PLACES:
            raise WiringError(f"{one.ref}: no place on the board in places.py")
        for pad in one.pads(places.PLACES[one.ref]):
            net = net_of(one, pad.number)
            kinds[net] = "hole" if one.ref.startswith("H") else kind_of(net)
            half = (HOLE_MM, HOLE_MM) if one.ref.startswith("H") else (pad.width / 2, pad.height / 2)
            found.append(Shape(net, (0, 1) if pad.through else (0,), (pad.x, pad.y), (pad.x, pad.y), *half))
    drawn = places.guard_copper()
    for number in sorted({int(one.ref[1:]) for one in parts if one.part.startswith("K")}):
        drawn += places.loop_copper(number)
    for net, layer, width, points in drawn:
        for start, end in zip(points, points[1:], strict=False):
            ends_tracks = width > route.GRID_MM or all(at % route.GRID_MM == 0 for at in (*start, *end))
            found.append(Shape(net, (int(layer == "B.Cu"),), start, end, width / 2, width / 2, ends_tracks))
    return found, kinds


def board(parts: list[Component]) -> Board:
    """The board to be routed."""
    found, kinds = shapes(parts)
    return Board(places.WIDTH, places.HEIGHT, found, kinds, APART_MM, [ANTENNA])


def order(made: Board) -> list[str]:
    """Nets to route: short ones first, those of many pads last, none of one pad, and not what places.py draws whole."""
    spans: dict[str, tuple[int, float]] = {}
    for net in sorted({shape.net for shape in made.shapes} - {GUARDED}):
        points = [shape.start for shape in made.shapes if shape.net == net]
        if len(points) > 1:
            xs, ys = zip(*points, strict=True)
            spans[net] = (len(points), max(xs) - min(xs) + max(ys) - min(ys))
    return sorted(spans, key=lambda net: (spans[net][0] > 8, spans[net][1]))


def width_mm(made: Board, net: str, start: route.Point, end: route.Point, layer: int) -> float:
    """Of a straight track: supplies as wide as there is room."""
    return route.widened(made, net, start, end, layer, SUPPLY_MM) if net in SUPPLIES else route.TRACK_MM


def loop_mohm(n: int) -> dict[str, float]:
    """What the wide copper of each side of a burner's loop has from relay to terminal, at most: all its pieces."""
    found: dict[str, float] = {}
    for net, _, width, points in places.loop_copper(n):
        length = sum(hypot(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False))
        if width > 2.0:
            found[net] = found.get(net, 0) + COPPER_UOHM_SQUARE * length / width / 1000
    return found


def route_all(parts: list[Component], rounds: int = 400) -> tuple[Board, list[str]]:
    """The routed board and the nets that are not whole."""
    made = board(parts)
    return made, route.route(made, order(made), rounds)
