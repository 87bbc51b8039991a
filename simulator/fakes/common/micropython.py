"""Fake of `micropython` for CPython; a VM has its own."""


def kbd_intr(char):
    """No byte interrupts here: a scenario does."""
