"""Decides about gas: pure, without chip, clock, network or threads."""
