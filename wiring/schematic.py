"""The schematic of a build: where each part stands on the sheet and how it is wired.

Names, values and pins come from wiring.yaml; that the drawn wires are its nets is a test's business
(host_tests/wiring/test_wiring_drawings.py), by Sheet.netlist().
"""

from typing import Any

import schemdraw.elements as elm

from wiring.sheet import LOOP, MUTED, XY, Align, Lug, Sheet, Thermocouple
from wiring.source import Build

WORDS = {
    "board": ("ESP32 board, supply, front panel", "ESP32 开发板、电源、面板"),
    "display": (", display", "、数码管"),
    "supply": ("5 V, class II", "5 V，II 类"),
    "burner": ("burner {}", "灶头 {}"),
    "piezo": ("piezo", "压电片"),
    "loop": ("Burner {}: driver, contact, and the stove's own loop", "灶头 {}：驱动、触点和灶具自己的回路"),
    "coil": ("coil", "线圈"),
    "stove": ("stove", "灶具"),
    "bypass": ("BYPASS, open in service", "旁路，平时断开"),
    "poles": ("normally open, in parallel", "常开，并联"),
    "magnet": ("magnet", "电磁阀"),
    "body": ("body of the stove", "灶体"),
    "lug": ("lug at nut 1: ground meets the stove only here", "螺母 1 处的接线片：地只在这里接灶具"),
    "pulse": (
        "Pulse drive: the coils are fed only while the program keeps toggling GPIO32",
        "脉冲驱动：程序不断翻转 GPIO32，线圈才有电",
    ),
    "converter": ("Converter board", "转换器板"),
}
WIDTH = 30.0
THICK = 2.6


def draw(made: Build, language: int = 0) -> Sheet:
    """The sheet of a build; language: 0 English, 1 Chinese."""
    sheet = _Schematic(made, language)
    sheet.everything()
    return sheet


