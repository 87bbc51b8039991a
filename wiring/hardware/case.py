"""The case from OpenSCAD, by the size and the holes of the board; a picture, and how long it prints."""

import shutil
import struct
import subprocess
from pathlib import Path

from wiring.hardware import places
from wiring.model import WiringError
from wiring.source import build

SCAD = Path(__file__).parent / "case.scad"
Point = tuple[float, float, float]
GRAMS_CM3, FILL, GRAMS_MIN = 1.27, 0.55, 0.35  # PETG; walls with 20 % inside; a small printer at 0.2 mm, assumed


def board_scad() -> str:
    """What the case takes from the board."""
    holes = [list(places.PLACES[f"H{number}"][:2]) for number in range(1, 5)]
    size = f"board_x = {places.WIDTH};\nboard_y = {places.HEIGHT};\n"
    return f"{size}holes = {holes};\nusb_x = {places.PLACES['J1'][0]};\nburners = {build('full').burners};\n"


def make(folder: Path) -> None:
    """board.scad, an STL of base and lid, a picture. WiringError where OpenSCAD is missing."""
    if shutil.which("openscad") is None:
        raise WiringError("no OpenSCAD here: sh tools/hardware_packages.sh")
    SCAD.with_name("board.scad").write_text(board_scad(), "utf-8")
    for part in ("base", "lid"):
        _scad("-D", f'part="{part}"', "--export-format", "binstl", "-o", str(folder / f"case-{part}.stl"), str(SCAD))
    look = ["--imgsize=900,600", "--viewall", "--autocenter", "--camera=0,0,0,50,0,25,0"]
    _scad(*look, "-o", str(folder / "case.png"), str(SCAD), shown=True)
    volume = sum(volume_cm3(triangles(folder / f"case-{part}.stl")) for part in ("base", "lid"))
    grams = volume * GRAMS_CM3 * FILL
    print(
        f"case: {volume:.0f} cm3 solid, about {grams:.0f} g and {grams / GRAMS_MIN / 60:.1f} h to print (assumed rates)"
    )


def _scad(*args: str, shown: bool = False) -> None:
    display = ["xvfb-run", "-a"] if shown and shutil.which("xvfb-run") else []
    done = subprocess.run([*display, "openscad", *args], capture_output=True, text=True)
    if done.returncode:
        raise WiringError(f"openscad: {(done.stderr.strip().splitlines() or ['?'])[-1]}")


def triangles(stl: Path) -> list[tuple[Point, Point, Point]]:
    """Of a binary STL, mm."""
    data = stl.read_bytes()
    numbers = list(struct.iter_unpack("<12x9f2x", data[84:]))
    return [(one[:3], one[3:6], one[6:]) for one in numbers]


def volume_cm3(shape: list[tuple[Point, Point, Point]]) -> float:
    """Of a closed one."""
    return abs(sum(_six_volumes(*three) for three in shape)) / 6000


def _six_volumes(a: Point, b: Point, c: Point) -> float:
    return sum(a[i] * (b[(i + 1) % 3] * c[(i + 2) % 3] - b[(i + 2) % 3] * c[(i + 1) % 3]) for i in range(3))
