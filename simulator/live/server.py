"""The stove in a browser: one address on loopback, any number of clients, one stove."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from simulator import run, run_settings, scenario
from simulator.fields import ScenarioError, read_json
from simulator.live import messages
from simulator.live.judge import Judge
from simulator.live.recording import Refused
from simulator.live.story import Story
from simulator.live.stove import FRAMES_KEPT, PASSWORD, Stove

HOST = "127.0.0.1"
OWN_NAMES = (HOST, "localhost")
PORT = 8160
PORTS_TRIED = 20
WWW = Path(__file__).resolve().parent / "www"
SCENARIOS = run.ROOT / "scenarios"
FRAME_S = 1 / 30
REST_FRAME_S = 0.5  # while nothing changes but the clock
UNWATCHED_S = 30  # without a visible page for so long, the stove pauses
MESSAGE_BYTES = 1 << 20  # a scenario from disk is far smaller
SENT_MAX = 60  # frames that a client may be behind before some are dropped
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'"
LOG_IN = b"GET /desk?language="  # to the relay: the controller's own page, logged in, in a language
LOG_IN_S = 10
DEVICE_OFF = (
    b"HTTP/1.1 503 Off\r\nRefresh: 1\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nThe controller is off.\n"
)
LOGGED_IN = (
    "HTTP/1.1 200 OK\r\nSet-Cookie: {}\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
    "<!doctype html><script>localStorage.csrf = {}; localStorage.language = {}; location.replace('/')</script>"
)


class PortError(OSError):
    """No port is free; the text is one line."""


def listening(port: int | None) -> socket.socket:
    """A socket on that port of loopback, or on the first free one from PORT on."""
    wanted = [port] if port is not None else range(PORT, PORT + PORTS_TRIED)
    for number in wanted:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, number))
            listener.listen(64)
            return listener
        except OSError:
            listener.close()
    if port is not None:
        raise PortError(f"port {port} is in use: give another one (PORT={port + 10}), or none for the next free one")
    raise PortError(f"no port from {PORT} to {PORT + PORTS_TRIED - 1} is free: give one (PORT=9000)")


def known_scenarios() -> dict[str, Path]:
    """The scenario files of this repository by the names under which the page asks for them."""
    files = [*SCENARIOS.glob("*.json"), *sorted(SCENARIOS.glob("*/*.json"), key=lambda path: path.stem)]
    return {path.stem: path for path in files}


class Client:
    """One page that shows the stove."""

    def __init__(self, socket: WebSocket):
        self.socket = socket
        self.looks = True
        self.holds: set[tuple[str, int]] = set()  # knobs and buttons that this page holds
        self.queue: deque[str] = deque()
        self.bell = asyncio.Event()

    def send(self, text: str, droppable: bool = False) -> None:
        if droppable and len(self.queue) > SENT_MAX:
            return
        self.queue.append(text)
        self.bell.set()

    async def pump(self) -> None:
        while True:
            await self.bell.wait()
            self.bell.clear()
            while self.queue:
                await self.socket.send_text(self.queue.popleft())


class Hub:
    """The one stove, its clients, and their requests."""

    def __init__(self, top: dict[str, Any] | None, broker: tuple[str, int] | None):
        self._broker = broker
        self.page_port = 0  # of the relay
        self.clients: set[Client] = set()
        self._news = asyncio.Event()
        self._loop: Any = None
        self._unwatched_since_s = time.monotonic()
        self._resume_speed: int | None = None  # the speed to resume with once a page is visible
        self._web_port: int | None = None
        self._make(top)

    def _make(self, top: dict[str, Any] | None, speed: int = 1) -> None:
        self.stove = Stove(top, self._broker, speed, self._rang, self._web_port)
        self._web_port = self.stove.web_port
        self.story = Story(self.stove)
        self.verdict: dict[str, Any] | None = None
        self.samples: deque[list[Any]] = deque(maxlen=FRAMES_KEPT)
        self._last: Any = None
        self._last_s = 0.0
        self.judge = Judge(self.stove, self._judged)

    def _rang(self) -> None:
        self._soon(self._news.set)

    def _judged(self, verdict: dict[str, Any]) -> None:
        self.verdict = verdict
        self._soon(self.tell, {"verdict": verdict})

    def _soon(self, function: Callable[..., Any], *args: Any) -> None:
        """Have the server's own thread call this; does nothing once the server is closing."""
        if self._loop:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(function, *args)

    def close(self) -> None:
        """Stop judge and stove."""
        self.judge.close()
        self.stove.close()

    async def _change(self, top: dict[str, Any] | None) -> None:
        """Another stove instead of this one."""
        if top is not None:
            text = json.dumps({"until": "1:00:00", **top})
            scenario.parse(text, run_settings.shipped())  # raises before anything is stopped
        watched = top is not None and "until" in top
        speed = (self.stove.speed or 1) if watched else 1
        await asyncio.to_thread(self.close)
        self._make(top, speed)
        self.stove.begin()
        for client in self.clients:
            self.send_snapshot(client)

    def tell(self, message: dict[str, Any], droppable: bool = False) -> None:
        """Send to all visible clients."""
        text = json.dumps(message, separators=(",", ":"))
        for client in self.clients:
            if client.looks or not droppable:
                client.send(text, droppable)

    def send_snapshot(self, client: Client) -> None:
        """Send a client everything it needs to start."""
        stove = self.stove
        broker = self._broker and f"{self._broker[0]}:{self._broker[1]}"
        client.send(json.dumps({
            "hello": messages.hello(
                stove, page_port=self.page_port, password=PASSWORD, broker=broker, history=list(self.samples),
                story=list(self.story.kept), verdict=self.verdict,
            )
        }))  # fmt: skip
        client.send(json.dumps({"frame": stove.frame()}))

    # --- looking ---------------------------------------------------------------------------------------------------

    async def show(self) -> None:
        """Send frames to all clients whenever something changes; never returns."""
        self._loop = asyncio.get_running_loop()
        self.stove.begin()
        next_s = time.monotonic()
        while True:
            self._news.clear()
            self._look()
            rests = self.stove.speed == 0 or not any(client.looks for client in self.clients)
            now_s = time.monotonic()
            next_s = max(next_s + FRAME_S, now_s)  # changes in quick succession share the next frame
            if rests:
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._news.wait(), REST_FRAME_S)
            await asyncio.sleep(max(0.0, next_s - time.monotonic()))

    def _look(self) -> None:
        stove, now_s = self.stove, time.monotonic()
        news = self.story.read()
        if news:
            self.tell({"story": news})
        self._pause_unwatched(now_s)
        frame = stove.frame()
        frame["tones"] = [stove.tones.popleft() for _ in range(len(stove.tones))]
        frame["over"], frame["failure"] = stove.over, stove.failure
        shown = {key: value for key, value in frame.items() if key not in ("t", "pace")}
        moves = frame["speed"] and (stove.is_lit() or frame["tone"])
        if shown == self._last and not moves and now_s - self._last_s < REST_FRAME_S:
            return
        self._last, self._last_s = shown, now_s
        sample = messages.sample(frame)
        if not self.samples or self.samples[-1][0] != frame["t"]:
            self.samples.append(sample)
        self.tell({"frame": frame}, droppable=True)

    def _pause_unwatched(self, now_s: float) -> None:
        """Pause the stove while no page is visible, unless a broker is connected."""
        if self.clients:
            self._unwatched_since_s = now_s
            if self._resume_speed is not None:
                self.stove.ask(self.stove.set_speed, self._resume_speed)
                self._resume_speed = None
        elif (
            self._resume_speed is None
            and self.stove.speed
            and not self._broker
            and now_s - self._unwatched_since_s > UNWATCHED_S
        ):
            self._resume_speed = self.stove.speed
            self.stove.ask(self.stove.set_speed, 0)

    # --- asking ----------------------------------------------------------------------------------------------------

    async def handle(self, client: Client, asked: dict[str, Any]) -> None:
        """Do what a page asks for. Raises ScenarioError or Refused with one line for the user."""
        stove = self.stove
        if "looks" in asked:
            client.looks = bool(asked["looks"])
        elif "new" in asked:
            await self._change(messages.new_stove(asked["new"] or {}))
        elif "load" in asked:
            path = known_scenarios().get(str(asked["load"]))
            if path is None:
                raise Refused(f"load: there is no scenario {asked['load']!r} in the repository")
            scenario.load(path)  # a clear line first
            await self._change(json.loads(path.read_bytes()))
        elif "scenario" in asked:
            scenario.parse(str(asked["scenario"]), run_settings.shipped())
            await self._change(json.loads(str(asked["scenario"])))
        else:
            call = messages.call_of(stove, asked)
            await asyncio.wrap_future(stove.ask(call))
            for what in ("knob", "button"):
                if what in asked:
                    (client.holds.add if asked.get("down") else client.holds.discard)((what, asked[what]))

    # --- HTTP ------------------------------------------------------------------------------------------------------

    async def live(self, socket: WebSocket) -> None:
        origin = socket.headers.get("origin", "")
        if origin and origin.split("//")[-1] != socket.headers.get("host"):
            await socket.close(1008)  # a page of another origin
            return
        await socket.accept()
        client = Client(socket)
        self.clients.add(client)
        self.send_snapshot(client)
        self._news.set()
        pump = asyncio.create_task(client.pump())
        try:
            while True:
                text = await socket.receive_text()
                try:
                    asked = json.loads(text)
                    await self.handle(client, asked if isinstance(asked, dict) else {})
                except (ScenarioError, Refused) as error:
                    client.send(json.dumps({"refused": str(error)}))
                except (ValueError, TypeError, KeyError, RecursionError, asyncio.CancelledError) as error:
                    client.send(json.dumps({"refused": f"not understood: {error!r}"[:200]}))
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            pump.cancel()
            self.clients.discard(client)
            for what, burner in client.holds:  # a page that is gone holds nothing
                self.stove.ask(self.stove.knob if what == "knob" else self.stove.button, burner, False)

    async def saved(self, request: Request) -> Response:
        name = request.query_params.get("name")
        made = await asyncio.wrap_future(self.stove.ask(self.stove.saved, name))
        headers = {"Content-Disposition": 'attachment; filename="scenario.json"', "Cache-Control": "no-store"}
        return Response(json.dumps(made, indent=1, ensure_ascii=False) + "\n", 200, headers, "application/json")

    async def scenarios(self, _: Request) -> Response:
        found = []
        for key, path in known_scenarios().items():
            top = read_json(path.read_text("utf-8"))
            found.append({"key": key, "name": top["name"], "about": top.get("about", ""), "until": top["until"]})
        return JSONResponse(found)

    def app(self) -> Starlette:
        """All routes of the one address."""
        routes = [
            Route("/scenario.json", self.saved),
            Route("/scenarios", self.scenarios),
            Route("/catalog.js", lambda _: Response(messages.words_script(), media_type="text/javascript")),
            WebSocketRoute("/live", self.live),
            Mount("/", StaticFiles(directory=WWW, html=True)),
        ]
        app = Starlette(routes=routes)
        return app


