"""The files of the board are those of wiring.yaml: nets pad by pad, drift, the router, what is refused.

Here: what needs no KiCad, and KiCad's own checks where it is installed. Not here: is the circuit right (test_wiring.py,
test_spice.py)?
"""

import csv
import shutil
from dataclasses import replace

import pytest

from wiring.hardware import __main__ as command
from wiring.hardware import case, components, layout, places, route, sexpr
from wiring.source import WiringError, build

PARTS = components.components(build("full"))


def test_the_files_of_the_board_are_made_from_these_sources():
    assert (command.FILES / "source.txt").read_text("utf-8").strip() == command.source_hash(PARTS), (
        "run `make hardware`"
    )
    assert case.SCAD.with_name("board.scad").read_text("utf-8") == case.board_scad()


def test_every_pad_of_the_board_is_on_the_net_that_wiring_yaml_says():
    board = sexpr.parse(command.BOARD.read_text("utf-8"))
    wanted = {(one.ref, number): net for one in PARTS for number, net in one.nets.items() if net}
    found = {}
    for footprint in sexpr.every(board, "footprint"):
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
@pytest.mark.skipif(shutil.which("kicad-cli") is None, reason="needs KiCad 9: sh tools/hardware_packages.sh")
def test_kicad_finds_no_error_and_nothing_unconnected():
    assert command.judged() == {"erc": [], "drc": []}
