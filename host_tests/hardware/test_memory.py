"""Free memory, heap by heap, as memory.py reads it: the least so far, and a line in the log when it is little.

Not here: room for a TLS handshake (services/mqtt/test_tls_room.py).
"""

import gc
import sys
from types import SimpleNamespace

import pytest

from curfew.services.log import Log

KIB = 1024
LINE = "memory little was left: "


@pytest.fixture
def heaps(chip, monkeypatch):
    """A function: what memory.heaps() says of these free bytes, the figures and further names of the module esp32."""
    memory = chip.driver("memory")

    def asked(python, log=None, figures=None, areas=((200 * KIB, 60 * KIB, 30 * KIB, 9 * KIB),), **names):
        monkeypatch.setattr(gc, "mem_free", lambda: python, raising=False)
        esp32 = SimpleNamespace(HEAP_DATA=4, idf_heap_info=lambda kind: areas, **names) if areas else None
        monkeypatch.setitem(sys.modules, "esp32", esp32)
        return memory.heaps(figures or [0, 0], log or Log())

    return asked


def test_the_areas_of_the_other_heap_are_added_and_its_largest_block_is_named(heaps):
    areas = [(200 * KIB, 60_000, 30_000, 9_000), (50 * KIB, 5_000, 31_000, 2_000)]
    python = {"python": 50_000, "python_least": 50_000}
    assert heaps(50_000, areas=areas) == {**python, "other": 65_000, "block": 31_000, "least": 11_000}


def test_a_computer_has_no_other_heap(heaps):
    assert heaps(50_000, areas=()) == {"python": 50_000, "python_least": 50_000}


def test_the_least_of_pythons_heap_is_that_of_all_looks(heaps):
    figures = [0, 0]
    assert [heaps(free, figures=figures)["python_least"] for free in (50_000, 40_000, 45_000, 39_999)] == [
        50_000, 40_000, 40_000, 39_999
    ]  # fmt: skip


def test_the_stack_of_the_services_comes_from_an_image_that_knows_it(heaps):
    def tasks():
        return None, [(1, "mp_task", 0, 1, None, 900, 1), (2, "mp_thread", 0, 1, None, 3200, 1)]

    assert heaps(50_000, idf_task_info=tasks)["stack"] == 3200
    assert "stack" not in heaps(50_000)


@pytest.mark.parametrize(
    ("python", "least", "lines"),
    [
        (8192, 8192, []),
        (8191, 8192, [LINE + "python_least"]),
        (8192, 8191, [LINE + "least"]),
        (0, 0, [LINE + "python_least", LINE + "least"]),
    ],
)
def test_a_heap_that_had_little_is_said_once_and_counted_each_time(heaps, python, least, lines):
    log = Log()
    for _ in range(3):
        heaps(python, log=log, areas=[(200 * KIB, 60_000, 30_000, least)])
    assert log.lines() == lines and log.counts.get("memory", 0) == 3 * len(lines)
