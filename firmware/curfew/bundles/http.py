"""The HTTP server and its API: in the compiled program these modules are one (tools/build/link.py).

config_api.py and update_api.py are not here: they are imported for a request and dropped again.
"""

from curfew.services.http import api, auth, server  # noqa: F401