def guarded(app: Any, page_port: int) -> Any:
    """The app, every answer of which tells the browser to fetch nothing from outside."""
    frames = " ".join(f"http://{name}:{page_port}" for name in OWN_NAMES)
    policy = f"{POLICY}; frame-src {frames}".encode()

    async def call(scope: Any, receive: Any, send: Any) -> None:
        host = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1").rsplit(":", 1)[0]
        if scope["type"] in ("http", "websocket") and host not in OWN_NAMES:  # a page whose name was made to lead here
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await PlainTextResponse(f"only as http://{HOST}", 403)(scope, receive, send)
            return

        async def reported(message: Any) -> None:
            if message["type"] == "http.response.start":
                extra = [(b"content-security-policy", policy), (b"cache-control", b"no-cache")]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await app(scope, receive, reported if scope["type"] == "http" else send)

    return call


def _log_in(port: int, language: str) -> bytes:
    """The answer that leaves a browser logged in at the controller's page. Raises OSError while that is not served."""
    headers = {"Content-Type": "application/json"}
    body = json.dumps({"password": PASSWORD}).encode()
    asked = urllib.request.Request(f"http://{HOST}:{port}/api/v1/login", body, headers)
    with urllib.request.urlopen(asked, timeout=LOG_IN_S) as answer:
        kept = json.dumps(json.load(answer)["csrf"]), json.dumps(language)
        return LOGGED_IN.format(answer.headers["Set-Cookie"], *kept).encode()


