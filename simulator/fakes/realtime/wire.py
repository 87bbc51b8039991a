"""The wire from the chip in this process to the stove on the host: records out, one block of inputs in.

Every record is one write of SIZE words of 64 bits to a pipe: a snapshot, used by TICK and SLEEP, and the words
behind. They are "l" and not "q": reading one of the latter makes a long int, which is an object. In real time the
inputs are a small file that the host writes anew: the latest is there, however late it is read. In stove time
they are the host's answer to SLEEP: nothing changes but in a sleep, as in a run of the simulator.
"""

import time
from array import array

KIND, US, A, B, C, D, E, F, SIZE = 64, 65, 66, 67, 68, 69, 70, 71, 72
HELLO, TICK, PIN, WATCH, POST, RESET, STOPPED, SLEEP, PIXEL, TONE, DIGITS, THREAD, RAISED, CONVERT = range(14)
# Words of the inputs; FIRST and LAST are equal unless the host is just writing. From TICKS_MS on for stove time only:
# OFFS, ASKS, LESS (minutes, a byte a burner) and PRESENCE (1 there, 2 absent) are what the host says to the inbox,
# BLOCKED 1 that the services stand still, 2 that the memory is full, 3 that it is splintered,
# TRAPS which calls shall raise (hooks.py), NOISY that a code has to be asked for, because each reading of a noisy input
# is another one.
FIRST, LOW_PINS, WIFI, LOOKUP_MS, DEAD_PORT, MEASURE, BUS, CODES, WEB_PORT, DNS_PORT = 0, 1, 2, 3, 4, 5, 6, 8, 16, 17
TICKS_MS, OFFS, ASKS, BLOCKED, DEATHS, TRAPS, NOISY = 18, 19, 20, 21, 22, 23, 24
LESS, PRESENCE, LAST, INPUTS = 25, 26, 27, 28

LINKS = ("ok", "stale", "i2c_error")  # what the words of BUS mean

inputs = array("l", [0] * INPUTS)
figures = array("l", [0] * 4)  # the services': live bytes when last measured, the most ever, which measurement, rounds
waiting = bytearray(4)  # 1: an OFF was posted for this burner, and the loop did not take it yet
full = [None]  # what fills the memory while BLOCKED is 2 or 3: pieces that hold one another
tick = array("l", [0] * SIZE)
_record = array("l", [0] * SIZE)
_out = None
_in = None
answered = False  # the inputs are answers
friend = None  # the one name outside of this machine that has an address: a broker's


def open_ends(out, source):
    """out: the number of the pipe; source: the file of the inputs, or the number of the pipe with the answers."""
    global _out, _in, answered
    _out = open(out, "wb")
    answered = isinstance(source, int)
    _in = open(source, "rb")
    if answered:
        hear()
    else:
        look()


def look():
    """Bring the inputs up to date; does not allocate."""
    while not answered:
        _in.seek(0)
        _in.readinto(inputs)
        if inputs[FIRST] == inputs[LAST]:
            return _let_go()


def hear():
    """Wait for the host's answer; does not allocate. A host that is gone ends this process."""
    if not _in.readinto(inputs):
        raise SystemExit
    _let_go()


def _let_go():
    """Here, in the thread that always runs: without memory the services may not come back by themselves."""
    if inputs[BLOCKED] < 2:
        full[0] = None


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
