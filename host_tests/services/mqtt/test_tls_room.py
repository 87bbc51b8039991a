"""A TLS handshake begins only with its memory free beside the Python heap; else the status says so, not a loop."""

import sys
from errno import ENOMEM
from types import SimpleNamespace

import pytest

from host_tests.fixtures.broker import Rig
from simulator.realtime.broker import mqtt_config

KIB = 1024


@pytest.fixture
def tls_lacks(chip, monkeypatch):
    """A function: what memory.tls_lacks() says of areas (all, free, largest block, least free)."""
    lacks = chip.driver("memory").tls_lacks

    def asked(*areas):
        esp32 = SimpleNamespace(HEAP_DATA=4, idf_heap_info=lambda kind: list(areas))
        monkeypatch.setitem(sys.modules, "esp32", esp32)
        return lacks()

    return asked


def area(free, largest):
    return (200 * KIB, free, largest, 0)


@pytest.mark.parametrize(
    ("areas", "lacks"),
    [
        ([area(35 * KIB, 17 * KIB)], 0),
        ([area(35 * KIB - 1, 30 * KIB)], 1),
        ([area(90 * KIB, 17 * KIB - 1)], 1),  # enough, but in small pieces
        ([area(20 * KIB, 20 * KIB), area(15 * KIB, 9 * KIB)], 0),
        ([area(0, 0)], 35 * KIB),
    ],
)
def test_a_handshake_needs_its_peak_and_its_buffer_in_one_piece(tls_lacks, areas, lacks):
    assert tls_lacks(*areas) == lacks


def test_a_machine_that_cannot_tell_lets_it_try(chip, monkeypatch):
    monkeypatch.setitem(sys.modules, "esp32", None)
    assert chip.driver("memory").tls_lacks() == 0


def broker_of(lacking, **asked):
    """A Broker on a chip that lacks so many bytes, and its rig."""
    from curfew.services.mqtt.session import Broker

    rig = Rig({})
    rig.flash_allowed = True  # for the trial of the authorities
    rig.context.chip = SimpleNamespace(tls_lacks=lambda: lacking[0])
    broker = Broker("mqtt", rig.context, "box", {**mqtt_config(1), **asked}, ())
    rig.services.append(broker)
    return broker, rig


def test_without_the_memory_no_connection_is_opened_and_the_status_says_why_once_a_minute():
    lacking = [1234]
    broker, rig = broker_of(lacking, tls=True)
    rig.run(1)
    assert rig.context.status["mqtt"] == "no memory"
    assert rig.log.lines == ["mqtt: TLS lacks 1234 bytes on this ESP32: use a chip with PSRAM, or no TLS"]
    assert broker._connection is None
    lacking[0] = 0
    rig.run(58)
    assert rig.context.status["mqtt"] == "no memory"
    rig.run(2)
    assert rig.context.status["mqtt"] == "connecting" and broker._address is not None


@pytest.mark.parametrize("error", [OSError(ENOMEM, "no memory"), MemoryError()])
def test_a_handshake_that_finds_no_memory_all_the_same_is_said_and_waits_a_minute(monkeypatch, error):
    from curfew.services.mqtt import session

    dialed = []

    def failing(*_):
        dialed.append(1)
        raise error

    monkeypatch.setattr(session, "Connection", failing)
    _, rig = broker_of([0], tls=True)
    rig.run(59)
    assert rig.context.status["mqtt"] == "no memory" and len(dialed) == 1
    rig.run(2)
    assert len(dialed) == 2


def test_a_session_without_tls_asks_for_no_such_memory():
    _, rig = broker_of([1234], tls=False)
    rig.run(1)
    assert rig.context.status["mqtt"] == "connecting"
