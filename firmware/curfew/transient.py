"""Giving back the memory of modules that are needed seldom."""

import sys


def forget(name):
    """Drop a module of this package that nobody needs again: a tenth of the heap, for settings and limits."""
    parent, _, child = ("curfew." + name).rpartition(".")
    sys.modules.pop("curfew." + name, None)
    package = sys.modules.get(parent)
    if hasattr(package, child):
        delattr(package, child)
