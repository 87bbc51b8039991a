"""The page of the device: a few small compressed files, because the device serves four connections at a time.

The scripts of firmware/www are joined into one; catalog.js among them is made from catalog.toml.
"""

import ast
import json
import posixpath
import re
from pathlib import Path
from typing import Any

import rcssmin
import rjsmin
import zopfli.gzip

import catalog

ROOT = Path(__file__).resolve().parent.parent.parent
WWW = ROOT / "firmware" / "www"
AUTHORITY = ROOT / "firmware" / "curfew" / "services" / "http" / "authority.py"
CATALOG = "catalog.js"
SCRIPTS = (  # an imported one comes first
    "device.js", CATALOG, "texts.js", "dom.js", "refusals.js", "forms.js", "off.js", "shutoffs.js", "now.js",
    "pages/history.js", "pages/signal.js", "pages/access.js", "pages/network.js", "pages/settings.js",
    "pages/check.js", "pages/more.js", "warn.js", "app.js",
)  # fmt: skip
SERVED = ("index.html", "style.css", "app.js", "manifest.webmanifest", "icon.png")
FORMS = {  # the kinds of names on the page, and in which forms
    "state": ("page", "about", "blind", "blind_about"), "cause": ("page",), "source": ("from",),
    "fault": ("page", "do"), "setting": ("label",), "unit": ("page",),
}  # fmt: skip
_IMPORT = re.compile(r'^import \{ [^}]+ \} from "(\.\.?/[\w/]+\.js)";\n', re.M)
_PAIR = re.compile(r'\[\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)",?\s*\]')
_SEPARATOR = "|"  # of texts: no text has it
_TOP = re.compile(r"^(?:export )?(?:async )?(?:const|let|function) (\w+)", re.M)


class PageError(Exception):
    """The scripts cannot be joined; the text says which and why."""


def joined(scripts: dict[str, str]) -> str:
    """One module that does what the scripts, in this order, do together. Raises PageError."""
    owner: dict[str, str] = {}
    parts = []
    for name, text in scripts.items():
        for needed in _IMPORT.findall(text):
            needed = posixpath.normpath(posixpath.join(posixpath.dirname(name), needed))
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


def by_language(scripts: dict[str, str]) -> dict[str, str]:
    """The scripts with the texts of each language in one list, as they are evaluated: that compresses better."""
    pairs: list[tuple[str, str]] = []

    def numbered(match: re.Match[str]) -> str:
        pairs.append((match[1], match[2]))
        return "_pair()"

    made = dict(scripts)
    for name in (CATALOG, "texts.js"):
        made[name] = _PAIR.sub(numbered, re.sub(r'" \+\n\s*"', "", scripts[name]))
    english, chinese = (_SEPARATOR.join(texts) for texts in zip(*pairs, strict=True))
    if (english + chinese).count(_SEPARATOR) != 2 * len(pairs) - 2:
        raise PageError(f"a text holds {_SEPARATOR}")
    lists = f'const _texts = ["{english}", "{chinese}"].map((all) => all.split("{_SEPARATOR}"));\nlet _next = 0;\n'
    lists += "const _pair = () => [_texts[0][_next], _texts[1][_next++]];\n"
    return {"lists": lists, **made}


def source(name: str, more: Path = WWW) -> str:
    """The text of a script. more: the folder with further languages."""
    if name == CATALOG:
        return catalog.script(words(), MORE=languages(more), FREE=free_directions())
    return (WWW / name).read_text("utf-8")


def free_directions() -> dict[str, int]:
    """The settings that any session may change in one direction: 1 for up, -1 for down."""
    tree = ast.parse(AUTHORITY.read_text("utf-8"))
    tables = (node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_FREE")
    return dict(ast.literal_eval(next(tables).value))


def languages(folder: Path) -> list[dict[str, Any]]:
    """Further languages: each file like de.json holds a tag, the language's own name, and texts by key.

    A key without a text is shown in English.
    """
    return [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))]


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


def notices() -> str:
    """The sentences of services/notify by key, a line each: KEY|English|Chinese."""
    found = {name: catalog.phrase("notice", name) for name in catalog.names("notice")}
    off, fault = found.pop("OFF"), found.pop("FAULT")
    for name in catalog.names("cause"):
        english, chinese = catalog.phrase("cause", name, "page")
        found[name] = off[0] % english, off[1] % chinese
    for name in catalog.names("source"):
        found[name] = catalog.phrase("source", name, "from")
    for name in catalog.names("fault"):
        short, do = catalog.phrase("fault", name, "page"), catalog.phrase("fault", name, "do")
        found[name] = fault[0] % (short[0], do[0]), fault[1] % (short[1], do[1])
    return "".join(f"{key}|{english}|{chinese}\n" for key, (english, chinese) in found.items())


def build(out: Path, more: Path = WWW) -> dict[str, int]:
    """Write the served files, compressed, to a folder; sizes in bytes by name. Equal sources make equal bytes.

    more: the folder with further languages.
    """
    out.mkdir(parents=True, exist_ok=True)
    served = {name: (WWW / name).read_bytes() for name in SERVED}
    served["app.js"] = rjsmin.jsmin(joined(by_language({name: source(name, more) for name in SCRIPTS}))).encode()
    served["style.css"] = rcssmin.cssmin(served["style.css"])
    sizes = {}
    for name, content in served.items():
        raw = zopfli.gzip.compress(content, numiterations=5)
        (out / (name + ".gz")).write_bytes(raw)
        sizes[name + ".gz"] = len(raw)
    return sizes
