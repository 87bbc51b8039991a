"""CrossHair over contracts: a contract is a function whose first assert is what it assumes, the others what it proves.

CrossHair runs it with symbolic arguments along every path and asks z3 for a case in which an assert fails.
"""

import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from crosshair.core_and_libs import analyze_function, run_checkables
from crosshair.options import AnalysisKind, AnalysisOptionSet
from crosshair.statespace import MessageType

CONFIRMED = "confirmed over all paths"
PATH_S = 30  # one question to z3


def contracts(room: ModuleType) -> dict[str, Callable[..., None]]:
    """The contracts of a module: its functions that read as a sentence, by name."""
    found = vars(room).items()
    return {
        name: one for name, one in found if getattr(one, "__module__", "") == room.__name__ and name.count("_") >= 3
    }


def prove(contract: Callable[..., Any], limit_s: float) -> str:
    """CONFIRMED, or what CrossHair says instead: a counterexample, or that it did not get through in limit_s."""
    options = AnalysisOptionSet(
        analysis_kind=[AnalysisKind.asserts],
        per_condition_timeout=limit_s,
        per_path_timeout=PATH_S,
        max_uninteresting_iterations=2**31,
        report_all=True,
    )
    began = time.monotonic()
    messages = run_checkables(analyze_function(contract, options))
    if [one.state for one in messages] == [MessageType.CONFIRMED]:
        return CONFIRMED
    said = "; ".join(f"{one.state.name}: {one.message}" for one in messages)
    return said or f"no verdict after {time.monotonic() - began:.0f} s"
