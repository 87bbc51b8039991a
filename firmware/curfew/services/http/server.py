"""An HTTP server with hard limits on connections, sizes and times; it also serves the files of the page.

It knows nothing of what can be asked: that is given to it. One request per connection. A head is read line by line, and
of it only the headers to keep: incomplete requests must leave memory for an OFF.
"""

import asyncio
import gc
import json
import os
import socket
import sys
from hashlib import sha256

from curfew.core.ticks import elapsed_ms, later_ms
from curfew.services.ready import close, listening, readable

# The chip has ten sockets in all: six for this server, those that wait outside included; one each for its port, MQTT,
# voice, and the clock or a look-up.
_CALLERS_MAX = 5  # open connections; a new one then waits outside, or replaces an incomplete request
_ANSWERS_MAX = 4  # answers at the same time, priority paths excepted
_WAITING_MAX = 1  # connections that wait outside; the client repeats a further one after a second
_ACCEPT_BYTES = 256  # what accept() allocates; when it finds none, the chip loses the socket for good
_ROOM_MS = 2  # between two attempts to make room for a connection that waits outside
_LOOK_MS = 100  # between two looks at the limits of time
_MIN_HEADER_MS = 30  # when all connections are taken, an incomplete request may be dropped after this time
_HEAD_MAX = 2048
_LINE_MAX = 256  # of the lines that are kept
_BODY_MAX = 4096
_NESTED_MAX = 32  # brackets in a JSON body: the longest one that the page sends has 15
_PIECE = 512
_READ_CHUNK = 128
_SLOW_MS = 5000  # for a whole request to arrive, and for a piece of an answer to leave
_DRAIN_CHUNKS = 64  # read from a refused request before the end: closing over unread bytes would discard the answer
_DRAIN_MS = 1000
JSON = {"Content-Type": "application/json"}
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "png": "image/png"}
_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_SENTENCES = (  # one text: a table of eight takes twice the memory
    "|400 malformed request|404 not found|408 request timed out"
    "|411 Content-Length is missing: chunked requests are not supported|413 body longer than 4096 bytes"
    "|431 head longer than 2048 bytes, or a line of it longer than 256"
    "|500 internal error: see the log|503 too many requests at once|"
)


class Refused(Exception):
    """Raised instead of an answer: status, a sentence (default: _SENTENCES), and the key of a refused value."""


class Request:
    """One request: `method`, `path`, `query` behind its "?", `headers` by lower-case name, `body`: a buffer.

    The server adds `address`, of the client without its port.
    """

    def __init__(self, line: bytes):
        """line: the request line. Raises ValueError."""
        self.address: object = ""
        self.method, url, version = line.decode().split(" ")
        if url[:1] != "/" or version[:7] != "HTTP/1.":
            raise ValueError
        self.path, _, self.query = url.partition("?")
        self.headers = {}
        self.body = bytearray()


class _Caller:
    """One connection. due_ms: when its present step times out; None: no limit. address: as accept() gives it."""

    def __init__(self, reader, writer, task, now_ms, address):
        self.reader = reader
        self.writer = writer
        self.task = task
        self.since_ms = now_ms
        self.due_ms = None
        self.is_late = False
        self.is_asking = True  # the request is not complete
        self.address = address[0] if isinstance(address, tuple) else address[4:8].hex()  # a port without names


def method_of(request: Request, allowed: str) -> str:
    """The method of a request, GET for HEAD. allowed: as in "GET, PUT"; "" for an unknown path. Raises Refused."""
    method = "GET" if request.method == "HEAD" else request.method
    if not allowed:
        raise Refused(404)
    if method not in allowed.split(", "):
        raise Refused(405, "only " + allowed)
    return method


def require_json(request: Request) -> None:
    """Raise Refused for another type, which keeps out the forms of other sites."""
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise Refused(415, "Content-Type is not application/json")


def body_of(request: Request) -> dict:
    """The JSON object in a request. Raises Refused."""
    require_json(request)
    try:
        if sum(byte in b"[{" for byte in request.body) > _NESTED_MAX:
            raise ValueError
        values = json.loads(request.body)  # type: ignore[type-var]  # the chip's takes any buffer
    except (ValueError, RuntimeError, OverflowError):
        values = None
    if not isinstance(values, dict):
        raise Refused(400, "not a JSON object, or too deep")
    return values


def packed(pieces):
    """Join texts of a generator to larger ones: every piece that is sent costs a packet."""
    joined = ""
    for piece in pieces:
        joined += piece
        if len(joined) >= _PIECE:
            yield joined
            joined = ""
    yield joined


