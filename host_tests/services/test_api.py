"""The HTTP interface: what can be asked, by whom, and what it does to the stove and to the files.

Here: every route against a real server and a real House. Not here: broken HTTP (test_web.py), secrets (test_door.py).
"""

import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from curfew.services.http import api
from curfew.services.net.clock import iso
from host_tests.fixtures.web import PASSWORD, TOKEN, UNIX_S, Site

BEARER = {"Authorization": "Bearer " + TOKEN}
READS = ["events", "closings", "settings", "network", "commissioning", "log", "update", "/metrics"]
WRITES = [
    ("POST", "off"),
    ("POST", "burners/0/off"),
    ("POST", "burners/1/extend"),
    ("POST", "logout"),
    ("PUT", "settings"),
    ("PUT", "network"),
    ("PUT", "commissioning"),
    ("POST", "update"),
    ("PUT", "update"),
]


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("www")
    sites = []

    def make(**asked):
        sites.append(Site(**asked))
        return sites[-1]

    yield make
    for one in sites:
        one.stop()


@pytest.fixture
def server(site):
    return site()


@pytest.fixture
def me(server):
    """The headers of somebody who is logged in."""
    return server.login()


def untouched(server):
    assert server.offs() == server.extends() == []
    assert server.restarts == 0
    assert sorted(os.listdir()) == ["settings.json", "www"]


# --- who may -------------------------------------------------------------------------------------------------------


def test_a_stranger_learns_the_name_and_nothing_of_the_stove(server):
    told = server.ask("GET", "status").json
    about = {"version": "0.1.0", "build": "?", "trial": False}  # no manifest here
    assert told == {"name": "Curfew", "language": "zh", **about, "setup": False, "login": False}


@pytest.mark.parametrize("path", READS)
def test_a_stranger_reads_nothing(server, path):
    assert server.ask("GET", path).status == 401


@pytest.mark.parametrize("method, path", WRITES)
def test_a_write_needs_a_log_in_and_its_guard_or_a_token(server, method, path):
    me = server.login()
    cookie, guard = {"Cookie": me["Cookie"]}, {"X_CSRF_Token": me["X_CSRF_Token"]}
    body = {"timer_default_min": 20, "results": []}
    for headers, expected in (
        ({}, 401),
        (guard, 401),
        ({"Cookie": "session=" + "0" * 32, **guard}, 401),
        ({"Cookie": "session=" + me["X_CSRF_Token"], **guard}, 401),
        (cookie, 403),
        ({**cookie, "X_CSRF_Token": ""}, 403),
        ({**cookie, "X_CSRF_Token": me["X_CSRF_Token"][:-1]}, 403),
        ({**cookie, "X_CSRF_Token": me["Cookie"][8:]}, 403),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer " + TOKEN[:-1]}, 401),
        ({"Authorization": "Basic " + TOKEN}, 401),
    ):
        assert server.ask(method, path, body, **headers).status == expected, headers
        untouched(server)


def test_a_token_needs_no_guard(server):
    assert server.ask("POST", "off", **BEARER).status == 202
    assert server.offs() == [0, 1]
    assert "csrf" not in server.ask("GET", "status", **BEARER).json


def test_a_token_that_was_never_made_opens_nothing(site):
    server = site(config={"password": "sha256$1$00$00"})
    assert server.ask("GET", "log", Authorization="Bearer ").status == 401
    assert server.ask("GET", "log", **BEARER).status == 401


