"""The stream of server-sent events."""

import functools
import json

import pytest

from curfew.services.http import api
from host_tests.fixtures.web import until


@pytest.fixture
def make_site(make_site):
    """As everywhere, but its time goes on."""
    return functools.partial(make_site, clock_goes=True)


class Stream:
    """The events of a site, read one by one."""

    def __init__(self, site, headers):
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.socket = site.connect(f"GET /api/v1/events HTTP/1.1\r\n{lines}\r\n".encode())
        self._file = self.socket.makefile("rb")
        self.head = b"".join(iter(self._file.readline, b"\r\n"))

    def next(self):
        """The next event, None at the end."""
        lines = [*iter(self._file.readline, b"\n")] if self._file.peek(1) else []
        return json.loads(lines[1].partition(b"data: ")[2]) if lines else None

    def close(self):
        self._file.close()
        self.socket.close()


def test_a_change_is_an_event_with_everything_in_it(site):
    headers = site.login()
    stream = Stream(site, headers)
    assert b"text/event-stream" in stream.head
    assert stream.next()["burners"][0]["state"] == "IDLE"
    site.publish(0, STATE=2, CONTACT_CLOSED=1)
    event = stream.next()
    assert event["burners"][0]["state"] == "BURNING"
    told = site.ask("GET", "status", **headers).json
    assert event == told
    stream.close()


def test_the_third_stream_ends_the_first(site, monkeypatch):
    monkeypatch.setattr(api, "_LOOKS_QUIET", 1000)
    headers = site.login()
    streams = [Stream(site, headers) for _ in range(3)]
    assert streams[0].next() and streams[0].next() is None
    assert len(site.api._streams) == 2
    for stream in streams:
        stream.close()
    until(lambda: not site.server._callers)  # their going is noticed without an event
    assert site.api._streams == []


def test_logging_out_ends_the_stream(site):
    headers = site.login()
    stream = Stream(site, headers)
    stream.next()
    site.ask("POST", "logout", **headers)
    assert stream.next() is None
    stream.close()
