"""A real HTTP or HTTPS server of the tests, which receives what services/notify sends."""

import contextlib
import queue
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

PATIENCE_S = 10


class WebServer:
    """On a free port of loopback; authority: it speaks TLS with its certificate. `requests`: a Queue of what came.

    A test may set `status`, of the answers, and `is_silent`: it takes connections and says nothing.
    """

    def __init__(self, authority=None, host="127.0.0.1"):
        self.requests = queue.Queue()
        self.status = 200
        self.is_silent = False
        server = self

        class Handler(BaseHTTPRequestHandler):
            timeout = PATIENCE_S

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                server.requests.put(SimpleNamespace(path=self.path, headers=headers, body=body))
                while server.is_silent:
                    time.sleep(0.01)
                with contextlib.suppress(OSError):
                    self.send_response(server.status)
                    self.end_headers()

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """A client that goes is no news."""

            def get_request(self):
                connection, address = super().get_request()
                if authority is None:
                    return connection, address
                connection.settimeout(PATIENCE_S)
                try:
                    return context.wrap_socket(connection, server_side=True), address
                except OSError as error:
                    connection.close()
                    raise OSError("no handshake") from error

        if authority is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(authority.folder / "server.pem", authority.folder / "server.key")
        self._server = Server((host, 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if authority else 'http'}://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def next(self, meanwhile=lambda: None):
        """The next request; meanwhile() is called until it is there."""
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            meanwhile()
            with contextlib.suppress(queue.Empty):
                return self.requests.get(timeout=0.002)
        raise AssertionError("no message came")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_silent = False
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
