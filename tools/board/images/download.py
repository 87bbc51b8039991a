"""Fetches the official MicroPython of a pinned version: only when asked, and only if every byte is as expected."""

import os
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .. import installation
from ..errors import BoardError
from ..installation import typed

PIECE = 65536
TIMEOUT_S = 20


@dataclass(frozen=True)
class Official:
    """An image of micropython.org, of which upstream publishes no checksum: these were taken when it was pinned."""

    version: str
    url: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """Its file name."""
        return self.url.rsplit("/", 1)[1]


def _official(build: str, size: int, digest: str) -> Official:
    return Official("1.29.0", f"https://micropython.org/resources/firmware/{build}-20260824-v1.29.0.bin", size, digest)


# Size and SHA-256 as independent public projects publish them: five, two and three of them (in contributing.md).
# For the C6 no one does: its image comes from a file of the user's.
OFFICIAL = _official("ESP32_GENERIC", 1_790_544, "e67ad6015a0a504c1fec9aa9bbf589d0432ed28e62546f4f8dd8a147f8bd95f6")
OFFICIALS = {
    "esp32": OFFICIAL,
    "s3": _official("ESP32_GENERIC_S3", 1_783_296, "1dd9dcd27ba2d6a1cb7f7b49a063f46d3d807d68b0151161233920228285e300"),
    "c3": _official("ESP32_GENERIC_C3", 1_754_736, "bf72ed9eb88ad3a8f49d02c3d371f9ea34c90a8a303aeb9e324d8efd4a2a655a"),
}


def fetched(
    folder: Path | None = None,
    progress: Callable[[int, int], None] = lambda at, of: None,
    wanted: Official | None = None,
    command: str = "flash",
) -> Path:
    """The pinned image as a file of this computer, downloaded unless it is there. Raises BoardError.

    wanted: None for that of a plain ESP32. command: which one is to be typed with the file.
    """
    official = wanted or OFFICIAL
    path = (folder or installation.IMAGES) / official.name
    if path.is_file() and sha256(path.read_bytes()).hexdigest() == official.sha256:
        return path
    data = b""
    try:
        with urllib.request.urlopen(official.url, timeout=TIMEOUT_S) as answer:
            while piece := answer.read(PIECE):
                data += piece
                progress(len(data), official.size)
                if len(data) > official.size:
                    break
    except (OSError, urllib.error.URLError, ValueError) as error:
        why = str(getattr(error, "reason", error))
        raise BoardError(
            f"{official.url} cannot be downloaded from here ({why}). Fetch it with a browser or on another computer, "
            f"then: {typed(command, official.name)}"
        ) from None
    if (len(data), sha256(data).hexdigest()) != (official.size, official.sha256):
        raise BoardError(
            f"{official.url}: {len(data)} bytes came that are not the pinned file (SHA-256 differs): nothing was kept. "
            "Is there a log-in page or a proxy between? Try another network"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        aside.write_bytes(data)
        os.replace(aside, path)
    except OSError as error:
        raise BoardError(f"{path}: {error.strerror}: make room there, and the folder yours") from None
    return path
