"""Who may change what: by direction and place; what a token, a fault and a changed server mean."""

import asyncio
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from curfew.core import limits
from curfew.core.faults import SENSOR_FAILED
from curfew.core.limits import UPDATE_MS
from curfew.runtime.snapshot import SNAP_FAULTS_RAISED, SNAP_FIELDS
from curfew.services import pending_sensor
from curfew.services.context import PENDING_PATH, ServiceContext
from curfew.services.http import authority
from curfew.services.log import Log
from curfew.storage import files
from host_tests.fixtures.web import BEARER, PASSWORD, SETTINGS, untouched

SURE = {"confirm": PASSWORD}
MQTT = {"host": "10.0.0.1", "port": 8883, "tls": True, "user": "stove", "password": "pilot light secret"}
FREE = {"timer_default_min": -1, "timer_step_min": -1, "timer_max_min": -1, "burn_max_min": -1, "override_max_min": -1}
FREE |= {"absence_min": -1, "absence_left_min": -1, "warning_s": 1}


def saved():
    return json.loads(Path("settings.json").read_text())


# --- settings ------------------------------------------------------------------------------------------------------


def middle(key, low, high):
    """Settings in which a key can move one step to both sides."""
    value = (low + high) // 2
    return {"burners": [{}], "timer_default_min": 10, "timer_max_min": 60, **{key: value}}, value


@pytest.mark.parametrize(("key", "default", "low", "high"), limits.SETTINGS)
@pytest.mark.parametrize("step", [-1, 1])
def test_a_session_changes_a_setting_only_in_its_free_direction(key, default, low, high, step):
    old, value = middle(key, low, high)
    place = authority.SESSION if FREE.get(key) == step else authority.WINDOW
    assert list(authority.changes(old, {**old, key: value + step})) == [(key, place)]


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("remote_extend", True, "window"), ("auto_arm", False, ""), ("relay_drive", limits.DRIVES[1], "cable"),
        ("radio", False, "cable"), ("pump_pin", 33, "cable"), ("hood_pin", 4, "cable"), ("no_such_key", 1, "window"),
    ],
)  # fmt: skip
def test_switches_and_pins(key, value, place):
    old = {"burners": [{}]}
    assert list(authority.changes(old, {**old, key: value})) == [(key, place)]
    assert list(authority.changes({**old, key: value}, {**old, key: value})) == []


@pytest.mark.parametrize(
    ("own", "place"),
    [({"timer_default_min": 20}, ""), ({"timer_default_min": 40}, "window"), ({"burn_max_min": 200}, "")],
)
def test_a_time_of_one_burner_counts_against_what_it_had_before(own, place):
    (key,) = own
    old, new = {"burners": [{}, {}]}, {"burners": [{}, own]}
    back = authority.WINDOW if place == authority.SESSION else authority.SESSION
    assert list(authority.changes(old, new)) == [(f"burners[1].{key}", place)]
    assert list(authority.changes(new, old)) == [(f"burners[1].{key}", back)]


def test_a_time_of_its_own_that_is_the_common_one_is_no_change():
    assert list(authority.changes({"burners": [{}]}, {"burners": [{"burn_max_min": 240}]})) == []


def test_a_switch_back_has_the_other_place():
    assert list(authority.changes({"remote_extend": True}, {})) == [("remote_extend", "")]
    assert list(authority.changes({"auto_arm": False}, {})) == [("auto_arm", "window")]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ([{}], [{"sensor": True}], [("burners[0].sensor", "window")]),
        ([{"sensor": True}], [{}], [("burners[0].sensor", "cable")]),
        ([{}], [{"loaded_on_uv": 3000}], [("burners[0].loaded_on_uv", "window")]),
        ([{}], [{"loaded_on_uv": 2500}], []),
        ([{"relay_pin": 18}], [{"relay_pin": 19}], [("burners[0].relay_pin", "cable")]),
        ([{"timer_default_min": 15}], [{"timer_default_min": 10}], [("burners[0].timer_default_min", "")]),
    ],
)
def test_a_burner(old, new, found):
    assert list(authority.changes({"burners": old}, {"burners": new})) == found


def test_another_number_of_burners_needs_the_cable():
    assert ("burners", "cable") in authority.changes({"burners": [{}]}, {"burners": [{}, {}]})


