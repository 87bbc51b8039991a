"""The display's own chip: what the two wires of a TM1637 say becomes four bytes of segments.

For the services thread only: this allocates.
"""

import wire

_ADDRESS, _CONTROL, _ON = 0xC0, 0x80, 0x08
_told = type(wire.tick)("l", [0] * wire.SIZE)


class TM1637:
    """Fed with every level of clock and data; tells the host when the digits are others."""

    def __init__(self):
        self._levels = [1, 1]
        self._digits = [0] * 4
        self._on = False
        self._shown = None
        self._bytes = None  # of the transfer under way, None between two
        self._bits = self._byte = 0

    def drive(self, wire_number, level):
        """wire_number 0 is the clock, 1 the data."""
        before = self._levels[wire_number]
        self._levels[wire_number] = level
        if level == before:
            return
        clock = self._levels[0]
        if wire_number and clock:
            if level:
                self._stop()
            else:
                self._bytes, self._bits, self._byte = [], 0, 0
        elif not wire_number and level and self._bytes is not None:
            if self._bits == 8:  # this one is the acknowledge
                self._bytes.append(self._byte)
                self._bits = self._byte = 0
            else:
                self._byte |= self._levels[1] << self._bits
                self._bits += 1

    def _stop(self):
        said, self._bytes = self._bytes, None
        if not said:
            return
        if said[0] & 0xC0 == _ADDRESS:
            for at, byte in enumerate(said[1:5]):
                self._digits[at] = byte
        elif said[0] & 0xC0 == _CONTROL:
            self._on = bool(said[0] & _ON)
        shown = tuple(self._digits) if self._on else (0, 0, 0, 0)
        if shown != self._shown:
            self._shown = shown
            _told[wire.A] = shown[0] | shown[1] << 8 | shown[2] << 16 | shown[3] << 24
            wire.send(_told, wire.DIGITS)
