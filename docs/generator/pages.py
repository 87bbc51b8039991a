"""Which generated parts and drawings each document has, and how they are brought up to date."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks import counts
from benchmarks import kept as bench
from benchmarks import table as bench_table
from docs.generator import EN, ROOT, ZH, argument, chips, diagram, evidence, tables
from render.markdown import rows as markdown
from wiring import tables as wiring
from wiring.spice import table as spice

Part = Callable[[int], str]


def _bench(language: int) -> str:
    """What `make bench KEEP=1` stored."""
    run, measured = bench.read(bench.KEPT)
    return bench_table.in_markdown(run, measured, language)


def _bench_in_brief(language: int) -> str:
    run, measured = bench.read(bench.KEPT)
    return bench_table.in_brief(run, measured, language)


def _counts(language: int) -> str:
    """What `make counts KEEP=...` stored, and why each figure is as it is; in English only."""
    body = [(f"`{name}`", f"{one['value']:,}", one["unit"], one["why"]) for name, one in counts.read().items()]
    return markdown(("Figure", "Value", "Unit", "Last change"), body)


PARTS: dict[str, Part] = {
    "demo": tables.demo,
    "states": tables.states,
    "transitions": tables.transitions,
    "sounds": tables.sound_table,
    "causes": tables.causes,
    "faults": tables.fault_table,
    "settings": tables.settings,
    "entities": tables.entities,
    "parts list": lambda language: wiring.bom(language),
    "parts": lambda language: wiring.parts(language),
    "data sheets": lambda language: wiring.makers(language),
    "pins": lambda language: wiring.pins(language),
    "other pins": tables.chip_pins,
    "refused pins": lambda language: wiring.refused(language),
    "chip pins": lambda language: wiring.chips(language),
    "connections": lambda language: wiring.connections(language),
    "settings of the builds": lambda language: wiring.settings(language),
    "single faults": spice.in_markdown,
    "single faults in brief": spice.in_brief,
    "bench": _bench,
    "bench in brief": _bench_in_brief,
    "counts": _counts,
    "chips": chips.fits,
    "rules": evidence.table,
}
ENGLISH: dict[str, tuple[str, ...]] = {
    "README.md": ("chips", "bench in brief"),
    "SAFETY.md": ("single faults in brief",),
    "docs/start/build.md": ("parts list", "settings of the builds"),
    "docs/safety/circuit.md": ("single faults",),
    "docs/safety/safety-case.md": ("rules",),
    "docs/use/cook.md": ("states", "transitions", "sounds"),
    "docs/use/why-off.md": ("causes", "faults"),
    "docs/use/settings.md": ("settings",),
    "docs/connect/home-assistant.md": ("entities",),
    "docs/develop/simulator.md": ("demo",),
    "docs/develop/benchmarks.md": ("bench", "counts"),
    "wiring/README.md": ("parts", "data sheets", "pins", "refused pins", "other pins", "chip pins", "connections"),
}
DRAWINGS: dict[str, Callable[[], str]] = {
    "docs/images/states.svg": lambda: diagram.drawn(EN),
    "docs/images/states.zh-CN.svg": lambda: diagram.drawn(ZH),
    "docs/safety/argument.svg": lambda: argument.drawn("en"),
    "docs/safety/argument.zh-CN.svg": lambda: argument.drawn("zh"),
}


def sibling(file: str) -> str:
    """The Chinese document beside an English one."""
    if file.startswith("docs/"):
        return file.removesuffix(".md") + ".zh.md"
    return file.removesuffix(".md") + ".zh-CN.md"


def documents() -> list[tuple[str, int, tuple[str, ...]]]:
    """Every document with generated parts that exists: its path, its language and its parts."""
    found = [(file, EN, parts) for file, parts in ENGLISH.items()]
    found += [(sibling(file), ZH, parts) for file, parts in ENGLISH.items() if (ROOT / sibling(file)).exists()]
    return found


def region(name: str) -> re.Pattern[str]:
    """The place of one part in a text."""
    return re.compile(rf"(<!-- generated: {name} -->\n)(.*?)(<!-- end: {name} -->)", re.DOTALL)


def markers(text: str) -> list[str]:
    """The names of the generated parts of a text, in order."""
    return re.findall(r"<!-- generated: (.+?) -->", text)


def update(text: str, parts: dict[str, str]) -> tuple[str, list[str]]:
    """The text with current parts, and the names of those that had drifted or are missing."""
    drifted = sorted(set(markers(text)) - set(parts))
    for name, part in parts.items():
        found = region(name).findall(text)
        if len(found) != 1 or found[0][1] != part + "\n":
            drifted.append(name)
        text = region(name).sub(lambda match, part=part: f"{match[1]}{part}\n{match[3]}", text)  # type: ignore[misc]
    return text, drifted


def current(language: int, wanted: Iterable[str], demo: str | None = None) -> dict[str, str]:
    """The parts of one document; `demo`, when given, saves another run of the simulator."""
    return {name: demo if name == "demo" and demo else PARTS[name](language) for name in wanted}


def drifted_drawings() -> list[str]:
    """The drawings that are not as the sources have them now."""
    return [file for file, draw in DRAWINGS.items() if not (ROOT / file).exists() or _read(ROOT / file) != draw()]


def _read(path: Path) -> str:
    return path.read_text("utf-8")
