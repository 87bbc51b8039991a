"""`make wiring`: the pictures of the contact budget and of the pump, in both languages, into wiring/.

Belongs here: which pictures are kept in the project. Does not: how they are drawn (budget.py, pump.py).
"""

import sys
from collections.abc import Callable
from pathlib import Path

from simulator.plant import charge_pump
from wiring import budget, pump

FOLDER = Path(__file__).resolve().parent
FILES: dict[str, Callable[[], str]] = {
    "budget.svg": lambda: budget.picture(budget.Loop(), 0),
    "budget.zh-CN.svg": lambda: budget.picture(budget.Loop(), 1),
    "pump.svg": lambda: pump.picture(charge_pump.PARTS, 0),
    "pump.zh-CN.svg": lambda: pump.picture(charge_pump.PARTS, 1),
}


def main() -> int:
    for name, make in FILES.items():
        (FOLDER / name).write_text(make(), "utf-8")
        print(f"wiring: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
