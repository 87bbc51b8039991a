"""On the VM: a module that is erased while someone still holds it, and one that is only forgotten. Prints what is left.

micropython used_up.py
"""

import sys

from curfew import erase, forget
from curfew.services.net import network_settings, portal

held = network_settings, portal
erase("services.net.network_settings")
forget("services.net.portal")
print("modules", [name for name in sys.modules if name.startswith("curfew.services.net.")])
print("left", ["__name__" in dir(module) for module in held])
