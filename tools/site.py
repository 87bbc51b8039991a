"""The site: playground and installer beside the documentation, as plain files: `make site` puts all into build/site.

python -m tools.site FOLDER
"""

import hashlib
import json
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

from simulator import run
from simulator.browser import site as playground

from .board import backup, plan
from .board.images import builds, image, merge

INSTALLER = Path(__file__).resolve().parent / "installer"
INSTALL = "install"
SIZES_MB = (4, 8, 16)
FILES_AT = 0x200000  # of official images since MicroPython 1.26; the installer writes nowhere else


def build(site: Path) -> None:
    """Write playground, installer and the service worker that knows every file."""
    playground.build(site)
    installer(site / INSTALL)
    playground.worker(site)


def installer(folder: Path) -> None:
    """Write the installer, and file systems: of each size the plain basic one, and where the others differ from it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(INSTALLER, folder)
    shutil.copyfile(playground.NPM / "esptool-js" / "bundle.js", folder / "esptool.js")
    improv = playground.NPM / "improv-wifi-serial-sdk" / "dist" / "serial.js"
    bundle = [str(playground.NPM / ".bin" / "esbuild"), str(improv), "--bundle", "--format=esm"]
    subprocess.run([*bundle, f"--outfile={folder / 'improv.js'}"], check=True, capture_output=True)
    new = plan.built(run.BOARD)

    def files(build: str, board: str, size_mb: int) -> bytes:
        settings = builds.settings_of(build, image.BOARDS[board].word)
        whole = plan.whole(new, backup.over_shipped(settings))
        return merge.file_system(whole, (size_mb << 20) - FILES_AT)

    for size_mb in SIZES_MB:
        base = files("basic", "esp32", size_mb)
        stem = folder / f"files-{size_mb}"
        stem.with_suffix(".json").write_text(json.dumps(described(base, base)), "ascii")
        stem.with_suffix(".bin").write_bytes(b"".join(base[at : at + length] for at, length in used(base)))
        for board in image.BOARDS:
            for build in builds.BUILDS:
                held = described(files(build, board, size_mb), base)
                (folder / f"{board}-{build}-{size_mb}.json").write_text(json.dumps(held), "ascii")


def described(data: bytes, base: bytes) -> dict[str, Any]:
    """What the installer must know of a file system: used runs, their end, its MD5, blocks that differ from base."""
    runs, size = used(data), merge.BLOCK_BYTES
    end = sum(runs[-1])
    changed = [at for at in range(0, len(data), size) if data[at : at + size] != base[at : at + size]]
    return {"runs": runs, "bytes": end, "md5": hashlib.md5(data[:end]).hexdigest(),
            "changed": [(at, b64encode(data[at : at + size]).decode()) for at in changed]}  # fmt: skip


def used(data: bytes) -> list[list[int]]:
    """Where a file system is not empty, as [place, length] in bytes: LittleFS spreads its blocks."""
    runs: list[list[int]] = []
    for at in range(0, len(data), merge.BLOCK_BYTES):
        if data[at : at + merge.BLOCK_BYTES].strip(b"\xff"):
            if runs and sum(runs[-1]) == at:
                runs[-1][1] += merge.BLOCK_BYTES
            else:
                runs.append([at, merge.BLOCK_BYTES])
    return runs


def main(arguments: list[str]) -> int:
    """Build into the folder given."""
    site = Path(arguments[0])
    if not playground.VM.is_dir():
        print(f"site: {playground.VM} is missing: run make site", file=sys.stderr)
        return 1
    build(site)
    print(f"playground: {playground.weight(site / playground.PLAY) / 1000:.0f} kB gzipped, site: {site / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
