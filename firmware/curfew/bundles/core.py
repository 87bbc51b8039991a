"""The core as one module: the linker (tools/build/link.py) joins these files in the compiled program.

Each file needs only files above it in this list.
"""

# isort: off
from curfew.core import ticks, faults, codes, signals, table, flame, proof, button, safety, burner  # noqa: F401
from curfew.runtime import inbox  # noqa: F401
from curfew.storage import files  # noqa: F401
from curfew.runtime import rtc_memory  # noqa: F401
from curfew.core import controller  # noqa: F401
from curfew.runtime import snapshot, supervisor, loop  # noqa: F401
from curfew.storage import journal  # noqa: F401
