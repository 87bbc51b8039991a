"""Memory that runs out: the safety loop does not notice, the panel turns off, and the services come back.

In the heap of the real VM something takes all that is left, in the services thread. Not here: errors at every function
of the services, MemoryError among them (test_remote_access.py); that no tick allocates (vm/test_memory_on_the_vm.py).
"""

# ruff: noqa: F811 (fixtures are imported by name)
import pytest

from host_tests.fixtures.seeded_firmware import seeded_build
from host_tests.fixtures.web import PASSWORD
from host_tests.realtime.connected import connected  # noqa: F401
from simulator.realtime.process import HEAP_KIB


@pytest.mark.sample(1)
@pytest.mark.parametrize("s", [1, 0.1], ids=["for a second", "once, again and again"])
def test_without_memory_the_panel_turns_off_and_the_services_come_back(connected, s):
    with connected(wild=True, sensor=False, burners=2) as here:
        desk = here.desk
        here.light_up(0, 1)

        def starve(rounds):
            for number in range(2 * rounds):
                desk.memory(number % 2 == 0)
                here.lasts(s)

        starve(round(2 / s))
        assert desk.state() == desk.state(1) == "BURNING"
        desk.memory(True)
        desk.hold(2)  # a busy machine takes some of it from the loop: of one second a press was left
        desk.wait_for(lambda: desk.contact() == "open", 2, "the contact to open")
        assert desk.contact(1) == "closed", str((desk.reported(1), desk.starts, desk.stalls))
        starve(round(2 / s))
        assert desk.peak_bytes - desk.rig_bytes > 0.97 * HEAP_KIB * 1024, "the heap was not full"
        here.is_back()
        assert desk.contact(1) == "closed", str((desk.reported(1), desk.starts, desk.stalls))
        with here.friend() as friend:
            here.off(friend, "mqtt", 1)
        assert desk.contact(1) == "open" and desk.starts == 1


RARE = ("settings", "network", "commissioning", "shutoffs", "log", "tokens", "sessions")


def test_every_rare_request_is_answered_beside_mqtt_again_and_again(connected):
    with connected(burners=2) as here:
        me = here.client.login(PASSWORD)
        for path in RARE * 3:
            assert here.client.ask("GET", path, **me).status == 200, path
        assert here.client.ask("PUT", "settings", {"warning_s": 1}, **me).json["key"] == "warning_s"


def used_in_splinters(connected, **asked):
    """Ask for all that allocates much, lose network and broker, and turn off, in a heap of pieces of 1 KiB."""
    with connected(burners=2, sensor=False, **asked) as here:
        desk = here.desk
        desk.splinter()
        here.lasts(1)
        me = here.client.login(PASSWORD)
        for path in RARE:
            assert here.client.ask("GET", path, **me).status == 200, path
        assert here.client.ask("PUT", "settings", {"warning_s": 1}, **me).json["key"] == "warning_s"
        assert here.client.raw(b"GET / HTTP/1.1\r\nHost: curfew\r\n\r\n")[:12] == b"HTTP/1.0 200"
        desk.wifi(False)
        here.broker.stop()
        here.lasts(1)
        here.broker.start()
        desk.wifi(True)
        here.is_back()
        with here.friend() as friend:
            for source in here.ways:
                here.off(friend, source)
        log = here.client.ask("GET", "log", **me).json
        assert "MemoryError" not in str(log) + desk.console(), log


def test_everything_works_where_no_free_piece_of_the_heap_has_more_than_1024_bytes(connected):
    used_in_splinters(connected)


@pytest.mark.long
def test_a_request_that_takes_4000_bytes_at_once_would_be_seen(connected, tmp_path):
    much = ("curfew/services/http/server.py", "digest = sha256()", "digest = sha256(bytes(4000)[:0])")
    with pytest.raises(AssertionError, match="HTTP/1.0 500"):
        used_in_splinters(connected, wild=True, firmware=seeded_build(tmp_path, much))
