"""Curfew: a timer and a proof for the gas stove's own flame-failure device."""

import sys

VERSION = "0.1.0"


def forget(name):
    """Drop a module of this package that is no longer needed: settings and limits are a tenth of the heap."""
    parent, _, child = ("curfew." + name).rpartition(".")
    sys.modules.pop("curfew." + name, None)
    package = sys.modules.get(parent)
    if hasattr(package, child):
        delattr(package, child)
