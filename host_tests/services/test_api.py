"""The HTTP interface: routes, authorization, bodies, requests for the stove, events."""

import importlib
import json
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from curfew.core import codes
from curfew.services.http import api
from curfew.services.net.clock import iso
from curfew.services.update import slots
from host_tests.fixtures.web import BEARER, PASSWORD, TOKEN, UNIX_S, Site, until, untouched

FIRMWARE = Path(__file__).resolve().parent.parent.parent / "firmware"
READS = ["events", "shutoffs", "settings", "network", "commissioning", "log", "update", "/metrics"]
WRITES = [("POST", path) for path in ("off", "burners/0/off", "burners/1/extend", "burners/1/off_in", "presence")]
WRITES += [("POST", path) for path in ("logout", "update")]
WRITES += [("PUT", path) for path in ("settings", "network", "commissioning", "update")]


# --- authorization -------------------------------------------------------------------------------------------------


def test_without_a_log_in_status_has_the_name_and_nothing_of_the_stove(site):
    state = site.ask("GET", "status").json
    about = {"version": "0.1.0", "build": "?", "trial": False}  # no manifest here
    assert state == {"name": "Curfew", "language": "zh", **about, "setup": False, "login": False}


@pytest.mark.parametrize("path", READS)
def test_without_a_log_in_nothing_is_read(site, path):
    assert site.ask("GET", path).status == 401


@pytest.mark.parametrize("method, path", WRITES)
def test_a_write_needs_a_log_in_and_its_guard_or_a_token(site, method, path):
    me = site.login()
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
        assert site.ask(method, path, body, **headers).status == expected, headers
        untouched(site)


def test_a_token_needs_no_guard(site):
    assert site.ask("POST", "off", **BEARER).status == 202
    assert site.offs() == [0, 1]
    for method, path in WRITES:
        if not path.endswith(("off", "extend", "off_in", "presence", "update")):
            answer = site.ask(method, path, {"warning_s": 90, "name": "x", "results": []}, **BEARER)
            assert answer.status == 403 and "token" in answer.json["error"]
    untouched(site)
    assert "csrf" not in site.ask("GET", "status", **BEARER).json


def test_a_token_that_was_never_made_gives_no_access(make_site):
    site = make_site(config={"password": "sha256$1$00$00"})
    assert site.ask("GET", "log", Authorization="Bearer ").status == 401
    assert site.ask("GET", "log", **BEARER).status == 401


