"""The core in one piece: in the compiled program these modules are one (tools/link.py), and lie in memory as one.

Nothing else belongs here. In their order each finds what it needs in those before it.
"""

from curfew import (  # noqa: F401, I001
    ticks,
    faults,
    codes,
    signals,
    table,
    flame,
    proof,
    button,
    safety,
    burner,
    inbox,
    store,
    memory,
    controller,
    snapshot,
    supervisor,
    loop,
    journal,
)
