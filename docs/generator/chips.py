"""Which services fit on which chip, as a table: docs/generator/chip_heap.py in words."""

from benchmarks import counts
from docs.generator import chip_heap
from render.markdown import rows

NAMES = (
    ("radio off: timer and sensors, two burners", "page, two burners", "page and MQTT", "page and MQTT over TLS",
     "the same with four burners"),
    ("关闭无线：定时和传感器，两个灶头", "网页，两个灶头", "网页和 MQTT", "网页和加密的 MQTT", "同上，四个灶头"),
)  # fmt: skip
HEADS = ("What is on", "启用的功能")
FITS = ({True: "yes", False: "no", None: "not known"}, {True: "可以", False: "不行", None: "未知"})


def fits(language: int) -> str:
    """A row for each combination of services, a column for each chip."""
    kept = counts.read()
    body = []
    for name, one in zip(NAMES[language], chip_heap.COMBINATIONS, strict=True):
        body.append([name, *(FITS[language][chip_heap.fits(chip, one, kept)] for chip in chip_heap.CHIPS)])
    return rows((HEADS[language], *(chip.name for chip in chip_heap.CHIPS)), body)
