"""The session with a broker, against a real mosquitto and faulty servers: pauses, deadlines, TLS, retained messages."""

# ruff: noqa: F811 (fixtures are imported by name)
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from curfew.services.mqtt import session, transport, trust
from curfew.services.mqtt.session import Broker
from host_tests.fixtures.broker import Observer, Rig, authority, broker, rogue, trusting  # noqa: F401
from simulator.realtime.broker import PASSWORD, USER, Authority, mqtt_config

BUILT = Path(__file__).parents[3] / "build"  # with the libraries as on the flash
WELCOME = bytes((0x20, 2, 0, 0))


class Client:
    """A Broker of a rig with what came through it."""

    def __init__(self, rig, config, topics=("to/me",), will="will"):
        self.messages = []
        self.greetings = 0
        self.broker = Broker("mqtt", rig.context, "box", config, topics, will)
        self.broker.on_message = lambda topic, payload: self.messages.append((topic, payload))
        self.broker.on_connect = self._greet
        rig.services.append(self.broker)

    def _greet(self):
        self.greetings += 1


@pytest.fixture
def dials(monkeypatch):
    """The rig's times, in ms, at which a client began to dial; set dials.rig first. No pause is drawn shorter."""
    monkeypatch.setattr(session.random, "getrandbits", lambda bits: 0)
    real = session.Connection

    class Times(list):
        rig = None

    times = Times()

    def connection(*asked):
        if times.rig is not None:
            times.append(times.rig.core.now_ms)
        return real(*asked)

    monkeypatch.setattr(session, "Connection", connection)
    return times


def pauses_s(times):
    return [round((after - before) / 1000) for before, after in zip(times, times[1:], strict=False)]


def at_least(wanted, pauses):
    """True when no pause is shorter; longer ones come from the other side, which takes its real time to fail."""
    return all(pause >= least for pause, least in zip(pauses, wanted, strict=True))


def test_it_goes_online_and_speaks_and_hears(broker):
    there, rig = broker(), Rig({})
    rig.others.append(Observer(there))
    client = Client(rig, mqtt_config(there.port))
    assert rig.context.status["mqtt"] == "connecting" and not client.broker.publish("from/me", "too early", True)
    rig.online()
    assert client.broker.publish("from/me", "hello", True)
    rig.others[0].say("to/me", "hi")
    rig.until(lambda: client.messages and rig.others[0].texts("from/me"))
    assert (client.messages, client.greetings) == ([("to/me", b"hi")], 1)


def test_tls_with_our_authority_and_a_password(broker, authority):
    there, rig = broker(authority=authority, guarded=True), Rig({})
    Client(rig, mqtt_config(there.port, authority, user=USER, password=PASSWORD))
    rig.online()
    assert rig.log.lines == ["mqtt: online"]


def test_a_certificate_of_another_authority_is_not_trusted(broker, authority, tmp_path, dials):
    there, rig = broker(authority=authority), Rig({})
    other = Authority(tmp_path / "other")
    dials.rig = rig
    client = Client(rig, mqtt_config(there.port, other))
    rig.until(lambda: len(dials) == 4)
    assert (rig.context.status["mqtt"], client.greetings) == ("connecting", 0)
    assert len(rig.log.lines) == 1 and "CERTIFICATE_VERIFY_FAILED" in rig.log.lines[0]
    assert there.greetings("box") == 0


def test_the_authorities_are_read_once_however_often_the_device_connects(broker, authority, monkeypatch, dials):
    tls, made = sys.modules["tls"], []
    monkeypatch.setattr(tls, "SSLContext", lambda kind, make=tls.SSLContext: made.append(make(kind)) or made[-1])
    there, dials.rig = broker(authority=authority), Rig({})
    there.stop()
    client = Client(dials.rig, mqtt_config(there.port, authority))
    dials.rig.until(lambda: len(dials) == 3)
    there.start()
    dials.rig.online()
    there.stop()
    dials.rig.until(lambda: len(dials) == 6)
    there.start()
    dials.rig.online()
    assert client.greetings == 2 and len(made) == 1


