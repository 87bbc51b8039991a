"""The drivers in one piece: in the compiled program these modules are one (tools/build/link.py).

Nothing else belongs here.
"""

from curfew.hardware import ads1115, panel, relay, scanner  # noqa: F401
