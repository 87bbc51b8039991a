"""How much memory the chip has left. Imported when someone asks, and dropped again."""

import gc
from typing import Any

_LITTLE_BYTES = 8 * 1024  # what is allocated between two collections; sockets and Wi-Fi fail with less
_TLS_BYTES = 35 * 1024  # of a session at its peak: micropython#8940
_TLS_BLOCK = 17 * 1024  # its buffer for what comes in is in one piece


def heaps(figures: Any, log: Any) -> dict[str, int]:
    """Free bytes, and a line in the log for each heap that once had little; figures: of the Link.

    python: without garbage. python_least: of all looks. On a chip also other (for Wi-Fi, sockets, TLS), block (the
    largest in it), least (ever), and where MicroPython was built to tell it stack: of the services, never used.
    """
    gc.collect()
    found = {}
    if hasattr(gc, "mem_free"):  # not in CPython
        found["python"] = gc.mem_free()
        found["python_least"] = figures[1] = min(found["python"], figures[1] or found["python"])
    try:
        import esp32

        areas = esp32.idf_heap_info(esp32.HEAP_DATA)
        found["other"] = sum([area[1] for area in areas])
        found["block"] = max([area[2] for area in areas])
        found["least"] = sum([area[3] for area in areas])
        tasks = getattr(esp32, "idf_task_info", None)  # stock images have none: modesp32.c, TRACE_FACILITY
        if tasks:
            found["stack"] = min([task[5] for task in tasks()[1] if task[1] == "mp_thread"])
    except ImportError:  # no chip
        pass
    for name in ("python_least", "least"):
        if found.get(name, _LITTLE_BYTES) < _LITTLE_BYTES:
            log.add("memory", "little was left: " + name)
    return found


def tls_lacks() -> int:
    """Bytes that a TLS handshake lacks beside the Python heap; 0 when there is room, or it is unknown."""
    try:
        import esp32

        areas = esp32.idf_heap_info(esp32.HEAP_DATA)  # of each: all, free, largest block, least free so far
    except (ImportError, AttributeError):  # another machine
        return 0
    free = sum([area[1] for area in areas])
    largest = max([area[2] for area in areas])
    lacking: int = max(0, _TLS_BYTES - free, _TLS_BLOCK - largest)
    return lacking