@pytest.mark.parametrize("change", [{"timer_max_min": 240}, {"warning_s": 30}, {"flame_out_s": 60}, {"auto_arm": True}])
def test_what_is_not_free_needs_the_local_window_and_says_how_to_open_it(site, me, change):
    base = {**SETTINGS, "auto_arm": False, "timer_max_min": 120}
    Path("settings.json").write_text(json.dumps(base))
    answer = site.ask("PUT", "settings", change, **me)
    assert answer.status == 403 and answer.json["key"] in change and "hold a button for 6 s" in answer.json["error"]
    assert saved() == base and site.restarts == 0
    site.link.update_ms[0] = 1
    assert site.ask("PUT", "settings", change, **me).json == {"restart": True}
    assert saved() == {**base, **change}


def test_remote_extend_is_switched_on_only_in_the_window_and_off_from_anywhere(site, me):
    assert site.ask("PUT", "settings", {"remote_extend": False}, **me).status == 200
    assert site.ask("PUT", "settings", {"remote_extend": True}, **me).status == 403


@pytest.mark.parametrize(
    "change",
    [
        {"relay_drive": limits.DRIVES[1]},
        {"burners": [{"sensor": False}, {"relay_pin": 19}]},
        {"burners": [{"sensor": True}]},
    ],
)
def test_sensor_off_drive_and_burners_are_refused_even_in_the_window(site, me, change):
    site.link.update_ms[0] = 1
    answer = site.ask("PUT", "settings", change, **me)
    assert answer.status == 422 and "USB cable" in answer.json["error"]
    untouched(site)


def test_a_write_that_changes_nothing_restarts_nothing(site, me):
    assert site.ask("PUT", "settings", {"flame_out_s": 5}, **me).json == {"restart": False}
    assert site.ask("PUT", "network", {"language": "zh", **SURE}, **me).json["restart"] is True  # defaults are added
    site.restarts = 0
    assert site.ask("PUT", "network", {"language": "zh", **SURE}, **me).json == {"restart": False}
    assert site.restarts == 0


@pytest.mark.parametrize(("path", "change"), [("settings", {"warning_s": 90}), ("network", {"name": "x", **SURE})])
def test_no_restart_ends_a_fault_remotely(site, me, path, change):
    site.publish(1, FAULTS_RAISED=4)
    answer = site.ask("PUT", path, change, **me)
    assert answer.status == 409 and "at the controller" in answer.json["error"]
    untouched(site)
    site.publish(1, FAULTS_RAISED=0)
    assert site.ask("PUT", path, change, **me).status == 200


# --- network -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [None, "", "wrong password", 1, {"set": True}])
def test_a_network_setting_changes_only_with_the_device_password(site, me, word):
    answer = site.ask("PUT", "network", {"name": "x", "confirm": word}, **me)
    assert answer.json["key"] == "confirm" and answer.status in (403, 422)
    untouched(site)


def test_wrong_passwords_at_a_network_setting_pause_like_those_of_a_log_in(site, me):
    for expected in ("wrong password", "wait 1 seconds"):
        answer = site.ask("PUT", "network", {"name": "x", "confirm": "wrong"}, **me)
        assert answer.status == 403 and expected in answer.json["error"]


def test_a_token_reads_the_network_settings_and_never_writes_them(site):
    assert site.ask("GET", "network", **BEARER).status == 200
    assert site.ask("PUT", "network", {"mqtt": {"host": "10.0.0.9"}, **SURE}, **BEARER).status == 403


@pytest.mark.parametrize("change", [{"host": "10.0.0.9"}, {"port": 1883}, {"tls": False}, {"ca": "x"}])
def test_a_server_that_changes_loses_its_secret(site, me, change):
    assert site.ask("PUT", "network", {"mqtt": MQTT, **SURE}, **me).status == 200
    answer = site.ask("PUT", "network", {"mqtt": change, **SURE}, **me)
    assert answer.json["dropped"] == ["mqtt.password"] and site.context.config["mqtt"]["password"] == ""
    assert "pilot light secret" not in Path("network.json").read_text()


def test_a_server_that_changes_with_a_new_secret_keeps_it(site, me):
    site.ask("PUT", "network", {"mqtt": MQTT, **SURE}, **me)
    answer = site.ask("PUT", "network", {"mqtt": {"host": "10.0.0.9", "password": "a new one"}, **SURE}, **me)
    assert answer.json == {"restart": True} and site.context.config["mqtt"]["password"] == "a new one"


def test_another_user_or_prefix_keeps_the_secret(site, me):
    site.ask("PUT", "network", {"mqtt": MQTT, **SURE}, **me)
    site.ask("PUT", "network", {"mqtt": {"prefix": "home", "user": "x"}, **SURE}, **me)
    assert site.context.config["mqtt"]["password"] == MQTT["password"]


