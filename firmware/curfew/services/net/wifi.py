"""Wi-Fi: joins the network, and joins again whenever it is lost.

The chip is never restarted because of the network: the safety loop does not need it.
"""

from curfew import forget
from curfew.core.ticks import elapsed_ms

_POLL_MS = 500
_JOIN_MS = 20000  # a slow router with DHCP takes 10 s
_PAUSE_MS = 1000
_PAUSE_MAX_MS = 300000
_STEADY_MS = 60000  # after a link of this length, pauses start short again
_NO_NETWORK = 201
_PM_NONE = 0  # else every command waits for the next beacon
_NO_ADDRESS = "0.0.0.0"
_PASSWORD = (15, 202, 204)  # handshake timed out, refused, timed out
_UNPROVED_MS = 900000  # after this long without any sign of the network, its gateway is asked

_PAUSING, _JOINING, _ONLINE = 0, 1, 2


class Wifi:
    """wlan: a network.WLAN in station mode. config: the part "wifi". draw: like random.getrandbits.

    `status`: "joining" or "online". `joins`: how often it went online. `failures`: attempts and links that ended;
    `reason`: of the last of them, "" while online.
    """

    def __init__(self, wlan, config, log, draw):
        self.status = "joining"
        self.joins = 0
        self.failures = 0
        self.reason = ""
        self._wlan = wlan
        self._config = config
        self._log = log
        self._draw = draw
        self._state = _PAUSING
        self._since_ms = 0
        self._wait_ms = 0  # the first attempt is due at once
        self._pause_ms = _PAUSE_MS
        self.unproved_ms = 0  # since anything arrived over the network: it may only be said to be there

    async def run(self, context, sleep_ms, tries=0):
        """Maintain the link; sleep_ms is asyncio's. tries: return at the first join, or after so many failures."""
        while not tries or not self.joins and self.failures < tries:
            self.step(context.clock.ticks_ms())
            context.status["wifi"] = self.status
            context.wifi_reason = self.reason
            self.unproved_ms += _POLL_MS
            if self.unproved_ms > _UNPROVED_MS:
                from curfew.services.net import gateway

                await gateway.prove(self, context, sleep_ms)
                del gateway
                forget("services.net.gateway")
            await sleep_ms(_POLL_MS)

    def gateway(self):
        """Its address, None without a link."""
        try:
            return self._wlan.ifconfig()[2] if self._state == _ONLINE else None
        except (OSError, RuntimeError):
            return None

    def step(self, now_ms):
        """Check the link once; does not wait or raise."""
        # A clock that went back makes every wait end: too early is better than never.
        due = not 0 <= elapsed_ms(now_ms, self._since_ms) < self._wait_ms
        try:
            if self._state == _PAUSING:
                if due:
                    self._join(now_ms)
            elif self._state == _JOINING:
                self._look(now_ms, due)
            elif not self._wlan.isconnected():
                self.end(now_ms, "lost")
            elif self._wlan.ifconfig()[0] == _NO_ADDRESS:  # lost by DHCP: the chip goes on saying "connected"
                self.end(now_ms, "lost its address")
            elif due:
                self._pause_ms = _PAUSE_MS
        except (OSError, RuntimeError) as error:
            self.end(now_ms, "error %s" % error)

    def rssi(self):
        """Signal strength in dBm, None without a link."""
        try:
            return self._wlan.status("rssi") if self._state == _ONLINE else None
        except (OSError, RuntimeError):
            return None

    def _enter(self, state, now_ms, wait_ms, text=""):
        self._state = state
        self._since_ms = now_ms
        self._wait_ms = wait_ms
        self.status = "online" if state == _ONLINE else "joining"
        if text:
            self._log.add("wifi", text)

    def _join(self, now_ms):
        self._enter(_JOINING, now_ms, _JOIN_MS)
        if not self._wlan.active():  # starting the radio stalls the chip: once, not at every attempt
            self._wlan.active(True)
        # The driver would retry without pauses.
        self._wlan.config(reconnects=0, pm=_PM_NONE)
        self._wlan.connect(self._config["ssid"], self._config["password"] or None)

    def _look(self, now_ms, due):
        """An attempt has its 20 s, whatever status() says: the chip keeps the reason of an older one."""
        if self._wlan.isconnected():
            self.joins += 1
            self.reason = ""
            self._enter(_ONLINE, now_ms, _STEADY_MS, "online " + self._wlan.ifconfig()[0])
        elif due:
            reason = self._wlan.status()
            text = "wrong password?" if reason in _PASSWORD else "no answer (%d)" % reason
            self.end(now_ms, "no such network" if reason == _NO_NETWORK else text)

    def end(self, now_ms, text):
        """End an attempt or a link, so that the next connect() is the only one.

        Then wait, each time twice as long, plus up to half of that at random: devices must not retry all at once.
        """
        self.failures += 1
        if text != self.reason:
            self.reason = text
            print("Wi-Fi %s: %s" % (self._config["ssid"], text))  # without a network the log cannot be read
        self._enter(_PAUSING, now_ms, self._pause_ms + (self._pause_ms * self._draw(8) >> 9), text)
        self._pause_ms = min(2 * self._pause_ms, _PAUSE_MAX_MS)
        try:
            self._wlan.disconnect()
        except (OSError, RuntimeError):  # a radio that is not on
            pass
