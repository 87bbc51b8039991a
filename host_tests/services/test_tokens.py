"""Access tokens: made in a scope, shown once, listed, revoked, and what each scope may ask for; who has to wait."""

import builtins
import json
from pathlib import Path

import pytest

from curfew.services.http.auth import token_hash
from host_tests.fixtures.web import BEARER, PASSWORD, TOKEN, untouched

SURE = {"confirm": PASSWORD}
READ = ["status", "/metrics", "shutoffs"]
MORE = ["log", "settings", "network", "commissioning", "update"]


def made(site, me, scope, name="prometheus"):
    """The headers of a program with a new token."""
    answer = site.ask("PUT", "tokens", {"make": scope, "name": name, **SURE}, **me)
    assert answer.status == 200, answer.body
    return {"Authorization": "Bearer " + answer.json["token"]}


def listed(site, me):
    return [(one["scope"], one["name"]) for one in site.ask("GET", "tokens", **me).json["tokens"]]


def test_a_token_is_shown_once_stored_as_a_hash_and_works_without_a_restart(site, me):
    answer = site.ask("PUT", "tokens", {"make": "control", "name": "node-red", **SURE}, **me)
    token = answer.json["token"]
    assert len(token) == 32 and token not in Path("network.json").read_text()
    assert token not in json.dumps(site.ask("GET", "tokens", **me).json) and site.restarts == 0
    assert site.ask("POST", "off", Authorization="Bearer " + token).status == 202
    assert listed(site, me) == [("control", ""), ("control", "node-red")]


@pytest.mark.parametrize("path", READ)
def test_the_scope_read_reads_the_state(site, me, path):
    assert site.ask("GET", path, **made(site, me, "read")).status == 200


@pytest.mark.parametrize("path", MORE)
def test_the_scope_control_reads_the_rest_too_and_read_does_not(site, me, path):
    assert site.ask("GET", path, **made(site, me, "control")).status == 200
    assert site.ask("GET", path, **made(site, me, "read")).status == 403


@pytest.mark.parametrize("scope", ["read", "control"])
@pytest.mark.parametrize("path", ["sessions", "tokens"])
def test_no_token_sees_or_changes_who_else_may_come_in(site, me, scope, path):
    program = made(site, me, scope)
    assert site.ask("GET", path, **program).status == 403
    assert site.ask("PUT", path, {"make": "control", "revoke": "others", **SURE}, **program).status == 403


@pytest.mark.parametrize(("scope", "path", "says"), [
    ("read", "POST off", "log in or use a control token"), ("control", "PUT settings", "log in"),
])  # fmt: skip
def test_a_token_that_does_not_allow_something_says_what_does(site, me, scope, path, says):
    answer = site.ask(*path.split(), {}, **made(site, me, scope))
    assert (answer.status, answer.json["error"]) == (403, "the token forbids this: " + says)


@pytest.mark.parametrize("path", ["off", "burners/1/off", "burners/0/extend"])
def test_the_scope_control_turns_off_and_asks_for_more_time_and_read_does_not(site, me, path):
    program = made(site, me, "read")
    assert site.ask("POST", path, **program).status == 403 and site.offs() == site.extends() == []
    assert site.ask("POST", path, **made(site, me, "control")).status == 202


def test_a_token_of_version_0_1_has_the_scope_control_and_can_be_revoked(site, me):
    assert site.ask("POST", "off", **BEARER).status == 202
    (one,) = site.ask("GET", "tokens", **me).json["tokens"]
    assert one == {"id": token_hash(TOKEN)[:8], "scope": "control", "name": ""}
    assert site.ask("PUT", "tokens", {"revoke": one["id"], **SURE}, **me).json == {"tokens": []}
    assert site.ask("POST", "off", **BEARER).status == 401


def test_a_revoked_token_and_its_stream_end_and_the_others_stay(site, me):
    first, second = made(site, me, "read", "a"), made(site, me, "read", "b")
    ids = {one["name"]: one["id"] for one in site.ask("GET", "tokens", **me).json["tokens"]}
    with site.connect(
        b"GET /api/v1/events HTTP/1.1\r\nAuthorization: " + first["Authorization"].encode() + b"\r\n\r\n"
    ) as stream:
        stream.settimeout(10)
        received = b""
        while b"event: status" not in received:
            received += stream.recv(65536)
        assert site.ask("PUT", "tokens", {"revoke": ids["a"], **SURE}, **me).status == 200
        while stream.recv(65536):
            pass
    assert site.ask("GET", "shutoffs", **first).status == 401
    assert site.ask("GET", "shutoffs", **second).status == 200


