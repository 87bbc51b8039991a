"""Says a warning, a shut-off or a fault to one address on the web. Imported where one is set.

Nothing waits for it. A message goes out when that costs no OFF anything: the name is looked up while all contacts are
open, a TLS handshake begins long before a deadline, and everything else does not block.
"""

import socket

from curfew import erase
from curfew.core.ticks import elapsed_ms
from curfew.services.context import lacks_memory
from curfew.transient import transient

_POLL_MS = 20
_QUEUE_MAX = 8
_AGE_MAX_MS = 86400000  # what is a day old is no news
_CALM_S = 10  # before a deadline: no TLS handshake, which stops all Python
_PAUSE_MS = 10000  # after a failure; doubles up to an hour
_PAUSE_MAX_MS = 3600000
_AT_THE_STOVE = "BUTTON"  # the user who turned it off knows


class Notify:
    """Of context.config["notify"]; unix_s(): the time, None while unknown. context.status["notify"] tells how it goes.

    A message: (ticks, burner, a key of notices.txt).
    """

    def __init__(self, context, unix_s):
        config = context.config["notify"]
        self._context = context
        self._unix_s = unix_s
        self._form = config["form"]
        with transient("services.net.network_settings", "core.schema"):
            from curfew.services.net.network_settings import parts_of

            is_https, self._host, self._port, self._path = parts_of(config["url"])
        self._trust = None
        if is_https:
            from curfew.services.mqtt.trust import Trust

            self._trust = Trust(config["ca"], self._host)
        self._address = None
        self._queue = []
        self._seen = [None] * context.burners
        self._post = None  # the message under way, webhook.py
        self._wait_ms = 0
        self._pause_ms = _PAUSE_MS
        self._since_ms = context.clock.ticks_ms()
        context.status["notify"] = "connecting"

    async def run(self, sleep_ms):
        """Watch and send, forever; sleep_ms is asyncio's."""
        context = self._context
        changed = None
        try:
            while True:
                if changed != context.changed:
                    changed = context.changed
                    for index in range(context.burners):
                        self._look(index, context.burner(index))
                try:
                    self._send(context.clock.ticks_ms())
                except Exception as error:  # including MemoryError
                    self._failed(error)
                await sleep_ms(_POLL_MS)
        finally:
            self._end()

    def _look(self, index, burner):
        """Queue what is new about a burner."""
        before = self._seen[index]
        self._seen[index] = burner
        cause = (burner["cause"] or "").split(":")[-1]
        if before is None:  # of what was before the start, only this is news
            if burner["state"] == "VERIFYING" and cause == "RESTART":
                self._say(index, cause)
        elif burner["state"] == "WARNING" != before["state"]:
            self._say(index, "WARNING")
        elif before["contact_closed"] and not burner["contact_closed"]:
            if cause != _AT_THE_STOVE:
                self._say(index, cause)
        elif burner["fault"] not in (None, before["fault"]):
            self._say(index, burner["fault"])

    def _say(self, index, key):
        if len(self._queue) == _QUEUE_MAX:
            self._queue.pop(1 if self._post else 0)
        self._queue.append((self._context.clock.ticks_ms(), index, key))

    # --- on its way ------------------------------------------------------------------------------------------------

    def _send(self, now_ms):
        """Take a step, or begin with the oldest message. Raises anything."""
        if self._post:
            if self._post.is_open or self._is_calm():
                self._step(now_ms)
            return
        context = self._context
        waits = 0 <= elapsed_ms(now_ms, self._since_ms) < self._wait_ms
        if waits or context.status["wifi"] != "online" or context.has_guest:
            return
        if self._address is None:
            if context.flash_allowed():
                self._address = socket.getaddrinfo(self._host, self._port, 0, socket.SOCK_STREAM)[0]
        elif self._queue and self._is_calm():
            then_ms, index, key = self._queue[0]
            age_ms = elapsed_ms(now_ms, then_ms)
            is_over = key == "WARNING" and self._seen[index]["state"] != key
            if is_over or not 0 <= age_ms < _AGE_MAX_MS:
                self._queue.pop(0)
            else:
                self._begin(now_ms, index, key, age_ms // 1000)

    def _is_calm(self):
        """True while a step that may stop all Python costs no OFF anything."""
        if self._trust is None:
            return True
        context = self._context
        left_s = context.deadline_s()
        is_calm = left_s is None or left_s > _CALM_S
        if self._trust.is_trying():  # up to 17 handshakes
            is_calm = context.flash_allowed()
        return is_calm and context.link.may_stall[0] and context.status["time"] != "off"

    def _begin(self, now_ms, index, key, age_s):
        if self._trust and self._context.chip.tls_lacks():
            raise MemoryError
        from curfew.services.notify import webhook

        unix_s = self._unix_s()
        request = webhook.request(
            self._context, self._form, self._host, self._path, index, key, unix_s and unix_s - age_s
        )
        self._post = webhook.Post(self._host, self._port, self._trust, self._address, request, now_ms)
        self._context.has_guest = True

    def _step(self, now_ms):
        status = self._post.step(now_ms)
        if status is None:
            return
        if not 200 <= status < 300 and (status < 400 or status in (408, 429) or status >= 500):
            raise OSError("answer %d" % status)  # it may be another one later
        self._queue.pop(0)
        self._end()
        if self._trust:
            self._trust.keep(self._context.flash_allowed)
        self._pause_ms = _PAUSE_MS
        self._wait_ms = 0
        self._context.status["notify"] = "online" if status < 300 else "refused"
        if status >= 400:
            self._context.log.add("notify", "refused: %d" % status)

    def _failed(self, error):
        again_ms = None
        if self._trust and self._post and not self._post.is_open:
            again_ms = self._trust.refused(error)
        self._end()
        if self._context.flash_allowed():
            self._address = None  # it may have changed
        self._since_ms = self._context.clock.ticks_ms()
        self._wait_ms = again_ms or self._pause_ms
        if not again_ms:
            self._pause_ms = min(2 * self._pause_ms, _PAUSE_MAX_MS)
            self._context.log.add("notify", repr(error))
        self._context.status["notify"] = "no memory" if lacks_memory(error) else "connecting"

    def _end(self):
        if self._post:
            self._post.close()
            self._post = None
            self._context.has_guest = False
            erase("services.notify.webhook")
