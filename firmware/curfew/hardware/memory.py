"""How much memory the chip has left. Imported when someone asks, and dropped again."""

import gc

_TLS_BYTES = 35 * 1024  # of a session at its peak: micropython#8940
_TLS_BLOCK = 17 * 1024  # its buffer for what comes in is in one piece


def heaps() -> dict[str, int]:
    """Free bytes: python; on a chip also other (for Wi-Fi, sockets, TLS), block (the largest in it), least (ever)."""
    found = {"python": gc.mem_free()} if hasattr(gc, "mem_free") else {}  # not in CPython
    try:
        import esp32

        areas = esp32.idf_heap_info(esp32.HEAP_DATA)
    except ImportError:  # no chip
        return found
    found["other"] = sum([area[1] for area in areas])
    found["block"] = max([area[2] for area in areas])
    found["least"] = sum([area[3] for area in areas])
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
