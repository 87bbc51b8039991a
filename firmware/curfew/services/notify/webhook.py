"""One message to an address on the web: its words, the request, the status of the answer. Imported for one message."""

import json

from curfew.core.ticks import elapsed_ms
from curfew.services.mqtt.transport import Connection
from curfew.services.net.clock import iso
from curfew.services.update import slots

_WORDS = "notices.txt"  # KEY|English|Chinese, made from catalog.toml
_ANSWER_MS = 10000  # for everything
_STATUS_BYTES = 12  # "HTTP/1.1 200"
# The key of the text in the JSON of each service; ntfy takes the text alone.
_TEXTS = {"bark": "body", "serverchan": "desp", "homeassistant": "message"}


def _words(keys, language):
    found = dict(zip(keys, keys))
    with open(slots.path(_WORDS)) as lines:
        for line in lines:
            row = line.rstrip("\n").split("|")
            if row[0] in found:
                found[row[0]] = row[2 if language == "zh" else 1]
    return found


def text(context, index, key, unix_s):
    """A message in words: "18:32 Burner 1: turned off: time was up". unix_s: of the event, None while unknown."""
    config = context.config
    words = _words((key, "BURNER"), config.get("language"))
    names = config.get("burner_names", ())
    name = names[index] if index < len(names) else words["BURNER"] % (index + 1) if context.burners > 1 else ""
    sentence = words[key]
    if key == "WARNING":
        sentence %= context.burner(index)["remaining_s"]
    when = iso(unix_s, config)[11:16] + " " if unix_s else ""
    return when + (name + ": " if name else "") + sentence


def request(context, form, host, path, index, key, unix_s):
    """The bytes of the request."""
    message = text(context, index, key, unix_s)
    title = context.config.get("name", "Curfew")
    kind = "text/plain"
    body = title + ": " + message
    if form in _TEXTS:
        kind = "application/json"
        body = json.dumps({"title": title, _TEXTS[form]: message, "burner": index, "event": key})
    body = body.encode()
    head = "POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Type: %s; charset=utf-8\r\nContent-Length: %d"
    return (head % (path, host, kind, len(body))).encode() + b"\r\n\r\n" + body


class Post:
    """Sends a request. trust: a Trust, None without TLS. address: an entry of getaddrinfo(). `is_open`: connected."""

    def __init__(self, host, port, trust, address, request, now_ms):
        self.is_open = False
        self._connection = Connection(host, port, trust, address)
        self._request = request
        self._since_ms = now_ms
        self._answer = bytearray(_STATUS_BYTES)
        self._got = 0

    def step(self, now_ms):
        """Take one step without waiting; the status of the answer, None before it. Raises OSError, ValueError."""
        if not 0 <= elapsed_ms(now_ms, self._since_ms) < _ANSWER_MS:
            raise OSError("no answer")
        if not self.is_open:
            self.is_open = self._connection.step()
        elif self._request:
            self._request = self._request[self._connection.send(self._request) :]
        else:
            got = self._connection.read(memoryview(self._answer)[self._got :])
            if got == 0:
                raise OSError("closed by the server")
            self._got += got or 0
            if self._got == _STATUS_BYTES:
                return int(self._answer[9:])
        return None

    def close(self):
        """Close the connection, open or not."""
        self._connection.close()
