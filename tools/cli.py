"""The command `curfew`: a board from the cable to a running device. `make` calls it in a clone.

Exit status: 0 done, 1 not done (one line says why and the way out), 2 the arguments are wrong, 130 interrupted.
"""

import argparse
import contextlib
import importlib.metadata
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from . import update
from .board import backup, console, deploy, doctor, installation, key, measure, plan, ports
from .board.errors import BoardError
from .board.images import builds, image
from .board.installation import typed
from .board.link import Link
from .board.survey import survey

VIRTUAL_SPEED = 10
SIZES_MB = 4, 8, 16


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="curfew", description="Puts Curfew on an ESP32 and keeps it there; without --port the only board is taken."
    )
    parser.add_argument("--version", action="version", version=f"curfew {_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, about: str, port: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
        if port:
            sub.add_argument("--port", default="", help="serial port, like /dev/ttyUSB0 or COM3")
        return sub

    def asks(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--yes", action="store_true", help="do not ask")

    command("doctor", "check this computer and the board; name what is missing and what to do")
    sub = command("flash", "put MicroPython on the board, once")
    sub.add_argument("file", nargs="?", type=Path, help="image; without one the pinned one is offered for download")
    sub.add_argument("--download", action="store_true", help="download the pinned image without asking")
    sub.add_argument("--erase", action="store_true", help="clear the whole chip first")
    asks(sub)
    sub = command("deploy", "put the program on the board, only what changed")
    sub.add_argument("--program", type=Path, default=installation.PROGRAM, help=argparse.SUPPRESS)
    sub.add_argument("--build", choices=builds.BUILDS, default="", help="with its settings, where there are none yet")
    asks(sub)
    sub = command("monitor", "show the device's output, and what it means")
    sub.add_argument("--seconds", type=float, help="end after so long")
    sub = command("measure", "record what the sensors of a running device read, for a first stove")
    sub.add_argument("file", type=Path, help="the file to write, like stove.csv")
    sub.add_argument("--seconds", type=float, help="end after so long")
    command("console", "open MicroPython's prompt")
    sub = command("image", "make one file for the whole flash: MicroPython, program and settings", port=False)
    sub.add_argument("file", nargs="?", type=Path, help="MicroPython; without one the pinned one is offered")
    sub.add_argument("--board", choices=image.BOARDS, default="esp32", help="for which chip (%(default)s)")
    sub.add_argument("--build", choices=builds.BUILDS, default="basic", help="with which settings (%(default)s)")
    sub.add_argument("--settings", type=Path, help="a file with settings of your own over them")
    sub.add_argument("--flash-mb", type=int, choices=SIZES_MB, default=4, help="flash of the board (%(default)s)")
    sub.add_argument("--out", type=Path, help="the file to write (curfew-BOARD-BUILD.bin)")
    sub.add_argument("--download", action="store_true", help="download the pinned MicroPython without asking")
    asks(sub)
    sub = command("settings", "lay settings of a file over the shipped ones, on the board")
    sub.add_argument("file", type=Path)
    asks(sub)
    sub = command("reset-settings", "put the shipped settings on the board again")
    sub.add_argument("--build", choices=builds.BUILDS, default="", help="with those of a build")
    asks(sub)
    sub = command("backup", "read your own files from the board into one file")
    sub.add_argument("file", nargs="?", type=Path, help="without it, a new one named after the time")
    sub.add_argument("--key", action="store_true", help="the device's own key, too")
    sub = command("restore", "write the files of a backup to the board")
    sub.add_argument("file", type=Path)
    asks(sub)
    sub.add_argument("--key", action="store_true", help="the device's own key, too")
    command("key", "read the device's update key, once, over the cable")
    sub = command("update", "send the program over Wi-Fi", port=False)
    sub.add_argument("host", help="address of the device, like curfew-1a2b.local")
    sub.add_argument("--force", action="store_true", help="send an older version, too")
    asks(command("wipe", "erase everything on the board before you give it away"))
    if not installation.INSTALLED:
        sub = command("virtual", "a board for those who have none", port=False)
        sub.add_argument("--flash", type=Path, default=installation.ROOT / "build" / "virtual.flash")
        sub.add_argument("--speed", type=int, default=VIRTUAL_SPEED, help="how many times faster its clock runs")
    return parser.parse_args(argv)


def _version() -> str:
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version("curfew")
    return "of a clone"


def _agreed(asked: argparse.Namespace) -> Callable[[str], bool]:
    """A question on the terminal; without one the answer is no, and --yes is always yes."""

    def agreed(question: str) -> bool:
        if asked.yes:
            return True
        if not sys.stdin.isatty():
            return False
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    return agreed


def _program(folder: Path) -> plan.Built:
    """The compiled program of this copy. Raises BoardError when it is missing or damaged."""
    try:
        new = plan.built(folder)
        wrong = installation.damaged()
    except (OSError, KeyError, IndexError):
        raise BoardError(f"{folder}: no compiled program: {installation.program_again()}")
    except ValueError as error:
        raise BoardError(f"{error}: {installation.program_again()}")
    if wrong:
        raise BoardError(f"{wrong} of this installation is damaged: {installation.program_again()}")
    return new


def _deploy(asked: argparse.Namespace, out: Console) -> int:
    new = _program(asked.program)
    deploy.deploy(ports.chosen(asked.port, "deploy"), new, out, _agreed(asked), asked.build)
    return 0


def _flash(asked: argparse.Namespace, out: Console) -> int:
    from .board import flash  # esptool takes its time

    flash.flash(
        ports.chosen(asked.port, "flash"),
        asked.file,
        asked.erase,
        out,
        _agreed(asked),
        lambda board: _pinned(asked, out, board),
    )
    return 0


def _pinned(asked: argparse.Namespace, out: Console, board: str) -> Path:
    """The pinned MicroPython for a board, downloaded when that is wanted. Raises BoardError."""
    from .board.images.download import OFFICIAL, OFFICIALS, fetched

    official = OFFICIAL if board == "esp32" else OFFICIALS.get(board)
    if official is None:
        raise BoardError(
            f"no official image for it has a known checksum: download {image.wanted(image.BOARDS[board])} and name it"
        )
    if not asked.download and not (
        sys.stdin.isatty()
        and _agreed(asked)(f"Download MicroPython {official.version} ({official.size / 1e6:.1f} MB, {official.url})?")
    ):
        raise BoardError(
            f"no image was named: {typed(asked.command, 'FILE.bin')}, or {typed(asked.command, download=True)} to have "
            f"it downloaded; nothing was written"
        )
    with deploy.bars(out) as progress:
        task = progress.add_task(f"downloading {official.name}", total=official.size)
        return fetched(
            progress=lambda at, of: progress.update(task, completed=at), wanted=official, command=asked.command
        )


def _image(asked: argparse.Namespace, out: Console) -> int:
    from .board.images import merge  # LittleFS

    board = image.BOARDS[asked.board]
    flash_bytes = asked.flash_mb << 20
    build = builds.settings_of(asked.build, board.word)
    settings = backup.laid_over(asked.settings, build) if asked.settings else backup.over_shipped(build)
    new = _program(installation.PROGRAM)
    path = asked.file or _pinned(asked, out, asked.board)
    found = image.read(path, board, flash_bytes)
    whole = merge.merged(path.read_bytes(), found, plan.whole(new, settings), flash_bytes)
    target = asked.out or (Path() if installation.INSTALLED else installation.ROOT / "build") / (
        f"curfew-{asked.board}-{asked.build}.bin"
    )
    try:
        target.write_bytes(whole)
    except OSError as error:
        raise BoardError(f"{target}: {error.strerror}: name another one with --out") from None
    out.print(f"image   MicroPython {found.version}, Curfew {new.version} build {new.build}, {asked.build} build")
    out.print(
        f"in {target}: {asked.flash_mb} MB, for an {board.chip} with as much flash, from its first byte on",
        soft_wrap=True,
    )
    return 0


def _wipe(asked: argparse.Namespace, out: Console) -> int:
    from .board import flash

    if not asked.yes and not sys.stdin.isatty():
        raise BoardError(f"this erases everything on the board: {typed('wipe', yes=True)}")
    flash.wipe(ports.chosen(asked.port, "wipe"), out, _agreed(asked))
    return 0


def _monitor(asked: argparse.Namespace, out: Console) -> int:
    with contextlib.suppress(KeyboardInterrupt):  # the ordinary end
        console.monitor(ports.chosen(asked.port, "monitor"), out, asked.seconds)
    return 0


def _console(asked: argparse.Namespace, out: Console) -> int:
    return console.prompt(ports.chosen(asked.port, "console"), out)


def _backup(asked: argparse.Namespace, out: Console) -> int:
    port = ports.chosen(asked.port, "backup")
    path = asked.file or Path(f"backup-{datetime.now():%Y%m%d-%H%M%S}.json").absolute()
    if path.exists():
        raise BoardError(f"{path} is there already: name another file, or remove it")
    with _stopped(port, out) as link, deploy.bars(out) as progress:
        task = progress.add_task("", total=None)
        made = datetime.now().isoformat(timespec="seconds")
        reported = backup.taken(link, made, asked.key, lambda name, at, of: progress.update(task, description=name))
    backup.keep(reported, path)
    out.print(f"kept {', '.join(reported['files']) or 'nothing: the board has no files of yours'}")
    out.print(f"in {path}, for your eyes only: the password of the Wi-Fi is in it", soft_wrap=True)
    return 0


def _restore(asked: argparse.Namespace, out: Console) -> int:
    files = backup.read(asked.file, asked.key)
    return _put(ports.chosen(asked.port, "restore"), files, out, _agreed(asked))


def _settings(asked: argparse.Namespace, out: Console) -> int:
    files = {backup.SETTINGS: backup.laid_over(asked.file)}
    return _put(ports.chosen(asked.port, "settings"), files, out, _agreed(asked))


def _reset_settings(asked: argparse.Namespace, out: Console) -> int:
    port = ports.chosen(asked.port, "reset-settings")
    if not asked.yes and not sys.stdin.isatty():
        raise BoardError(f"this overwrites the board's settings: {typed('reset-settings', yes=True)}")
    if not _agreed(asked)(f"Overwrite the settings of the board on {port} with the shipped ones?"):
        raise BoardError("nothing was changed")
    return _put(port, {backup.SETTINGS: backup.shipped()}, out, lambda question: True, reset=True, build=asked.build)


def _put(
    port: str,
    files: dict[str, bytes],
    out: Console,
    agreed: Callable[[str], bool],
    reset: bool = False,
    build: str = "",
) -> int:
    """Write files. reset: the settings are the shipped ones, and get the board's chip, and those of a build."""
    with _stopped(port, out) as link:
        there = survey(link)
        if reset:
            files = {backup.SETTINGS: plan.settings_for(files[backup.SETTINGS], there.machine, build)}
        if wrong := plan.wrong_chip(files.get(backup.SETTINGS, b""), there.machine):
            raise BoardError(f"{port}: {wrong}; nothing was written")
        others = plan.foreign(plan.built(installation.PROGRAM), there)
        if others and not agreed(f"Another project's {' and '.join(others)} is on {port}. Write beside it?"):
            raise BoardError(
                f"{port}: another project's {' and '.join(others)} is on the board; nothing was written. To write "
                f"beside it, add {typed('', yes=True).split()[-1]}"
            )
        with out.status("writing …") as status:
            backup.put_back(link, files, lambda name, at, of: status.update(Text(f"writing {name}, {at + 1} of {of}")))
    out.print(f"written {', '.join(files)}; the device restarts with it")
    return 0


def _measure(asked: argparse.Namespace, out: Console) -> int:
    count = measure.measure(ports.chosen(asked.port, "measure"), asked.file, asked.seconds, out)
    out.print(f"{count} readings in {asked.file}: python -m simulator.measured makes a stove of them", soft_wrap=True)
    return 0


def _key(asked: argparse.Namespace, out: Console) -> int:
    with _stopped(ports.chosen(asked.port, "key"), out) as link:
        device, secret = key.read(link)
    out.print(f"key     {key.keep(device, secret)}, only you can read it; never give it away", soft_wrap=True)
    return 0


def _stopped(port: str, out: Console) -> Link:
    """A link to a board that was taken over; it is started again at the end."""
    out.print(f"board   {port}: stopping what runs there, contacts open")
    link = Link(port, lambda line: out.print(f"        {line}", style="dim"))
    try:
        link.take_over()
    except BaseException as error:
        link.__exit__(type(error), error, None)
        raise
    return link


def _update(asked: argparse.Namespace, out: Console) -> int:
    update.run(asked.host, asked.force, out)
    return 0


def _doctor(asked: argparse.Namespace, out: Console) -> int:
    return doctor.doctor(asked.port, out)


def _virtual(asked: argparse.Namespace, out: Console) -> int:
    from .board import virtual  # needs a system with pseudo-terminals

    with virtual.Board(asked.flash, asked.speed) as board:
        out.print(
            f"a virtual board is on {board.port}; in another window: {typed('deploy', port=board.port)}", soft_wrap=True
        )
        out.print(
            f"Its clock runs {asked.speed} times as fast, its flash is {asked.flash.name}. Nothing is connected to it. "
            "Ctrl-C ends it.",
            style="dim",
        )
        with contextlib.suppress(KeyboardInterrupt):  # the ordinary end
            board.wait()
    return 0


COMMANDS = {
    "doctor": _doctor,
    "flash": _flash,
    "deploy": _deploy,
    "monitor": _monitor,
    "measure": _measure,
    "console": _console,
    "settings": _settings,
    "reset-settings": _reset_settings,
    "backup": _backup,
    "restore": _restore,
    "key": _key,
    "update": _update,
    "image": _image,
    "wipe": _wipe,
    "virtual": _virtual,
}


def main(argv: list[str] | None = None) -> int:
    """Do one command; the exit status."""
    for stream in (sys.stdout, sys.stderr):  # a console of Windows may lack a sign; that must not end a command
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115 -- closed by who called
    for name in ("SIGTERM", "SIGHUP"):  # a window that is closed leaves no board at its prompt, either
        if (number := getattr(signal, name, None)) and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    asked = _arguments(argv)
    try:
        return COMMANDS[asked.command](asked, Console(highlight=False, markup=False, emoji=False))
    except (BoardError, OSError) as error:  # of the system: where the output goes is full, the folder is gone
        print(f"{asked.command}: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):  # Ctrl-C, or Ctrl-D at a question
        print(f"\n{asked.command}: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
