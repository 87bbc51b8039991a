"""What can go wrong at the cable, each as one line with the way out."""


class BoardError(Exception):
    """One clear line for the user; the command ends with status 1."""


class CableError(BoardError):
    """The connection broke in the middle."""


class Silent(CableError):
    """No answer came, and the port is still there."""


class MemoryFull(BoardError):
    """What ran on the board before left no memory for a command."""
