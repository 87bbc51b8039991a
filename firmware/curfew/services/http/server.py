"""The web server: who gets a connection, how much he may send and how long he may take, and the files of the page.

Belongs here: HTTP, limits, files, streams of events. Does not: what can be asked (api.py), by whom.
One request a connection. A head is read line by line, and only what somebody here asks for is kept of it: a crowd of
strangers must leave memory for an OFF. No library: microdot's server is made for comfort, not for limits, and even its
request and response took 4 kB of heap, and a kilobyte a request (measured).
"""

import asyncio
import gc
import json
import os
import socket
import sys
from hashlib import sha256

from curfew.core.ticks import elapsed_ms, later_ms

_CALLERS_MAX = 8  # inside; more wait outside, or take the place of who has not finished asking
_ANSWERS_MAX = 4  # of them: those whose answer is under way ...
_URGENT = "/off"  # ... beside what ends so: it finds room whoever does not take his answer
_WAITING_MAX = 16  # outside; the next one is not even heard, and tries again a second later
_ACCEPT_MS = 10  # between two looks at who has come
_PATIENCE_MS = 30  # with who has not finished asking while the house is full
_HEAD_MAX = 2048
_LINE_MAX = 256  # of those that are kept
_BODY_MAX = 4096
_PIECE = 512
_COME_PIECE = 128
_SLOW_MS = 5000  # for a whole request to come in, and for a piece of an answer to go out
_LEFT_PIECES = 64  # of a refused request, read before the end: closing over unread bytes would take the answer back
_LEFT_MS = 1000
_STREAMS_MAX = 2  # of the answers: an open page must not keep out the hand that wants OFF
_LOOK_MS = 250  # four events a second at most
_LOOKS_BUSY = 4  # an event a second while something conducts
_LOOKS_QUIET = 20  # every five seconds otherwise
# Of a head, in lower case; the others are dropped as they come.
_KEPT = b" host authorization cookie content-type content-length transfer-encoding if-none-match x-csrf-token x-at "
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_WORDS = {
    400: "this is not a request",
    404: "there is nothing here",
    408: "too slow",
    411: "Content-Length is missing: nothing can come in chunks",
    413: "more than 4096 bytes",
    431: "more than 2048 bytes before the body, or 256 in a line of it",
    500: "an error in the program: see the log",
    503: "too many requests at once",
}


class Refused(Exception):
    """Raised instead of an answer: status, a sentence (left out: of _WORDS), and the key of a refused value."""


