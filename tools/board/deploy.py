"""Brings the built program onto a board, and waits until the device reports that it runs."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from . import join, startup
from .errors import BoardError, CableError, MemoryFull
from .installation import typed
from .link import HASH, Link
from .plan import (
    BY_LEVEL,
    Built,
    Plan,
    Survey,
    by_level,
    foreign,
    missing_bytes,
    planned,
    radio_needs,
    settings_for,
    unfit,
    wrong_chip,
)
from .survey import survey

START_S = 60  # from the reset to the line of the start; the chip hashes the whole program first
SETTLE_S = 3  # a program that cannot go on resets the chip sooner
PROOF_S = 60  # of health, as the firmware wants it (persistence.py)
PROOF_MAX_S = 660  # the firmware itself gives up after ten minutes (limits.TRIAL_MAX_MS)
_START = re.compile(r"Curfew (\S+) build (\S+) slot (\S+?)( on trial| pending)? burners (\d+)")
_CONFIRMED = "This program is confirmed"
_BACK = "Back to slot"
_REFUSED = "SETTINGS_INVALID"


@dataclass(frozen=True)
class Outcome:
    """What the device printed after the restart."""

    version: str
    build: str
    slot: str
    confirmed: bool
    burners: int


def bars(console: Console) -> Progress:
    """Progress as every command here shows it."""
    text = TextColumn("{task.description}", markup=False)  # names of files have brackets, too
    columns = (SpinnerColumn(), text, BarColumn(), DownloadColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def deploy(
    port: str, new: Built, console: Console, agreed: Callable[[str], bool] = lambda question: False, build: str = ""
) -> Outcome:
    """Everything: look, copy, restart, listen. Raises BoardError; then the program that was there is intact.

    agreed: asked before another project's programs are replaced, and where relays are driven by level.
    build: whose settings a board without settings gets.
    """
    compiled = sum(len(data) for path, data in new.files.items() if path.endswith(".mpy"))
    console.print(f"built   {new.version} build {new.build}, {compiled / 1000:.1f} kB compiled")
    with Link(port, lambda line: console.print(f"        {line}", style="dim")) as link:
        console.print(f"board   {port}: stopping what runs there, contacts open")
        link.take_over()
        there = looked(link, console)
        own = link.read("settings.json") if "settings.json" in there.root else b""
        if wrong := unfit(there) or wrong_chip(own, there.machine):
            raise BoardError(f"{port}: {wrong}; nothing was changed")
        others = foreign(new, there)
        if others and not agreed(f"{there.name} on {port} has another project's {' and '.join(others)}. Replace it?"):
            raise BoardError(
                f"{port}: another project's {' and '.join(others)} is on the board: nothing was changed. To replace "
                f"it: {typed('deploy', port=port, yes=True)}"
            )
        if by_level(own) and not agreed(f"The relays on {port} are driven by level: {BY_LEVEL}. Deploy?"):
            raise BoardError(
                f"{port}: relay_drive is level: {BY_LEVEL}. Nothing was changed. To deploy all the same: "
                f"{typed('deploy', port=port, yes=True)}"
            )
        plan = planned(new, there)
        if build and not plan.settings:
            raise BoardError(
                f"{port}: the board has settings already, and deploy leaves them; nothing was changed. Those of the "
                f"build: {typed('reset-settings', port=port)} --build {build}"
            )
        told(plan, new, console)
        if lacks := radio_needs(own or b"{}", there.machine):
            console.print(f"        {lacks}", style="yellow")
        carry_out(link, plan, new, there, console, build)
        link.reset()
        try:
            return heard(link, new, plan, console)
        except CableError as error:
            raise CableError(
                f"{error}. The new program is on the board, and the device goes on alone: {typed('doctor')} shows the "
                "result"
            ) from None


def looked(link: Link, console: Console) -> Survey:
    """The survey, with something to look at meanwhile."""
    with console.status("reading what is on the board …") as status:
        count = 0

        def step() -> None:
            nonlocal count
            count += 1
            status.update(f"reading what is on the board … {count}")

        try:
            there = survey(link, step)
        except MemoryFull:
            link.free()
            link.take_over()
            there = survey(link, step)
    console.print(
        f"        {there.name}, MicroPython {there.micropython}, {there.free_bytes // 1024} KiB of flash free"
    )
    return there


def told(plan: Plan, new: Built, console: Console) -> None:
    """Say what will be done."""
    if not plan.slot:
        console.print("program unchanged, nothing to copy")
    else:
        size = sum(len(new.files[path]) for path in plan.send)
        kept = len(new.files) - len(plan.send) - len(plan.copy)
        console.print(
            f"slot {plan.slot}  {len(plan.send)} files to send ({size / 1000:.1f} kB), {len(plan.copy)} to copy on the "
            f"board, {kept} there already",
            soft_wrap=True,
        )
    if plan.root:
        console.print(f"starter {', '.join(plan.root)}")


def carry_out(link: Link, plan: Plan, new: Built, there: Survey, console: Console, build: str = "") -> None:
    """Do it: settings, slot, its manifest, what is stale, slot.txt, starter. Raises BoardError."""
    if plan.is_empty:
        return
    lacking = missing_bytes(plan, new, there)
    if lacking > 0:
        raise BoardError(
            f"the board's flash lacks {-(-lacking // 1024)} KiB for the program: remove what is not Curfew's "
            f"({typed('doctor')} shows the space); nothing was changed"
        )
    total = sum(len(new.files[path]) for path in plan.send) + sum(len(new.root[name]) for name in plan.root)
    with bars(console) as progress:
        task = progress.add_task("", total=total)

        def sent(count: int) -> None:
            progress.advance(task, count)

        def say(what: str) -> None:
            progress.update(task, description=what)

        if plan.settings:
            link.write("settings.json", settings_for(new.settings, there.machine, build))
        if plan.slot:
            _fill(link, plan, new, say, sent)
        if plan.slot_txt:
            link.write("slot.txt", plan.slot_txt.encode())
        for name in plan.root:
            say(name)
            link.write(name, new.root[name], sent)


def _fill(link: Link, plan: Plan, new: Built, say: Callable[[str], None], sent: Callable[[int], None]) -> None:
    """The slot that is not in use: folders, files, manifest last, then what does not belong there."""
    named = [path for path, _ in plan.copy] + list(plan.send)
    folders = {plan.slot} | {
        f"{plan.slot}/" + "/".join(parts[:depth])
        for parts in (path.split("/")[:-1] for path in named)
        for depth in range(1, len(parts) + 1)
    }
    link.run(_FOLDERS.format(folders=sorted(folders)))
    if plan.copy:
        link.run(HASH + _COPY)
    for path, near in plan.copy:
        say(f"copying {path}")
        wanted = sha256(new.files[path]).hexdigest()
        if link.run(f"print(c({near + '/' + path!r},{plan.slot + '/' + path!r},{wanted!r}))").strip() != "True":
            raise BoardError(f"{plan.slot}/{path}: the copy on the board is damaged: is the flash worn? Run it again")
    for path in plan.send:
        say(path)
        link.write(f"{plan.slot}/{path}", new.files[path], sent)
    if plan.stale:
        say("removing what is old")
        link.run(_REMOVE.format(stale=[f"{plan.slot}/{path}" for path in plan.stale], slot=plan.slot))


_FOLDERS = """
import os
for d in {folders}:
    try: os.mkdir(d)
    except OSError: pass
