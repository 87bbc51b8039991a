"""`select` whose sets of sockets have their full size from the start: the VM's own must not grow beside a TLS socket.

MicroPython for Unix keeps file numbers in an array, and for an object without one, as a TLS socket is, a null pointer.
When the array moves because a fifth file does not fit in its place, it moves the null pointer too (extmod/modselect.c,
poll_set_add_fd), and the next look at that socket crashes. A chip has no such array.
"""

import chips
import uselect
from uselect import *  # noqa: F403


def poll():
    """As uselect.poll(), with room for every socket of a chip."""
    made = uselect.poll()
    for number in range(chips.SOCKETS):
        made.register(number)
    for number in range(chips.SOCKETS):
        made.unregister(number)
    return made
