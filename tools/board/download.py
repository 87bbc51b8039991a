"""Fetches the official MicroPython of a pinned version: only when asked, and only if every byte is as expected."""

import os
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from . import installation
from .errors import BoardError
from .installation import typed

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


# Five independent public projects publish this size and SHA-256 (docs/contributing.md).
OFFICIAL = Official(
    "1.29.0",
    "https://micropython.org/resources/firmware/ESP32_GENERIC-20260824-v1.29.0.bin",
    1_790_544,
    "e67ad6015a0a504c1fec9aa9bbf589d0432ed28e62546f4f8dd8a147f8bd95f6",
)


def fetched(folder: Path | None = None, progress: Callable[[int, int], None] = lambda at, of: None) -> Path:
    """The pinned image as a file of this computer, downloaded unless it is there. Raises BoardError."""
    path = (folder or installation.IMAGES) / OFFICIAL.name
    if path.is_file() and sha256(path.read_bytes()).hexdigest() == OFFICIAL.sha256:
        return path
    data = b""
    try:
        with urllib.request.urlopen(OFFICIAL.url, timeout=TIMEOUT_S) as answer:
            while piece := answer.read(PIECE):
                data += piece
                progress(len(data), OFFICIAL.size)
                if len(data) > OFFICIAL.size:
                    break
    except (OSError, urllib.error.URLError, ValueError) as error:
        why = str(getattr(error, "reason", error))
        raise BoardError(
            f"{OFFICIAL.url} cannot be downloaded from here ({why}). Fetch it with a browser or on another computer, "
            f"then: {typed('flash', OFFICIAL.name)}"
        ) from None
    if (len(data), sha256(data).hexdigest()) != (OFFICIAL.size, OFFICIAL.sha256):
        raise BoardError(
            f"{OFFICIAL.url}: {len(data)} bytes came that are not the pinned file (SHA-256 differs): nothing was kept. "
            "Is there a log-in page or a proxy between? Try another network"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        aside.write_bytes(data)
        os.replace(aside, path)
    except OSError as error:
        raise BoardError(f"{path}: {error.strerror}") from None
    return path
