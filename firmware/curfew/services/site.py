"""The web server and its interface in one piece: in the compiled program these modules are one (tools/link.py).

Nothing else belongs here, above all nothing that is asked seldom: that is changes.py and update.py.
"""

from curfew.services import api, door, web  # noqa: F401
