"""A board for those who have none: the real MicroPython VM behind a pseudo-terminal, on a real LittleFS in a file.

`make board` prints its port and runs until Ctrl-C.
"""

import contextlib
import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import threading
import time
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path

from .errors import BoardError

CHIP = Path(__file__).resolve().parent.parent.parent / "simulator" / "fakes" / "cable"
FLASH_BYTES = 2 * 1024 * 1024  # what MicroPython leaves for files on a chip with 4 MB
HEAP = "heapsize=192k"
POWER, HARD, WATCHDOG = 1, 2, 3  # why a start began
_CTRL_C = 3
_WAIT_S = 0.005  # for a program that runs and so reads nothing, and for a reader that is slow
_LISTENS_S = 5.0  # a reader that was silent for so long is gone
_STUCK_S = 0.3


class VirtualBoardError(BoardError):
    """The virtual board cannot be made; the text says why and the way out."""


class Board:
    """A virtual board: with Board(flash) as board: ... board.port ...

    flash: file that holds the flash, made if it is not there. speed: how many times faster its clock runs; its watchdog
    goes by the real clock. log: called with bytes that the board said, or None. web_port: where its page is on this
    machine; without one it has no radio.
    """

    def __init__(
        self,
        flash: Path,
        speed: int = 1,
        micropython: str | None = None,
        log: Callable[[bytes], None] | None = None,
        web_port: int | None = None,
    ):
        self.flash = flash
        self.speed = speed
        self.starts: list[int] = []  # the reasons, one a start
        self._micropython = micropython or str(Path(sys.executable).parent / "micropython")
        self._log = log
        self._web_port = web_port
        self._rtc = flash.with_name(flash.name + ".rtc")
        self._vm: subprocess.Popen[bytes] | None = None
        self._lock = threading.RLock()  # power, plug and the thread
        self._ended = False
        self._input: deque[int] = deque()
        self._output = bytearray()
        self._read_at = time.monotonic()
        self._free_at = time.monotonic()
        self._cause = POWER
        if not Path(self._micropython).is_file():
            raise VirtualBoardError(f"there is no {self._micropython}: run `make build`")
        if not flash.exists():
            flash.parent.mkdir(parents=True, exist_ok=True)
            with open(flash, "wb") as file:
                file.truncate(FLASH_BYTES)
        self._inner, self._inner_child = pty.openpty()
        _raw(self._inner_child, signals=True)
        self._wake, self._waker = os.pipe()
        self._wire = self._keys = -1
        self._plug()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Board":
        self.power_on()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        os.write(self._waker, b".")
        self._thread.join()
        self.power_off()
        for number in (self._inner, self._inner_child, self._wake, self._waker):
            os.close(number)
        self._unplug()

    def wait(self) -> None:
        """Until an interrupt."""
        while self._thread.is_alive():
            self._thread.join(1)

    # --- the world around it -----------------------------------------------------------------------------------------

    def power_on(self) -> None:
        """Start it as after a power cut."""
        with self._lock:
            self._cause = POWER
            self._rtc.write_bytes(b"")
            self._start()

    def power_off(self) -> None:
        """Everything is gone at once but the flash."""
        with self._lock:
            self._stop()

    def unplug(self) -> None:
        """The cable is pulled; the board runs on."""
        with self._lock:
            self._unplug()
            os.write(self._waker, b".")

    def plug(self) -> None:
        """The cable is put in again; the port may have another name."""
        with self._lock:
            self._plug()
            os.write(self._waker, b".")

    # --- the chip ----------------------------------------------------------------------------------------------------

    def _plug(self) -> None:
        self._cable, self._cable_end = pty.openpty()
        _raw(self._cable_end)
        os.set_blocking(self._cable, False)
        self.port = os.ttyname(self._cable_end)

    def _unplug(self) -> None:
        if self._cable >= 0:
            os.close(self._cable_end)
            os.close(self._cable)
            self._cable = -1

    def _start(self) -> None:
        self._stop()
        self.starts.append(self._cause)
        if self._cause == POWER:
            self._input.clear()  # a reset is over before the cable's next bytes are
        self._understands = False
        self._cooks = True
        self._bites_at: float | None = None
        _raw(self._inner_child, signals=True)
        out, wire = os.pipe()
        command = [self._micropython, "-X", HEAP, "-i", str(CHIP / "start.py")]
        command += [str(wire), str(self.flash), str(self._rtc), str(self.speed), str(self._cause)]
        path = [CHIP, CHIP.parent / "common"]
        ends = [wire]
        if self._web_port is not None:
            keys, self._keys = os.pipe()
            command += [str(self._web_port), str(keys)]
            path.append(CHIP.parent / "realtime" / "air")
            ends.append(keys)
        self._vm = subprocess.Popen(
            command,
            stdin=self._inner_child,
            stdout=self._inner_child,
            stderr=self._inner_child,
            pass_fds=ends,
            env={**os.environ, "MICROPYPATH": ":".join(["", *map(str, path), ".frozen", "lib"])},
            start_new_session=True,
        )
        for end in ends:
            os.close(end)
        self._wire = out
        self._said = b""

    def _stop(self) -> None:
        if self._vm:
            self._vm.kill()
            self._vm.wait()
            self._vm = None
            os.close(self._wire)
            self._wire = -1
            if self._keys >= 0:
                os.close(self._keys)
                self._keys = -1

    def _reset(self, cause: int) -> None:
        with self._lock:
            if self._vm:
                self._drain()
                self._cause = cause
                self._start()

    # --- the thread --------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        """Carry bytes, hear the chip, until the end."""
        while not self._ended:
            with self._lock:
                ends = [end for end in (self._inner, self._cable, self._wire, self._wake) if end >= 0]
                wait_s = _WAIT_S if self._input or self._output else _STUCK_S
                if self._bites_at is not None:
                    wait_s = min(wait_s, max(0.0, self._bites_at - time.monotonic()))
            ready = select.select(ends, [], [], wait_s)[0]
            with self._lock:
                if self._wake in ready:
                    os.read(self._wake, 100)
                if self._inner in ready:
                    self._drain()
                if self._cable in ready and self._cable >= 0:
                    with contextlib.suppress(OSError):
                        self._input.extend(os.read(self._cable, 4096))
                if self._wire in ready and self._wire >= 0:
                    self._hear()
                if self._bites_at is not None and time.monotonic() >= self._bites_at:
                    self._bites_at = None
                    self._reset(WATCHDOG)
                if self._is_stuck():
                    self._start()
                    self._input.appendleft(_CTRL_C)
                self._feed_input()
                self._tell()

    def _is_stuck(self) -> bool:
        """Whether the VM waits for a lock of its own: its signals leave one taken now and then.

        A chip takes a Ctrl-C between two bytecodes, so it is taken again, after the same start.
        """
        now = time.monotonic()
        with contextlib.suppress(OSError):
            if self._vm and "futex" in Path(f"/proc/{self._vm.pid}/wchan").read_text():
                if now - self._free_at < _STUCK_S:
                    return False
                self.starts.pop()
                self._free_at = now
                return True
        self._free_at = now
        return False

    def _drain(self) -> None:
        """Take what the program said."""
        while select.select([self._inner], [], [], 0)[0]:
            said = os.read(self._inner, 4096)
            if self._cooks:
                said = said.replace(b"\r", b"").replace(b"\n", b"\r\n")  # as the chip's own console does it
            if self._log:
                self._log(said)
            self._output += said

    def _tell(self) -> None:
        """Hand it on to the cable, as fast as it is read; what is not read is lost."""
        now = time.monotonic()
        while self._output:
            try:
                written = os.write(self._cable, self._output[:4096]) if self._cable >= 0 else 0
            except BlockingIOError:
                written = 0
            if not written:
                if now - self._read_at > _LISTENS_S:
                    self._output.clear()
                return
            del self._output[:written]
            self._read_at = now
        self._read_at = now

    def _hear(self) -> None:
        """The chip's own parts: reset, watchdog. The wire's end is the end of the program, too."""
        heard = os.read(self._wire, 65536)
        if not heard:  # Ctrl-D at the prompt
            self._reset(HARD)
            return
        *lines, self._said = (self._said + heard).split(b"\n")
        for line in lines:
            word, _, number = line.partition(b" ")
            if word == b"reset":
                self._reset(HARD)
                return
            if word == b"alive":
                self._understands = True
            elif word == b"deaf":
                self._understands = False
            elif word in (b"keys", b"interrupts"):  # then the program writes bytes, too, not lines
                self._drain()
                self._cooks = word == b"interrupts"
            elif word == b"watch":
                self.watch_s = int(number) / 1000
            if word in (b"watch", b"feed"):
                self._bites_at = time.monotonic() + self.watch_s

    def _feed_input(self) -> None:
        """Hand on what came over the cable: to a prompt; to a program that runs only a Ctrl-C, which interrupts it."""
        while self._input and self._vm:
            if not termios.tcgetattr(self._inner_child)[3] & termios.ISIG:
                self._understands = True  # whatever a prompt starts can be interrupted
                some = bytes(self._input.popleft() for _ in range(min(256, len(self._input))))
                os.write(self._inner, some)
                if some[-1] == 4 or not self._input:
                    continue
            elif not self._cooks:  # byte by byte: the prompt gets what this program does not read
                if not select.select([self._inner_child], [], [], 0)[0]:
                    os.write(self._inner, bytes((self._input.popleft(),)))
                return
            elif self._input[0] == _CTRL_C and self._understands:
                self._input.popleft()
                if self._keys >= 0:
                    os.write(self._keys, b".")
                else:
                    os.kill(self._vm.pid, signal.SIGINT)
                return
            elif _CTRL_C in self._input and self._understands:
                os.write(self._inner, bytes((self._input.popleft(),)))  # the chip keeps it for who reads next
            else:
                return


def _raw(end: int, signals: bool = False) -> None:
    """Bytes as they are. signals: marks a running program, unlike a prompt; no byte makes one."""
    tty.setraw(end)
    if signals:
        modes = termios.tcgetattr(end)
        modes[3] |= termios.ISIG
        for key in (termios.VINTR, termios.VQUIT, termios.VSUSP):
            modes[6][key] = b"\0"
        termios.tcsetattr(end, termios.TCSANOW, modes)
    fcntl.fcntl(end, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
