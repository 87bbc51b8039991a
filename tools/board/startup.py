"""What a board prints when it does not start, and the way out: one table for deploy, monitor, doctor and the prompt."""

import re
from collections.abc import Iterable

from .installation import typed

# What the chip's boot loader, MicroPython or the program prints, and what to do; the first that is found counts.
# {flash}, {deploy} and {settings} become commands as they are typed here.
_SIGNS = (
    ("Brownout detector", "the supply is too weak: another cable, a port of the computer itself instead of a hub, and "
     "nothing else on the board's 5 V"),
    ("invalid header", "there is no MicroPython where the chip starts: {flash}. If that does not help, something pulls "
     "GPIO12 high: disconnect everything from the board"),
    ("flash read err", "the flash cannot be read: disconnect everything from the board (GPIO12 must not be pulled "
     "high), then {flash}; if it stays, the board is damaged"),
    ("waiting for download", "the chip waits to be flashed: GPIO0 is low. Release the BOOT button, disconnect what "
     "pulls GPIO0 low, and press the reset button"),
    ("DOWNLOAD_BOOT", "the chip waits to be flashed: GPIO0 is low. Release the BOOT button, disconnect what pulls "
     "GPIO0 low, and press the reset button"),
    ("Running on single core variant", "the chip has one core (S0WD, U4WDH), and Curfew needs two: use a board with an "
     "ESP32-WROOM-32"),
    ("filesystem appears to be corrupted", "the flash holds the files of something else: {flash} clears them"),
    ("csum err", "MicroPython is damaged: {flash}"),
    ("Checksum failed", "MicroPython is damaged: {flash}"),
    ("No bootable app", "MicroPython is damaged or half written: {flash}"),
    ("Image hash failed", "MicroPython is damaged or half written: {flash}"),
    ("PROGRAM_CORRUPT", "the program on the board is damaged: {deploy}"),
    ("SETTINGS_INVALID", "the device refuses its settings: {settings}"),
    ("Guru Meditation", "MicroPython itself crashed: unplug the board, plug it in again; if it comes back, {flash}, "
     "and report it with these lines"),
    ("Stack canary watchpoint", "MicroPython itself crashed: {flash}, and report it with these lines"),
    ("task_wdt", "a task of MicroPython hung: unplug the board, plug it in again; if it comes back, {flash}"),
    ("TG1WDT_SYS_RESET", "the watchdog restarts the board again and again: {deploy}; if that does not help, {flash}"),
    ("TG0WDT_SYS_RESET", "the watchdog restarts the board again and again: {deploy}; if that does not help, {flash}"),
    ("RTCWDT_RTC_RESET", "the chip cannot start from its flash: {flash}"),
    ("SW_CPU_RESET", "the program on the board restarts it again and again: {deploy}; if that does not help, {flash}"),
)  # fmt: skip


def way_out(lines: Iterable[str]) -> str:
    """What these lines of a board mean and what to do, as "line: way out"; "" when no line is known."""
    found = [(rank, line) for line in reversed(list(lines)) if (rank := _rank(line)) < len(_SIGNS)]
    if not found:
        return ""
    line = min(found, key=lambda one: one[0])[1]
    return f"{shown(line)}: {meaning(line)}"


def meaning(line: str) -> str:
    """What one line means and what to do; "" when it is not known."""
    rank = _rank(line)
    if rank == len(_SIGNS):
        return ""
    commands = {"flash": typed("flash", erase=True), "deploy": typed("deploy"), "settings": typed("reset-settings")}
    return _SIGNS[rank][1].format(**commands)


def _rank(line: str) -> int:
    return next((rank for rank, (word, _) in enumerate(_SIGNS) if word in line), len(_SIGNS))


def shown(line: str) -> str:
    """A line of a board, fit for one of ours: printable, and not endless."""
    clean = re.sub(r"[^\x20-\x7e]+", " ", line).strip()
    return clean if len(clean) <= 100 else clean[:97] + "…"
