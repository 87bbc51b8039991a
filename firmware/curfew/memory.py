"""What the box remembers over a restart in the chip's RTC memory: a short record with a checksum.

Belongs here: the layout, counting of abnormal starts, the last openings in short form.
Does not: files (they are written later, when nothing conducts), the RTC itself (loop.py writes `buffer`).
"""

from curfew import limits
from curfew.store import crc16

_MAGIC = 0xC5
_VERSION = 1
_CLEAN = 2  # the last program ended on purpose
_RESETS = 3
_CONDUCTING = 4  # bits by burner
_STORED = 5  # stored faults, a byte a burner
_SEQ = 9  # of the last opening, three bytes
_OPENINGS = 12  # rows of five bytes: burner, cause, detail, minutes (2); row = seq % 8
_ROWS = 8
_ROW = 5
_CRC = 52
SIZE = 54
_SEQ_MAX = 0xFFFFFF


class Memory:
    """One record; `buffer` is what belongs into the RTC memory, `dirty` says that it changed.

    previous: what the RTC memory held at the start (any bytes). A record that does not fit its checksum is a
    power-up: everything in it is unknown. `abnormal` is True when the last program did not end on purpose.
    """

    def __init__(self, previous):
        self.buffer = bytearray(SIZE)
        self.dirty = True
        self.kept = (
            len(previous) == SIZE
            and previous[0] == _MAGIC
            and previous[1] == _VERSION
            and crc16(previous, _CRC) == previous[_CRC] << 8 | previous[_CRC + 1]
        )
        if self.kept:
            for index in range(SIZE):
                self.buffer[index] = previous[index]
        self.buffer[0] = _MAGIC
        self.buffer[1] = _VERSION
        self.abnormal = self.kept and not self.buffer[_CLEAN]
        self.conducted = self.buffer[_CONDUCTING]  # bits: who conducted when the last program ended
        self.buffer[_CLEAN] = 0
        self.buffer[_CONDUCTING] = 0
        if self.abnormal:
            self.buffer[_RESETS] = min(self.buffer[_RESETS] + 1, 255)

    def resets(self):
        """Abnormal starts without ten quiet minutes between them."""
        return self.buffer[_RESETS]

    def forget_resets(self):
        """Ten quiet minutes have passed."""
        self.put(_RESETS, 0)

    def put(self, at, value):
        """Set one byte and remember that the record changed."""
        if self.buffer[at] != value:
            self.buffer[at] = value
            self.dirty = True

    def note_conducting(self, mask):
        """Which burners conduct, bits."""
        self.put(_CONDUCTING, mask)

    def note_stored(self, burner, mask):
        """Which stored faults a burner has, bits."""
        self.put(_STORED + burner, mask)

    def stored(self, burner):
        """The stored faults of a burner, bits."""
        return self.buffer[_STORED + burner]

    def note_clean(self):
        """The program is about to end on purpose."""
        self.put(_CLEAN, 1)

    def seq(self):
        """Number of the last opening, 0 for none."""
        at = self.buffer
        return at[_SEQ] << 16 | at[_SEQ + 1] << 8 | at[_SEQ + 2]

    def set_seq(self, seq):
        """Go on counting from seq."""
        self.buffer[_SEQ] = seq >> 16 & 0xFF
        self.buffer[_SEQ + 1] = seq >> 8 & 0xFF
        self.buffer[_SEQ + 2] = seq & 0xFF
        self.dirty = True

    def note_opening(self, burner, cause, detail, conducted_s):
        """Keep an opening in short form; its number."""
        seq = self.seq() % _SEQ_MAX + 1
        self.set_seq(seq)
        at = _OPENINGS + seq % _ROWS * _ROW
        minutes = min(conducted_s // 60, 0xFFFF)
        self.buffer[at] = burner
        self.buffer[at + 1] = cause
        self.buffer[at + 2] = detail
        self.buffer[at + 3] = minutes >> 8
        self.buffer[at + 4] = minutes & 0xFF
        return seq

    def restore_into(self, openings, journal_seq):
        """Queue again the kept openings that are younger than the journal's last one."""
        seq = self.seq()
        for number in range(max(1, journal_seq + 1, seq - _ROWS + 1), seq + 1):
            at = _OPENINGS + number % _ROWS * _ROW
            row = self.buffer
            minutes = row[at + 3] << 8 | row[at + 4]
            openings.put(number, row[at], row[at + 1], row[at + 2], minutes * 60, 0, 0)

    def seal(self):
        """Bring the checksum up to date before the buffer is written."""
        crc = crc16(self.buffer, _CRC)
        self.buffer[_CRC] = crc >> 8
        self.buffer[_CRC + 1] = crc & 0xFF
        self.dirty = False


def is_unstable(memory):
    """True when the box restarted by itself too often to be trusted."""
    return memory.resets() >= limits.RESETS_MAX