"""
_COPY = """
import os
def c(p,q,w):
    b=bytearray(512)
    m=memoryview(b)
    with open(p,'rb') as f, open(q+'.new','wb') as g:
        while True:
            n=f.readinto(b)
            if not n: break
            g.write(m[:n])
    if h(q+'.new')!=w: return False
    os.rename(q+'.new',q)
    return True
"""
_REMOVE = """
import os
for p in {stale}:
    try: os.remove(p)
    except OSError as x:
        if x.errno!=2: raise
def e(d):
    for x in list(os.ilistdir(d)):
        if x[1]&0x4000: e(d+'/'+x[0])
    if not list(os.ilistdir(d)): os.rmdir(d)
e({slot!r})
"""


# --- what the device prints -------------------------------------------------------------------------------------------


class _Lines:
    """The console of the device, line by line, with a time limit."""

    def __init__(self, link: Link):
        self._link = link
        self._rest = b""

    def until(self, seconds: float) -> str | None:
        """The next line; None when none came in time."""
        end = time.monotonic() + seconds
        while b"\n" not in self._rest:
            left = end - time.monotonic()
            if left <= 0:
                return None
            self._rest += self._link.listen(min(left, 0.5))
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace").strip()


def heard(link: Link, new: Built, plan: Plan, console: Console) -> Outcome:
    """Listen until the device has confirmed the new program, or has rejected it. Raises BoardError."""
    lines = _Lines(link)
    said: list[str] = []
    with console.status("restarting, the device checks its program …"):
        outcome = _started(lines, START_S, said)
    if outcome is None:
        raise BoardError(
            "the device did not start: "
            + (_why(said) if said else f"it printed nothing. {typed('monitor')} shows its console")
        )
    _right(outcome, new, said)
    for line in said:
        if _REFUSED in line:
            raise BoardError(
                f"the program is there, but the device refuses its settings: {line}. Run {typed('reset-settings')}"
            )
    if plan.trial:
        _wait_for_confirmation(lines, outcome, said, console)
    elif _started(lines, SETTLE_S, said) is not None:
        raise BoardError("the device restarts in a loop: " + _why(said))
    console.print("deployed ", style="bold green", end="")
    console.print(
        f"{outcome.version} build {outcome.build}, slot {outcome.slot}, {outcome.burners} "
        + ("burners" if outcome.burners > 1 else "burner")
        + (": the program is confirmed" if plan.trial else ": the program runs")
    )
    for line in said:
        console.print(f"        it printed: {line}", style="dim")
        join.show(line, console)
    return Outcome(outcome.version, outcome.build, outcome.slot, True, outcome.burners)


def _started(lines: _Lines, seconds: float, said: list[str]) -> Outcome | None:
    """The line of a start; None when none came. Every other line is added to said."""
    end = time.monotonic() + seconds
    while (line := lines.until(end - time.monotonic())) is not None:
        found = _START.search(line)
        if found:
            return Outcome(found[1], found[2], found[3], not found[4], int(found[5]))
        if line.strip("\x00\x04> "):
            said.append(line)
    return None


def _right(outcome: Outcome, new: Built, said: list[str]) -> None:
    if outcome.build != new.build:
        raise BoardError(f"the old version came back ({outcome.version} build {outcome.build}): {_why(said)}")


def _wait_for_confirmation(lines: _Lines, first: Outcome, said: list[str], console: Console) -> None:
    """A minute of health. Raises BoardError when the device goes back to the old program."""
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"slot {first.slot} pending: confirmed after a healthy minute", total=PROOF_S)
        began = time.monotonic()
        while time.monotonic() - began < PROOF_MAX_S:
            progress.update(task, completed=min(PROOF_S, time.monotonic() - began))
            line = lines.until(0.5)
            if line is None:
                continue
            if _CONFIRMED in line:
                return
            again = _START.search(line)
            if again:
                raise BoardError(f"the old version came back ({again[1]} build {again[2]}): {_why(said)}")
            if line:
                said.append(line)
    raise BoardError(
        f"the new program was not confirmed within {PROOF_MAX_S // 60} minutes: {typed('monitor')} shows why"
    )


def _why(said: list[str]) -> str:
    """The line of those that tells most, with a way out where one is known."""
    for line in reversed(said):
        if _BACK in line:
            return line
    if way := startup.way_out(said):
        return way
    for word in ("Error", ""):
        for line in reversed(said):
            if word in line:
                return startup.shown(line)
    return "it did not say why"
