"""The part of the schematic behind the isolation: converter, its supply and bus; and the helpers of all parts."""

from typing import Any

import schemdraw.elements as elm

from wiring.model import Build
from wiring.sheet import XY, Align, Sheet

WIDTH = 30.0


class ConverterSheet(Sheet):
    """A sheet that knows the build, names parts by their value, and draws the converter."""

    def __init__(self, made: Build) -> None:
        super().__init__()
        self._made = made

    def named(self, ref: str, at: XY, align: Align = "left", extra: str = "") -> None:
        """Ref and value beside a symbol."""
        value = extra or self._made.parts[ref].value
        self.text(at, ref + (f"  {value}" if value else ""), align=align)

    def upright(self, ref: str, kind: type[Any], top: XY, bottom: XY, pins: tuple[str, str], **look: Any) -> None:
        """A part of two pins standing; its name to the right."""
        self.two(ref, kind, top, bottom, pins, **look)
        self.named(ref, (top[0] + 0.4, (top[1] + bottom[1]) / 2))

    def converter(self, corner: XY, title: str) -> float:
        """Draws it and gives its height."""
        x, y = corner
        height = 16.0
        self.frame(corner, WIDTH, height, title)
        self._inlets(x, y)
        inputs, others = ["A0", "A1", "A2", "A3"], ["VDD", "GND", "SDA", "SCL", "ADDR", "ALRT"]
        self.text((x + 24.9, y - 0.75), "U2  ADS1115")
        self.box("U2", (x + 24.9, y - 1.1), 2.4, inputs, others)
        for name in inputs:
            self._tag_of(f"U2.{name}", "left")
        for name in others[:-1]:
            self._tag_of(f"U2.{name}")
        self._barrier(x, y - 6.6)
        self._bus(x, y - 11.2)
        return height

    def _tag_of(self, pin: str, side: str = "right") -> None:
        try:
            self.tag(self._made.net_of(pin), self.pin(pin), side)
        except KeyError:  # left open
            return

    def _inlets(self, x: float, y: float) -> None:
        channels = [(n, side) for n in range(1, self._made.burners + 1) for side in ("TC", "MAG")]
        top, bottom = y - 2.4, y - 4.4
        for column, (n, side) in enumerate(channels):
            at = x + 0.9 + 5.1 * column
            row = 1 if side == "TC" else 2
            self.upright(f"R{n}{4 + row}", elm.ResistorIEC, (at, top), (at, bottom), ("1", "2"))
            self.upright(f"C{n}{row}", elm.Capacitor, (at + 2.5, top), (at + 2.5, bottom), ("1", "2"))
            self.wire((at, top + 0.6), (at, top), (at + 2.5, top))
            self.tag(f"SENSE_{side}{n}", (at, top + 0.6))
            self.wire((at, bottom), (at + 2.5, bottom))
            self.tag("ISO_GND", (at, bottom))

    def _barrier(self, x: float, y: float) -> None:
        """Isolated supply, regulator and their capacitors."""
        self.text((x + 4.2, y + 0.3), "U6  5 V / 5 V")
        self.box("U6", (x + 4.2, y), 3.0, ["VIN", "GND"], ["VOUT+", "VOUT-"])
        for pin, side in (("VIN", "left"), ("GND", "left"), ("VOUT+", "right"), ("VOUT-", "right")):
            self._tag_of(f"U6.{pin}", side)
        self.two("R67", elm.ResistorIEC, (x + 10.6, y - 2.4), (x + 13.0, y - 2.4), ("1", "2"))
        self.named("R67", (x + 11.8, y - 1.85), "center")
        self.tag("ISO_NEG", (x + 10.6, y - 2.4), "left")
        self.tag("ISO_GND", (x + 13.0, y - 2.4))
        self.text((x + 17.2, y + 0.3), "U7  3.3 V")
        self.box("U7", (x + 17.2, y), 2.6, ["IN", "GND"], ["OUT"])
        for pin, side in (("IN", "left"), ("GND", "left"), ("OUT", "right")):
            self._tag_of(f"U7.{pin}", side)
        for at, ref in ((0.5, "C8"), (11.6, "C9"), (23.6, "C10"), (26.8, "C7")):
            top, net = (y + 0.1, self._made.net_of(f"{ref}.1"))
            self.upright(ref, elm.Capacitor, (x + at, top), (x + at, top - 1.3), ("1", "2"))
            self.supply(net, (x + at, top))
            low = self._made.net_of(f"{ref}.2")
            if low == "GND":
                self.ground(low, (x + at, top - 1.3))
            else:
                self.tag(low, (x + at, top - 1.3))

    def _bus(self, x: float, y: float) -> None:
        """The isolator and the pull-ups on both sides."""
        self.text((x + 12.4, y + 0.3), "U5  ISO1540")
        left, right = ["VCC1", "SDA1", "SCL1", "GND1"], ["VCC2", "SDA2", "SCL2", "GND2"]
        self.box("U5", (x + 12.4, y), 3.4, left, right)
        for pin in left:
            self._tag_of(f"U5.{pin}", "left")
        for pin in right:
            self._tag_of(f"U5.{pin}")
        for at, ref in ((1.2, "R57"), (4.2, "R58"), (20.2, "R60"), (24.0, "R61")):
            self.supply(self._made.net_of(f"{ref}.1"), (x + at, y))
            self.upright(ref, elm.ResistorIEC, (x + at, y), (x + at, y - 1.8), ("1", "2"))
            self.wire((x + at, y - 1.8), (x + at, y - 2.3))
            self.tag(self._made.net_of(f"{ref}.2"), (x + at, y - 2.3))
        self.upright("C6", elm.Capacitor, (x + 7.2, y), (x + 7.2, y - 1.4), ("1", "2"))
        self.supply("3V3", (x + 7.2, y))
        self.ground("GND", (x + 7.2, y - 1.4))
