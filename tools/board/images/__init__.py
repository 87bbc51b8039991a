"""MicroPython for the board: which file will do, where it is, and one file with the program."""
