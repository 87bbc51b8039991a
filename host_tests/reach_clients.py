"""Everybody who is not the box, in processes of their own: the stove is a thread of the test and waits for nobody.

    python reach_clients.py ask|hammer|flood JSON        ends when its standard input does; tells JSON, a line each
Belongs here: plain sockets, what friends and enemies send, and a clock that tells when the machine itself stood still.
Does not: expectations, the box (desk_fixture.py), the broker (broker_fixture.py).
"""

import asyncio
import json
import os
import random
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

_MACHINE_MS = 20  # a control that sleeps this long and wakes up later than twice that saw the machine stand still
_PIPE_BYTES = 1 << 20  # nobody reads before the control's end
_CONTROL = """
import time
then = time.ticks_us()
while True:
    time.sleep_ms(%d)
    now = time.ticks_us()
    if now - then > %d:
        print(then, now)
    then = now
"""
_TRIES = 20
_RETRY_S = 0.05
_HOLD_S = 3  # of a place in the house, by those who say nothing


def now_us():
    """The clock that all processes of this machine share."""
    return time.monotonic_ns() // 1000


# --- the test's end --------------------------------------------------------------------------------------------------


class Clients:
    """A process of clients; `told`, after stop(): what it counted."""

    def __init__(self, kind, **asked):
        command = [sys.executable, Path(__file__).resolve(), kind, json.dumps(asked)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.told = None

    def say(self, **words):
        """One order, and its answer."""
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def stop(self):
        """End it by closing its input."""
        if self.told is None:
            out, _ = self._process.communicate(timeout=20)
            assert self._process.returncode == 0
            self.told = json.loads(out.splitlines()[-1]) if out else {}
        return self.told

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            self._process.kill()
            self._process.wait()


@contextmanager
def control(micropython, over_ms=2 * _MACHINE_MS):
    """A VM that only sleeps, tick by tick. Yields a list, filled at the end: (from_us, to_us) of longer sleeps."""
    stalls = []
    code = _CONTROL % (_MACHINE_MS, over_ms * 1000)
    command = [micropython, "-c", code]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, bufsize=1, pipesize=_PIPE_BYTES)
    try:
        yield stalls
    finally:
        process.kill()
        out, _ = process.communicate()
        stalls += [tuple(map(int, line.split())) for line in out.splitlines() if len(line.split()) == 2]


# --- HTTP and MQTT, as far as they are needed ------------------------------------------------------------------------


