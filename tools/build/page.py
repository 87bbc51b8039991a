"""The phone page as the box serves it: few files, small ones, because the box serves four connections at a time.

Belongs here: joining the scripts of firmware/www into one, compressing. Does not: what the page shows.
"""

import gzip
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WWW = ROOT / "firmware" / "www"
SCRIPTS = ("device.js", "texts.js", "pages.js", "app.js")  # whoever is imported comes first
SERVED = ("index.html", "style.css", "app.js")
_IMPORT = re.compile(r'^import \{ [^}]+ \} from "\./(\w+\.js)";\n', re.M)
_TOP = re.compile(r"^(?:export )?(?:async )?(?:const|let|function) (\w+)", re.M)


class PageError(Exception):
    """The scripts cannot be joined; the text says which and why."""


def joined(scripts: dict[str, str]) -> str:
    """One module that does what the scripts, in this order, do together. Raises PageError."""
    owner: dict[str, str] = {}
    parts = []
    for name, text in scripts.items():
        for needed in _IMPORT.findall(text):
            if f"// {needed}\n" not in parts:
                raise PageError(f"{name} imports {needed}, which does not come before it")
        for top in _TOP.findall(text):
            if top in owner:
                raise PageError(f"{name} and {owner[top]} both have a {top} at the top")
            owner[top] = name
        text = re.sub(r"^export (?=const|let|async|function)", "", _IMPORT.sub("", text), flags=re.M)
        if re.search(r"^(import|export)\b", text, re.M):
            raise PageError(f"{name} imports or exports in a way that is not understood")
        parts += [f"// {name}\n", text]
    return "".join(parts)


def build(out: Path) -> dict[str, int]:
    """Write the served files, compressed, to a folder; sizes in bytes by name. Equal sources make equal bytes."""
    out.mkdir(parents=True, exist_ok=True)
    texts = {name: (WWW / name).read_text() for name in SERVED}
    texts["app.js"] = joined({name: (WWW / name).read_text() for name in SCRIPTS})
    sizes = {}
    for name, text in texts.items():
        raw = gzip.compress(text.encode(), 9, mtime=0)
        (out / (name + ".gz")).write_bytes(raw)
        sizes[name + ".gz"] = len(raw)
    return sizes
