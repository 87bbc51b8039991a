"""A conversation with MicroPython over the cable: mpremote's own transport, Ctrl-C first, a hard reset last.

Every error becomes one line that says what to do. Not here: which files (plan.py), the order of a deploy (deploy.py).

Never a soft reset: it would run boot.py and not main.py, and nothing would feed the watchdog that boot.py started.
"""

import base64
import contextlib
import hashlib
import importlib
import io
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from tools.board.errors import BoardError, CableError
from tools.board.ports import IN_USE, refusal
from tools.build.build import FIRMWARE

sys.path.append(str(FIRMWARE))
limits = importlib.import_module("curfew.core.limits")

CHUNK_BYTES = 1536  # of a file at once: two kilobytes as text, which the board has in one piece
TRIES = 3
OPEN_TRIES = 5
_READ_S = 5  # for an answer that is due; where no answer is, waiting ends so much later
_LISTEN_S = 0.2
_SILENT_S = 5  # the device ends its services first, which takes up to two seconds
_INSIST_S = 12  # a program that fails at its start resets the chip every five seconds
TAKE_OVER_S = 60  # three attempts take 40 s at most, unless the board never stops sending
_RESET_S = 10

# Whatever ran before, and even if boot.py did not get far: contacts open, and a watchdog that does not cut a copy off.
_HOLD = f"""
import machine
for n in {limits.PINS_RELAY}:
    machine.Pin(n, machine.Pin.OUT, value=0)
machine.WDT(timeout={limits.WATCHDOG_CABLE_MS})
"""
_WORDS = {  # errno: what to say; MicroPython's own numbers
    28: "the board's flash is full: remove what is not Curfew's (make doctor shows the space), then again",
    30: "the board's file system cannot be written",
    5: "the board's flash gave an error (EIO): try again; if it stays, the flash is worn",
    12: "the board is out of memory: press its reset button and try again",
}


class _TimeUp(BoardError):
    """The time limit of a conversation has passed."""


class _Limited:
    """A serial port that raises _TimeUp after `until`: mpremote's own limits do not apply while bytes keep arriving."""

    def __init__(self, port: Any, until: float, message: str):
        self._port, self._until, self._message = port, until, message

    def __getattr__(self, name: str) -> Any:
        if time.monotonic() > self._until:
            raise _TimeUp(self._message)
        return getattr(self._port, name)


