"""A small file system in memory whose power can be cut before every operation and at every byte.

Belongs here: what store.py uses of files, and when a cut happens. Does not: what should be left after it.
"""

import errno


class PowerCut(BaseException):
    """Nothing happens any more."""


class Flash:
    """Files by name. cut_at: the power goes at this step (a byte written or an operation); None: never.

    lazy: bytes reach a file only with flush() or close(), as on a file system with a cache. fails_at: the step at
    which an operation fails with OSError instead. `steps` counts, `operations` names what was done in order.
    """

    def __init__(self, files=None, cut_at=None, lazy=False, fails_at=None):
        self.files = dict(files or {})
        self.cut_at = cut_at
        self.fails_at = fails_at
        self.lazy = lazy
        self.steps = 0
        self.operations = []
        self.dead = False
        self.unreadable = False  # files are there, and reading them fails

    def step(self, operation):
        """One step; raises when it is the last one."""
        if self.dead or self.steps == self.cut_at:
            self.dead = True
            raise PowerCut
        if self.steps == self.fails_at:
            self.fails_at = None
            raise OSError(errno.ENOSPC, operation)
        self.steps += 1
        if operation:
            self.operations.append(operation)

    def open(self, name, mode="r"):
        """As the builtin, for "r", "rb", "w" and "wb"."""
        if mode[0] == "w":
            self.step("open " + name)
            self.files[name] = b""
        elif name not in self.files:
            raise OSError(errno.ENOENT, name)
        elif self.unreadable:
            raise OSError(errno.EIO, name)
        return _File(self, name, mode)

    def rename(self, old, new):
        """At once or not at all; replaces what is there."""
        self.step(f"rename {old} {new}")
        self.files[new] = self.files.pop(old)

    def listdir(self, folder):
        """Names in a folder below the root."""
        return sorted({name[len(folder) + 1 :].split("/")[0] for name in self.files if name.startswith(folder + "/")})

    def remove(self, name):
        self.step("remove " + name)
        del self.files[name]


class _File:
    def __init__(self, flash, name, mode):
        self.flash = flash
        self.name = name
        self.mode = mode
        self.waiting = b""
        self.at = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def write(self, data):
        data = data.encode() if isinstance(data, str) else bytes(data)
        self.flash.step("write " + self.name)
        if self.flash.lazy:
            self.waiting += data
        else:
            self._put(data)
        return len(data)

    def _put(self, data):
        for byte in data:
            self.flash.step(None)
            self.flash.files[self.name] += bytes([byte])

    def flush(self):
        self.flash.step("flush " + self.name)
        self._put(self.waiting)
        self.waiting = b""

    def close(self):
        if self.mode[0] == "w" and not self.flash.dead:
            self._put(self.waiting)
            self.waiting = b""

    def read(self, count=-1):
        data = self.flash.files[self.name][self.at :]
        data = data if count < 0 else data[:count]
        self.at += len(data)
        return data if "b" in self.mode else data.decode()

    def __iter__(self):
        while True:
            data = self.flash.files[self.name][self.at :]
            if not data:
                return
            line = data[: data.find(b"\n") + 1] or data
            self.at += len(line)
            yield line if "b" in self.mode else line.decode()

    def readinto(self, buffer):
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readline(self):
        return next(iter(self), b"" if "b" in self.mode else "")
