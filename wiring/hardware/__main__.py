"""Makes the board's files: KiCad project, judged, what a fabrication house wants, case: python -m wiring.hardware

Exit status 1 when KiCad finds an error, 2 when something is missing or wiring.yaml is wrong; one line says what.
"""

import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path

from wiring.hardware import case, components, layout, pcb, places, sch
from wiring.hardware.components import Component
from wiring.model import WiringError
from wiring.source import build

HERE = Path(__file__).parent
PROJECT, FILES = HERE / "curfew", HERE / "files"
SOURCES = ("components.py", "layout.py", "pcb.py", "places.py", "route.py", "sch.py", "sexpr.py")
BOARD, SHEET = PROJECT / f"{pcb.NAME}.kicad_pcb", PROJECT / f"{pcb.NAME}.kicad_sch"
BOM = ("Refs", "Count", "Value", "Footprint", "Maker and type", "Build", "LCSC number", "Where it stands")
INSTALL = "sh tools/hardware_packages.sh"


def source_hash(parts: list[Component]) -> str:
    """What the files depend on: components with their nets, and the programs that place, route and write."""
    text = repr(parts) + "".join((HERE / name).read_text("utf-8") for name in SOURCES)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_project(parts: list[Component]) -> list[str]:
    """Route and write the project; nets that are not whole."""
    routed, failed = layout.route_all(parts)
    PROJECT.mkdir(exist_ok=True)
    BOARD.write_text(pcb.board(parts, routed), "utf-8")
    SHEET.write_text(sch.schematic(parts), "utf-8")
    BOARD.with_suffix(".kicad_pro").write_text(pcb.project(), "utf-8")
    BOARD.with_suffix(".kicad_dru").write_text(pcb.RULES, "utf-8")
    return failed


def kicad(*args: str) -> None:
    """kicad-cli; WiringError with its first words when it fails."""
    done = subprocess.run(["kicad-cli", *args], capture_output=True, text=True)
    if done.returncode:
        raise WiringError(f"kicad-cli {args[0]} {args[1]}: {(done.stderr or done.stdout).strip().splitlines()[:1]}")


def judged(board: Path = BOARD) -> dict[str, list[str]]:
    """What KiCad's checks say about the project: "erc" and "drc" (with unconnected items), each a list of lines."""
    found = {}
    for name, kind, file in (("erc", "sch", SHEET), ("drc", "pcb", board)):
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            kicad(kind, name, "--severity-all", "--format", "json", "-o", str(report), str(file))
            said = json.loads(report.read_text("utf-8"))
        rows = said.get("violations", []) + said.get("unconnected_items", [])
        rows += [row for sheet in said.get("sheets", []) for row in sheet["violations"]]
        found[name] = [f"{row['type']}: {row['description']}: {', '.join(i['description'] for i in row['items'])}"
                       for row in rows if row["severity"] == "error"]  # fmt: skip
    return found


def export() -> None:
    """Gerbers and drill in one archive, positions, STEP, and pictures of both sides."""
    FILES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        layers = "F.Cu,B.Cu,F.Mask,B.Mask,F.Paste,F.SilkS,B.SilkS,Edge.Cuts"
        kicad("pcb", "export", "gerbers", "--layers", layers, "-o", folder, str(BOARD))
        kicad("pcb", "export", "drill", "-o", folder + "/", str(BOARD))
        with zipfile.ZipFile(FILES / "gerbers.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(Path(folder).iterdir()):  # of the same board the same bytes: no dates
                dated = re.sub(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\+\d\d:?\d\d)?", b"", path.read_bytes())
                archive.writestr(zipfile.ZipInfo(path.name), dated, zipfile.ZIP_DEFLATED)
    kicad("pcb", "export", "pos", "--format", "csv", "--units", "mm", "-o", str(FILES / "positions.csv"), str(BOARD))
    kicad("pcb", "export", "step", "--board-only", "-f", "-o", str(FILES / "board.step"), str(BOARD))
    for side in ("top", "bottom"):
        kicad("pcb", "render", "--side", side, "--width", "900", "--height", "860", "--background", "opaque",
              "-o", str(FILES / f"board-{side}.png"), str(BOARD))  # fmt: skip


def bom(parts: list[Component]) -> None:
    """One line a type: refs, value, footprint, maker and type; which build; the number at LCSC, its source."""
    basic = set(build("basic").parts) | set(components.DEVKIT) | {cable.at for cable in build("basic").cables}
    rows = defaultdict(list)
    for one in parts:
        if not one.ref.startswith("H"):
            where = "both" if one.ref in basic else "full only"
            order = one.order or f"any, {one.value}"
            rows[(one.value, one.footprint.partition(":")[2], order, where, *one.lcsc)].append(one.ref)
    with (FILES / "bom.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(BOM)
        for row, refs in sorted(rows.items(), key=lambda row: row[1][0]):
            table.writerow([" ".join(refs), len(refs), *row])


def main() -> int:
    """Everything, or one line that says what is missing."""
    try:
        if shutil.which("kicad-cli") is None or components.MISSING:
            raise WiringError(f"no KiCad 9 here: {INSTALL}")
        parts = components.components(build("full"))
        failed = write_project(parts)
        if failed:
            raise WiringError(f"not routed: {', '.join(failed)}: move parts in places.py")
        found = judged()
        for name, lines in found.items():
            print(f"{name}: {len(lines)} errors")
            print(*lines[:20], sep="\n" if lines else "", end="\n" if lines else "")
        if any(found.values()):
            return 1
        export()
        bom(parts)
        print(f"loop copper: {layout.loop_mohm(1)} mOhm at 35 um; board {places.WIDTH:g} x {places.HEIGHT:g} mm")
        case.make(FILES)
        (FILES / "source.txt").write_text(source_hash(parts) + "\n", "utf-8")
    except WiringError as error:
        print(f"hardware: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
