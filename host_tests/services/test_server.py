"""The web server as others meet it: limits, time-outs, files, streams, and bytes that are no request.

Here: raw sockets against a real server. Not here: what can be asked (test_api.py), secrets (test_door.py).
"""

import asyncio
import gzip
import json
import os
import socket
import time
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest
from hypothesis import strategies as st

from curfew.services.http import server as web
from host_tests.fixtures.web import PAGE, TOKEN, Answer, Client, Site

GET = b"GET /api/v1/status HTTP/1.1\r\n\r\n"


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("www")
    monkeypatch.setattr(web, "_SLOW_MS", 300)
    sites = []

    def make(**asked):
        sites.append(Site(clock_goes=True, **asked))
        return sites[-1]

    yield make
    for one in sites:
        one.stop()


@pytest.fixture
def server(site):
    return site()


def until(condition):
    """Wait for what another thread does."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def status(raw):
    return Answer(raw).status


def head_of(size):
    start = b"GET /api/v1/status HTTP/1.1\r\nX: "
    return start + b"x" * (size - len(start) - 4) + b"\r\n\r\n"


class BothWays:
    """As MicroPython has it: close() does nothing; its socket is closed by whoever waits for that, or by hand."""

    def __init__(self, told):
        self.s = SimpleNamespace(close=lambda: told.append("closed"))

    def close(self):
        pass

    async def wait_closed(self):
        raise MemoryError


def test_a_connection_is_closed_even_if_there_is_no_memory_left_to_say_why(server, monkeypatch):
    def no_memory(*_):
        raise MemoryError

    monkeypatch.setattr(server.web, "_attend", no_memory)
    monkeypatch.setattr(server.web.house.log, "add", no_memory)
    told = []
    stream = BothWays(told)
    server._call(server.web.answer(stream, stream))
    assert told == ["closed"]
    assert server.web._callers == []


def is_open(door):
    """True while somebody answers there."""
    try:
        return b" 200 " in door.raw(GET)[:20]
    except OSError:
        return False


def served(server):
    """A Client of a port that is served by serve(), and what ends that."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        door = Client(free.getsockname()[1])
    serving = asyncio.run_coroutine_threadsafe(server.web.serve("127.0.0.1", door.port), server._loop)
    until(lambda: is_open(door))
    return door, serving


@pytest.mark.parametrize("error", [MemoryError, OSError])
def test_who_finds_no_room_is_sent_away_and_the_next_one_is_served(server, monkeypatch, error):
    create, told = asyncio.create_task, []

    def no_room(coroutine):
        if told:
            return create(coroutine)
        told.append("sent away")
        coroutine.close()
        raise error

    door, serving = served(server)
    monkeypatch.setattr(web.asyncio, "create_task", no_room)
    assert door.raw(GET) == b"" and told
    assert status(door.raw(GET)) == 200
    serving.cancel()


# --- requests that are none ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /api/v1/status\r\n\r\n",
        b"GET  /api/v1/status HTTP/1.1\r\n\r\n",
        b"GET /api/v1/status HTTP/1.1 x\r\n\r\n",
        b"GET api/v1/status HTTP/1.1\r\n\r\n",
        b"GET /api/v1/status HTTP/2\r\n\r\n",
        b"GET /api/v1/status SPDY/1.1\r\n\r\n",
        b"GET /api/v1/status HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: +1\r\n\r\n1",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length:\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_in_one_sentence(server, raw):
    answer = Answer(server.raw(raw))
    assert answer.status == 400
    assert answer.json == {"error": "this is not a request"}
    assert server.house.log.counts["web"] == 1


def test_a_request_that_ends_before_its_end_is_refused(server):
    assert status(server.raw(b"GET / HT", end=True)) == 400
    assert status(server.raw(b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}", end=True)) == 400


def test_chunks_are_refused(server):
    raw = b"POST /api/v1/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert status(server.raw(raw)) == 411


def test_a_wrong_method_names_the_right_ones(server):
    for method in ("DELETE", "OPTIONS", "TRACE", "POST", "get", "X" * 200):
        answer = server.ask(method, "status")
        assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert server.ask("GET", "off").headers["allow"] == "POST"
    assert server.ask("DELETE", "settings").headers["allow"] == "GET, PUT"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/api/v1/",
        "/api/v1/burners/2/off",
        "/api/v1/burners/-1/off",
        "/api/v1/burners/00/off",
        "/api/v1/burners//off",
        "/api/v1/burners/off",
        "/api/v1/burners/0/status",
        "/api/v1/extend",
        "/api/v1/metrics",
        "/api/v1/answer",
        "/status",
        "/.",
        "/../settings.json",
        "/www/index.html.gz",
        "/settings.json",
        "/network.json",
    ],
)
def test_what_is_not_there_is_not_there(server, path):
    assert server.ask("GET", path).status == 404
    assert server.ask("POST", path).status == 404


