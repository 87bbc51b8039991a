"""Wiring only: build the device, run its loop, and open the contacts on every way out."""

import gc
import sys
import time

import machine
import micropython

from curfew import VERSION, erase


def main(slot, trial):
    """Run until something ends the loop; then a clean restart, a hand-over to the USB cable, or a reset.

    slot: the folder of this program. trial: how it got there ("cable" or "air") while it is pending, else "".
    """
    loop = None
    try:
        loop = start(slot, trial)
        try:
            loop.run()
        except loop.Restart:
            loop.end_clean()
    except KeyboardInterrupt:
        hand_over(loop)
        return
    except Exception as error:  # the loop has opened the contacts; before it, boot.py had
        try:
            if loop is not None:
                loop.relays.open_all()  # once more: the loop may have been interrupted on its way out
            sys.print_exception(error)
            time.sleep_ms(5000 if loop is None else 700)  # a program that cannot start or go on must not spin
        finally:
            machine.reset()
    else:
        machine.reset()


def start(slot, trial):
    """The Loop, ready to run.

    Imports go leaves first, and garbage is collected after each: imports inside imports keep every half-made module and
    its garbage alive at once, and fragment the heap.
    """
    from curfew.core.settings import load

    settings, invalid = load()
    del load
    erase("core.settings", "core.schema", "core.limits", "core.pins")
    gc.collect()
    from curfew.bundles import core  # noqa: F401

    gc.collect()
    from curfew.services import persistence, thread
    from curfew.services.update import slots

    slots.here = slot
    slots.trial = trial
    gc.collect()
    from curfew.bundles import hardware  # noqa: F401

    gc.collect()
    from curfew.hardware.board import build

    clock = time
    if sys.platform == "esp32":
        from curfew.hardware.clock import Clock

        micropython.alloc_emergency_exception_buf(100)  # for what an error in a tick says: there the heap is locked
        clock = Clock()
    loop = build(clock, settings, invalid, bool(trial), persistence.Persistence, thread.run)
    erase("hardware.board")
    print(
        "Curfew %s build %s slot %s%s burners %d"
        % (VERSION, slots.build_id(), slot, " pending" if trial else "", len(settings.burners))
    )
    gc.collect()
    return loop


def hand_over(loop):
    """Someone works at the USB cable: silence the services and give the watchdog ten minutes.

    In the set-up it may be a program that brings the Wi-Fi settings: then a restart, not the prompt.
    """
    if loop is not None:
        loop.relays.open_all()  # once more: a second Ctrl-C may have come while the loop did
    micropython.kbd_intr(-1)  # nothing cuts this short; the prompt brings its own Ctrl-C
    machine.WDT(timeout=600000)  # limits.WATCHDOG_CABLE_MS
    figures = ""
    if loop is not None:
        loop.end_clean()
        load, least, _, found = loop.link.figures
        figures = ", load %d of 1280, least %d free, self-test %d" % (load, least, found)
        if "curfew.services.net.portal" in sys.modules and loop.link.stopped[0]:  # the services are out of the way
            from curfew.services import improv

            if improv.serve():
                machine.reset()
    micropython.kbd_intr(3)
    print("Curfew stopped, contacts open" + figures + ". machine.reset() starts it again.")
