"""On the VM: mounts the flash and runs boot.py and main.py from it, as the chip does after a reset; then the prompt.

Run as: micropython -i start.py WIRE FLASH_FILE RTC_FILE SPEED CAUSE [WEB_PORT KEYS]
MICROPYPATH: this folder, .frozen; with the last two, which give it a radio, ../realtime/air.
"""

import os
import sys

import vfs

import backend

BLOCK_BYTES = 4096


class _Flash:
    """A file as a block device: what was written before the power went is there, the rest is not."""

    def __init__(self, path):
        self._file = open(path, "r+b")
        self._blocks = os.stat(path)[6] // BLOCK_BYTES

    def readblocks(self, number, buffer, offset=0):
        self._file.seek(number * BLOCK_BYTES + offset)
        self._file.readinto(buffer)

    def writeblocks(self, number, buffer, offset=0):
        self._file.seek(number * BLOCK_BYTES + offset)
        self._file.write(buffer)

    def ioctl(self, asked, _):
        return {4: self._blocks, 5: BLOCK_BYTES}.get(asked, 0)


def _mount(path):
    flash = _Flash(path)
    try:
        mounted = vfs.VfsLfs2(flash)
    except OSError:  # a new one: MicroPython formats it at its first start
        vfs.VfsLfs2.mkfs(flash)
        mounted = vfs.VfsLfs2(flash)
    vfs.mount(mounted, "/flash")
    os.chdir("/flash")


def _run(name):
    """True unless it is there and fails; what escapes is printed, as on the chip."""
    try:
        with open(name) as file:
            source = file.read()
    except OSError:
        return True
    try:
        exec(compile(source, name, "exec"), {"__name__": "__main__"})
        return True
    except KeyboardInterrupt:
        print("KeyboardInterrupt:")
    except Exception as error:
        sys.print_exception(error)
    return False


backend.begin(sys.argv[1], sys.argv[3], sys.argv[4], sys.argv[5])
_mount(sys.argv[2])
sys.modules["micropython"] = backend.Interpreter()
if len(sys.argv) > 6:
    import wire

    wire.inputs[wire.WEB_PORT] = int(sys.argv[6])
    backend.begin_radio(sys.argv[7])
else:
    sys.modules["_thread"] = backend.Threads
sys.argv[:] = []
sys.path[0] = ""  # the flash; this folder is on the path once more
try:
    backend.tell("alive")  # from here on a Ctrl-C is understood
    if _run("boot.py"):
        _run("main.py")
except KeyboardInterrupt:
    print("KeyboardInterrupt:")
finally:
    backend.tell("deaf")  # until the prompt is there a Ctrl-C would end the VM
