"""What outlives a reset in the chip's RTC memory: a short record with a checksum.

The layout, the count of abnormal starts, and the last shut-offs until the journal has them. loop.py writes `buffer`
into the RTC memory; files are written later, while every contact is open.
"""

from array import array

from curfew.core.codes import AT_CONTACTS_CLOSED, AT_RESETS
from curfew.runtime.checksum import CRC_START, crc16

_MAGIC = 0xC5
_VERSION = 2
AT_CLEAN = 2  # the last program ended on purpose; 3 to 8: AT_... of codes.py
_AT_SEQ = 9  # number of the last shut-off, three bytes
_AT_SHUTOFFS = 12  # the rows of the last shut-offs, row = number % SHUTOFF_ROWS
_AT_CRC = 124
SHUTOFF_ROWS = 16  # more burns than anybody lights without a moment in between in which files may be written
# Columns of a row; the last two have two bytes.
ROW_BURNER, ROW_CAUSE, ROW_DETAIL, ROW_BURN_S, ROW_HEALTH_PERMILLE = 0, 1, 2, 3, 5
_ROW_BYTES = 7
RTC_SIZE = 126
_SEQ_MAX = 0xFFFFFF


class RtcMemory:
    """One record; `buffer` is what belongs into the RTC memory, `dirty` says that it changed.

    previous: what the RTC memory held at the start (any bytes). A record that does not fit its checksum means a
    power-up: everything in it is unknown, and `restored` is False. `closed_before`: the contacts that were closed when
    the last program ended, bits. `seq[0]`: number of the last shut-off, 0 for none; the services read it and its row.
    """

    def __init__(self, previous: "bytes | bytearray | memoryview") -> None:
        self.buffer = bytearray(RTC_SIZE)
        self.dirty = True
        self.seq = array("i", [0])
        self.restored = (
            len(previous) == RTC_SIZE
            and previous[0] == _MAGIC
            and previous[1] == _VERSION
            and crc16(previous, _AT_CRC, CRC_START) == previous[_AT_CRC] << 8 | previous[_AT_CRC + 1]
        )
        if self.restored:
            self.buffer[:] = previous
            self.seq[0] = previous[_AT_SEQ] << 16 | previous[_AT_SEQ + 1] << 8 | previous[_AT_SEQ + 2]
            if not self.buffer[AT_CLEAN]:
                self.buffer[AT_RESETS] = min(self.buffer[AT_RESETS] + 1, 255)
        self.buffer[0] = _MAGIC
        self.buffer[1] = _VERSION
        self.closed_before = self.buffer[AT_CONTACTS_CLOSED]
        self.buffer[AT_CLEAN] = 0
        self.buffer[AT_CONTACTS_CLOSED] = 0

    def put(self, at: int, value: int) -> None:
        """Set one byte of the record (AT_...) and remember that it changed."""
        if self.buffer[at] != value:
            self.buffer[at] = value
            self.dirty = True

    def note_shutoff(self, burner: int, cause: int, detail: int, burn_s: int, health_permille: int) -> None:
        """Keep a shut-off; the services see the new number only when its row is complete."""
        seq = self.seq[0] % _SEQ_MAX + 1
        at = _AT_SHUTOFFS + seq % SHUTOFF_ROWS * _ROW_BYTES
        buffer = self.buffer
        buffer[at + ROW_BURNER] = burner
        buffer[at + ROW_CAUSE] = cause
        buffer[at + ROW_DETAIL] = detail
        self._put_two(at + ROW_BURN_S, burn_s)
        self._put_two(at + ROW_HEALTH_PERMILLE, health_permille)
        self.count_from(seq)

    def count_from(self, seq: int) -> None:
        """Set the number of the last shut-off; the next one gets the next."""
        self._put_two(_AT_SEQ + 1, seq & 0xFFFF)
        self.buffer[_AT_SEQ] = seq >> 16 & 0xFF
        self.dirty = True
        self.seq[0] = seq

    def _put_two(self, at: int, value: int) -> None:
        value = min(value, 0xFFFF)
        self.buffer[at] = value >> 8
        self.buffer[at + 1] = value & 0xFF

    def shutoff_byte(self, seq: int, at: int) -> int:
        """A byte of the row (ROW_...) of one of the last SHUTOFF_ROWS shut-offs."""
        return self.buffer[_AT_SHUTOFFS + seq % SHUTOFF_ROWS * _ROW_BYTES + at]

    def seal(self) -> None:
        """Bring the checksum up to date before the buffer is written."""
        self._put_two(_AT_CRC, crc16(self.buffer, _AT_CRC, CRC_START))
        self.dirty = False