# --- sizes ---------------------------------------------------------------------------------------------------------


def test_a_long_head_is_read_up_to_a_limit(server):
    assert status(server.raw(head_of(2000))) == 200
    assert status(server.raw(head_of(2048))) == 200
    assert status(server.raw(head_of(4000))) == 431
    assert status(server.raw(head_of(5_000_000))) == 431


def test_a_line_that_nobody_asks_for_may_be_long_and_one_that_counts_may_not(server):
    start = b"GET /api/v1/status HTTP/1.1\r\n"
    for dull in (b"X: " + b"y" * 1500, b"User-Agent: " + b"Mozilla/5.0 (" * 100, b"X:" + b"\r" * 900):
        assert status(server.raw(start + dull + b"\r\nHost: curfew\r\n\r\n")) == 200
    assert status(server.raw(start + b"Cookie: session=" + b"0" * 100 + b"\r\n\r\n")) == 200
    assert status(server.raw(start + b"Cookie: session=" + b"0" * 600 + b"\r\n\r\n")) == 431
    assert status(server.raw(b"GET /" + b"x" * 600 + b" HTTP/1.1\r\n\r\n")) == 431
    assert status(server.raw(start + b"x" * 600 + b"\r\n\r\n")) == 431  # nobody knows what it is


def test_a_long_line_does_not_swallow_the_next_one(server):
    me = server.login()
    for length in range(100, 400):
        raw = b"GET /api/v1/status HTTP/1.1\r\nX: %s\r\nCookie: %s\r\n\r\n" % (b"y" * length, me["Cookie"].encode())
        assert Answer(server.raw(raw)).json["login"], length


def test_a_head_without_an_end_is_refused_while_it_comes_in(server):
    assert status(server.raw(b"x" * 5_000_000)) == 431


@pytest.mark.parametrize("size, expected", [(4095, 401), (4096, 401), (4097, 413), (9999, 413), (10**9, 413)])
def test_a_body_is_refused_by_its_announced_length_before_it_is_read(server, size, expected):
    head = b"POST /api/v1/off HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size
    raw = server.raw(head if expected == 413 else head + b" " * size)
    assert status(raw) == expected


def test_a_huge_body_gets_its_refusal_even_while_it_is_being_sent(server):
    raw = b"PUT /api/v1/settings HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000
    assert status(server.raw(raw)) == 413


# --- time ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw", [b"", b"GET / HTTP/1.1\r\nHos", b"POST /api/v1/off HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"]
)
def test_a_slow_sender_is_sent_away(server, raw):
    assert status(server.raw(raw)) == 408
    until(lambda: not server.web._callers)


def test_drops_that_keep_coming_do_not_stretch_the_time(server):
    with server.connect() as connection:
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


def test_the_fifth_answer_at_once_is_refused_and_welcome_later_but_an_off_is_not(server, monkeypatch):
    over, answer = asyncio.Event(), server.web.ask

    async def slow(request):
        await over.wait()
        return await answer(request)

    monkeypatch.setattr(server.web, "ask", slow)
    waiting = [server.connect(GET) for _ in range(4)]
    until(lambda: server.web._answers == 4)
    refused = Answer(server.raw(GET))
    assert refused.status == 503
    assert refused.json == {"error": "too many requests at once"}
    urgent = server.connect(b"POST /api/v1/burners/0/off HTTP/1.1\r\nAuthorization: Bearer %s\r\n\r\n" % TOKEN.encode())
    until(lambda: server.web._answers == 5)
    server._loop.call_soon_threadsafe(over.set)
    assert status(urgent.recv(4096)) == 202 and server.offs() == [0]
    urgent.close()
    for connection in waiting:
        assert status(connection.recv(4096)) == 200
        connection.close()
    until(lambda: not server.web._answers)
    assert status(server.raw(GET)) == 200


def hold_still(server, monkeypatch):
    """A port that is served by serve(), whose clock only the test moves."""
    monkeypatch.setattr(server.web.house.clock, "_since_s", None)
    return served(server)


