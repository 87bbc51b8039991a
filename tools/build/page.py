"""The page of the device: a few small compressed files, because the device serves four connections at a time.

The scripts of firmware/www are joined into one; catalog.js among them is made from catalog.toml.
"""

import re
import zlib
from pathlib import Path

import catalog

ROOT = Path(__file__).resolve().parent.parent.parent
WWW = ROOT / "firmware" / "www"
CATALOG = "catalog.js"
SCRIPTS = (  # an imported one comes first
    "device.js", CATALOG, "texts.js", "dom.js", "forms.js", "off.js", "now.js", "history.js", "signal.js", "access.js",
    "network.js", "settings.js", "check.js", "more.js", "app.js",
)  # fmt: skip
SERVED = ("index.html", "style.css", "app.js")
FORMS = {  # the kinds of names on the page, and in which forms
    "state": ("page", "about", "blind", "blind_about"), "cause": ("page",), "source": ("page",),
    "fault": ("page", "do"), "setting": ("label",), "unit": ("page",),
}  # fmt: skip
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


def source(name: str) -> str:
    """The text of a script."""
    return catalog.script(words()) if name == CATALOG else (WWW / name).read_text("utf-8")


def words() -> dict[str, tuple[str, str]]:
    """The names of the catalog as texts of the page: IDLE, IDLE_about, TIMEOUT, BUTTON_STUCK_do, ..."""
    found = {}
    for kind, forms in FORMS.items():
        for name, entry in catalog.ENTRIES[kind].items():
            for form in forms:
                if form == "page" or form in entry:
                    key = "FAULTED" if (kind, name) == ("cause", "FAULT") else name
                    pair = catalog.phrase(kind, name, form)
                    if kind in ("state", "fault"):  # these stand alone
                        pair = (pair[0][0].upper() + pair[0][1:], pair[1])
                    found[key + ("" if form in ("page", "label") else "_" + form)] = pair
    return found


def build(out: Path) -> dict[str, int]:
    """Write the served files, compressed, to a folder; sizes in bytes by name. Equal sources make equal bytes."""
    out.mkdir(parents=True, exist_ok=True)
    texts = {name: (WWW / name).read_text("utf-8") for name in SERVED}
    texts["app.js"] = joined({name: source(name) for name in SCRIPTS})
    sizes = {}
    for name, text in texts.items():
        raw = zlib.compress(text.encode(), 9, wbits=31)  # gzip's form; gzip.compress differs by Python version
        (out / (name + ".gz")).write_bytes(raw)
        sizes[name + ".gz"] = len(raw)
    return sizes
