"""The manifest of a slot: what a program consists of, byte by byte, and the build id that follows from it.

Belongs here: the form of manifest.txt, as firmware/main.py checks it. Does not: where the files come from (build.py),
how they get to a board.
"""

import re
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "manifest.txt"
_VERSION = re.compile(r'^VERSION = "(\d+(?:\.\d+)*)"$', re.M)


def version(firmware: Path = ROOT / "firmware") -> str:
    """The version that the sources in a folder say they are."""
    found = _VERSION.search((firmware / "curfew" / "__init__.py").read_text())
    assert found, "firmware/curfew/__init__.py: no VERSION"
    return found[1]


def text(version: str, files: dict[str, bytes]) -> str:
    """The whole manifest.txt of a program. files: contents by path below the slot."""
    rows = "".join(f"{sha256(data).hexdigest()} {len(data)} {path}\n" for path, data in sorted(files.items()))
    told = f"curfew {version} {sha256(rows.encode()).hexdigest()[:8]}\n{rows}"
    return f"{told}#{crc16(told.encode()):04x}\n"


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: the seal of every small text file on the board (curfew/storage/files.py)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return crc


def build_id(manifest: str) -> str:
    """The build id in a manifest."""
    return manifest.split("\n", 1)[0].split(" ")[2]


def write(slot: Path, version: str) -> str:
    """Put the manifest of all files below a folder into it; its text."""
    files = {
        str(path.relative_to(slot)): path.read_bytes()
        for path in sorted(slot.rglob("*"))
        if path.is_file() and path.name != NAME
    }
    told = text(version, files)
    (slot / NAME).write_text(told)
    return told
