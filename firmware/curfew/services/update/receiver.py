"""Writes an update into the slot that does not run: its manifest, then the files that neither slot has yet.

The starter checks every byte at the next start, and the program has to be confirmed (persistence.py).
Imported for an update and dropped when none is in progress.
"""

import gc
import os
from hashlib import sha256

from curfew.core.ticks import elapsed_ms
from curfew.services.update import slots

_PIECE = 1024
_SILENCE_MS = 30000  # without a piece for this long the sender has gone


class NotAllowed(Exception):
    """The update must end: a contact is closed, or the window closed."""


class Damaged(Exception):
    """The bytes are not those of the signed manifest, or the manifest is not usable."""


def give_up(context, why):
    """Cancel the update; a slot without a manifest is not a program."""
    context.receiver = None
    context.log.add("update", "cancelled: " + why)
    gc.collect()


def _hash(path):
    """Yield None for each piece of a file, then its SHA-256 in hex digits; "" when the file is missing."""
    sha = sha256()
    try:
        with open(path, "rb") as file:
            while True:
                piece = file.read(_PIECE)
                if not piece:
                    break
                sha.update(piece)
                yield None
    except OSError:
        yield ""
        return
    yield sha.digest().hex()


def _files(folder):
    """Yield the path of every file in a folder and below."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        path = folder + "/" + name
        if "." in name:
            yield path
        else:
            yield from _files(path)


def _make_folders(path):
    at = path.find("/")
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass  # it exists
        at = path.find("/", at + 1)


class Receiver:
    """One update in progress. manifest: its SHA-256 in hex digits; size: its bytes. Both are signed."""

    def __init__(self, context, sleep_ms, manifest: str, size: int):
        self._context = context
        self._sleep_ms = sleep_ms
        self._folder = slots.other()
        self._line = -1  # of the manifest; -1 is the manifest itself
        self._at = 0  # offset of the next piece
        self._want = manifest
        self._size = size
        self._path = self._folder + "/manifest.new"
        self._sha = sha256()
        self._done = False
        self.is_busy = False  # with files that need not be sent
        self._received_ms = context.clock.ticks_ms()

    def wanted(self):
        """The next piece, "line:offset"; None when the update is complete."""
        return None if self._done else "%d:%d" % (self._line, self._at)

    def is_silent(self):
        """True when no piece has arrived for 30 s."""
        return not 0 <= elapsed_ms(self._context.clock.ticks_ms(), self._received_ms) < _SILENCE_MS

    def empty(self):
        """Remove all files of the slot."""
        for path in list(_files(self._folder)):
            os.remove(path)

    def _require_allowed(self):
        if not self._context.flash_allowed() or not self._context.link.update_ms[0]:
            raise NotAllowed("a burner is on, or the window closed: cancelled, the running program is unchanged")

    async def take(self, piece):
        """Write a piece; after the last one of a file find the next file. Raises NotAllowed, Damaged, OSError."""
        self._received_ms = self._context.clock.ticks_ms()
        self._require_allowed()
        if self._line < 0 and not self._at:
            self._begin()
        if self._at + len(piece) > self._size:
            raise Damaged("%s: longer than in its manifest" % self._path)
        with open(self._path, "ab" if self._at else "wb") as file:
            file.write(piece)
        self._sha.update(piece)
        self._at += len(piece)
        if self._at < self._size:
            return
        if self._sha.digest().hex() != self._want:
            raise Damaged("%s: not the bytes that were signed" % self._path)
        self.is_busy = True
        try:
            await self._find_next()
        finally:
            self.is_busy = False

    def _begin(self):
        """Without its manifest the other slot is not a program until it is complete."""
        _make_folders(self._path)
        if "manifest.txt" in os.listdir(self._folder):
            os.remove(self._folder + "/manifest.txt")

    async def _find_next(self):
        """Go to the next file that neither slot has; finish when there is none."""
        while True:
            self._line += 1
            row = self._row(self._line)
            if row is None:
                await self._finish()
                return
            self._want, size, path = row
            self._size = int(size)
            self._at = 0
            self._sha = sha256()
            self._path = self._folder + "/" + path
            if ".." in path or path[0] == "/":
                raise Damaged("manifest.txt: a path outside the slot")
            if await self._hashed(self._path) == self._want:
                continue
            _make_folders(self._path)
            if await self._hashed(slots.path(path)) == self._want:
                await self._copy(slots.path(path))
                continue
            self._received_ms = self._context.clock.ticks_ms()
            if self._size:
                return
            self._require_allowed()
            open(self._path, "wb").close()

    def _row(self, number):
        """The words of a line in the new manifest; None after the last file."""
        with open(self._folder + "/manifest.new") as file:
            file.readline()
            for line in file:
                if line[:1] == "#":
                    return None
                if not number:
                    return line.split()
                number -= 1
        raise Damaged("manifest.txt: no last line")

    async def _hashed(self, path):
        for digest in _hash(path):  # noqa: B007
            await self._sleep_ms(0)
        return digest

    async def _copy(self, source):
        with open(source, "rb") as old:
            with open(self._path, "wb") as new:
                while True:
                    piece = old.read(_PIECE)
                    if not piece:
                        return
                    self._require_allowed()
                    new.write(piece)
                    await self._sleep_ms(0)

    async def _finish(self):
        """Remove all files of older programs; then make the new one the pending program."""
        own = {self._folder + "/manifest.new"}
        number = 0
        row = self._row(0)
        while row:
            own.add(self._folder + "/" + row[2])
            number += 1
            row = self._row(number)
            await self._sleep_ms(0)
        for path in list(_files(self._folder)):
            if path not in own:
                self._require_allowed()
                os.remove(path)
        self._require_allowed()
        os.rename(self._folder + "/manifest.new", self._folder + "/manifest.txt")
        if not slots.mark_pending("air", self._context.flash_allowed):
            self._require_allowed()
        self._done = True
