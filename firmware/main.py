"""Runs the program that the starter chose, with nothing of the starter left in memory.

Nothing else belongs here: this file is there as long as the program runs, and what it holds is held from the heap.
"""

import sys

import starter

chosen = starter.start()
del starter, sys.modules["starter"]
if chosen:
    chosen[0].main(*chosen[1:])
