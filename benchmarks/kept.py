"""The result as files: bench.json and the pictures made of it.

Belongs here: writing and reading them, and where those of the READMEs are. Does not: measuring.
"""

import json
from pathlib import Path
from typing import Any

from benchmarks import picture, rows, words

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "docs" / "bench.json"
IMAGES = ROOT / "docs" / "images"
PICTURES = (("bench.svg", words.EN), ("bench.zh-CN.svg", words.ZH))


def read(path: Path) -> tuple[dict[str, Any], list[rows.Row]]:
    """A bench.json: what is told of the run, and its rows."""
    told = json.loads(path.read_text("utf-8"))
    return told, [rows.from_json(row) for row in told.pop("rows")]


def write(folder: Path, images: Path, told: dict[str, Any], found: list[rows.Row]) -> None:
    """bench.json and both pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {**told, "rows": [rows.as_json(row) for row in found]}
    (folder / "bench.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draw(images, found)


def draw(images: Path, found: list[rows.Row]) -> None:
    """Both pictures."""
    images.mkdir(parents=True, exist_ok=True)
    for name, tongue in PICTURES:
        (images / name).write_text(picture.drawn(found, tongue), "utf-8")
