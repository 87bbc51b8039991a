"""Firmware whose services raise on demand: at every function now and then, or once at one call of the chip."""

import ast

from host_tests.fixtures.seeded_firmware import ROOT
from simulator.inside import MODULES

FIRMWARE = ROOT / "firmware"
TICKS = "curfew/core/ticks.py"
# The same programs with shorter pauses, so that seconds are enough to see many attempts.
IMPATIENT = (
    ("curfew/services/mqtt/session.py", "_PAUSE_MS = 2000", "_PAUSE_MS = 50"),
    ("curfew/services/mqtt/session.py", "_PAUSE_MAX_MS = 30000", "_PAUSE_MAX_MS = 200"),
    ("curfew/services/mqtt/session.py", "_LASTING_MS = 60000", "_LASTING_MS = 200"),
    ("curfew/services/mqtt/session.py", "_OPEN_S = 10", "_OPEN_S = 2"),
    ("curfew/services/mqtt/client.py", "_ANSWER_MS = 10000", "_ANSWER_MS = 2000"),
    ("curfew/services/net/wifi.py", "_POLL_MS = 500", "_POLL_MS = 20"),
    ("curfew/services/net/wifi.py", "_PAUSE_MS = 1000", "_PAUSE_MS = 20"),
    ("curfew/services/net/wifi.py", "_PAUSE_MAX_MS = 300000", "_PAUSE_MAX_MS = 100"),
)
RESTLESS = (
    ("curfew/services/runner.py", "_PAUSE_MS = 1000", "_PAUSE_MS = 50"),
    ("curfew/services/runner.py", "_PAUSE_MAX_MS = 300000", "_PAUSE_MAX_MS = 400"),
    ("curfew/core/limits.py", "SERVICES_PAUSE_MS = 5000", "SERVICES_PAUSE_MS = 500"),
)
# Every function of the services begins with this: while there is a file "trouble", one call in a hundred raises.
TROUBLE = """

_drawn = [4]


def trouble():
    import os

    drawn = _drawn[0] = (_drawn[0] * 1103515245 + 12345) & 0x7FFFFFFF
    if (drawn >> 8) % 100 == 0:
        try:
            os.stat("trouble")
        except OSError:
            return
        raise (OSError(5), MemoryError(), ValueError("trouble"), RuntimeError("trouble"))[drawn >> 20 & 3]
"""
# Around each call of the chip: the file "trouble" names one of them, and an error; it raises there once.
ONCE = """

def trouble(site, value):
    import os

    try:
        with open("trouble") as file:
            wanted, error = file.read().split()
    except OSError:
        return value
    if int(wanted) == site:
        os.remove("trouble")
        raise {"OSError": OSError(5), "RuntimeError": RuntimeError("Wifi"), "MemoryError": MemoryError()}[error]
    return value
"""
_CALLS = {name.rpartition(".")[2] for names in MODULES["chips"].CALLS.values() for name in names.split()}
_CALLS |= {"SSLContext", "wrap_socket", "load_verify_locations"}  # of tls


def services():
    """Paths of the sources of the services, relative to firmware/."""
    return [str(path.relative_to(FIRMWARE)) for path in sorted((FIRMWARE / "curfew/services").rglob("*.py"))]


def _changed(path, inserts):
    """A change for seeded_build(): {line: text} inserted before these lines of a source, at their indentation."""
    text = (FIRMWARE / path).read_text()
    lines = text.splitlines(keepends=True)
    for line in sorted(inserts, reverse=True):
        like = lines[line - 1]
        lines.insert(line - 1, like[: len(like) - len(like.lstrip())] + inserts[line] + "\n")
    return path, text, _importing(ast.parse(text), lines)


def _importing(tree, lines):
    return "".join(
        lines[: (end := tree.body[0].end_lineno)] + ["\nfrom curfew.core.ticks import trouble\n"] + lines[end:]
    )


def _ticks_with(code):
    text = (FIRMWARE / TICKS).read_text()
    return TICKS, text, text + code


def _first_of(function):
    """The first statement of a function; of a "try ... finally" that comes first its own: that is a promise."""
    first = function.body[ast.get_docstring(function) is not None :][0]
    return first.body[0] if isinstance(first, ast.Try) and first.finalbody else first


def raising_everywhere():
    """Changes that make every function of the services raise now and then."""
    changes = [_ticks_with(TROUBLE)]
    for path in services():
        functions = [
            node
            for node in ast.walk(ast.parse((FIRMWARE / path).read_text()))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and len(node.body) > 1
        ]
        if functions:  # a group of modules is only imports
            changes.append(_changed(path, {_first_of(node).lineno: "trouble()" for node in functions}))
    return changes


def _calls_of_the_chip(tree):
    """(where in the source, before, after) of each call of sockets, radio, TLS, pins and clock, outer before inner."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CALLS:
            wrapped = node if node.func.attr == "close" else node.func.value  # what fails to close is closed
            yield wrapped, ast.unparse(node)


def raising_once(paths):
    """(changes, sites): with a file "trouble" that holds "NUMBER ERROR" the call sites[NUMBER] raises once.

    sites: (path, text of the call).
    """
    sites, changes = [], [_ticks_with(ONCE)]
    for path in paths:
        lines = (text := (FIRMWARE / path).read_text()).splitlines(keepends=True)
        inserts = {}
        for wrapped, call in _calls_of_the_chip(tree := ast.parse(text)):
            inserts.setdefault((wrapped.lineno, wrapped.col_offset), []).append(f"trouble({len(sites)}, ")
            inserts.setdefault((wrapped.end_lineno, wrapped.end_col_offset), []).append(")")
            sites.append((path, call))
        for line, column in sorted(inserts, reverse=True):
            old = lines[line - 1]
            lines[line - 1] = old[:column] + "".join(inserts[line, column]) + old[column:]
        changes.append((path, text, _importing(tree, lines)))
    return changes, sites
