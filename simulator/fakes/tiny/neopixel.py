"""Pixels without light."""

from machine import NeoPixel  # noqa: F401
