"""Without an authority of our own: one public authority at a time, and from then on the one that vouched."""

# ruff: noqa: F811 (fixtures are imported by name)
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from curfew.services.mqtt import trust
from curfew.storage import files
from host_tests.fixtures.broker import Rig, authority, broker, trusting  # noqa: F401
from host_tests.services.mqtt.test_session import BUILT, Client, dials  # noqa: F401
from simulator.realtime.broker import Authority, mqtt_config


def public(broker, authority, tmp_path, monkeypatch):
    """A rig and a broker whose authority is the second of three public ones; files may be written."""
    first, last = Authority(tmp_path / "first"), Authority(tmp_path / "last")
    monkeypatch.chdir(trusting(tmp_path / "flash", first, authority, last))
    rig, there = Rig({}), broker(authority=authority)
    rig.flash_allowed = True
    Client(rig, {**mqtt_config(there.port), "tls": True, "ca": ""})
    return rig, there


def test_without_an_authority_of_our_own_the_public_ones_are_trusted_one_and_all(
    broker, authority, tmp_path, monkeypatch
):
    rig, there = public(broker, authority, tmp_path, monkeypatch)
    rig.online()
    [line] = files.lines(trust.AUTHORITY_PATH)
    assert line.split()[0] == "127.0.0.1" and len(line.split()[1]) == 32


def test_of_the_public_authorities_one_at_a_time_is_in_memory_and_the_right_one_is_kept(
    broker, authority, tmp_path, monkeypatch
):
    tls, loaded = sys.modules["tls"], []

    class Counting(tls.SSLContext):
        def load_verify_locations(self, der):
            super().load_verify_locations(der)
            loaded.append(len(self.get_ca_certs()))

    monkeypatch.setattr(tls, "SSLContext", Counting)
    rig, there = public(broker, authority, tmp_path, monkeypatch)
    rig.online()
    assert loaded == [1, 1]
    again = Rig({})
    Client(again, {**mqtt_config(there.port), "tls": True, "ca": ""})
    again.online()  # though no file may be written: it is known
    assert loaded == [1, 1, 1]


def test_authorities_are_tried_only_while_all_contacts_are_open(broker, authority, tmp_path, monkeypatch, dials):
    rig, _ = public(broker, authority, tmp_path, monkeypatch)
    rig.flash_allowed, dials.rig = False, rig
    rig.run(60)
    assert not dials
    rig.flash_allowed = True
    rig.online()


@pytest.mark.long
def test_a_certificate_that_changed_is_said_and_tried_a_day_later_over_the_whole_list(
    broker, authority, tmp_path, monkeypatch, dials
):
    rig, there = public(broker, authority, tmp_path, monkeypatch)
    rig.online()
    known = next(line.split()[1] for line in files.lines(trust.AUTHORITY_PATH))
    der = next(one for one in trust._bundle() if sha256(one).digest()[:16].hex() != known)
    files.replace(trust.AUTHORITY_PATH, ["127.0.0.1 " + sha256(der).digest()[:16].hex()], lambda: True)
    later, dials.rig = Rig({}), None
    later.flash_allowed = True
    Client(later, {**mqtt_config(there.port), "tls": True, "ca": ""})
    dials.rig = later
    later.until(lambda: any("certificate changed" in line for line in later.log.lines))
    dials.clear()
    later.run(3600)
    assert not dials
    real_ms = later.core.now_ms
    later.context.clock.ticks_ms = lambda: later.core.now_ms + 86_400_000
    later.online()
    assert [line.split()[1] for line in files.lines(trust.AUTHORITY_PATH)] == [known] and real_ms


def test_the_public_authorities_are_read_to_the_last_byte(monkeypatch):
    monkeypatch.chdir(BUILT)
    found = [*trust._bundle()]
    assert b"".join(found) == Path(trust.PUBLIC_AUTHORITIES_PATH).read_bytes() and len(found) > 10
    for number in range(len(found)):
        made = trust.Trust(None, "somewhere")
        made._number = number
        assert len(made.context().get_ca_certs()) == 1


def test_no_memory_to_count_the_authorities_is_no_end_of_the_services(broker, authority, tmp_path, monkeypatch):
    rig, _ = public(broker, authority, tmp_path, monkeypatch)
    real, asked = trust._bundle, []

    def without_memory():
        asked.append(1)
        if len(asked) == 2:  # the first handshake read it and failed; now its end is looked for
            raise MemoryError
        return real()

    monkeypatch.setattr(trust, "_bundle", without_memory)
    rig.online()
    assert len(asked) > 2
