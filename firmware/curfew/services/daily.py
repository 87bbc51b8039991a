"""The services of every day in one piece: in the compiled program these modules are one (tools/link.py).

Nothing else belongs here, above all nothing that is needed seldom: that is imported when it is, and dropped again.
"""

from curfew.services import clock, house, household, log, wifi  # noqa: F401
