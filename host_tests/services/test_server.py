"""The HTTP server, asked over raw sockets: limits, time-outs, files, and bytes that are not a request."""

import asyncio
import functools
import gzip
import socket
from types import SimpleNamespace

import pytest

from curfew.services.http import server
from host_tests.fixtures.web import PAGE, TOKEN, Answer, Client, until

GET = b"GET /api/v1/status HTTP/1.1\r\n\r\n"


@pytest.fixture
def make_site(make_site, monkeypatch):
    """As everywhere, but its time goes on and its limits are short."""
    monkeypatch.setattr(server, "_SLOW_MS", 300)
    return functools.partial(make_site, clock_goes=True)


def status(raw):
    return Answer(raw).status


def head_of(size):
    start = b"GET /api/v1/status HTTP/1.1\r\nX: "
    return start + b"x" * (size - len(start) - 4) + b"\r\n\r\n"


class BothWays:
    """A stream of MicroPython: close() does nothing; wait_closed() closes its socket."""

    def __init__(self, calls):
        self.s = SimpleNamespace(close=lambda: calls.append("closed"))

    def close(self):
        pass

    async def wait_closed(self):
        raise MemoryError


def test_a_connection_is_closed_even_if_there_is_no_memory_left_to_say_why(site, monkeypatch):
    def no_memory(*_):
        raise MemoryError

    monkeypatch.setattr(site.server, "_handle", no_memory)
    monkeypatch.setattr(site.context.log, "add", no_memory)
    calls = []
    stream = BothWays(calls)
    site._call(site.server.connect(stream, stream))
    assert calls == ["closed"]
    assert site.server._callers == []


