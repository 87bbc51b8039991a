"""The phone's way to the firmware in the browser: a request goes to its API in the same VM, there are no sockets.

No services thread runs there (second_thread.py): what a request needs of it is made here, of the firmware's own parts.
"""

import os
from hashlib import sha256
from random import getrandbits

PASSWORD = "curfew-desk"
ADDRESS = "phone"
os.urandom = lambda count: bytes([getrandbits(8) for _ in range(count)])


class Phone:
    """What answers for one start of the program, which handed these to its services."""

    def __init__(self, persistence, link, clock, settings):
        from curfew.bundles.http import Api, Auth, Refused, Request
        from curfew.bundles.services import Log, ServiceContext
        from curfew.hardware import chip
        from curfew.services.net import network_settings

        self.link = link
        self._request, self._refused = Request, Refused
        word = "sha256$1$00$" + sha256(b"\0" + PASSWORD.encode()).digest().hex()
        config = network_settings.checked({"password": word, "wifi": {"ssid": "browser", "password": ""}})
        context = ServiceContext(persistence, link, clock, settings, config, Log(), chip)
        context.status["wifi"] = "online"
        self._context = context
        self._api = Api(context, Auth(clock.ticks_ms(), ()), _unknown, chip.restart_reason(), _at_once)

    def digits(self, second):
        """What the display shows in a second: four characters, with a colon between minutes and seconds."""
        from curfew.services import display

        self._context.look()
        burners = [self._context.burner(index) for index in range(self._context.burners)]
        return display.text(burners, None, second)

    def answer(self, method, path, headers, body):
        """(body, status, headers) for a request; headers by lower-case name."""
        request = self._request(("%s %s HTTP/1.0" % (method, path)).encode())
        request.address = ADDRESS
        for name in headers:
            if b" %s " % name.encode() in self._api.HEADERS:
                request.headers[name] = self._api.kept(name, headers[name])
        request.body = bytearray(body.encode())
        try:
            answer = _finished(self._api.answer(request))
        except self._refused as refused:
            status, error, key = (refused.args + (None, None))[:3]
            answer = {"error": error, "key": key} if key else {"error": error}, status, {}
        except Exception as error:  # as the firmware's server has it
            answer = {"error": repr(error)}, 500, {}
        return answer if isinstance(answer, tuple) else (answer, 200, {})


def text_of(body):
    """A body as one text, or the object that becomes JSON."""
    if isinstance(body, (dict, list)):
        return body
    pieces = (body,) if isinstance(body, (bytes, str)) else body
    return "".join([piece if isinstance(piece, str) else piece.decode() for piece in pieces])


def _unknown():
    """The time of day."""


async def _at_once(_ms):
    """A sleep: between two slices no stove time passes."""


def _finished(task):
    """What an async function returns that never waits."""
    try:
        while True:
            task.send(None)
    except StopIteration as end:
        return end.value
