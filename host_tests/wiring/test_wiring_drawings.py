"""The drawings in wiring/drawings are those of wiring.yaml, and the schematic joins what the nets say.

Here: the netlist read off the drawn wires, the committed files. Not here: is the circuit right (test_wiring.py)?
"""

import re

import pytest
import yaml

from wiring import draw, harness, schematic, sheet
from wiring.source import BUILDS, build


@pytest.fixture(scope="module", params=BUILDS)
def made(request):
    return build(request.param)


def committed(made, pattern):
    return (draw.FOLDER / pattern.format(made.name)).read_text("utf-8")


def reported(svg):
    """What a picture says, wherever it says it: Graphviz of another version, or with other fonts, moves things."""
    return sorted(re.findall(r"<(?:text|tspan)[^>]*>([^<]+)<", svg))


def test_the_schematic_joins_exactly_what_the_nets_say(made):
    drawn = {pins for pins in schematic.draw(made).netlist() if len(pins) > 1}
    assert drawn == {frozenset(pins) for pins in made.nets.values()}


def test_every_part_stands_on_the_schematic_with_all_its_pins(made):
    wanted = {f"{part.ref}.{pin}" for part in made.parts.values() for pin in part.pins}
    assert set(schematic.draw(made).pins()) == wanted


def test_every_part_is_named_on_the_schematic(made):
    words = " ".join(reported(committed(made, "schematic-{}.svg")))
    assert not [ref for ref in made.parts if not re.search(rf"\b{ref}\b", words)]


def test_every_value_on_the_schematic_is_the_parts_own(made):
    words = " ".join(reported(committed(made, "schematic-{}.svg")))
    assert not [part.ref for part in made.parts.values() if not re.search(rf"\b{part.ref}\s+{part.value}", words)]


@pytest.mark.parametrize("pattern", [pattern for pattern in draw.FILES if pattern != "harness-{}.svg"])
def test_a_committed_drawing_is_the_one_that_would_be_made(made, pattern):
    assert committed(made, pattern) == draw.FILES[pattern](made).rstrip("\n") + "\n", "run `make wiring`"


@pytest.mark.skipif(bool(harness.MISSING), reason=harness.MISSING or "")
def test_the_committed_harness_picture_says_what_wireviz_would_draw(made):
    assert reported(committed(made, "harness-{}.svg")) == reported(harness.svg(made)), "run `make wiring`"


def test_the_harness_has_every_conductor_once(made):
    plan = yaml.safe_load(committed(made, "harness-{}.yml"))
    drawn = {name: tuple(cable["wirelabels"]) for name, cable in plan["cables"].items()}
    assert drawn == {cable.name: cable.nets for cable in made.cables}
    assert all(len(set(cable["colors"])) == len(cable["wirelabels"]) for cable in plan["cables"].values())


@pytest.mark.parametrize("tongue", [0, 1])
def test_no_two_words_of_the_schematic_overlap(made, tongue):
    devices = list(schematic.draw(made, tongue).words())
    for index, one in enumerate(devices):
        for other in devices[index + 1 :]:
            apart = (
                one.right <= other.left or other.right <= one.left or one.top <= other.bottom or other.top <= one.bottom
            )
            assert apart, (one.words, other.words)


def test_wires_that_only_cross_are_not_joined():
    crossing = sheet.Sheet()
    crossing.terminal("A.1", (0, 0))
    crossing.terminal("B.1", (1, 1))
    crossing.wire((0, 0), (2, 0))
    crossing.wire((1, 1), (1, -1))
    assert crossing.netlist() == {frozenset({"A.1"}), frozenset({"B.1"})}
    assert crossing.junctions() == []


def test_a_wire_that_ends_on_another_is_joined_and_dotted():
    joined = sheet.Sheet()
    joined.terminal("A.1", (0, 0))
    joined.terminal("B.1", (1, 1))
    joined.wire((0, 0), (2, 0))
    joined.wire((1, 1), (1, 0))
    assert joined.netlist() == {frozenset({"A.1", "B.1"})}
    assert joined.junctions() == [(1.0, 0.0)]


def test_without_graphviz_everything_else_is_drawn_and_the_way_out_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(draw, "FOLDER", tmp_path / "wiring" / "drawings")
    draw.FOLDER.parent.mkdir()
    monkeypatch.setattr(harness, "MISSING", "no Graphviz: apt-get install graphviz")
    assert draw.main() == 1
    assert "apt-get install graphviz" in capsys.readouterr().err
    names = {path.name for path in draw.FOLDER.iterdir()}
    drawn = {pattern.format(name) for name in BUILDS for pattern in draw.FILES if pattern != "harness-{}.svg"}
    assert names == drawn | set(draw.CHARTS)
