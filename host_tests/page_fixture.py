"""A box that only talks: the page as it is flashed and the API under /api/v1, answered from a state that a test writes.

Belongs here: the HTTP server and the state. Does not: the browser (test_page.py), any firmware. It refuses as the
firmware does: the settings are judged by curfew/settings.py itself.
"""

import json
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from curfew import limits, settings
from tools.page import WWW, build

with tempfile.TemporaryDirectory() as folder:
    build(Path(folder))
    SERVED = {  # path: what the box holds for it, compressed
        "/" if file.stem == "index.html" else "/" + file.stem: file.read_bytes() for file in Path(folder).iterdir()
    }
TYPES = {"/": "text/html", "/style.css": "text/css", "/app.js": "text/javascript"}
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
PASSWORD = "soup is ready"
NEW_TOKEN = "5eed" * 8
CSRF = "9f2c71"
CHECKS = ["plug", "hold", "low_flame", "timeout", "knob", "restart", "weld", "override", "remote", "bypass"]

CLOSINGS = [
    {
        "number": 41 - n,
        "burner": 0,
        "cause": cause,
        "conducted_s": conducted_s,
        "health_permille": 240 + 4 * (8 - n) if conducted_s > 600 else None,
        "when": f"2026-03-{12 - n:02}T18:{3 * n:02}:00+08:00" if n < 8 else None,
    }
    for n, (cause, conducted_s) in enumerate(
        [
            ("REMOTE:web", 1260),
            ("TIMEOUT", 2400),
            ("BUTTON", 840),
            ("FLAME_OUT", 1500),
            ("NO_IGNITION", 60),
            ("REMOTE:voice", 3720),
            ("TIMEOUT", 1800),
            ("FAULT:SENSOR_FAILED", 700),
            ("OVERRIDE_END", 14400),
        ]
    )
]


def burner(**changed):
    """One burner as /status tells it: at rest, with a sensor, unless changed."""
    return {
        "state": "IDLE",
        "conducts": False,
        "remaining_s": 0,
        "cause": "TIMEOUT",
        "fault": None,
        "flame": False,
        "tc_uv": 300,
        "magnet_uv": 0,
        "health_permille": 251,
        "health_ref_permille": 240,
        "service": False,
        "refused": 0,
        "sensor": True,
    } | changed


def burning(**changed):
    """One burner with a flame, 20 minutes left, unless changed."""
    lit = {"state": "BURNING", "conducts": True, "remaining_s": 1200, "flame": True, "tc_uv": 14000, "magnet_uv": 11200}
    return burner(**(lit | changed))


def ranges():
    """The ranges of the settings as GET /settings gives them, from limits.py."""
    found = {}
    for key, default, low, high in limits.SETTINGS:
        found[key] = {"low": low, "high": high, "default": default, "unit": key.rsplit("_", 1)[1]}
    for key, default in limits.SWITCHES:
        found[key] = {"default": default, "words": [True, False]}
    found["relay_drive"] = {"default": limits.DRIVES[0], "words": list(limits.DRIVES)}
    for key in limits.SPARE_PINS:
        found[key] = {"default": None, "words": [None, *limits.PINS_OTHER]}
    for key, pin in limits.BOX_PINS:
        found[key] = {"default": pin, "words": list(limits.PINS_RELAY[-1:] if key == "pump_pin" else limits.PINS_OTHER)}
    for key, default, low, high in limits.BURNER:
        found["burners[]." + key] = {"low": low, "high": high, "default": default, "unit": "uv"}
    return found


