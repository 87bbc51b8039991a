"""The playground as a folder of plain files, beside the documentation: `make site` puts both into build/site.

python -m simulator.browser.site FOLDER
"""

import gzip
import hashlib
import json
import shutil
import sys
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


def build(site: Path) -> None:
    """Write the playground into site/play and the service worker beside it."""
    play = site / PLAY
    shutil.rmtree(play, ignore_errors=True)
    shutil.copytree(WWW, play)
    for path in (HERE / "www").glob("*"):
        if path.name != WORKER:
            shutil.copyfile(path, play / path.name)
    for name in ("micropython.mjs", "micropython.wasm"):
        shutil.copyfile(VM / name, play / name)
    (play / "catalog.js").write_text(messages.words_script(), "utf-8")
    (play / "scenarios.json").write_text(json.dumps(scenarios(), separators=(",", ":")), "utf-8")
    pack.write(play / "pack.json")
    worker(site)


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


def main(arguments: list[str]) -> int:
    """Build into the folder given."""
    site = Path(arguments[0])
    if not VM.is_dir():
        print(f"site: {VM} is missing: run make site", file=sys.stderr)
        return 1
    build(site)
    print(f"playground: {weight(site / PLAY) / 1000:.0f} kB gzipped -> {site / PLAY / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
