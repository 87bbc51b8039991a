"""The playground as a folder of plain files, beside the documentation: `make site` puts both into build/site.

python -m simulator.browser.site FOLDER
"""

import contextlib
import functools
import gzip
import hashlib
import http.server
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from simulator import run
from simulator.browser import pack
from simulator.fields import read_json
from simulator.live import messages

HERE = Path(__file__).resolve().parent
WWW = run.ROOT / "simulator" / "live" / "www"
NPM = run.ROOT / "build" / "npm" / "node_modules"
VM = NPM / "@micropython" / "micropython-webassembly-pyscript"
PLAY = "play"
WORKER = "sw.js"
# What is not needed offline: search indexes and maps of the documentation's theme are large.
LEFT = (".map", ".gz", "sitemap.xml")


def scenarios() -> list[dict[str, object]]:
    """Every scenario of the repository, whole, as the page lists them."""
    folder = run.ROOT / "scenarios"
    found = []
    for path in [*sorted(folder.glob("*.json")), *sorted(folder.glob("*/*.json"), key=lambda path: path.stem)]:
        top = json.loads(path.read_text("utf-8"))
        read_json(path.read_text("utf-8"))
        found.append(
            {"key": path.stem, "name": top["name"], "about": top.get("about", ""), "until": top["until"], "top": top}
        )
    return found


# For the home page of each language: where the playground is, seen from there.
MARK = "<!-- playground -->"
LINKS = {
    "index.html": (
        ("play/index.html", "Play with a stove now: the real firmware, in this browser"),
        ("install/index.html", "Install it on a board"),
    ),
    "zh/index.html": (
        ("../play/index.html", "现在就玩：真正的固件，在这个浏览器里"),
        ("../install/index.html", "装到开发板上"),
    ),
}


def build(site: Path) -> None:
    """Write the playground into site/play and the service worker beside it, and link it from the home pages."""
    for name, links in LINKS.items():
        if (site / name).is_file():
            text = (site / name).read_text("utf-8")
            buttons = " ".join(f'<a class="md-button" href="{at}">{words}</a>' for at, words in links)
            (site / name).write_text(text.replace(MARK, f"<p>{buttons}</p>"), "utf-8")
    play = site / PLAY
    shutil.rmtree(play, ignore_errors=True)
    shutil.copytree(WWW, play)
    shutil.copytree(HERE / "www", play, ignore=shutil.ignore_patterns(WORKER), dirs_exist_ok=True)
    phone(play / "phone")
    for name in ("micropython.mjs", "micropython.wasm"):
        shutil.copyfile(VM / name, play / name)
    (play / "catalog.js").write_text(messages.words_script(), "utf-8")
    (play / "scenarios.json").write_text(json.dumps(scenarios(), separators=(",", ":")), "utf-8")
    pack.write(play / "pack.json")
    worker(site)


def phone(folder: Path) -> None:
    """The controller's own page, as the board has it, with the shim before its script."""
    for path in (run.BOARD / "a" / "www").glob("*.gz"):
        data = gzip.decompress(path.read_bytes())
        if path.stem == "index.html":
            data = data.replace(b"<script ", b'<script src="shim.js"></script><script ', 1)
        (folder / path.stem).write_bytes(data)


def worker(site: Path) -> None:
    """The service worker, which knows every file and changes with any of them."""
    files = [path for path in sorted(site.rglob("*")) if path.is_file() and path.name != WORKER]
    kept = [path for path in files if not path.name.endswith(LEFT)]
    digest = hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in kept)).hexdigest()
    names = [path.relative_to(site).as_posix() for path in kept]
    text = (HERE / "www" / WORKER).read_text("utf-8")
    text = text.replace("__BUILD__", f"curfew-{digest[:12]}").replace("__FILES__", json.dumps(["./", *names]))
    (site / WORKER).write_text(text, "utf-8")


def weight(folder: Path) -> int:
    """Bytes of a folder as a server sends them, each file packed."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in folder.rglob("*") if path.is_file())


class _Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def serve(port: int | None, say: Callable[[str], None]) -> None:
    """Serve the playground from this computer until Ctrl-C. Raises OSError, and RunError where it cannot be built."""
    if not VM.is_dir():
        raise run.RunError("no native MicroPython is here, and not its WebAssembly build: make build/npm/.ready")
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        handler = functools.partial(_Files, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", port or 0), handler) as server:
            say(f"http://127.0.0.1:{server.server_port}/{PLAY}/index.html")
            with contextlib.suppress(KeyboardInterrupt):
                server.serve_forever()
