"""The desk itself: what the firmware does on it in real time is seen, judged, and seen to be wrong where it is."""

import os
import select
import signal
import socket
import subprocess
import sys

import pytest

from host_tests.fixtures.seeded_firmware import seeded_build
from host_tests.fixtures.web import PASSWORD, Client
from host_tests.realtime.connected import HOMES, limits
from simulator.realtime.clients import sent_again
from simulator.realtime.process import network_of
from simulator.realtime.rig import SHORT, RealtimeRig

QUICK = {"tip_heat_ms": 1500, "tip_cool_ms": 6000}  # a small thermocouple: burns of seconds
ALLOCATES = (
    "curfew/hardware/relay.py",
    "any_closed |= granted[index]",
    "any_closed |= granted[index] and len([index])",
)
DEAF = ("curfew/runtime/inbox.py", "self.off[burner] = 1 + source", "self.off[burner] = 0")
LATE = (
    "curfew/runtime/loop.py",
    "self.clock.sleep_ms(min(max(limits.TICK_MS - spent_ms, 1), limits.TICK_MS))",
    "self.clock.sleep_ms(150 if now_ms % 1000 < 20 else 20 - spent_ms)",
)


class Door(Client):
    """A client of the web server of a desk, logged in as soon as it answers."""

    def __init__(self, desk):
        super().__init__(desk.web_port)
        desk.wait_for(self.answers, 20, "the web server")
        self.me = self.login()

    def answers(self):
        """True when the server says anything at all."""
        try:
            return self.ask("GET", "status").status == 200
        except OSError:
            return False

    def off(self):
        """Ask for OFF of all burners."""
        assert self.ask("POST", "off", **self.me).status == 202

    def reported(self):
        """The status as the page gets it."""
        return self.ask("GET", "status", **self.me).json


def online(folder, **asked):
    """A desk on the network, its burner without a sensor, so that a press is enough."""
    return RealtimeRig(folder, sensor=False, network=network_of(PASSWORD), **{**SHORT, **asked})


def test_a_burn_from_ignition_to_idle_keeps_every_invariant(tmp_path):
    with RealtimeRig(tmp_path, stove=QUICK, **SHORT) as desk:
        desk.light(5)
        desk.wait_state("ARMED")
        desk.wait_state("BURNING")
        desk.wait_for(lambda: not desk.world.burners[0].pressed, 5, "the release of the knob")
        assert (desk.contact(), desk.gas()) == ("closed", "on")
        desk.hold()
        assert (desk.contact(), desk.gas()) == ("open", "off")
        desk.wait_state("IDLE", s=40)
        desk.wait_for(lambda: (desk.flash / "journal.txt").exists(), 5, "the journal")
        assert [level for _, _, level in desk.edges] == [1, 0]
        view = desk.view()
    states = [line["state"] for line in view.lines[0]]
    assert [state for state, before in zip(states, [None, *states], strict=False) if state != before] == [
        *("VERIFYING", "IDLE", "ARMED", "BURNING", "VERIFYING", "IDLE")
    ]  # fmt: skip
    assert (desk.flash / "journal.txt").read_text().split()[:3] == ["1", "0", "BUTTON"]


def test_a_pump_that_the_ticks_keep_alive_lets_the_relay_pull(tmp_path):
    with RealtimeRig(tmp_path, sensor=False, relay_drive="pulse", **SHORT) as desk:
        desk.press()
        desk.wait_for(lambda: desk.contact() == "closed", 2, "the contact")
        desk.hold()
        desk.wait_for(lambda: desk.contact() == "open", 2, "the contact")


def test_an_off_through_the_web_is_timed_from_asking_to_the_coil(tmp_path):
    with online(tmp_path) as desk:
        door = Door(desk)
        desk.press()
        desk.wait_state("BURNING")
        with desk.remote_off(source="web") as off:
            door.off()
        took_ms = off.wait()
        assert off.asked_us < off.posted_us < off.heard_us and off.coil_us == desk.edges[-1][0]
        assert 0 < took_ms < 1000
        assert [post[1:] for post in desk.posts] == [(0, "off", "web")]
        assert desk.reported()["cause"] == "REMOTE:web"


