"""An update over Wi-Fi: who may bring a program, how it gets into its slot, and that the old one is never lost.

Here: the controller on the desk over real HTTP, tools/update.py as its user runs it, everything that is refused. Not
here: what the starter makes of the slots (test_starter.py), power cuts on a real file system (test_slot_cuts.py).
"""

import hashlib
import json
import shutil

import pytest

from curfew.services.http import auth
from host_tests.fixtures.seeded_firmware import seeded_build
from host_tests.fixtures.web import PASSWORD, TOKEN
from host_tests.realtime.test_rig import Door
from simulator import run
from simulator.realtime.process import network_of
from simulator.realtime.rig import SHORT, RealtimeRig
from tools import cli, update
from tools.board import installation
from tools.board import key as keys
from tools.board.errors import BoardError
from tools.build import manifest

DEVICE = "240ac412ab0f"  # of the chip on the desk
NEWER = ("curfew/__init__.py", 'VERSION = "0.1.0"', 'VERSION = "0.2.0"')
QUICK = (
    "curfew/services/persistence.py",
    "_HEALTHY_POLLS = 600",
    "_HEALTHY_POLLS = 20",
)  # two seconds instead of a minute
DEAF = ("curfew/services/runner.py", "    log = Log()\n    config, why", "    return\n    config, why")


@pytest.fixture(scope="module")
def newer(tmp_path_factory):
    """The slot of a newer program that is confirmed quickly."""
    return seeded_build(tmp_path_factory.mktemp("newer"), NEWER, QUICK) / "a"


@pytest.fixture(scope="module")
def deaf(tmp_path_factory):
    """The slot of a newer program whose services die at once."""
    return seeded_build(tmp_path_factory.mktemp("deaf"), NEWER, DEAF) / "a"


def online(folder, **asked):
    config = network_of(PASSWORD, token=auth.token_hash(TOKEN))
    return RealtimeRig(folder, sensor=False, network=config, **{**SHORT, **asked})


def device_of(desk):
    """The computer's side, once the server answers and the controller has its key."""
    Door(desk)
    desk.wait_for(lambda: (desk.flash / "key.txt").exists(), 20, "the key")
    return update.Device(f"127.0.0.1:{desk.web_port}", TOKEN)


def key_of(desk):
    return bytes.fromhex((desk.flash / "key.txt").read_text().split("\n")[0])


def opened(desk, device):
    """The window, opened at the controller; the update restarts it."""
    desk.provoke()
    desk.hold(7)  # five are asked for; a busy machine may see less
    desk.wait_for(lambda: (device_answers(device, "/update") or {}).get("nonce"), 10, "the window")


def slot_of(desk, name):
    return {
        str(path.relative_to(desk.flash / name)): path.read_bytes()
        for path in (desk.flash / name).rglob("*")
        if path.is_file()
    }


def files_of(program):
    return {str(path.relative_to(program)): path.read_bytes() for path in program.rglob("*") if path.is_file()}


def quiet(what, at, of):
    pass


def test_a_new_program_comes_over_wifi_is_confirmed_and_stays(tmp_path, newer, monkeypatch, capsys):
    sent = set()
    send = update.send

    def noted(*words):
        *words, progress = words
        return send(*words, lambda what, at, of: sent.add(what) or progress(what, at, of))

    monkeypatch.setattr(update, "send", noted)
    monkeypatch.setattr(installation, "PROGRAM", newer.parent)
    monkeypatch.setattr(installation, "KEYS", tmp_path / "keys")
    monkeypatch.setenv("TOKEN", TOKEN)
    build = manifest.build_id((newer / manifest.NAME).read_text())
    with online(tmp_path) as desk:
        device = device_of(desk)
        keys.keep(DEVICE, key_of(desk).hex())
        assert cli.main(["update", device.host]) == 1
        assert "the window is closed: with all burners off hold a button" in capsys.readouterr().err
        opened(desk, device)
        assert cli.main(["update", f"http://{device.host}/"]) == 0
        assert f"build {build} is confirmed" in capsys.readouterr().out
        assert slot_of(desk, "b") == files_of(newer)
        assert slot_of(desk, "a") == files_of(run.COMPILED)
        about = desk.wait_for(lambda: device_answers(device, "/update"), 20, "the server")
        assert (about["version"], about["build"], about["slot"], about["trial"]) == ("0.2.0", build, "b", "")
        assert about["window_s"] == 0, "a restart closes the window"
        assert (desk.flash / "slot.txt").read_text().startswith("active b\n#")
        assert f"Curfew 0.2.0 build {build} slot b pending" in desk.console()
        desk.reset("en")
        assert f"Curfew 0.2.0 build {build} slot b burners" in desk.console()
        status = desk.wait_for(lambda: device_answers(device), 20, "the server")
        assert (status["build"], status["version"], status["trial"]) == (build, "0.2.0", False)
    old = files_of(run.COMPILED)
    assert sent - {""} == {path for path, data in files_of(newer).items() if old.get(path) != data}