def test_a_log_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(site):
    answer = site.ask("POST", "login", {"password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.endswith("; Path=/; Max-Age=15552000; HttpOnly; SameSite=Strict")
    assert answer.json["csrf"] not in cookie
    state = site.ask("GET", "status", Cookie=cookie.split(";")[0]).json
    assert state["login"] and state["csrf"] == answer.json["csrf"]  # a page loaded anew gets its guard again


def test_wrong_passwords_delay_every_log_in_but_no_open_session(site):
    me = site.login()
    assert site.ask("POST", "login", {"password": "wrong"}).status == 401
    answer = site.ask("POST", "login", {"password": PASSWORD})
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    site.clock.now_ms += 1000
    assert site.ask("POST", "login", {"password": "wrong"}).status == 401
    site.clock.now_ms += 1000
    assert site.ask("POST", "login", {"password": PASSWORD}).status == 429
    assert site.ask("POST", "off", **me).status == 202
    assert site.offs() == [0, 1]
    site.clock.now_ms += 1000
    assert site.ask("POST", "login", {"password": PASSWORD}).status == 200


@pytest.mark.parametrize("password", ["", " " + PASSWORD, PASSWORD.upper(), PASSWORD[:-1], "x" * 3000, "é\0"])
def test_a_wrong_password_is_wrong(site, password):
    assert site.ask("POST", "login", {"password": password}).status == 401


def test_two_requests_at_once_share_a_module_that_is_imported_for_a_request(site):
    rest = threading.Event()

    async def sleep_ms(ms):
        while not rest.is_set():
            await Site._sleep_ms(1)

    site.api.sleep_ms = sleep_ms
    with ThreadPoolExecutor() as pool:
        login = pool.submit(site.ask, "POST", "login", {"password": PASSWORD})
        while not site.api._imported:
            time.sleep(0.001)
        assert site.ask("GET", "settings", **BEARER).status == 200
        assert site.api._imported == 1 and "curfew.services.http.config_api" in sys.modules
        rest.set()
        assert login.result(10).status == 200
    assert "curfew.services.http.config_api" not in sys.modules


@pytest.mark.sample(2)
@pytest.mark.parametrize("password", [None, 1, True, [PASSWORD], {"a": PASSWORD}])
def test_what_cannot_be_a_password_counts_as_no_attempt(site, password):
    assert site.ask("POST", "login", {"password": password}).status == 422
    assert site.ask("POST", "login", {"password": PASSWORD}).status == 200


def test_a_cookie_replayed_after_logging_out_opens_nothing(site, me):
    assert site.ask("POST", "logout", **me).status == 200
    assert site.ask("GET", "log", **me).status == 401
    assert site.ask("POST", "off", **me).status == 401
    untouched(site)


def test_after_a_power_cut_a_phone_that_was_logged_in_turns_off_and_changes_things_once_the_time_is_known(make_site):
    me = make_site().login()
    again = make_site()
    again.api.unix_s = lambda: None
    assert again.ask("GET", "shutoffs", **me).status == 200
    assert again.ask("POST", "off", **me).status == 202 and again.offs() == [0, 1]
    answer = again.ask("PUT", "settings", {"warning_s": 90}, **me)
    assert answer.status == 403 and "time is not known" in answer.json["error"]
    again.api.unix_s = lambda: UNIX_S
    assert again.ask("PUT", "settings", {"warning_s": 90}, **me).status == 200


def test_devices_that_are_logged_in_are_listed_and_ended(site, me):
    other = site.login()
    state = site.ask("GET", "sessions", **me).json["sessions"]
    assert [one["this"] for one in state] == [False, True]  # the last one used is the last
    assert site.ask("PUT", "sessions", {"revoke": "ffffffffff"}, **me).status == 422
    assert len(site.ask("PUT", "sessions", {"revoke": state[0]["id"]}, **me).json["sessions"]) == 1
    assert site.ask("POST", "off", **other).status == 401
    third = site.login()
    assert len(site.ask("PUT", "sessions", {"revoke": "others"}, **me).json["sessions"]) == 1
    assert site.ask("POST", "off", **third).status == 401 and site.ask("POST", "off", **me).status == 202


def test_a_new_password_logs_all_other_devices_out(site, me):
    other = site.login()
    change = {"password": "a new password", "confirm": PASSWORD}
    assert site.ask("PUT", "network", change, **me).status == 200
    assert site.ask("POST", "off", **other).status == 401 and site.ask("POST", "off", **me).status == 202


def test_a_known_device_logs_in_again_while_a_stranger_keeps_trying(site, me):
    for _ in range(8):
        site.ask("POST", "login", {"password": "wrong"})
        site.clock.now_ms += 120_000
        site.ask("POST", "login", {"password": "wrong"})
    assert site.ask("POST", "login", {"password": PASSWORD}).status == 429
    assert site.ask("POST", "login", {"password": PASSWORD}, Cookie=me["Cookie"]).status == 200


HOSTS = {
    "192.168.1.7": 200, "192.168.1.7:80": 200, "curfew": 200, "curfew-ab0f.local": 200, "CURFEW.lan": 200,
    "stove.home.arpa": 200, "curfew.fritz.box:80": 200, "stove.example.org": 200, "evil.example": 403, "": 200,
    "local.evil.example": 403, "192.168.1.7.evil.example": 403, "evil.example:80": 403, "notfritz.box": 403,
}  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_a_page_whose_name_was_made_to_lead_here_gets_no_answer(site, host):
    site.context.config["extra_host"] = "stove.example.org"
    for method, path in (("GET", "status"), ("POST", "login")):
        raw = f"{method} /api/v1/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\r\n"
        status = int(site.raw(raw.encode())[9:12])
        assert (status == 403) == (HOSTS[host] == 403), status


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://curfew", 202), ("https://curfew", 202), ("http://evil.example", 403), ("null", 403), ("", 403)],
)
def test_an_origin_must_be_the_page_of_the_device(site, me, origin, status):
    assert site.ask("POST", "off", Origin=origin, **me).status == status


def test_without_a_password_nothing_but_the_set_up_works(make_site):
    site = make_site(config={})
    assert site.ask("GET", "status").json["setup"]
    for method, path in [("GET", path) for path in READS if path != "network"] + WRITES:
        if path not in ("network",):
            answer = site.ask(method, path, {}, **BEARER)
            assert answer.status == 403 and "set-up" in answer.json["error"], path
    assert site.ask("POST", "login", {"password": ""}).status == 403
    assert site.ask("GET", "network").json == {"host": "curfew-ab0f.local"}
    untouched(site)


# --- bodies --------------------------------------------------------------------------------------------------------


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe{}", b'{"a": 1}}', b"[" * 4000, b'{"a":' * 800, b"{}" + b"\0"]
    + [b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["settings", "network", "commissioning"])
def test_a_body_that_is_no_object_is_refused(site, me, path, body):
    assert site.ask("PUT", path, body, **me).status == 400
    untouched(site)


@pytest.mark.sample(1)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
def test_a_form_of_another_site_is_refused_by_its_type(site, me, kind):
    assert site.ask("PUT", "settings", {"warning_s": 30}, Content_Type=kind, **me).status == 415
    assert site.ask("POST", "login", {"password": PASSWORD}, Content_Type=kind).status == 415
    untouched(site)


# --- the stove -----------------------------------------------------------------------------------------------------


def test_status_has_everything_for_a_session(site, me):
    site.publish(
        1, STATE=2, CONTACT_CLOSED=1, REMAINING_S=1200, TC_UV=14000, MAGNET_UV=6000, FLAME=1, CAUSE=5, DETAIL=1
    )
    site.clock.now_ms += 7500
    state = site.ask("GET", "status", **me).json
    burner = state["burners"][1]
    assert {**burner, "state": "BURNING", "remaining_s": 1200, "tc_uv": 14000, "cause": "REMOTE:web"} == burner
    assert (state["uptime_s"], state["time"], state["restart_reason"]) == (7, iso(UNIX_S, {}), "POWER_ON")
    assert state["services"] == {"wifi": "off", "time": "off", "mqtt": "off", "voice": "off"}
    assert not state["problem"] and state["remote_extend"]


def test_off_shuts_all_burners_and_a_numbered_one_itself(site, me):
    assert site.ask("POST", "off", **me).status == 202
    assert site.offs() == [0, 1]
    assert site.ask("POST", "burners/1/off", **me).json == {"asked": True}
    assert site.inbox.take_off(1) == 1 + codes.SOURCES.split().index("web") and site.offs() == []


def less(site):
    """The minutes of a new request for less time, by burner."""
    burners = range(site.context.burners)
    return [site.inbox.take_request(burner, codes.REQUEST_LESS, site.clock.now_ms) for burner in burners]


def test_less_time_is_asked_for_while_something_burns_and_is_named_with_its_source(site, me):
    assert site.ask("POST", "burners/1/off_in", {"off_in_min": 5}, **me).status == 409
    site.publish(1, STATE=codes.BURNING, CONTACT_CLOSED=1, REMAINING_S=1200)
    assert site.ask("POST", "burners/1/off_in", {"off_in_min": 5}, **BEARER).status == 202
    assert less(site) == [0, 5]
    assert site.ask("GET", "status", **me).json["burners"][1]["off_in_by"] == "web"
    site.publish(1, STATE=codes.IDLE, CONTACT_CLOSED=0)
    assert site.ask("GET", "status", **me).json["burners"][1]["off_in_by"] is None


@pytest.mark.parametrize("minutes", [20, 21, 240])
def test_later_is_already_sooner(site, me, minutes):
    site.publish(0, STATE=codes.OVERRIDE, CONTACT_CLOSED=1, REMAINING_S=1200)
    answer = site.ask("POST", "burners/0/off_in", {"off_in_min": minutes}, **me)
    assert (answer.status, answer.json["error"]) == (409, "already sooner")
    assert less(site) == [0, 0]


def test_one_request_a_minute_for_each_burner_and_source(site, me):
    site.publish(0, STATE=codes.BURNING, CONTACT_CLOSED=1, REMAINING_S=1200)
    for wait_ms, status in ((0, 202), (59_000, 409), (1000, 202)):
        site.clock.now_ms += wait_ms
        assert site.ask("POST", "burners/0/off_in", {"off_in_min": 5}, **me).status == status
    assert site.context.less(0, 4, "voice") == ""


@pytest.mark.parametrize("minutes", [0, 241, -1, 2.5, "5", True, None])
def test_minutes_are_a_whole_number_from_1_to_240(site, me, minutes):
    answer = site.ask("POST", "burners/0/off_in", {"off_in_min": minutes}, **me)
    assert (answer.status, answer.json["key"]) == (422, "off_in_min")


def test_presence_by_a_word_absent_stays_and_present_is_unknown_after_ten_minutes(site, me):
    def status():
        return site.ask("GET", "status", **me).json["presence"]

    assert (status(), site.inbox.absent[0]) == ("unknown", 0)
    for present, word, later in ((False, "absent", "absent"), (True, "present", "unknown")):
        answer = site.ask("POST", "presence", {"present": present}, **BEARER)
        assert (answer.status, answer.json, status()) == (200, {"presence": word}, word)
        site.clock.now_ms += 600_000
        assert (status(), site.inbox.absent[0]) == (later, not present)
    assert site.ask("POST", "presence", {"present": 2}, **me).status == 422
    site.context.settings.presence_pin = 35
    assert site.ask("POST", "presence", {"present": False}, **me).status == 409
    assert (status(), site.inbox.absent[0]) == (None, 0)


def test_extend_asks_and_only_where_the_settings_allow_it(site, me):
    assert site.ask("POST", "burners/1/extend", **me).status == 202
    assert site.extends() == [1]
    site.context.extend_allowed = False
    assert site.ask("POST", "burners/1/extend", **me).status == 403
    assert site.extends() == []


def test_shutoffs_come_newest_first_with_their_dates(site, me):
    site.shutoffs([f"{number} {number % 2} TIMEOUT {60 * number} 250" for number in range(1, 101)])
    state = site.ask("GET", "shutoffs", **me).json
    assert [row["number"] for row in state] == [*range(100, 0, -1)]
    first = {"number": 1, "burner": 1, "cause": "TIMEOUT", "burn_s": 60, "health_permille": 250, "when": None}
    assert state[-1] == first


# --- events --------------------------------------------------------------------------------------------------------


@pytest.fixture
def running(make_site):
    """A Site whose time goes on."""
    return make_site(clock_goes=True)


class Stream:
    """The events of a site, read one by one."""

    def __init__(self, site, headers):
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.socket = site.connect(f"GET /api/v1/events HTTP/1.1\r\n{lines}\r\n".encode())
        self._file = self.socket.makefile("rb")
        self.head = b"".join(iter(self._file.readline, b"\r\n"))

    def next(self):
        """The next event, None at the end."""
        lines = [*iter(self._file.readline, b"\n")] if self._file.peek(1) else []
        return json.loads(lines[1].partition(b"data: ")[2]) if lines else None

    def close(self):
        self._file.close()
        self.socket.close()


def test_a_change_is_an_event_with_everything_in_it(running):
    headers = running.login()
    stream = Stream(running, headers)
    assert b"text/event-stream" in stream.head
    assert stream.next()["burners"][0]["state"] == "IDLE"
    running.publish(0, STATE=2, CONTACT_CLOSED=1)
    event = stream.next()
    assert event["burners"][0]["state"] == "BURNING"
    status = running.ask("GET", "status", **headers).json
    assert event == status
    stream.close()


def test_the_third_stream_ends_the_first(running, monkeypatch):
    monkeypatch.setattr(api, "_LOOKS_QUIET", 1000)
    headers = running.login()
    streams = [Stream(running, headers) for _ in range(3)]
    assert streams[0].next() and streams[0].next() is None
    assert len(running.api._streams) == 2
    for stream in streams:
        stream.close()
    until(lambda: not running.server._callers)  # their going is noticed without an event
    assert running.api._streams == []


def test_logging_out_ends_the_stream(running):
    headers = running.login()
    stream = Stream(running, headers)
    stream.next()
    running.ask("POST", "logout", **headers)
    assert stream.next() is None
    stream.close()


# --- the rest ------------------------------------------------------------------------------------------------------


def test_metrics_are_lines_of_names_and_numbers_each_with_its_help(site, me, monkeypatch):
    monkeypatch.setattr(slots, "here", str(FIRMWARE))
    site.publish(1, STATE=2, CONTACT_CLOSED=1, TC_UV=14000)
    site.context.link.figures[0] = 5 * 64
    answer = site.ask("GET", "/metrics", **BEARER)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.body.decode().splitlines()
    assert 'curfew_contact_closed{burner="1"} 1' in lines and 'curfew_tc_uv{burner="1"} 14000' in lines
    assert 'curfew_state{burner="1",state="BURNING"} 1' in lines
    assert 'curfew_free_bytes{heap="block"} 27000' in lines and "curfew_loop_busy_permille 250" in lines
    about = [line.split(" ", 3) for line in lines if line.startswith("# ")]
    helped, typed = ({words[2] for words in about if words[1] == kind} for kind in ("HELP", "TYPE"))
    samples = [line for line in lines if not line.startswith("# ")]
    assert all(len(line.split()) == 2 for line in samples) and "curfew_clock_known 1" in samples
    assert {re.match(r"\w+", line)[0] for line in samples} <= helped == typed


def test_every_route_is_in_the_openapi_file_and_nothing_else():
    document = json.loads((Path(__file__).parent.parent.parent / "docs" / "openapi.json").read_text())
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    served = set()
    for folder, routes in api.ROUTES.items():
        for name, (methods, handler) in routes.items():
            served |= {(f"{folder}/{name}", method) for method in methods.split(", ")}
            if isinstance(handler, str):
                handlers = importlib.import_module("curfew." + handler).HANDLERS
                assert {f"{method} {name}" for method in methods.split(", ")} <= set(handlers)
    assert {(path, method) for path, method in described if method != "PARAMETERS"} == served
