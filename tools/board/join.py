"""The set-up network of a device as a QR code: a camera joins it, without sixteen digits to type."""

import io
import re

from rich.console import Console
from segno import helpers

_LINE = re.compile(r"Set-up: Wi-Fi (\S+), password (\d+), (http\S+)")


def code(line: str) -> str:
    """The code of two characters a module for a line that the device prints; "" for any other line."""
    found = _LINE.search(line)
    if not found:
        return ""
    out = io.StringIO()
    helpers.make_wifi(ssid=found[1], password=found[2], security="WPA").terminal(out, compact=True)
    return out.getvalue()


def show(line: str, console: Console) -> None:
    """Print the code where a terminal can show it."""
    text = code(line)
    if text and console.encoding.lower().startswith("utf"):
        console.print("point your phone's camera here to join the set-up network:", style="dim")
        console.print(text, style="white on black", soft_wrap=True)
