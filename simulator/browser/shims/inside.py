"""On the VM: simulator.inside, whose modules are simply there."""

import report
import world

MODULES = {"report": report, "world": world}
