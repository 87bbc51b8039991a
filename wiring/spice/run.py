"""Runs ngspice in batch mode on a deck and reads what it measured."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

MISSING = None if shutil.which("ngspice") else "no ngspice: apt-get install ngspice"
WORKERS = 2
_FOUND = re.compile(r"^(\w+)\s*=\s*([-+]?\d[-+0-9.eE]*)", re.MULTILINE)


class SpiceError(RuntimeError):
    """ngspice is missing or did not come to an end; the text is one line."""


def measured(deck: str, timeout_s: float = 200) -> dict[str, float]:
    """What `meas` and `print` of a deck said, by name; what did not happen ("WHEN" never true) is missing.

    A run that gives up is tried once more with larger steps. Raises SpiceError.
    """
    if MISSING:
        raise SpiceError(MISSING)
    said = ""
    for text in (deck, deck.replace("method=gear", "method=trap").replace("reltol=0.003", "reltol=0.01")):
        try:
            done = subprocess.run(["ngspice", "-b", "/dev/stdin"], input=text, capture_output=True, text=True,
                                  timeout=timeout_s)  # fmt: skip
        except subprocess.TimeoutExpired:
            said = f"no result after {timeout_s:g} s"
            continue
        found = {name: float(value) for name, value in _FOUND.findall(done.stdout)}
        words = [
            line for line in (done.stdout + done.stderr).splitlines() if re.search("rror|fail|singular|abort", line)
        ]
        if "done" in found and "aborted" not in done.stdout + done.stderr:
            return found
        said = f"ngspice gave up: {(words or ['no reason'])[0].strip()}"
    raise SpiceError(f"{deck.splitlines()[0]}: {said}")


def all_measured(decks: Iterable[str]) -> list[dict[str, float]]:
    """The same for many decks, two at a time, in their order."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(measured, decks))


def deck(title: str, lines: Iterable[str], analysis: str, wanted: Iterable[str], reltol: float = 1e-3) -> str:
    """A whole deck. wanted: lines of the control section, behind the run."""
    control = ["set noaskquit", "run", *wanted, "let done=1", "print done", "quit"]
    body = "\n".join([*lines, analysis, ".control", *control, ".endc", ".end"])
    return f"* {title}\n.options reltol={reltol} abstol=1e-12 vntol=1e-6 method=gear\n{body}\n"