def test_a_server_of_another_name_is_not_trusted(broker, tmp_path, dials):
    elsewhere = Authority(tmp_path / "elsewhere", "DNS:elsewhere")
    there, rig = broker(authority=elsewhere), Rig({})
    dials.rig = rig
    Client(rig, mqtt_config(there.port, elsewhere))
    rig.until(lambda: len(dials) == 2)
    assert "CERTIFICATE_VERIFY_FAILED" in rig.log.lines[0] and there.greetings("box") == 0


def test_without_an_authority_of_our_own_a_home_made_certificate_is_not_trusted(broker, authority, dials, monkeypatch):
    monkeypatch.chdir(BUILT)
    there, rig = broker(authority=authority), Rig({})
    dials.rig, rig.flash_allowed = rig, True
    Client(rig, {**mqtt_config(there.port), "tls": True})
    rig.until(lambda: len(dials) == 2 + len([*trust._bundle()]))
    assert not Path(trust.AUTHORITY_PATH).exists()
    assert "CERTIFICATE_VERIFY_FAILED" in rig.log.lines[0] and there.greetings("box") == 0


def test_several_authorities_of_our_own_are_trusted_one_and_all(broker, authority, tmp_path):
    first, last = Authority(tmp_path / "first"), Authority(tmp_path / "last")
    rig = Rig({})
    everybody = first.pem + authority.pem + last.pem
    Client(rig, mqtt_config(broker(authority=authority).port, authority, ca=everybody))
    rig.online()


def test_an_authority_that_is_not_a_certificate_trusts_no_server(broker, authority):
    there, rig = broker(authority=authority), Rig({})
    Client(rig, mqtt_config(there.port, authority, ca="-----BEGIN CERTIFICATE-----\nabc"))
    rig.until(lambda: rig.log.lines)
    assert rig.log.lines != ["mqtt: online"] and there.greetings("box") == 0


@pytest.mark.parametrize("wrong", [{"user": USER, "password": "guess"}, {}], ids=["wrong password", "no password"])
def test_a_wrong_password_is_called_refused_and_tried_once_a_minute(broker, dials, wrong):
    there, rig = broker(guarded=True), Rig({})
    dials.rig = rig
    client = Client(rig, mqtt_config(there.port, **wrong))
    rig.until(lambda: rig.context.status["mqtt"] == "refused")
    assert len(rig.log.lines) == 1 and "not authorized" in rig.log.lines[0]
    rig.run(59)
    assert len(dials) == 1
    rig.until(lambda: len(dials) == 2)
    assert client.greetings == 0


def test_a_broker_that_dies_is_tried_with_growing_pauses_and_reconnected(broker, dials):
    there, rig = broker(), Rig({})
    client = Client(rig, mqtt_config(there.port))
    rig.online()
    rig.run(61)
    dials.rig = rig
    there.stop()
    rig.until(lambda: len(dials) == 9)
    assert pauses_s(dials) == [4, 8, 16, 30, 30, 30, 30, 30]
    assert not client.broker.publish("from/me", "into the void", True)
    there.start()
    rig.online()
    rig.run(61)  # so long a session is forgiven all earlier failures
    dials.clear()
    there.stop()
    rig.until(lambda: len(dials) == 3)
    assert pauses_s(dials) == [4, 8] and client.greetings == 2


def test_a_broker_that_welcomes_and_hangs_up_is_asked_less_and_less(rogue, dials):
    there, rig = rogue(WELCOME, hangs_up=True), Rig({})
    dials.rig = rig
    Client(rig, mqtt_config(there.port), topics=())
    rig.until(lambda: len(dials) == 6)
    assert at_least([2, 4, 8, 16, 30], pauses_s(dials))


@pytest.mark.parametrize("draw, waits_ms", [(0, 2000), (1, 1997), (128, 1500), (255, 1004)])
def test_a_pause_is_drawn_between_half_of_it_and_all_so_that_devices_do_not_come_back_together(
    monkeypatch, draw, waits_ms
):
    rig = Rig({})
    monkeypatch.setattr(session.random, "getrandbits", lambda bits: draw if bits == 8 else None)
    made = Client(rig, mqtt_config(1)).broker  # nothing listens there
    rig.until(lambda: made._wait_ms)
    assert made._wait_ms == waits_ms


def test_the_will_is_published_when_the_device_is_gone(broker):
    there, rig = broker(), Rig({})
    rig.others.append(Observer(there))
    client = Client(rig, mqtt_config(there.port))
    rig.online()
    rig.services.clear()
    client.broker.close()
    rig.until(lambda: rig.others[0].texts("will") == ["offline"])
    late = Observer(there)
    rig.others.append(late)
    rig.until(lambda: ("will", "offline", True) in late.heard)


