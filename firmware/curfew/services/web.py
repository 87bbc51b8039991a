"""The web server: who gets a connection, how much he may send and how long he may take, and the files of the page.

Belongs here: HTTP over microdot, limits, files, streams of events. Does not: what can be asked (api.py), by whom.
One request a connection. Whatever comes in is read into a bounded buffer before anything looks at it.
"""

import asyncio
import gc
import json
import os
import socket
import sys
from hashlib import sha256

from microdot.microdot import NoCaseDict, Request, Response

from curfew.ticks import elapsed_ms

_CONNECTIONS_MAX = 4  # ten take 22 kB of heap
_CALLERS_MAX = 8  # with those that are being told 503; more wait outside
_ACCEPT_MS = 10  # between two looks at who has come
_SPARE_MS = 1000  # browsers open connections that they may need: silent for so long, they make room
_HEAD_MAX = 2048
_BODY_MAX = 4096
_PIECE = 512
_FILE_PIECE = 1024
_SLOW_S = 5  # for a whole request to come in, and for a piece of an answer to go out
_LEFT_PIECES = 16  # of a refused request, read before the end: closing over unread bytes would take the answer back
_LEFT_S = 1
_STREAMS_MAX = 2  # of the connections: an open page must not keep out the hand that wants OFF
_LOOK_MS = 250  # four events a second at most
_LOOKS_BUSY = 4  # an event a second while something conducts
_LOOKS_QUIET = 20  # every five seconds otherwise
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_WORDS = {
    400: "this is not a request",
    404: "there is nothing here",
    408: "too slow",
    411: "Content-Length is missing: nothing can come in chunks",
    413: "more than 4096 bytes",
    431: "more than 2048 bytes before the body",
    500: "an error in the program: see the log",
    503: "too many connections",
}


class Refused(Exception):
    """Raised instead of an answer: status, a sentence (left out: of _WORDS), and the key of a refused value."""


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

    async def _send(self, web, writer):
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
                    await _send(writer, piece)
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


