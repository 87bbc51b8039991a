"""The schematic of a build: where each part stands on the sheet and how it is wired.

Names, values and pins come from wiring.yaml; that the drawn wires are its nets is a test's business
(host_tests/wiring/test_wiring_drawings.py), by Sheet.netlist().
"""

from typing import Any

import schemdraw.elements as elm

from wiring.converter_sheet import ConverterSheet
from wiring.model import Build
from wiring.sheet import LOOP, MUTED, XY, Lug, Sheet, Thermocouple

WORDS = {
    "board": ("Supply, ESP32 board, lights", "电源、ESP32 开发板、彩灯"),
    "display": (", display", "、数码管"),
    "buttons": ("Buttons, at the end of a cable", "按钮，在电缆另一端"),
    "inputs": ("Contacts from outside, and the range hood", "外部触点和油烟机"),
    "alarm": ("alarm (opens)", "报警（断开）"),
    "presence": ("presence", "有人"),
    "hood": ("contact for the hood", "油烟机触点"),
    "free": ("free", "不接"),
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
    "lug": (
        "lug at nut 1: the converter's side meets the stove only here",
        "螺母 1 处的接线片：转换器一侧只在这里接灶具",
    ),
    "pulse": (
        "Pulse drive: the coils are fed only while the program keeps toggling the pump pin",
        "脉冲驱动：程序不断翻转电荷泵引脚，线圈才有电",
    ),
    "converter": ("Converter, isolated from everything else", "转换器，与其余部分隔离"),
}
WIDTH = 30.0
THICK = 2.6


def draw(made: Build, language: int = 0) -> Sheet:
    """The sheet of a build; language: 0 English, 1 Chinese."""
    sheet = _Schematic(made, language)
    sheet.everything()
    return sheet


