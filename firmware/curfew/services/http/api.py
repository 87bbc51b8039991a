"""The HTTP interface under /api/v1 (docs/openapi.json): who may ask, the routes, and the frequent requests.

Rare requests are in access_api.py, config_api.py and update_api.py, which are imported for one request and dropped
again. No request can turn gas on: a request shuts off, or asks for more time, which the safety loop judges.
"""

import gc
import json

from curfew import VERSION, forget
from curfew.core.ticks import elapsed_ms, later_ms
from curfew.runtime.supervisor import TRIAL_CONFIRMED
from curfew.services.http.auth import SESSIONS_PATH, SETUP_FIRST, TOKEN_DIGITS, same, token_hash
from curfew.services.http.server import Refused, listed, method_of, packed, require_json
from curfew.services.net.clock import iso as iso_text
from curfew.services.update import slots
from curfew.storage import files

_OPEN = ("status", "login")  # need no session
_SET_UP = ("network", "networks")  # need none in the set-up
# A token of the scope read asks for the first four, one of control also reads the rest and writes the last three; an
# update is signed, and needs the local window.
_BY_TOKEN = ("status", "events", "metrics", "shutoffs", "off", "extend", "update")
_ALWAYS = ("off", "logout")  # what every known device may do
_OWNER = ("sessions", "tokens")  # need a session also to be read
_METRICS_PATH = "metrics.txt"  # what each of them means
