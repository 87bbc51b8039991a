"""A stove on the desk: scenarios in, traces and verdicts out. No firmware code lives here."""
