"""The files of the board are those of wiring.yaml: nets pad by pad, drift, the router, what is refused.

Here: what needs no KiCad, and KiCad's own checks where it is installed. Not here: is the circuit right (test_wiring.py,
test_spice.py)?
"""

import csv
import re
import shutil
from dataclasses import replace
from math import hypot

import pytest

from wiring.hardware import __main__ as command
from wiring.hardware import case, components, layout, places, route, sexpr
from wiring.model import WiringError
from wiring.source import build
from wiring.spice import ramps

PARTS = components.components(build("full"))
SAVED = command.BOARD.read_text("utf-8")
TREE = sexpr.parse(SAVED)
NETS = {net[2].strip('"'): net[1] for net in sexpr.every(TREE, "net")}


def test_the_files_of_the_board_are_made_from_these_sources():
    assert (command.FILES / "source.txt").read_text("utf-8").strip() == command.source_hash(PARTS), (
        "run `make hardware`"
    )
    assert case.SCAD.with_name("board.scad").read_text("utf-8") == case.board_scad()


def test_every_pad_of_the_board_is_on_the_net_that_wiring_yaml_says():
    wanted = {(one.ref, number): net for one in PARTS for number, net in one.nets.items() if net}
    found = {}
    for footprint in sexpr.every(TREE, "footprint"):
        ref = next(item[2] for item in sexpr.every(footprint, "property") if item[1] == '"Reference"').strip('"')
        for pad in sexpr.every(footprint, "pad"):
            net = sexpr.find(pad, "net")
            if net and not net[2].strip('"').startswith(("NC_", f"LOOP_{ref}_", f"ISO_{ref}_")):
                found[ref, pad[1].strip('"')] = net[2].strip('"')
    assert found == wanted


def test_every_part_has_a_place_on_the_board_and_is_in_the_bill_of_materials():
    with (command.FILES / "bom.csv").open(encoding="utf-8") as file:
        listed = {ref for row in csv.DictReader(file) for ref in row["Refs"].split()}
    assert listed == {one.ref for one in PARTS if not one.ref.startswith("H")}
    for one in PARTS:
        x, y, _ = places.PLACES[one.ref]
        assert 0 < x < places.WIDTH and 0 < y < places.HEIGHT, one.ref
    assert set(places.PLACES) == {one.ref for one in PARTS}


