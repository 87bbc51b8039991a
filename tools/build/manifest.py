"""The manifest of a slot: what a program consists of, byte by byte, and the build id that follows from it.

firmware/starter.py checks it at each start.
"""

import re
from binascii import crc_hqx
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "manifest.txt"
SOURCES = ".sources"  # beside a compiled firmware: the hash of what it was made of
_VERSION = re.compile(r'^VERSION = "(\d+(?:\.\d+)*)"$', re.M)


def version(firmware: Path = ROOT / "firmware") -> str:
    """The version in the sources of a folder."""
    match = _VERSION.search((firmware / "curfew" / "__init__.py").read_text())
    assert match, "firmware/curfew/__init__.py: no VERSION"
    return match[1]


def text(version: str, files: dict[str, bytes]) -> str:
    """The whole manifest.txt of a program. files: contents by path below the slot."""
    rows = "".join(f"{sha256(data).hexdigest()} {len(data)} {path}\n" for path, data in sorted(files.items()))
    sealed = f"curfew {version} {sha256(rows.encode()).hexdigest()[:8]}\n{rows}"
    return f"{sealed}#{crc16(sealed.encode()):04x}\n"


def crc16(data: bytes) -> int:
    """The checksum of every small text file on the board (curfew/storage/files.py): CRC-16/CCITT-FALSE."""
    return crc_hqx(data, 0xFFFF)


def sources_hash(firmware: Path = ROOT / "firmware") -> str:
    """SHA-256 of every file of a firmware's sources, which tells whether a compiled one is still that."""
    found = sha256()
    for path in sorted(firmware.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            found.update(path.relative_to(firmware).as_posix().encode() + b"\0" + sha256(path.read_bytes()).digest())
    return found.hexdigest()


def build_id(manifest: str) -> str:
    """The build id in a manifest."""
    return manifest.split("\n", 1)[0].split(" ")[2]


def write(slot: Path, version: str) -> str:
    """Put the manifest of all files below a folder into it; its text."""
    files = {
        path.relative_to(slot).as_posix(): path.read_bytes()
        for path in sorted(slot.rglob("*"))
        if path.is_file() and path.name != NAME
    }
    manifest = text(version, files)
    (slot / NAME).write_text(manifest)
    return manifest
