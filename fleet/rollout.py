"""A new program for all devices, in stages: one, a tenth, the rest. It stops at the first one that goes back.

Each device wants its local window, which a person at the stove opens. What is confirmed is kept, so that the same
command goes on where it stopped.
"""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from fleet.broker import private
from fleet.devices import Device
from tools.update import NotConfirmed, UpdateError, WindowClosed

FIRST, SHARE = 1, 0.1  # devices of the first stage; share of all in the second


def stages(devices: Sequence[Device]) -> list[Sequence[Device]]:
    """One device, a tenth of all, the rest; a stage that would be empty is left out."""
    second = FIRST + math.ceil(len(devices) * SHARE)
    cut = (devices[:FIRST], devices[FIRST:second], devices[second:])
    return [stage for stage in cut if stage]


class Kept:
    """Which devices have confirmed a build, in a file."""

    def __init__(self, path: Path, build: str):
        self._path, self._build = path, build
        try:
            self.names = set(json.loads(path.read_text("utf-8")).get(build, []))
        except FileNotFoundError:
            self.names = set()

    def add(self, name: str) -> None:
        """Keep that this one has confirmed it; older builds are forgotten."""
        self.names.add(name)
        private(self._path, json.dumps({self._build: sorted(self.names)}) + "\n")


def roll_out(devices: Sequence[Device], send: Callable[[Device], None], kept: Kept, say: Callable[[str], None]) -> bool:
    """Send to every device that has not confirmed yet; True when all have.

    send(device): returns once it is confirmed; raises UpdateError. A stage begins when the one before is confirmed as
    a whole: a closed window or a device that is away ends the command after its stage, a roll-back at once.
    """
    for number, stage in enumerate(stages(devices), 1):
        left = [device for device in stage if device.name not in kept.names]
        say(f"stage {number}: {len(stage)} devices, {len(left)} of them to do")
        waiting = []
        for device in left:
            try:
                send(device)
            except NotConfirmed as error:
                say(f"{device.name}: {error}")
                say("stopped: no further device gets this program; `curfew update` on that one shows more")
                return False
            except UpdateError as error:
                waiting.append(device)
                say(f"{device.name} ({device.place}): {_ask(error)}")
            else:
                kept.add(device.name)
                say(f"{device.name}: confirmed")
        if waiting:
            say(f"{len(waiting)} of stage {number} wait; the same command goes on with them")
            return False
    return True


def _ask(error: UpdateError) -> str:
    if isinstance(error, WindowClosed):
        return "closed: ask the tenant to hold a button for 6 s with all burners off; that opens it for 10 minutes"
    return str(error)
