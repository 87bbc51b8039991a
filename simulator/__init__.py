"""A simulated stove: scenarios in, traces and verdicts out. No firmware code lives here."""
