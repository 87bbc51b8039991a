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

HOG = """


turns = [0]


def hog(held):
    turns[0] += 1
    try:
        os.stat("hog")
        lasts, every = ROUNDS
        if turns[0] % every >= lasts:
            held.clear()
            return
        size = 8192
        while size > 16:
            try:
                held.append(bytearray(size))
            except MemoryError:
                size //= 2
    except OSError:
        held.clear()
"""
RUNNER = "curfew/services/runner.py"
BEGIN = "async def _rounds(context, services, tasks):\n"
LOOP = "    while not context.link.stop_requested[0]:\n        context.persistence.poll()"


@pytest.mark.sample(1)
@pytest.mark.parametrize("rounds", [(10, 20), (1, 2)], ids=["for a second", "once, again and again"])
def test_without_memory_the_panel_turns_off_and_the_services_come_back(connected, tmp_path, rounds):
    changes = (
        (RUNNER, BEGIN, HOG.replace("ROUNDS", str(rounds)) + "\n\n" + BEGIN + "    held = []\n"),
        (RUNNER, LOOP, LOOP.replace("        context", "        hog(held)\n        context")),
    )
    with connected(wild=True, sensor=False, burners=2, firmware=seeded_build(tmp_path, *changes)) as here:
        desk = here.desk
        desk.press()
        desk.press(burner=1)
        desk.wait_state("BURNING")
        hungry = desk.flash / "hog"
        hungry.touch()
        here.lasts(4)
        assert desk.state() == desk.state(1) == "BURNING"
        desk.hold()
        desk.wait_for(lambda: desk.contact() == "open", 2, "the contact to open")
        assert desk.contact(1) == "closed"
        here.lasts(3)
        assert desk.peak_bytes - desk.rig_bytes > 0.97 * HEAP_KIB * 1024, "the heap was not full"
        hungry.unlink()
        here.is_back()
        with here.friend() as friend:
            here.off(friend, "mqtt", 1)
        assert desk.contact(1) == "open" and desk.starts == 1


def test_every_rare_request_is_answered_beside_mqtt_again_and_again(connected):
    with connected(burners=2) as here:
        me = here.client.login(PASSWORD)
        for path in ("settings", "network", "commissioning", "shutoffs", "log", "tokens", "sessions") * 3:
            assert here.client.ask("GET", path, **me).status == 200, path
        assert here.client.ask("PUT", "settings", {"warning_s": 1}, **me).json["key"] == "warning_s"
