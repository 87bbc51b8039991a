"""Runs the program that the starter chose, after dropping the starter: this file stays in memory with the program."""

import sys

import starter

chosen = starter.start()
starter.__dict__.clear()  # a word left on the stack keeps a module, and with it all that it defines
del starter, sys.modules["starter"]
if chosen:
    chosen[0].main(*chosen[1:])
