"""Curfew: a timer and a proof for the gas stove's own flame-failure device."""

import sys

VERSION = "0.1.0"


def forget(*names):
    """Drop modules of this package that are no longer needed: settings and limits are a tenth of the heap."""
    for name in names:
        parent, _, child = ("curfew." + name).rpartition(".")
        sys.modules.pop("curfew." + name, None)
        package = sys.modules.get(parent)
        if hasattr(package, child):
            delattr(package, child)


def erase(*names: str) -> None:
    """Forget modules whose work is over, and empty them: a word left on a stack keeps a module and all that it defines.

    Not on CPython, where tests hold what they import.
    """
    for name in names:
        module = sys.modules.get("curfew." + name)
        forget(name)
        if module and sys.implementation.name == "micropython":
            module.__dict__.clear()
