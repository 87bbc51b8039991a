"""The wire from the chip in this process to the stove on the host: records out, one block of inputs in.

Belongs here: both forms, and moving them without one byte of heap, because the safety loop does it. Does not: what a
pin or a channel means (machine.py), the other end (host_tests/desk_fixture.py, which has the same numbers).
Every record is one write of SIZE words of 64 bits to a pipe: a snapshot, used by TICK only, and the words behind it.
They are "l" and not "q": reading one of the latter makes a long int, which is an object.
The inputs are a small file that the host writes anew: the latest is there, however late somebody looks.
"""

import time
from array import array

KIND, US, A, B, C, D, E, F, SIZE = 64, 65, 66, 67, 68, 69, 70, 71, 72
HELLO, TICK, PIN, WATCH, POST, RESET, STOPPED = 0, 1, 2, 3, 4, 5, 6
# Words of the inputs; FIRST and LAST are equal unless the host is just writing.
FIRST, LOW_PINS, WIFI, LOOKUP_MS, DEAD_PORT, MEASURE, BUS, CODES, WEB_PORT, DNS_PORT, LAST, INPUTS = (
    0, 1, 2, 3, 4, 5, 6, 8, 16, 17, 18, 19,
)  # fmt: skip

inputs = array("l", [0] * INPUTS)
figures = array("l", [0] * 3)  # the services' heap: live bytes when last measured, the most ever, which measurement
waiting = bytearray(4)  # 1: an OFF was posted for this burner, and the loop did not take it yet
tick = array("l", [0] * SIZE)
_record = array("l", [0] * SIZE)
_out = None
_in = None


def open_ends(out, path):
    """out: the number of the pipe; path: the file of the inputs."""
    global _out, _in
    _out = open(out, "wb")  # noqa: SIM115
    _in = open(path, "rb")  # noqa: SIM115
    look()


def look():
    """Bring the inputs up to date; does not allocate."""
    while True:
        _in.seek(0)
        _in.readinto(inputs)
        if inputs[FIRST] == inputs[LAST]:
            return


def send(record, kind):
    """Write a record with the host's own clock on it; does not allocate."""
    record[KIND] = kind
    record[US] = time.ticks_us()
    _out.write(record)


def say(kind, a=0, b=0):
    """A short record of the main thread; does not allocate."""
    _record[A] = a
    _record[B] = b
    send(_record, kind)


def park():
    """Nothing runs any more: wait for the host to end this process, as a reset ends everything at once."""
    while True:
        time.sleep_ms(1000)