def conduct(desk):
    """Close the contact; an OFF that was asked for earlier could count as before the coil was on."""
    desk.press()
    desk.wait_state("BURNING")
    desk.pass_ticks(5)


def test_a_loop_that_does_not_obey_an_off_is_caught(tmp_path):
    desk = online(tmp_path, firmware=seeded_build(tmp_path, DEAF))
    door = Door(desk)
    conduct(desk)
    door.off()
    desk.pass_ticks(30)
    assert {name for name, _ in desk.violations()} == {"S4"}


def test_an_off_that_never_reaches_the_loop_is_caught(tmp_path):
    desk = online(tmp_path)
    conduct(desk)
    with desk.remote_off(source="mqtt"):
        pass  # no one sends it
    desk.pass_ticks(30)
    assert {name for name, _ in desk.violations()} == {"S4"}


def test_a_tick_that_allocates_raises_and_opens_the_contacts(tmp_path):
    desk = RealtimeRig(tmp_path, sensor=False, firmware=seeded_build(tmp_path, ALLOCATES), **SHORT)
    desk.provoke()
    desk.press()
    desk.wait_for(lambda: desk.starts == 2, 20, "the restart")
    assert "in drive\nMemoryError: memory allocation failed, heap is locked" in desk.console()
    assert [level for _, _, level in desk.edges] == [1, 0]
    assert [text for _, text in desk.violations() if "a traceback at" not in text] == []


@pytest.mark.long
def test_a_tick_that_is_late_is_seen_and_named(tmp_path):
    with RealtimeRig(tmp_path, firmware=seeded_build(tmp_path, LATE), **SHORT) as desk:
        named = len(desk.stalls)
        desk.wait_for(lambda: len(desk.stalls) >= named + 3, 10, "three late ticks")
    assert max(desk.late_ms) >= 130
    assert max(ms for _, ms in desk.stalls) >= 150


def test_a_quiet_desk_tells_how_late_its_ticks_are(tmp_path, capsys):
    with RealtimeRig(tmp_path, **SHORT) as desk:
        pass
    late_ms = sorted(desk.late_ms)
    assert len(late_ms) == desk.ticks - 1 and late_ms[0] > -20
    with capsys.disabled():
        print(f"\ntick of the quiet desk: median {late_ms[len(late_ms) // 2]:.2f} ms late, worst {late_ms[-1]:.2f}")


def test_a_reset_in_the_middle_of_a_burn_opens_and_the_controller_remembers_it(tmp_path):
    with RealtimeRig(tmp_path, sensor=False, **SHORT) as desk:
        desk.press()
        desk.wait_state("BURNING")
        desk.reset("wdt")
        assert desk.contact() == "open" and desk.starts == 2
        assert desk.reported()["cause"] == "RESTART"
        desk.wait_state("IDLE")


def test_a_program_that_stands_still_is_reset_by_its_watchdog(tmp_path):
    with RealtimeRig(tmp_path, sensor=False, **SHORT) as desk:
        desk.press()
        desk.wait_state("BURNING")
        desk.provoke()
        os.kill(desk.pid, signal.SIGSTOP)
        desk.wait_for(lambda: desk.starts == 2, 20, "the watchdog")
        assert desk.contact() == "open"
        desk.wait_for(lambda: desk.state() == "IDLE")


STAND_STILL = """
import os, signal, sys, time
os.kill(int(sys.argv[1]), signal.SIGSTOP)
time.sleep(5)  # longer than the pump lasts without an edge
os.kill(int(sys.argv[1]), signal.SIGCONT)
"""


def test_a_rig_that_stood_still_hears_first_what_was_said_in_the_meantime(tmp_path):
    with RealtimeRig(tmp_path, sensor=False, **SHORT) as desk:
        conduct(desk)
        subprocess.run([sys.executable, "-c", STAND_STILL, str(os.getpid())], check=True)
        desk.pass_ticks(30)
        contacts = [line["contact"] for line in desk.view().lines[0]]
        assert desk.contact() == "closed" and contacts.count("open") == contacts.index("closed")