def test_a_retained_message_is_never_delivered_a_live_one_is(broker):
    there, rig = broker(), Rig({})
    rig.others.append(Observer(there))
    rig.others[0].say("to/me", "OFF", retain=True)
    rig.quiet()
    client = Client(rig, mqtt_config(there.port))
    rig.until(lambda: client.broker.refused == 1)
    rig.quiet()
    assert client.messages == [] and "mqtt: refused 1, the last: retained" in rig.log.lines
    rig.others[0].say("to/me", "OFF", retain=True)  # said just now, to a client that is connected
    rig.until(lambda: client.messages == [("to/me", b"OFF")])


@pytest.mark.parametrize("size", [257, 5000, 200_000])
def test_a_message_that_is_too_long_is_counted_and_the_next_one_received(broker, size):
    there, rig = broker(), Rig({})
    rig.others.append(Observer(there, topics=("echo",)))
    client = Client(rig, mqtt_config(there.port))
    rig.online()
    rig.others[0].say("to/me", b"\0" * size)
    rig.others[0].say("to/me", "OFF")
    rig.until(lambda: client.messages)
    assert (client.messages, client.broker.refused, client.greetings) == ([("to/me", b"OFF")], 1, 1)


NOISE = {
    "a topic that is no text": bytes((0x30, 6, 0, 2, 0xFF, 0xFE, 1, 2)),
    "a topic longer than its packet": bytes((0x30, 4, 0, 200, 65, 66)),
    "a long message with a topic that is no text": bytes((0x30, 0xFF, 7, 0, 2, 0xFF, 0xFE)) + bytes(250),
    "a length that never ends": bytes((0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)),
    "a packet that does not exist": bytes((0xF0, 0)),
    "an acknowledgement of nothing": bytes((0x90, 3, 0, 77, 0)),
    "a long packet that is no message": bytes((0x90, 0xFF, 0x7F)) + bytes(253),
}


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
def test_a_broker_that_sends_malformed_packets_is_disconnected(rogue, dials, noise):
    there, rig = rogue(WELCOME + noise), Rig({})
    dials.rig = rig
    client = Client(rig, mqtt_config(there.port), topics=())
    rig.until(lambda: len(dials) == 4)
    assert at_least([2, 4, 8], pauses_s(dials)) and client.messages == []


def test_no_more_than_eight_messages_wait_for_a_broker_that_acknowledges_nothing(rogue):
    there, rig = rogue(WELCOME), Rig({})
    client = Client(rig, mqtt_config(there.port), topics=())
    rig.online()
    assert [client.broker.publish("from/me", str(n), True) for n in range(10)] == [True] * 8 + [False] * 2


def test_no_connection_is_tried_without_wifi(rogue):
    there, rig = rogue(b""), Rig({})
    rig.context.status["wifi"] = "joining"
    Client(rig, mqtt_config(there.port))
    rig.run(120)
    assert there.connections == 0
    rig.context.status["wifi"] = "online"
    rig.until(lambda: there.connections)


def test_after_a_week_without_wifi_it_dials_at_once(rogue):
    there, rig = rogue(b""), Rig({})
    rig.context.status["wifi"] = "joining"
    Client(rig, mqtt_config(there.port))
    rig.turn()
    rig.context.clock.ticks_ms = lambda: rig.core.now_ms + 7 * 24 * 3600 * 1000
    rig.context.status["wifi"] = "online"
    rig.until(lambda: there.connections)


def test_a_server_that_never_answers_is_given_up_after_ten_seconds(dials):
    rig = Rig({})
    dials.rig = rig
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.create_connection(full.getsockname()),  # the only place in its queue
    ):
        Client(rig, mqtt_config(full.getsockname()[1]))
        rig.until(lambda: len(dials) == 3)
    assert pauses_s(dials) == [12, 14] and rig.log.lines == ["mqtt: no answer"]


@pytest.fixture
def looks(monkeypatch):
    """What names the device looked up, one after the other."""
    found = []

    def looked_up(host, *rest):
        found.append(host)
        return socket.getaddrinfo(host, *rest)

    monkeypatch.setattr(transport, "socket", SimpleNamespace(**{**vars(socket), "getaddrinfo": looked_up}))
    return found


