"""The picture of one run: one self-contained SVG with a block per burner.

A block has the whole run on top and, beneath it, the ends of a long one enlarged: the ignition, the shut-off,
and the moment of the shut-off in milliseconds. Here is only where things stand and how they look: words come from
phrases.py and catalog.toml, numbers from shutoffs.py. Not here: judging a run, reading it.

Every number is written with one decimal at most, so that the same run gives the same bytes.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import catalog
from render.svg import BASE_COLORS, Color, Svg, cut_to, document, palettes, text_width
from simulator.result import Result
from simulator.times import show_time
from simulator.view import phrases, shutoffs
from simulator.view.layout import (
    LABEL_H,
    LABEL_SIZE,
    Label,
    Placed,
    Scale,
    Window,
    inside,
    place,
    scale_over,
    thinned,
    time_ticks,
)
from simulator.words import STATES

WIDTH = 1200
MARGIN = 28
AXIS = 62  # room at the left of a panel for its scale
LEFT, RIGHT = MARGIN + AXIS, WIDTH - MARGIN

BAND_H, CURVE_H, STRIP_H, GAP, AXIS_H = 22, 96, 11, 9, 24
CUT_W = 210

# A run longer than this shows its ends enlarged, each so long.
ZOOM_FROM_MS = 240_000
ZOOM_MS = 90_000
BEFORE_LIGHTING_MS, AFTER_SHUTOFF_MS = 10_000, 25_000

COLORS: list[Color] = [
    *BASE_COLORS,
    ("leader", "#98a3b1", "#5c6777", "stroke"),
    ("tag", "#ffffff", "#11151b", "fill"),
    ("user", "#0b6b74", "#5fd0da", "fill"),
    ("world", "#935400", "#f0b35a", "fill"),
    ("bad", "#b3202c", "#ff8087", "fill"),
    ("due", "#b3202c", "#ff8087", "stroke"),
    ("temp", "#d4502a", "#ff8a5c", "stroke"),
    ("tc", "#127c86", "#4cc7d1", "stroke"),
    ("magnet", "#8a3ea8", "#d08bea", "stroke"),
    ("zoomed", "#dde7f2", "#1f2a38", "fill"),
    ("on-contact", "#2f8f57", "#3fae6d", "fill"),
    ("on-gas", "#3276bd", "#5b9be0", "fill"),
    ("on-flame", "#e8862a", "#f29b45", "fill"),
    ("on-coil", "#6f7d8f", "#8d9aab", "fill"),
    ("off", "#e6eaef", "#262d37", "fill"),
    *((state, *catalog.ENTRIES["state"][state]["color"], "fill") for state in STATES),
    ("DOWN", "#1c2430", "#05070a", "fill"),
    ("on-IDLE", "#4b5665", "#b5bfcc", "fill"),
    ("on-dark", "#ffffff", "#ffffff", "fill"),
]
STYLE = (
    ".n{font-variant-numeric:tabular-nums}path{fill:none}"
    ".grid,.edge,.leader{stroke-width:1}.thread{stroke-width:1;stroke-dasharray:1 3}"
    ".due{stroke-width:1.5;stroke-dasharray:5 4}.temp,.tc,.magnet{stroke-width:1.7;stroke-linejoin:round}"
    ".magnet{stroke-dasharray:6 2}.tag{fill-opacity:.92}"
) + palettes(COLORS)
STRIPS = (("contact", "closed"), ("gas", "on"), ("flame", "on"))
CUT_STRIPS = (("coil", "on", "coil released"), ("contact", "closed", "contact open"), ("gas", "on", "gas off"))
MS_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000)


# ---- one burner --------------------------------------------------------------------------------------------


class Burner:
    """What the picture knows of one burner."""

    def __init__(self, result: Result, scenario: Any, burner: int):
        self.burner = burner
        self.ended_ms = max(1, shutoffs.end_of(result))
        trace = result.by_burner.get(burner, [])
        self.trace = trace
        self.values = {key: shutoffs.changes(trace, key) for key in ("state", "gas", "flame", "coil", "fault")}
        self.values["contact"] = shutoffs.contact_changes(trace)
        mine = [sample for sample in result.samples if sample[1] == burner]
        self.temp = [(sample[0], sample[2] / 10) for sample in mine]
        self.tc = [(sample[0], sample[3] / 1000) for sample in mine]
        self.magnet = [(sample[0], sample[4] / 1000) for sample in mine]
        numbers = shutoffs.summary(result, scenario)
        self.gas_on_ms = numbers["gas_on_ms"][burner]
        self.shutoffs = [shutoff for shutoff in numbers["shutoffs"] if shutoff["burner"] == burner]
        timed = [shutoff for shutoff in self.shutoffs if shutoff["deadline_ms"] is not None]
        self.shutoff = (timed or self.shutoffs or [None])[-1]
        self.deadlines = [shutoff["deadline_ms"] for shutoff in timed]
        self.labels = self._labels(result, scenario)
        self.quiet = (
            not self.shutoffs and not self.gas_on_ms and all(value != "closed" for _, value in self.values["contact"])
        )

    def _labels(self, result: Result, scenario: Any) -> list[Label]:
        labels = []
        for t_ms, do, burner, args in shutoffs.events_done(result, scenario):
            if burner == self.burner or do in phrases.CONTROLLER_ACTS:
                by_user = do in phrases.USER_ACTS
                labels.append(Label(t_ms, phrases.event(do, args, form="picture"), "user" if by_user else "world", 2))
            if burner == self.burner and do == "light":
                labels.append(Label(t_ms + args.get("hold_ms", 0), "knob released", "user", 9))
        # a reset or a plug that the plan moved is shown by its own event
        reported = [t_ms for t_ms, do, _, _ in shutoffs.events_done(result, scenario) if do in phrases.CONTROLLER_ACTS]
        for kind, t_ms, text in result.marks:
            if kind == "down" and not any(0 <= t_ms - at_ms <= 200 for at_ms in reported):
                labels.append(Label(t_ms, f"down: {text}", "bad", 3))
            if kind == "up" and t_ms and not any(0 <= t_ms - at_ms <= 3000 for at_ms in reported):
                labels.append(Label(t_ms, "restarts", "mute", 6))
        labels += [
            Label(t_ms, catalog.short("fault", fault), "bad", 1)
            for t_ms, fault in self.values["fault"]
            if fault is not None
        ]
        labels += [Label(t_ms, "deadline", "bad", 0) for t_ms in self.deadlines]
        labels += [Label(shutoff["opened_ms"], "contact opens", "mute", 8) for shutoff in self.shutoffs]
        return labels

    def spans(self, key: str, window: Window) -> Iterable[tuple[int, int, Any]]:
        """(from, to, value) of a trace value inside a window."""
        found = self.values[key]
        for n, (t_ms, value) in enumerate(found):
            end_ms = found[n + 1][0] if n + 1 < len(found) else self.ended_ms
            start, end = max(t_ms, window.from_ms), min(end_ms, window.to_ms)
            if start < end:
                yield start, end, value

    def windows(self, x0: float, x1: float, gap: float) -> list[tuple[str, Window]]:
        """The enlarged ends, side by side between x0 and x1, each with its name."""
        found = []
        lit_ms = next((t_ms for t_ms, value in self.values["gas"] if value == "on"), None)
        if lit_ms is not None:
            found.append(("ignition", max(0, lit_ms - BEFORE_LIGHTING_MS)))
        if self.shutoff is not None:
            end_ms = min(self.ended_ms, self.shutoff["opened_ms"] + AFTER_SHUTOFF_MS)
            found.append(("shut-off", max(0, end_ms - ZOOM_MS)))
        if self.ended_ms < ZOOM_FROM_MS:
            return []
        wide = (x1 - x0 - gap) / 2
        return [
            (
                name,
                Window(start, min(start + ZOOM_MS, self.ended_ms), x0 + n * (wide + gap), x0 + n * (wide + gap) + wide),
            )
            for n, (name, start) in enumerate(found)
        ]


# ---- drawing a panel ---------------------------------------------------------------------------------------


def draw_labels(svg: Svg, placed: list[Placed], bottom: float, foot: float) -> None:
    """Labels above `bottom`, with leaders down to it and a fine thread on to `foot`."""
    for item in placed:
        svg.line(item.moments[0], bottom - item.row * LABEL_H - LABEL_H / 2, item.moments[0], bottom, "leader")
        for x in item.moments if item.label.text != "deadline" else ():
            svg.line(x, bottom, x, foot, "leader thread")
    for item in placed:
        y = bottom - (item.row + 1) * LABEL_H
        svg.rect(item.x, y + 1, item.w, LABEL_H - 3, "tag", 3)
        svg.text(item.x + 4, y + 11.5, item.label.text, item.label.cls, LABEL_SIZE)


def draw_states(svg: Svg, one: Burner, window: Window, y: float) -> None:
    for start, end, state in one.spans("state", window):
        x0, x1 = window.x(start), window.x(end)
        name = "chip down" if state is None else state
        cls = "DOWN" if state is None else state
        svg.rect(x0, y, max(1.0, x1 - x0), BAND_H, cls)
        ink = "on-IDLE" if cls == "IDLE" else "on-dark"
        if text_width(name, 10.5) + 10 <= x1 - x0:
            svg.text((x0 + x1) / 2, y + 14.8, name, f"{ink} b", 10.5, "middle")


def draw_curve(
    svg: Svg,
    window: Window,
    y: float,
    scale: Scale,
    curves: Iterable[tuple[str, Sequence[tuple[int, float]]]],
    unit: str,
    numbers: bool,
) -> None:
    for tick in scale.ticks():
        at = scale.y(tick, y, CURVE_H)
        svg.line(window.x0, at, window.x1, at, "grid")
        if numbers:
            svg.text(window.x0 - 7, at + 3.8, str(tick), "mute n", 10.5, "end")
    if numbers:
        svg.text(MARGIN, y + 10, unit, "mute b", 11)
    for cls, points in curves:
        svg.path(thinned([(window.x(t_ms), scale.y(value, y, CURVE_H)) for t_ms, value in inside(points, window)]), cls)


def draw_strips(svg: Svg, one: Burner, window: Window, y: float, names: bool) -> float:
    for key, on in STRIPS:
        svg.rect(window.x0, y, window.x1 - window.x0, STRIP_H, "off")
        for start, end, value in one.spans(key, window):
            if value == on:
                svg.rect(window.x(start), y, max(1.0, window.x(end) - window.x(start)), STRIP_H, f"on-{key}")
        if names:
            svg.text(window.x0 - 7, y + 9, key, "mute", 10.5, "end")
        y += STRIP_H + 3
    return y - 3


def panel_height(one: Burner) -> float:
    """Height of a panel from the state band to the end of its time axis."""
    curves = 0 if one.quiet or not one.temp else 2 * (CURVE_H + GAP)
    return BAND_H + GAP + curves + len(STRIPS) * (STRIP_H + 3) + AXIS_H


def draw_panel(
    svg: Svg,
    one: Burner,
    window: Window,
    y: float,
    scales: tuple[Scale, Scale],
    placed: list[Placed],
    whole_run: bool,
    names: bool,
) -> None:
    """One stretch of time of one burner, `y` the top of its state band."""
    foot = y + panel_height(one) - AXIS_H - 3
    for t_ms, words in time_ticks(window, whole_run):
        svg.line(window.x(t_ms), y + BAND_H + GAP, window.x(t_ms), foot, "grid")
        svg.line(window.x(t_ms), foot, window.x(t_ms), foot + 5, "edge")
        svg.text(window.x(t_ms), foot + 16, words, "mute n", 10.5, "middle")
    draw_states(svg, one, window, y)
    at = y + BAND_H + GAP
    if not one.quiet and one.temp:
        draw_curve(svg, window, at, scales[0], [("temp", one.temp)], "°C", names)
        at += CURVE_H + GAP
        draw_curve(svg, window, at, scales[1], [("tc", one.tc), ("magnet", one.magnet)], "mV", names)
        at += CURVE_H + GAP
    draw_strips(svg, one, window, at, names)
    draw_labels(svg, placed, y - 3, foot)
    for t_ms in one.deadlines:
        if window.holds(t_ms):
            svg.line(window.x(t_ms), y - 3, window.x(t_ms), foot + 3, "due")


def draw_cut(svg: Svg, one: Burner, x0: float, x1: float, y: float, bottom: float) -> None:
    """The shut-off in milliseconds: coil, contact and gas about the deadline (without one, the shut-off)."""
    shutoff = one.shutoff
    opened_ms, zero_ms = shutoff["opened_ms"], shutoff["deadline_ms"]
    zero_ms = opened_ms if zero_ms is None else zero_ms
    last_ms = max(opened_ms, zero_ms, shutoff["gas_off_ms"] or 0)
    if last_ms - zero_ms > 10_000:
        last_ms = max(opened_ms, zero_ms)
    first_ms = min(opened_ms, zero_ms)
    around = max(8, (last_ms - first_ms) // 2)
    window = Window(first_ms - around, last_ms + around, x0, x1)
    step = next((step for step in MS_STEPS if (window.to_ms - window.from_ms) / step <= 6), MS_STEPS[-1])
    pitch = (bottom - y - 64) / 3
    height, foot = min(40.0, pitch - 20), y + 3 * pitch
    for tick in range(-(-(window.from_ms - zero_ms) // step) * step, window.to_ms - zero_ms + 1, step):
        svg.line(window.x(zero_ms + tick), y, window.x(zero_ms + tick), foot + 5, "grid")
        svg.text(window.x(zero_ms + tick), foot + 16, signed(tick), "mute n", 10.5, "middle")
    texts = []
    for n, (key, on, done) in enumerate(CUT_STRIPS):
        top = y + n * pitch
        svg.rect(x0, top, x1 - x0, height, "off", 2)
        went_ms = None
        for start, end, value in one.spans(key, window):
            if value == on:
                svg.rect(window.x(start), top, window.x(end) - window.x(start), height, f"on-{key}", 2)
                went_ms = end if end < window.to_ms else None
        texts.append(
            (
                top + height + 14,
                f"{key}: no change here" if went_ms is None else f"{done} {signed(went_ms - zero_ms)} ms",
                "mute" if went_ms is None else "ink",
            )
        )
    if shutoff["deadline_ms"] is not None:
        svg.line(window.x(zero_ms), y - 3, window.x(zero_ms), foot + 5, "due")
    for at, words, cls in texts:
        svg.rect(x0, at - 10, text_width(words, 11) + 4, 13, "tag")
        svg.text(x0, at, words, cls, 11)
    about = "the deadline" if shutoff["deadline_ms"] is not None else "the shut-off"
    svg.text(x0, foot + 38, f"0 is {about}; one tick is {shutoffs.TICK_MS} ms", "mute", 10.5)


def signed(value: int) -> str:
    """+5, 0, −3"""
    return f"{value:+d}".replace("-", "−") if value else "0"


# ---- the whole page ----------------------------------------------------------------------------------------


def draw_burner(svg: Svg, one: Burner, y: float, several: bool) -> float:
    """The block of one burner from `y` on; returns where it ends."""
    full = Window(0, one.ended_ms, LEFT, RIGHT)
    scales = (
        scale_over((value for _, value in one.temp), 100),
        scale_over((value for curve in (one.tc, one.magnet) for _, value in curve), 5),
    )
    zooms = [] if one.quiet else one.windows(LEFT, RIGHT - CUT_W - 44, 34)
    shown = [label for label in one.labels if not zooms or label.rank < 8]
    placed, lost = place(shown, full)
    rows = max((item.row + 1 for item in placed), default=0)

    svg.text(MARGIN, y + 14, f"Burner {one.burner + 1}" if several else "The burner", "ink b", 15)
    gas = f"gas on for {phrases.spoken(one.gas_on_ms // 1000 * 1000, exact=True)}" if one.gas_on_ms else "gas never on"
    svg.text(RIGHT, y + 14, gas + (f" · {lost} more marks not labelled" if lost else ""), "mute", 12, "end")
    y += 24 + rows * LABEL_H + 6
    for _, window in zooms:
        svg.rect(
            full.x(window.from_ms),
            y,
            max(2.0, full.x(window.to_ms) - full.x(window.from_ms)),
            panel_height(one) - AXIS_H - 3,
            "zoomed",
        )
    draw_panel(svg, one, full, y, scales, placed, whole_run=True, names=True)
    y += panel_height(one)
    if not zooms:
        return y + 12
    return draw_zooms(svg, one, zooms, scales, y + 14)


def draw_zooms(svg: Svg, one: Burner, zooms: list[tuple[str, Window]], scales: tuple[Scale, Scale], y: float) -> float:
    """The row of enlarged ends; returns where it ends."""
    found = [place(one.labels, window)[0] for _, window in zooms]
    rows = max((item.row + 1 for placed in found for item in placed), default=0)
    band = y + 22 + rows * LABEL_H + 6
    for n, ((name, window), placed) in enumerate(zip(zooms, found, strict=True)):
        svg.text(window.x0, y + 12, name, "ink b", 12)
        svg.text(window.x1, y + 12, f"{(window.to_ms - window.from_ms) // 1000} s", "mute", 11, "end")
        draw_panel(svg, one, window, band, scales, placed, whole_run=False, names=n == 0)
    if one.shutoff is not None:
        svg.text(RIGHT - CUT_W, y + 12, "moment of the shut-off", "ink b", 12)
        svg.text(RIGHT, y + 12, "milliseconds", "mute", 11, "end")
        draw_cut(svg, one, RIGHT - CUT_W, RIGHT, band, band + panel_height(one))
    return band + panel_height(one) + 12


def draw_legend(svg: Svg, y: float, burners: list[Burner]) -> None:
    """The states and lines that occur, from the left in one row."""
    states = {value for one in burners for _, value in one.values["state"]}
    x = float(MARGIN)
    for state in (*STATES, None):
        if state in states:
            svg.rect(x, y - 9, 14, 11, state or "DOWN", 2)
            name = state.lower() if state else "chip down"
            svg.text(x + 19, y, name, "mute", 11)
            x += 19 + text_width(name, 11) + 12
    curves = any(one.temp and not one.quiet for one in burners)
    deadlines = any(one.deadlines for one in burners)
    for cls, name, occurs in (
        ("temp", "thermocouple tip", curves),
        ("tc", "thermocouple side", curves),
        ("magnet", "magnet side", curves),
        ("due", "deadline", deadlines),
    ):
        if occurs:
            svg.line(x, y - 4, x + 22, y - 4, cls)
            svg.text(x + 27, y, name, "mute", 11)
            x += 27 + text_width(name, 11) + 12


def sentences(numbers: dict[str, Any], several: bool) -> list[str]:
    """The sub-title: for each shut-off why, when, how late, and what the gas did."""
    out = []
    for shutoff in numbers["shutoffs"]:
        whose = f"Burner {shutoff['burner'] + 1}, " if several else ""
        why, late = phrases.cause(shutoff["cause"]), shutoffs.lateness(shutoff)
        when = show_time(shutoff["opened_ms"]) + (f", {late}" if late else "")
        said = f"{whose}{why}: the contact opened at {when}; {shutoffs.gas_off(shutoff)}."
        out.append(said[0].upper() + said[1:])
    return out or ["The contact never opened in this run."]


def svg_text(result: Result, scenario: Any) -> str:
    """The picture as text; see `write_svg`."""
    svg = Svg()
    count = shutoffs.burner_count(result, scenario)
    numbers = shutoffs.summary(result, scenario)
    burners = [Burner(result, scenario, burner) for burner in range(count)]
    said = sentences(numbers, count > 1)

    y = 48.0
    svg.text(MARGIN, y, cut_to(scenario.name, WIDTH - 2 * MARGIN, 24), "ink b", 24)
    about = " ".join((getattr(scenario, "about", None) or "").split())
    if about:
        y += 22
        svg.text(MARGIN, y, cut_to(about, WIDTH - 2 * MARGIN, 13), "mute", 13)
    y += 4
    for text in said[:4] + ([f"… and {len(said) - 4} more shut-offs."] if len(said) > 4 else []):
        y += 19
        svg.text(MARGIN, y, cut_to(text, WIDTH - 2 * MARGIN, 13), "ink", 13)
    y += 28
    draw_legend(svg, y, burners)
    y += 24
    for one in burners:
        svg.line(MARGIN, y, WIDTH - MARGIN, y, "edge")
        y = draw_burner(svg, one, y + 14, count > 1) + 8
    return document(svg, (WIDTH, y + 8), scenario.name, " ".join(said[:4]), STYLE)


def write_svg(result: Result, scenario: Any, path: str | Path) -> None:
    """Writes the picture of a run to `path` (UTF-8 SVG, about 1200 px wide, for light and dark pages).

    A run without samples gives a picture without the curves.
    """
    Path(path).write_text(svg_text(result, scenario), encoding="utf-8")
