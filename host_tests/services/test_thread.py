"""How the services thread begins: the radio of a device that is set up first, and none when it is switched off."""

import sys
from types import SimpleNamespace

import pytest

from curfew.services import thread


class Radio:
    """A network module whose station remembers its settings. error: raised instead."""

    STA_IF = 0

    def __init__(self, error=None):
        self.told = []
        self._error = error

    def WLAN(self, interface):
        return self

    def active(self, on):
        self.told.append(on)
        if self._error:
            raise self._error


def test_the_radio_starts_before_the_services_are_imported(monkeypatch):
    class Enough(Exception):
        pass

    def start(network):
        assert "curfew.services.runner" not in sys.modules
        raise Enough

    monkeypatch.delitem(sys.modules, "curfew.services.runner", raising=False)
    monkeypatch.setattr(thread, "_start_radio", start)
    with pytest.raises(Enough):
        thread._serve(None, None, None, None, Radio())


@pytest.mark.parametrize("is_set_up", [True, False])
def test_only_the_radio_of_a_device_that_is_set_up_starts(tmp_path, monkeypatch, is_set_up):
    monkeypatch.chdir(tmp_path)
    if is_set_up:
        (tmp_path / "network.json").write_text("{}")
    radio = Radio()
    thread._start_radio(radio)
    assert radio.told == [True] * is_set_up


@pytest.mark.parametrize("error", [OSError("WiFi Out of Memory"), RuntimeError("Wifi Unknown Error 0x0101")])
def test_a_radio_that_does_not_start_is_left_to_the_wifi_service(tmp_path, monkeypatch, error):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "network.json").write_text("{}")
    thread._start_radio(Radio(error))


@pytest.mark.parametrize("radio", [True, False])
def test_with_the_radio_off_the_thread_only_writes_the_journal(monkeypatch, radio):
    served, polls = [], []
    monkeypatch.setitem(sys.modules, "network", Radio())
    monkeypatch.setattr(thread, "_serve", lambda *given: served.append(given))
    link = SimpleNamespace(stop_requested=[0], stopped=[0])

    def poll():
        polls.append(1)
        link.stop_requested[0] = 1

    clock = SimpleNamespace(sleep_ms=lambda ms: None)
    thread.run(SimpleNamespace(poll=poll), link, clock, SimpleNamespace(radio=radio))
    assert (len(served), len(polls)) == ((1, 0) if radio else (0, 1)) and link.stopped == [1]
