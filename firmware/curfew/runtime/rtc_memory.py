"""What the box remembers over a restart in the chip's RTC memory: a short record with a checksum.

Belongs here: the layout, counting of abnormal starts, the last openings until the journal has them.
Does not: files (they are written later, when nothing conducts), the RTC itself (loop.py writes `buffer`).
"""

from array import array

from curfew.storage.files import crc16

_MAGIC = 0xC5
_VERSION = 1
AT_CLEAN = 2  # the last program ended on purpose
AT_RESETS = 3  # abnormal starts without ten quiet minutes between them
AT_CONTACTS_CLOSED = 4  # who conducts, bits by burner
AT_STORED_FAULTS = 5  # stored faults, a byte a burner
_SEQ = 9  # number of the last opening, three bytes
_OPENINGS = 12  # the rows of the last openings, row = number % SHUTOFF_ROWS
SHUTOFF_ROWS = 8  # more than anybody lights between two quiet moments
ROW_BURNER, ROW_CAUSE, ROW_DETAIL, ROW_BURN_S, ROW_HEALTH_PERMILLE = (
    0,
    1,
    2,
    3,
    5,
)  # in a row; the last two have two bytes
_ROW = 7
_CRC = 68
RTC_SIZE = 70
_SEQ_MAX = 0xFFFFFF


class RtcMemory:
    """One record; `buffer` is what belongs into the RTC memory, `dirty` says that it changed.

    previous: what the RTC memory held at the start (any bytes). A record that does not fit its checksum is a
    power-up: everything in it is unknown, and `kept` is False. `conducted`: who conducted when the last program
    ended, bits. `seq[0]`: number of the last opening, 0 for none; the services read it and the rows behind it.
    """

    def __init__(self, previous):
        self.buffer = bytearray(RTC_SIZE)
        self.dirty = True
        self.seq = array("i", [0])
        self.restored = (
            len(previous) == RTC_SIZE
            and previous[0] == _MAGIC
            and previous[1] == _VERSION
            and crc16(previous, _CRC) == previous[_CRC] << 8 | previous[_CRC + 1]
        )
        if self.restored:
            self.buffer[:] = previous
            self.seq[0] = previous[_SEQ] << 16 | previous[_SEQ + 1] << 8 | previous[_SEQ + 2]
            if not self.buffer[AT_CLEAN]:
                self.buffer[AT_RESETS] = min(self.buffer[AT_RESETS] + 1, 255)
        self.buffer[0] = _MAGIC
        self.buffer[1] = _VERSION
        self.closed_before = self.buffer[AT_CONTACTS_CLOSED]
        self.buffer[AT_CLEAN] = 0
        self.buffer[AT_CONTACTS_CLOSED] = 0

    def put(self, at, value):
        """Set one byte of the record (RESETS, CLEAN, CONDUCTING, STORED + burner) and remember that it changed."""
        if self.buffer[at] != value:
            self.buffer[at] = value
            self.dirty = True

    def note_shutoff(self, burner, cause, detail, conducted_s, health_permille):
        """Keep an opening; whoever reads `seq` finds its row complete."""
        seq = self.seq[0] % _SEQ_MAX + 1
        at = _OPENINGS + seq % SHUTOFF_ROWS * _ROW
        buffer = self.buffer
        buffer[at + ROW_BURNER] = burner
        buffer[at + ROW_CAUSE] = cause
        buffer[at + ROW_DETAIL] = detail
        self._put_two(at + ROW_BURN_S, conducted_s)
        self._put_two(at + ROW_HEALTH_PERMILLE, health_permille)
        self.count_from(seq)

    def count_from(self, seq):
        """Say that the last opening has this number; the next one gets the next."""
        self._put_two(_SEQ + 1, seq & 0xFFFF)
        self.buffer[_SEQ] = seq >> 16
        self.dirty = True
        self.seq[0] = seq

    def _put_two(self, at, value):
        value = min(value, 0xFFFF)
        self.buffer[at] = value >> 8
        self.buffer[at + 1] = value & 0xFF

    def shutoff_byte(self, seq, field):
        """A byte of the row of one of the last SHUTOFF_ROWS openings."""
        return self.buffer[_OPENINGS + seq % SHUTOFF_ROWS * _ROW + field]

    def seal(self):
        """Bring the checksum up to date before the buffer is written."""
        self._put_two(_CRC, crc16(self.buffer, _CRC))
        self.dirty = False