def test_the_home_network_cannot_be_removed_remotely(site, me):
    answer = site.ask("PUT", "network", {"wifi": None, **SURE}, **me)
    assert (answer.status, answer.json["key"]) == (422, "wifi")
    untouched(site)


def test_in_the_set_up_no_one_has_a_password_yet(make_site):
    site = make_site(config={})
    assert site.ask("PUT", "network", {"password": PASSWORD, "wifi": {"ssid": "home"}}).json["restart"]


@pytest.mark.parametrize("url", ["http://10.0.0.9/KEY", "https://10.0.0.9/KEY"])
def test_the_address_of_messages_is_a_secret_and_goes_with_its_authority(site, me, url):
    assert site.ask("PUT", "network", {"notify": {"url": url}, **SURE}, **me).json == {"restart": True}
    assert site.ask("GET", "network", **me).json["notify"]["url"] == {"set": True}
    assert site.ask("PUT", "network", {"notify": {"form": "bark"}, **SURE}, **me).status == 200
    assert site.context.config["notify"] == {"form": "bark", "url": url, "ca": ""}
    answer = site.ask("PUT", "network", {"notify": {"ca": "another"}, **SURE}, **me)
    assert answer.json["dropped"] == ["notify.url"] and "KEY" not in Path("network.json").read_text()


@pytest.mark.parametrize(
    "change",
    [{"notify": {"url": "ntfy.sh/KEY"}}, {"notify": {"url": "https://a/KEY"}, "mqtt": {"host": "b", "tls": True}}],
    ids=["no address", "a second TLS"],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(site, me, change):
    answer = site.ask("PUT", "network", {**change, **SURE}, **me)
    assert (answer.status, answer.json["key"]) == (422, "notify.url") and b"KEY" not in answer.body
    untouched(site)


# --- everything ----------------------------------------------------------------------------------------------------

OWN = ("network.json", "network.json.new", "sessions.txt", "key.txt", "dates.txt", "joined.txt", "authority.txt")
KEPT = ("settings.json", "state.txt")


@pytest.fixture
def used(site, me):
    """A device that was used, in the local window."""
    for name in (*OWN, "commissioning.txt", "state.txt"):
        Path(name).write_text("something of the owner")
    site.shutoffs(["7 0 TIMEOUT 600 0", "8 1 REMOTE:web 900 0"])
    for name in ("journal.txt.1", "dates.txt.1"):
        assert files.replace(name, ["6 0 TIMEOUT 600 0"], lambda: True)
    site.link.update_ms[0] = 1
    return site


def test_everything_of_the_owner_is_forgotten_and_settings_and_faults_stay(used, me):
    assert used.ask("POST", "forget", SURE, **me).json == {"restart": True}
    assert {path.name for path in Path().iterdir() if path.is_file()} == {*KEPT, "journal.txt"}
    assert list(files.lines("journal.txt")) == ["8 1 REMOTE:web 900 0"] and used.restarts == 1
    assert used.ask("GET", "settings", **me).status == 401


@pytest.mark.parametrize(
    "spoil, status",
    [
        (lambda site: site.link.update_ms.__setitem__(0, 0), 403),
        (lambda site: site.publish(1, FAULTS_RAISED=4), 409),
        (lambda site: site.link.flash_allowed.__setitem__(0, 0), 409),
        (lambda site: SURE.update(confirm="wrong"), 403),
    ],
    ids=["outside the local window", "in a fault", "in a burn", "with a wrong password"],
)
def test_nothing_is_forgotten(used, me, monkeypatch, spoil, status):
    monkeypatch.setitem(SURE, "confirm", PASSWORD)
    spoil(used)
    assert used.ask("POST", "forget", SURE, **me).status == status
    assert all(Path(name).exists() for name in (*OWN, *KEPT)) and used.restarts == 0


def test_no_token_forgets(used):
    assert used.ask("POST", "forget", SURE, **BEARER).status == 403 and used.restarts == 0


# --- a sensor that is switched on -------------------------------------------------------------------------------------

OLD, NEW = {"burners": [{}, {}]}, {"burners": [{}, {"sensor": True}]}


class Start:
    """A start after the change; fails_ms: when the converter is found silent, None: never."""

    def __init__(self, fails_ms=None, reason="reset", closed_until_ms=0):
        self.now_ms, self.restarts, self.figures = 0, 0, [0, 0, 0]
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
    assert (one.now_ms, saved(), one.restarts, one.figures[2]) == (fails_ms, OLD, 1, 1)
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
