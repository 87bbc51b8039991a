"""Memory that runs out: the safety loop does not notice, the panel turns off, and the services come back.

In the heap of the real VM something takes all that is left, in the services thread. Not here: errors at every function
of the services, MemoryError among them (test_remote_access.py); that no tick allocates (vm/test_memory_on_the_vm.py).
"""

# ruff: noqa: F811 (fixtures are imported by name)
import pytest

from host_tests.fixtures.web import PASSWORD
from host_tests.realtime.connected import connected  # noqa: F401
from simulator.realtime.process import HEAP_KIB


@pytest.mark.sample(1)
@pytest.mark.parametrize("s", [1, 0.1], ids=["for a second", "once, again and again"])
def test_without_memory_the_panel_turns_off_and_the_services_come_back(connected, s):
    with connected(wild=True, sensor=False, burners=2) as here:
        desk = here.desk
        desk.press()
        desk.press(burner=1)
        desk.wait_state("BURNING")

        def starve(rounds):
            for number in range(2 * rounds):
                desk.memory(number % 2 == 0)
                here.lasts(s)

        starve(round(2 / s))
        assert desk.state() == desk.state(1) == "BURNING"
        desk.memory(True)
        desk.hold()
        desk.wait_for(lambda: desk.contact() == "open", 2, "the contact to open")
        assert desk.contact(1) == "closed"
        starve(round(2 / s))
        assert desk.peak_bytes - desk.rig_bytes > 0.97 * HEAP_KIB * 1024, "the heap was not full"
        here.is_back()
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