def test_whoever_has_not_finished_asking_makes_room_for_the_next_one(server, monkeypatch):
    door, serving = hold_still(server, monkeypatch)
    waiting = [door.connect(raw) for raw in (b"", b"G", b"GET /api", b"GET / HTTP/1.1\r\n") * 2]
    until(lambda: len(server.web._callers) == 8)
    with door.connect(GET) as ninth:
        ninth.settimeout(0.1)
        with pytest.raises(TimeoutError):
            ninth.recv(4096)  # they may have been quick, too
        server.clock.now_ms += 30
        ninth.settimeout(5)
        assert status(ninth.recv(4096)) == 200
    assert waiting[0].recv(4096) == b""  # who came first, and only he
    until(lambda: len(server.web._callers) == 7)
    assert status(door.raw(GET)) == 200
    for connection, rest in zip(waiting[1:4], (GET[1:], GET[8:], b"\r\n"), strict=True):
        connection.sendall(rest)
        assert status(connection.recv(4096)) == 200
    for connection in waiting:
        connection.close()
    until(lambda: not server.web._callers)
    serving.cancel()


def test_nobody_makes_room_while_there_is_room(server, monkeypatch):
    door, serving = hold_still(server, monkeypatch)
    waiting = [door.connect(b"G") for _ in range(7)]
    until(lambda: len(server.web._callers) == 7)
    server.clock.now_ms += 200
    for _ in range(3):
        assert status(door.raw(GET)) == 200
        until(lambda: len(server.web._callers) == 7)
    for connection in waiting:
        connection.sendall(GET[1:])
        assert status(connection.recv(4096)) == 200
        connection.close()
    serving.cancel()


def test_whose_answer_is_under_way_keeps_his_place_and_so_does_the_box(server, monkeypatch):
    """Eight refusals that nobody takes away: the house is full, and the port says so by silence, not by an error."""
    door, serving = hold_still(server, monkeypatch)
    send, gone = server.web.send, asyncio.Event()

    async def nobody_takes_it(caller, piece):
        await gone.wait()
        await send(caller, piece)

    monkeypatch.setattr(server.web, "send", nobody_takes_it)
    waiting = [door.connect(b"x" * 9000) for _ in range(8)]
    until(lambda: len(server.web._callers) == 8 and not any(one.is_asking for one in server.web._callers))
    server.clock.now_ms += 200
    with door.connect(GET) as ninth:
        ninth.settimeout(0.1)
        with pytest.raises(TimeoutError):
            ninth.recv(4096)
        server._loop.call_soon_threadsafe(gone.set)
        for connection in waiting:
            connection.close()
        ninth.settimeout(5)
        assert status(ninth.recv(4096)) == 200
    serving.cancel()


def test_a_hundred_connections_that_go_away_leave_nothing_behind(server):
    for _ in range(100):
        server.connect(b"GET /api").close()
    until(lambda: status(server.raw(GET)) == 200)
    until(lambda: not server.web._callers)


def test_an_error_in_a_handler_is_an_answer_and_not_the_end(server, capsys):
    server.house.look = None
    assert server.ask("GET", "status", **server.login()).status == 500
    del server.house.look
    assert server.ask("GET", "status").status == 200


def test_serving_ends_when_it_is_cancelled_and_wants_the_port_for_itself(server):
    other, serving = served(server)
    with pytest.raises(OSError):
        server._call(server.web.serve("127.0.0.1", other.port))
    serving.cancel()
    until(lambda: not is_open(other))


# --- the page ------------------------------------------------------------------------------------------------------


