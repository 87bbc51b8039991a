"""Wiring only: build the box, run its loop, and leave every way out with the contacts open."""

import gc
import sys
import time

import machine

from curfew.services.update import slots

# Leaves first, and the rubbish of each import collected before the next: imports inside imports keep every half-made
# module and its rubbish alive at once, and split the heap for good.
_ORDER = "bundles.core services.persistence services.thread bundles.hardware"


def main(slot, trial):
    """Run until something ends the loop; then a clean restart, a hand-over to the USB cable, or a reset.

    slot: the folder of this program. trial: how it got there if it has yet to show that it is sound, else "".
    """
    box = None
    slots.here = slot
    slots.trial = trial
    try:
        box = start()
        try:
            box.run()
        except box.Restart:
            box.end_clean()
    except KeyboardInterrupt:
        hand_over(box)
        return
    except Exception as error:  # the loop has opened the contacts; before it, boot.py had
        try:
            if box is not None:
                box.relays.open_all()  # once more: the loop may have been hit on its way out
            sys.print_exception(error)
            time.sleep_ms(5000 if box is None else 700)  # a program that cannot start or go on must not spin
        finally:
            machine.reset()
    else:
        machine.reset()


def start():
    """The Loop, ready to run."""
    from curfew import forget
    from curfew.core.settings import load

    now, invalid = load()
    del load
    forget("core.settings")
    forget("core.schema")
    forget("core.limits")
    left = _ORDER
    while left:
        name, _, left = left.partition(" ")
        __import__("curfew." + name)
        gc.collect()
    from curfew.hardware.board import build

    box = build(time, now, invalid)
    forget("hardware.board")
    gc.collect()
    return box


def hand_over(box):
    """Somebody works at the cable: silence the services and give the watchdog ten minutes."""
    if box is not None:
        box.relays.open_all()  # once more: a second Ctrl-C may have come while the loop did
    machine.WDT(timeout=600000)  # limits.WATCHDOG_CABLE_MS
    if box is not None:
        box.end_clean()
    print("Curfew stopped, contacts open. machine.reset() starts it again.")