class Link:
    """An open port with MicroPython behind it: with Link(port) as link: ... link.run("print(1)")

    Leaving the block resets the board, unless the cable broke or `touched` is still False.
    """

    def __init__(self, port: str, say: Callable[[str], None] = lambda line: None):
        self.port = port
        self.touched = False  # True: nothing runs there now, so it has to be started again
        self._say = say
        for left in reversed(range(OPEN_TRIES)):
            try:
                self._transport = SerialTransport(port, timeout=_READ_S)
                return
            except (TransportError, OSError) as error:
                told = refusal(port, _why(port, error))
                if not left or IN_USE not in told:
                    raise BoardError(told) from None
                time.sleep(0.2)  # another program may be about to close it

    def __enter__(self) -> "Link":
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        try:
            if self.touched and not (kind and issubclass(kind, CableError)):
                with contextlib.suppress(BoardError):
                    self.reset()
        finally:
            with contextlib.suppress(OSError, serial.SerialException):
                self._transport.close()

    # --- the prompt --------------------------------------------------------------------------------------------------

    def take_over(self) -> None:
        """Interrupt the program as its hand_over() expects it, and hold the board. Raises BoardError."""
        message = (
            f"no MicroPython prompt on {self.port} within {TAKE_OVER_S:g} s, but the board keeps sending: it probably "
            "restarts in a loop. Press its reset button and try again, or put MicroPython on it: make flash ERASE=1"
        )
        with self._limited(TAKE_OVER_S, message):
            for attempt in range(TRIES):
                if self._try_to_take_over(insist=attempt > 0):
                    return
                self._say("the program has not stopped yet, trying again")
        raise BoardError(
            f"no MicroPython prompt on {self.port}: is it an ESP32 with MicroPython? Press its reset button and try "
            "again, or put MicroPython on it: make flash"
        )

    def _try_to_take_over(self, insist: bool) -> bool:
        try:
            with self._clear(), contextlib.redirect_stdout(io.StringIO()):
                if insist:
                    self._insist()
                self._transport.enter_raw_repl(soft_reset=False, timeout_overall=_SILENT_S)
            self.touched = True
            self.run(_HOLD)
        except (CableError, _TimeUp):
            raise
        except BoardError:
            return False
        return True

    @contextlib.contextmanager
    def _limited(self, seconds: float, message: str) -> Iterator[None]:
        """Raise _TimeUp with the message when the conversation in this block takes longer."""
        port = self._transport.serial
        self._transport.serial = _Limited(port, time.monotonic() + seconds, message)
        try:
            yield
        finally:
            self._transport.serial = port

    def _insist(self) -> None:
        """Ctrl-C again and again until there is a prompt: a program that fails at its start resets the chip."""
        port = self._transport.serial
        seen = b""
        until = time.monotonic() + _INSIST_S
        while time.monotonic() < until and not seen.endswith(b">>> "):
            port.write(b"\r\x03\x02")  # Ctrl-B: the prompt may be the raw one already
            time.sleep(0.03)  # closer than the time from boot.py to the failure
            while port.in_waiting:
                seen = (seen + port.read(port.in_waiting))[-200:]

    def run(self, program: str, hear: Callable[[str], None] | None = None) -> str:
        """Run a program on the board: what it printed. hear: called with each line of it at once. Raises BoardError."""
        line = bytearray()
        everything = bytearray()

        def consume(data: bytes) -> None:
            data = data.replace(b"\x04", b"")
            everything.extend(data)
            line.extend(data)
            while hear and b"\n" in line:
                told, _, rest = bytes(line).partition(b"\n")
                line[:] = rest
                hear(told.decode("utf-8", "replace").rstrip("\r"))

        with self._clear():
            self._transport.exec(program, data_consumer=consume)
        return everything.decode("utf-8", "replace").replace("\r\n", "\n")

    def reset(self) -> None:
        """A hard reset, the only way back to a watched program."""
        with self._limited(_RESET_S, f"{self.port}: no answer to the reset within {_RESET_S} s"), self._clear():
            self._transport.exec_raw_no_follow("import machine\nmachine.reset()")
        self.touched = False

    def listen(self, seconds: float) -> bytes:
        """What the board says within some time, or sooner when it said something; empty for nothing."""
        port = self._transport.serial
        with self._clear():
            port.timeout = _LISTEN_S
            try:
                until = time.monotonic() + seconds
                while time.monotonic() < until:
                    if got := port.read(max(1, port.in_waiting)):
                        return bytes(got)
            finally:
                port.timeout = _READ_S
        return b""

    @contextlib.contextmanager
    def _clear(self) -> Iterator[None]:
        """Errors of the libraries as ours."""
        try:
            yield
        except TransportExecError as error:
            raise BoardError(_said(error.error_output)) from None
        except (serial.SerialException, OSError) as error:
            raise CableError(
                f"the connection to {self.port} broke: {_short(error)}. Plug it in, run it again"
            ) from None
        except (ValueError, TransportError) as error:
            if "could not enter" in str(error):
                raise BoardError(f"{self.port}: the prompt is gone: press the board's reset button") from None
            raise CableError(f"{self.port} fell silent in the middle. Run it again") from None
        except Exception as error:  # half an answer in mpremote's own parsing
            if type(error).__name__ != "error":
                raise
            raise CableError(f"{self.port} fell silent in the middle. Run it again") from None

    # --- files -------------------------------------------------------------------------------------------------------

    def write(self, path: str, data: bytes, sent: Callable[[int], None] = lambda count: None) -> None:
        """Put a file in place: written aside, its SHA-256 checked there, then renamed. Raises BoardError."""
        aside = path + ".new"
        self.run(f"import os\nfrom binascii import a2b_base64 as d\nf=open({aside!r},'wb')")
        try:
            for at in range(0, len(data), CHUNK_BYTES):
                piece = data[at : at + CHUNK_BYTES]
                self.run(f"f.write(d({base64.b64encode(piece)!r}))")
                sent(len(piece))
            self.run("f.close()")
        except CableError:
            raise
        except BoardError:
            with contextlib.suppress(BoardError):
                self.run(f"f.close()\nos.remove({aside!r})")
            raise
        self.run(HASH)
        if self.run(f"print(h({aside!r}))").strip() != hashlib.sha256(data).hexdigest():
            raise BoardError(f"{path} arrived damaged, the old one is still in place: try another cable, then again")
        self.run(f"os.rename({aside!r},{path!r})")

    def read(self, path: str, got: Callable[[int], None] = lambda count: None) -> bytes:
        """The content of a file. Raises BoardError."""
        data = bytearray()
        self.run(f"from binascii import b2a_base64 as e\nf=open({path!r},'rb')")
        while True:
            piece = base64.b64decode(self.run(f"print(e(f.read({CHUNK_BYTES})).decode())"))
            if not piece:
                break
            data += piece
            got(len(piece))
        self.run("f.close()")
        return bytes(data)


# The SHA-256 of a file on the board as h(path), in pieces: there is no room for a whole one.
HASH = """
def h(p):
    from hashlib import sha256
    from binascii import hexlify
    s=sha256()
    b=bytearray(512)
    m=memoryview(b)
    with open(p,'rb') as f:
        while True:
            n=f.readinto(b)
            if not n: break
            s.update(m[:n])
    return hexlify(s.digest()).decode()
"""


def _why(port: str, error: Exception) -> BaseException:
    """mpremote keeps the reason to itself: ask the port again."""
    if isinstance(error, OSError):
        return error
    try:
        serial.serial_for_url(port, exclusive=True).close()
    except (OSError, ValueError) as again:
        return again
    return error


def _said(traceback: str) -> str:
    """The last line of a board's traceback as a sentence."""
    last = (traceback.strip().splitlines() or ["nothing"])[-1]
    number = re.search(r"OSError: (?:\[Errno )?(\d+)", last)
    if "MemoryError" in last:
        return _WORDS[12]
    if number and int(number[1]) in _WORDS:
        return _WORDS[int(number[1])]
    return f"the board refused: {last}"


def _short(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