def test_each_line_of_the_bill_has_a_maker_and_a_number_at_the_house_with_its_source_or_says_that_none_was_found():
    with (command.FILES / "bom.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert tuple(lines[0]) == command.BOM
    numbers = [line["LCSC number"] for line in lines]
    for line, number in zip(lines, numbers, strict=True):
        assert int(line["Count"]) == len(line["Refs"].split()) and line["Build"] in ("both", "full only")
        assert line["Maker and type"] and (re.search(r"\d", line["Maker and type"]) or "ADS1115" in line["Value"])
        if number == "not found":
            assert line["Where it stands"] == "search by maker and type"
        else:
            assert re.fullmatch(r"C\d{4,8}", number)
            assert re.fullmatch(rf"https://[^ ]*{number}(\.html|\.pdf)?", line["Where it stands"])
    assert numbers.count("not found") < len(numbers) / 3
    for number in set(numbers) - {"not found"}:  # one number is one type
        assert (
            len({line["Maker and type"].partition(" or ")[0] for line in lines if line["LCSC number"] == number}) == 1
        )


def test_only_what_isolates_stands_across_the_barrier():
    across = set()
    for one in PARTS:
        sides = {layout.kind_of(net) == "loop" for net in one.nets.values() if net}
        if len(sides) == 2:
            across.add(one.part)
    assert across == {"K1", "K2", "U5", "U6"}


def test_the_loops_copper_leaves_room_in_a_contact_of_twenty_milliohms():
    for burner in (1, 2):
        assert sum(layout.loop_mohm(burner).values()) < 10, "at 35 um, half of it at 70"


# --- the guard ring --------------------------------------------------------------------------------------------------


def reached_from_the_charge(layer, cut=None):
    """Nets that a film on a layer joins to PUMP_DC without meeting ground; cut: where a piece of it is missing."""
    names, shapes = {number: net for net, number in NETS.items()}, []
    for track in sexpr.every(TREE, "segment"):
        start, end = (tuple(map(float, sexpr.find(track, at)[1:])) for at in ("start", "end"))
        half = float(sexpr.find(track, "width")[1]) / 2
        if sexpr.find(track, "layer")[1] == f'"{layer}"' and start != cut:
            shapes.append(route.Shape(names[sexpr.find(track, "net")[1]], (), start, end, half, half))
    for one in PARTS:
        for pad in one.pads(places.PLACES[one.ref]):
            if pad.through or layer == "F.Cu":
                at, half = (pad.x, pad.y), (pad.width / 2, pad.height / 2)
                shapes.append(route.Shape(layout.net_of(one, pad.number), (), at, at, *half))
    shapes = [one for one in shapes if one.away_mm(43, 28) < 10]
    step = 0.1  # mm; the ring is 0.25 wide
    waiting = [(round(x / step), round(y / step)) for x, y in (one.start for one in shapes if one.net == "PUMP_DC")]
    seen = set(waiting)
    for x, y in waiting:  # grows: what is near comes first
        on = {one.net for one in shapes if one.away_mm(x * step, y * step) == 0}
        if on - {"PUMP_DC", "GND"}:
            return on
        if not on & {"GND"}:
            more = {(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)} - seen
            seen |= more
            waiting += more
    return set()


@pytest.mark.parametrize("layer", ["F.Cu", "B.Cu"])
def test_a_film_between_the_charge_and_any_net_but_ground_crosses_the_guard_ring(layer):
    assert not reached_from_the_charge(layer)
    for corner in places.GUARD_RING[layer][:-1:3]:
        assert reached_from_the_charge(layer, cut=corner), corner


KICAD = pytest.mark.skipif(shutil.which("kicad-cli") is None, reason="needs KiCad 9: sh tools/hardware_packages.sh")


@pytest.mark.long
@KICAD
@pytest.mark.parametrize("net, track, layer, rule", [
    ("PIXEL", (41, 32, 44.5, 32), "F.Cu", "nothing but the charge and ground is inside"),
    ("PIXEL", (40.8, 28, 42, 28), "B.Cu", "nothing but the charge and ground is inside"),
    ("PUMP_DC", (44, 34.5, 44, 38), "F.Cu", "the charge stays inside"),
    ("PUMP_DC", (41.7, 29, 41.7, 33), "B.Cu", "the charge stays inside"),
])  # fmt: skip
def test_kicad_finds_a_track_that_crosses_the_guard_ring_by_our_rule(tmp_path, net, track, layer, rule):
    x0, y0, x1, y1 = track
    more = f'(segment (start {x0} {y0}) (end {x1} {y1}) (width 0.25) (layer "{layer}") (net {NETS[net]}))'
    for kind in (".kicad_pro", ".kicad_dru"):
        shutil.copy(command.BOARD.with_suffix(kind), tmp_path)
    crossed = tmp_path / command.BOARD.name
    crossed.write_text(SAVED.rstrip().removesuffix(")") + more + ")\n", "utf-8")
    assert [line for line in command.judged(crossed)["drc"] if f"guard ring: {rule}" in line]


def in_plastic(shape, x, y, z):
    """Whether a point, mm, lies in a closed shape: a line upwards leaves it an odd number of times."""
    above = 0
    for corners in shape:
        sides = [
            (x0 - x) * (y1 - y) - (x1 - x) * (y0 - y)
            for (x0, y0, _), (x1, y1, _) in zip(corners, corners[1:] + corners[:1], strict=True)
        ]
        if all(side > 0 for side in sides) or all(side < 0 for side in sides):
            share = [sides[1], sides[2], sides[0]]  # each corner by the area opposite to it
            above += sum(a * corner[2] for a, corner in zip(share, corners, strict=True)) / sum(sides) > z
    return above % 2 == 1


def test_the_board_lies_on_its_posts_in_the_case_and_the_plug_of_the_supply_reaches_its_socket():
    base = case.triangles(command.FILES / "case-base.stl")
    text = case.SCAD.read_text("utf-8")
    size = {name: float(number) for name, number in re.findall(r"^(\w+) = ([\d.]+);", text, re.MULTILINE)}
    left, low, under = size["wall"] + size["side"], size["wall"] + size["gap"], size["wall"] + size["post"]

    def at(x, y, z):  # of the board
        return in_plastic(base, left + x + 0.013, low + places.HEIGHT - y + 0.017, z)

    edges = [(x, y) for x in range(0, 97, 16) for y in range(0, 93, 23)]
    assert not [edge for edge in edges for z in (under + 0.1, under + 10, under + 30) if at(*edge, z)]
    for hole in (places.PLACES[f"H{number}"] for number in range(1, 5)):
        assert at(hole[0] + 2.5, hole[1], under - 0.5) and not at(hole[0], hole[1], under - 0.5)
    socket_x, lid_z = places.PLACES["J1"][0], size["wall"] + size["deep"]
    for x, z, wall in ((0, 3.2, False), (-6, 3.2, False), (6, 0, False), (0, 9, True), (9, 3.2, True), (-9, 3.2, True)):
        assert in_plastic(base, left + socket_x + x, size["wall"] / 2, under + z) is wall
    assert not in_plastic(base, left + 10, low + 10, lid_z - 1)


def test_the_boards_supply_tracks_have_less_than_the_worst_supply_of_spice_counts():
    names, ohm = {number: net for net, number in NETS.items()}, 0.0
    for track in sexpr.every(TREE, "segment"):
        if names[sexpr.find(track, "net")[1]] in ("5V", "GND"):
            (x0, y0), (x1, y1) = (map(float, sexpr.find(track, at)[1:]) for at in ("start", "end"))
            ohm += layout.COPPER_UOHM_SQUARE / 1e6 * hypot(x1 - x0, y1 - y0) / float(sexpr.find(track, "width")[1])
    assert 0.1 < ohm < ramps.BOARD_OHM, "all of both in series"


def test_all_files_together_stay_small():
    folders = (command.FILES, command.PROJECT)
    assert sum(path.stat().st_size for folder in folders for path in folder.iterdir()) < 1_500_000


# --- the router ------------------------------------------------------------------------------------------------------


def pads(*rows, kinds=None, wide=None):
    """A small board; rows: net, x, y of pads that go through."""
    shapes = [route.Shape(net, (0, 1), (x, y), (x, y), 0.5, 0.5) for net, x, y in rows]
    kinds = kinds or {net: "plain" for net, _, _ in rows}
    return route.Board(20, 20, shapes, kinds, wide or {frozenset(("loop", "plain")): 1.5})


def whole(board, net):
    """Whether the tracks of a net join all its pads."""
    groups = [route.cells_of(board, shape) for shape in board.shapes if shape.net == net]
    return len(route._joined([*groups, *(set(path) for path in board.tracks.get(net, []))])) == 1


def test_nets_that_cross_are_both_laid_and_share_no_cell():
    board = pads(("A", 4, 10), ("A", 16, 10), ("B", 10, 4), ("B", 10, 16))
    assert route.route(board, ["A", "B"]) == []
    assert whole(board, "A") and whole(board, "B")
    cells = [{cell for path in board.tracks[net] for cell in path} for net in "AB"]
    assert not cells[0] & cells[1]


def test_a_track_keeps_the_barrier_from_what_is_behind_it():
    board = pads(("A", 4, 9), ("A", 16, 9), ("L", 10, 10), kinds={"A": "plain", "L": "loop"})
    assert route.route(board, ["A"]) == []
    for x, y, _ in (cell for path in board.tracks["A"] for cell in path):
        assert board.shapes[2].away_mm(x * route.GRID_MM, y * route.GRID_MM) >= 1.5 + route.TRACK_MM / 2 - 1e-6


@pytest.mark.parametrize("row, width_mm", [(10.5, 0.3), (11, 1.2), (18, 1.2)])
def test_a_supply_is_as_wide_as_its_neighbor_leaves_room(row, width_mm):
    board = pads(("5V", 4, 10), ("5V", 16, 10), ("A", 2, row))
    for net, y in (("5V", 10), ("A", row)):
        board.lay(net, [(x, int(y * 2), 0) for x in range(12, 29)])
    found = route.widened(board, "5V", (6.0, 10.0), (14.0, 10.0), 0, 1.2)
    assert found == pytest.approx(width_mm)
    beside = route.widened(board, "A", (6.0, row), (14.0, row), 0, 1.2)  # knows how wide the first one is by now
    assert (found + beside) / 2 + route.GAP_MM <= row - 10 + 1e-6 or beside == route.TRACK_MM


def test_a_net_that_is_walled_in_is_named():
    wall = [
        ("W", x, y)
        for x, y in ((8, 10), (12, 10), (10, 8), (10, 12), (8.5, 8.5), (11.5, 8.5), (8.5, 11.5), (11.5, 11.5))
    ]
    board = pads(("A", 10, 10), ("A", 16, 16), *wall, kinds={"A": "loop", "W": "plain"})
    assert route.route(board, ["A"]) == ["A"]


# --- what is refused, in one line ------------------------------------------------------------------------------------


def test_a_part_without_a_place_is_named():
    lost = [replace(one, ref="R99") if one.ref == "R1" else one for one in PARTS if one.ref == "R1"]
    with pytest.raises(WiringError, match="R99: no place on the board in places.py"):
        layout.shapes(lost)


def test_a_footprint_that_kicad_does_not_have_is_named():
    with pytest.raises(WiringError, match="Resistor_SMD:R_9999: no such footprint"):
        components.read("Resistor_SMD:R_9999")


def test_without_kicad_one_line_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert command.main() == 2
    assert capsys.readouterr().err == "hardware: no KiCad 9 here: sh tools/hardware_packages.sh\n"


@pytest.mark.long
@KICAD
def test_kicad_finds_no_error_and_nothing_unconnected():
    assert command.judged() == {"erc": [], "drc": []}