def request(method, path, token="", body=b"", host="curfew"):
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def _packet(kind, body):
    length, size = b"", len(body)
    while True:
        size, low = divmod(size, 128)
        length += bytes([low | (0x80 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


def _text(text):
    return len(text).to_bytes(2, "big") + text


def publish(topic, payload, qos=0, retain=False, number=1):
    """The bytes of an MQTT message."""
    where = _text(topic.encode()) + (number.to_bytes(2, "big") if qos else b"")
    return _packet(0x30 | qos << 1 | retain, where + payload)


def greeted(port, name, ca=None):
    """A socket to a broker on loopback that has welcomed the client of this name; ca: a file, and TLS is spoken."""
    link = socket.create_connection(("127.0.0.1", port), 10)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if ca:
        link = ssl.create_default_context(cafile=ca).wrap_socket(link, server_hostname="localhost")
    link.sendall(_packet(0x10, _text(b"MQTT") + b"\x04\x02\x00\x00" + _text(name.encode())))
    assert link.recv(4) == b"\x20\x02\x00\x00"
    return link


# --- ask: a friend who wants OFF -------------------------------------------------------------------------------------


def ask(web_port, token, broker_port, base, ca=None):
    """Orders {"door", "burner", "phase_us"}: sleep that long, ask for OFF, tell when: {"sent_us"} and "answer"."""
    broker = greeted(broker_port, "friend", ca)
    number = 0
    for line in sys.stdin:
        order = json.loads(line)
        time.sleep(order["phase_us"] / 1e6)
        sent_us = now_us()
        if order["door"] == "mqtt":
            number = number % 60000 + 1
            broker.sendall(publish(f"{base}/burner/{order['burner']}/command", b"OFF", qos=1, number=number))
            answer = broker.recv(4)[0]
        else:
            answer = _off(web_port, token, order["burner"])
        print(json.dumps({"sent_us": sent_us, "answer": answer}), flush=True)


def _off(port, token, burner):
    """The status of the answer; as the page does it: asked again when there is none, or no room."""
    for _ in range(_TRIES):
        with socket.create_connection(("127.0.0.1", port), 10) as link:
            answer = b""
            try:
                link.sendall(request("POST", f"/api/v1/burners/{burner}/off", token))
                while piece := link.recv(4096):
                    answer += piece
            except ConnectionError:
                pass
        if answer and answer.split()[1] != b"503":
            return int(answer.split()[1])
        time.sleep(_RETRY_S)
    raise AssertionError("the box ended every connection without an answer")


# --- hammer: many at the web door ------------------------------------------------------------------------------------


async def _silent(reader, writer, draw):
    await reader.read()


async def _half(reader, writer, draw):
    whole = request("POST", "/api/v1/off", "wrong", b"{}")
    writer.write(whole[: draw.randrange(1, len(whole))])
    await reader.read()


async def _status(reader, writer, draw):
    writer.write(request("GET", "/api/v1/status"))
    await reader.read()


async def _page(reader, writer, draw):
    writer.write(request("GET", draw.choice(("/", "/app.js", "/nothing", "/api/v1/events"))))
    await reader.read()


async def _wrong_token(reader, writer, draw):
    writer.write(request("POST", "/api/v1/off", f"{draw.getrandbits(128):032x}"))
    await reader.read()


async def _wrong_password(reader, writer, draw):
    writer.write(request("POST", "/api/v1/login", body=b'{"password": "%x"}' % draw.getrandbits(64)))
    await reader.read()


async def _slow(reader, writer, draw):
    for byte in request("POST", "/api/v1/off", "wrong"):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.1)


async def _noise(reader, writer, draw):
    writer.write(draw.randbytes(draw.randrange(1, 6000)))
    await reader.read()


_MANNERS = (_silent, _half, _status, _page, _wrong_token, _wrong_password, _slow, _noise)


def hammer(web_port, clients, pause_s):
    """So many clients, each with a connection, a pause of this mean, and the next; tells how many came to an end."""
    told = {"connections": 0, "refused": 0}
    asyncio.run(_hammer(web_port, clients, pause_s, told))
    print(json.dumps(told))


async def _hammer(port, clients, pause_s, told):
    over = asyncio.Event()  # a cancel alone may be lost in the wait_for of Python before 3.12
    tasks = [
        asyncio.create_task(_client(port, random.Random(number), pause_s, told, over)) for number in range(clients)
    ]
    await _end_of_input()
    over.set()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _client(port, draw, pause_s, told, over):
    while not over.is_set():
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                await asyncio.wait_for(draw.choice(_MANNERS)(reader, writer, draw), draw.random() * _HOLD_S)
            finally:
                writer.close()
            told["connections"] += 1
        except (OSError, asyncio.TimeoutError):
            told["refused"] += 1
        await asyncio.sleep(draw.random() * 2 * pause_s)


async def _end_of_input():
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


# --- flood: one who shouts over the broker ---------------------------------------------------------------------------


def flood(port, base, rate, ca=None):
    """Messages that must not be obeyed, so many a second, over every broker that comes up on the port."""
    draw = random.Random(4)
    told = {"sent": 0, "sessions": 0}
    while not _input_has_ended():
        try:
            with greeted(port, "flood", ca) as link:
                told["sessions"] += 1
                _shout(link, base, rate, draw, told)
        except (OSError, AssertionError):
            time.sleep(0.05)
    print(json.dumps(told))


def _shout(link, base, rate, draw, told):
    link.setblocking(False)
    begun_us = now_us()
    sent = 0
    while not _input_has_ended():
        due = (now_us() - begun_us) * rate // 1_000_000 - sent
        if due > 0:
            out = b"".join(_message(base, draw, sent + number) for number in range(due))
            link.settimeout(5)
            link.sendall(out)
            link.settimeout(0)
            sent += due
            told["sent"] += due
        try:
            while link.recv(65536):  # acknowledgements
                pass
            return
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        time.sleep(0.01)


def _message(base, draw, count):
    topic = draw.choice((f"{base}/command", f"{base}/burner/0/command", f"{base}/burner/1/command"))
    kind, number = count % 8, count % 65535 + 1
    if kind == 0:  # a word from long ago
        return publish(topic, b'{"do": "on", "at": 1000000000}')
    if kind == 1:
        return publish(topic, b"ON", retain=True)  # the box hears it now, and again whenever it comes back
    if kind == 2:
        return publish(f"{base}/burner/9/command", b"OFF", qos=1, number=number)
    if kind == 3:
        return publish(topic, b"\0" + draw.randbytes(draw.randrange(0, 400)), qos=1, number=number)
    if kind == 4:
        return publish(topic, b"ON", qos=1, number=number)
    if kind == 5:
        return publish(topic, b'{"do": ' + b"[" * 60, qos=1, number=number)
    if kind == 6:
        return publish(topic, b"", retain=True)
    return publish(f"{base}/{draw.getrandbits(32):x}", b"OFF", qos=1, number=number)


def _input_has_ended():
    import select

    return bool(select.select([sys.stdin], [], [], 0)[0]) and not os.read(0, 4096)


if __name__ == "__main__":
    {"ask": ask, "hammer": hammer, "flood": flood}[sys.argv[1]](**json.loads(sys.argv[2]))