def listed(start: str, items, end: str):
    """Yield a JSON list piece by piece between start and end."""
    for item in items:
        yield start + json.dumps(item)
        start = ", "
    yield end if start == ", " else start + end


class Server:
    """The server; run it with serve().

    api: what is served.
      answer(request): async; returns (body, status, headers), or an object that becomes JSON; raises Refused. A body is
      bytes, a text, a generator of either, or an async function of send() that sends for as long as the client reads.
      PRIORITY: end of the paths that are answered however many answers are in progress.
      HEADERS: in bytes, the names to keep, in lower case between spaces; the server itself needs host, content-length,
      transfer-encoding and if-none-match. kept(name, text): what of such a header is kept.
    clock has ticks_ms(), log has add(); sleep_ms is asyncio's. folder: of the page; every file ends in .gz.
    redirect(host): where to send a request with this Host header instead; None: nowhere.
    """

    def __init__(self, api, clock, log, sleep_ms, folder="www", redirect=None):
        self.api = api
        self.clock = clock
        self.log = log
        self.sleep_ms = sleep_ms
        self.is_open = False  # new connections are accepted
        self._redirect = redirect
        self._folder = folder
        self._files = {}  # path: name
        self._callers = []  # oldest first
        self._answers = 0  # in progress
        try:
            for name in os.listdir(folder):
                if name.endswith(".gz"):
                    self._files["/" if name == "index.html.gz" else "/" + name[:-3]] = name
        except OSError:  # without a page the API still works
            log.add("web", "no folder " + folder)

    async def serve(self, host, port):
        """Serve forever; closes all its sockets however this ends. Raises OSError when the port is taken.

        asyncio's own server keeps the port but serves no client after memory was short during an accept.
        """
        listener = socket.socket()
        caller = watch = None
        try:
            listening(listener, host, port, _WAITING_MAX)
            self.is_open = True
            watch = asyncio.create_task(self._watch_limits())
            while True:
                caller = None
                await readable(listener, self.sleep_ms)
                try:
                    if self._make_room():
                        bytearray(_ACCEPT_BYTES)  # had, and freed at once
                        caller, address = listener.accept()
                        await self._start(caller, address)
                except (OSError, MemoryError):  # no new connection, or no memory for it
                    if caller:
                        caller.close()
                await self.sleep_ms(0 if caller else _ROOM_MS)
        finally:
            self.is_open = False
            listener.close()
            if caller:  # its task may not have begun
                caller.close()
            for each in self._callers:  # their tasks may never run again: with an error of all services their loop ends
                each.task.cancel()
                close(each.writer)
            if watch:
                watch.cancel()

    async def _watch_limits(self):
        while True:
            self.expire_timeouts()
            await self.sleep_ms(_LOOK_MS)

    async def _start(self, caller, address):
        caller.setblocking(False)
        if sys.implementation.name == "micropython":
            stream = asyncio.StreamReader(caller)
            asyncio.create_task(self.connect(stream, stream, address))
        else:
            asyncio.create_task(self.connect(*await asyncio.open_connection(sock=caller), address))
        await self.sleep_ms(0)  # let the task begin, so that it is counted

    def _make_room(self):
        """True when a connection may be accepted; else drop the oldest incomplete request, if it may be.

        Browsers open connections in advance, and hostile clients never finish a request. A client that sends its
        request at once is answered, however many others do not.
        """
        if len(self._callers) < _CALLERS_MAX:
            return True
        now_ms = self.clock.ticks_ms()
        for caller in self._callers:
            if caller.is_asking and elapsed_ms(now_ms, caller.since_ms) >= _MIN_HEADER_MS:
                caller.is_asking = False
                caller.task.cancel()
                break
        return False

    def expire_timeouts(self):
        """End every step that takes too long. Call it often: one timer for each connection would cost 0.5 kB each."""
        now_ms = self.clock.ticks_ms()
        for caller in self._callers:
            if caller.due_ms is not None and elapsed_ms(now_ms, caller.due_ms) >= 0:
                caller.due_ms = None
                caller.is_late = True
                caller.task.cancel()

    def _limit(self, caller, ms):
        caller.due_ms = later_ms(self.clock.ticks_ms(), ms)

    async def connect(self, reader, writer, address=("",)):
        """Serve one connection from start to end. address: as accept() gives it."""
        try:
            caller = _Caller(reader, writer, asyncio.current_task(), self.clock.ticks_ms(), address)
            self._callers.append(caller)
            try:
                await self._handle(caller)
            except (OSError, asyncio.CancelledError):  # the client left, timed out or was dropped
                pass
            except Exception as error:
                gc.collect()
                self.log.add("web", repr(error))
            caller.is_asking = False
            self._limit(caller, _SLOW_MS)
            writer.close()
            await writer.wait_closed()
        except (OSError, MemoryError, asyncio.CancelledError):
            pass
        finally:
            close(writer)
            for caller in self._callers:
                if caller.writer is writer:
                    self._callers.remove(caller)
                    break

    async def _handle(self, caller):
        request = None
        try:
            request = await self._receive(caller)
            request.address = caller.address
            caller.is_asking = False
            caller.due_ms = None
            if self._answers >= _ANSWERS_MAX and not request.path.endswith(self.api.PRIORITY):
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
            self._limit(caller, _DRAIN_MS)
            caller.since_ms = self.clock.ticks_ms()
            caller.is_asking = True  # may be dropped for another connection
            for _ in range(_DRAIN_CHUNKS):
                if not await caller.reader.read(_READ_CHUNK):
                    break

    def _refusal(self, status, error=None, key=None):
        if not error:
            at = _SENTENCES.index("|%d " % status) + 5
            error = _SENTENCES[at : _SENTENCES.index("|", at)]
        self.log.add("web", "%d %s" % (status, error))
        body = {"error": error, "key": key} if key else {"error": error}
        return body, status, {"Allow": error[5:]} if status == 405 else {}  # "only GET, PUT"

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
            await self._send(caller, (head + "\r\n").encode() + body)
            return
        await self._send(caller, head + "\r\n")
        if callable(body):
            watch = asyncio.create_task(_watch(caller))
            try:
                await body(lambda piece: self._send(caller, piece))
            finally:
                watch.cancel()
        else:
            for piece in (body,) if isinstance(body, bytes) else body:
                await self._send(caller, piece)

    async def _send(self, caller, piece):
        """Send bytes or a text. Raises OSError, and CancelledError after a time-out."""
        caller.writer.write(piece if isinstance(piece, bytes) else piece.encode())
        self._limit(caller, _SLOW_MS)
        await caller.writer.drain()
        caller.due_ms = None

    async def _dispatch(self, request):
        to = self._redirect and self._redirect(request.headers.get("host"))
        if to:
            return b"", 302, {"Location": to}
        try:
            return self._file(request) if request.path in self._files else await self.api.answer(request)
        except Refused:
            raise
        except Exception as error:  # including MemoryError
            gc.collect()
            self.log.add("web", repr(error))
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
        self._limit(caller, _SLOW_MS)
        request = None
        data = b""
        size = at = 0  # of all that arrived; start of its next line
        try:
            while True:
                end = data.find(b"\r\n", at)
                if end < 0:
                    data = data[at:]
                    at = 0
                    colon = data.find(b":")
                    if request and colon > 0 and not self._keeps(data[:colon]):
                        data = b"-:" + data[-1:]  # of any length: it is not kept
                    if size > _HEAD_MAX or len(data) > _LINE_MAX:
                        raise Refused(431)
                    piece = await caller.reader.read(_READ_CHUNK)
                    if not piece:
                        raise EOFError
                    size += len(piece)
                    data += piece
                elif not request:
                    request = Request(data[at:end])
                    at = end + 2
                elif end > at:
                    self._add_header(request, data[at:end])
                    at = end + 2
                else:
                    await self._receive_body(caller, request, data[end + 2 :])
                    return request
        except (ValueError, EOFError):
            raise Refused(400)

    async def _receive_body(self, caller, request, data):
        if "transfer-encoding" in request.headers:
            raise Refused(411)
        length = request.headers.get("content-length", "0")
        if not length.isdigit():
            raise ValueError
        if len(length) > 4 or int(length) > _BODY_MAX:
            raise Refused(413)
        at = min(len(data), int(length))
        try:
            request.body = body = bytearray(int(length))  # in one piece, and the only copy
        except MemoryError:
            raise Refused(503)
        body[:at] = data[:at]
        while at < len(body):
            data = await caller.reader.read(min(_PIECE, len(body) - at))
            if not data:
                raise EOFError
            body[at : at + len(data)] = data
            at += len(data)

    def _add_header(self, request, line):
        name, value = line.split(b":", 1)
        if self._keeps(name):
            name = name.lower().decode()
            if name in request.headers:  # two readers could choose different ones
                raise ValueError
            request.headers[name] = self.api.kept(name, value.strip().decode())

    def _keeps(self, name):
        return b" %s " % name.lower() in self.api.HEADERS


async def _watch(caller):
    """End a stream as soon as the client closes the connection, not only when a write fails."""
    try:
        await caller.reader.read(1)
    except OSError:
        pass
    caller.task.cancel()


def _content(path):
    with open(path, "rb") as file:
        piece = file.read(_PIECE)
        while piece:
            yield piece
            piece = file.read(_PIECE)
