"""A sensor that was switched on over the network stays on only when its converter answers.

Here: services/pending_sensor.py and the request that begins a one. Not here: what raises SENSOR_FAILED.
"""

import asyncio
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from curfew.core.faults import SENSOR_FAILED
from curfew.core.limits import UPDATE_MS
from curfew.runtime.snapshot import SNAP_FAULTS_RAISED, SNAP_FIELDS
from curfew.services import pending_sensor
from curfew.services.context import PENDING_PATH, ServiceContext
from curfew.services.log import Log
from curfew.storage import files
from host_tests.services.test_authority import saved

OLD, NEW = {"burners": [{}, {}]}, {"burners": [{}, {"sensor": True}]}


class Start:
    """A start after the change; fails_ms: when the converter is found silent, None: never."""

    def __init__(self, fails_ms=None, reason="reset", closed_until_ms=0):
        self.now_ms, self.restarts, self.changed = 0, 0, [0]
        self._fails_ms, self._closed_until_ms = fails_ms, closed_until_ms
        self.link, self.log, self.settings_path = self, Log(), "settings.json"
        self.chip = SimpleNamespace(restart_reason=lambda: reason)

    def flash_allowed(self):
        return self.now_ms >= self._closed_until_ms

    def write(self, path, text):
        return ServiceContext.write(self, path, text)

    def look(self):
        values = [0] * (2 * SNAP_FIELDS)
        if self._fails_ms is not None and self.now_ms >= self._fails_ms:
            values[SNAP_FIELDS + SNAP_FAULTS_RAISED] = 1 << SENSOR_FAILED
        return values

    def ask_restart(self):
        self.restarts += 1

    async def _sleep_ms(self, ms):
        self.now_ms += ms
        assert self.now_ms < 2 * UPDATE_MS, "it does not end"

    def run(self):
        asyncio.run(pending_sensor.run(self, self._sleep_ms))
        return self


@pytest.fixture
def flash(tmp_path, monkeypatch):
    """The files after the change."""
    monkeypatch.chdir(tmp_path)
    Path("settings.json").write_text(json.dumps(NEW))
    files.replace(PENDING_PATH, [json.dumps(OLD)], lambda: True)


def test_a_sensor_that_answers_for_ten_seconds_stays_on(flash):
    one = Start().run()
    assert (one.now_ms, saved(), one.restarts, os.listdir()) == (10_000, NEW, 0, ["settings.json"])


@pytest.mark.parametrize("fails_ms", [100, 1500, 10_000])
def test_a_sensor_that_does_not_answer_is_off_again_and_the_next_start_says_so(flash, fails_ms):
    one = Start(fails_ms).run()
    assert (one.now_ms, saved(), one.restarts, one.changed) == (fails_ms, OLD, 1, [1])
    later = Start(fails_ms).run()
    assert (later.now_ms, saved(), later.restarts) == (0, OLD, 0)
    assert later.log.lines() == ["sensor no answer for 10 s: the settings from before it was switched on are back"]


@pytest.mark.parametrize(("fails_ms", "reason"), [(10_100, "reset"), (100, "power")])
def test_a_sensor_that_fails_later_or_after_a_power_cut_is_not_taken_away(flash, fails_ms, reason):
    Start(fails_ms, reason).run()
    assert saved() == NEW and PENDING_PATH not in os.listdir()


def test_while_a_contact_is_closed_nothing_is_written_and_after_ten_minutes_it_stays_on(flash):
    assert Start(100, closed_until_ms=5000).run().now_ms == 5000 and saved() == OLD


def test_it_is_confirmed_with_the_time_of_the_window_although_a_contact_was_closed_all_the_time(flash):
    assert Start(100, closed_until_ms=UPDATE_MS + 100).run().restarts == 0 and saved() == NEW


@pytest.mark.parametrize(
    "change", [{"warning_s": 90}, {"burners": [{"sensor": True}, {"sensor": True, "relay_pin": 19}]}]
)
def test_only_the_request_that_switches_a_sensor_on_makes_it_pending(site, me, change):
    site.link.update_ms[0] = 1
    old = saved()
    assert site.ask("PUT", "settings", change, **me).status == 200
    begun = [json.loads(line) for line in files.lines(PENDING_PATH)]
    assert begun == ([old] if "burners" in change else [])
