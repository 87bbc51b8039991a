"""Drivers of the chip and its parts."""