@pytest.mark.parametrize(
    "change",
    [{}, {"make": "admin"}, {"make": True}, {"make": "read", "name": "x" * 21}, {"make": "read", "name": 1},
     {"make": "read", "name": "a\nb"}, {"revoke": "00000000"}, {"revoke": None}],
)  # fmt: skip
def test_what_is_no_scope_name_or_id_is_refused(site, me, change):
    assert site.ask("PUT", "tokens", {**change, **SURE}, **me).status == 422
    untouched(site)


@pytest.mark.parametrize("word", [None, "", "wrong password"])
def test_a_stolen_session_makes_no_token(site, me, word):
    assert site.ask("PUT", "tokens", {"make": "control", "confirm": word}, **me).status in (403, 422)
    untouched(site)


def test_there_are_eight(site, me):
    for number in range(8):
        made(site, me, "read", str(number))
        site.clock.now_ms += 1000
    assert site.ask("PUT", "tokens", {"make": "read", **SURE}, **me).status == 409


@pytest.mark.parametrize("entries", [["control"], [""], ["control  x"], ["x"]])
def test_entries_that_are_none_let_no_one_in(site, me, entries):
    site.context.config["tokens"] = entries
    assert site.ask("GET", "shutoffs", Authorization="Bearer ").status == 401
    assert site.ask("GET", "shutoffs", Authorization="Bearer x").status == 401
    assert site.ask("GET", "tokens", **me).status == 200


def test_after_eleven_wrong_passwords_a_known_device_reads_and_turns_off_until_the_window_opens(site, me):
    for _ in range(11):
        site.clock.now_ms += 301_000
        site.ask("PUT", "tokens", {"make": "read", "confirm": "wrong"}, **me)
    assert site.ask("PUT", "settings", {"warning_s": 90}, **me).status == 403
    assert site.ask("GET", "status", **me).status == 200 and site.ask("POST", "off", **me).status == 202
    site.auth.forgive()
    assert site.ask("PUT", "settings", {"warning_s": 90}, **me).status == 200


def test_in_the_local_window_the_owner_logs_in_from_anywhere_whatever_a_stranger_tries(site):
    for _ in range(3):
        site.ask("POST", "login", {"password": "wrong"})
    assert site.ask("POST", "login", {"password": PASSWORD}).status == 429
    site.link.update_ms[0] = 1
    assert site.ask("POST", "login", {"password": "wrong"}).status == 401
    assert site.ask("POST", "login", {"password": PASSWORD}).status == 200


def test_at_the_address_of_a_stranger_a_new_device_waits_for_the_local_window_and_a_known_one_for_nothing(site, me):
    for _ in range(12):
        assert site.ask("POST", "login", {"password": "wrong"}).status == 401
        owner = site.ask("POST", "login", {"password": PASSWORD})  # from another browser of the same house or computer
        assert owner.status == 429
        assert site.ask("GET", "status", **me).status == 200 and site.ask("POST", "off", **me).status == 202
        site.clock.now_ms += 1000 * int(owner.headers["retry-after"])  # the stranger is always there first
    site.link.update_ms[0] = 1
    assert site.ask("POST", "login", {"password": PASSWORD}).status == 200


def test_a_log_in_of_another_type_or_within_a_pause_costs_no_import(site, monkeypatch):
    imported, real = [], builtins.__import__

    def seen(name, *rest):
        imported.append(name)
        return real(name, *rest)

    assert site.ask("POST", "login", {"password": "wrong"}).status == 401
    monkeypatch.setattr(builtins, "__import__", seen)
    assert site.ask("POST", "login", b"{}", Content_Type="text/plain").status == 415
    answer = site.ask("POST", "login", {"password": PASSWORD})
    assert answer.status == 429 and answer.headers["retry-after"] == "1"
    assert "curfew.services.http.access_api" not in imported
    site.clock.now_ms += 1000
    assert site.ask("POST", "login", {"password": PASSWORD}).status == 200
    assert "curfew.services.http.access_api" in imported
