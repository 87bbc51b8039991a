"""Send the program to a device over Wi-Fi: signed for that device and that moment, only what it does not have."""

import getpass
import hashlib
import hmac
import http.client
import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from .board import installation, key
from .board.errors import BoardError
from .board.installation import typed
from .build import manifest

PIECE = 3072  # bytes in a request: the device takes 4096
PATIENCE_S = 60  # the device compares the files that it has before it asks for the next
POLL_S = 1
RESTART_S = 180  # it restarts once every burner is at rest
PROOF_S = 660  # a trial takes a minute, and ten at most
TRIES = 4  # of one piece
ABOUT = {"device", "build", "window_s", "nonce"}
SIGNED = ("device", "version", "force", "nonce", "manifest", "size")


class UpdateError(BoardError):
    """The update did not take place; the text is one line with the way out."""


class WindowClosed(UpdateError):
    """A person at the stove has to open it."""


class NotConfirmed(UpdateError):
    """The new program started or was to start, and the old one is back."""


class Device:
    """The HTTP interface of a device. host: as a person types it, or copies it from a browser. Raises UpdateError."""

    def __init__(self, host: str, token: str | None = None):
        self.host = address(host)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def log_in(self, password: str) -> None:
        """Open a session with the device password."""
        code, body, headers = self._once("POST", "/login", json.dumps({"password": password}).encode(), {})
        if code != 200:
            raise UpdateError(f"{self.host}: log-in refused: {body.get('error', code)}")
        try:
            self._headers = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": body["csrf"]}
        except (KeyError, AttributeError):
            raise self._other("its log-in is another") from None

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json", **more: str) -> Any:
        """The answer's JSON. Raises UpdateError with the device's own words."""
        code, reported, _ = self._once(method, path, body, {"Content-Type": kind, **more})
        if code >= 300:
            raise UpdateError(f"{self.host}: {reported.get('error', f'answers {code}')}")
        return reported

    def about(self) -> dict[str, Any]:
        """What it is, what it runs, and whether it accepts an update now."""
        told: dict[str, Any] = self.ask("GET", "/update")
        if not told.keys() >= ABOUT:
            raise self._other("its answer has no " + min(ABOUT - told.keys()))
        return told

    def _other(self, why: str) -> UpdateError:
        return UpdateError(f"{self.host}: this is not a Curfew device ({why})")

    def _once(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any, Any]:
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE_S)
        kinds = {"Content-Type": "application/json"}
        try:
            connection.request(method, "/api/v1" + path, body or None, {**kinds, **self._headers, **headers})
            answer = connection.getresponse()
            told = json.loads(answer.read())
            if not isinstance(told, dict):
                raise ValueError
            return answer.status, told, answer.headers
        except (OSError, http.client.HTTPException) as error:
            raise _NoAnswer(f"{self.host}: no answer ({error}): is the device on, and is this its address?") from None
        except ValueError:
            raise self._other("its answer is not JSON") from None
        finally:
            connection.close()


class _NoAnswer(UpdateError):
    """No answer this time."""


def address(host: str) -> str:
    """name or name:port of what was typed; a copied http:// and page are dropped. Raises UpdateError."""
    try:
        parts = urlsplit(host if "//" in host else "//" + host)
        if not re.fullmatch(r"[\w.-]+", parts.hostname or ""):
            raise ValueError
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    except ValueError:
        raise UpdateError(
            f"{host!r} is no address: name the device, like {typed('update', 'curfew-1a2b.local')}"
        ) from None


def header(secret: bytes, program: Path, device: str, nonce: str, force: bool) -> dict[str, str]:
    """The signed header of an update to one device in one window."""
    text = (program / manifest.NAME).read_bytes()
    reported = {
        "device": device,
        "version": text.decode().split(" ", 2)[1],
        "force": "yes" if force else "no",
        "nonce": nonce,
        "manifest": hashlib.sha256(text).hexdigest(),
        "size": str(len(text)),
    }
    message = "\n".join(reported[name] for name in SIGNED).encode()
    return {**reported, "signature": hmac.new(secret, message, "sha256").hexdigest()}


