"""Puts MicroPython on a board, or erases it, with esptool's own functions over one connection: BOOT is held once."""

import contextlib
import re
import struct
from collections.abc import Callable, Iterator
from hashlib import md5
from pathlib import Path
from typing import Any

from esptool import FatalError, cmds
from esptool.logger import EspLog, EspLogBase
from esptool.reset import ResetStrategy
from esptool.util import flash_size_bytes
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from . import ports
from .errors import BoardError
from .images import image
from .installation import typed
from .ports import IN_USE

BAUDS = (460800, 115200)  # the second one by itself, where cable, converter or driver do not stand the first
FLASH_MIN_BYTES = 4 * 1024 * 1024
_ROM_BAUD = 115200
_ATTEMPTS = 7
_LOST = re.compile(
    r"Timed out waiting for packet|[Pp]acket content transfer stopped|No serial data received|chip stopped responding|"
    r"Invalid head of packet|Unable to verify flash chip connection|Corrupt data|Serial data stream stopped"
)
_VERIFIED = "Hash of data verified"  # esptool's word for: the chip told the same MD5
_BLOCK = 4096
MEND = "hold the board's BOOT button until this command shows the chip, and use a data cable"
Agreed = Callable[[str], bool]


def flash(
    port: str, path: Path | None, erase: bool, console: Console, agreed: Agreed, fetch: Callable[[str], Path]
) -> None:
    """Check image and chip, then write. Raises BoardError; a refused image or chip changes nothing.

    path: of the image; None to fetch(key of BOARDS) it once the chip is known to be right. agreed: asked before more is
    erased than was said.
    """
    good = image.read(path, image.meant(path)) if path else None
    with _chip(port, console) as chip:
        key, board = _suits(port, chip.esp)
        if path is None:
            path = fetch(key)
        good = image.read(path, board)
        console.print(
            f"image   MicroPython {good.version} for the {board.chip}, {good.size / 1e6:.1f} MB, {path.name}",
            soft_wrap=True,
        )
        data = path.read_bytes()
        if good.is_whole and _size(chip.esp) != len(data):
            raise BoardError(
                f"{port}: {path.name} is for {len(data) >> 20} MB of flash, the board has {_size(chip.esp) >> 20}; "
                "nothing was written. Make one for it: "
                f"{typed('image', f'{board.build}-….bin')} --board {key} --flash-mb {_size(chip.esp) >> 20}"
            )
        if not erase and (held := _held(chip, good.files_at, good.is_whole)):
            if not agreed(f"{held[0].upper()}{held[1:]}. Erase the whole chip?"):
                raise BoardError(
                    f"{port}: {held}; nothing was written. Clear it: {typed('flash', str(path), erase=True)}"
                )
            erase = True
        if erase:
            console.print("erase   everything on the chip, settings and journal too")
            chip.change("erasing", lambda esp: cmds.erase_flash(esp))
        said = chip.change("writing", lambda esp: cmds.write_flash(esp, [(good.at, data)]))
        if not any(_VERIFIED in line for line in said):
            raise BoardError(f"{port}: what was written was not verified: try another cable, then again")
    then = "the program is on it, too" if good.is_whole else f"now: {typed('deploy', port=port)}"
    console.print("flashed ", style="bold green", end="")
    console.print(f"MicroPython {good.version}; {then}", soft_wrap=True)


def wipe(port: str, console: Console, agreed: Agreed) -> None:
    """Erase all of a board's flash and prove it. Raises BoardError."""
    with _chip(port, console) as chip:
        _known(port, chip.esp, "erased")
        if not agreed(f"Erase everything on {chip.name} ({port}): program, settings, keys, passwords, records?"):
            raise BoardError("nothing was erased")
        size = _size(chip.esp)
        if not size:
            raise BoardError(f"{port}: {_NO_FLASH}; nothing was erased")
        chip.change("erasing", lambda esp: cmds.erase_flash(esp))
        blank: list[bool] = []
        chip.run("checking", lambda esp: blank.append(esp.flash_md5sum(0, size) == md5(b"\xff" * size).hexdigest()))
        if not blank[-1]:
            raise BoardError(
                f"{port}: the flash is not empty after erasing: run it again; if that stays, it is worn out"
            )
        console.print("wiped ", style="bold green", end="")
        console.print(f"{chip.name}: all {size >> 20} MB read as empty", soft_wrap=True)


_NO_FLASH = (
    "the chip's flash cannot be identified: disconnect everything from the board (GPIO12 must not be pulled high), use "
    "another cable; if that stays, the board is damaged"
)


def _suits(port: str, esp: Any) -> tuple[str, image.Board]:
    """The board, and its key in BOARDS. Raises BoardError unless the chip is one that Curfew can run on."""
    key, board = _known(port, esp, "written")
    if board is image.PLAIN and any("Single Core" in feature for feature in esp.get_chip_features()):
        raise BoardError(
            f"{port}: an {esp.get_chip_description()} with a single core, and Curfew needs two (ESP32-WROOM-32); "
            "nothing was written"
        )
    size = _size(esp)
    if not size:
        raise BoardError(f"{port}: {_NO_FLASH}; nothing was written")
    if size < FLASH_MIN_BYTES:
        raise BoardError(f"{port}: {size >> 20} MB of flash are too little, 4 MB are needed; nothing was written")
    return key, board


def _known(port: str, esp: Any, done: str) -> tuple[str, image.Board]:
    """The key and board of a chip. Raises BoardError for one whose pins Curfew does not know."""
    for key, board in image.BOARDS.items():
        if board.chip == esp.CHIP_NAME:
            return key, board
    known = ", ".join(board.chip for board in image.BOARDS.values())
    raise BoardError(f"{port}: an {esp.CHIP_NAME}, and Curfew knows the pins of {known} alone; nothing was {done}")


