"""A real web server on loopback, in a thread of its own, over a real House with real Inbox, Snapshot and Link.

Here: starting, stopping, asking it with raw bytes. Not here: expectations. The safety loop is not there: what it would
publish is put into the snapshot by hand, and what it would take is read from the inbox.
"""

import asyncio
import gzip
import json
import socket
import threading
import time
from types import SimpleNamespace

from curfew import journal, limits, settings, supervisor
from curfew import snapshot as s
from curfew.inbox import EXTEND, Inbox
from curfew.memory import Memory
from curfew.services import door
from curfew.services.api import Api
from curfew.services.house import House
from curfew.services.keeper import Keeper
from curfew.services.log import Log
from curfew.services.web import Web
from curfew.store import replace

PASSWORD = "correct horse"
TOKEN = "0123456789abcdef0123456789abcdef"
UNIX_S = 1790000000
PAGE = b"<!doctype html><title>Curfew</title>" + bytes(range(256)) * 8
SETTINGS = {"timer_default_min": 30, "remote_extend": True, "burners": [{"sensor": True}, {"relay_pin": 19}]}


def password_hash(password, rounds=door.ROUNDS):
    """As network.json holds it."""
    return [*door.hashing(password, b"0123456789abcdef", rounds)][-1]


class Clock:
    """Ticks that only a test moves, or that go on by themselves as well."""

    now_ms = 0

    def __init__(self, goes=False):
        self._since_s = time.monotonic() if goes else None

    def ticks_ms(self):
        return self.now_ms + (int((time.monotonic() - self._since_s) * 1000) if self._since_s else 0)


class Answer:
    """A response: `status`, `headers` by lower-case name, `body`; `json` parses it."""

    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """Who asks the server at `port` of this machine."""

    def __init__(self, port):
        self.port = port

    def connect(self, raw=b""):
        """A socket to the server through which raw was sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), 10)
        connection.sendall(raw)
        return connection

    def raw(self, raw, end=False):
        """All bytes that come back for raw; end: say that no more will follow."""
        with self.connect() as connection:
            try:
                connection.sendall(raw)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:  # refused while still sending: the answer is there
                pass
            return _all(connection)

    def ask(self, method, path, body=None, **headers):
        """An Answer; body: a JSON value, or bytes as they are. Names of headers with _ for -."""
        lines = [f"{method} {path if path[:1] == '/' else '/api/v1/' + path} HTTP/1.1", "Host: curfew"]
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers = {"Content_Type": "application/json", "Content_Length": str(len(raw)), **headers}
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return Answer(self.raw("\r\n".join(lines + ["", ""]).encode() + (raw if body is not None else b"")))

    def login(self, password=PASSWORD):
        """The headers of somebody who is logged in."""
        answer = self.ask("POST", "login", {"password": password})
        assert answer.status == 200, answer.body
        return {"Cookie": answer.headers["set-cookie"].split(";")[0], "X_CSRF_Token": answer.json["csrf"]}


class Site(Client):
    """A server at `port` in the current folder, until stop(). config: of network.json; None for one with a password."""

    def __init__(self, config=None, redirect=None, settings_values=SETTINGS, clock_goes=False):
        with open("settings.json", "w") as file:
            json.dump(settings_values, file)
        with open("www/index.html.gz", "wb") as file:
            file.write(gzip.compress(PAGE, mtime=0))
        checked = settings.checked(dict(SETTINGS))
        burners = len(checked.burners)
        self.clock = Clock(clock_goes)
        self.snapshot = s.Snapshot(burners, threading.Lock())
        self.inbox = Inbox(burners)
        self.link = supervisor.Link(self.inbox, self.snapshot)
        self.link.leave[0] = 1
        keeper = Keeper(self.link, Memory(b""), 0, burners, [0] * limits.BURNERS_MAX, [0] * limits.BURNERS_MAX)
        self.restarts = 0
        keeper.ask_restart = self._restart
        if config is None:
            config = {"password": password_hash(PASSWORD), "token": door.token_hash(TOKEN), "language": "zh"}
        for index in range(burners):
            self.publish(index, FAULT=-1)
        self.house = House(
            keeper, self.link, self.clock, checked, config, Log(), SimpleNamespace(number=lambda: "240ac412ab0f")
        )
        self.web = Web(self.house, self._sleep_ms, "www", redirect)
        self.door = door.Door(0)
        self.api = Api(self.web, self.door, lambda: UNIX_S, "POWER_ON")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self.web.answer, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        asyncio.run_coroutine_threadsafe(self._hurry(), self._loop)

    @staticmethod
    async def _sleep_ms(ms):
        await asyncio.sleep(ms / 1000)

    async def _hurry(self):
        """What Web.serve() does beside letting people in."""
        while True:
            self.web.hurry()
            await asyncio.sleep(0.01)

    def _restart(self):
        self.restarts += 1

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _stop(self):
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self):
        """The end of server and thread."""
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # --- the stove -------------------------------------------------------------------------------------------------

    def publish(self, burner=0, **fields):
        """Put fields into the snapshot, as the loop would: publish(0, STATE=2, CONDUCTS=1)."""
        with self.snapshot._lock:
            for name, value in fields.items():
                self.snapshot.values[burner * s.FIELDS + getattr(s, name)] = value

    def offs(self):
        """The burners of which OFF was asked since the last look."""
        return [burner for burner in range(self.house.burners) if self.inbox.take_off(burner)]

    def extends(self):
        """The burners of which more time was asked since the last look."""
        now_ms = self.clock.now_ms
        return [burner for burner in range(self.house.burners) if self.inbox.take_request(burner, EXTEND, now_ms)]

    def closings(self, lines):
        """Put lines into the journal."""
        assert replace(journal.PATH, lines, lambda: True)


def _all(connection):
    raw = b""
    try:
        while True:
            piece = connection.recv(65536)
            if not piece:
                return raw
            raw += piece
    except ConnectionResetError:
        return raw
