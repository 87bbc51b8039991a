"""A conversation with MicroPython over the cable: mpremote's own transport, Ctrl-C first, a hard reset last.

Every error becomes one line that says what to do. Not here: which files (plan.py), the order of a deploy (deploy.py).

Never a soft reset at the end: it would run boot.py and not main.py, and nothing would feed the watchdog of boot.py.
"""

import base64
import contextlib
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport
from serial.tools import list_ports

from . import installation, startup
from .errors import BoardError, CableError, MemoryFull, Silent
from .installation import typed
from .ports import IN_USE, refusal

limits, pins = installation.core("limits"), installation.core("pins")

CHUNK_BYTES = 1536  # of a file at once: two kilobytes as text, which the board has in one piece
OPEN_TRIES = 5
_READ_S = 5  # for an answer that is due; where no answer is, waiting ends so much later
_LISTEN_S = 0.2
_RESET_S = 3
_BACK_S = 10  # native USB vanishes at a reset, and is there again when MicroPython runs

TAKE_OVER_S = 12  # with the reset of a board that cannot be had 15 in all
_POLITE_S = 4  # a program ends its services first, which takes up to two seconds
_BETWEEN_S = 0.01  # closer than the time from boot.py to the failure of a program that fails at its start
_QUIET_S = 0.15
_HOLD_S = 3
_RAW = b"raw REPL; CTRL-B to exit\r\n"
# A chip or a program that begins anew: being polite does not help.
_RESTARTS = re.compile(rb"rst:0x|ets \w{3} |cpu_start|The contacts stay open|Curfew \S+ build")

# Whatever ran before, and even if boot.py did not get far: contacts open, and a watchdog that does not cut a copy off.
_HELD = {name: pins.row(name)[pins.AT_RELAYS] + pins.row(name)[pins.AT_DEVICE][:1] for name in pins.CHIPS}  # pumps, too
_HOLD = f"""
import machine,sys
for n in {_HELD}.get(getattr(sys.implementation,"_machine","").split(" ")[-1],{_HELD[pins.PLAIN]}):
    machine.Pin(n, machine.Pin.OUT, value=0)
machine.WDT(timeout={limits.WATCHDOG_CABLE_MS})
"""
_WORDS = {  # errno: what to say; MicroPython's own numbers
    28: "the board's flash is full: remove what is not Curfew's (doctor shows the space), then again",
    30: "the board's file system cannot be written",
    5: "the board's flash gave an error (EIO): try again; if it stays, the flash is worn",
    12: "the board is out of memory: press its reset button and try again",
}


class _TimeUp(BoardError):
    """The time limit of a conversation has passed."""


class _Limited:
    """A serial port that raises _TimeUp after `until`: mpremote's own limits do not apply while bytes keep arriving."""

    def __init__(self, port: Any, until: float):
        self._port, self._until = port, until

    def __getattr__(self, name: str) -> Any:
        if time.monotonic() > self._until:
            raise _TimeUp("no answer in time")
        return getattr(self._port, name)