class Web:
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
        self._callers = 0
        self._connections = 0  # of them: those that may ask
        self._silent = []  # connections that have not said anything: since when, task
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
            door.listen(_CALLERS_MAX)
            door.setblocking(False)
            self.is_open = True
            while True:
                caller = None
                try:
                    if self._callers < _CALLERS_MAX:
                        caller = door.accept()[0]
                        await self._let_in(caller)
                except (OSError, MemoryError):  # nobody came, or there is no room for him just now
                    if caller:
                        caller.close()
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

    async def answer(self, reader, writer):
        """One connection from its beginning to its end."""
        self._callers += 1
        try:
            await self._receive_and_answer(reader, writer)
        except (OSError, asyncio.CancelledError):  # the other side has gone, or has to go
            pass
        except Exception as error:
            gc.collect()
            try:
                self.house.log.add("web", repr(error))
            except MemoryError:
                pass
        finally:
            self._callers -= 1
            writer.close()
        try:
            await asyncio.wait_for(writer.wait_closed(), _SLOW_S)
        except (OSError, asyncio.TimeoutError):
            pass
        except MemoryError:  # MicroPython's stream closes its socket for who waits only
            gc.collect()
            getattr(writer, "s", writer).close()

    async def _receive_and_answer(self, reader, writer):
        me = self.house.clock.ticks_ms(), asyncio.current_task()
        if not self._has_room(me[0]):
            await self._respond(reader, writer, self._refusal(503))
            return
        self._connections += 1
        try:
            self._silent.append(me)
            await self._serve(reader, writer, me)
        finally:
            self._connections -= 1
            if me in self._silent:
                self._silent.remove(me)

    def _has_room(self, now_ms):
        """True when a newcomer may come in; whoever only keeps a place has to make room."""
        if self._connections < _CONNECTIONS_MAX:
            return True
        if self._silent and elapsed_ms(now_ms, self._silent[0][0]) >= _SPARE_MS:
            self._silent.pop(0)[1].cancel()
            return True
        return False

    def _refusal(self, status, error=None, key=None):
        error = error or _WORDS[status]
        self.house.log.add("web", "%d %s" % (status, error))
        told = {"error": error, "key": key} if key else {"error": error}
        return told, status, {"Allow": error[5:]} if status == 405 else {}  # "only GET, PUT"

    async def _serve(self, reader, writer, me):
        request = None
        try:
            request = await asyncio.wait_for(self._receive(reader, me), _SLOW_S)
            answer = await self._dispatch(request)
        except Refused as refused:
            answer = self._refusal(*refused.args)
        except asyncio.TimeoutError:
            answer = self._refusal(408)
        await self._respond(reader, writer, answer, request and request.method == "HEAD")
        if not request:
            try:
                await asyncio.wait_for(_leftovers(reader), _LEFT_S)
            except asyncio.TimeoutError:
                pass

    async def _respond(self, reader, writer, answer, head_only=False):
        response = Response(*answer) if isinstance(answer, tuple) else Response(answer)
        response.complete()
        head = "HTTP/1.0 %d \r\n" % response.status_code
        for name, value in response.headers.items():
            head += "%s: %s\r\n" % (name, value)
        await _send(writer, head + "\r\n")
        body = response.body
        if head_only:
            return
        if isinstance(body, Events):
            watch = asyncio.create_task(body._watch(self, reader))
            try:
                await body._send(self, writer)
            finally:
                watch.cancel()
                body._end(self)
        else:
            for piece in (body,) if isinstance(body, bytes) else body:
                await _send(writer, piece)

    async def _dispatch(self, request):
        to = self._redirect and self._redirect(request.headers.get("Host"))
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
        if request.headers.get("If-None-Match") == tag:
            return b"", 304, headers
        headers["Content-Type"] = _TYPES.get(name.split(".")[-2], "application/octet-stream")
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(os.stat(path)[6])
        return _content(path), 200, headers

    async def _receive(self, reader, me):
        """A Request. Raises Refused."""
        head = b""
        while b"\r\n\r\n" not in head:
            if len(head) > _HEAD_MAX:
                raise Refused(431)
            piece = await reader.read(_PIECE)
            if not piece:
                raise Refused(400)
            if not head:
                self._silent.remove(me)
            head += piece
        try:
            end = head.find(b"\r\n\r\n")
            body = head[end + 4 :]
            lines = head[:end].decode().split("\r\n")
            method, url, version = lines.pop(0).split(" ")
            headers = NoCaseDict()
            for line in lines:
                name, value = line.split(":", 1)
                if name in headers:  # two of the same mean two things to two readers
                    raise ValueError
                headers[name] = value.strip()
            if "Transfer-Encoding" in headers:
                raise Refused(411)
            length = headers.get("Content-Length", "0")
            if not length.isdigit() or url[:1] != "/" or version[:7] != "HTTP/1.":
                raise ValueError
            if len(length) > 4 or int(length) > _BODY_MAX:
                raise Refused(413)
            if len(body) < int(length):
                body += await reader.readexactly(int(length) - len(body))
            return Request(self, None, method, url.split("?")[0], version[5:], headers, body[: int(length)])
        except (ValueError, EOFError):
            raise Refused(400)


def _content(path):
    with open(path, "rb") as file:
        while True:
            piece = file.read(_FILE_PIECE)
            if not piece:
                return
            yield piece


async def _send(writer, piece):
    """Send bytes or a text. Raises OSError, also when nobody takes them."""
    writer.write(piece if isinstance(piece, bytes) else piece.encode())
    try:
        await asyncio.wait_for(writer.drain(), _SLOW_S)
    except asyncio.TimeoutError:
        raise OSError


async def _leftovers(reader):
    for _ in range(_LEFT_PIECES):
        if not await reader.read(_PIECE):
            break
