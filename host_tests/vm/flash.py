"""On the VM: a flash under a real LittleFS, which loses its power at one of its operations.

Programming clears bits, erasing sets those of a whole block; both are counted, reading is limited. What LittleFS
synced once stays: no manner takes back more than the operation in which the power went.
"""

import os

import vfs

SYNC, BLOCK_COUNT, BLOCK_SIZE, BLOCK_ERASE = 3, 4, 5, 6  # what ioctl() is asked
CHUNK = 128  # bytes that LittleFS asks for at once, with the sizes that MicroPython gives it
READS_MAX = 20  # nothing reads more often than so many times as much as the flash holds
DEVICES = ((4096, 32), (512, 128))  # block size and count: the chip's, and one on which a journal needs many blocks
MANNERS = (
    "absent",  # nothing of the operation happened
    "half",  # its first half happened
    "noise",  # its first half happened, the rest is noise
    "stale",  # its block is again what it was at the last sync: a controller fell back on its older copy
    "twin",  # it happened, and a free block has become a copy of its block: a duplicate that must not be found
    "twice",  # it happened, and happens once more when the power is back
)


class PowerCut(BaseException):
    """Nothing happens any more."""


class Endless(Exception):
    """More was read than anything may need."""


class Random:
    """Xorshift, 32 bits."""

    def __init__(self, seed):
        self._state = seed * 2654435761 & 0xFFFFFFFF or 1

    def below(self, limit):
        """A whole number from 0 to limit - 1."""
        x = self._state
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        self._state = x
        return x % limit


def power_cut():
    """What happens at a cut when no one asks for anything else."""
    raise PowerCut


class Flash:
    """A block device for VfsLfs2 that begins with these bytes.

    cut_at: the power goes at this erase or program, None: never; then on_cut() is called and has to raise. free: the
    block that becomes a twin. `operations`: the blocks that were programmed, and -1 - block for those erased.
    """

    def __init__(self, data, size, cut_at=None, manner="absent", free=None, random=None, on_cut=power_cut):
        self.data = bytearray(data)
        self.size = size
        self.cut_at = cut_at
        self.manner = manner
        self.free = free
        self.random = random
        self.on_cut = on_cut
        self.dead = False
        self.operations = []
        self.touched = set()  # blocks that were read or changed
        self.reads = 0
        self._synced = {}  # blocks changed since the last sync, as they were then

    def ioctl(self, what, block):
        if what == BLOCK_COUNT:
            return len(self.data) // self.size
        if what == BLOCK_SIZE:
            return self.size
        if what == BLOCK_ERASE:
            return self._change(block, 0, None)
        if what == SYNC and not self.dead:
            self._synced = {}
        return 0

    def readblocks(self, block, buffer, offset=0):
        if self.dead:
            return 0
        self.reads += 1
        if self.reads > READS_MAX * len(self.data) // CHUNK:
            raise Endless
        self.touched.add(block)
        at = block * self.size + offset
        buffer[:] = self.data[at : at + len(buffer)]
        return 0

    def writeblocks(self, block, buffer, offset=0):
        return self._change(block, offset, buffer)

    def _change(self, block, offset, buffer):
        """An erase (buffer None) or a program."""
        if self.dead:
            return 0  # a file that is closed after the cut changes nothing
        self.touched.add(block)
        if block not in self._synced:
            self._synced[block] = self.block(block)
        erase = buffer is None
        at = block * self.size + offset
        new = b"\xff" * self.size if erase else buffer
        if len(self.operations) == self.cut_at:
            self._cut(block, at, new, erase)
            self.dead = True
            self.on_cut()
        self._put(at, new, erase)
        self.operations.append(-1 - block if erase else block)
        return 0

    def _cut(self, block, at, new, erase):
        """Leave the files as they are when the power is back."""
        manner = self.manner
        half = len(new) // 2
        if manner in ("half", "noise"):
            self._put(at, new[:half], erase)
            if manner == "noise":
                self._put(at + half, self.noise(len(new) - half), erase)
        elif manner == "stale":
            self.data[block * self.size : (block + 1) * self.size] = self._synced[block]
        elif manner in ("twin", "twice"):
            self._put(at, new, erase)
            if manner == "twin":
                assert self.free not in self.touched, "the block is in use"
                self.data[self.free * self.size : (self.free + 1) * self.size] = self.block(block)
            else:
                self._put(at, new, erase)

    def _put(self, at, new, erase):
        was = self.data[at : at + len(new)]
        if not erase and was != b"\xff" * len(new):
            both = int.from_bytes(was, "little") & int.from_bytes(new, "little")
            new = both.to_bytes(len(new), "little")
        self.data[at : at + len(new)] = new

    def block(self, number):
        """The bytes of a block."""
        return self.data[number * self.size : (number + 1) * self.size]

    def noise(self, length):
        """So many bytes that mean nothing."""
        return bytes([self.random.below(256) for _ in range(length)])


def formatted(size, count):
    """The bytes of an empty file system."""
    flash = Flash(b"\xff" * (size * count), size)
    vfs.VfsLfs2.mkfs(flash)
    return bytes(flash.data)


def mounted(flash):
    """The flash, now the current folder, by a LittleFS that knows nothing of what was before.

    LittleFS draws the next block from the checksums of what it holds. With the time of each writing in it every run
    would draw others, now and then even the free block that is to become a twin.
    """
    os.chdir("/")
    if "flash" in os.listdir("/"):
        vfs.umount("/flash")
    flash.reads = 0
    vfs.mount(vfs.VfsLfs2(flash, mtime=False), "/flash")
    os.chdir("/flash")
    return flash