def test_a_broker_that_went_away_is_dialled_without_a_look_up_which_could_hold_everything_up(broker, dials, looks):
    there, dials.rig = broker(), Rig({})
    Client(dials.rig, mqtt_config(there.port))
    dials.rig.online()
    there.stop()
    dials.rig.until(lambda: len(dials) == 4)
    assert len(looks) == 1
    there.start()
    dials.rig.online()
    assert len(looks) == 1


def test_after_ten_failures_its_name_is_looked_up_again(broker, dials, looks):
    there, dials.rig = broker(), Rig({})
    Client(dials.rig, mqtt_config(there.port))
    dials.rig.online()
    there.stop()
    dials.rig.until(lambda: len(dials) == 13)
    assert len(looks) == 2


def test_an_address_without_an_answer_is_forgotten_at_once(dials, looks):
    dials.rig = Rig({})
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.create_connection(full.getsockname()),  # the only place in its queue
    ):
        Client(dials.rig, mqtt_config(full.getsockname()[1]))
        dials.rig.until(lambda: len(dials) == 3)
        dials.rig.turn()
    assert len(looks) == 3


def test_a_name_that_cannot_be_looked_up_is_looked_up_at_every_attempt(dials, looks, monkeypatch):
    def unknown(host, *rest):
        looks.append(host)
        raise OSError(-2)

    monkeypatch.setattr(transport.socket, "getaddrinfo", unknown)
    dials.rig = Rig({})
    Client(dials.rig, mqtt_config(1))
    dials.rig.until(lambda: len(dials) == 4)
    dials.rig.turn()
    assert len(looks) == 4


def test_a_message_is_not_held_back_until_the_broker_has_answered_the_last_one():
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection = transport.Connection("127.0.0.1", server.getsockname()[1], None)
        while not connection.step():
            pass
        assert connection.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        connection.close()


def test_a_server_that_does_not_read_gets_no_more_and_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        connection = transport.Connection("127.0.0.1", deaf.getsockname()[1], None)
        while not connection.step():
            pass
        taken = 1
        while taken:
            taken = connection.send(bytes(1 << 20))
        connection.close()
    assert taken == 0


def test_no_handshake_begins_shortly_before_a_deadline(broker, authority, dials):
    there, rig = broker(authority=authority), Rig({}, timer_default_min=2)
    dials.rig = rig
    rig.core.flame()
    rig.context.status["wifi"] = "joining"
    Client(rig, mqtt_config(there.port, authority))
    rig.until(lambda: rig.context.deadline_s() == 6)
    rig.context.status["wifi"] = "online"
    rig.until(lambda: dials)
    assert not rig.core.conducts()
    rig.online()


def test_no_handshake_begins_while_the_loop_says_that_a_stall_could_open_a_contact(broker, authority, dials):
    there, rig = broker(authority=authority), Rig({})
    dials.rig = rig
    rig.context.link.may_stall[0] = 0
    Client(rig, mqtt_config(there.port, authority))
    rig.turn(100)
    assert not dials
    rig.context.link.may_stall[0] = 1
    rig.online()


def test_an_attempt_that_reaches_the_last_seconds_waits_there(rogue, authority):
    there, rig = rogue(b""), Rig({}, timer_default_min=2)
    rig.core.flame()
    rig.context.status["wifi"] = "joining"
    client = Client(rig, mqtt_config(there.port, authority))
    rig.until(lambda: rig.context.deadline_s() == 7)
    rig.context.status["wifi"] = "online"
    rig.turn()  # it dials
    assert client.broker._connection is not None
    rig.core.controller.burners[0].remaining_ms = 6000
    rig.turn(5 * 50)
    assert rig.core.conducts() and there.connections == 0
    rig.until(lambda: there.connections)
    assert not rig.core.conducts()


def test_a_flood_of_refusals_leaves_few_lines_in_the_log():
    rig = Rig({})
    client = Client(rig, mqtt_config(1))
    for _ in range(3000):
        client.broker.refuse("nonsense")
    assert client.broker.refused == 3000 and len(rig.log.lines) == 12
    assert rig.log.lines[-1] == "mqtt: refused 2048, the last: nonsense"
