"""Pixels that nobody sees."""

from machine import NeoPixel  # noqa: F401
