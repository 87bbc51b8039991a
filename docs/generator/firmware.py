"""The firmware's modules, loaded on the computer."""

import importlib
import sys

from docs.generator import ROOT

sys.path.insert(0, str(ROOT / "firmware"))
codes, faults, limits, pins, signals, table = (
    importlib.import_module("curfew.core." + name) for name in ("codes", "faults", "limits", "pins", "signals", "table")
)
