"""The limit and the control of a turn: what a bare VM does at the same time beside the program. Its end: vm/bare.py.

with Bare() as bare: ...; afterwards bare.ticks, bare.heard
"""

import socket
import subprocess
import threading
import time
from collections import deque
from typing import IO

from benchmarks import rig
from simulator.realtime.process import free_port

EVERY_S = 0.2  # a byte
_TRIES = 200
_RETRY_S = 0.05


class Bare:
    """Two VMs until the end of `with`: one sleeps tick by tick, one waits for bytes.

    ticks: (woke_us, late_us, spun_us) of each tick, the last being the time of a fixed piece of work. heard: (sent_us,
    late_us) of each byte.
    """

    def __init__(self) -> None:
        self.ticks: list[tuple[int, int, int]] = []
        self.heard: list[tuple[int, int]] = []
        self._sent: deque[int] = deque()  # microseconds of the bytes on their way
        self._over = threading.Event()
        port = free_port()
        self._sleeps, self._waits = (_started(*words) for words in (("sleep",), ("wait", str(port))))
        self._threads = [
            threading.Thread(target=_lines, args=(self._sleeps.stdout, self._slept), daemon=True),
            threading.Thread(target=_lines, args=(self._waits.stdout, self._hear), daemon=True),
            threading.Thread(target=self._send, args=(port,), daemon=True),
        ]

    def _slept(self, then_us: int, woke_us: int, spun_us: int) -> None:
        self.ticks.append((woke_us, woke_us - then_us - 1000 * rig.TICK_MS, spun_us - woke_us))

    def _hear(self, heard_us: int) -> None:
        sent_us = self._sent.popleft()
        self.heard.append((sent_us, heard_us - sent_us))

    def _send(self, port: int) -> None:
        for _ in range(_TRIES):
            try:
                link = socket.create_connection(("127.0.0.1", port), 2)
                break
            except OSError:
                time.sleep(_RETRY_S)  # it is still starting
        else:
            return
        with link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not self._over.wait(EVERY_S):
                self._sent.append(time.monotonic_ns() // 1000)
                link.sendall(b".")

    def __enter__(self) -> "Bare":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._threads[2].join()
        for one in (self._sleeps, self._waits):
            one.kill()
            one.wait()
        for thread in self._threads[:2]:
            thread.join()


def _started(*words: str) -> "subprocess.Popen[str]":
    command = [rig.micropython(), str(rig.VM / "bare.py"), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, bufsize=1)


def _lines(out: IO[str], take) -> None:  # type: ignore[no-untyped-def]
    for line in out:
        take(*map(int, line.split()))