def test_a_log_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(server):
    answer = server.ask("POST", "login", {"password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")
    assert answer.json["csrf"] not in cookie
    told = server.ask("GET", "status", Cookie=cookie.split(";")[0]).json
    assert told["login"] and told["csrf"] == answer.json["csrf"]  # a page loaded anew gets its guard again


def test_wrong_passwords_make_everybody_wait_but_not_who_is_in(server):
    me = server.login()
    assert server.ask("POST", "login", {"password": "wrong"}).status == 401
    answer = server.ask("POST", "login", {"password": PASSWORD})
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    server.clock.now_ms += 1000
    assert server.ask("POST", "login", {"password": "wrong"}).status == 401
    server.clock.now_ms += 1000
    assert server.ask("POST", "login", {"password": PASSWORD}).status == 429
    assert server.ask("POST", "off", **me).status == 202
    assert server.offs() == [0, 1]
    server.clock.now_ms += 1000
    assert server.ask("POST", "login", {"password": PASSWORD}).status == 200


@pytest.mark.parametrize("password", ["", " " + PASSWORD, PASSWORD.upper(), PASSWORD[:-1], "x" * 3000, "é\0"])
def test_a_wrong_password_is_wrong(server, password):
    assert server.ask("POST", "login", {"password": password}).status == 401


def test_two_at_once_who_need_what_is_imported_rarely_do_not_take_it_from_each_other(server):
    rest = threading.Event()

    async def sleep_ms(ms):
        while not rest.is_set():
            await Site._sleep_ms(1)

    server.api.sleep_ms = sleep_ms
    with ThreadPoolExecutor() as pool:
        login = pool.submit(server.ask, "POST", "login", {"password": PASSWORD})
        while not server.api._rare:
            time.sleep(0.001)
        assert server.ask("GET", "settings", **BEARER).status == 200
        assert server.api._rare == 1 and "curfew.services.http.config_api" in sys.modules
        rest.set()
        assert login.result(10).status == 200
    assert "curfew.services.http.config_api" not in sys.modules


@pytest.mark.parametrize("password", [None, 1, True, [PASSWORD], {"a": PASSWORD}])
def test_what_is_no_password_is_no_try(server, password):
    assert server.ask("POST", "login", {"password": password}).status == 422
    assert server.ask("POST", "login", {"password": PASSWORD}).status == 200


def test_a_cookie_replayed_after_logging_out_opens_nothing(server, me):
    assert server.ask("POST", "logout", **me).status == 200
    assert server.ask("GET", "log", **me).status == 401
    assert server.ask("POST", "off", **me).status == 401
    untouched(server)


def test_a_cookie_is_worth_nothing_after_a_restart_or_a_day(site):
    one = site()
    me = one.login()
    assert site().ask("POST", "off", **me).status == 401
    one.clock.now_ms += 86400000
    assert one.ask("POST", "off", **me).status == 401


def test_without_a_password_nothing_but_the_set_up_works(site):
    server = site(config={})
    assert server.ask("GET", "status").json["setup"]
    for method, path in [("GET", path) for path in READS if path != "network"] + WRITES:
        if path not in ("network",):
            answer = server.ask(method, path, {}, **BEARER)
            assert answer.status == 403 and "set-up" in answer.json["error"], path
    assert server.ask("POST", "login", {"password": ""}).status == 403
    assert server.ask("GET", "network").json == {}
    untouched(server)


# --- bodies --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe{}", b'{"a": 1}}', b"[" * 4000, b'{"a":' * 800, b"{}" + b"\0"]
    + [b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["settings", "network", "commissioning"])
def test_a_body_that_is_no_object_is_refused(server, me, path, body):
    assert server.ask("PUT", path, body, **me).status == 400
    untouched(server)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
def test_a_form_of_another_site_is_refused_by_its_type(server, me, kind):
    assert server.ask("PUT", "settings", {"warning_s": 30}, Content_Type=kind, **me).status == 415
    assert server.ask("POST", "login", {"password": PASSWORD}, Content_Type=kind).status == 415
    untouched(server)


# --- the stove -----------------------------------------------------------------------------------------------------


def test_status_tells_everything_to_who_is_in(server, me):
    server.publish(
        1, STATE=2, CONTACT_CLOSED=1, REMAINING_S=1200, TC_UV=14000, MAGNET_UV=6000, FLAME=1, CAUSE=5, DETAIL=1
    )
    server.clock.now_ms += 7500
    told = server.ask("GET", "status", **me).json
    burner = told["burners"][1]
    assert (burner["state"], burner["remaining_s"], burner["tc_uv"], burner["cause"]) == (
        "BURNING",
        1200,
        14000,
        "REMOTE:web",
    )
    assert (told["uptime_s"], told["time"], told["restart_reason"]) == (7, iso(UNIX_S, 0), "POWER_ON")
    assert told["services"] == {"wifi": "off", "mqtt": "off", "voice": "off"}
    assert not told["problem"] and told["remote_extend"]


def test_off_shuts_all_burners_and_a_numbered_one_itself(server, me):
    assert server.ask("POST", "off", **me).status == 202
    assert server.offs() == [0, 1]
    assert server.ask("POST", "burners/1/off", **me).json == {"asked": True}
    assert server.offs() == [1]
    assert server.inbox.source(1) == 1


def test_extend_asks_and_only_where_the_settings_allow_it(server, me):
    assert server.ask("POST", "burners/1/extend", **me).status == 202
    assert server.extends() == [1]
    server.house.extend_allowed = False
    assert server.ask("POST", "burners/1/extend", **me).status == 403
    assert server.extends() == []


def test_closings_come_newest_first_with_their_dates(server, me):
    server.closings([f"{number} {number % 2} TIMEOUT {60 * number} 250" for number in range(1, 101)])
    told = server.ask("GET", "closings", **me).json
    assert [row["number"] for row in told] == [*range(100, 0, -1)]
    assert told[-1] == {
        "number": 1,
        "burner": 1,
        "cause": "TIMEOUT",
        "conducted_s": 60,
        "health_permille": 250,
        "when": None,
    }


def test_an_empty_journal_is_an_empty_list(server, me):
    assert server.ask("GET", "closings", **me).json == []


# --- settings ------------------------------------------------------------------------------------------------------


def kept():
    return json.loads(Path("settings.json").read_text())


def test_settings_come_with_their_ranges(server, me):
    told = server.ask("GET", "settings", **me).json
    assert told["values"] == kept()
    assert told["may_write"] and told["error"] is None and told["key"] is None
    assert told["ranges"]["warning_s"] == {"low": 15, "high": 300, "default": 60, "unit": "s"}
    assert told["ranges"]["relay_drive"] == {"default": "level", "words": ["level", "pulse"]}
    assert told["ranges"]["burners[].magnet_hold_uv"]["unit"] == "uv"
    assert told["ranges"]["remote_extend"] == {"default": False, "words": [True, False]}
    assert told["ranges"]["pump_pin"]["words"] == [32]
    assert told["ranges"]["hood_pin"] == {"default": None, "words": [None, 4, 13, 16, 17, 21, 22, 25, 26, 27]}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"hood_pin": 4}, "hood_pin"),
        ({"sda_pin": 4}, "sda_pin"),
        ({"burners": [{"sensor": True, "relay_pin": 23}, {"relay_pin": 19}]}, "burners[0].relay_pin"),
        ({"burners": [{"sensor": True}, {}]}, "burners[1].relay_pin"),
        ({"burners": [{"relay_pin": 19}, {"relay_pin": 18}]}, "burners[1].relay_pin"),
        ({"burners": [{"button_pin": 26}, {"relay_pin": 19, "button_pin": 25}]}, "burners[0].button_pin"),
    ],
)
def test_no_pin_can_be_changed_from_afar_exchanged_ones_would_make_off_open_the_wrong_contact(server, me, change, key):
    before = kept()
    answer = server.ask("PUT", "settings", change, **me)
    assert (answer.status, answer.json["key"]) == (422, key)
    assert "USB" in answer.json["error"] and kept() == before and server.restarts == 0


