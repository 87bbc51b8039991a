"""The tests that the safety documents name: which they are, and whether they ran.

This reads SAFETY.md and docs/safety (safety-case.md, security.md, argument.toml) and compares them with what a
session of pytest reported. What the documents must say: test_safety.py. The hooks: ../watch.py.

A link names a test by its text: [time is up](…/time_is_up.json) is that scenario, [each reason alone
keeps a contact open](…/test_gate.py) the test test_each_reason_alone_keeps_a_contact_open with all its parameters,
[test_gate](…/test_gate.py) the whole file. The argument names them as "scenario:time_is_up" and
"test_gate:each_reason_alone_keeps_a_contact_open".
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = (ROOT / "SAFETY.md", *((ROOT / "docs" / "safety" / name) for name in ("safety-case.md", "security.md")))
ARGUMENT = ROOT / "docs" / "safety" / "argument.toml"
HAZARDS = ("Hazard", "Cause", "Guard", "What remains", "Shown by")
SCENARIOS = "host_tests/simulator/test_scenarios.py::test_scenario"

_LINK = re.compile(r"\[([^\]]+)\]\((?:\.\./)*((?:host_tests|scenarios)/[^)]*)\)")
# Options of pytest that leave tests out, by their name in its configuration.
_NARROWING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "collectonly")


def named(text: str) -> list[str]:
    """The node ids that a text links to, each once: `file`, `file::test` or `file::test[case]`.

    Raises ValueError when a link into the tests leads to no test, or a scenario's text is not its name.
    """
    found = []
    for words, path in _LINK.findall(text):
        stem = Path(path).stem
        name = words.replace(" ", "_")
        if path.startswith("scenarios/") and path.endswith(f"/{stem}.json") and name == stem:
            found.append(f"{SCENARIOS}[{stem}]")
        elif path.endswith(f"/{stem}.py") and stem.startswith("test_"):
            found.append(path if name == stem else f"{path}::test_{name}")
        else:
            raise ValueError(f"[{words}]({path}) names no test")
    return list(dict.fromkeys(found))


def argued(text: str) -> list[str]:
    """The node ids of the evidence in argument.toml; ValueError where a file is not there exactly once."""
    found = []
    for evidence in (name for claim in tomllib.loads(text)["claim"] for name in claim["evidence"]):
        file, _, name = evidence.partition(":")
        paths = list((ROOT / "host_tests").rglob(f"{file}.py"))
        if file == "scenario":
            found.append(f"{SCENARIOS}[{name}]")
        elif len(paths) == 1:
            found.append(f"{paths[0].relative_to(ROOT).as_posix()}::test_{name}")
        else:
            raise ValueError(f"{evidence}: {len(paths)} files of that name in host_tests")
    return found


def wanted() -> list[str]:
    """The node ids of every test that one of the documents names."""
    found = [name for path in DOCUMENTS if path.exists() for name in named(path.read_text("utf-8"))]
    found += argued(ARGUMENT.read_text("utf-8")) if ARGUMENT.exists() else []
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
    """The outcome of each test of a session, by node id: "passed", NOT_HERE, or the worst that was reported."""

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


def complaints(names: Iterable[str], outcomes: Mapping[str, str], left: Iterable[str] = ()) -> list[str]:
    """One sentence for each named test that did not run, or not completely; empty when all did.

    left: the tests that another set runs; a name needs a test here or there.
    """
    wrong = []
    for name in names:
        parts = (f"{name}[", f"{name}::")
        ran = {node: was for node, was in outcomes.items() if node == name or node.startswith(parts)}
        if not ran and not any(node == name or node.startswith(parts) for node in left):
            wrong.append(f"the safety case names {name}, which did not run")
        wrong += [
            f"the safety case names {name}: {node} was {was}"
            for node, was in ran.items()
            if was not in ("passed", NOT_HERE)
        ]
    return wrong


def not_here(names: Iterable[str], outcomes: Mapping[str, str]) -> int:
    """How many of the named tests were left out, completely or in part, because a program is missing."""
    missing = [node for node, was in outcomes.items() if was == NOT_HERE]
    return sum(any(node.startswith(name) for node in missing) for name in names)


def is_whole_suite(config) -> bool:
    """True when a session was asked for a whole set of tests, nothing left out by an option."""
    return (
        config.args == config.getini("testpaths")
        and config.option.set in (None, "short", "long", "quiet")
        and not any(getattr(config.option, name, None) for name in _NARROWING)
    )


def judge(session, ran: Ran, left: Iterable[str]) -> None:
    """Turn a green session of a whole set red when a named test did not run; left: the tests that another set runs."""
    if session.exitstatus != 0 or not is_whole_suite(session.config):
        return
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    names = wanted()
    for sentence in complaints(names, ran.outcomes, left):
        session.exitstatus = 1
        terminal.write_line(sentence, red=True)
    if left := not_here(names, ran.outcomes):
        terminal.write_line(f"{left} named tests did not run because a program is missing (-rs)", yellow=True)
