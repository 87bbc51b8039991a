"""The web server and its interface in one piece: in the compiled program these modules are one (tools/build/link.py).

Nothing else belongs here, above all nothing that is asked seldom: that is changes.py and update.py.
"""

from curfew.services.http import api, auth, server  # noqa: F401
