"""The services that always run: in the compiled program these modules are one (tools/build/link.py).

What is rarely needed is not here: it is imported for its use and dropped again.
"""

# isort: off
from curfew.services import ready, context, log, runner  # noqa: F401
from curfew.services.net import clock, wifi  # noqa: F401
