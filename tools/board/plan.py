"""What a deploy has to do: the built program beside what is on the board. Pure, no cable."""

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from ..build import manifest
from .images import builds
from .images.image import VERSION_MIN
from .installation import core, typed

pins = core("pins")

SLOTS = "ab"
MAIN = "main.py"  # written last: whatever it needs is there by then
BLOCK_BYTES = 4096
VIRTUAL = ("linux ", "darwin ")  # how the VM of a virtual board names its machine
# The boot.py that MicroPython writes into a new file system (ports/esp32/modules/inisetup.py).
_FRESH_BOOT = b"""\
# This file is executed on every boot (including wake-boot from deepsleep)
#import esp
#esp.osdebug(None)
#import webrepl
#webrepl.start()
"""
_SLOT_TXT = re.compile(r"active ([ab])\n(?:trial ([ab]) (new|tried) (\w+)\n)?#([0-9a-f]{4})\n")
_ROW = re.compile(r"([0-9a-f]{64}) (\d+) (\S+)")


@dataclass(frozen=True)
class Built:
    """A program as tools/build/build.py left it: everything by its path on the board, the slot's below the slot."""

    root: dict[str, bytes]  # boot.py and the starter, in the order in which they are written
    settings: bytes
    files: dict[str, bytes]  # of a slot, manifest.txt too
    version: str
    build: str

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file of the slot."""
        return {path: sha256(data).hexdigest() for path, data in self.files.items()}


@dataclass(frozen=True)
class Survey:
    """What is on a board. Hashes are SHA-256 in hex digits."""

    root: dict[str, str]  # hash of every plain file in the root
    slots: dict[str, dict[str, str]]  # hash by path, of each slot
    manifests: dict[str, str] = field(default_factory=dict)  # manifest.txt of each slot that has one
    slot_txt: str = ""
    free_bytes: int = 1 << 30
    total_bytes: int = 1 << 30
    micropython: str = ""
    machine: str = ""
    chip: str = ""  # its own number in hex digits
    package: int = 0  # of a plain ESP32, from its fuses
    memory: tuple[int, ...] = ()  # free bytes at the prompt: Python's; the chip's own, its largest block, its least

    @property
    def name(self) -> str:
        """The device's name in the network, as both the device and this computer write it: curfew-ab0f."""
        return f"curfew-{self.chip[-4:]}"


@dataclass(frozen=True)
class Plan:
    """What to do, in the order of the fields. slot: which one is written, "" when the program is there already."""

    settings: bool  # there is no settings.json yet
    slot: str
    copy: tuple[tuple[str, str], ...]  # path, slot in which the right bytes are
    send: tuple[str, ...]  # paths, manifest.txt last
    stale: tuple[str, ...]  # paths in the slot that are not in the build
    slot_txt: str  # its new content, "" to leave it
    root: tuple[str, ...]
    trial: bool  # the program is pending until it is confirmed

    @property
    def is_empty(self) -> bool:
        """True when nothing on the board changes."""
        return not (self.settings or self.slot or self.slot_txt or self.root)


def built(folder: Path) -> Built:
    """A build folder, read. Raises OSError, KeyError, ValueError where it is none, or damaged."""
    slot = folder / SLOTS[0]
    files = {path.relative_to(slot).as_posix(): path.read_bytes() for path in slot.rglob("*") if path.is_file()}
    head = files[manifest.NAME].decode().split("\n", 1)[0]
    if manifest.text(head.split()[1], {key: files[key] for key in files if key != manifest.NAME}) != (
        files[manifest.NAME].decode()
    ):
        raise ValueError(f"{folder}: not as it was built")
    names = sorted((path.name for path in folder.glob("*.py")), key=lambda name: (name == MAIN, name))
    root = {name: (folder / name).read_bytes() for name in names}
    return Built(root, (folder / "settings.json").read_bytes(), files, *head.split()[1:3])


