"""Freezes Curfew into a MicroPython of your own: docs/start/freeze.md. Nothing here builds or tests such an image.

make build && make -C micropython/ports/esp32 BOARD=ESP32_GENERIC FROZEN_MANIFEST=.../curfew/firmware/manifest.py
"""

include("$(PORT_DIR)/boards/manifest.py")  # noqa: F821
freeze_mpy("../build/firmware/a")  # noqa: F821  # the compiled program and its libraries
