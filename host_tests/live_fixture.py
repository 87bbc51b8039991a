"""A stove that is played, for tests: as fast as it goes, or in a process of its own as `make sim` starts it.

Belongs here: waiting for a stove, starting and stopping the program. Does not: expectations.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from simulator.live import Stove

ROOT = Path(__file__).resolve().parent.parent
FAST = 1000  # of real time: more than any machine does, so that it goes as fast as it can
HAND_S = 60  # for whatever a test waits for
QUICK = {
    "name": "a quick cook",
    "settings": {"timer_default_min": 1, "timer_step_min": 1, "warning_s": 15, "flame_die_s": 60},
    "stove": {"burners": 2, "sensor": True},
}


def wait_for(holds, what, s=HAND_S):
    """Wait until holds() is true, and return that; fails after s seconds."""
    end_s = time.monotonic() + s
    while not (found := holds()):
        assert time.monotonic() < end_s, f"{what}: not within {s} s"
        time.sleep(0.01)
    return found


class Hand:
    """A hand at a stove, and an eye on it."""

    def __init__(self, stove):
        self.stove = stove

    def ask(self, name, *args):
        """Call this of the stove in its own thread."""
        return self.stove.ask(getattr(self.stove, name), *args).result(HAND_S)

    def do(self, do, burner=0, **args):
        self.ask("act", {"do": do, "burner": burner, **args})

    def see(self, key, burner=0):
        """One value of a burner as the page gets it."""
        from simulator.live import BURNER_KEYS

        return self.stove.frame()["burners"][burner][BURNER_KEYS.index(key)]

    def until(self, key, value, burner=0):
        """Wait until the burner shows that value; a stove that stands is led there step by step."""

        def shows():
            assert self.stove.failure is None, self.stove.failure
            if self.see(key, burner) == value:
                return True
            if self.stove.speed == 0:
                self.pass_s(1)
            return False

        wait_for(shows, f"{key} {value}")

    def pass_s(self, s):
        """Let so many seconds of stove time pass, to the tick, and pause: whatever else this machine does meanwhile."""
        end_ms = self.stove.world.now_ms + s * 1000
        self.ask("step", int(s * 1000))
        wait_for(lambda: self.stove.failure or self.stove.world.now_ms >= end_ms, f"{s} s of stove time")
        assert self.stove.failure is None, self.stove.failure


@contextmanager
def playing(top=QUICK, speed=FAST, **more):
    """A Hand at a stove that is on; afterwards everything is put away."""
    stove = Stove(top, speed=speed, **more)
    try:
        stove.begin()
        yield Hand(stove)
        assert stove.failure is None, stove.failure
    finally:
        stove.close()


@contextmanager
def program(*arguments, firmware=None, folder=None):
    """`python -m simulator live` in a process of its own: (process, its address); ended by Ctrl-C.

    firmware: another one than the build's. folder: for what it puts aside, should it not come to its end.
    """
    command = [sys.executable, "-u", "-m", "simulator", "live", *arguments]
    if firmware:
        other = f"serve.Stove = functools.partial(serve.Stove, firmware=pathlib.Path({str(firmware)!r}))"
        imports = "import functools, pathlib; from simulator import serve"
        command = [sys.executable, "-u", "-c", f"{imports}; {other}; serve.serve(None, None, None, print)"]
    env = {**os.environ, **({"TMPDIR": str(folder)} if folder else {})}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if "http://" in line:
                break
        else:
            raise AssertionError("".join(said))
        yield process, line.split("http://")[1].split()[0]
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            finally:
                process.kill()


def family(pid):
    """The numbers of a process and of all that it started."""
    pairs = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children = {}
    for line in pairs.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def alive(pid):
    """Whether a process still runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return os.path.exists(f"/proc/{pid}")
