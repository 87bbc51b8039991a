"""A message about a warning, a shut-off or a fault, to a real HTTP or HTTPS server; and that none of it hurts OFF.

Not here: the compiled service on the VM (realtime/test_notify_on_the_vm.py).
"""

# ruff: noqa: F811 (fixtures are imported by name)
import json
from errno import EIO, ENOMEM
from types import SimpleNamespace

import pytest

from curfew.services.net.network_settings import parts_of
from curfew.services.notify import watch
from curfew.services.update import slots
from host_tests.fixtures.broker import authority  # noqa: F401
from host_tests.fixtures.services import FakeContext
from host_tests.fixtures.web import until
from host_tests.services.notify.web_server import WebServer
from simulator.realtime.broker import Authority
from tools.build import page

IDLE = {"state": "IDLE", "contact_closed": False, "fault": None, "cause": None, "remaining_s": 0}
BURNING = {**IDLE, "state": "BURNING", "contact_closed": True, "remaining_s": 300}
WARNING = {**BURNING, "state": "WARNING", "remaining_s": 60}
UNIX_S = 1790000000  # 2026-09-21 14:13:20


def off(cause, **more):
    return {**IDLE, "state": "VERIFYING", "cause": cause, **more}


class Context(FakeContext):
    def __init__(self, burners=1, **config):
        super().__init__()
        self.config = {"name": "Kitchen", "language": "en", **config}
        self.states = [IDLE] * burners
        self.burners = burners
        self.left_s = None
        self.link = SimpleNamespace(may_stall=[1])
        self.chip = SimpleNamespace(tls_lacks=lambda: 0)
        self.status["time"] = "online"

    def deadline_s(self):
        return self.left_s


@pytest.fixture
def server():
    with WebServer() as one:
        yield one


@pytest.fixture
def notifying(tmp_path, monkeypatch):
    """A function that makes a Rig around a server: notifying(server, burners=1, form="ntfy", ...)."""
    monkeypatch.setattr(slots, "here", str(tmp_path))
    (tmp_path / "notices.txt").write_text(page.notices(), "utf-8")
    monkeypatch.chdir(tmp_path)
    return Rig


class Rig:
    """A Notify at a server; see() shows it the states of the burners, arrived() lets it work until messages are there.

    Each round is a tenth of a second of the device's time.
    """

    def __init__(self, server, burners=1, form="ntfy", ca="", path="/topic", **config):
        self.context = Context(burners, notify={"form": form, "url": server.url + path, "ca": ca}, **config)
        self.notify = watch.Notify(self.context, lambda: UNIX_S)
        self.server = server
        self.see(*self.context.states)

    def see(self, *states):
        self.context.states = list(states)
        for index in range(self.context.burners):
            self.notify._look(index, self.context.burner(index))

    def round(self):
        self.context.now_ms += 100
        try:
            self.notify._send(self.context.now_ms)
        except Exception as error:
            self.notify._failed(error)

    def arrived(self, *states):
        """The body of the next message, after these states."""
        if states:
            self.see(*states)
        body = self.server.next(self.round).body
        until(lambda: self.round() or not self.notify._post)
        return body

    def is_quiet(self, rounds=300):
        for _ in range(rounds):
            self.round()
        assert self.server.requests.empty()


def test_without_the_memory_for_tls_nothing_is_dialed_and_the_message_comes_when_it_is_there(notifying, server):
    rig = notifying(server)
    rig.notify._trust = SimpleNamespace(is_trying=lambda: False, refused=lambda error: None)
    rig.context.chip.tls_lacks = lambda: 1
    rig.see(WARNING)
    rig.is_quiet(50)
    assert rig.context.status["notify"] == "no memory" and "MemoryError" in rig.context.log.lines()[-1]
    rig.notify._trust = None
    assert rig.arrived().endswith("turns off in 60 s")
    assert rig.context.status["notify"] == "online"


@pytest.mark.parametrize(
    "error, word",
    [(MemoryError(), "no memory"), (OSError(ENOMEM, "memory"), "no memory"), (OSError(EIO, "radio"), "connecting")],
)
def test_a_handshake_that_finds_no_memory_is_said_in_this_word(notifying, server, monkeypatch, error, word):
    rig = notifying(server)
    begun = []

    def failing(*_):
        begun.append(1)
        raise error

    monkeypatch.setattr(rig.notify, "_begin", failing)
    rig.see(WARNING)
    until(lambda: rig.round() or begun)
    assert rig.context.status["notify"] == word


