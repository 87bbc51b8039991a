"""The heap of each chip is what the published figures leave, and what fits is said, what is not known too."""

import dataclasses
import re

import pytest

from benchmarks import counts
from docs.generator import ROOT, chip_heap
from docs.generator.chip_heap import CHIPS, COMBINATIONS, KIB, fits, heap_b, need_b
from simulator.realtime import process
from tools.board import plan

CLASSIC, S3, PSRAM, C3, C6 = CHIPS
KEPT = counts.read()


def test_words_of_32_bits_take_as_much_of_the_heap_as_was_measured_by_part():
    small = {name[7:]: one["value"] for name, one in KEPT.items() if name.startswith("heap32.")}
    assert len(small) == 6
    measured = sum(small.values()) / sum(KEPT[f"heap.{part}"]["value"] for part in small)
    assert round(measured, 2) == chip_heap.RATIO


def test_a_classic_esp32_has_no_room_for_wifi_and_all_sockets():
    # 94,256 - 16 KiB stack - 8 KiB reserve - 38 KiB Wi-Fi - 8 sockets of 4 KiB: 2,000 bytes are missing.
    assert heap_b(CLASSIC, wifi=True, tls=False) == heap_b(CLASSIC, wifi=True, tls=True) == 0


def test_without_radio_it_grows_by_its_largest_block():
    assert heap_b(CLASSIC, wifi=False, tls=False) == 56 * KIB + 53_248


@pytest.mark.parametrize(("tls", "heap"), [(False, 157_632), (True, 121_792)])
def test_an_s3_has_room_for_tls_beside_its_heap(tls, heap):
    assert heap_b(S3, wifi=True, tls=tls) == heap


def test_a_chip_without_a_published_figure_is_not_judged():
    assert heap_b(C6, wifi=True, tls=False) is None
    assert all(fits(C6, one, KEPT) is None for one in COMBINATIONS)


def test_psram_grows_on_demand():
    assert all(fits(PSRAM, one, KEPT) for one in COMBINATIONS)


def test_the_recommended_boards_hold_what_they_are_recommended_for():
    # README: a classic ESP32 only without radio, an S3 for page and MQTT.
    assert fits(CLASSIC, COMBINATIONS[0], KEPT) and not any(fits(CLASSIC, one, KEPT) for one in COMBINATIONS[1:])
    assert all(fits(S3, one, KEPT) for one in COMBINATIONS[:3])


def test_the_real_time_tests_run_in_the_heap_of_an_s3_beside_page_and_mqtt():
    assert int(heap_b(S3, wifi=True, tls=False) / chip_heap.RATIO) // KIB == process.HEAP_KIB


@pytest.mark.parametrize("more", [0, 1])
def test_a_byte_too_much_does_not_fit(more):
    one = COMBINATIONS[2]
    heap = heap_b(S3, one.wifi, one.tls)
    kept = {one.count: {"value": round(heap * chip_heap.SHARE / chip_heap.RATIO)}}
    assert need_b(one, kept) == heap
    tight = dataclasses.replace(S3, free_b=S3.free_b - more)
    assert fits(tight, one, kept) is (more == 0)


def test_the_formula_pays_for_as_many_connections_as_the_server_takes():
    text = (ROOT / "firmware/curfew/services/http/server.py").read_text()
    assert int(re.search(r"^_CALLERS_MAX = (\d+)", text, re.M)[1]) == chip_heap.CALLERS


def test_deploy_and_doctor_name_the_chips_on_which_no_page_fits():
    without = [chip.name.replace("-", "") for chip in CHIPS if fits(chip, COMBINATIONS[1], KEPT) is False]
    assert without == list(plan.TIMER_ONLY)
