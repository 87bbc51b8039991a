"""The cable between valve and board, joint by joint: nothing of the stove is cut. Drawn for docs/start/board.md.

JOINTS is what the contact budget counts; a test compares it with budget.Loop.joints.
"""

from render import chart
from render.svg import Svg

WORDS = {
    "title": ("Between thermocouple and magnet valve", "接在热电偶和电磁阀之间"),
    "cut": ("Nothing is cut: unplug the stove's connector, plug the cable in between. Each number is a joint of 1 mΩ.",
            "不剪断任何导线：拔开灶具的接头，把电缆插在中间。每个数字是一个 1 mΩ 的接头。"),
    "tabs": ("With push-on tabs of 6.3, 4.8 or 2.8 mm", "用 6.3、4.8 或 2.8 mm 插片时"),
    "thread": ("With a thread, M8×1, M9×1 or 11/32\": a ring in between makes two more",
               "用螺纹 M8×1、M9×1 或 11/32\" 时：中间的转接环再加两个"),
    "tip": ("thermocouple", "热电偶"), "magnet": ("magnet valve", "电磁阀"), "nut": ("its nut", "它的螺母"),
    "ring": ("interrupter", "断路转接环"), "wire": ("AWG 16, ≤ 200 mm", "AWG 16，≤ 200 mm"),
    "board": ("board", "电路板"), "contact": ("contact of K1", "K1 触点"),
}  # fmt: skip
# Left to right, and back from the contact of the relay.
JOINTS = (
    ("push-on tab", "插接"), ("crimp", "压接"), ("ferrule under X1", "X1 螺钉下的端头"), ("solder of X1", "X1 焊点"),
    ("solder of K1", "K1 焊点"), ("solder of K1", "K1 焊点"), ("solder of X1", "X1 焊点"),
    ("ferrule under X1", "X1 螺钉下的端头"), ("crimp", "压接"), ("push-on tab", "插接"),
)  # fmt: skip
THREAD = (("thread to the nut", "螺纹与螺母"), ("thread to the valve", "螺纹与阀"))
_TIP, _MAGNET, _BOARD_FROM, _BOARD_TO = 34.0, 766.0, 300.0, 600.0
_AT = (160.0, 190.0, 300.0, 345.0, 390.0, 510.0, 555.0, 600.0, 710.0, 740.0)


def _joint(svg: Svg, x: float, y: float, number: int) -> None:
    svg.rect(x - 9, y - 9, 18, 18, "dot", 9)
    svg.text(x, y + 4, str(number), "paper b", 11, "middle")


def _box(svg: Svg, x: float, y: float, width: float, words: str) -> None:
    svg.rect(x, y - 17, width, 34, "good", 6)
    svg.text(x + width / 2, y + 4, words, "ink", 12, "middle")


def picture(language: int) -> str:
    """Both cables as SVG, and what each number is."""
    named = {key: words[language] for key, words in WORDS.items()}
    svg = Svg()
    top = chart.head(svg, named["title"], [named["cut"]])
    y = top + 78
    svg.text(28, top + 24, named["tabs"], "ink b", 14)
    svg.rect(_BOARD_FROM, y - 40, _BOARD_TO - _BOARD_FROM, 80, "unsure", 8)
    svg.text((_BOARD_FROM + _BOARD_TO) / 2, y - 46, named["board"], "mute", 12, "middle")
    svg.line(_TIP, y, _MAGNET + 100, y, "new")
    _box(svg, _TIP, y, 110, named["tip"])
    _box(svg, 402, y, 96, named["contact"])
    _box(svg, _MAGNET, y, 106, named["magnet"])
    for number, x in enumerate(_AT, 1):
        _joint(svg, x, y, number)
    for x in (245.0, 655.0):
        svg.text(x, y - 14, named["wire"], "mute", 11, "middle")
    half = len(JOINTS) // 2
    for number, words in enumerate(JOINTS[:half], 1):
        text = f"{number}, {len(JOINTS) + 1 - number}: {words[language]}"
        svg.text(28 + 174 * (number - 1), y + 66, text, "ink", 12)
    y += 120
    svg.text(28, y - 12, named["thread"], "ink b", 14)
    y += 56
    svg.line(_TIP, y, 560, y, "new")
    _box(svg, _TIP, y, 150, f"{named['tip']}, {named['nut']}")
    _box(svg, 250, y, 130, named["ring"])
    _box(svg, 470, y, 106, named["magnet"])
    for x, number in ((270.0, 1), (360.0, len(JOINTS))):
        svg.line(x, y - 17, x, y - 40, "new")
        _joint(svg, x, y - 40, number)
    for at, words in enumerate(THREAD):
        number = len(JOINTS) + 1 + at
        _joint(svg, (217.0, 425.0)[at], y, number)
        svg.text(610, y - 6 + 20 * at, f"{number}: {words[language]}", "ink", 12)
    return chart.whole(svg, y + 40, named["title"], [named["cut"]])