async def relay(hub: Hub, addresses: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection to the controller's own page, which allows no frame around itself but for these addresses."""
    own = f"frame-ancestors {addresses}".encode()
    first = await reader.read(1 << 16)
    try:
        if first.startswith(LOG_IN):
            language = "zh" if first.startswith(LOG_IN + b"zh ") else "en"
            writer.write(await asyncio.to_thread(_log_in, hub.stove.web_port, language))
            writer.close()
            return
        up_reader, up_writer = await asyncio.open_connection(HOST, hub.stove.web_port)
    except OSError:
        writer.write(DEVICE_OFF)
        writer.close()
        return

    up_writer.write(first)

    async def flow(source: asyncio.StreamReader, target: asyncio.StreamWriter, outward: bool) -> None:
        try:
            while data := await source.read(1 << 16):
                target.write(data.replace(b"frame-ancestors 'none'", own) if outward else data)
                await target.drain()
        except OSError:
            pass

    both = [asyncio.create_task(flow(reader, up_writer, False)), asyncio.create_task(flow(up_reader, writer, True))]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        for end in (writer, up_writer):
            end.close()


async def _serve(hub: Hub, listener: socket.socket, say: Callable[[str], None]) -> None:
    address, name = (f"http://{name}:{listener.getsockname()[1]}" for name in OWN_NAMES)
    relays = await asyncio.start_server(lambda reader, writer: relay(hub, f"{address} {name}", reader, writer), HOST, 0)
    hub.page_port = relays.sockets[0].getsockname()[1]
    config = uvicorn.Config(
        guarded(hub.app(), hub.page_port), log_level="warning", ws="wsproto", lifespan="off",
        timeout_graceful_shutdown=1, ws_max_size=MESSAGE_BYTES,
    )  # fmt: skip
    server = uvicorn.Server(config)
    show = asyncio.create_task(hub.show())
    show.add_done_callback(lambda _: setattr(server, "should_exit", True))
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    say(address)
    try:
        await server.serve(sockets=[listener])
    finally:
        relays.close()
        show.cancel()


def serve(
    top: dict[str, Any] | None, port: int | None, broker: tuple[str, int] | None, say: Callable[[str], None]
) -> None:
    """Serve until Ctrl-C; say(address) once it can be opened. Raises PortError, ScenarioError."""
    listener = listening(port)
    hub = Hub(top, broker)
    try:
        asyncio.run(_serve(hub, listener, say))
    except KeyboardInterrupt:
        pass
    finally:
        hub.close()
        listener.close()
        if hub.stove.failure:
            print(f"simulator: {hub.stove.failure}", file=sys.stderr)