class Talker:
    """A box on loopback, at `url`. Tests change `burners`, `setup`, `remote_extend` ... and call tell().

    asked: (method, path, body, CSRF header or None) of every write, in order. silent: accepts, says nothing, answers
    nothing. A stopped one (stop()) refuses connections; start() brings it back at the same port.
    """

    def __init__(self):
        self.burners = [burner()]
        self.setup = False
        self.remote_extend = False
        self.sessions = True  # False: every session is forgotten
        self.closing_list = []
        self.values = json.loads((WWW.parent / "settings.json").read_text())
        self.network = {"name": "Curfew", "language": "auto"}
        self.results = {}
        self.asked = []
        self.fails = 0  # wrong passwords left until 429
        self.silent = False
        self.port = 0
        self._server = None
        self._news = threading.Condition()
        self._round = 0
        self._told_s = time.monotonic()
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Listen; the first time at any free port."""
        handler = type("Handler", (_Handler,), {"box": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        """Stop listening and cut every stream, as a box without Wi-Fi does."""
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        self.tell()

    def running(self, server):
        return server is self._server

    def tell(self, **changed):
        """Change the state and send it to every listener."""
        for name, value in changed.items():
            setattr(self, name, value)
            if name == "burners":
                self._told_s = time.monotonic()
        with self._news:
            self._round += 1
            self._news.notify_all()

    def wait(self, known, seconds):
        """The number of the newest news: at once if it is not the known one, else after news or so many seconds."""
        with self._news:
            if self._round == known:
                self._news.wait(seconds)
            return self._round

    def status(self, inside):
        """What /status and each event carry."""
        since_s = int(time.monotonic() - self._told_s)  # the clock of the box runs on by itself
        told = {"name": "Curfew", "version": "0.1.0", "build": "1a2b3c4d", "trial": False}
        told |= {"setup": self.setup, "login": inside, "language": "auto"}
        if inside:
            told |= {
                "uptime_s": 93784,
                "time": "2026-03-02T18:42:00+08:00",
                "services": {"wifi": "online", "mqtt": "online", "voice": "off"},
                "restart_reason": "power",
                "problem": any(one["fault"] or one["service"] for one in self.burners),
                "remote_extend": self.remote_extend,
                "update_s": 0,
                "burners": [one | {"remaining_s": max(0, one["remaining_s"] - since_s)} for one in self.burners],
            }
        return told

    def may_write(self):
        return not any(one["conducts"] for one in self.burners)

    def off(self, index=None):
        """Every burner, or one, opens as the core would: CLOSING, cause REMOTE:web."""
        shut = {"state": "CLOSING", "conducts": False, "remaining_s": 0, "cause": "REMOTE:web"}
        self.tell(
            burners=[
                one | shut if one["conducts"] and index in (None, number) else one
                for number, one in enumerate(self.burners)
            ]
        )


class _Handler(BaseHTTPRequestHandler):
    box = None
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _send(self, code, body, kind="application/json", **headers):
        data = json.dumps(body).encode() if kind == "application/json" else body
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def _inside(self):
        return self.box.sessions and "session=42" in self.headers.get("Cookie", "")

    def _answer(self):
        self.close_connection = True
        path = self.path.split("?")[0]
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        if self.box.silent:
            while self.box.silent and self.box.running(self.server):
                time.sleep(0.05)
            return
        if not path.startswith("/api/v1/"):
            self._static(path)
            return
        path = path[len("/api/v1") :]
        if self.command != "GET":
            self.box.asked.append((self.command, path, body, self.headers.get("X-CSRF-Token") or None))
        reply = getattr(self, f"_{self.command.lower()}_{path.strip('/').split('/')[0]}", None)
        if reply is None:
            self._send(404, {"error": "no such address"})
        elif path not in ("/status", "/login") and not self._inside() and not (self.box.setup and path == "/network"):
            self._send(401, {"error": "log in first"})
        elif self.command != "GET" and path != "/login" and not self.box.setup and not self._trusted():
            self._send(403, {"error": "the token of this log-in is missing"})
        else:
            reply(path, body)

    do_GET = do_POST = do_PUT = _answer

    def _trusted(self):
        return self.headers.get("X-CSRF-Token") == CSRF

    def _static(self, path):
        if path in SERVED:
            self._send(200, SERVED[path], TYPES[path], Cache_Control="no-store", Content_Encoding="gzip")
        else:
            self._send(404, {"error": "no such file"})

    def _get_status(self, *_):
        self._send(200, self.box.status(self._inside()))

    def _get_events(self, *_):
        box = self.box
        server = self.server
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        known = -1
        try:
            while box.running(server) and self._inside():
                if not box.silent:
                    text = f"event: status\ndata: {json.dumps(box.status(True))}\n\n"
                    self.wfile.write(text.encode())
                    self.wfile.flush()
                known = box.wait(known, 1)
        except OSError:
            pass  # the page went away

    def _post_login(self, _, body):
        if self.box.fails > 2:
            self._send(429, {"error": "too many tries"}, Retry_After=8)
        elif body.get("password") != PASSWORD:
            self.box.fails += 1
            self._send(401, {"error": "wrong password"})
        else:
            self._send(200, {"csrf": CSRF}, Set_Cookie="session=42; HttpOnly; SameSite=Strict; Path=/")

    def _post_logout(self, *_):
        self._send(200, {}, Set_Cookie="session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")

    def _post_off(self, *_):
        self.box.off()
        self._send(202, {"asked": True})

    def _post_burners(self, path, _):
        _, number, verb = path.strip("/").split("/")
        if verb == "off":
            self.box.off(int(number))
            self._send(202, {"asked": True})
        elif verb == "extend" and self.box.remote_extend:
            self._send(202, {"asked": True})
        else:
            self._send(403, {"error": "remote_extend is off"})

    def _get_closings(self, *_):
        self._send(200, self.box.closing_list)

    def _get_settings(self, *_):
        self._send(200, {"values": self.box.values, "ranges": ranges(), "may_write": self.box.may_write()})

    def _put_settings(self, _, body):
        if not self.box.may_write():
            self._send(409, {"error": "something burns"})
            return
        try:
            settings.checked(self.box.values | body)
        except settings.Invalid as error:
            self._send(422, {"error": str(error), "key": str(error).split(": ")[0].split(" ")[0]})
            return
        self.box.values |= body
        self._send(200, {"restart": True})

    def _get_network(self, *_):
        self._send(200, self.box.network)

    def _put_network(self, _, body):
        if self.box.setup and len(body.get("password") or "") < 8:
            self._send(422, {"error": "password: what was given is not 8 to 64 characters", "key": "password"})
            return
        self.box.network |= {key: value for key, value in body.items() if key not in ("password", "token")}
        if "token" in body:
            self.box.network["token"] = {"set": bool(body["token"])}
        self._send(200, {"restart": True, "token": NEW_TOKEN} if body.get("token") else {"restart": True})

    def _get_commissioning(self, *_):
        none = {"passed": None, "when": None}
        self._send(200, {"results": [{"id": one} | self.box.results.get(one, none) for one in CHECKS]})

    def _put_commissioning(self, _, body):
        for one in body["results"]:
            self.box.results[one["id"]] = {"passed": one["passed"], "when": "2026-03-02T18:42:00+08:00"}
        self._get_commissioning()

    def _get_log(self, *_):
        lines = ["18:40:02 wifi online", "18:40:03 mqtt online", "18:41:10 web log-in"]
        self._send(200, {"lines": lines})
