"""An update over Wi-Fi: a signed header, a manifest, and the bytes of its files into the slot that does not run.

Belongs here: who may bring a program, and getting it whole into its slot. Does not: what makes it the program from
then on: the starter checks every byte, and the program has to prove itself (keeper.py).
Imported when somebody asks, and dropped once nothing is under way.
"""

import gc
import os
from hashlib import sha256

from curfew import VERSION
from curfew.core.ticks import elapsed_ms
from curfew.runtime.supervisor import TRIAL_CONFIRMED
from curfew.services.http import auth as d
from curfew.services.http.api import body_of
from curfew.services.http.server import Refused
from curfew.services.update import key as update_key
from curfew.services.update import slots

_PIECE = 1024
_BLOCK = 64  # of SHA-256, in bytes
_SILENCE_MS = 30000  # who sends nothing for so long has gone
_FIELDS = "device version force nonce manifest size"  # what is signed, in this order


def signed(key, told):
    """HMAC-SHA-256 in hex digits. key: bytes, at most a block."""
    key = key + bytes(_BLOCK - len(key))
    inner = sha256(bytes([byte ^ 0x36 for byte in key]) + told).digest()
    return sha256(bytes([byte ^ 0x5C for byte in key]) + inner).digest().hex()


def _ordered(version):
    return [int(part) for part in version.split(".")]


def _told(api):
    house = api.house
    return {
        "window_s": (house.link.update_ms[0] + 999) // 1000,
        "nonce": house.nonce or None,
        "device": house.chip.number(),
        "version": VERSION,
        "build": slots.build_id(),
        "slot": slots.here,
        "trial": slots.trial if house.link.trial[0] != TRIAL_CONFIRMED else "",
        "next": house.receiver.wanted() if house.receiver else None,
    }


async def get_update(api, request):
    """What runs, and whether an update may come."""
    return _told(api)


async def post_update(api, request):
    """The signed header: judged before one byte is written."""
    house = api.house
    given = body_of(request)
    if not house.link.update_ms[0]:
        raise Refused(403, "the window is closed: hold the button of the idle box for 5 s, then send within 10 min")
    for key in (_FIELDS + " signature").split():
        if not isinstance(given.get(key), str):
            raise Refused(422, key + ": not a text", key)
    if given["device"] != house.chip.number():
        raise Refused(409, "device: this update is for %s, not for %s" % (given["device"][:16], house.chip.number()))
    if not house.nonce or not d.same(given["nonce"], house.nonce):
        raise Refused(409, "nonce: this update was signed for another window")
    key = update_key.read()
    told = "\n".join([given[name] for name in _FIELDS.split()]).encode()
    if not key or not d.same(signed(key, told), given["signature"]):
        raise Refused(403, "signature: wrong, this update was signed with another key or changed on its way")
    try:
        older = _ordered(given["version"]) < _ordered(VERSION)
        size = int(given["size"])
    except ValueError:
        raise Refused(422, "version, size: not numbers", "version")
    if older and given["force"] != "yes":
        raise Refused(409, "version: %s is older than %s; FORCE=1 sends it all the same" % (given["version"], VERSION))
    if house.link.trial[0] != TRIAL_CONFIRMED:
        raise Refused(409, "this program is itself on trial: wait a minute")
    if not house.may_write():
        raise Refused(409, "a burner is on: files are written only while nothing conducts")
    house.nonce = ""
    house.receiver = Receiver(house, api.sleep_ms, given["manifest"], size)
    house.log.add("update", "begins: " + given["version"][:16])
    return {"next": house.receiver.wanted()}


async def put_update(api, request):
    """The next piece: header X-At says which, as "next" asked for it."""
    house = api.house
    receiver = house.receiver
    if not receiver:
        raise Refused(409, "no update has begun, or it was given up: begin anew")
    if receiver.is_busy or request.headers.get("x-at", "") != receiver.wanted() or not request.body:
        raise Refused(409, "X-At: %s is wanted" % receiver.wanted())
    try:
        await receiver.take(request.body)
    except Refused as refused:
        give_up(house, refused.args[1])
        raise
    except OSError as error:
        give_up(house, "flash: %s" % error)
        _empty(slots.other())
        raise Refused(507, "the flash is full or refuses: given up, the old program is intact")
    if receiver.wanted():
        return {"next": receiver.wanted()}
    house.receiver = None
    house.log.add("update", "goes on trial")
    house.ask_restart()
    return {"next": None, "restart": True}