# --- what is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form, key", [("ntfy", None), ("bark", "body"), ("serverchan", "desp"), ("homeassistant", "message")]
)
def test_each_service_gets_the_words_where_it_reads_them(notifying, server, form, key):
    rig = notifying(server, form=form, path="/key/with?auth=x")
    rig.see(WARNING)
    request = server.next(rig.round)
    assert (request.path, request.headers["host"]) == ("/key/with?auth=x", "127.0.0.1")
    words = "14:13 turns off in 60 s"
    if key is None:
        assert request.headers["content-type"] == "text/plain; charset=utf-8" and request.body == "Kitchen: " + words
    else:
        assert request.headers["content-type"] == "application/json; charset=utf-8"
        assert json.loads(request.body) == {"title": "Kitchen", key: words, "burner": 0, "event": "WARNING"}


@pytest.mark.parametrize(
    "states, words",
    [
        ([BURNING, WARNING], "turns off in 60 s"),
        ([BURNING, off("TIMEOUT")], "turned off: time was up"),
        ([WARNING, off("REMOTE:web")], "turned off from the web page"),
        ([BURNING, off("FLAME_OUT")], "turned off: flame went out: knob turned off, blown out, or boiled over"),
        (
            [BURNING, off("FAULT:SENSOR_FAILED", state="FAULT", fault="SENSOR_FAILED")],
            "fault: sensor failed. Check the converter's cable and the sense leads.",
        ),
        ([{**IDLE, "state": "FAULT", "fault": "BUTTON_STUCK"}], "fault: button stuck. Free or clean the button."),
    ],
)
def test_a_warning_a_shut_off_and_a_fault_are_said_with_what_to_do(notifying, server, states, words):
    rig = notifying(server)
    for state in states[:-1]:
        rig.see(state)
    rig.notify._queue.clear()
    assert rig.arrived(states[-1]) == "Kitchen: 14:13 " + words
    rig.see(states[-1])
    rig.is_quiet()


def test_a_restart_during_a_burn_is_said_and_nothing_else_of_what_was_before(notifying, server):
    for state in (off("RESTART"), off("TIMEOUT"), {**IDLE, "cause": "RESTART"}, WARNING):
        rig = notifying(server)
        rig.notify._seen = [None]
        rig.see(state)
        if state == off("RESTART"):
            assert "the controller restarted during the burn" in rig.arrived()
        rig.is_quiet()


def test_who_holds_the_button_need_not_be_told(notifying, server):
    rig = notifying(server)
    rig.see(BURNING)
    rig.see(off("BUTTON"))
    rig.is_quiet()


def test_burners_have_their_names_and_the_words_the_language_of_the_device(notifying, server):
    rig = notifying(server, burners=2, language="zh", burner_names=["大灶"], time_zone_min=480)
    rig.see(BURNING, BURNING)
    assert rig.arrived(off("TIMEOUT"), BURNING) == "Kitchen: 22:13 大灶: 已关火：时间到了"
    assert rig.arrived(off("TIMEOUT"), WARNING) == "Kitchen: 22:13 灶头 2: 60 秒后关火"


# --- on its way ------------------------------------------------------------------------------------------------------


def test_over_tls_only_a_server_of_the_known_authority_hears_it(notifying, authority, tmp_path_factory):
    with WebServer(authority) as server:
        rig = notifying(server, ca=authority.pem)
        rig.see(BURNING)
        assert rig.arrived(WARNING) == "Kitchen: 14:13 turns off in 60 s"
        assert rig.context.status["notify"] == "online"
        stranger = notifying(server, ca=Authority(tmp_path_factory.mktemp("other") / "ca").pem)
        stranger.see(WARNING)
        stranger.is_quiet()
        assert stranger.context.status["notify"] == "connecting" and stranger.context.log.counts["notify"] >= 1


