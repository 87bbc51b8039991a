"""Behind fuel.py in one program: READINGS that the core takes, and OFFS from the inbox to the event that opens.

Apart from it, because names that are only used here would move others, and a tick would seem to cost another sum.
"""

from curfew.bundles.core import Link, Loop


class Relays:
    """What of the driver an OFF reaches; the pins themselves are the chip's."""

    def open_asked(self, off):
        for index in burners:  # noqa: F821
            if off[index]:
                off[index] = 0


link = Link(controller.inbox, None)  # noqa: F821
Loop(None, controller, Relays(), None, None, None, link, None, None, None)  # noqa: F821
for _ in range(READINGS):  # noqa: F821
    controller.take_reading(0, 0, 100, 20)  # noqa: F821
for _ in range(OFFS):  # noqa: F821
    controller.inbox.post_off(0, 1)  # noqa: F821
    link.hurry()
assert not controller.inbox.off[0], "no event came"  # noqa: F821