class _Schematic(ConverterSheet):
    def __init__(self, made: Build, language: int) -> None:
        super().__init__(made)
        self._language = language
        self._sensor = "sensor" in made.groups
        self._display = "display" in made.groups
        self._pulse = "pulse" in made.groups

    def everything(self) -> None:
        y, made = 0.0, self._made
        y -= self._board((0, y))
        y -= 0.5
        y -= self._buttons((0, y))
        for number in range(1, self._made.burners + 1):
            y -= 0.5
            y -= self._burner(number, (0, y))
        if self._pulse:
            y -= 0.5
            y -= self._pump((0, y))
        if self._sensor:
            y -= 0.5
            y -= self.converter((0, y), self._say("converter"))
        if "inputs" in made.groups:
            y -= 0.5
            self._inputs((0, y))

    def _say(self, word: str, number: int | str = "") -> str:
        return WORDS[word][self._language].format(number)

    def _net(self, pin: str) -> str:
        return self._made.net_of(pin)

    # --- ESP32, supply, lights, display ----------------------------------------------------------------------------

    def _board(self, corner: XY) -> float:
        x, y = corner
        gpio = [pin for pin in self._made.parts["U1"].pins if pin.isdigit()]
        names = ["5V", "3V3", "GND", *(f"{pin}=GPIO{pin}" for pin in gpio)]
        height = max(11.4, 0.66 * len(names) + 2.6)
        self.frame(corner, WIDTH, height, self._say("board") + (self._say("display") if self._display else ""))

        self.text((x + 0.8, y - 1.6), f"PS1  {self._say('supply')}")
        self.box("PS1", (x + 0.8, y - 2.0), 2.6, [], ["5V", "GND"])
        self.text((x + 0.8, y - 4.3), "J1  USB-C")
        self.box("J1", (x + 0.8, y - 4.7), 2.6, [], ["VBUS", "GND", "CC1", "CC2"])
        for pin in ("PS1.5V", "PS1.GND", "J1.VBUS", "J1.GND", "J1.CC1", "J1.CC2"):
            self.tag(self._net(pin), self.pin(pin))
        low = y - 9.0
        for ref, at, net in (("R50", 0.9, "CC1"), ("R59", 3.9, "CC2")):
            self.supply(net, (x + at, low))
            self.upright(ref, elm.ResistorIEC, (x + at, low), (x + at, low - 1.5), ("1", "2"))
            self.ground("GND", (x + at, low - 1.5))
        self.supply("5V", (x + 5.6, y - 2.0))
        self.upright("C1", elm.Capacitor2, (x + 5.6, y - 2.0), (x + 5.6, y - 3.8), ("+", "-"))
        self.ground("GND", (x + 5.6, y - 3.8))

        self.text((x + 9.2, y - 1.15), "U1  " + self._made.parts["U1"].row["en"]["name"].partition(",")[0])
        self.box("U1", (x + 9.2, y - 1.5), 3.0, [], names, step=0.66)
        for name in names:
            pin = "U1." + name.partition("=")[0]
            self.tag(self._net(pin), self.pin(pin))

        left, row = x + 16.0, y - 2.0
        self.two("R2", elm.ResistorIEC, (left + 1.9, row), (left + 4.2, row), ("1", "2"))
        self.named("R2", (left + 3.05, row + 0.55), "center")
        self.tag("BUZZER", (left + 1.9, row), "left")
        self.two("BZ1", elm.Crystal, (left + 4.2, row), (left + 6.6, row), ("1", "2"))
        self.text((left + 5.4, row + 0.75), f"BZ1  {self._say('piezo')}", align="center")
        self.ground("GND", (left + 6.6, row))
        self._lights((left, row - 2.4))
        if self._display:
            self.text((x + 25.4, y - 0.95), "DS1  TM1637")
            self.box("DS1", (x + 25.4, y - 1.3), 3.0, ["VCC", "GND", "CLK", "DIO"], [])
            for name in ("VCC", "GND", "CLK", "DIO"):
                self.tag(self._net(f"DS1.{name}"), self.pin(f"DS1.{name}"), "left")
        return height

    def _lights(self, at: XY) -> None:
        x, y = at
        self.text((x + 1.9, y + 0.3), "U4  74AHCT1G125")
        self.box("U4", (x + 1.9, y), 2.6, ["A", "OE", "GND"], ["VCC", "Y"])
        self.tag("PIXEL", self.pin("U4.A"), "left")
        for name in ("OE", "GND"):
            self.tag("GND", self.pin(f"U4.{name}"), "left")
        self.tag("5V", self.pin("U4.VCC"))
        self.upright("C5", elm.Capacitor, (x + 7.6, y - 0.6), (x + 7.6, y - 2.0), ("1", "2"))
        self.supply("5V", (x + 7.6, y - 0.6))
        self.ground("GND", (x + 7.6, y - 2.0))
        self.tag("PIXEL_5V", self.pin("U4.Y"))
        row = y - 4.4
        self.two("R1", elm.ResistorIEC, (x + 2.2, row), (x + 4.4, row), ("1", "2"))
        self.named("R1", (x + 3.3, row + 0.55), "center")
        self.tag("PIXEL_5V", (x + 2.2, row), "left")
        for number in range(1, self._made.burners + 1):
            edge = x + 4.9 + 4.6 * (number - 1)
            ref = f"LED{number}"
            self.text((edge + 1.2, row + 0.85), f"{ref}  WS2812B", align="center")
            self.box(ref, (edge, row + 0.55), 2.0, ["din", "vdd"], ["dout", "vss"])
            self.tag("5V", self.pin(f"{ref}.vdd"), "left")
            self.ground("GND", self.pin(f"{ref}.vss"))
            if number == 1:
                self.wire((x + 4.4, row), self.pin("LED1.din"))
            else:
                self.wire(self.pin(f"LED{number - 1}.dout"), self.pin(f"{ref}.din"))

    # --- buttons -------------------------------------------------------------------------------------------------

    def _buttons(self, corner: XY) -> float:
        x, y = corner
        height = 5.2
        self.frame(corner, WIDTH, height, self._say("buttons"))
        for number in range(1, self._made.burners + 1):
            self._contact(
                (x + 1.6 + 14.4 * (number - 1), y - 2.0), f"BUTTON{number}", f"PRESS{number}",
                (f"R{number}8", f"C{number}3", f"R{number}7", f"D{number}2", f"S{number}2"),
                self._say("burner", number),
            )  # fmt: skip
        return height

    def _contact(self, at: XY, inside: str, outside: str, refs: tuple[str, ...], words: str) -> None:
        """A contact at the end of a cable: pull-up, capacitor, series resistor, clamp, contact to ground."""
        x, y = at
        pull_up, capacitor, series, clamp, contact = refs
        self.supply("3V3", (x + 1.2, y + 0.2))
        self.upright(pull_up, elm.ResistorIEC, (x + 1.2, y + 0.2), (x + 1.2, y - 1.3), ("1", "2"))
        self.tag(inside, (x + 1.2, y - 1.3), "left")
        self.wire((x + 1.2, y - 1.3), (x + 3.4, y - 1.3), (x + 4.4, y - 1.3))
        self._two_down(capacitor, elm.Capacitor, (x + 3.2, y - 1.3))
        self.two(series, elm.ResistorIEC, (x + 4.4, y - 1.3), (x + 6.6, y - 1.3), ("1", "2"))
        self.named(series, (x + 5.5, y - 0.75), "center")
        self.wire((x + 6.6, y - 1.3), (x + 8.6, y - 1.3))
        self.two(clamp, elm.Zener, (x + 7.4, y - 2.3), (x + 7.4, y - 1.3), ("a", "k"))
        self.text((x + 7.8, y - 1.85), f"{clamp}  {self._made.parts[clamp].value}")
        self.ground("GND", (x + 7.4, y - 2.3))
        self.two(contact, elm.Button, (x + 8.6, y - 1.3), (x + 10.6, y - 1.3), ("1", "2"))
        self.text((x + 9.6, y - 0.55), f"{contact}  {words}", align="center")
        self.ground("GND", (x + 10.6, y - 1.3))

    def _two_down(self, ref: str, kind: type[Any], top: XY) -> None:
        """A part from a wire down to ground; its name to the left."""
        self.two(ref, kind, top, (top[0], top[1] - 1.0), ("1", "2"))
        self.named(ref, (top[0] - 0.3, top[1] - 0.5), "right")
        self.ground("GND", (top[0], top[1] - 1.0))

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
        self.upright(f"R{n}2", elm.ResistorIEC, (x + 2.8, level), (x + 2.8, level - 1.8), ("1", "2"))
        self.ground("GND", (x + 2.8, level - 1.8))
        self.two(f"R{n}1", elm.ResistorIEC, (x + 2.8, level), (x + 5.4, level), ("1", "2"))
        self.named(f"R{n}1", (x + 4.1, level + 0.5), "center")
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
        self.upright(f"D{n}1", elm.Diode, (right, bottom), (right, top), ("a", "k"))
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
        self.terminal(f"X{n}.1", (into, upper))
        self.terminal(f"X{n}.2", (out, upper))
        self.text((into, upper + 0.55), f"X{n} TC", align="center")
        self.text((out, upper + 0.55), f"X{n} MAG", align="center")

        for side, pin in ((left, "1"), (right, "2")):
            self.wire((side, bypass), (side, upper), (side, second), **thick)
            self.terminal(f"X{n}1.{pin}", (side, (bypass + upper) / 2))
        self.text((left - 0.35, (bypass + upper) / 2), f"X{n}1", align="right")
        for at, pin in ((left + 0.2, "12"), (right - 0.2, "22")):
            self.terminal(f"K{n}.{pin}", (at, second - 1.5))
            self.text((at, second - 2.0), f"K{n}.{pin} {self._say('free')}", align="center", color=MUTED)
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
                self.upright(ref, elm.ResistorIEC, (at, upper), (at, y - 6.6), ("1", "2"))
                self.wire((at, y - 6.6), (at, y - 7.2))
                self.tag(net, (at, y - 7.2))

    def _lug(self, x: float, y: float) -> None:
        """The only joint of the converter's side and the stove."""
        at, rail = x + 24.0, y - 8.3
        self.two("E1", Lug, (at, rail), (at, rail - 1.7), ("stove", "box"))
        self.tag("ISO_GND", (at, rail - 1.7))
        self.text((at - 0.5, rail - 1.15), f"E1  {self._say('lug')}", align="right")

    # --- pulse drive ---------------------------------------------------------------------------------------------

    def _pump(self, corner: XY) -> float:
        x, y = corner
        height = 12.4
        self.frame(corner, WIDTH, height, self._say("pulse"))
        level, foot = y - 2.9, y - 4.9
        self.tag("PUMP", (x + 1.6, level), "left")
        self.two("R3", elm.ResistorIEC, (x + 1.6, level), (x + 4.0, level), ("1", "2"))
        self.named("R3", (x + 2.8, level + 0.55), "center")
        self.two("C2", elm.Capacitor, (x + 4.0, level), (x + 6.2, level), ("1", "2"))
        self.named("C2", (x + 5.1, level + 0.75), "center")
        self.wire((x + 6.2, level), (x + 6.6, level), (x + 9.2, level))
        self.upright("R9", elm.ResistorIEC, (x + 6.6, level), (x + 6.6, foot), ("1", "2"))
        self.ground("GND", (x + 6.6, foot))
        self.two("D2", elm.Diode, (x + 9.2, foot), (x + 9.2, level), ("a", "m"))
        self.ground("GND", (x + 9.2, foot))
        self.two("D2", elm.Diode, (x + 9.2, level), (x + 11.4, level), ("m", "k"))
        self.named("D2", (x + 10.3, level + 0.55), "center")
        for at, ref in ((11.4, "R4"), (13.8, "R54")):
            self.upright(ref, elm.ResistorIEC, (x + at, level), (x + at, foot), ("1", "2"))
            self.ground("GND", (x + at, foot))
        self.upright("C3", elm.Capacitor, (x + 16.4, level), (x + 16.4, foot), ("1", "2"))
        self.ground("GND", (x + 16.4, foot))
        self.text((x + 21.4, level + 0.85), "U3  MCP6541")
        self.box("U3", (x + 21.4, level + 0.55), 2.6, ["IN-", "IN+"], ["VDD", "OUT", "VSS"])
        self.wire((x + 11.4, level), self.pin("U3.IN-"))
        self.tag("PUMP_REF", self.pin("U3.IN+"), "left")
        for name in ("VDD", "OUT", "VSS"):
            self.tag(self._net(f"U3.{name}"), self.pin(f"U3.{name}"))
        self.upright("C4", elm.Capacitor, (x + 27.4, level + 0.4), (x + 27.4, foot + 0.4), ("1", "2"))
        self.supply("5V", (x + 27.4, level + 0.4))
        self.ground("GND", (x + 27.4, foot + 0.4))
        self._thresholds(x + 2.6, y - 6.9)
        self._switch(x + 13.6, y - 9.0)
        self._sense(x + 24.4, y - 7.0)
        return height

    def _thresholds(self, x: float, top: float) -> None:
        node = top - 1.5
        for at, ref in ((x, "R5"), (x + 2.6, "R55")):
            self.supply("5V", (at, top))
            self.upright(ref, elm.ResistorIEC, (at, top), (at, node), ("1", "2"))
        self.wire((x, node), (x + 2.6, node), (x + 5.4, node))
        self.upright("R6", elm.ResistorIEC, (x, node), (x, node - 1.5), ("1", "2"))
        self.upright("R56", elm.ResistorIEC, (x, node - 1.5), (x, node - 3.0), ("1", "2"))
        self.ground("GND", (x, node - 3.0))
        self.two("R7", elm.ResistorIEC, (x + 5.4, node), (x + 7.8, node), ("1", "2"))
        self.named("R7", (x + 6.6, node + 0.55), "center")
        self.tag("PUMP_OUT", (x + 7.8, node))
        self.tag("PUMP_REF", (x, node), "left")

    def _switch(self, x: float, level: float) -> None:
        """The transistor that feeds the coils."""
        anchors = {"g": "gate", "s": "source", "d": "drain"}
        self.put("Q1", elm.PFet().reverse(), anchors, (x + 3.4, level), "gate")
        source, drain = self.pin("Q1.s"), self.pin("Q1.d")
        self.text((source[0] + 0.5, level), "Q1  AO3401A")
        self.tag("PUMP_OUT", (x, level), "left")
        self.wire((x, level), (x + 1.6, level), (x + 3.4, level))
        self.upright("R8", elm.ResistorIEC, (x + 1.6, level + 2.2), (x + 1.6, level), ("1", "2"))
        self.wire((x + 1.6, level + 2.2), (source[0], level + 2.2), source)
        self.supply("5V", (source[0], level + 2.2))
        self.wire(drain, (drain[0], level - 1.5), (drain[0] + 1.0, level - 1.5))
        self.tag("VCOIL", (drain[0] + 1.0, level - 1.5))

    def _sense(self, x: float, top: float) -> None:
        """The divider by which the chip sees the coils' supply."""
        self.supply("VCOIL", (x, top))
        for step, ref in enumerate(("R51", "R52", "R53")):
            self.upright(ref, elm.ResistorIEC, (x, top - 1.5 * step), (x, top - 1.5 * step - 1.5), ("1", "2"))
        self.tag("SUPPLY", (x, top - 3.0), "left")
        self.ground("GND", (x, top - 4.5))

    # --- inputs and the hood -------------------------------------------------------------------------------------

    def _inputs(self, corner: XY) -> None:
        x, y = corner
        self.frame(corner, WIDTH, 8.6, self._say("inputs"))
        for number, name in enumerate(("alarm", "presence"), 1):
            refs = (f"R6{number + 1}", f"C6{number}", f"R6{number + 3}", f"D6{number}", f"X5{number}")
            self._contact((x + 1.6 + 14.4 * (number - 1), y - 2.0), name.upper(), name.upper() + "_IN", refs,
                          self._say(name))  # fmt: skip
        row = y - 5.6
        self.two("R66", elm.ResistorIEC, (x + 2.8, row), (x + 5.0, row), ("1", "2"))
        self.named("R66", (x + 3.9, row + 0.55), "center")
        self.tag("HOOD", (x + 2.8, row), "left")
        self.text((x + 5.5, row + 0.85), "U8  AQY212EH")
        self.box("U8", (x + 5.5, row + 0.55), 2.6, ["A", "K"], ["1", "2"])
        self.wire((x + 5.0, row), self.pin("U8.A"))
        self.ground("GND", self.pin("U8.K"))
        self.text((x + 11.0, row + 0.85), f"X53  {self._say('hood')}")
        self.box("X53", (x + 11.0, row + 0.55), 1.2, ["1", "2"], [])
        for pin in ("1", "2"):
            self.wire(self.pin(f"U8.{pin}"), self.pin(f"X53.{pin}"))