def give_up(house, why):
    """Forget what is under way; the slot without a manifest is no program."""
    house.receiver = None
    house.log.add("update", "given up: " + why)
    gc.collect()


def _hash(path):
    """SHA-256 in hex digits, piece by piece as a generator: None while it goes on; "" for a file that is not there."""
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
    """Every file in a folder and below."""
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


def _empty(folder):
    for path in list(_files(folder)):
        os.remove(path)


def _make_folders(path):
    at = path.find("/")
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass  # it is there
        at = path.find("/", at + 1)


class Receiver:
    """One update under way. manifest: its SHA-256 in hex digits; size: its bytes. Both are signed."""

    def __init__(self, house, sleep_ms, manifest, size):
        self._house = house
        self._sleep_ms = sleep_ms
        self._folder = slots.other()
        self._line = -1  # of the manifest; -1 is the manifest itself
        self._at = 0  # offset of the next piece
        self._want = manifest
        self._size = size
        self._path = self._folder + "/manifest.new"
        self._sha = sha256()
        self._done = False
        self.is_busy = False  # between two pieces: with files that need not be sent
        self._heard_ms = house.clock.ticks_ms()

    def wanted(self):
        """Which piece comes next, "line:offset"; None when there is nothing more to send."""
        return None if self._done else "%d:%d" % (self._line, self._at)

    def is_silent(self):
        """True when its sender has gone."""
        return not 0 <= elapsed_ms(self._house.clock.ticks_ms(), self._heard_ms) < _SILENCE_MS

    def _leave(self):
        if not self._house.may_write() or not self._house.link.update_ms[0]:
            raise Refused(409, "a burner is on, or the window closed: given up, the old program is intact")

    async def take(self, piece):
        """Write a piece; after the last one of a file go on to the next that is wanted. Raises Refused, OSError."""
        self._heard_ms = self._house.clock.ticks_ms()
        self._leave()
        if self._line < 0 and not self._at:
            self._begin()
        if self._at + len(piece) > self._size:
            raise Refused(422, "%s: longer than its manifest says" % self._path)
        with open(self._path, "ab" if self._at else "wb") as file:
            file.write(piece)
        self._sha.update(piece)
        self._at += len(piece)
        if self._at < self._size:
            return
        if self._sha.digest().hex() != self._want:
            raise Refused(422, "%s: not the bytes that were signed" % self._path)
        self.is_busy = True
        try:
            await self._go_on()
        finally:
            self.is_busy = False

    def _begin(self):
        """From here on the other slot is no program until it is a whole one."""
        _make_folders(self._path)
        if "manifest.txt" in os.listdir(self._folder):
            os.remove(self._folder + "/manifest.txt")

    async def _go_on(self):
        """To the next file that neither slot has; to the end when there is none."""
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
                raise Refused(422, "manifest.txt: a path out of the slot")
            if await self._hashed(self._path) == self._want:
                continue
            _make_folders(self._path)
            if await self._hashed(slots.path(path)) == self._want:
                await self._copy(slots.path(path))
                continue
            self._heard_ms = self._house.clock.ticks_ms()
            if self._size:
                return
            self._leave()
            open(self._path, "wb").close()

    def _row(self, number):
        """The words of a file's line in the new manifest, None behind the last."""
        with open(self._folder + "/manifest.new") as file:
            file.readline()
            for line in file:
                if line[:1] == "#":
                    return None
                if not number:
                    return line.split()
                number -= 1
        raise Refused(422, "manifest.txt: no last line")

    async def _hashed(self, path):
        for found in _hash(path):  # noqa: B007
            await self._sleep_ms(0)
        return found

    async def _copy(self, source):
        with open(source, "rb") as old:
            with open(self._path, "wb") as new:
                while True:
                    piece = old.read(_PIECE)
                    if not piece:
                        return
                    self._leave()
                    new.write(piece)
                    await self._sleep_ms(0)

    async def _finish(self):
        """Whatever does not belong to the new program goes; then it is one, and on trial."""
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
                self._leave()
                os.remove(path)
        self._leave()
        os.rename(self._folder + "/manifest.new", self._folder + "/manifest.txt")
        if not slots.put_on_trial("air", self._house.may_write):
            self._leave()
        self._done = True