def test_the_page_comes_compressed_and_only_when_it_is_new(server):
    answer = server.ask("GET", "/")
    assert answer.status == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/html")
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert gzip.decompress(answer.body) == PAGE
    again = server.ask("GET", "/", If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert server.ask("GET", "/", If_None_Match='"other"').status == 200
    with open("www/index.html.gz", "ab") as file:
        file.write(b"x")
    assert server.ask("GET", "/", If_None_Match=answer.headers["etag"]).status == 200


def test_head_is_the_page_without_the_page(server):
    answer = server.ask("HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")
    assert server.ask("HEAD", "events", **server.login()).body == b""


def test_in_the_set_up_every_foreign_name_leads_to_the_page(site):
    server = site(redirect=lambda host: None if host == "curfew" else "http://192.168.4.1/")
    answer = Answer(server.raw(b"GET /generate_204 HTTP/1.1\r\nHost: example.com\r\n\r\n"))
    assert (answer.status, answer.headers["location"]) == (302, "http://192.168.4.1/")
    assert server.ask("GET", "/").status == 200


# --- events --------------------------------------------------------------------------------------------------------


class Stream:
    """The events of a server, read one by one."""

    def __init__(self, server, headers):
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.socket = server.connect(f"GET /api/v1/events HTTP/1.1\r\n{lines}\r\n".encode())
        self._file = self.socket.makefile("rb")
        self.head = b"".join(iter(self._file.readline, b"\r\n"))

    def next(self):
        """The next event, None at the end."""
        lines = [*iter(self._file.readline, b"\n")] if self._file.peek(1) else []
        return json.loads(lines[1].partition(b"data: ")[2]) if lines else None

    def close(self):
        self._file.close()
        self.socket.close()


def test_a_change_is_an_event_with_everything_in_it(server):
    headers = server.login()
    stream = Stream(server, headers)
    assert b"text/event-stream" in stream.head
    assert stream.next()["burners"][0]["state"] == "IDLE"
    server.publish(0, STATE=2, CONDUCTS=1)
    event = stream.next()
    assert event["burners"][0]["state"] == "BURNING"
    told = server.ask("GET", "status", **headers).json
    assert event == told
    stream.close()


def test_the_third_stream_ends_the_first(server, monkeypatch):
    monkeypatch.setattr(web, "_LOOKS_QUIET", 1000)
    headers = server.login()
    streams = [Stream(server, headers) for _ in range(3)]
    assert streams[0].next() and streams[0].next() is None
    assert len(server.web._streams) == 2
    for stream in streams:
        stream.close()
    until(lambda: not server.web._callers)  # their going is noticed without an event
    assert server.web._streams == []


def test_logging_out_ends_the_stream(server):
    headers = server.login()
    stream = Stream(server, headers)
    stream.next()
    server.ask("POST", "logout", **headers)
    assert stream.next() is None
    stream.close()


# --- anything ------------------------------------------------------------------------------------------------------

WORDS = (
    b"GET |POST |PUT |/|/api/v1/|off|settings|network|burners/0/off| HTTP/1.1|\r\n|\r\n\r\n|Content-Length: |7|{|}|[|:|"
    b'?|\xff\xfe|"password"|null|Cookie: session=|Authorization: Bearer |X-CSRF-Token: |'
    b"Content-Type: application/json\r\n"
).split(b"|")
PIECES = st.one_of(st.binary(max_size=60), st.sampled_from(WORDS))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
WHOLE = st.builds(
    lambda method, path, head, body: (
        b"%s /api/v1/%s HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n\r\n%s"
        % (method, path, len(body), head, body)
    ),
    st.sampled_from(b"GET POST PUT HEAD DELETE".split()),
    st.sampled_from(b"login off settings network burners/1/extend commissioning events log".split()),
    st.sampled_from(b"X: y|Cookie: session=00|Cookie: ;;=;session|Authorization: Bearer 0|X-CSRF-Token: ".split(b"|")),
    st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode()),
)
RAW = st.one_of(st.lists(PIECES, max_size=14).map(b"".join), WHOLE)


@pytest.fixture
def fuzzed(site):
    """A server, and a judge of one input."""
    server = site()
    before = Path("settings.json").read_bytes()
    config = dict(server.house.config)

    def judge(raw):
        answer = server.raw(raw, end=True)
        if answer:
            assert 200 <= Answer(answer).status < 500 or Answer(answer).status == 503, answer
        assert server.offs() == server.extends() == []
        assert server.restarts == 0 and server.house.config == config
        assert Path("settings.json").read_bytes() == before
        assert sorted(os.listdir()) == ["settings.json", "www"]
        assert not server.door._sessions

    yield judge
    assert status(server.raw(GET)) == 200
    until(lambda: not server.web._callers)


def test_no_bytes_change_a_state_or_end_the_server(fuzzed):
    @hypothesis.given(RAW)
    @hypothesis.settings(max_examples=2_000)
    def run(raw):
        fuzzed(raw)

    run()


@pytest.mark.slow
def test_a_hundred_thousand_inputs_change_no_state_and_do_not_end_the_server(fuzzed):
    @hypothesis.given(RAW)
    @hypothesis.settings(max_examples=100_000)
    def run(raw):
        fuzzed(raw)

    run()
