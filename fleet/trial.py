"""Virtual stoves to try the servers with: this firmware on this computer, and one who is alerted."""

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fleet.broker import private
from fleet.devices import COLUMNS, Device, FleetError
from simulator.realtime import rig
from simulator.realtime.process import network_of

ALERTS_PORT = 8161  # as alertmanager.yml has it
COUNT_MAX = 99  # processes on one computer
STARTS = 4  # controllers that begin at a time
STEP_S = 0.05  # a stove steps with its controller's ticks; between them it need not


class Receiver(ThreadingHTTPServer):
    """What Alertmanager sends to 127.0.0.1: heard(receiver, alert) for each alert that fires. port 0: a free one."""

    def __init__(self, heard: Callable[[str, dict[str, Any]], object], port: int = 0):
        self.heard = heard
        super().__init__(("127.0.0.1", port), _Alerts)


class _Alerts(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        for alert in json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"]:
            if alert["status"] == "firing":
                self.server.heard(self.path[1:], alert)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def stoves(stack: ExitStack, folder: Path, count: int, token: str) -> list[tuple[Device, rig.RealtimeRig]]:
    """Start so many controllers, each at its own stove; they end with the stack. token: may read them."""
    network = network_of("a password", token=sha256(token.encode()).hexdigest())

    def start(number: int) -> tuple[Device, rig.RealtimeRig]:
        own = folder / f"flat-{number}"
        own.mkdir()
        one = stack.enter_context(rig.RealtimeRig(own, network=network))
        place, chip = f"floor {1 + number // 10}", f"240ac4{number:06x}"
        return Device(f"flat-{number:02}", place, f"127.0.0.1:{one.web_port}", chip), one

    with ThreadPoolExecutor(STARTS) as pool:
        return list(pool.map(start, range(1, count + 1)))


def run(count: int, listed: Path, token: Path, say: Callable[[str], object]) -> None:
    """Write the list and, where there is none, the token; light the first stove; say each alert, until Ctrl-C."""
    if not 1 <= count <= COUNT_MAX:
        raise FleetError(f"{count} virtual stoves: 1 to {COUNT_MAX} are possible")
    if not token.exists():
        private(token, secrets.token_hex(16))

    def heard(receiver: str, alert: dict[str, Any]) -> None:
        say(f"alert for {receiver}: {alert['labels']['alertname']}: {alert['annotations']['summary']}")

    try:
        receiver = Receiver(heard, ALERTS_PORT)
    except OSError as error:
        raise FleetError(f"port {ALERTS_PORT}, for alerts: {error.strerror}: end the other program there") from None
    rig.STEP_S = STEP_S
    with suppress(KeyboardInterrupt), receiver, TemporaryDirectory() as folder, ExitStack() as stack:
        say(f"starting {count} virtual stoves ...")
        try:
            made = stoves(stack, Path(folder), count, token.read_text("utf-8").strip())
        except AssertionError as error:
            raise FleetError(f"a virtual stove did not start: {error}: try fewer") from None
        lines = [",".join((one.name, one.place, one.host, one.chip)) for one, _ in made]
        listed.write_text("\n".join([",".join(COLUMNS), *lines, ""]), "utf-8")
        first, lit = made[0]
        lit.light()
        say(f"{listed}: the list; {first.name} is lit and stays on; alerts are shown here; Ctrl-C ends all")
        try:
            receiver.serve_forever()
        finally:
            for _, one in made:
                one._end()  # quietly: here nobody judges what it did
