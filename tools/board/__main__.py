"""The command line of everything at the cable; `make` calls it.

    python -m tools.board deploy|flash|monitor|console|backup|restore|settings|reset-settings|doctor|virtual [--port P]

Exit status: 0 done, 1 not done (one line says why and the way out), 2 the arguments are wrong, 130 interrupted.
"""

import argparse
import contextlib
import signal
import sys
from datetime import datetime
from pathlib import Path

from rich.console import Console

from tools.board import backup, console, deploy, doctor, flash, plan, ports, virtual
from tools.board.errors import BoardError
from tools.board.link import Link
from tools.build.build import FIRMWARE, OUT, ROOT

VIRTUAL_FLASH = ROOT / "build" / "virtual.flash"
VIRTUAL_SPEED = 10


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.board", description="everything over the USB cable")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about)
        if name != "virtual":
            sub.add_argument("--port", default="", help="serial port; without it the only likely one is taken")
        return sub

    sub = command("flash", "put MicroPython on the board")
    sub.add_argument("--firmware", type=Path, required=True)
    sub.add_argument("--erase", action="store_true", help="clear the whole chip first")
    sub = command("deploy", "put the program on the board")
    sub.add_argument("--build", type=Path, default=OUT)
    sub = command("monitor", "show the console of the device")
    sub.add_argument("--seconds", type=float)
    command("console", "MicroPython's prompt")
    sub = command("backup", "the user's own files into one file")
    sub.add_argument("--file", type=Path)
    sub.add_argument("--key", action="store_true", help="the device's own key, too")
    sub = command("restore", "the files of a backup back to the board")
    sub.add_argument("--file", type=Path, required=True)
    sub.add_argument("--key", action="store_true")
    sub = command("settings", "lay settings over the shipped ones, on the board")
    sub.add_argument("--file", type=Path, required=True)
    sub = command("reset-settings", "the shipped settings on the board again")
    sub.add_argument("--yes", action="store_true", help="do not ask")
    command("doctor", "what is there, what is missing")
    sub = command("virtual", "a board for those who have none")
    sub.add_argument("--flash", type=Path, default=VIRTUAL_FLASH)
    sub.add_argument("--speed", type=int, default=VIRTUAL_SPEED, help="how many times faster its clock runs")
    return parser.parse_args(argv)


def _deploy(asked: argparse.Namespace, out: Console) -> int:
    try:
        new = plan.built(asked.build)
    except (OSError, KeyError, IndexError):
        raise BoardError(f"{asked.build}: no compiled program: make build")
    deploy.deploy(ports.chosen(asked.port, "deploy"), new, out)
    return 0


def _flash(asked: argparse.Namespace, out: Console) -> int:
    flash.flash(ports.chosen(asked.port, "flash"), asked.firmware, asked.erase, out)
    return 0


def _monitor(asked: argparse.Namespace, out: Console) -> int:
    with contextlib.suppress(KeyboardInterrupt):  # the ordinary end
        console.monitor(ports.chosen(asked.port, "monitor"), out, asked.seconds)
    return 0


def _console(asked: argparse.Namespace, out: Console) -> int:
    return console.prompt(ports.chosen(asked.port, "console"), out)


def _backup(asked: argparse.Namespace, out: Console) -> int:
    port = ports.chosen(asked.port, "backup")
    path = asked.file or ROOT / f"backup-{datetime.now():%Y%m%d-%H%M%S}.json"
    if path.exists():
        raise BoardError(f"{path} is there already: name another file, or remove it")
    with _stopped(port, out) as link, deploy.bars(out) as progress:
        task = progress.add_task("", total=None)
        made = datetime.now().isoformat(timespec="seconds")
        told = backup.taken(link, made, asked.key, lambda name, at, of: progress.update(task, description=name))
    backup.keep(told, path)
    out.print(f"kept {', '.join(told['files']) or 'nothing: the board has no files of yours'}")
    out.print(f"in {path}, for your eyes only: the password of the Wi-Fi is in it", soft_wrap=True)
    return 0


def _restore(asked: argparse.Namespace, out: Console) -> int:
    files = backup.read(asked.file, asked.key)
    return _put(ports.chosen(asked.port, "restore"), files, out)


def _settings(asked: argparse.Namespace, out: Console) -> int:
    files = {backup.SETTINGS: backup.laid_over(asked.file)}
    return _put(ports.chosen(asked.port, "settings"), files, out)


def _reset_settings(asked: argparse.Namespace, out: Console) -> int:
    port = ports.chosen(asked.port, "reset-settings")
    if not asked.yes:
        if not sys.stdin.isatty():
            raise BoardError("this overwrites the board's settings: make reset-settings YES=1")
        if input(f"Overwrite the settings of the board on {port} with the shipped ones? [y/N] ").strip().lower() != "y":
            raise BoardError("nothing was changed")
    return _put(port, {backup.SETTINGS: (FIRMWARE / backup.SETTINGS).read_bytes()}, out)


def _put(port: str, files: dict[str, bytes], out: Console) -> int:
    with _stopped(port, out) as link, out.status("writing …") as status:
        backup.put_back(link, files, lambda name, at, of: status.update(f"writing {name}, {at + 1} of {of}"))
    out.print(f"written {', '.join(files)}; the device restarts with it")
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


def _doctor(asked: argparse.Namespace, out: Console) -> int:
    return doctor.doctor(asked.port, out)


def _virtual(asked: argparse.Namespace, out: Console) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # or its VM would live on for a while
    with virtual.Board(asked.flash, asked.speed) as board:
        out.print(
            f"a virtual board is on {board.port}; in another window: make deploy PORT={board.port}", soft_wrap=True
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
    "deploy": _deploy,
    "flash": _flash,
    "monitor": _monitor,
    "console": _console,
    "backup": _backup,
    "restore": _restore,
    "settings": _settings,
    "reset-settings": _reset_settings,
    "doctor": _doctor,
    "virtual": _virtual,
}


def main(argv: list[str] | None = None) -> int:
    """Do one command; the exit status."""
    asked = _arguments(argv)
    try:
        return COMMANDS[asked.command](asked, Console(highlight=False))
    except (BoardError, virtual.VirtualBoardError) as error:
        print(f"{asked.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{asked.command}: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