@pytest.mark.long
def test_a_new_program_whose_services_die_is_rolled_back(tmp_path, deaf):
    with online(tmp_path) as desk:
        device = device_of(desk)
        opened(desk, device)
        starts = desk.starts
        build = update.send(device, key_of(desk), deaf, False, quiet)
        desk.wait_for(lambda: desk.starts == starts + 2, 60, "the old program")
        with pytest.raises(update.UpdateError, match="did not|old one"):
            update.RESTART_S, kept = 3, update.RESTART_S
            try:
                update.wait_for_confirmation(device, build, quiet_words)
            finally:
                update.RESTART_S = kept
        desk.wait_for(lambda: device_answers(device), 20, "the old program's server")
        assert device.ask("GET", "/status")["version"] == "0.1.0"
        assert (desk.flash / "slot.txt").read_text().startswith("active a\n#")
        assert "New program in slot b: was not confirmed. Back to slot a." in desk.console()


def quiet_words(_):
    pass


def device_answers(device, path="/status"):
    """What it says; None while it has no connection for us: one that found no memory is reset, and asked again."""
    try:
        return device.ask("GET", path)
    except update.UpdateError:
        return None


# --- refused -------------------------------------------------------------------------------------------------------


def refusal(ask):
    with pytest.raises(update.UpdateError) as found:
        ask()
    text = str(found.value)
    assert "\n" not in text
    return text


def post(device, reported):
    return device.ask("POST", "/update", json.dumps(reported).encode())


def test_an_update_not_signed_for_this_device_and_window_is_refused_before_a_byte_is_written(tmp_path, newer):
    with online(tmp_path) as desk:
        device = device_of(desk)
        desk.wait_for((desk.flash / "joined.txt").exists, 20, "the note of the first link")
        before = sorted(str(path) for path in desk.flash.rglob("*"))
        key = key_of(desk)

        # Without a press at the controller, nothing.
        assert "hold a button for 6 s and release it" in refusal(lambda: update.send(device, key, newer, False, quiet))
        no_window = update.header(key, newer, DEVICE, "0" * 32, False)
        assert "window closed" in refusal(lambda: post(device, no_window))

        opened(desk, device)
        nonce = device.ask("GET", "/update")["nonce"]
        good = update.header(key, newer, DEVICE, nonce, False)
        other = update.header(key, newer, "ffffffffffff", nonce, False)
        assert "is for ffffffffffff, not " + DEVICE in refusal(lambda: post(device, other))
        old = update.header(key, newer, DEVICE, "0" * 32, False)
        assert "another window" in refusal(lambda: post(device, old))
        forged = update.header(bytes(32), newer, DEVICE, nonce, False)
        assert "signature" in refusal(lambda: post(device, forged))
        for field in ("version", "force", "manifest", "size"):
            first = "8" if good[field][0] == "9" else "9"
            changed = {**good, field: first + good[field][1:]}
            assert "signature" in refusal(lambda changed=changed: post(device, changed)), field
        assert "signature: not a text" in refusal(lambda: post(device, {**good, "signature": 7}))
        assert "no update in progress" in refusal(lambda: device.ask("PUT", "/update", b"x", "x/y", **{"X-At": "-1:0"}))

        # A newer one runs as "older" once the controller is older: the version is signed, and only force passes.
        older = tmp_path / "older"
        shutil.copytree(newer, older)
        text = (older / "manifest.txt").read_text().replace("curfew 0.2.0 ", "curfew 0.0.9 ", 1)
        (older / "manifest.txt").write_text(text)
        reported = update.header(key, older, DEVICE, nonce, False)
        assert "0.0.9 is older than 0.1.0; FORCE=1" in refusal(lambda: post(device, reported))

        # No one without a log-in, however well signed.
        stranger = update.Device(f"127.0.0.1:{desk.web_port}")
        assert "log in" in refusal(lambda: post(stranger, good))
        assert sorted(str(path) for path in desk.flash.rglob("*")) == before

        # A replay: once it was taken, the same header is worth nothing.
        assert post(device, good)["next"] == "-1:0"
        assert "another window" in refusal(lambda: post(device, good))
        assert sorted(str(path) for path in desk.flash.rglob("*")) == before
        assert device.ask("GET", "/update")["device"] == DEVICE
        for path in ("/status", "/update", "/network", "/settings", "/log"):
            assert key.hex() not in json.dumps(device.ask("GET", path))


