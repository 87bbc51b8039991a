"""The HTTP interface to settings, network and commissioning: what is refused, what is written, what stays secret."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from curfew.services.net.clock import iso
from curfew.storage import journal, series
from host_tests.fixtures.web import PASSWORD, UNIX_S, untouched

SURE = {"confirm": PASSWORD}


# --- settings ------------------------------------------------------------------------------------------------------


def saved():
    return json.loads(Path("settings.json").read_text())


def test_settings_come_with_their_ranges(site, me):
    state = site.ask("GET", "settings", **me).json
    assert state["values"] == saved()
    assert state["may_write"] and state["error"] is None and state["key"] is None
    assert state["ranges"]["warning_s"] == {"low": 15, "high": 300, "default": 60, "unit": "s"}
    assert state["ranges"]["relay_drive"] == {"default": "pulse", "words": ["pulse", "level"]}
    assert state["ranges"]["burners[].magnet_hold_uv"]["unit"] == "uv"
    own = {"low": 1, "high": 240, "default": 30, "unit": "min"}  # without one of its own a burner has the common time
    assert state["ranges"]["burners[].timer_default_min"] == own
    assert state["ranges"]["remote_extend"] == {"default": False, "words": [True, False]}
    assert state["ranges"]["pump_pin"]["words"] == [32]
    assert state["ranges"]["hood_pin"] == {"default": None, "words": [None, 4, 13, 16, 21, 22, 25, 26, 27]}


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"hood_pin": 4}, "hood_pin"),
        ({"sda_pin": 4}, "sda_pin"),
        ({"burners": [{"sensor": True, "relay_pin": 23}, {"relay_pin": 19}]}, "burners[0].relay_pin"),
        ({"burners": [{"sensor": True}, {}]}, "burners[1].relay_pin"),
        ({"burners": [{"relay_pin": 19}, {"relay_pin": 18}]}, "burners[0].relay_pin"),
        ({"burners": [{"button_pin": 26}, {"relay_pin": 19, "button_pin": 25}]}, "burners[0].button_pin"),
    ],
)
def test_no_pin_can_be_changed_remotely_exchanged_ones_would_make_off_open_the_wrong_contact(site, me, change, key):
    before = saved()
    answer = site.ask("PUT", "settings", change, **me)
    assert (answer.status, answer.json["key"]) == (422, key)
    assert "USB" in answer.json["error"] and saved() == before and site.restarts == 0


@pytest.mark.parametrize("key, value", [
    ("zero_tc_uv", 2001), ("zero_tc_uv", -2001), ("zero_magnet_uv", 2001), ("ground_permille", 201),
    ("ground_permille", -1),
])  # fmt: skip
def test_a_learned_value_outside_its_range_is_refused_and_the_old_one_kept(site, me, key, value):
    before = saved()
    site.link.update_ms[0] = 1
    answer = site.ask(
        "PUT", "settings", {"burners": [{**before["burners"][0], key: value}, *before["burners"][1:]]}, **me
    )
    assert (answer.status, answer.json["key"]) == (422, "burners[0]." + key)
    assert saved() == before


def test_null_takes_the_own_time_of_a_burner_away(site, me):
    first, second = saved()["burners"]
    for given, kept in ((20, {"timer_default_min": 20}), (None, {})):
        site.link.update_ms[0] = 1
        change = {"burners": [first, {**second, "timer_default_min": given}]}
        assert site.ask("PUT", "settings", change, **me).status == 200
        assert saved()["burners"] == [first, {**second, **kept}]


def test_the_other_settings_of_a_burner_can_be_changed_beside_its_pins(site, me):
    site.link.update_ms[0] = 1
    change = {"burners": [{"sensor": True, "loaded_on_uv": 3000}, {"relay_pin": 19, "sensor": True}]}
    assert site.ask("PUT", "settings", change, **me).status == 200


def test_a_change_is_merged_written_and_taken_at_a_restart(site, me):
    before = saved()
    answer = site.ask("PUT", "settings", {"warning_s": 90, "timer_default_min": None}, **me)
    assert answer.json == {"restart": True}
    del before["timer_default_min"]
    assert saved() == {**before, "warning_s": 90}
    assert site.restarts == 1
    assert not os.path.exists("settings.json.new")


def test_names_of_burners_are_taken_without_a_restart_and_shown_beside_the_address(site, me):
    site.ask("PUT", "network", {"burner_names": ["Back"], **SURE}, **me)  # and every default
    assert site.ask("PUT", "network", {"burner_names": ["Back", "Front"], **SURE}, **me).json == {"restart": False}
    assert site.ask("GET", "status", **me).json["names"] == ["Back", "Front"]
    network = site.ask("GET", "network", **me).json
    assert network["burner_names"] == ["Back", "Front"] and network["host"].startswith("curfew-")


@pytest.mark.parametrize("method, path, change", [
    ("PUT", "settings", {"warning_s": 90}), ("PUT", "network", {"password": "a new secret", **SURE}),
    ("PUT", "network", {"name": "Stove", **SURE}), ("PUT", "tokens", {"make": "read", **SURE}),
])  # fmt: skip
def test_what_is_changed_over_the_network_is_announced_at_the_stove(site, me, method, path, change):
    assert site.ask(method, path, {"no_such": 1}, **me).status == 422 and not site.link.figures[2]
    assert site.ask(method, path, change, **me).status == 200
    assert site.link.figures[2]


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "change, key",
    [
        ({"warning_s": 14}, "warning_s"), ({"warning_s": 301}, "warning_s"), ({"warning_s": "60"}, "warning_s"),
        ({"warning_s": [[[[1]]]]}, "warning_s"), ({"warning_s": 1e300}, "warning_s"),
        ({"warning_s": 10**300}, "warning_s"), ({"remote_extend": 1}, "remote_extend"),
        ({"timer_default_min": 1, "warning_s": 61}, "warning_s"), ({"burners": None}, "burners"),
        ({"burners": [{"sensor": 1}]}, "burners[0].sensor"), ({"no_such": 1}, "no_such"),
    ],
)  # fmt: skip
def test_a_refused_value_names_its_key_and_changes_nothing(site, me, change, key):
    before = Path("settings.json").read_text()
    answer = site.ask("PUT", "settings", change, **me)
    assert answer.status == 422
    assert answer.json["key"] == key and answer.json["error"].startswith(key)
    assert Path("settings.json").read_text() == before
    untouched(site)


@pytest.mark.parametrize("path, change", [("settings", {"warning_s": 90}), ("network", {"name": "Stove", **SURE}),
                                          ("commissioning", {"results": []})])  # fmt: skip
def test_nothing_is_written_while_a_contact_is_closed(site, me, path, change):
    site.link.flash_allowed[0] = 0
    assert not site.ask("GET", "settings", **me).json["may_write"]
    assert site.ask("PUT", path, change, **me).status == 409
    untouched(site)


@pytest.mark.sample(1)
@pytest.mark.parametrize("text, key", [('{"burners": [{}], "warning_s": 1}', "warning_s"), ("{", "settings.json"),
                                       ("[]", "settings"), ("\xff", "settings.json")])  # fmt: skip
def test_a_wrong_file_is_shown_and_replaced_over_the_cable_only(site, me, text, key):
    Path("settings.json").write_text(text, "latin-1")
    state = site.ask("GET", "settings", **me).json
    assert state["key"] == key and state["error"].startswith(key)
    site.link.update_ms[0] = 1
    answer = site.ask("PUT", "settings", {"warning_s": 60, "burners": [{}]}, **me)
    assert answer.status == 403 and "USB" in answer.json["error"] and site.restarts == 0


# --- network -------------------------------------------------------------------------------------------------------

WIFI = {"ssid": "home", "password": "12345678"}


def test_the_set_up_makes_a_password_that_then_opens(make_site):
    site = make_site(config={})
    assert site.ask("PUT", "network", {"wifi": WIFI}).json["key"] == "password"
    untouched(site)
    answer = site.ask("PUT", "network", {"wifi": WIFI, "password": PASSWORD})
    assert answer.status == 200 and answer.json["restart"]
    assert site.restarts == 1
    file = Path("network.json").read_text()
    assert PASSWORD not in file and WIFI["password"] in file
    assert site.ask("PUT", "network", {"password": "another password"}).status == 401, "the set-up is over"
    assert site.ask("GET", "network").status == 401
    assert site.login()


def test_a_button_held_at_the_start_opens_the_set_up_after_a_forgotten_password(site):
    site.context.status["wifi"] = "portal"
    assert site.ask("GET", "status").json["setup"]
    assert site.ask("PUT", "network", {"password": "another password"}).status == 200
    assert site.ask("GET", "log").status == 401


def test_secrets_never_come_back_and_what_comes_back_may_be_sent_again(site, me):
    secrets = {"wifi": WIFI, "mqtt": {"password": "broker secret"}, "voice": {"client_id": "voice secret"}}
    assert site.ask("PUT", "network", {**secrets, **SURE}, **me).status == 200
    before = dict(site.context.config)
    answer = site.ask("GET", "network", **me)
    for secret in (b"12345678", b"broker secret", b"voice secret", b"sha256$"):
        assert secret not in answer.body
    assert answer.json["password"] == answer.json["wifi"]["password"] == {"set": True}
    assert site.ask("PUT", "network", {**answer.json, **SURE}, **me).status == 200
    assert site.context.config == before


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "change, key",
    [
        ({"password": None}, "password"), ({"password": "1234567"}, "password"),
        ({"password": "x" * 65}, "password"), ({"password": 12345678}, "password"), ({"token": "my own"}, "token"),
        ({"token": True}, "token"), ({"tokens": ["control abc"]}, "tokens"), ({"token": None}, "token"),
        ({"wifi": 1}, "wifi"),
        ({"wifi": None}, "wifi"), ({"mqtt": {"port": 0}}, "mqtt.port"),
        ({"language": "fr"}, "language"), ({"no_such": 1}, "no_such"),
    ],
)  # fmt: skip
def test_a_refused_network_value_names_its_key_and_changes_nothing(site, me, change, key):
    before = dict(site.context.config)
    answer = site.ask("PUT", "network", {**change, **SURE}, **me)
    assert (answer.status, answer.json["key"]) == (422, key)
    assert site.context.config == before
    untouched(site)


class Scanner:
    """A radio that finds these networks, or fails."""

    def __init__(self, rows):
        self.rows, self.on = rows, False

    def active(self, on):
        self.on = on

    def scan(self):
        if self.rows is None:
            raise RuntimeError("Wifi Unknown Error")
        return [(name, b"", 1, dbm, 3, False) for name, dbm in self.rows]


AROUND = [(b"far", -80), (b"home", -50), (b"far", -85), (b"", -40), (b"\xff", -90), ("小家".encode(), -60)]


@pytest.mark.parametrize(
    ("rows", "names"), [(AROUND, ["home", "小家", "far"]), (None, []),
                        ([(b"%d" % n, -n) for n in range(30)], [str(n) for n in range(16)])],
)  # fmt: skip
def test_the_set_up_lists_the_networks_around_the_strongest_first(make_site, rows, names):
    site = make_site(config={})
    site.context.portal = SimpleNamespace(station=Scanner(rows))
    assert site.ask("GET", "networks").json == {"networks": names}


def test_networks_are_looked_for_only_in_the_set_up_and_while_no_contact_is_closed(make_site, site, me):
    assert site.ask("GET", "networks").status == 401
    assert site.ask("GET", "networks", **me).status == 409
    site = make_site(config={})
    site.context.portal = SimpleNamespace(station=Scanner(AROUND))
    site.link.flash_allowed[0] = 0
    assert site.ask("GET", "networks").status == 409 and not site.context.portal.station.on


def test_the_set_up_knows_the_name_of_the_device_in_the_home_network(make_site):
    assert make_site(config={}).ask("GET", "network").json["host"] == "curfew-ab0f.local"


def test_the_reason_of_the_wifi_is_shown_in_the_set_up_and_to_no_one_else(make_site, site):
    assert "wifi_reason" not in site.ask("GET", "status").json
    site = make_site(config={})
    site.context.wifi_reason = "wrong password?"
    assert site.ask("GET", "status").json["wifi_reason"] == "wrong password?"


# --- commissioning -------------------------------------------------------------------------------------------------


def test_commissioning_saves_results_and_their_dates(site, me):
    state = site.ask("GET", "commissioning", **me).json["results"]
    assert len(state) == 10 and state[0] == {"id": "plug", "passed": None, "when": None}
    change = {"results": [{"id": "plug", "passed": True}, {"id": "knob", "passed": False}]}
    state = site.ask("PUT", "commissioning", change, **me).json["results"]
    assert state[0] == {"id": "plug", "passed": True, "when": iso(UNIX_S, {})}
    assert state[4]["passed"] is False
    state = site.ask("PUT", "commissioning", {"results": [{"id": "plug", "passed": None}]}, **me).json["results"]
    assert state[0]["passed"] is None and state[4]["passed"] is False
    assert site.ask("GET", "commissioning", **me).json["results"] == state


@pytest.mark.sample(2)
@pytest.mark.parametrize("results", [None, 1, {}, {"plug": True}, ["plug"], [{}], [{"id": "plug"}],
                                     [{"id": "gas", "passed": True}], [{"id": "plug", "passed": "yes"}],
                                     [{"id": [], "passed": True}]])  # fmt: skip
def test_a_malformed_result_is_refused(site, me, results):
    if results != {}:
        assert site.ask("PUT", "commissioning", {"results": results}, **me).status == 422
    assert site.ask("PUT", "commissioning", {}, **me).status == 422
    untouched(site)


# --- shut-offs ------------------------------------------------------------------------------------------------------


def test_earlier_shutoffs_come_a_hundred_at_a_time(site, me):
    for number in range(1, 252):
        assert series.add(journal.JOURNAL_PATH, [f"{number} 0 TIMEOUT 60 0"], lambda: True)
    pages = [site.ask("GET", "shutoffs" + query, **me).json for query in ("", "?before=152", "?before=52", "?before=1")]
    assert [row["number"] for page in pages for row in page] == [*range(251, 0, -1)]
    assert [len(page) for page in pages] == [100, 100, 51, 0]


@pytest.mark.parametrize("query", ["?", "?before=0", "?before=1"])
def test_a_page_of_no_shutoffs_is_an_empty_list(site, me, query):
    assert site.ask("GET", "shutoffs" + query, **me).json == []


@pytest.mark.parametrize(
    "query", ["after=1", "before", "before=", "before=x", "before=-1", "before=1&a=2", "before=1234567890"]
)
def test_another_query_for_shutoffs_is_refused_with_the_one_there_is(site, me, query):
    answer = site.ask("GET", "shutoffs?" + query, **me)
    assert (answer.status, answer.json["error"]) == (400, "the query is not before=NUMBER")


# --- journal and log -------------------------------------------------------------------------------------------------


def test_an_empty_journal_is_an_empty_list(site, me):
    assert site.ask("GET", "shutoffs", **me).json == []


def test_the_log_has_what_was_refused(site, me):
    site.ask("POST", "login", {"password": "wrong"})
    assert "web 401 wrong password" in site.ask("GET", "log", **me).json["lines"]


@pytest.mark.parametrize("drive, found", [("pulse", "weak"), ("level", "level")])
def test_the_log_comes_with_free_memory_the_load_of_the_loop_and_the_state_of_the_pump(site, me, drive, found):
    site.context.settings.relay_drive = drive
    site.context.link.figures[0], site.context.link.figures[3] = 5 * 64, 4
    held = {"busy_permille": 250, "free_bytes": {"python": 20000, "block": 27000}, "self_test": found}
    assert held.items() <= site.ask("GET", "log", **me).json.items()
