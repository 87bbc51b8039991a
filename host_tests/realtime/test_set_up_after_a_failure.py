"""One failure of the radio in the set-up: everything is made anew, and the page answers at each of its names."""

import pytest

from host_tests.fixtures.seeded_firmware import seeded_build
from host_tests.fixtures.web import Client
from simulator.realtime.rig import SHORT, RealtimeRig

PORTAL = "curfew/services/net/portal.py"
ONCE = (PORTAL, "_POLL_MS = 50\n", "_POLL_MS = 50\n_failed = []\n")
RAISES = (
    "        if not _failed:\n            _failed.append(1)\n            raise RuntimeError('Wifi Unknown Error')\n"
)
CALLS = ["        ap.active(True)\n", "        self.address = ap.ifconfig()[0]\n"]


@pytest.mark.parametrize("call", CALLS, ids=["active", "ifconfig"])
def test_the_page_of_the_set_up_answers_after_one_failure_of_the_radio(tmp_path, call):
    (tmp_path / "built").mkdir()
    firmware = seeded_build(tmp_path / "built", ONCE, (PORTAL, call, call + RAISES))
    (tmp_path / "rig").mkdir()
    with RealtimeRig(tmp_path / "rig", sensor=False, network={}, firmware=firmware, **SHORT) as rig:
        rig.wait_for(lambda: "Set-up: Wi-Fi" in rig.console(), 20, "the set-up")
        client = Client(rig.web_port)

        def asked(host):
            try:
                return client.raw(f"GET /generate_204 HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())[9:12]
            except OSError:
                return b""

        rig.wait_for(lambda: asked("connectivitycheck.gstatic.com") == b"302", 10, "the redirection of a phone")
        page = client.raw(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert page[9:12] == b"200"
