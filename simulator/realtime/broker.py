"""A real mosquitto on loopback: for the real-time rig, the benchmark and the tests."""

import shutil
import socket
import subprocess
import time

from simulator.realtime.process import free_port

PATIENCE_S = 20  # of real time, for anything that should happen
USER, PASSWORD = "stove", "pilot light"


class MissingProgram(RuntimeError):
    """A program that is needed is not installed; the text names the way out."""


def find(*programs):
    """Paths of programs. Raises MissingProgram."""
    found = {name: shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin") for name in programs}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise MissingProgram(f"no {' '.join(missing)} here: apt-get install mosquitto mosquitto-clients openssl")
    return list(found.values())


class Authority:
    """A certificate authority, and the certificate of a server of these names; pem: what a client must trust."""

    def __init__(self, folder, names="IP:127.0.0.1,DNS:localhost"):
        folder.mkdir(parents=True)
        self.folder = folder
        (openssl,) = find("openssl")

        def make(*words):
            subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)

        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
        make("req", "-x509", *key, "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem")
        make("req", *key[:-2], "-subj", "/CN=127.0.0.1", "-keyout", "server.key", "-out", "server.csr")
        (folder / "names").write_text("subjectAltName=" + names)
        signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "2")
        make("x509", "-req", "-in", "server.csr", *signing, "-out", "server.pem")
        self.pem = (folder / "ca.pem").read_text()


class Mosquitto:
    """A broker on a free port of 127.0.0.1; authority: it speaks TLS; guarded: it wants USER and PASSWORD."""

    def __init__(self, folder, authority=None, guarded=False):
        self._program, passwd = find("mosquitto", "mosquitto_passwd")
        self.port = free_port()
        self._process = None
        self.log = folder / "mosquitto.log"
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "user root", f"log_dest file {self.log}"]
        lines += ["log_type all", f"allow_anonymous {str(not guarded).lower()}"]
        if guarded:
            subprocess.run([passwd, "-b", "-c", folder / "passwords", USER, PASSWORD], check=True, capture_output=True)
            lines.append(f"password_file {folder / 'passwords'}")
        if authority is not None:
            lines += [f"certfile {authority.folder / 'server.pem'}", f"keyfile {authority.folder / 'server.key'}"]
        self._config = folder / "mosquitto.conf"
        self._config.write_text("\n".join(lines) + "\n")
        self.start()

    def start(self):
        """Begin, on the same port as before, with no memory of retained messages; waits until it listens."""
        self._process = subprocess.Popen([self._program, "-c", self._config], stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self._process.poll() is None and time.monotonic() < end, self.log.read_text()

    def stop(self):
        """Kill it: no client is reported."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def pid(self):
        """Its process, None while it is stopped."""
        return self._process and self._process.pid

    def greetings(self, name):
        """How many connections of this client name it has accepted or refused so far."""
        text = self.log.read_text()
        return text.count(f"Sending CONNACK to {name}")


def mqtt_config(port, authority=None, **changed):
    """The part "mqtt" of a network.json for a broker on loopback."""
    plain = {"host": "127.0.0.1", "port": port, "tls": authority is not None, "user": "", "password": ""}
    if authority is not None:
        plain["ca"] = authority.pem
    return {**plain, "prefix": "curfew", "discovery": "homeassistant", **changed}
