"""The Python heap of each chip, computed from published figures, and which services fit into it.

No board was measured: what a chip has was read in sources and issues, what the firmware takes is in counts.json (the
64-bit VM at its worst, one figure a combination).
    python -m docs.generator.chip_heap      the heaps and the needs, in bytes

Belongs here: the figures of the chips, the formula, the comparison. Does not: measuring (memory.py), the table's words.
"""

from dataclasses import dataclass

from benchmarks import counts

KIB = 1024
RATIO = 0.70  # of the 64-bit heap that words of 32 bits take, rounded up: heap32 and heap in counts.json, all parts
SHARE = 0.85  # of a heap may be live: the rest is garbage between two collections, and pieces too small to use
WIFI_B = 38 * KIB  # micropython#8940 (1.19): 28 KiB to start, some 10 once it runs
SOCKET_B = 4 * KIB  # the same: 4 to 7 KiB each
TLS_B = 35 * KIB  # the same: 16 + 4 KiB a session, some 15 more during the handshake
STACK_B = 16 * KIB  # of the services thread: hardware/board.py
RESERVE_B = 8 * KIB  # for what is not counted
SOCKETS_BESIDE = 3  # the web server's own, MQTT, and one for time or names
CALLERS = 5  # connections of the web server: services/http/server.py


@dataclass(frozen=True)
class Chip:
    """A chip with stock MicroPython. Bytes; None: no figure is published.

    first_b: of the Python heap at the start. free_b: of the other heap at the prompt. block_b: the largest block of it.
    """

    name: str
    first_b: int
    free_b: int | None
    block_b: int | None
    is_endless: bool = False  # the heap grows in PSRAM, and the rest stays for Wi-Fi and TLS


# first_b: ports/esp32/mpconfigport.h, MICROPY_GC_INITIAL_HEAP_SIZE (1.26 to 1.29).
CHIPS = (
    Chip("ESP32", 56 * KIB, 94_256, 53_248),  # micropython#18859 (1.27): heap_data free, largest
    Chip("ESP32-S3", 64 * KIB, 188_352, 188_352),  # micropython PR 12141 (1.21): "max new split"
    Chip("ESP32-S3 with PSRAM", 64 * KIB, 188_352, 188_352, True),
    Chip("ESP32-C3", 64 * KIB, 139_264, 139_264),  # micropython#14293 (1.22.2): "max new split"
    Chip("ESP32-C6", 64 * KIB, None, None),
)


@dataclass(frozen=True)
class Combination:
    """Services that are on together. count: the name of its figure in counts.json."""

    name: str
    count: str
    wifi: bool = True
    tls: bool = False


COMBINATIONS = (
    Combination("no radio", "live.alone_2", wifi=False),
    Combination("page", "live.page_2"),
    Combination("page, MQTT", "live.burners_2"),
    Combination("page, MQTT over TLS", "live.burners_2", tls=True),
    Combination("everything, four burners", "live.burners_4", tls=True),
)


def heap_b(chip: Chip, wifi: bool, tls: bool) -> int | None:
    """The Python heap that a chip can have beside its services; None: not known, or without limit."""
    if chip.is_endless or chip.free_b is None or chip.block_b is None:
        return None
    rest_b = chip.free_b - STACK_B - RESERVE_B
    if wifi:
        rest_b -= WIFI_B + (CALLERS + SOCKETS_BESIDE) * SOCKET_B
    if tls:
        rest_b -= TLS_B
    if rest_b < 0:
        return 0  # not even the other heap has room: something of it would fail
    return chip.first_b + min(chip.block_b, rest_b)


def need_b(combination: Combination, kept: counts.Kept) -> int:
    """What a chip's Python heap must be for a combination."""
    live: int = kept[combination.count]["value"]
    return round(live * RATIO / SHARE)


def fits(chip: Chip, combination: Combination, kept: counts.Kept) -> bool | None:
    """Whether a combination fits; None: unknown."""
    if chip.is_endless:
        return True
    heap = heap_b(chip, combination.wifi, combination.tls)
    return None if heap is None else heap >= need_b(combination, kept)


def main() -> None:
    """Print what each combination needs and what each chip has for it."""
    kept = counts.read()
    for one in COMBINATIONS:
        heaps = [heap_b(chip, one.wifi, one.tls) for chip in CHIPS]
        heaps_b = ", ".join(
            f"{chip.name} {'-' if heap is None else heap}" for chip, heap in zip(CHIPS, heaps, strict=True)
        )
        print(f"{one.name}: needs {need_b(one, kept)}; {heaps_b}")


if __name__ == "__main__":
    main()