def begin(desk, device, program):
    """A header that is taken; which piece is wanted then."""
    nonce = desk.wait_for(lambda: device.ask("GET", "/update")["nonce"], 10, "a nonce")
    return post(device, update.header(key_of(desk), program, DEVICE, nonce, False))["next"]


def put(device, piece, at):
    return device.ask("PUT", "/update", piece, "application/octet-stream", **{"X-At": at})["next"]


@pytest.mark.long
def test_bytes_that_are_not_the_signed_ones_a_lost_sender_and_an_ignition_leave_the_old_program(tmp_path, newer):
    text = (newer / "manifest.txt").read_bytes()
    pieces = [text[at : at + 3072] for at in range(0, len(text), 3072)]
    with online(tmp_path) as desk:
        device = device_of(desk)
        opened(desk, device)

        # A manifest with a changed byte.
        at = begin(desk, device, newer)
        for piece in pieces[:-1]:
            at = put(device, piece, at)
        assert "not the bytes that were signed" in refusal(lambda: put(device, pieces[-1][:-1] + b"?", at))
        assert not (desk.flash / "b" / "manifest.txt").exists()

        # A file with a changed byte, and a piece out of its order.
        at = begin(desk, device, newer)
        assert "-1:0 is wanted" in refusal(lambda: put(device, pieces[0], "-1:3072"))
        for piece in pieces:
            at = put(device, piece, at)
        file = (newer / update.paths(newer)[int(at.split(":")[0])]).read_bytes()
        assert len(file) < 3072
        assert "longer than in its manifest" in refusal(lambda: put(device, file + b"?", at))
        at = begin(desk, device, newer)
        for piece in pieces:
            at = put(device, piece, at)
        assert "not the bytes" in refusal(lambda: put(device, bytes(len(file)), at))

        # A user lights in the middle: the window is closed, and nothing is written while it burns.
        at = begin(desk, device, newer)
        for piece in pieces[:-1]:
            at = put(device, piece, at)
        desk.press()
        desk.wait_state("BURNING")
        names = slot_of(desk, "b")
        desk.wait_for(
            lambda: "in progress" in refusal(lambda: put(device, pieces[-1], at)), 10, "the end of the update"
        )
        assert slot_of(desk, "b") == names
        assert device.ask("GET", "/update")["window_s"] == 0
        desk.hold()
        desk.wait_state("IDLE", s=40)
        assert slot_of(desk, "a") == files_of(run.COMPILED)
        desk.reset("en")
        assert "Curfew 0.2.0" not in desk.console()


def test_the_key_is_made_once_and_stored_by_the_computer_where_only_its_owner_can_read_it(tmp_path):
    with online(tmp_path) as desk:
        device_of(desk)
        key = key_of(desk)
        desk.reset("en")
        device_of(desk)
        assert key_of(desk) == key and len(set(key)) > 10
    path = keys.keep(DEVICE, key.hex(), tmp_path / "keys")
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.of(DEVICE, tmp_path / "keys") == key
    with pytest.raises(BoardError, match="curfew key"):
        keys.of("000000000000", tmp_path / "keys")


def test_the_signature_is_hmac_sha_256_of_the_fields_in_their_order(newer):
    reported = update.header(b"k" * 32, newer, DEVICE, "n", True)
    assert reported["manifest"] == hashlib.sha256((newer / manifest.NAME).read_bytes()).hexdigest()
    from curfew.services.http import update_api as firmware

    message = "\n".join(reported[name] for name in firmware._FIELDS.split()).encode()
    assert firmware.signed(b"k" * 32, message) == reported["signature"]
    assert tuple(firmware._FIELDS.split()) == update.SIGNED


@pytest.mark.parametrize("wanted", ["../key.txt:0", "/etc/passwd", "0", "0:-1", "-2:0", "5000:0", "0:0:0", "0:1 "])
def test_who_asks_for_no_part_of_the_update_gets_nothing(monkeypatch, wanted):
    asked = []

    def answer(_, method, path, *__, **___):
        asked.append(f"{method} {path}")
        return {**dict.fromkeys(update.ABOUT, "x"), "next": wanted}

    monkeypatch.setattr(update.Device, "ask", answer)
    with pytest.raises(update.UpdateError, match="no part of an update: is it a Curfew"):
        update.send(update.Device("127.0.0.1"), b"k", run.BOARD / "a", False, print)
    assert asked == ["GET /update", "POST /update"]  # the header, and not a piece


def test_the_command_says_in_one_line_what_is_missing(capsys, monkeypatch):
    monkeypatch.setenv("TOKEN", "t")
    with pytest.raises(SystemExit):
        cli.main(["update"])
    assert "host" in capsys.readouterr().err
    assert cli.main(["update", "127.0.0.1:9"]) == 1
    reported = capsys.readouterr().err
    assert "no answer" in reported and reported.count("\n") == 1
