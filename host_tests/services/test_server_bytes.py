"""Whatever bytes arrive at the HTTP server, no state changes and it goes on."""

import json
import os
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from host_tests.fixtures.web import Answer, until
from host_tests.services.test_server import GET, make_site, status

__all__ = ["make_site"]  # a fixture

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
def fuzzed(make_site):
    """A judge of one input."""
    site = make_site()
    before = Path("settings.json").read_bytes()
    config = dict(site.context.config)

    def judge(raw):
        answer = site.raw(raw, end=True)
        if answer:
            assert 200 <= Answer(answer).status < 500 or Answer(answer).status == 503, answer
        assert site.offs() == site.extends() == []
        assert site.restarts == 0 and site.context.config == config
        assert Path("settings.json").read_bytes() == before
        assert sorted(os.listdir()) == ["settings.json", "www"]
        assert not site.auth.sessions

    yield judge
    assert status(site.raw(GET)) == 200
    until(lambda: not site.server._callers)


def test_no_bytes_change_a_state_or_end_the_server(fuzzed):
    @hypothesis.given(RAW)
    @hypothesis.settings(max_examples=500)
    def run(raw):
        fuzzed(raw)

    run()


@pytest.mark.evidence
def test_a_hundred_thousand_inputs_change_no_state_and_do_not_end_the_server(fuzzed):
    @hypothesis.given(RAW)
    @hypothesis.settings(max_examples=100_000)
    def run(raw):
        fuzzed(raw)

    run()
