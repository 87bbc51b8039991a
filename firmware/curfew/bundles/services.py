"""The services of every day in one piece: in the compiled program these modules are one (tools/build/link.py).

Nothing else belongs here, above all nothing that is needed seldom: that is imported when it is, and dropped again.
"""

from curfew.services import context, log, runner  # noqa: F401
from curfew.services.net import clock, wifi  # noqa: F401
