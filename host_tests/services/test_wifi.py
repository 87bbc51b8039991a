"""Wi-Fi reconnects with growing pauses and never raises."""

import asyncio
import socket
from types import SimpleNamespace

import pytest

from curfew.core.ticks import later_ms
from curfew.services.log import Log
from curfew.services.net import wifi
from curfew.services.net.wifi import Wifi
from host_tests.fixtures.services import Enough, FakeContext, Wlan, rounds, run

CONFIG = {"ssid": "home", "password": "12345678"}


class Rig:
    """A Wifi on a radio, stepped every 500 ms; draw: what chance says, 0 to 255."""

    def __init__(self, air="good", draw=0, now_ms=0, **radio):
        self.wlan = Wlan(air, **radio)
        self.log = Log()
        self.wifi = Wifi(self.wlan, CONFIG, self.log, lambda bits: min(draw, (1 << bits) - 1))
        self.now_ms = now_ms

    def run_for(self, ms):
        """Steps for so long; the milliseconds from the beginning at which a try began."""
        found = []
        for passed_ms in range(0, ms, 500):
            before = self.wlan.tries()
            self.wlan.now_ms = self.now_ms
            self.wifi.step(self.now_ms)
            if self.wlan.tries() > before:
                found.append(passed_ms)
            self.now_ms = later_ms(self.now_ms, 500)
        return found

    def online_after_ms(self, limit_ms=4 * 3_600_000):
        """How long it takes until it is online."""
        for passed_ms in range(0, limit_ms, 500):
            if self.wifi.status == "online":
                return passed_ms
            self.run_for(500)
        raise AssertionError(f"not online in {limit_ms} ms: {self.log.lines()}")


def pauses_ms(tries):
    return [later - earlier for earlier, later in zip(tries, tries[1:], strict=False)]


def test_it_joins_at_once_and_says_so():
    rig = Rig()
    rig.run_for(4000)
    assert rig.wifi.status == "online" and rig.wifi.joins == 1
    assert ("connect", "home", "12345678") in rig.wlan.calls
    assert rig.log.lines() == ["wifi online 192.168.4.1"]
    assert rig.wifi.rssi() == -61


def test_an_open_network_is_joined_without_a_key():
    wlan = Wlan()
    Wifi(wlan, {"ssid": "cafe", "password": ""}, Log(), lambda bits: 0).step(0)
    assert ("connect", "cafe", None) in wlan.calls


def test_the_driver_does_not_try_by_itself():
    rig = Rig()
    rig.run_for(500)
    assert rig.wlan.config_values["reconnects"] == 0


def test_power_save_is_off_or_each_command_would_wait_for_a_beacon():
    rig = Rig()
    rig.run_for(500)
    assert rig.wlan.config_values["pm"] == 0


@pytest.mark.parametrize(
    ("air", "word"), [("password", "wrong password?"), ("absent", "no such network"), ("silent", "no answer (1000)")]
)
def test_pauses_double_from_one_second_to_five_minutes_and_never_end(air, word):
    rig = Rig(air)
    pauses = pauses_ms(rig.run_for(3_600_000))
    assert len(pauses) > 10
    assert pauses == [min(1000 * 2**step, 300_000) + 20_000 for step in range(len(pauses))]
    assert rig.wifi.status == "joining" and rig.wifi.rssi() is None
    assert rig.log.lines()[-1] == "wifi " + word


def test_a_radio_that_fails_is_tried_again_with_the_same_pauses():
    rig = Rig("broken")
    rig.run_for(3_600_000)
    assert 15 < rig.wlan.calls.count(("active", True)) < 25
    rig.wlan.air = "good"
    rig.run_for(305_000)
    assert rig.wifi.status == "online"


def test_chance_makes_a_pause_longer_by_less_than_half():
    assert pauses_ms(Rig("absent", draw=255).run_for(23_000)) == [21_500]  # 20 s, and 1498 ms seen at the next step
    long = pauses_ms(Rig("absent", draw=255).run_for(8_000_000))
    assert 465_000 <= max(long) <= 470_500