def _size(esp: Any) -> int:
    """Bytes of flash; 0 when it does not say."""
    return flash_size_bytes(cmds.detect_flash_size(esp)) or 0


def _held(chip: "_Chip", at: int, is_whole: bool) -> str:
    """What keeps the flash from being written without a question, by the first block for files; "" for nothing."""
    found: list[bytes] = []
    chip.run("looking", lambda esp: found.append(esp.read_flash(at, _BLOCK)))
    if found[-1] == b"\xff" * _BLOCK:
        return ""
    if found[-1][8:16] != b"littlefs":
        return "the flash holds something else where MicroPython keeps files, and MicroPython does not start with that"
    return "the board has files, and this image replaces all of them" if is_whole else ""


class _Log(EspLogBase):  # type: ignore[misc]
    """esptool's words kept, its progress shown."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.show: Callable[[float], None] = lambda percent: None

    def print(self, *args: Any, **_: Any) -> None:
        self.lines += " ".join(map(str, args)).splitlines()

    def warn(self, *args: Any, suggestion: str | None = None) -> None:
        self.print(*args)

    def progress_bar(
        self, cur_iter: int, total_iters: int, prefix: str = "", suffix: str = "", bar_length: int = 30
    ) -> None:
        self.show(100 * cur_iter / max(1, total_iters))

    err = warning = error = warn
    note = hint = debug = print

    def set_verbosity(self, mode: int | str) -> None:
        pass


class _Chip:
    """A chip in its boot loader. Every step that the fast speed loses is done again at the slow one."""

    def __init__(self, port: str, console: Console):
        self._port, self._console, self._log = port, console, _Log()
        EspLog.set_logger(self._log)
        ResetStrategy.print_once = self._log.warn  # it kept the first logger
        self._baud = BAUDS[0]
        self.is_changed = False  # something was erased or written
        self.esp: Any = None
        try:
            try:
                self._connect()
            except FatalError as error:
                self._slow_down(error)
        except BaseException:
            self.leave()
            raise

    def _connect(self) -> None:
        self.esp = cmds.detect_chip(self._port, _ROM_BAUD, connect_attempts=_ATTEMPTS)
        if self.esp.CHIP_NAME not in {board.chip for board in image.BOARDS.values()}:
            return
        self.esp = cmds.run_stub(self.esp)
        if self._baud != _ROM_BAUD:
            self.esp.change_baud(self._baud)
        cmds.attach_flash(self.esp)

    @property
    def name(self) -> str:
        """As the device calls itself in the network."""
        return "curfew-" + "".join(f"{byte:02x}" for byte in self.esp.read_mac()[-2:])

    def run(self, doing: str, step: Callable[[Any], object]) -> list[str]:
        """Do one step with progress; what esptool said. Raises what esptool raises."""
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(doing, total=100)
            self._log.show = lambda percent: progress.update(task, completed=percent)
            try:
                began = len(self._log.lines)
                step(self.esp)
            except FatalError as error:
                self._slow_down(error)
                step(self.esp)
        return self._log.lines[began:]

    def _slow_down(self, error: FatalError) -> None:
        """Connect anew at the slow speed after an error that the fast one may have made; raises any other."""
        if self._baud == BAUDS[-1] or not self.esp or not _LOST.search(str(error)):
            raise error
        self._console.print(f"        {_first(error)}: once more at {BAUDS[-1]} baud", style="dim")
        self._baud = BAUDS[-1]
        self.close()
        self._connect()

    def change(self, doing: str, step: Callable[[Any], object]) -> list[str]:
        """Do one step after which the flash is no longer what it was."""
        self.is_changed = True
        return self.run(doing, step)

    def close(self) -> None:
        """Close the port."""
        with contextlib.suppress(OSError, AttributeError):  # it never got as far as a port
            self.esp._port.close()

    def leave(self) -> None:
        """Start whatever is on the board."""
        with contextlib.suppress(Exception):  # the cable may be gone by now, and there is nothing left to do
            self.esp.hard_reset()
        self.close()


@contextlib.contextmanager
def _chip(port: str, console: Console) -> Iterator[_Chip]:
    """A chip, connected and named; it starts anew at the end. Raises BoardError with esptool's words in one line."""
    ports.check(port)
    chip = None
    try:
        with console.status(Text(f"looking which chip is behind {port} …")):
            chip = _Chip(port, console)
        console.print(f"chip    {chip.esp.get_chip_description()}, {chip.name}")
        yield chip
    except (FatalError, OSError, struct.error, StopIteration) as error:
        raise BoardError(_why(port, str(error) or type(error).__name__, bool(chip and chip.is_changed))) from None
    finally:
        if chip:
            chip.leave()


def _why(port: str, said: str, is_changed: bool = False) -> str:
    """esptool's words as one line with the way out. is_changed: something was erased or written before."""
    low = said.lower()
    if "busy" in low or "lock port" in low or "temporarily unavailable" in low:
        return f"{port} {IN_USE}: close it (a monitor? a console?) and try again"
    if "failed to connect" in low or "no serial data" in low or "autodetect" in low:
        pseudo = ". A virtual board has its MicroPython already" if port.startswith("/dev/pts/") else ""
        return f"{port}: no ESP32 answers: {MEND}{pseudo}"
    if "md5" in low or "write failed" in low:
        return f"{port}: what was written did not arrive: try another cable, then run it again"
    left = "the flash is half written: nothing is broken, run it again" if is_changed else "nothing was written"
    return f"{port}: the conversation with the chip broke off ({_first(said)}); {left}"


def _first(error: object) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".:")
