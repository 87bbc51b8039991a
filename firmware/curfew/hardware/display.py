"""Four digits of seven segments behind a TM1637, for the services only: an update takes some milliseconds.

The display gives no answer, so a missing one does no harm.
"""

from DIYables_MicroPython_4Digit7Segment_TM1637 import Display4Digit7SegmentTM1637


class Display:
    """clk_pin, dio_pin: the two wires; resistors in the display pull them up."""

    def __init__(self, clk_pin: int, dio_pin: int) -> None:
        self._digits = Display4Digit7SegmentTM1637(clk_pin, dio_pin)
        self._shown: str | None = None

    def show(self, text: str) -> None:
        """Show "12:34" or four characters; sends only changes."""
        if text != self._shown:
            self._shown = text
            if text[2] == ":":
                self._digits.print_time(int(text[:2]), int(text[3:]))
            else:
                self._digits.print(text)
