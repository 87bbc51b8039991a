"""Pixels that nobody sees: the light of a burner is in its snapshot."""


class NeoPixel:
    def __init__(self, pin, count):
        self._count = count

    def __setitem__(self, index, colour):
        if not 0 <= index < self._count:
            raise IndexError

    def write(self):
        pass
