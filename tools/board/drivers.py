"""Why a board that is plugged in has no serial port, from what USB says; what to do about it, system by system."""

import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# USB makers of the serial converters on ESP32 boards.
FTDI = 0x0403
CONVERTERS = {
    0x10C4: "Silicon Labs CP210x",
    0x1A86: "WCH CH340 or CH9102",
    FTDI: "FTDI",
    0x067B: "Prolific",
    0x303A: "Espressif",
}
_MODULES = {0x10C4: "cp210x", 0x0403: "ftdi_sio", 0x067B: "pl2303"}  # of Linux, by maker
_MODULES_OF_WCH = {0x7523: "ch341", 0x5523: "ch341"}  # by product; all others are cdc_acm
_DOWNLOADS = {
    0x10C4: "https://www.silabs.com/developer-tools/usb-to-uart-bridge-vcp-drivers",
    0x1A86: "https://www.wch-ic.com/downloads/CH341SER_EXE.html",
    0x0403: "https://ftdichip.com/drivers/vcp-drivers/",
}
_BRLTTY = {(0x1A86, 0x7523), (0x10C4, 0xEA60), (0x0403, 0x6001)}  # its udev rules take these for Braille displays
_DEVICES = Path("/sys/bus/usb/devices")
_PROGRAMS = {  # what lists USB, and the words around maker and product in it
    "darwin": (["ioreg", "-p", "IOUSB", "-l", "-w", "0"], r'"idProduct" = (?P<p>\d+)|"idVendor" = (?P<v>\d+)', 10),
    "win32": (["pnputil", "/enum-devices", "/connected"], r"VID_(?P<v>[0-9A-F]{4})&PID_(?P<p>[0-9A-F]{4})", 16),
}


def attached() -> list[tuple[int, int]]:
    """Maker and product of every serial converter that USB knows, with or without a port; empty where USB is silent."""
    found = _of_linux() if sys.platform.startswith("linux") else _of_program()
    return sorted({one for one in found if one[0] in CONVERTERS})


def _of_linux() -> Iterator[tuple[int, int]]:
    for path in _DEVICES.glob("*/idVendor"):
        try:
            yield int(path.read_text(), 16), int(path.with_name("idProduct").read_text(), 16)
        except (OSError, ValueError):
            continue


def _of_program() -> Iterator[tuple[int, int]]:
    if sys.platform not in _PROGRAMS:
        return
    command, pattern, base = _PROGRAMS[sys.platform]
    try:
        said = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return
    maker = product = -1
    for hit in re.finditer(pattern, said, re.IGNORECASE):
        maker = int(hit["v"], base) if hit["v"] else maker
        product = int(hit["p"], base) if hit["p"] else product
        if maker >= 0 and product >= 0:
            yield maker, product
            maker = product = -1


def missing() -> str:
    """What keeps a board that is plugged in from having a port, with the way out; "" when USB shows no such board."""
    for maker, product in attached():
        seen = f"USB shows a {CONVERTERS[maker]} ({maker:04x}:{product:04x}), but it has no port: "
        if not sys.platform.startswith("linux"):
            where = _DOWNLOADS.get(maker, "the board's maker")
            return seen + f"install its driver ({where}), then plug the board in again"
        if (maker, product) in _BRLTTY and _is_there("/usr/bin/brltty"):
            return seen + "brltty, for Braille displays, takes it: sudo apt remove brltty, then plug the board in again"
        module = _MODULES_OF_WCH.get(product, "cdc_acm") if maker == 0x1A86 else _MODULES.get(maker, "cdc_acm")
        return seen + f"its driver is not loaded: sudo modprobe {module}"
    if "microsoft" in platform.release().lower():
        return (
            "WSL has no USB of its own: in Windows' PowerShell as administrator type usbipd list, then "
            "usbipd bind --busid BUSID and usbipd attach --wsl --busid BUSID"
        )
    return ""


def _is_there(path: str) -> bool:
    return Path(path).exists()
