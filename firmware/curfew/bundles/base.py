"""The services of every device, with or without a radio, as one module (tools/build/link.py)."""

# isort: off
from curfew.services.update import slots  # noqa: F401
from curfew.services import persistence, thread  # noqa: F401
