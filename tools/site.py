"""The site: playground and installer beside the documentation, as plain files: `make site` puts all into build/site.

python -m tools.site FOLDER
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from simulator import run
from simulator.browser import site as playground

from .board import backup, plan
from .board.images import builds, merge

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
    """Write the installer, with the used blocks of the file system of each build for each size of flash."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(INSTALLER, folder)
    shutil.copyfile(playground.NPM / "esptool-js" / "bundle.js", folder / "esptool.js")
    improv = playground.NPM / "improv-wifi-serial-sdk" / "dist" / "serial.js"
    bundle = [str(playground.NPM / ".bin" / "esbuild"), str(improv), "--bundle", "--format=esm"]
    subprocess.run([*bundle, f"--outfile={folder / 'improv.js'}"], check=True, capture_output=True)
    new = plan.built(run.BOARD)
    for name, settings in builds.BUILDS.items():
        files = plan.whole(new, backup.over_shipped(settings))
        for size_mb in SIZES_MB:
            data = merge.file_system(files, (size_mb << 20) - FILES_AT)
            runs = used(data)
            held = {"runs": runs, "bytes": sum(runs[-1]), "md5": hashlib.md5(data[: sum(runs[-1])]).hexdigest()}
            stem = folder / f"files-{name}-{size_mb}"
            stem.with_suffix(".json").write_text(json.dumps(held), "ascii")
            stem.with_suffix(".bin").write_bytes(b"".join(data[at : at + length] for at, length in runs))


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
