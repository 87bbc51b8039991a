"""The result as files: bench.json and its picture, in build/ and, when kept, in docs/."""

import json
from pathlib import Path
from typing import Any

from benchmarks import picture, rows

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "docs" / "develop" / "bench.json"
IMAGES = ROOT / "docs" / "images"
CONTROL_PERCENT = 20  # when a fixed piece of work took so much longer, the machine's speed changed during the run


def read(path: Path) -> tuple[dict[str, Any], list[rows.Row]]:
    """A bench.json: facts of the run, and its rows."""
    run = json.loads(path.read_text("utf-8"))
    return run, [rows.from_json(row) for row in run.pop("rows")]


def write(folder: Path, images: Path, run: dict[str, Any], measured: list[rows.Row]) -> None:
    """bench.json and its picture."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {**run, "rows": [rows.as_json(row) for row in measured]}
    (folder / "bench.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draw(images, measured)


def draw(images: Path, measured: list[rows.Row]) -> None:
    """The picture of a result."""
    images.mkdir(parents=True, exist_ok=True)
    (images / "bench.svg").write_text(picture.drawn(measured), "utf-8")


def refusal(measured: list[rows.Row]) -> str:
    """Why a result must not be kept; "" when it may."""
    if {row.number for row in measured} != set(rows.GROUPS) or not all(row.ours for row in measured):
        return "a row is missing"
    worst = max((row for row in measured if row.moved is not None), key=lambda row: row.moved or 0)
    if worst.moved and worst.moved > CONTROL_PERCENT:
        return f"{worst.what}: the control moved by {worst.moved:.0f} %, more than {CONTROL_PERCENT} %: a busy machine"
    return ""
