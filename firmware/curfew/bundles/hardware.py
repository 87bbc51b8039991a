"""The drivers that the safety loop needs as one module (tools/build/link.py)."""

from curfew.hardware import ads1115, panel, relay, scanner  # noqa: F401
