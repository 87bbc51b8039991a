"""Row 5: how fast the simulator, the campaign and the exploration run on this machine.

Belongs here: what is run and for how long. Does not: the simulator.
"""

import json
import time
from collections.abc import Callable

from benchmarks import rig
from simulator import run, run_settings, scenario
from simulator.campaign import runner

BURNERS = (1, 2, 4)


def _plan(burners: int, minutes: int) -> dict[str, object]:
    """A cook that lights every burner, one after the other, and lets each run into its timer."""
    text = {
        "name": "bench", "until": f"0:{minutes:02}:00", "settings": {"timer_default_min": 15},
        "stove": {"burners": burners, "sensor": True},
        "events": [{"at": f"0:00:{10 + 5 * burner:02}", "do": "light", "burner": burner} for burner in range(burners)],
        "expect": [{"burner": 0, "openings": 1}],
    }  # fmt: skip
    return scenario.parse(json.dumps(text), run_settings.shipped()).plan


def stove_seconds(vm: str, burners: int, minutes: int, runs: int) -> list[float]:
    """Stove seconds a second of each run, the start of the process included. Raises RunError, MachineDied."""
    plan = _plan(burners, minutes)
    found = []
    for _ in range(runs):
        begun_s = time.perf_counter()
        run.run(plan, vm)
        found.append(60 * minutes / (time.perf_counter() - begun_s))
    return found


def campaign_hours(runs: int, told: Callable[[str], None]) -> tuple[float, int]:
    """Stove-hours a second over all cores, and how many runs that was. Raises RuntimeError when a cook went wrong."""
    total = runner.Campaign()
    for total in runner.campaign(1, runs, "cpython", runner.cores()):
        told(f"campaign: {total.runs} of {runs}")
    if total.wrong:
        raise RuntimeError(f"seed {total.wrong[0].seed}: {total.wrong[0].wrong[0]}")
    return total.stove_ms / 3_600_000 / total.wall_s, total.runs


def explored_states() -> tuple[float, float, int]:
    """States and transitions a second of an exhaustive search, one burner; and how many states there are."""
    begun_s = time.perf_counter()
    found = rig.module("host_tests.exhaustive.explore").explore("blind")
    spent_s = time.perf_counter() - begun_s
    return len(found.classes) / spent_s, len(found.leads) / spent_s, len(found.classes)