class Link:
    """An open port with MicroPython behind it: with Link(port) as link: ... link.run("print(1)")

    Leaving the block resets the board, unless the cable broke or `touched` is still False.
    """

    def __init__(self, port: str, say: Callable[[str], None] = lambda line: None):
        self.port = port
        self.heard = bytearray()  # the last bytes that the board said while it was taken over
        self.touched = False  # True: nothing runs there now, so it has to be started again
        self._say = say
        self._reset_at = float("-inf")
        self._usb = _usb(port)
        for left in reversed(range(OPEN_TRIES)):
            try:
                self._open(port)
                return
            except (TransportError, OSError, ValueError) as error:
                told = refusal(port, _why(port, error))
                if not left or IN_USE not in told:
                    raise BoardError(told) from None
                time.sleep(0.2)  # another program may be about to close it

    def _open(self, port: str) -> None:
        self._transport = SerialTransport(port, timeout=_READ_S)
        self._transport.serial.write_timeout = _READ_S
        self.port = port

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
        """Interrupt whatever runs, and hold the board. Raises BoardError, TAKE_OVER_S later at the latest."""
        began = time.monotonic()
        until = began + TAKE_OVER_S
        polite = True
        try:
            while time.monotonic() < until:
                with self._clear():
                    there = self._prompt(min(until, began + _POLITE_S) if polite else until, polite)
                if there and self._held(until):
                    return
                polite = False
        except KeyboardInterrupt:
            with contextlib.suppress(OSError):  # or it would stand at its prompt until the watchdog bites
                self._transport.serial.write(b"\r\x03\x02\rimport machine\rmachine.reset()\r")
                self._transport.serial.flush()
            raise
        raise BoardError(f"no MicroPython prompt on {self.port} within {TAKE_OVER_S:g} s{_says(self.heard)}")

    def _prompt(self, until: float, polite: bool) -> bool:
        """Get to the raw prompt: True once it is there, False when it is not in time.

        polite: one Ctrl-C, for a program that ends what it began; else again and again, for one that never gets so far.
        """
        port = self._transport.serial
        port.timeout = _BETWEEN_S
        seen = b""
        keys = b"\r\x03\r\x01"
        while time.monotonic() < until:
            with contextlib.suppress(serial.SerialTimeoutException):  # the board does not read
                port.write(keys)
            got = port.read(max(1, min(port.in_waiting, 4096)))
            self.heard += got
            del self.heard[:-4000]
            seen = (seen + got)[-200:]
            if _RAW in seen:
                return self._settled(until)
            if polite and _RESTARTS.search(seen):
                polite = False
            keys = b"" if polite else b"\r\x03\x01"
        return False

    def _settled(self, until: float) -> bool:
        """Let the prompt's echoes pass, and leave the cable where mpremote expects it: before the sign of a prompt."""
        port = self._transport.serial
        quiet_at = time.monotonic() + _QUIET_S
        while time.monotonic() < min(quiet_at, until):
            if port.read(max(1, min(port.in_waiting, 4096))):
                quiet_at = time.monotonic() + _QUIET_S
        port.write(b"\x01")
        seen = b""
        answer_by = min(until, time.monotonic() + 1)
        while not seen.endswith(_RAW):
            if time.monotonic() > answer_by:
                return False
            seen = (seen + port.read(1))[-200:]
        port.timeout = _READ_S
        self._transport.in_raw_repl = True
        return True

    def _held(self, until: float) -> bool:
        """Hold the board at its prompt; False when it began anew meanwhile. Raises CableError."""
        self.touched = True
        try:
            with self._limited(min(until, time.monotonic() + _HOLD_S)):
                self.run(_HOLD)
            return True
        except MemoryFull:  # what filled it stays until a reset: then stop the program before it begins
            self._say("its memory is full: restarting it, and stopping the program sooner")
            self.free()
        except (_TimeUp, Silent):
            self._say("the board began anew, trying again")
        except CableError:
            raise
        except BoardError as error:
            self._say(str(error))
        return False

    @contextlib.contextmanager
    def _limited(self, until: float) -> Iterator[None]:
        """Raise _TimeUp when the conversation in this block takes longer."""
        port = self._transport.serial
        with self._clear():
            port.timeout = 1
        self._transport.serial = _Limited(port, until)
        try:
            yield
        finally:
            self._transport.serial = port
            with contextlib.suppress(OSError):  # the cable was pulled; whatever comes next says so
                port.timeout = _READ_S

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
        with self._limited(time.monotonic() + _RESET_S), self._clear():
            self._transport.exec_raw_no_follow("import machine\nmachine.reset()")
        self.touched = False
        self._reset_at = time.monotonic()

    def free(self) -> None:
        """Empty the heap, and begin anew: Ctrl-D needs no memory, a program that resets does. Then take_over()."""
        with self._clear():
            self._transport.serial.write(b"\x04")

    def listen(self, seconds: float) -> bytes:
        """What the board says within some time, or sooner when it said something; empty for nothing."""
        with self._clear():
            try:
                return self._heard(seconds)
            except (serial.SerialException, OSError):
                if time.monotonic() - self._reset_at > _BACK_S or not self._found_again():
                    raise
        return b""

    def _heard(self, seconds: float) -> bytes:
        port = self._transport.serial
        port.timeout = _LISTEN_S
        try:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                if got := port.read(max(1, port.in_waiting)):
                    return bytes(got)
        finally:
            port.timeout = _READ_S
        return b""

    def _found_again(self) -> bool:
        """Open the port of the same board again, whatever its name is by now; False when it does not come back."""
        with contextlib.suppress(OSError, serial.SerialException):
            self._transport.close()
        while time.monotonic() - self._reset_at < _BACK_S:
            time.sleep(_LISTEN_S)
            names = [one.device for one in list_ports.comports() if self._usb and _identity(one) == self._usb]
            for name in names or [self.port]:
                with contextlib.suppress(OSError, TransportError):
                    self._open(name)
                    return True
        return False

    @contextlib.contextmanager
    def _clear(self) -> Iterator[None]:
        """Errors of the libraries as ours."""
        try:
            yield
        except TransportExecError as error:
            raise (MemoryFull if "MemoryError" in error.error_output else BoardError)(
                _said(error.error_output)
            ) from None
        except (serial.SerialException, OSError) as error:
            raise CableError(
                f"the connection to {self.port} broke: {_short(error)}. Plug it in, run it again"
            ) from None
        except (ValueError, TransportError) as error:
            if "could not enter" in str(error):
                raise BoardError(f"{self.port}: the prompt is gone: press the board's reset button") from None
            raise Silent(f"{self.port} fell silent in the middle. Run it again") from None
        except Exception as error:  # half an answer in mpremote's own parsing
            if type(error).__name__ != "error":
                raise
            raise Silent(f"{self.port} fell silent in the middle. Run it again") from None

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


def _usb(port: str) -> Any:
    """What tells this board from others on USB; None for a port that is none of USB."""
    return next((_identity(one) for one in list_ports.comports() if one.device == port), None)


def _identity(port: Any) -> Any:
    return port.vid and (port.vid, port.pid, port.serial_number or port.location)


def _says(heard: bytearray) -> str:
    """What a board without a prompt said last, and the way out."""
    said = heard.decode("utf-8", "replace").split("\n")
    whole = said[1:-1] if len(said) > 2 else said  # the first and the last may be cut off
    lines = [line for line in map(startup.shown, whole) if line.strip("> ")]
    if way := startup.way_out(lines):
        return f". It says: {way}"
    if lines:
        return f". It says: {lines[-1]}. If that is no MicroPython: {typed('flash', erase=True)}"
    return f", it says nothing: is it an ESP32 with MicroPython? Press its reset button, or {typed('flash')}"


def _why(port: str, error: Exception) -> BaseException:
    """mpremote keeps the reason to itself: ask the port again."""
    if isinstance(error, (OSError, ValueError)):
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
