"""The tests that SAFETY.md names: which they are, and whether they ran.

Belongs here: reading the document, and comparing it with what a session of pytest reported. Does not: what the document
must say (test_safety.py), the hooks (conftest.py).

A link names a test by its text: [time is up](scenarios/timer/time_is_up.json) is that scenario on both machines,
[a new gate has not rested](host_tests/core/test_gate.py) the test test_a_new_gate_has_not_rested with all
its parameters,
[test_gate](host_tests/core/test_gate.py) the whole file.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "SAFETY.md"
HAZARDS = ("Hazard", "Cause", "Effect", "Guard", "What remains", "Shown by")
SCENARIOS = "host_tests/simulator/test_scenarios.py::test_scenario"

_LINK = re.compile(r"\[([^\]]+)\]\(((?:host_tests|scenarios)/[^)]*)\)")
# Options of pytest that leave tests out, by their name in its configuration.
_NARROWING = ("keyword", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "collectonly")


def named(text: str) -> list[str]:
    """The node ids that a text links to, each once: `file`, `file::test` or `file::test[case]`.

    Raises ValueError when a link into host_tests/ leads to no test, or a scenario's text is not its name.
    """
    found = []
    for words, path in _LINK.findall(text):
        stem = Path(path).stem
        name = words.replace(" ", "_")
        if path.startswith("scenarios/") and path.endswith(f"/{stem}.json") and name == stem:
            found.append(f"{SCENARIOS}[{stem}]")
        elif path.startswith("host_tests/") and path.endswith(f"/{stem}.py") and stem.startswith("test_"):
            found.append(path if name == stem else f"{path}::test_{name}")
        else:
            raise ValueError(f"[{words}]({path}) names no test")
    return list(dict.fromkeys(found))


def rows(text: str, head: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The cells of each row in all tables with this head."""
    inside = False
    for line in text.splitlines():
        cells = tuple(cell.strip() for cell in line.strip("|").split("|")) if line.startswith("|") else ()
        if cells == head:
            inside = True
        elif not cells:
            inside = False
        elif inside and not set("".join(cells)) <= set("- :"):
            yield cells


NOT_HERE = "not here"  # skipped for a program that this computer does not have


class Ran:
    """What became of each test of a session, by node id: "passed", NOT_HERE, or the worse thing that was reported."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}

    def take(self, node: str, when: str, outcome: str, why: str = "") -> None:
        """Take one report of pytest: when is setup, call or teardown; why: of a skip, which may say what to install."""
        if outcome == "skipped" and "apt-get install" in why:
            outcome = NOT_HERE
        if outcome != "passed":
            self.outcomes[node] = outcome
        elif when == "call":
            self.outcomes.setdefault(node, outcome)


def complaints(wanted: Iterable[str], outcomes: Mapping[str, str]) -> list[str]:
    """One sentence for each named test that did not run, or not wholly; empty when all did."""
    wrong = []
    for name in wanted:
        parts = (f"{name}[", f"{name}::")
        ran = {node: was for node, was in outcomes.items() if node == name or node.startswith(parts)}
        if not ran:
            wrong.append(f"SAFETY.md names {name}, which did not run")
        wrong += [
            f"SAFETY.md names {name}: {node} was {was}" for node, was in ran.items() if was not in ("passed", NOT_HERE)
        ]
    return wrong


def not_here(wanted: Iterable[str], outcomes: Mapping[str, str]) -> int:
    """How many of the named tests were left out, wholly or in part, for want of a program."""
    missing = [node for node, was in outcomes.items() if was == NOT_HERE]
    return sum(any(node.startswith(name) for node in missing) for name in wanted)


def is_whole_suite(config) -> bool:
    """True when a session was asked for all tests: the folders of the configuration, nothing left out by an option."""
    return (
        config.args == config.getini("testpaths")
        and config.option.markexpr in ("", *config.getini("addopts"))
        and not any(getattr(config.option, name, None) for name in _NARROWING)
    )


def judge(session, ran: Ran) -> None:
    """Turn a green session of the whole suite red when a test that SAFETY.md names did not run."""
    if session.exitstatus != 0 or not is_whole_suite(session.config):
        return
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    wanted = named(DOCUMENT.read_text("utf-8"))
    for sentence in complaints(wanted, ran.outcomes):
        session.exitstatus = 1
        terminal.write_line(sentence, red=True)
    if left := not_here(wanted, ran.outcomes):
        terminal.write_line(f"{left} tests that SAFETY.md names did not run for want of a program (-rs)", yellow=True)