def test_the_other_settings_of_a_burner_can_be_changed_beside_its_pins(server, me):
    change = {"burners": [{"sensor": True, "loaded_on_uv": 3000}, {"relay_pin": 19, "sensor": True}]}
    assert server.ask("PUT", "settings", change, **me).status == 200


def test_a_change_is_merged_written_and_taken_at_a_restart(server, me):
    before = kept()
    answer = server.ask("PUT", "settings", {"warning_s": 30, "timer_default_min": None}, **me)
    assert answer.json == {"restart": True}
    del before["timer_default_min"]
    assert kept() == {**before, "warning_s": 30}
    assert server.restarts == 1
    assert not os.path.exists("settings.json.new")


@pytest.mark.parametrize(
    "change, key",
    [
        ({"warning_s": 14}, "warning_s"),
        ({"warning_s": 301}, "warning_s"),
        ({"warning_s": "60"}, "warning_s"),
        ({"warning_s": [[[[1]]]]}, "warning_s"),
        ({"warning_s": 1e300}, "warning_s"),
        ({"warning_s": 10**300}, "warning_s"),
        ({"remote_extend": 1}, "remote_extend"),
        ({"timer_default_min": 1, "warning_s": 61}, "warning_s"),
        ({"burners": None}, "burners"),
        ({"burners": [{"sensor": 1}]}, "burners[0].sensor"),
        ({"no_such": 1}, "no_such"),
    ],
)
def test_a_refused_value_names_its_key_and_changes_nothing(server, me, change, key):
    before = Path("settings.json").read_text()
    answer = server.ask("PUT", "settings", change, **me)
    assert answer.status == 422
    assert answer.json["key"] == key and answer.json["error"].startswith(key)
    assert Path("settings.json").read_text() == before
    untouched(server)