@pytest.mark.parametrize(
    "change",
    [{"left_s": 10}, {"link": SimpleNamespace(may_stall=[0])}, {"status": {"wifi": "online", "time": "off"}}],
    ids=["ten seconds before a deadline", "while the pump does not run", "without the time"],
)
def test_no_handshake_begins(notifying, authority, change):
    with WebServer(authority) as server:
        rig = notifying(server, ca=authority.pem)
        rig.round()
        calm = {name: getattr(rig.context, name) for name in change}
        for name, value in change.items():
            setattr(rig.context, name, value)
        rig.see(WARNING)
        rig.is_quiet(50)
        assert not rig.notify._post
        for name, value in calm.items():
            setattr(rig.context, name, value)
        assert rig.arrived()


def test_no_name_is_looked_up_while_a_contact_is_closed(notifying, server, monkeypatch):
    asked = []
    look_up = watch.socket.getaddrinfo
    monkeypatch.setattr(watch.socket, "getaddrinfo", lambda *what: asked.append(what) or look_up(*what))
    rig = notifying(server)
    rig.context.is_flash_allowed = False
    rig.see(WARNING)
    rig.is_quiet()
    assert asked == []
    rig.context.is_flash_allowed = True
    rig.round()
    rig.context.is_flash_allowed = False
    assert rig.arrived() and len(asked) == 1


def test_the_one_socket_is_shared_with_the_clock(notifying, server):
    rig = notifying(server)
    rig.round()
    rig.context.has_guest = True
    rig.see(WARNING)
    rig.is_quiet()
    rig.context.has_guest = False
    server.is_silent = True
    server.next(rig.round)
    assert rig.context.has_guest
    server.is_silent = False
    until(lambda: rig.round() or not rig.context.has_guest)


def test_a_message_that_fails_is_sent_again_after_pauses_that_grow_for_a_day_at_most(notifying, server):
    rig = notifying(server)
    server.status = 503
    began_ms = rig.context.now_ms
    rig.see(BURNING)
    rig.see(off("TIMEOUT"))
    times_s = []
    while rig.notify._queue:
        rig.round()
        if rig.notify._post:
            server.next(rig.round)
            until(lambda: rig.round() or not rig.notify._post)
            times_s.append((rig.context.now_ms - began_ms) // 1000)
        elif rig.notify._address is None:
            rig.context.now_ms += rig.notify._wait_ms
    pauses_s = [b - a for a, b in zip(times_s, times_s[1:], strict=False)]
    assert len(times_s) < 40 and pauses_s[0] >= 10 and 3600 <= pauses_s[-1] <= 3700
    assert 86400 - 3700 <= times_s[-1] <= 86400 + 10


def test_an_address_that_refuses_is_asked_once(notifying, server):
    rig = notifying(server)
    server.status = 404
    assert rig.arrived(WARNING) and not rig.notify._queue
    rig.is_quiet()
    assert rig.context.status["notify"] == "refused" and rig.context.log.lines() == ["notify refused: 404"]


def test_a_server_that_says_nothing_holds_a_message_for_ten_seconds(notifying, server):
    rig = notifying(server)
    server.is_silent = True
    rig.see(WARNING)
    server.next(rig.round)
    began_ms = rig.context.now_ms
    until(lambda: rig.round() or not rig.notify._post)
    assert rig.context.now_ms - began_ms <= 10_200


def test_eight_messages_wait_and_an_old_warning_is_no_news(notifying, server):
    rig = notifying(server)
    rig.context.status["wifi"] = "joining"
    for _ in range(5):
        rig.see(BURNING)
        rig.see(WARNING)
        rig.see(off("TIMEOUT"))
    assert len(rig.notify._queue) == 8
    rig.context.status["wifi"] = "online"
    for _ in range(4):
        assert "time was up" in rig.arrived()
    rig.is_quiet()


@pytest.mark.parametrize(
    "url, found",
    [
        ("http://ntfy.local/kitchen", (False, "ntfy.local", 80, "/kitchen")),
        ("https://api.day.app/KEY", (True, "api.day.app", 443, "/KEY")),
        ("http://192.168.1.5:8123/api/webhook/id?a=b:c/d", (False, "192.168.1.5", 8123, "/api/webhook/id?a=b:c/d")),
        ("https://h", (True, "h", 443, "/")),
    ],
)
def test_an_address_has_its_parts(url, found):
    assert parts_of(url) == found


@pytest.mark.parametrize(
    "url",
    ["", "ntfy.sh/x", "ftp://a/b", "http://", "http:///x", "http://a:b/c", "http://a:/c", "http://a/ b", "http://灶"],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ValueError):
        parts_of(url)
