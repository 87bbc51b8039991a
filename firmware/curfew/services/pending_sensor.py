"""A sensor that was switched on over the network is pending: confirmed by ten seconds of answers, or rolled back.

Only after the restart that follows the change: a lead that comes off later, or over a power cut, has to raise its
fault, and must not take the sensor away. Imported while one is pending.
"""

import os

from curfew.core.faults import SENSOR_FAILED
from curfew.core.limits import UPDATE_MS
from curfew.runtime.snapshot import SNAP_FAULTS_RAISED, SNAP_FIELDS
from curfew.services.context import PENDING_PATH
from curfew.storage import files

_POLL_MS = 100
_ANSWERS_MS = 10000
_ROLLED_BACK = "rolled back"


async def run(context, sleep_ms):
    """Confirm or roll back, or say that it was rolled back; returns when that is done."""
    for line in files.lines(PENDING_PATH):
        if line == _ROLLED_BACK:
            context.log.add("sensor", "no answer for 10 s: the settings from before it was switched on are back")
            return
    if context.chip.restart_reason() != "power":
        answered_ms = 0
        for _ in range(UPDATE_MS // _POLL_MS):  # as long as the local window was open at most
            await sleep_ms(_POLL_MS)
            answered_ms += _POLL_MS
            if _has_failed(context):
                answered_ms = 0
                if _roll_back(context):
                    context.ask_restart()
                    return
            elif answered_ms >= _ANSWERS_MS:
                break
    while not context.flash_allowed():
        await sleep_ms(_POLL_MS)
    os.remove(PENDING_PATH)


def _has_failed(context):
    values = context.look()
    for at in range(SNAP_FAULTS_RAISED, len(values), SNAP_FIELDS):
        if values[at] >> SENSOR_FAILED & 1:
            return True
    return False


def _roll_back(context):
    """Restore the settings; False while a contact is closed."""
    for text in files.lines(PENDING_PATH):
        if not context.write(context.settings_path, text):
            return False
    print("sensor: no answer for 10 s: the settings from before it was switched on are back")
    return files.replace(PENDING_PATH, [_ROLLED_BACK], context.flash_allowed)