@pytest.mark.parametrize("begun", [True, False], ids=["in its task", "before its task has begun"])
def test_a_server_that_ends_closes_its_callers_although_their_tasks_never_run_again(site, monkeypatch, begun):
    """As on the chip: the end of all services is the end of their loop."""
    calls = []

    async def run():
        one = site.server
        if begun:
            stream = BothWays(calls)
            stream.read = lambda size: asyncio.sleep(99)
            asyncio.create_task(one.connect(stream, stream))
            await asyncio.sleep(0)
            monkeypatch.setattr(server, "listening", lambda *_: 1 / 0)
        else:
            accepted = SimpleNamespace(close=lambda: calls.append("closed"))
            listener = SimpleNamespace(close=lambda: None, accept=lambda: (accepted, ("1.2.3.4", 5)))
            monkeypatch.setattr(server.socket, "socket", lambda: listener)
            monkeypatch.setattr(server, "listening", lambda *_: None)
            monkeypatch.setattr(server, "readable", lambda *_: asyncio.sleep(0))
            monkeypatch.setattr(one, "_start", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await one.serve("127.0.0.1", 0)
        assert calls == ["closed"]

    site._call(run())


def is_open(client):
    """True while a server answers there."""
    try:
        return b" 200 " in client.raw(GET)[:20]
    except OSError:
        return False


def served(site):
    """A Client of a port that is served by serve(), and the task to cancel."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        client = Client(free.getsockname()[1])
    serving = asyncio.run_coroutine_threadsafe(site.server.serve("127.0.0.1", client.port), site._loop)
    until(lambda: is_open(client))
    return client, serving


def test_without_memory_for_a_connection_none_is_accepted_because_the_chip_would_lose_its_socket(site, monkeypatch):
    asked, accepted = [], []

    def no_memory(size):
        asked.append(size)
        raise MemoryError

    accept = socket.socket.accept
    monkeypatch.setattr(socket.socket, "accept", lambda one: accepted.append(one) or accept(one))
    client, serving = served(site)
    monkeypatch.setattr(server, "bytearray", no_memory, raising=False)
    accepted.clear()
    with client.connect(GET) as waiting:
        until(lambda: len(asked) > 3)
        assert not accepted
        monkeypatch.undo()
        assert status(waiting.recv(4096)) == 200
    serving.cancel()


def test_the_server_never_takes_more_than_six_of_the_ten_sockets_of_the_chip(site, monkeypatch):
    assert server._CALLERS_MAX + server._WAITING_MAX <= 6
    client, serving = hold_still(site, monkeypatch)
    most, start = [0], site.server._start

    async def watched(caller, address):
        most[0] = max(most[0], len(site.server._callers) + 1)
        await start(caller, address)

    monkeypatch.setattr(site.server, "_start", watched)
    for _ in range(20):
        with client.connect(b"G"):
            site.clock.now_ms += 40
            until(lambda: site.server._callers)
    assert 0 < most[0] <= server._CALLERS_MAX
    serving.cancel()


@pytest.mark.parametrize("error", [MemoryError, OSError])
def test_a_client_without_memory_is_disconnected_and_the_next_one_is_served(site, monkeypatch, error):
    create, refused = asyncio.create_task, []

    def no_room(coroutine):
        if refused:
            return create(coroutine)
        refused.append(1)
        coroutine.close()
        raise error

    client, serving = served(site)
    monkeypatch.setattr(server.asyncio, "create_task", no_room)
    assert client.raw(GET) == b"" and refused
    assert status(client.raw(GET)) == 200
    serving.cancel()


# --- requests that are none ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n", b"GET\r\n\r\n", b"GET /api/v1/status\r\n\r\n", b"GET  /api/v1/status HTTP/1.1\r\n\r\n",
        b"GET /api/v1/status HTTP/1.1 x\r\n\r\n", b"GET api/v1/status HTTP/1.1\r\n\r\n",
        b"GET /api/v1/status HTTP/2\r\n\r\n", b"GET /api/v1/status SPDY/1.1\r\n\r\n",
        b"GET /api/v1/status HTTP/1.1\r\nno colon\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: +1\r\n\r\n1",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length:\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)  # fmt: skip
def test_a_malformed_request_is_refused_in_one_sentence(site, raw):
    answer = Answer(site.raw(raw))
    assert answer.status == 400
    assert answer.json == {"error": "malformed request"}
    assert site.context.log.counts["web"] == 1


def test_a_request_that_ends_before_its_end_is_refused(site):
    assert status(site.raw(b"GET / HT", end=True)) == 400
    assert status(site.raw(b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}", end=True)) == 400


def test_chunks_are_refused(site):
    raw = b"POST /api/v1/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert status(site.raw(raw)) == 411


def test_a_wrong_method_names_the_right_ones(site):
    for method in ("DELETE", "OPTIONS", "TRACE", "POST", "get", "X" * 200):
        answer = site.ask(method, "status")
        assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert site.ask("GET", "off").headers["allow"] == "POST"
    assert site.ask("DELETE", "settings").headers["allow"] == "GET, PUT"


MISSING = [
    "/nothing", "/api/v1/", "/api/v1/burners/2/off", "/api/v1/burners/-1/off", "/api/v1/burners/00/off",
    "/api/v1/burners//off", "/api/v1/burners/off", "/api/v1/burners/0/status", "/api/v1/extend",
    "/api/v1/metrics", "/api/v1/answer", "/status", "/.", "/../settings.json", "/www/index.html.gz",
    "/settings.json", "/network.json",
]  # fmt: skip


@pytest.mark.parametrize("path", MISSING)
def test_an_unknown_path_is_not_found(site, path):
    assert site.ask("GET", path).status == 404
    assert site.ask("POST", path).status == 404


# --- sizes ---------------------------------------------------------------------------------------------------------


def test_a_long_head_is_read_up_to_a_limit(site):
    assert status(site.raw(head_of(2000))) == 200
    assert status(site.raw(head_of(2048))) == 200
    assert status(site.raw(head_of(4000))) == 431
    assert status(site.raw(head_of(5_000_000))) == 431


def test_a_header_that_is_not_kept_may_be_long_and_one_that_is_kept_may_not(site):
    start = b"GET /api/v1/status HTTP/1.1\r\n"
    for dull in (b"X: " + b"y" * 1500, b"User-Agent: " + b"Mozilla/5.0 (" * 100, b"X:" + b"\r" * 900):
        assert status(site.raw(start + dull + b"\r\nHost: curfew\r\n\r\n")) == 200
    assert status(site.raw(start + b"Cookie: session=" + b"0" * 100 + b"\r\n\r\n")) == 200
    assert status(site.raw(start + b"Cookie: session=" + b"0" * 600 + b"\r\n\r\n")) == 431
    assert status(site.raw(b"GET /" + b"x" * 600 + b" HTTP/1.1\r\n\r\n")) == 431
    assert status(site.raw(start + b"x" * 600 + b"\r\n\r\n")) == 431  # not a header


def test_a_long_line_does_not_swallow_the_next_one(site):
    me = site.login()
    for length in range(100, 400):
        raw = b"GET /api/v1/status HTTP/1.1\r\nX: %s\r\nCookie: %s\r\n\r\n" % (b"y" * length, me["Cookie"].encode())
        assert Answer(site.raw(raw)).json["login"], length


def test_a_head_without_an_end_is_refused_while_it_comes_in(site):
    assert status(site.raw(b"x" * 5_000_000)) == 431


@pytest.mark.parametrize("size, expected", [(4095, 401), (4096, 401), (4097, 413), (9999, 413), (10**9, 413)])
def test_a_body_is_refused_by_its_announced_length_before_it_is_read(site, size, expected):
    head = b"POST /api/v1/off HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size
    raw = site.raw(head if expected == 413 else head + b" " * size)
    assert status(raw) == expected


def test_a_huge_body_gets_its_refusal_even_while_it_is_being_sent(site):
    raw = b"PUT /api/v1/settings HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000
    assert status(site.raw(raw)) == 413


# --- time ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw", [b"", b"GET / HTTP/1.1\r\nHos", b"POST /api/v1/off HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"]
)
def test_a_slow_request_times_out(site, raw):
    assert status(site.raw(raw)) == 408
    until(lambda: not site.server._callers)


def test_drops_that_keep_coming_do_not_stretch_the_time(site):
    with site.connect() as connection:
        connection.settimeout(0.05)
        raw = b""
        for _ in range(100):
            try:
                connection.sendall(b"x")
                raw = connection.recv(4096)
                break
            except TimeoutError:
                pass
        assert status(raw) == 408


# --- connections ---------------------------------------------------------------------------------------------------


def test_the_fifth_answer_at_once_is_refused_until_later_but_an_off_is_not(site, monkeypatch):
    over, answer = asyncio.Event(), site.api.answer

    async def slow(request):
        await over.wait()
        return await answer(request)

    monkeypatch.setattr(site.api, "answer", slow)
    waiting = [site.connect(GET) for _ in range(4)]
    until(lambda: site.server._answers == 4)
    refused = Answer(site.raw(GET))
    assert refused.status == 503
    assert refused.json == {"error": "too many requests at once"}
    urgent = site.connect(b"POST /api/v1/burners/0/off HTTP/1.1\r\nAuthorization: Bearer %s\r\n\r\n" % TOKEN.encode())
    until(lambda: site.server._answers == 5)
    site._loop.call_soon_threadsafe(over.set)
    assert status(urgent.recv(4096)) == 202 and site.offs() == [0]
    urgent.close()
    for connection in waiting:
        assert status(connection.recv(4096)) == 200
        connection.close()
    until(lambda: not site.server._answers)
    assert status(site.raw(GET)) == 200


def hold_still(site, monkeypatch):
    """As served(); only the test moves the clock."""
    monkeypatch.setattr(site.clock, "_since_s", None)
    return served(site)


def test_the_oldest_incomplete_request_is_dropped_for_the_next_one(site, monkeypatch):
    client, serving = hold_still(site, monkeypatch)
    waiting = [client.connect(raw) for raw in (b"", b"G", b"GET /api", b"GET / HTTP/1.1\r\n", b"G")]
    until(lambda: len(site.server._callers) == 5)
    with client.connect(GET) as sixth:
        sixth.settimeout(0.1)
        with pytest.raises(TimeoutError):
            sixth.recv(4096)  # the others may still be quick
        site.clock.now_ms += 30
        sixth.settimeout(5)
        assert status(sixth.recv(4096)) == 200
    assert waiting[0].recv(4096) == b""  # only the oldest
    until(lambda: len(site.server._callers) == 4)
    assert status(client.raw(GET)) == 200
    for connection, rest in zip(waiting[1:4], (GET[1:], GET[8:], b"\r\n"), strict=True):
        connection.sendall(rest)
        assert status(connection.recv(4096)) == 200
    for connection in waiting:
        connection.close()
    until(lambda: not site.server._callers)
    serving.cancel()


def test_no_request_is_dropped_while_there_is_room(site, monkeypatch):
    client, serving = hold_still(site, monkeypatch)
    waiting = [client.connect(b"G") for _ in range(4)]
    until(lambda: len(site.server._callers) == 4)
    site.clock.now_ms += 200
    for _ in range(3):
        assert status(client.raw(GET)) == 200
        until(lambda: len(site.server._callers) == 4)
    for connection in waiting:
        connection.sendall(GET[1:])
        assert status(connection.recv(4096)) == 200
        connection.close()
    serving.cancel()


def test_an_answer_in_progress_is_never_dropped_and_the_port_stays_open(site, monkeypatch):
    """Five refusals that no client reads: a sixth connection waits without an error."""
    client, serving = hold_still(site, monkeypatch)
    send, gone = site.server._send, asyncio.Event()

    async def unread(caller, piece):
        await gone.wait()
        await send(caller, piece)

    monkeypatch.setattr(site.server, "_send", unread)
    waiting = [client.connect(b"x" * 9000) for _ in range(5)]
    until(lambda: len(site.server._callers) == 5 and not any(one.is_asking for one in site.server._callers))
    site.clock.now_ms += 200
    with client.connect(GET) as sixth:
        sixth.settimeout(0.1)
        with pytest.raises(TimeoutError):
            sixth.recv(4096)
        site._loop.call_soon_threadsafe(gone.set)
        for connection in waiting:
            connection.close()
        sixth.settimeout(5)
        assert status(sixth.recv(4096)) == 200
    serving.cancel()


def test_a_hundred_connections_that_go_away_leave_nothing_behind(site):
    for _ in range(100):
        site.connect(b"GET /api").close()
    until(lambda: status(site.raw(GET)) == 200)
    until(lambda: not site.server._callers)


def test_an_error_in_a_handler_is_an_answer_and_not_the_end(site, capsys):
    site.context.look = None
    assert site.ask("GET", "status", **site.login()).status == 500
    del site.context.look
    assert site.ask("GET", "status").status == 200


def test_serving_ends_when_it_is_cancelled_and_wants_the_port_for_itself(site):
    other, serving = served(site)
    with pytest.raises(OSError):
        site._call(site.server.serve("127.0.0.1", other.port))
    serving.cancel()
    until(lambda: not is_open(other))


# --- the page ------------------------------------------------------------------------------------------------------


def test_the_page_comes_compressed_and_only_when_it_is_new(site):
    answer = site.ask("GET", "/")
    assert answer.status == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/html")
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert gzip.decompress(answer.body) == PAGE
    again = site.ask("GET", "/", If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert site.ask("GET", "/", If_None_Match='"other"').status == 200
    with open("www/index.html.gz", "ab") as file:
        file.write(b"x")
    assert site.ask("GET", "/", If_None_Match=answer.headers["etag"]).status == 200


def test_head_is_the_page_without_the_page(site):
    answer = site.ask("HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")
    assert site.ask("HEAD", "events", **site.login()).body == b""


def test_in_the_set_up_every_foreign_name_leads_to_the_page(make_site):
    site = make_site(redirect=lambda host: None if host == "curfew" else "http://192.168.4.1/")
    answer = Answer(site.raw(b"GET /generate_204 HTTP/1.1\r\nHost: example.com\r\n\r\n"))
    assert (answer.status, answer.headers["location"]) == (302, "http://192.168.4.1/")
    assert site.ask("GET", "/").status == 200
