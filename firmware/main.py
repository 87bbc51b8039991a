"""Runs the program that the starter chose, after dropping the starter: this file stays in memory with the program."""

import sys

import starter

chosen = starter.start()
del starter, sys.modules["starter"]
if chosen:
    chosen[0].main(*chosen[1:])
