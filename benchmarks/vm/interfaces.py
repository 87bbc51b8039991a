"""Behind fuel.py and pieces.py in one program: COUNT times what ASKED names, an OFF at an interface or a request.

Set before it: CONFIG, the text of a network.json, with the TOKEN and the PASSWORD. This VM has no sockets, threads or
asyncio: a connection is bytes here, its coroutine is driven by hand, and time stands still. What is not counted: the
operating system's part, TLS, and the collector.
"""

# ruff: noqa: F821

import json
import os


class Names:
    """A module that this VM lacks, or one that would not work in it: its names."""

    def __init__(self, **names):
        for name in names:
            setattr(self, name, names[name])


class Task:
    """What runs a connection; nothing ends it here."""

    def cancel(self):
        pass


class Cancelled(BaseException):
    """asyncio's, which nothing raises here."""


sys.modules["asyncio"] = Names(CancelledError=Cancelled, current_task=Task)
sys.modules["gc"] = Names(collect=lambda: None, mem_free=lambda: 100000)  # see fuel.py
sys.modules["os"] = Names(listdir=os.listdir, stat=os.stat, urandom=lambda size: bytes(size))
for missing in ("socket", "ssl", "random", "_thread", "network"):
    sys.modules[missing] = Names()

from curfew.bundles.core import Snapshot
from curfew.bundles.http import Api, Auth, Server
from curfew.bundles.services import Log, ServiceContext


class Stream:
    """A connection whose request is there; `answer` is how it begins."""

    def __init__(self, request):
        self.rest = request
        self.answer = b""

    async def read(self, size):
        piece = self.rest[:size]
        self.rest = self.rest[size:]
        return piece

    def write(self, piece):
        self.answer = self.answer or piece

    async def drain(self):
        pass

    wait_closed = drain

    def close(self):
        pass


class Clock:
    """Time stands still."""

    def ticks_ms(self):
        return 0


async def sleep_ms(_):
    pass


def run(coroutine):
    """To its end: nothing in it waits."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        pass


class Inside:
    """What the chip and the persistence say."""

    def flash_allowed(self):
        return False

    def number(self):
        return "240ac412ab0f"


class Lock:
    def acquire(self, *_):
        return True

    def release(self):
        pass

    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass


class Pins:
    """The relays; `opened`: how often an OFF came to them."""

    opened = 0

    def open_asked(self, off):
        if off[0]:
            self.opened += 1
            off[0] = 0


pins = Pins()
Loop(None, controller, pins, None, None, None, link, None, None, None)
link.snapshot = Snapshot(len(burners), Lock())
config = json.loads(CONFIG)
context = ServiceContext(Inside(), link, Clock(), settings, config, Log(), Inside())
api = Api(context, Auth(0), lambda: None, "POWER_ON", sleep_ms)
server = Server(api, context.clock, context.log, sleep_ms, "/input/www")
HEAD = " HTTP/1.1\r\nHost: curfew\r\nAuthorization: Bearer %s\r\n" % TOKEN


def ask(line, body="", kind="application/json"):
    """One request, from its first byte to the last one of the answer."""
    head = "Content-Type: %s\r\nContent-Length: %d\r\n" % (kind, len(body)) if body else ""
    stream = Stream((line + HEAD + head + "\r\n" + body).encode())
    run(server.connect(stream, stream, ("192.168.1.9", 1)))
    return stream.answer


def status():
    assert b" 200 " in ask("GET /api/v1/status")


def page():
    assert b" 200 " in ask("GET /")


def login():
    assert b" 200 " in ask("POST /api/v1/login", json.dumps({"password": PASSWORD}))


def form():
    assert b" 415 " in ask("POST /api/v1/login", "{}", "text/plain")


def http():
    before = pins.opened
    assert b" 202 " in ask("POST /api/v1/off") and pins.opened == before + 1


class Broker(Names):
    """The socket to a broker, which has just accepted the device; `rest`: what it sends next."""

    rest = b"\x20\x02\0\0"
    sent = 0

    def readinto(self, buffer):
        piece = self.rest[: len(buffer)]
        if not piece:
            return None
        buffer[: len(piece)] = piece
        self.rest = self.rest[len(piece) :]
        return len(piece)

    def write(self, packet):
        self.sent += 1
        return len(packet)

    def setblocking(self, *_):
        pass

    connect = setsockopt = setblocking


broker = Broker()
address = (0, 0, 0, "", ("192.168.1.2", 1883))
socket = sys.modules["socket"]
socket.SOCK_STREAM = 1
socket.getaddrinfo = lambda *_: [address]
socket.socket = lambda *_: broker
poll = Names(register=lambda *_: None, poll=lambda _: True)
sys.modules["select"] = Names(poll=lambda: poll, POLLOUT=4)

import curfew.bundles.mqtt as mqtt_bundle

# The build gives its class a short name.
found = [getattr(mqtt_bundle, name) for name in dir(mqtt_bundle)]
HomeAssistant = next(one for one in found if hasattr(one, "poll") and not hasattr(one, "close"))

context.status["wifi"] = "online"
home = HomeAssistant(context, "240ac412ab0f", lambda: None, lambda: None, "POWER_ON")
while broker.rest or broker.sent < 2:  # until the topics are subscribed to
    home.poll()


def mqtt():
    topic = "curfew/240ac412ab0f/command"
    message = b"\0%c%s\0\7OFF" % (len(topic), topic)
    broker.rest = b"\x32%c%s" % (len(message), message)
    before = pins.opened
    home.poll()
    assert pins.opened == before + 1


def button():
    go(1)
    assert burner.state == 5  # VERIFYING


burner = controller.burners[0]
if ASKED == "button":  # up to the tick before it counts as a hold
    for is_down, ticks in ((1, 10), (0, 20), (1, 40)):
        controller.pressed[0] = is_down
        go(ticks)
    assert burner.state == 1  # ARMED
else:
    globals()[ASKED]()  # the first one is dearer
for _ in range(COUNT):
    globals()[ASKED]()
