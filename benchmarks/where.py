"""Where the bytes of the heap are, by module and by kind, read from the memory of the real VM. Linux only.

    python -m benchmarks.where [BURNERS]

The device as program.py builds it, with all services imported and none running. Functions and classes belong to their
module, objects to the module of their class; what C code holds (names, above all) is "the VM".
Belongs here: blocks and what they point to. Does not: figures that are kept (counts.py).
"""

import os
import re
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks import rig
from simulator import run, run_settings

BLOCK = 32  # bytes, of the 64-bit VM
# Words of an object: in which one its parts are. py/objfun.h, objtype.h, obj.h of MicroPython 1.29.
CONTEXT, CHILDREN, BYTECODE, TABLE = 1, 2, 3, 3
FUNCTIONS = ("function", "generator")


class Heap:
    """The blocks of a heap by number, their sizes, and what is known of some addresses."""

    def __init__(self, text: str, read: Callable[[int, int], bytes]):
        self.sizes: dict[int, int] = {}
        self._base = int(re.search(r"from ([0-9a-f]+):", text)[1], 16)  # type: ignore[index]
        last = None
        for at, blocks in re.findall(r"^([0-9a-f]{8}): (\S+)$", text, re.M):
            for number, kind in enumerate(blocks, int(at, 16) // BLOCK):
                if kind == "=" and last is not None:
                    self.sizes[last] += BLOCK
                else:
                    last = number if kind != "." else None
                    if last is not None:
                        self.sizes[number] = BLOCK
        self._memory = read(self._base, max(self.sizes) * BLOCK + self.sizes[max(self.sizes)])
        found = re.findall(r"^([TMCF]) (\S+) ([0-9a-f]+) (\S+)$", text, re.M)
        self.types = {int(at, 16): name for kind, _, at, name in found if kind == "T"}
        modules = [(self.block(int(at, 16)), name) for kind, _, at, name in found if kind == "M"]
        self.modules = {block: name for block, name in modules if block is not None}
        classes = [(self.block(int(at, 16)), module, name) for kind, module, at, name in found if kind == "C"]
        self.classes = {block: (module, name) for block, module, name in reversed(classes) if block is not None}

    def block(self, address: int) -> int | None:
        """The block that begins at an address; None for any other word."""
        number, rest = divmod(address - self._base, BLOCK)
        return number if rest == 0 and number in self.sizes else None

    def words(self, block: int) -> list[int]:
        """Its content."""
        size = self.sizes[block]
        return list(struct.unpack_from(f"<{size // 8}Q", self._memory, block * BLOCK))

    def parts(self, block: int, first: int = 0) -> list[int]:
        """The blocks to which it points."""
        found = [self.block(word) for word in self.words(block)[first:]]
        return [one for one in found if one is not None]

    def kind(self, block: int) -> str:
        """The type of the object in it: a type of the VM, "object", or "" for what is none."""
        word = self.words(block)[0]
        return self.types.get(word) or ("object" if self.block(word) in self.classes else "")


class Census:
    """Bytes by module and kind."""

    def __init__(self, heap: Heap):
        self._heap = heap
        self._seen: set[int] = set()
        self.bytes: Counter[tuple[str, str]] = Counter()
        for block, module in heap.modules.items():
            self._count(block, module, "module and its tables")
            for part in heap.parts(block):
                if heap.kind(part) in ("dict", ""):
                    self._with_table(part, module, "module and its tables")
        for block in heap.sizes:
            if heap.kind(block) in FUNCTIONS:
                owner = heap.modules.get(heap.block(heap.words(block)[CONTEXT]) or -1)
                self._function(block, owner or "the VM")
        for block, (module, _) in heap.classes.items():
            self._class(block, module)
        for block in heap.sizes:
            if heap.kind(block) == "object":
                self._object(block, heap.classes[heap.block(heap.words(block)[0])][0])
        for block, name in heap.modules.items():
            for part in heap.parts(block):
                for one in heap.parts(part):
                    self._data(one, name)
                    for table in heap.parts(one) if heap.kind(part) == "dict" else ():
                        self._data(table, name)
        for block in heap.sizes:
            self._count(block, "the VM", "names, tasks, the rest")

    def _count(self, block: int, module: str, kind: str) -> bool:
        if block in self._seen:
            return False
        self._seen.add(block)
        self.bytes[module, kind] += self._heap.sizes[block]
        return True

    def _with_table(self, block: int, module: str, kind: str) -> None:
        self._count(block, module, kind)
        for part in self._heap.parts(block)[:1] if self._heap.kind(block) == "dict" else ():
            self._count(part, module, kind)

    def _function(self, block: int, module: str) -> None:
        self._count(block, module, "functions")
        words = self._heap.words(block)
        for at, kind in ((BYTECODE, "bytecode"), (CHILDREN, "nested functions")):
            part = self._heap.block(words[at])
            if part is not None and self._count(part, module, kind) and kind == "nested functions":
                self._nested(part, module)

    def _nested(self, block: int, module: str) -> None:
        for part in self._heap.parts(block):
            if not self._heap.kind(part) and self._count(part, module, "nested functions"):
                self._nested(part, module)

    def _class(self, block: int, module: str) -> None:
        self._count(block, module, "classes")
        for part in self._heap.parts(block, 1):
            if self._heap.kind(part) == "dict":
                self._with_table(part, module, "classes")

    def _object(self, block: int, module: str) -> None:
        if self._count(block, module, "objects"):
            words = self._heap.words(block)
            table = self._heap.block(words[TABLE]) if len(words) > TABLE else None
            if table is not None and self._count(table, module, "objects"):
                for part in self._heap.parts(table):
                    self._data(part, module)

    def _data(self, block: int, module: str) -> None:
        kind = self._heap.kind(block)
        if kind in ("str", "bytes", "bytearray", "array", "list", "tuple", "dict") and self._count(block, module, kind):
            for part in self._heap.parts(block, 1):
                if not self._heap.kind(part):
                    self._count(part, module, kind)
                self._data(part, module)


def census(burners: int = 2) -> Counter[tuple[str, str]]:
    """Bytes by module and kind. Raises RuntimeError."""
    folders = [rig.AIR, rig.TINY, rig.CHIP, rig.COMMON, run.BOARD / "a", run.BOARD / "a" / "lib", run.BOARD]
    environment = {**os.environ, "MICROPYPATH": rig.path_of(*folders)}
    with tempfile.TemporaryDirectory(prefix="curfew-bench-") as folder:
        settings = run_settings.make({}, run_settings.shipped(), burners, True)["settings"]
        run.fill(Path(folder), run.BOARD, {"events": [], "settings": settings})
        command = [rig.micropython(), "-X", "heapsize=400k", str(rig.VM / "where.py")]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=folder, env=environment, stdin=pipe, stdout=pipe, text=True) as vm:
            assert vm.stdout is not None
            text = ""
            while not text.endswith("\nready\n"):
                line = vm.stdout.readline()
                if not line:
                    raise RuntimeError(f"where.py on the VM: {text[-400:]}")
                text += line

            def read(base: int, size: int) -> bytes:
                with open(f"/proc/{vm.pid}/mem", "rb") as memory:
                    memory.seek(base)
                    return memory.read(size)

            found = Census(Heap(text, read)).bytes
            vm.kill()
    return found


def main() -> None:
    """Print the bytes of each kind, and of each module by kind."""
    found = census(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    for at, title in ((1, "kind"), (0, "module")):
        sums: Counter[str] = Counter()
        for key, size in found.items():
            sums[key[at]] += size
        print(f"by {title}, of {sum(sums.values()):,} bytes")
        for name, size in sums.most_common():
            parts = [f"{kind} {one:,}" for (module, kind), one in found.most_common() if module == name]
            print(f"{size:9,}  {name}" + (": " + ", ".join(parts) if at == 0 else ""))


if __name__ == "__main__":
    main()
