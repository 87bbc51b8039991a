"""Core, runtime and storage as one module (tools/build/link.py). Each member needs only members above it."""

# isort: off
from curfew.core import ticks, codes, faults, signals, table, trend, flame, proof  # noqa: F401
from curfew.core import button, safety, signs, burner, controller  # noqa: F401
from curfew.runtime import checksum, inbox, rtc_memory, snapshot, supervisor, loop  # noqa: F401
from curfew.storage import files, series, journal  # noqa: F401
