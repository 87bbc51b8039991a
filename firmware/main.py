"""Wiring only: build the box, run its loop, and leave every way out with the contacts open."""

import sys
import time

import machine


def main():
    """Run until something ends the loop; then a clean restart, a hand-over to the USB cable, or a reset."""
    box = None
    try:
        from curfew.hardware import board
        from curfew.loop import Restart

        box = board.build(time)
        try:
            box.run()
        except Restart:
            box.end_clean()
    except KeyboardInterrupt:
        hand_over(box)
        return
    except Exception as error:  # the loop has opened the contacts; before it, boot.py had
        sys.print_exception(error)
        if box is None:
            time.sleep_ms(5000)  # a program that cannot start must not spin
    machine.reset()


def hand_over(box):
    """Somebody works at the cable: silence the services and give the watchdog ten minutes."""
    machine.WDT(timeout=600000)  # limits.WATCHDOG_CABLE_MS
    if box is not None:
        box.end_clean()
    print("Curfew stopped, contacts open. machine.reset() starts it again.")


if __name__ == "__main__":
    main()