class _Schematic(Sheet):
    def __init__(self, made: Build, language: int) -> None:
        super().__init__()
        self._language = language
        self._made = made
        self._sensor = "sensor" in made.groups
        self._display = "display" in made.groups
        self._pulse = "pulse" in made.groups

    def everything(self) -> None:
        y = 0.0
        y -= self._board((0, y))
        for number in range(1, self._made.burners + 1):
            y -= 0.5
            y -= self._burner(number, (0, y))
        if self._pulse:
            y -= 0.5
            y -= self._pump((0, y))
        if self._sensor:
            y -= 0.5
            self._converter((0, y))

    # --- helpers -------------------------------------------------------------------------------------------------

    def _named(self, ref: str, at: XY, align: Align = "left", extra: str = "") -> None:
        """Ref and value beside a symbol."""
        value = extra or self._made.parts[ref].value
        self.text(at, ref + (f"  {value}" if value else ""), align=align)

    def _upright(self, ref: str, kind: type[Any], top: XY, bottom: XY, pins: tuple[str, str], **look: Any) -> None:
        """A part of two pins standing; its name to the right."""
        self.two(ref, kind, top, bottom, pins, **look)
        self._named(ref, (top[0] + 0.4, (top[1] + bottom[1]) / 2))

    def _say(self, word: str, number: int | str = "") -> str:
        return WORDS[word][self._language].format(number)

    def _net(self, pin: str) -> str:
        return self._made.net_of(pin)

    # --- ESP32, supply, panel, display ----------------------------------------------------------------------------

    def _board(self, corner: XY) -> float:
        x, y = corner
        gpio = [pin for pin in self._made.parts["U1"].pins if pin.isdigit()]
        names = ["5V", "3V3", "GND"] if "3V3" in self._made.parts["U1"].pins else ["5V", "GND"]
        names += [f"{pin}=GPIO{pin}" for pin in gpio]
        height = max(9.0, 0.66 * len(names) + 2.6)
        self.frame(corner, WIDTH, height, self._say("board") + (self._say("display") if self._display else ""))

        self.text((x + 0.8, y - 1.6), f"PS1  {self._say('supply')}")
        self.box("PS1", (x + 0.8, y - 2.0), 2.6, [], ["5V", "GND"])
        self.tag("5V", self.pin("PS1.5V"))
        self.tag("GND", self.pin("PS1.GND"))
        low = y - 5.5
        self._upright("C1", elm.Capacitor2, (x + 1.2, low), (x + 1.2, low - 1.8), ("+", "-"))
        self.supply("5V", (x + 1.2, low))
        self.ground("GND", (x + 1.2, low - 1.8))
        self._upright("D1", elm.Diode, (x + 4.2, low), (x + 4.2, low - 1.8), ("a", "k"))
        self.supply("5V", (x + 4.2, low))
        self.wire((x + 4.2, low - 1.8), (x + 4.2, low - 2.2))
        self.tag("VPIX", (x + 4.2, low - 2.2))

        self.text((x + 8.0, y - 1.15), "U1  ESP32 DevKit")
        self.box("U1", (x + 8.0, y - 1.5), 3.0, [], names, step=0.66)
        for name in names:
            pin = "U1." + name.partition("=")[0]
            self.tag(self._net(pin), self.pin(pin))

        left = x + 15.0
        for number in range(1, self._made.burners + 1):
            row = y - 1.9 - 1.4 * (number - 1)
            self.two(f"S{number}2", elm.Button, (left + 1.9, row), (left + 4.2, row), ("1", "2"))
            self.tag(f"BUTTON{number}", (left + 1.9, row), "left")
            self.wire((left + 4.2, row), (left + 4.7, row))
            self.ground("GND", (left + 4.7, row))
            self.text((left + 3.05, row + 0.75), f"S{number}2  {self._say('burner', number)}", align="center")
        row = y - 1.9 - 1.4 * self._made.burners - 0.4
        self.two("R2", elm.ResistorIEC, (left + 1.9, row), (left + 4.2, row), ("1", "2"))
        self._named("R2", (left + 3.05, row + 0.55), "center")
        self.tag("BUZZER", (left + 1.9, row), "left")
        self.two("BZ1", elm.Crystal, (left + 4.2, row), (left + 6.6, row), ("1", "2"))
        self.text((left + 5.4, row + 0.75), f"BZ1  {self._say('piezo')}", align="center")
        self.ground("GND", (left + 6.6, row))
        self._lights((left, row - 2.0))
        if self._display:
            self.text((x + 25.4, y - 1.15), "DS1  TM1637")
            self.box("DS1", (x + 25.4, y - 1.5), 3.0, ["VCC", "GND", "CLK", "DIO"], [])
            for name in ("VCC", "GND", "CLK", "DIO"):
                self.tag(self._net(f"DS1.{name}"), self.pin(f"DS1.{name}"), "left")
        return height

    def _lights(self, at: XY) -> None:
        x, y = at
        self.two("R1", elm.ResistorIEC, (x + 1.9, y), (x + 4.2, y), ("1", "2"))
        self._named("R1", (x + 3.05, y + 0.55), "center")
        self.tag("PIXEL", (x + 1.9, y), "left")
        for number in range(1, self._made.burners + 1):
            edge = x + 4.7 + 5.4 * (number - 1)
            ref = f"LED{number}"
            self.text((edge + 1.2, y + 0.85), f"{ref}  WS2812B", align="center")
            self.box(ref, (edge, y + 0.55), 2.4, ["din", "vdd"], ["dout", "vss"])
            self.tag("VPIX", self.pin(f"{ref}.vdd"), "left")
            self.ground("GND", self.pin(f"{ref}.vss"))
            if number > 1:
                self.wire(self.pin(f"LED{number - 1}.dout"), self.pin(f"{ref}.din"))

    # --- one burner ----------------------------------------------------------------------------------------------

    def _burner(self, n: int, corner: XY) -> float:
        x, y = corner
        height = 11.2 if self._sensor and n == 1 else 9.6
        self.frame(corner, WIDTH, height, self._say("loop", n))
        self._driver(n, x, y)
        self._loop(n, x, y)
        if self._sensor and n == 1:
            self._lug(x, y)
        return height

    def _driver(self, n: int, x: float, y: float) -> None:
        level = y - 6.6
        self.tag(f"RELAY{n}", (x + 2.4, level), "left")
        self.wire((x + 2.4, level), (x + 2.8, level))
        self._upright(f"R{n}2", elm.ResistorIEC, (x + 2.8, level), (x + 2.8, level - 1.8), ("1", "2"))
        self.ground("GND", (x + 2.8, level - 1.8))
        self.two(f"R{n}1", elm.ResistorIEC, (x + 2.8, level), (x + 5.4, level), ("1", "2"))
        self._named(f"R{n}1", (x + 4.1, level + 0.5), "center")
        ref = f"Q{n}1"
        anchors = {"b": "base", "c": "collector", "e": "emitter"}
        self.put(ref, elm.BjtNpn(circle=True), anchors, (x + 5.4, level), "base")
        collector, emitter = self.pin(f"{ref}.c"), self.pin(f"{ref}.e")
        self.text((collector[0] + 0.5, level), f"{ref}  BC337")
        self.wire(emitter, (emitter[0], level - 1.8))
        self.ground("GND", (emitter[0], level - 1.8))
        middle, top, bottom, right = collector[0], y - 2.4, y - 4.6, collector[0] + 1.9
        self.two(f"K{n}", elm.ResistorIEC, (middle, bottom), (middle, top), ("-", "+"))
        self.text((middle - 0.4, (top + bottom) / 2), f"K{n} {self._say('coil')}", align="right")
        self.wire(collector, (middle, bottom), (right, bottom))
        self._upright(f"D{n}1", elm.Diode, (right, bottom), (right, top), ("a", "k"))
        self.wire((middle, top), (right, top))
        self.supply(self._net(f"K{n}.+"), (middle, top))

    def _loop(self, n: int, x: float, y: float) -> None:
        red: dict[str, Any] = {"color": LOOP}
        thick: dict[str, Any] = {"color": LOOP, "lw": THICK}
        upper, lower, second, bypass = y - 3.9, y - 8.3, y - 5.3, y - 2.3
        tip, into, sense_tc, left, right, sense_magnet, out, magnet = (
            x + offset for offset in (12.4, 14.2, 15.4, 18.0, 21.4, 22.8, 25.6, 27.4)
        )
        self.dashed((x + 10.9, y - 2.6), 2.4, 6.2, self._say("stove"))
        self.dashed((x + 26.3, y - 2.6), 3.3, 6.2, self._say("stove"))
        self.two(f"TC{n}", Thermocouple, (tip, lower), (tip, upper), ("shell", "inner"), **red)
        self.text((tip - 1.3, upper + 0.6), f"TC{n}")
        self.wire((tip, upper), (left, upper), **thick)
        self.wire((right, upper), (magnet, upper), **thick)
        self.wire((tip, lower), (magnet, lower), **thick)
        self.terminal(f"X{n}.TC", (into, upper))
        self.terminal(f"X{n}.MAG", (out, upper))
        self.text((into, upper + 0.55), f"X{n} TC", align="center")
        self.text((out, upper + 0.55), f"X{n} MAG", align="center")

        for side in (left, right):
            self.wire((side, bypass), (side, upper), (side, second), **thick)
        middle = (left + right) / 2
        self.two(f"S{n}1", elm.Switch, (left, bypass), (right, bypass), ("1", "2"), **red)
        self.text((middle, bypass + 0.85), f"S{n}1  {self._say('bypass')}", align="center")
        for level, names in ((upper, ("11", "14")), (second, ("21", "24"))):
            self.two(f"K{n}", elm.Switch, (left, level), (right, level), names, **red)
            self.text((middle, level - 0.45), f"K{n} {names[0]}-{names[1]}", align="center")
        self.text((middle, second - 0.85), self._say("poles"), align="center", color=MUTED)

        self.two(f"MG{n}", elm.Inductor2, (magnet, upper), (magnet, lower), ("inner", "nut"), loops=4, **red)
        self.text((magnet + 0.65, (upper + lower) / 2 + 0.3), f"MG{n}")
        self.text((magnet + 0.65, (upper + lower) / 2 - 0.3), self._say("magnet"))
        self.ground("CHASSIS", (sense_tc, lower))
        self.text((sense_tc + 0.5, lower - 0.5), self._say("body"), color=MUTED)
        if self._sensor:
            for at, ref, net in ((sense_tc, f"R{n}3", f"SENSE_TC{n}"), (sense_magnet, f"R{n}4", f"SENSE_MAG{n}")):
                self._upright(ref, elm.ResistorIEC, (at, upper), (at, y - 6.6), ("1", "2"))
                self.wire((at, y - 6.6), (at, y - 7.2))
                self.tag(net, (at, y - 7.2))

    def _lug(self, x: float, y: float) -> None:
        """The only joint of the controller's ground and the stove."""
        at, rail = x + 24.0, y - 8.3
        self.two("E1", Lug, (at, rail), (at, rail - 1.7), ("stove", "box"))
        self.ground("GND", (at, rail - 1.7))
        self.text((at - 0.5, rail - 1.15), f"E1  {self._say('lug')}", align="right")

    # --- pulse drive ---------------------------------------------------------------------------------------------

    def _pump(self, corner: XY) -> float:
        x, y = corner
        height = 11.2
        self.frame(corner, WIDTH, height, self._say("pulse"))
        level, foot = y - 2.9, y - 4.9
        self.tag("PUMP", (x + 1.6, level), "left")
        self.two("R3", elm.ResistorIEC, (x + 1.6, level), (x + 4.0, level), ("1", "2"))
        self._named("R3", (x + 2.8, level + 0.55), "center")
        self.two("C2", elm.Capacitor, (x + 4.0, level), (x + 6.2, level), ("1", "2"))
        self._named("C2", (x + 5.1, level + 0.75), "center")
        self.wire((x + 6.2, level), (x + 6.8, level))
        self._upright("D2", elm.Diode, (x + 6.8, foot), (x + 6.8, level), ("a", "k"))
        self.ground("GND", (x + 6.8, foot))
        self.wire((x + 6.8, level), (x + 9.4, level))
        self._upright("R9", elm.ResistorIEC, (x + 9.4, level), (x + 9.4, foot), ("1", "2"))
        self.two("D3", elm.Diode, (x + 9.4, level), (x + 12.0, level), ("a", "k"))
        self._named("D3", (x + 10.7, level + 0.55), "center")
        self._upright("R4", elm.ResistorIEC, (x + 12.2, level), (x + 12.2, foot), ("1", "2"))
        self._upright("C3", elm.Capacitor, (x + 14.6, level), (x + 14.6, foot), ("1", "2"))
        for at in (x + 9.4, x + 12.2, x + 14.6):
            self.ground("GND", (at, foot))
        self.text((x + 19.4, level + 0.85), "U3  MCP6541")
        self.box("U3", (x + 19.4, level + 0.55), 2.6, ["IN-", "IN+"], ["VDD", "OUT", "VSS"])
        self.wire((x + 12.0, level), self.pin("U3.IN-"))
        self.tag("PUMP_REF", self.pin("U3.IN+"), "left")
        for name in ("VDD", "OUT", "VSS"):
            self.tag(self._net(f"U3.{name}"), self.pin(f"U3.{name}"))
        self._upright("C4", elm.Capacitor, (x + 26.6, level + 0.4), (x + 26.6, foot + 0.4), ("1", "2"))
        self.supply("5V", (x + 26.6, level + 0.4))
        self.ground("GND", (x + 26.6, foot + 0.4))
        self._thresholds(x + 3.6, y - 6.9)
        self._switch(x + 16.0, y - 8.6)
        return height

    def _thresholds(self, x: float, top: float) -> None:
        node = top - 1.5
        self._upright("R5", elm.ResistorIEC, (x, top), (x, node), ("1", "2"))
        self._upright("R6", elm.ResistorIEC, (x, node), (x, node - 1.5), ("1", "2"))
        self.supply("3V3", (x, top))
        self.ground("GND", (x, node - 1.5))
        self.wire((x, node), (x + 3.0, node))
        self.two("R7", elm.ResistorIEC, (x + 3.0, node), (x + 5.6, node), ("1", "2"))
        self._named("R7", (x + 4.3, node + 0.55), "center")
        self.tag("PUMP_OUT", (x + 5.6, node))
        self.tag("PUMP_REF", (x, node), "left")

    def _switch(self, x: float, level: float) -> None:
        """The transistor that feeds the coils."""
        anchors = {"g": "gate", "s": "source", "d": "drain"}
        self.put("Q1", elm.PFet().reverse(), anchors, (x + 3.4, level), "gate")
        source, drain = self.pin("Q1.s"), self.pin("Q1.d")
        self.text((source[0] + 0.5, level), "Q1  AO3401A")
        self.tag("PUMP_OUT", (x, level), "left")
        self.wire((x, level), (x + 1.6, level), (x + 3.4, level))
        self._upright("R8", elm.ResistorIEC, (x + 1.6, level + 2.2), (x + 1.6, level), ("1", "2"))
        self.wire((x + 1.6, level + 2.2), (source[0], level + 2.2), source)
        self.supply("5V", (source[0], level + 2.2))
        self.wire(drain, (drain[0], level - 1.5), (drain[0] + 1.0, level - 1.5))
        self.tag("VCOIL", (drain[0] + 1.0, level - 1.5))

    # --- converter -----------------------------------------------------------------------------------------------

    def _converter(self, corner: XY) -> float:
        x, y = corner
        height = 6.2
        self.frame(corner, WIDTH, height, self._say("converter"))
        channels = [(n, side) for n in range(1, self._made.burners + 1) for side in ("TC", "MAG")]
        top, bottom = y - 2.4, y - 4.4
        for column, (n, side) in enumerate(channels):
            at = x + 0.9 + 5.1 * column
            row = 1 if side == "TC" else 2
            self._upright(f"R{n}{4 + row}", elm.ResistorIEC, (at, top), (at, bottom), ("1", "2"))
            self._upright(f"C{n}{row}", elm.Capacitor, (at + 2.5, top), (at + 2.5, bottom), ("1", "2"))
            self.wire((at, top + 0.6), (at, top), (at + 2.5, top))
            self.tag(f"SENSE_{side}{n}", (at, top + 0.6))
            for foot in (at, at + 2.5):
                self.ground("GND", (foot, bottom))
        inputs, others = ["A0", "A1", "A2", "A3"], ["VDD", "GND", "SDA", "SCL", "ADDR"]
        self.text((x + 24.9, y - 0.75), "U2  ADS1115")
        self.box("U2", (x + 24.9, y - 1.1), 2.4, inputs, others)
        for name in inputs:
            self.tag(self._net(f"U2.{name}"), self.pin(f"U2.{name}"), "left")
        for name in others:
            self.tag(self._net(f"U2.{name}"), self.pin(f"U2.{name}"))
        return height
