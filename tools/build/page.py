"""The page of the device: a few small compressed files, because the device serves four connections at a time.

The scripts of firmware/www are joined into one; catalog.js among them is made from catalog.toml.
"""

import ast
import json
import keyword
import posixpath
import re
import string
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
_TEXT = r'"((?:[^"\\]|\\.)*)"'
_PAIR = re.compile(rf'(?:"([^"]+)"|\b(\w+)):\s*\[\s*{_TEXT},\s*{_TEXT},?\s*\],?')  # key: [English, Chinese],
_STRING = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|(?<=[=(,>!&|?:[])/(?:[^/\\\n[]|\\.|\[[^]\n]+\])+/'
)  # or a regular expression
_SEPARATOR = "|"  # of texts: no text has it
_TOP = re.compile(r"^(?:export )?(?:async )?(?:const|let|function) (\w+)", re.M)
_NAMED = re.compile(r"\b(?:const|let|function) (\w{3,})")


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
    """The scripts with all English texts in one list, all Chinese and all keys: that compresses better."""
    texts: list[tuple[str, str, str]] = []  # English, Chinese, key

    def moved(match: re.Match[str]) -> str:
        texts.append((match[3], match[4], match[1] or match[2]))
        return ""

    made = dict(scripts)
    for name in (CATALOG, "texts.js"):
        made[name] = _PAIR.sub(moved, re.sub(r'" \+\n\s*"', "", scripts[name]))
    made[CATALOG] = made[CATALOG].replace("CATALOG = {}", "CATALOG = _texts")
    lists = [_SEPARATOR.join(column) for column in zip(*texts, strict=True)]
    if "".join(lists).count(_SEPARATOR) != 3 * len(texts) - 3:
        raise PageError(f"a text holds {_SEPARATOR}")
    split = ", ".join(f'"{one}".split("{_SEPARATOR}")' for one in lists)
    merged = "const _texts = Object.fromEntries(_keys.map((key, n) => [key, [_english[n], _chinese[n]]]));\n"
    return {"lists": f"const [_english, _chinese, _keys] = [{split}];\n" + merged, **made}


def short(script: str) -> str:
    """A script without comments with shorter names, where a name is never that of a property."""
    bare = _STRING.sub('""', script)
    names = [
        name
        for name in dict.fromkeys(_NAMED.findall(bare))
        if not re.search(rf"(?<!\.\.)\.{name}\b|[{{,]\s*{name}\s*[:,}}=]", bare)
    ]
    names.sort(key=lambda name: -len(re.findall(rf"\b{name}\b", bare)))
    taken = {*re.findall(r"\w+", bare), *keyword.kwlist, "do"}
    free = (a + b for a in ("", *string.ascii_lowercase) for b in string.ascii_letters if a + b not in taken)
    renamed = dict(zip(names, free, strict=False))
    renamed["const"] = "let"  # one word instead of two
    pattern = rf"{_STRING.pattern}|\b(?:{'|'.join(renamed)})\b"
    return re.sub(pattern, lambda match: renamed.get(match[0], match[0]), script)


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
    served["app.js"] = short(rjsmin.jsmin(joined(by_language({name: source(name, more) for name in SCRIPTS})))).encode()
    served["style.css"] = rcssmin.cssmin(served["style.css"])
    sizes = {}
    for name, content in served.items():
        raw = zopfli.gzip.compress(content, numiterations=5)
        (out / (name + ".gz")).write_bytes(raw)
        sizes[name + ".gz"] = len(raw)
    return sizes