class Request:
    """What somebody wants: `method`, `path` without ?, `headers` of _KEPT by lower-case name, `body` in bytes."""

    def __init__(self, line):
        """line: the first, in bytes. Raises ValueError."""
        self.method, url, version = line.decode().split(" ")
        if url[:1] != "/" or version[:7] != "HTTP/1.":
            raise ValueError
        self.path = url.split("?")[0]
        self.headers = {}
        self.body = b""

    def take(self, line):
        """One more line of the head, in bytes. Raises ValueError."""
        name, value = line.split(b":", 1)
        if _is_kept(name):
            name = name.lower().decode()
            if name in self.headers:  # two of the same mean two things to two readers
                raise ValueError
            self.headers[name] = value.strip().decode()

    def cookie(self, name):
        """The value of a cookie, "" when there is none."""
        for part in self.headers.get("cookie", "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return ""


class _Caller:
    """One connection. due_ms: when it is late with what it does now; None: it may take its time."""

    def __init__(self, reader, writer, task, now_ms):
        self.reader = reader
        self.writer = writer
        self.task = task
        self.since_ms = now_ms
        self.due_ms = None
        self.is_late = False
        self.is_asking = True  # his request has not come to its end


def method_of(request, allowed):
    """The method of a request, GET for HEAD. allowed: as in "GET, PUT"; "" where there is nothing. Raises Refused."""
    method = "GET" if request.method == "HEAD" else request.method
    if not allowed:
        raise Refused(404)
    if method not in allowed.split(", "):
        raise Refused(405, "only " + allowed)
    return method


def packed(pieces):
    """Texts from a generator, several at a time: each piece that goes out costs a packet."""
    kept = ""
    for piece in pieces:
        kept += piece
        if len(kept) >= _PIECE:
            yield kept
            kept = ""
    yield kept


def listed(start, items, end):
    """JSON of a list, a piece at a time, between start and end."""
    for item in items:
        yield start + json.dumps(item)
        start = ", "
    yield end if start == ", " else start + end


class Events:
    """An endless body, an event at every change and every so often. is_open() False ends it.

    tell(start, end): a generator of what an event says, in pieces, between these texts.
    """

    def __init__(self, tell, is_open):
        self._tell = tell
        self._is_open = is_open

    async def _send(self, web, caller):
        if len(web._streams) == _STREAMS_MAX:
            web._streams.pop(0)  # who comes last is surely there
        web._streams.append(self)
        house = web.house
        seen = None
        looks = 0
        while self in web._streams and self._is_open():
            house.look()
            looks += 1
            if house.changed != seen or looks >= (_LOOKS_QUIET if house.may_write() else _LOOKS_BUSY):
                seen = house.changed
                looks = 0
                for piece in packed(self._tell("event: status\ndata: ", "\n\n")):
                    await web.send(caller, piece)
            await web.sleep_ms(_LOOK_MS)

    async def _watch(self, web, reader):
        """End as soon as the reader goes, not only when a write fails: connections are few."""
        try:
            await reader.read(1)
        except OSError:
            pass
        self._end(web)

    def _end(self, web):
        if self in web._streams:
            web._streams.remove(self)


class Server:
    """The server. sleep_ms: asyncio's. folder: of the page, every file ends in .gz.

    redirect(host): where to send a request with this Host header instead, None for nowhere (portal.py).
    """

    def __init__(self, house, sleep_ms, folder="www", redirect=None):
        self.house = house
        self.sleep_ms = sleep_ms
        self.is_open = False  # somebody can come in
        self._redirect = redirect
        self._folder = folder
        self._files = {}  # path: name
        self._streams = []
        self._callers = []  # who came first is first
        self._answers = 0  # under way
        try:
            for name in os.listdir(folder):
                if name.endswith(".gz"):
                    self._files["/" if name == "index.html.gz" else "/" + name[:-3]] = name
        except OSError:  # without a page there is still the API
            house.log.add("web", "no folder " + folder)

    async def ask(self, request):
        """The answer to a Request that is not for a file; api.py puts its own function in this place. Raises Refused.

        (body, status, headers), or an object that becomes JSON; a body is bytes, a text, pieces of them, or Events.
        """
        raise Refused(404)

    async def serve(self, host, port):
        """Serve for ever; the port is free again when this ends, however it does. Raises OSError when it is taken.

        asyncio's own server keeps the port and serves nobody once memory was short as somebody came.
        """
        door = socket.socket()
        try:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(socket.getaddrinfo(host, port)[0][-1])
            door.listen(_WAITING_MAX)
            door.setblocking(False)
            self.is_open = True
            while True:
                caller = None
                try:
                    slow = self._slowest() if len(self._callers) >= _CALLERS_MAX else None
                    if slow or len(self._callers) < _CALLERS_MAX:
                        caller = door.accept()[0]
                        if slow:
                            slow.is_asking = False
                            slow.task.cancel()
                        await self._let_in(caller)
                except (OSError, MemoryError):  # nobody came, or there is no room for him just now
                    if caller:
                        caller.close()
                self.hurry()
                await self.sleep_ms(0 if caller else _ACCEPT_MS)
        finally:
            self.is_open = False
            door.close()

    async def _let_in(self, caller):
        caller.setblocking(False)
        if sys.implementation.name == "micropython":
            stream = asyncio.StreamReader(caller)
            asyncio.create_task(self.answer(stream, stream))
        else:
            asyncio.create_task(self.answer(*await asyncio.open_connection(sock=caller)))
        await self.sleep_ms(0)  # let it begin, and be counted

    def _slowest(self):
        """Who has to make room, or None: browsers open connections that they may need, and enemies never finish.

        Whoever finishes asking at once is heard in this way, however many come who do not.
        """
        now_ms = self.house.clock.ticks_ms()
        for caller in self._callers:
            if caller.is_asking and elapsed_ms(now_ms, caller.since_ms) >= _PATIENCE_MS:
                return caller
        return None

    def hurry(self):
        """End whatever takes too long; to be called all the time. One look for all: a timer each is half a kilobyte."""
        now_ms = self.house.clock.ticks_ms()
        for caller in self._callers:
            if caller.due_ms is not None and elapsed_ms(now_ms, caller.due_ms) >= 0:
                caller.due_ms = None
                caller.is_late = True
                caller.task.cancel()

    def _within(self, caller, ms):
        caller.due_ms = later_ms(self.house.clock.ticks_ms(), ms)

    async def answer(self, reader, writer):
        """One connection from its beginning to its end."""
        caller = _Caller(reader, writer, asyncio.current_task(), self.house.clock.ticks_ms())
        self._callers.append(caller)
        try:
            await self._attend(caller)
        except (OSError, asyncio.CancelledError):  # the other side has gone, or has to go
            pass
        except Exception as error:
            gc.collect()
            try:
                self.house.log.add("web", repr(error))
            except MemoryError:
                pass
        caller.is_asking = False
        try:
            self._within(caller, _SLOW_MS)
            writer.close()
            await writer.wait_closed()
        except (OSError, asyncio.CancelledError):
            pass
        except MemoryError:  # MicroPython's stream closes its socket for who waits only
            gc.collect()
            getattr(writer, "s", writer).close()
        finally:
            self._callers.remove(caller)

    async def _attend(self, caller):
        request = None
        try:
            request = await self._receive(caller)
            caller.is_asking = False
            caller.due_ms = None
            if self._answers >= _ANSWERS_MAX and request.path[-4:] != _URGENT:
                raise Refused(503)
            self._answers += 1
            try:
                await self._respond(caller, await self._dispatch(request), request.method == "HEAD")
            finally:
                self._answers -= 1
            return
        except Refused as refused:
            answer = self._refusal(*refused.args)
        except asyncio.CancelledError:
            if request or not caller.is_late:
                raise
            answer = self._refusal(408)
        caller.is_asking = False
        await self._respond(caller, answer, request and request.method == "HEAD")
        if not request:
            self._within(caller, _LEFT_MS)
            caller.since_ms = self.house.clock.ticks_ms()
            caller.is_asking = True  # if others wait, this is no reason to keep a place
            for _ in range(_LEFT_PIECES):
                if not await caller.reader.read(_COME_PIECE):
                    break

    def _refusal(self, status, error=None, key=None):
        error = error or _WORDS[status]
        self.house.log.add("web", "%d %s" % (status, error))
        told = {"error": error, "key": key} if key else {"error": error}
        return told, status, {"Allow": error[5:]} if status == 405 else {}  # "only GET, PUT"

    async def _respond(self, caller, answer, head_only=False):
        body, status, headers = answer if isinstance(answer, tuple) else (answer, 200, {})
        head = "HTTP/1.0 %d \r\n" % status
        kind = "text/plain; charset=UTF-8"
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            kind = "application/json; charset=UTF-8"
        if isinstance(body, bytes):
            head += "Content-Length: %d\r\n" % len(body)
        if "Content-Type" not in headers:
            head += "Content-Type: %s\r\n" % kind
        for name in headers:
            head += "%s: %s\r\n" % (name, headers[name])
        if head_only:
            body = b""
        if isinstance(body, bytes) and len(body) <= _PIECE:
            await self.send(caller, (head + "\r\n").encode() + body)
            return
        await self.send(caller, head + "\r\n")
        if isinstance(body, Events):
            watch = asyncio.create_task(body._watch(self, caller.reader))
            try:
                await body._send(self, caller)
            finally:
                watch.cancel()
                body._end(self)
        else:
            for piece in (body,) if isinstance(body, bytes) else body:
                await self.send(caller, piece)

    async def send(self, caller, piece):
        """Send bytes or a text. Raises OSError, and CancelledError when nobody takes them."""
        caller.writer.write(piece if isinstance(piece, bytes) else piece.encode())
        self._within(caller, _SLOW_MS)
        await caller.writer.drain()
        caller.due_ms = None

    async def _dispatch(self, request):
        to = self._redirect and self._redirect(request.headers.get("host"))
        if to:
            return b"", 302, {"Location": to}
        try:
            return self._file(request) if request.path in self._files else await self.ask(request)
        except Refused:
            raise
        except Exception as error:  # MemoryError is one, too
            gc.collect()
            self.house.log.add("web", repr(error))
            raise Refused(500)

    def _file(self, request):
        method_of(request, "GET")
        name = self._files[request.path]
        path = self._folder + "/" + name
        digest = sha256()
        for piece in _content(path):
            digest.update(piece)
        tag = '"%s"' % digest.digest()[:8].hex()
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Content-Security-Policy": _POLICY}
        if request.headers.get("if-none-match") == tag:
            return b"", 304, headers
        headers["Content-Type"] = _TYPES.get(name.split(".")[-2], "application/octet-stream")
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(os.stat(path)[6])
        return _content(path), 200, headers

    async def _receive(self, caller):
        """A Request. Raises Refused."""
        self._within(caller, _SLOW_MS)
        request = None
        came = b""
        size = at = 0  # of all that came; where its next line begins
        try:
            while True:
                end = came.find(b"\r\n", at)
                if end < 0:
                    came = came[at:]
                    at = 0
                    colon = came.find(b":")
                    if request and colon > 0 and not _is_kept(came[:colon]):
                        came = b"-:" + came[-1:]  # as long as it may be: nobody asks for it
                    if size > _HEAD_MAX or len(came) > _LINE_MAX:
                        raise Refused(431)
                    piece = await caller.reader.read(_COME_PIECE)
                    if not piece:
                        raise EOFError
                    size += len(piece)
                    came += piece
                elif not request:
                    request = Request(came[at:end])
                    at = end + 2
                elif end > at:
                    request.take(came[at:end])
                    at = end + 2
                else:
                    await self._receive_body(caller, request, came[end + 2 :])
                    return request
        except (ValueError, EOFError):
            raise Refused(400)

    async def _receive_body(self, caller, request, came):
        if "transfer-encoding" in request.headers:
            raise Refused(411)
        length = request.headers.get("content-length", "0")
        if not length.isdigit():
            raise ValueError
        if len(length) > 4 or int(length) > _BODY_MAX:
            raise Refused(413)
        length = int(length)
        if len(came) < length:
            came += await caller.reader.readexactly(length - len(came))
        request.body = came[:length]


def _is_kept(name):
    return b" %s " % name.lower() in _KEPT


def _content(path):
    with open(path, "rb") as file:
        while True:
            piece = file.read(_PIECE)
            if not piece:
                return
            yield piece