@pytest.mark.parametrize("path, change", [("settings", {"warning_s": 30}), ("network", {"name": "Stove"}),
                                          ("commissioning", {"results": []})])  # fmt: skip
def test_nothing_is_written_while_something_conducts(server, me, path, change):
    server.link.flash_allowed[0] = 0
    assert not server.ask("GET", "settings", **me).json["may_write"]
    assert server.ask("PUT", path, change, **me).status == 409
    untouched(server)


@pytest.mark.parametrize("text, key", [('{"burners": [{}], "warning_s": 1}', "warning_s"), ("{", "settings.json"),
                                       ("[]", "settings"), ("\xff", "settings.json")])  # fmt: skip
def test_a_wrong_file_is_shown_and_can_be_mended(server, me, text, key):
    Path("settings.json").write_text(text, "latin-1")
    told = server.ask("GET", "settings", **me).json
    assert told["key"] == key and told["error"].startswith(key)
    assert server.ask("PUT", "settings", {"warning_s": 60, "burners": [{}]}, **me).status == 200
    assert server.ask("GET", "settings", **me).json["error"] is None


# --- network -------------------------------------------------------------------------------------------------------

WIFI = {"ssid": "home", "password": "12345678"}


def test_the_set_up_makes_a_password_that_then_opens(site):
    server = site(config={})
    assert server.ask("PUT", "network", {"wifi": WIFI}).json["key"] == "password"
    untouched(server)
    answer = server.ask("PUT", "network", {"wifi": WIFI, "password": PASSWORD})
    assert (answer.status, answer.json) == (200, {"restart": True})
    assert server.restarts == 1
    file = Path("network.json").read_text()
    assert PASSWORD not in file and WIFI["password"] in file
    assert server.ask("PUT", "network", {"password": "another password"}).status == 401, "the set-up is over"
    assert server.ask("GET", "network").status == 401
    assert server.login()


def test_a_button_held_at_the_start_opens_the_set_up_to_who_forgot_the_password(server):
    server.house.status["wifi"] = "portal"
    assert server.ask("GET", "status").json["setup"]
    assert server.ask("PUT", "network", {"password": "another password"}).status == 200
    assert server.ask("GET", "log").status == 401


def test_secrets_never_come_back_and_what_comes_back_may_be_sent_again(server, me):
    secrets = {"wifi": WIFI, "mqtt": {"password": "broker secret"}, "voice": {"client_id": "voice secret"}}
    assert server.ask("PUT", "network", secrets, **me).status == 200
    before = dict(server.house.config)
    answer = server.ask("GET", "network", **me)
    for secret in (b"12345678", b"broker secret", b"voice secret", b"sha256$"):
        assert secret not in answer.body
    assert answer.json["password"] == answer.json["wifi"]["password"] == {"set": True}
    assert server.ask("PUT", "network", answer.json, **me).status == 200
    assert server.house.config == before