def whole(new: Built, settings: bytes) -> dict[str, bytes]:
    """Every file of a board on which nothing else ever was, by its path."""
    slot = {f"{SLOTS[0]}/{path}": data for path, data in new.files.items()}
    return {**new.root, "settings.json": settings, **slot}


def slot_text(active: str, trial: str = "") -> str:
    """slot.txt that names the active slot, and one to be tried."""
    told = f"active {active}\n" + (f"trial {trial} new cable\n" if trial else "")
    return f"{told}#{manifest.crc16(told.encode()):04x}\n"


def read_slot_txt(text: str) -> tuple[str, str, bool]:
    """The active slot, the pending one ("" for none), whether that was tried; slot a where there is no sound text."""
    found = _SLOT_TXT.fullmatch(text)
    if not found or manifest.crc16(text[: text.index("#")].encode()) != int(found[5], 16):
        return SLOTS[0], "", False
    return found[1], found[2] or "", found[3] == "tried"


def is_sound(slot: str, survey: Survey) -> bool:
    """Whether every byte of a slot is as its manifest says, as the starter judges it."""
    text = survey.manifests.get(slot, "")
    there = survey.slots.get(slot, {})
    rows, _, seal = text.partition("#")
    lines = rows.splitlines()
    if not lines or not seal or manifest.crc16(rows.encode()) != int(seal, 16):
        return False
    listed = {row[3]: row[1] for row in map(_ROW.fullmatch, lines[1:]) if row}
    programs = {path for path in there if path.endswith((".py", ".mpy"))}
    return listed.items() <= there.items() and programs <= set(listed)


def running(survey: Survey) -> str:
    """The slot that the starter takes at the next start if none is pending; "" when no program is sound."""
    active = read_slot_txt(survey.slot_txt)[0]
    for slot in (active, other(active)):
        if is_sound(slot, survey):
            return slot
    return ""


# By number, as esptool reads it: what has its flash or PSRAM at GPIO16 and 17, where lights and buzzer are.
_PACKAGES = {2: "ESP32-D2WD", 4: "ESP32-U4WDH", 5: "ESP32-PICO", 6: "ESP32-PICO-V3-02", 7: "ESP32-D0WDR2-V3"}


def chip_of(machine: str) -> str:
    """The name that settings give the chip of a board; "" for one whose pins are not known."""
    word = machine.rpartition(" with ")[2]
    return word if word in pins.CHIPS else ""


def settings_for(settings: bytes, machine: str, build: str = "") -> bytes:
    """The shipped settings with the chip of this board, whose own pins are then the defaults, and those of a build."""
    chip = chip_of(machine) or pins.PLAIN
    given = json.loads(settings)
    if build:
        given |= builds.settings_of(build, chip)
    elif chip == given.get("chip", pins.PLAIN):
        return settings
    else:
        burners = [{"sensor": one.get("sensor", False)} for one in given["burners"]]
        given |= {"chip": chip, "burners": burners[: len(pins.row(chip)[pins.AT_RELAYS])]}
    return (json.dumps(given, indent=2) + "\n").encode()


TIMER_ONLY = (pins.PLAIN, "ESP32C3")  # README's table: host_tests/docs/test_chip_heap.py
BY_LEVEL = "after a crash in which boot.py does not run the contact stays closed; nothing but the knob ends it"


def wrong_chip(settings: bytes, machine: str) -> str:
    """What is wrong when settings name another chip than that of a board; "" when nothing is."""
    try:
        named = json.loads(settings).get("chip", pins.PLAIN)
    except (ValueError, AttributeError):
        return ""  # judged elsewhere
    chip = chip_of(machine)
    return f"settings.json: chip: {named} is not this board's, {chip}" if chip not in ("", named) else ""


def radio_needs(settings: bytes, machine: str) -> str:
    """What page and network would lack on this chip, with the way out; "" where they fit or the radio is off."""
    try:
        is_on = json.loads(settings).get("radio", True)
    except (ValueError, AttributeError):
        return ""  # judged elsewhere
    chip = chip_of(machine)
    if not is_on or chip not in TIMER_ONLY or "SPIRAM" in machine:
        return ""
    return f"{chip}: no memory for page and network, by published figures: radio off, or an ESP32-S3 with PSRAM"