def test_a_lost_link_is_joined_again_after_a_second():
    rig = Rig()
    rig.run_for(4000)
    rig.wlan.linked = False
    assert rig.run_for(6000) == [1000]
    assert rig.wifi.status == "online" and rig.wifi.joins == 2 and "wifi lost" in rig.log.lines()


@pytest.mark.parametrize(("held_ms", "pause_ms"), [(59_000, 2000), (62_000, 1000)])
def test_only_a_link_that_held_a_minute_makes_the_pauses_short_again(held_ms, pause_ms):
    rig = Rig()
    rig.run_for(4000)
    rig.wlan.linked = False
    rig.run_for(4500 + held_ms)
    rig.wlan.linked = False
    assert rig.run_for(5000) == [pause_ms]


def test_the_radio_is_started_once():
    rig = Rig("absent")
    rig.run_for(1_000_000)
    assert [call for call in rig.wlan.calls if call[0] == "active"] == [("active", True)]


def test_the_ticks_may_wrap_in_a_pause():
    rig = Rig("absent", now_ms=0x3FFFFFFF - 700)
    assert rig.run_for(70_000) == [0, 21_000, 43_000, 67_000]


@pytest.mark.parametrize("jump_ms", [-300_000, -1, 300_000])
def test_a_jumping_clock_at_worst_makes_it_try_too_early(jump_ms):
    rig = Rig("absent")
    rig.run_for(600_000)
    rig.now_ms = (rig.now_ms + jump_ms) & 0x3FFFFFFF
    assert rig.run_for(340_000)


def test_a_network_that_comes_back_is_found():
    rig = Rig("absent")
    rig.run_for(3_600_000)
    rig.wlan.air = "good"
    rig.run_for(325_000)
    assert rig.wifi.status == "online"


@pytest.mark.parametrize("leaves", [True, False], ids=["disconnect tells", "disconnect is silent"])
@pytest.mark.parametrize(("router_s", "found_s"), [(20, 30), (60, 75), (120, 140), (180, 215)])
def test_after_a_power_cut_the_router_is_found_although_the_chip_keeps_its_old_reason(leaves, router_s, found_s):
    rig = Rig("absent", leaves=leaves)
    rig.run_for(router_s * 1000)
    assert rig.wlan.status() in (201, 1000), "the reason of the last attempt"
    rig.wlan.air = "good"
    assert router_s * 1000 + rig.online_after_ms() <= found_s * 1000


@pytest.mark.parametrize("air", ["absent", "password", "silent", "good"])
@pytest.mark.parametrize("leaves", [True, False])
def test_no_attempt_begins_beside_another_one(air, leaves):
    rig = Rig(air, leaves=leaves)
    rig.run_for(600_000)  # the radio itself asserts it
    rig.wlan.air = "silent"
    rig.wlan.linked = False
    assert len(rig.run_for(600_000)) > 1


def test_an_address_that_dhcp_lost_is_joined_anew():
    rig = Rig()
    rig.run_for(60_000)
    rig.wlan.address = "0.0.0.0"  # the port goes on saying that it is connected
    rig.run_for(500)
    assert rig.wifi.status == "joining" and "wifi lost its address" in rig.log.lines()
    rig.wlan.address = "192.168.4.7"
    rig.run_for(6000)
    assert rig.wifi.status == "online" and rig.log.lines()[-1] == "wifi online 192.168.4.7"


@pytest.mark.parametrize("error", [OSError, RuntimeError])
def test_both_kinds_of_errors_of_the_driver_are_borne(error):
    rig = Rig("broken")
    rig.wlan.error = error
    rig.run_for(60_000)
    rig.wlan.air = "good"
    assert rig.online_after_ms() < 70_000
    rig.wlan.air = "broken"
    assert rig.wifi.rssi() is None


def test_a_radio_that_fails_to_read_its_strength_gives_none():
    rig = Rig()
    rig.run_for(4000)
    rig.wlan.air = "broken"
    assert rig.wifi.rssi() is None


