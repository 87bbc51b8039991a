"""An operator has many stoves on one page and is alerted by the one that stays on, and by the one that is gone.

Real servers, real controllers on the virtual machine; only the hours of the rules are made seconds.
"""

import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from fleet import trial
from host_tests.fleet.crowd import memory_kb
from host_tests.fleet.monitoring import TOKEN, Alertmanager, Prometheus
from host_tests.fleet.servers import programs
from simulator.realtime import rig

PICTURE = Path(__file__).parent.parent.parent / "build" / "screenshots" / "fleet.png"
EVERY_S = 5
SAMPLES_MOST = 60  # of a device at a scrape


def picture(address):
    """The page as a browser shows it."""
    (browser,) = programs("chromium")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    size = "--window-size=1000,760"
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", size, f"--screenshot={PICTURE}", address],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("count", [
    pytest.param(3, marks=[pytest.mark.long, pytest.mark.limit(180)]),
    pytest.param(50, marks=[pytest.mark.evidence, pytest.mark.limit(900)]),
])  # fmt: skip
def test_an_operator_sees_all_stoves_and_is_alerted_by_those_that_need_someone(tmp_path, monkeypatch, count):
    monkeypatch.setattr(rig, "STEP_S", trial.STEP_S)
    for name in ("prometheus", "alertmanager"):
        (tmp_path / name).mkdir()
    with ExitStack() as stack:
        made = trial.stoves(stack, tmp_path, count, TOKEN)
        listed, stoves = zip(*made, strict=True)
        alerts = Alertmanager(tmp_path / "alertmanager")
        stack.callback(alerts.stop)
        server = Prometheus(tmp_path / "prometheus", listed, EVERY_S, alerts.address, hurried=True)
        stack.callback(server.stop)
        server.until("curfew_state", lambda found: len(found) == count, 120)
        samples = {value for _, value in server.query("scrape_samples_scraped")}
        print(f"samples of a device at a scrape: {samples}; Prometheus holds {memory_kb(server.process.pid):,} kB")
        assert max(samples) < SAMPLES_MOST
        long, short, gone = stoves[0], stoves[1], stoves[2]
        for one in (long, short):
            one.light()
            one.wait_for(lambda one=one: one.state() == "BURNING", 30, "the flame")
        server.until('curfew_state{state="BURNING"}', lambda found: len(found) == 2)
        short.hold()
        gone.do("power_off")
        wanted = {("daily", "CurfewBurnsLong", "flat-01"), ("today", "CurfewGone", "flat-03")}
        end = time.monotonic() + 150
        while not wanted <= alerts.heard:
            assert time.monotonic() < end, alerts.heard
            time.sleep(0.2)
        page = server.page("/consoles/curfew.html")
        assert page.count("floor ") == count and page.count("no answer") == 1 and "BURNING" in page
        assert "<b>flat-01</b> CurfewBurnsLong" in page and "<b>flat-03</b> CurfewGone" in page
        if count == 50:
            picture(f"{server.address}/consoles/curfew.html")
        assert {alert for alert in alerts.heard if alert[1] != "CurfewClockUnknown"} == wanted, "and by no other"