def by_level(settings: bytes) -> bool:
    """Whether settings drive the relays without the charge pump."""
    try:
        return bool(json.loads(settings).get("relay_drive") == "level")
    except (ValueError, AttributeError):
        return False  # judged elsewhere


def unfit(survey: Survey) -> str:
    """Why Curfew cannot run on this board, with the way out; "" when it can."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", survey.micropython)[:2])
    chip = chip_of(survey.machine)
    if not chip and not survey.machine.startswith(VIRTUAL):
        return f"{survey.machine}: Curfew does not know the pins of this chip, only those of {', '.join(pins.CHIPS)}"
    if chip == pins.PLAIN and "SPIRAM" in survey.machine:
        return f"{survey.machine}: its memory is too slow for the safety loop: a board or an image without SPIRAM"
    if survey.package in _PACKAGES:
        name = _PACKAGES[survey.package]
        return f"{name}: GPIO16 and 17 are its flash or PSRAM, and lights and buzzer need them: take an ESP32-WROOM-32"
    if numbers < VERSION_MIN:
        wanted = ".".join(map(str, VERSION_MIN))
        return f"MicroPython {survey.micropython} is too old, {wanted} is needed: {typed('flash')}"
    if not survey.total_bytes:
        return f"it has no file system: the flash holds something else. Clear it: {typed('flash', erase=True)}"
    return ""


def foreign(new: Built, survey: Survey) -> list[str]:
    """The programs of another project that a first deploy would replace; none on a new board or one of Curfew's."""
    if any(survey.manifests.values()):
        return []
    ours = {sha256(data).hexdigest() for data in (_FRESH_BOOT, *new.root.values())}
    return [name for name in ("boot.py", MAIN) if survey.root.get(name, "") not in {"", *ours}]


def other(slot: str) -> str:
    return SLOTS[slot == SLOTS[0]]


def planned(new: Built, survey: Survey) -> Plan:
    """The way from what is on the board to the built program."""
    wanted = new.hashes
    old = running(survey)
    root = tuple(name for name in new.root if survey.root.get(name) != sha256(new.root[name]).hexdigest())
    settings = "settings.json" not in survey.root
    if old and survey.manifests[old] == new.files[manifest.NAME].decode():
        active, trial, _ = read_slot_txt(survey.slot_txt)
        text = slot_text(old) if trial or active != old else ""  # a trial that was planned, and is not wanted now
        return Plan(settings, "", (), (), (), text, root, False)
    slot = other(old) if old else SLOTS[0]
    there = survey.slots.get(slot, {})
    missing = [path for path in sorted(wanted) if there.get(path) != wanted[path] and path != manifest.NAME]
    near = survey.slots.get(other(slot), {})
    copy = tuple((path, other(slot)) for path in missing if near.get(path) == wanted[path])
    send = tuple(path for path in missing if near.get(path) != wanted[path])
    if there.get(manifest.NAME) != wanted[manifest.NAME]:
        send += (manifest.NAME,)
    stale = tuple(path for path in sorted(there) if path not in wanted)
    text = slot_text(old, slot) if old else slot_text(slot) if survey.slot_txt else ""
    return Plan(settings, slot, copy, send, stale, text, root, bool(old))


def missing_bytes(plan: Plan, new: Built, survey: Survey) -> int:
    """How many bytes of flash are too few for a plan, in whole blocks; 0 or less when there is room."""
    named = [path for path, _ in plan.copy] + list(plan.send)
    blocks = sum(1 + len(new.files[path]) // BLOCK_BYTES for path in named) + 4 * (len(plan.root) + 1)
    return blocks * BLOCK_BYTES - survey.free_bytes - BLOCK_BYTES * len(survey.slots.get(plan.slot, {}))