def test_the_task_shows_its_state_in_the_context():
    context = FakeContext()
    context.status["wifi"] = "off"
    seen = []
    rig = Rig()

    def each():
        seen.append(context.status["wifi"])
        context.now_ms += 3000
        rig.wlan.now_ms = context.now_ms

    run(rig.wifi.run(context, rounds(3, each)))
    assert seen == ["joining", "online", "online"]


# --- what a user without a network sees ----------------------------------------------------------------------------


class Driven(Rig):
    """A Rig in its own task, every 500 ms; each(): what happens meanwhile."""

    def request(self):
        """The server got one."""
        self.wifi.unproved_ms = 0

    def __init__(self, air="good"):
        super().__init__(air)
        self.context = FakeContext()

    def run_task(self, ms, tries=0, each=lambda: None):
        def goes():
            self.context.now_ms += 500
            self.wlan.now_ms = self.context.now_ms
            each()

        try:
            asyncio.run(self.wifi.run(self.context, rounds(ms // 500, goes), tries))
        except Enough:
            return False
        return True


@pytest.mark.parametrize(
    ("air", "reason"), [("password", "wrong password?"), ("absent", "no such network"), ("silent", "no answer")]
)
def test_settings_that_never_worked_end_after_three_failures_and_the_console_says_why_once(air, reason, capsys):
    rig = Driven(air)
    assert rig.run_task(120_000, 3)
    assert rig.wifi.failures == 3 and rig.context.wifi_reason.startswith(reason) and rig.context.now_ms < 90_000
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(set(lines)) and all(line.startswith("Wi-Fi home: " + reason) for line in lines)


def test_the_first_join_ends_the_trial_and_then_failures_never_end_the_attempts():
    rig = Driven()
    assert rig.run_task(60_000, 3) and rig.wifi.joins == 1 and rig.context.wifi_reason == ""
    rig.wlan.air, rig.wlan.linked = "absent", False
    assert not rig.run_task(3_600_000) and rig.wifi.failures > 10
    assert rig.context.wifi_reason == "no such network"


# --- "connected" is only a word ------------------------------------------------------------------------------------


@pytest.fixture
def gateway(monkeypatch):
    """What the gateway says, and how often it was asked."""
    asked = SimpleNamespace(answer=False, count=0)

    async def answers(address, sleep_ms):
        assert address == "192.168.4.1"
        asked.count += 1
        return asked.answer

    monkeypatch.setattr(wifi, "forget", lambda *names: None)
    monkeypatch.setattr("curfew.services.net.gateway.answers", answers)
    return asked


def test_a_link_over_which_nothing_comes_for_15_minutes_is_joined_anew(gateway):
    rig = Driven()
    rig.run_task(902_000)
    assert gateway.count == 1 and rig.log.lines() == ["wifi online 192.168.4.1", "wifi nothing answers"]
    rig.run_task(30_000)
    assert rig.wifi.joins == 2


@pytest.mark.parametrize("proof", ["gateway", "broker", "request"])
def test_any_answer_in_15_minutes_keeps_the_link(gateway, proof):
    rig = Driven()
    gateway.answer = proof == "gateway"
    if proof == "broker":
        rig.context.status["mqtt"] = "no commands"
    rig.run_task(8_000_000, each=rig.request if proof == "request" else lambda: None)
    assert rig.wifi.joins == 1 and gateway.count == (8 if proof == "gateway" else 0)


def test_a_gateway_that_accepts_or_refuses_a_connection_answers_and_a_silent_one_does_not():
    from curfew.services.net.gateway import answers

    async def ask(address, port):
        async def sleep_ms(ms):
            await asyncio.sleep(0)

        return await answers(address, sleep_ms, port)

    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        assert asyncio.run(ask("127.0.0.1", port))
        guests = [socket.socket() for _ in range(3)]
        for guest in guests:
            guest.setblocking(False)
            guest.connect_ex(("127.0.0.1", port))
        assert not asyncio.run(ask("127.0.0.1", port)), "its queue is full: nothing comes back"
        for guest in guests:
            guest.close()
    assert asyncio.run(ask("127.0.0.1", port)), "refused"
    assert not asyncio.run(ask(None, port))