def send(device: Device, secret: bytes, program: Path, force: bool, progress: Callable[[str, int, int], None]) -> str:
    """Bring the program into the device and start its trial; its build id. progress(what, bytes, of bytes).

    Raises UpdateError; the old program is intact then.
    """
    about = device.about()
    if not about["window_s"]:
        raise WindowClosed(
            f"{device.host}: the window is closed: with all burners off hold a button for 6 s and release it, then run "
            "this again"
        )
    for _ in range(TRIES):
        if about["nonce"]:
            break
        time.sleep(1)  # it is drawn within half a second
        about = device.about()
    else:
        raise UpdateError(f"{device.host}: another update is under way; it ends after 30 s of silence")
    reported = header(secret, program, about["device"], about["nonce"], force)
    files = [program / manifest.NAME, *(program / path for path in paths(program))]
    whole = sum(path.stat().st_size for path in files)
    wanted = device.ask("POST", "/update", json.dumps(reported).encode())["next"]
    while wanted:
        if not re.fullmatch(r"(-1|\d{1,4}):\d{1,9}", wanted) or int(wanted.split(":")[0]) + 1 >= len(files):
            raise UpdateError(f"{device.host}: asks for {wanted[:40]!r}, no part of an update: is it a Curfew?")
        line, offset = map(int, wanted.split(":"))
        file = files[line + 1]
        before = sum(path.stat().st_size for path in files[: line + 1])
        progress(str(file.relative_to(program)), before + offset, whole)
        piece = file.read_bytes()[offset : offset + PIECE]
        wanted = _put(device, piece, wanted)
    progress("", whole, whole)
    return manifest.build_id((program / manifest.NAME).read_text("ascii"))


def _put(device: Device, piece: bytes, wanted: str) -> str | None:
    """Send one piece, again when the answer was lost; what the device wants next."""
    for turn in range(TRIES):
        try:
            answer = device.ask("PUT", "/update", piece, "application/octet-stream", **{"X-At": wanted})
            following: str | None = answer["next"]
            return following
        except _NoAnswer:
            if turn == TRIES - 1:
                raise
            time.sleep(1)
            asked: str | None = device.ask("GET", "/update")["next"]
            if asked != wanted:
                return asked
    raise AssertionError


def paths(program: Path) -> list[str]:
    """The files of a program below its folder, in the order of its manifest."""
    return [line.split(" ")[2] for line in (program / manifest.NAME).read_text("ascii").splitlines()[1:-1]]


def wait_for_confirmation(device: Device, build: str, progress: Callable[[str], None]) -> None:
    """Until the new program is confirmed. Raises UpdateError when the old one came back, or there is no answer."""
    end_s = time.monotonic() + RESTART_S
    started = False
    progress("sent; the device restarts")
    while time.monotonic() < end_s:
        time.sleep(POLL_S)
        try:
            status = device.ask("GET", "/status")
        except _NoAnswer:
            continue
        if status["build"] == build:
            if not status["trial"]:
                return
            if not started:
                started = True
                end_s = time.monotonic() + PROOF_S
            progress("the new program runs and is confirmed after a healthy minute")
        elif started:
            raise NotConfirmed(f"{device.host}: the new program was not confirmed, the old one is back")
    what = "was not confirmed in time" if started else "did not start"
    raise NotConfirmed(f"{device.host}: the new program {what}; the old one comes back by itself")


def _asked(host: str) -> str:
    """The password from the terminal. Raises UpdateError where there is none."""
    if not sys.stdin.isatty():
        raise UpdateError("no terminal to ask for the device password: set PASSWORD or TOKEN in the environment")
    return getpass.getpass(f"device password of {host}: ")


def run(host: str, force: bool, out: Console) -> None:
    """Send this program to a device and wait until it is confirmed; PASSWORD or TOKEN in the environment, or asked for.

    Raises BoardError.
    """
    program = installation.PROGRAM / installation.SLOT
    if not (program / manifest.NAME).is_file():
        raise UpdateError(f"no compiled program here: {installation.program_again()}")
    device = Device(host, os.environ.get("TOKEN"))
    if not os.environ.get("TOKEN"):
        device.log_in(os.environ.get("PASSWORD") or _asked(device.host))
    about = device.about()
    own_key = key.of(about["device"])
    columns = (TextColumn("{task.description:44}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out) as bar:
        task = bar.add_task("asks")

        def tell(what: str, at: int, of: int) -> None:
            bar.update(task, description=what, completed=at, total=of)

        build = send(device, own_key, program, force, tell)
    with Progress(TextColumn("{task.description}", markup=False), console=out) as bar:
        task = bar.add_task("sent; the device restarts")
        wait_for_confirmation(device, build, lambda what: bar.update(task, description=what))
    out.print(f"{device.host}: build {build} is confirmed (before: {about['build']})")