def test_a_vm_that_crashes_fails_the_test(tmp_path):
    desk = RealtimeRig(tmp_path, **SHORT)
    os.kill(desk.pid, signal.SIGSEGV)
    with pytest.raises(AssertionError, match="ended by itself with status -11"):
        desk.wait_for(lambda: False)
    with pytest.raises(AssertionError, match="ended by itself with status -11"):
        desk.close()


def test_wifi_comes_and_goes_and_the_heap_can_be_weighed(tmp_path):
    with online(tmp_path) as desk:
        door = Door(desk)
        desk.wait_for(lambda: door.reported()["services"]["wifi"] == "online", 10, "the network")
        desk.wifi(False)
        desk.wait_for(lambda: door.reported()["services"]["wifi"] == "joining", 10, "its loss")
        desk.wifi(True)
        desk.wait_for(lambda: door.reported()["services"]["wifi"] == "online", 10, "the network again")
        assert 0 < desk.rig_bytes < desk.live_bytes() <= desk.peak_bytes


@pytest.mark.long
def test_a_look_up_that_hangs_blocks_the_services_and_not_the_loop(tmp_path):
    mqtt = {"host": "localhost", "port": 1, "tls": False}
    with RealtimeRig(tmp_path, sensor=False, network=network_of(PASSWORD, mqtt=mqtt), **SHORT) as desk:
        door = Door(desk)
        desk.lookups_hang(60)
        quiet = Client(desk.web_port)
        desk.wait_for(lambda: not_a_word(quiet), 30, "services that hang")
        desk.wait_state("IDLE")
        desk.press()
        desk.wait_state("BURNING")
        desk.hold()
        desk.wait_for(lambda: desk.contact() == "open", 5, "the contact to open")
        assert [level for _, _, level in desk.edges] == [1, 0]
        desk.lookups_hang(0)
        desk.wait_for(door.answers, 10, "services that are back")


def not_a_word(client):
    """True when the server takes a request and says nothing for half a second."""
    with client.connect(b"GET /api/v1/status HTTP/1.1\r\nHost: curfew\r\n\r\n") as connection:
        connection.settimeout(0.5)
        try:
            return connection.recv(1) is None
        except TimeoutError:
            return True


def test_a_connect_may_be_made_to_hang(tmp_path):
    with RealtimeRig(tmp_path, **SHORT) as desk:
        desk.connects_hang()
        with pytest.raises(TimeoutError):
            socket.create_connection(("127.0.0.1", desk.dead_port), 0.5)


@pytest.mark.long
@pytest.mark.parametrize("home", [name for name, home in HOMES.items() if not home.one.wifi])
def test_without_its_radio_it_burns_and_writes_its_journal_in_the_heap_of_each_chip(tmp_path, home):
    with RealtimeRig(tmp_path, burners=2, sensor=False, heap_kib=HOMES[home].heap_kib, **SHORT) as desk:
        for _ in range(3):
            for burner in range(2):
                desk.press(burner)
                desk.wait_state("BURNING", burner)
                desk.hold(burner=burner)
                desk.wait_state("IDLE", burner)
        journal = desk.flash / "journal.txt"
        desk.wait_for(lambda: journal.exists() and journal.read_text().count(" BUTTON ") == 6, 20, "six shut-offs")
        assert desk.starts == 1


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="only Linux reports it")
def test_what_finds_no_place_is_known_by_what_tcp_had_to_send_again():
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as server,
        socket.create_connection(server.getsockname()) as first,
        socket.socket() as second,
    ):
        second.setblocking(False)
        second.connect_ex(server.getsockname())
        server.accept()[0].close()
        select.select((), [second], (), 10)
        assert second.getpeername() == server.getsockname()
        assert sent_again(first) == 0 and sent_again(second) == 1


@pytest.mark.parametrize("programs, outcome", [(0.5, AssertionError), (4, pytest.skip.Exception)])
def test_a_limit_that_does_not_hold_is_red_on_a_quiet_machine_and_untold_on_a_busy_one(monkeypatch, programs, outcome):
    monkeypatch.setattr(os, "getloadavg", lambda: (programs * os.cpu_count(), 0, 0))
    with pytest.raises(outcome), limits():
        raise AssertionError