def test_a_token_is_told_once_and_can_be_taken_away(server, me):
    token = server.ask("PUT", "network", {"token": True}, **me).json["token"]
    assert len(token) == 32 and token not in Path("network.json").read_text()
    assert server.ask("GET", "log", Authorization="Bearer " + token).status == 200
    assert server.ask("GET", "log", **BEARER).status == 401
    assert server.ask("PUT", "network", {"token": None}, **me).status == 200
    assert server.ask("GET", "log", Authorization="Bearer " + token).status == 401


@pytest.mark.parametrize(
    "change, key",
    [
        ({"password": None}, "password"),
        ({"password": "1234567"}, "password"),
        ({"password": "x" * 65}, "password"),
        ({"password": 12345678}, "password"),
        ({"token": "my own"}, "token"),
        ({"token": False}, "token"),
        ({"wifi": 1}, "wifi"),
        ({"mqtt": {"port": 0}}, "mqtt.port"),
        ({"language": "fr"}, "language"),
        ({"no_such": 1}, "no_such"),
    ],
)
def test_a_refused_network_value_names_its_key_and_changes_nothing(server, me, change, key):
    before = dict(server.house.config)
    answer = server.ask("PUT", "network", change, **me)
    assert (answer.status, answer.json["key"]) == (422, key)
    assert server.house.config == before
    untouched(server)


# --- the rest ------------------------------------------------------------------------------------------------------


def test_commissioning_keeps_what_was_found_and_when(server, me):
    told = server.ask("GET", "commissioning", **me).json["results"]
    assert len(told) == 10 and told[0] == {"id": "plug", "passed": None, "when": None}
    change = {"results": [{"id": "plug", "passed": True}, {"id": "knob", "passed": False}]}
    told = server.ask("PUT", "commissioning", change, **me).json["results"]
    assert told[0] == {"id": "plug", "passed": True, "when": iso(UNIX_S, 0)}
    assert told[4]["passed"] is False
    told = server.ask("PUT", "commissioning", {"results": [{"id": "plug", "passed": None}]}, **me).json["results"]
    assert told[0]["passed"] is None and told[4]["passed"] is False
    assert server.ask("GET", "commissioning", **me).json["results"] == told


@pytest.mark.parametrize("results", [None, 1, {}, {"plug": True}, ["plug"], [{}], [{"id": "plug"}],
                                     [{"id": "gas", "passed": True}], [{"id": "plug", "passed": "yes"}],
                                     [{"id": [], "passed": True}]])  # fmt: skip
def test_a_result_that_is_none_is_refused(server, me, results):
    if results != {}:
        assert server.ask("PUT", "commissioning", {"results": results}, **me).status == 422
    assert server.ask("PUT", "commissioning", {}, **me).status == 422
    untouched(server)


def test_the_log_tells_what_was_refused(server, me):
    server.ask("POST", "login", {"password": "wrong"})
    assert "web 401 wrong password" in server.ask("GET", "log", **me).json["lines"]


def test_metrics_are_lines_of_names_and_numbers(server, me):
    server.publish(1, STATE=2, CONTACT_CLOSED=1, TC_UV=14000)
    answer = server.ask("GET", "/metrics", **BEARER)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.body.decode().splitlines()
    assert 'curfew_conducts{burner="1"} 1' in lines and 'curfew_tc_uv{burner="1"} 14000' in lines
    assert 'curfew_state{burner="1",state="BURNING"} 1' in lines
    assert all(len(line.split()) == 2 and line.startswith("curfew_") for line in lines)


def test_every_route_is_in_the_openapi_file_and_nothing_else():
    described = json.loads((Path(__file__).parent.parent.parent / "docs" / "openapi.json").read_text())
    told = {(path, method.upper()) for path, methods in described["paths"].items() for method in methods}
    served = set()
    for folder, routes in (("", api._ABOVE), ("/api/v1", api._OF_BOX), ("/api/v1/burners/{burner}", api._OF_BURNER)):
        for name, methods in routes.items():
            served |= {(f"{folder}/{name}", method) for method in methods.split(", ")}
    assert {(path, method) for path, method in told if method != "PARAMETERS"} == served
