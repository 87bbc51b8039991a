"""On the VM: a LittleFS with two slots whose power goes at any operation of an update, of its trial, of its proof.

    micropython slot_cuts.py SEED [full]       MICROPYPATH: the compiled program, its lib, the folder of the starter
Prints a line "FAILED ..." where a start finds no whole program, or one that is neither the old nor the new; then
"operations N", "cuts N", "old N", "trial N", "proved N". "full": instead, too little room.
"""

import os
import sys
from hashlib import sha256

import starter
from flash import MANNERS, Flash, PowerCut, Random, formatted, mounted

from curfew.bundles import base as slots
from curfew.services.update import receiver as update

SIZE, COUNT = 4096, 64
PIECE = 3072
FAILURES_MAX = 5
OLD = {
    "program.mpy": b"old" * 90,
    "curfew/same.mpy": b"same" * 300,
    "curfew/changed.mpy": b"old" * 700,
    "www/p.gz": b"p",
}
NEW = {"program.mpy": b"new" * 90, "curfew/same.mpy": b"same" * 300, "curfew/changed.mpy": b"new" * 1400,
       "curfew/more/added.mpy": b"", "www/p.gz": b"q"}  # fmt: skip
STALE = {"curfew/gone.mpy": b"gone", "curfew/changed.mpy": b"older", "manifest.txt": b"curfew 0 0\n"}


def manifest_of(files):
    """As tools/build/manifest.py writes it, but for the seal, which the starter leaves to others."""
    rows = "".join(["%s %d %s\n" % (sha256(files[n]).digest().hex(), len(files[n]), n) for n in sorted(files)])
    return ("curfew 0.1.0 %s\n%s#0000\n" % (sha256(rows.encode()).digest().hex()[:8], rows)).encode()


def put(slot, files):
    for name, data in files.items():
        path = slot + "/" + name
        at = path.find("/")
        while at > 0:
            if path[:at].split("/")[-1] not in os.listdir(path[:at].rpartition("/")[0] or "."):
                os.mkdir(path[:at])
            at = path.find("/", at + 1)
        with open(path, "wb") as file:
            file.write(data)


class Context:
    """What a Receiver wants of it."""

    receiver = None

    def __init__(self):
        self.clock = self.link = self
        self.update_ms = [1]

    def ticks_ms(self):
        return 0

    def flash_allowed(self):
        return True


async def no_sleep(_ms):
    pass


def receive():
    """A whole update, as tools/update.py sends it."""
    slots.here = "a"
    text = manifest_of(NEW)
    receiver = update.Receiver(Context(), no_sleep, sha256(text).digest().hex(), len(text))
    sources = [text] + [NEW[name] for name in sorted(NEW)]
    while receiver.wanted():
        line, at = [int(word) for word in receiver.wanted().split(":")]
        try:
            receiver.take(sources[line + 1][at : at + PIECE]).send(None)
        except StopIteration:
            pass


def story():
    """Received, started, and proved."""
    receive()
    if starter.choose() != ("b", "air"):
        raise ValueError("not tried")
    slots.here = "b"
    slots.mark_confirmed(lambda: True)


def begun():
    """The bytes of a flash with the old program in slot a, and what is left of an older one in slot b."""
    flash = mounted(Flash(formatted(SIZE, COUNT), SIZE))
    put("a", dict(OLD, **{"manifest.txt": manifest_of(OLD)}))
    put("b", STALE)
    return bytes(flash.data)


reported = {"operations": 0, "cuts": 0, "old": 0, "trial": 0, "proved": 0, "failed": 0}


def failed(*words):
    reported["failed"] += 1
    print("FAILED", *words)
    if reported["failed"] == FAILURES_MAX:
        sys.exit()


def holds(slot, files):
    """True when a slot has these files, byte by byte."""
    for name, data in files.items():
        with open(slot + "/" + name, "rb") as file:
            if file.read() != data:
                return False
    return True


def start(data, where):
    """What the next start finds after a cut, and the one after it."""
    reported["cuts"] += 1
    mounted(Flash(data, SIZE))
    found = starter.choose()
    if found not in (("a", ""), ("b", "air"), ("b", "")):
        return failed(where, "starts", found)
    if not holds(found[0], OLD if found[0] == "a" else NEW):
        return failed(where, "slot", found[0], "is a mixture")
    reported["old" if found[0] == "a" else "trial" if found[1] else "proved"] += 1
    again = starter.choose()
    if again != (("a", "") if found[1] else found):
        return failed(where, "starts", found, "and then", again)
    if again[0] == "a":  # and the update can come once more
        receive()
        if starter.choose() != ("b", "air") or not holds("b", NEW) or "gone.mpy" in os.listdir("b/curfew"):
            failed(where, "the next update does not come")


def cuts(random):
    data = begun()
    whole = mounted(Flash(data, SIZE))
    story()
    if starter.choose() != ("b", ""):
        return failed("without a cut")
    free = [block for block in range(COUNT) if block not in whole.touched][0]
    reported["operations"] = len(whole.operations)
    for cut_at in range(len(whole.operations)):
        for at in range(cut_at % 2, len(MANNERS), 2):
            manner = MANNERS[at]
            flash = mounted(Flash(data, SIZE, cut_at, manner, free, random))
            try:
                story()
            except (PowerCut, OSError, ValueError, update.Damaged, update.NotAllowed) as end:
                if not flash.dead:
                    raise end
            start(bytes(flash.data), "operation %d %s:" % (cut_at, manner))


def full():
    """Less and less room: the update is refused by the flash, and the old program starts."""
    for left in range(12):
        flash = mounted(Flash(begun(), SIZE))
        number = 0
        try:
            while True:
                with open("filler%d" % number, "wb") as file:
                    file.write(bytes(SIZE))
                number += 1
        except OSError:
            pass
        for spare in range(left):
            os.remove("filler%d" % (number - 1 - spare))
        mounted(flash)
        reported["cuts"] += 1
        try:
            receive()
            found = starter.choose()
            if found != ("b", "air"):
                failed("with", left, "blocks:", found)
            reported["trial"] += 1
        except OSError:
            if starter.choose() != ("a", "") or not holds("a", OLD):
                failed("with", left, "blocks the old one is lost")
            reported["old"] += 1


if sys.argv[2:] == ["full"]:
    full()
else:
    cuts(Random(int(sys.argv[1])))
for word in ("operations", "cuts", "old", "trial", "proved"):
    print(word, reported[word])
