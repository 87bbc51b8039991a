"""Curfew: a timer and a proof for the gas stove's own flame-failure device."""

VERSION = "0.1.0"
