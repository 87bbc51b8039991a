"""Bring the generated parts and drawings of the documents up to date.

python -m docs.generator            write them, docs/images/demo.svg from build/demo.svg, and the pictures of bench.json
python -m docs.generator --check    change nothing; exit status 1 names every part that drifted
"""

import shutil
import sys

from benchmarks import kept as bench
from docs.generator import ROOT, pages, tables


def check_or_write(checking: bool) -> int:
    """Update every document, or only compare; the exit status."""
    demo = tables.demo_once()
    status = 0
    for file, language, wanted in pages.documents():
        path = ROOT / file
        text = path.read_text("utf-8")
        fresh, drifted = pages.update(text, pages.current(language, wanted, demo))
        lost = [name for name in wanted if name not in pages.markers(text)]
        if lost or checking and drifted:
            status = 1
            print(f"docs: {file}: drifted: {', '.join(drifted)} (run `make docs`; the markers must be there)")
        if not checking and fresh != text:
            path.write_text(fresh, "utf-8")
            print(f"docs: {file}: {', '.join(drifted)}")
    for file in pages.drifted_drawings():
        if checking:
            status = 1
            print(f"docs: {file}: drifted (run `make docs`)")
        else:
            (ROOT / file).write_text(pages.DRAWINGS[file](), "utf-8")
            print(f"docs: {file}")
    return status


def main(argv: list[str]) -> int:
    """The command line; the exit status."""
    if argv not in ([], ["--check"]):
        print("docs: the only option is --check", file=sys.stderr)
        return 2
    status = check_or_write(bool(argv))
    picture = ROOT / "build" / "demo.svg"
    if not argv and picture.is_file():
        shutil.copyfile(picture, ROOT / "docs" / "images" / "demo.svg")
    if not argv:
        bench.draw(bench.IMAGES, bench.read(bench.KEPT)[1])
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
