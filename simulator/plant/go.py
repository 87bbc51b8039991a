"""Machine side of a run: boots the firmware again and again inside one World until the scenario is over.

    micropython -m go PLAN.json       MICROPYPATH holds fakes, this folder, .frozen
    python go.py PLAN.json            CURFEW_PATH holds the same folders, separated by ":"
The current folder is the chip's file system, with boot.py, main.py and the program in it.
"""

import builtins
import io
import json
import sys

CPYTHON = sys.implementation.name == "cpython"
if CPYTHON:
    import os
    import traceback

    sys.path[:0] = os.environ["CURFEW_PATH"].split(":")

import chip
from world import Broken, ChipReset, Over, World, install


class _Sys:
    """What the firmware wants of `sys`: a traceback on the console, modules, their path, the length of a word."""

    implementation = sys.implementation
    maxsize = sys.maxsize
    platform = sys.platform
    modules = sys.modules
    path = sys.path

    @staticmethod
    def print_exception(error):
        """Print a traceback to the console."""
        if CPYTHON:
            text = "".join(traceback.format_exception(error))
        else:
            file = io.StringIO()
            sys.print_exception(error, file)
            text = file.getvalue()
        for line in text.rstrip().split("\n"):
            print(line)


class _Thread:
    """Fake of `_thread`: the entry is recorded, the World gives it its turns."""

    @staticmethod
    def allocate_lock():
        return _Lock()

    @staticmethod
    def stack_size(_size):
        return 0

    @staticmethod
    def start_new_thread(entry, args):
        chip.the.start_thread(entry, args)


class _Lock:
    def acquire(self, _wait=True):
        chip.the.alive("lock.acquire")
        return True

    def release(self):
        chip.the.alive("lock.release")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class _Gc:
    """Fake of `gc`: collecting is the simulator's business, not the firmware's."""

    @staticmethod
    def collect():
        chip.the.alive("gc.collect")


class _Micropython:
    """Fake of `micropython`: no byte interrupts here, a scenario does; and the fakes allocate within the ticks."""

    @staticmethod
    def kbd_intr(_char):
        pass

    @staticmethod
    def heap_lock():
        pass

    heap_unlock = heap_lock


NO_FILE, NO_FILE_WASM = 2, 44  # ENOENT on a chip and on Linux, and in the C library under WebAssembly


def _open(*args):
    """open() with a chip's number for a file that is not there."""
    try:
        return _real_open(*args)
    except OSError as error:
        if error.errno == NO_FILE_WASM:
            raise OSError(NO_FILE)
        raise error  # as machine code cannot raise it without a name


_real_open = open


def read(folders, name):
    """The text of a firmware file."""
    for folder in folders:
        try:
            with open(folder + "/" + name) as file:
                return file.read()
        except OSError:
            continue
    raise OSError(name)


def firmware_modules():
    return [name for name in sys.modules if name == "curfew" or name[:7] == "curfew." or name in ("starter", "program")]


def boot(sources, path):
    """Run boot.py and main.py with nothing left of their last life; returns when the prompt is reached.

    What escapes from either ends at the prompt, too; a boot.py that failed is not followed by main.py.
    """
    for name in firmware_modules():
        del sys.modules[name]
    sys.path[:] = path
    if CPYTHON:
        for name in [name for name in sys.path_importer_cache if name[:1] != "/"]:
            del sys.path_importer_cache[name]  # of slots: another run had another flash
    try:
        for source in sources:
            exec(source, {"__name__": "__main__"})
    except Exception as error:
        _Sys.print_exception(error)


def replace_builtins(folders, emit):
    """Put in place what a file on the path cannot shadow: built-in modules, and print."""
    sys.modules["_thread"] = _Thread
    sys.modules["gc"] = _Gc
    sys.modules["micropython"] = _Micropython
    builtins.print = lambda *words: emit("#console " + " ".join([str(word) for word in words]))
    if CPYTHON:  # its `time` is built in, too
        module = type(sys)("time")
        exec(compile(read(folders, "time.py"), "time.py", "exec"), module.__dict__)
        sys.modules["time"] = module
        sys.print_exception = _Sys.print_exception
    else:
        sys.modules["sys"] = _Sys
        builtins.open = _open


def run(plan, emit, prepare=None, starter=None, compiled=None):
    """Run a plan to its end; prepare(world) may hang something on the World before the first boot.

    starter: (text, name) of what boots instead of the flash's own boot.py and main.py; compiled: code of theirs.
    """
    folders = [folder for folder in sys.path if folder and folder[0] != "."]
    texts = starter or [(read(["."], name), name) for name in ("boot.py", "main.py")]
    sources = compiled or [compile(text, name, "exec") for text, name in texts]
    path = [folder for folder in sys.path if folder != "."]  # an earlier run left one
    if not starter:
        path.insert(0, ".")  # the starter lies on the flash
    replace_builtins(folders, emit)
    world = World(plan, emit)
    install(world)
    if prepare:
        prepare(world)
    world.begin()
    try:
        while True:
            world.wait_for_power()
            try:
                if not world.boot():
                    continue
                boot(sources, path)
                world.stopped()
                world.wait_for_reset()
            except ChipReset:
                continue
    except Over:
        world.end()
    except Broken as broken:  # no doing of the program: the run ends here, with its error
        raise broken.error
    return world


def main():
    with open(sys.argv[1]) as file:
        plan = json.load(file)
    if getattr(sys.implementation, "_build", "") == "wasi":
        import gc

        gc.disable()  # it would not see what C holds in locals of WebAssembly; a day of the stove fits into the heap
    write = sys.stdout.write
    run(plan, lambda line: write(line + "\n"))


if __name__ == "__main__":
    main()
