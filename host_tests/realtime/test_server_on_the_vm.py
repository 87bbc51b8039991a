"""The compiled web server on the MicroPython VM in a chip's heap, asked from outside: the same answers, and no end.

Here: one process of the VM, raw sockets. Not here: every rule (test_web.py and test_api.py look at CPython).
"""

import gzip
import json
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from host_tests.fixtures.web import PAGE, PASSWORD, Client
from simulator.realtime.process import HEAP_KIB
from simulator.run import COMPILED, check_build

ROOT = Path(__file__).resolve().parent.parent.parent
VM = Path(sys.executable).parent / "micropython"


@pytest.fixture
def server(tmp_path):
    """A Client of a server in a VM; the current folder of the VM is tmp_path/flash."""
    flash = tmp_path / "flash"
    (flash / "www").mkdir(parents=True)
    (flash / "www" / "index.html.gz").write_bytes(gzip.compress(PAGE))
    (flash / "settings.json").write_text(json.dumps({"burners": [{}, {"relay_pin": 19}]}))
    check_build()
    (flash / "metrics.txt").write_bytes((COMPILED / "metrics.txt").read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    paths = f"{COMPILED}:{COMPILED / 'lib'}:.frozen"
    command = [
        str(VM),
        "-X",
        f"heapsize={HEAP_KIB}k",
        str(ROOT / "host_tests" / "vm" / "serve.py"),
        str(port),
        PASSWORD,
    ]
    process = subprocess.Popen(command, cwd=flash, env={**os.environ, "MICROPYPATH": paths})
    try:
        client = Client(port)
        for _ in range(200):
            assert process.poll() is None, "the server ended"
            try:
                client.connect().close()
                break
            except OSError:
                time.sleep(0.05)  # it is still starting
        yield client
        assert process.poll() is None, "the server ended"
    finally:
        process.kill()
        process.wait()


def test_the_compiled_server_answers_on_the_vm_as_it_does_here(server):
    page = server.ask("GET", "/")
    assert gzip.decompress(page.body) == PAGE
    assert server.ask("GET", "/", If_None_Match=page.headers["etag"]).status == 304
    assert server.ask("POST", "off").status == 401
    assert server.ask("POST", "login", {"password": "wrong"}).status == 401
    assert server.ask("POST", "login", {"password": PASSWORD}).status == 429
    time.sleep(1)  # the pause, on a clock that no one can move
    me = server.login()
    reported = server.ask("GET", "status", **me).json
    assert reported["login"] and len(reported["burners"]) == 2
    assert server.ask("POST", "off", Cookie=me["Cookie"]).status == 403
    assert server.ask("POST", "off", **me).status == 202
    for path in ("closings", "settings", "network", "commissioning", "log"):
        assert server.ask("GET", path, **me).json is not None
    assert b"curfew_uptime_seconds" in server.ask("GET", "/metrics", **me).body
    assert server.ask("PUT", "settings", {"warning_s": 1}, **me).json["key"] == "warning_s"
    assert server.ask("PUT", "settings", {"warning_s": 90}, **me).json == {"restart": True}
    assert server.ask("GET", "settings", **me).json["values"]["warning_s"] == 90
    assert "token" in server.ask("PUT", "tokens", {"make": "read", "name": "x", "confirm": PASSWORD}, **me).json
    with server.connect() as connection:
        connection.sendall(f"GET /api/v1/events HTTP/1.1\r\nCookie: {me['Cookie']}\r\n\r\n".encode())
        received = b""
        while b"\n\n" not in received:
            received += connection.recv(4096)
        assert b'"login": true' in received
    for raw, status in (
        (b"\x16\x03\x01\r\n\r\n", 400),
        (b"x" * 300_000, 431),
        (b"PUT /api/v1/settings HTTP/1.1\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000, 413),
    ):
        assert b" %d " % status in server.raw(raw).split(b"\r\n")[0]
    assert server.ask("PUT", "settings", b"[" * 4000, **me).status == 400
    assert server.ask("DELETE", "status").status == 405
    assert server.ask("GET", "/nothing").status == 404
    spare = [server.connect(b"G" * (number % 2)) for number in range(8)]  # none of them ever finishes asking
    start = time.monotonic()
    for _ in range(10):
        assert server.ask("GET", "status").status == 200
    assert time.monotonic() - start < 4, "they keep their places until they are too slow"
    for connection in spare:
        connection.close()


def test_malformed_requests_do_not_end_the_server_on_the_vm(server):
    draw = random.Random(1)
    for _ in range(300):
        head = draw.choice([b"", b"GET /", b"POST /api/v1/off HTTP/1.1\r\n", b"PUT /api/v1/network HTTP/1.1\r\n"])
        server.raw(head + draw.randbytes(draw.randrange(200)) + draw.choice([b"", b"\r\n\r\n"]), end=True)
    assert server.ask("GET", "status").status == 200


def test_a_refusal_is_not_lost_by_bytes_that_were_not_read(server):
    """Closing a socket over unread bytes is a reset; CPython reads ahead and would never show it."""
    raw = b"PUT /api/v1/settings HTTP/1.1\r\nContent-Length: 6000\r\n\r\n" + b"x" * 6000
    with server.connect(raw) as connection:
        connection.shutdown(socket.SHUT_WR)
        received = [*iter(lambda: connection.recv(4096), b"")]  # to an end, not to a reset
    assert b" 413 " in received[0]
