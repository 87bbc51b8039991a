"""A build as Python: parts, nets and cables, and the error that names what contradicts itself."""

from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


class WiringError(ValueError):
    """wiring.yaml contradicts itself; the message names the part, net or cable."""


@dataclass(frozen=True)
class Part:
    """One part of a build. pins: of the chip, only those that a net uses; row: its words in wiring.yaml."""

    ref: str
    board: str
    value: str
    pins: tuple[str, ...]
    row: Row


@dataclass(frozen=True)
class Cable:
    """One cable between two boards; nets and colors (WireViz's, IEC 60757) conductor by conductor."""

    name: str
    start: str
    end: str
    nets: tuple[str, ...]
    colors: tuple[str, ...]
    awg: int
    length_mm: int
    note: str
    at: str  # the part of the board on which it ends; "J" and its name for a header of its own


@dataclass(frozen=True)
class Build:
    """A whole build. nets: name to the pins on it, "R11.2"; free: pins that stay open; settings: for settings.json."""

    name: str
    burners: int
    groups: tuple[str, ...]
    parts: dict[str, Part]
    nets: dict[str, tuple[str, ...]]
    cables: tuple[Cable, ...]
    free: frozenset[str]
    settings: Row

    @property
    def chip(self) -> str:
        """In the word of settings.json."""
        return str(self.settings.get("chip", "ESP32"))

    def net_of(self, pin: str) -> str:
        """The net on which a pin sits; KeyError when it is open."""
        for net, pins in self.nets.items():
            if pin in pins:
                return net
        raise KeyError(pin)
