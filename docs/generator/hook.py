"""The MkDocs hook: copies the pages to build/site-source, with links that work on the site.

Pages link to files of the repository outside docs/. On the site, SAFETY, CHANGELOG and the wiring documents are pages
of their own, pictures are copied, and every other linked file is shown as plain text. Chinese pages get the anchors of
the English ones, so that a link works in both languages. A link to a file that does not exist stops the build. This
file runs in the environment of docs/requirements.txt and imports nothing of Curfew.
"""

import os
import re
import shutil
from pathlib import Path

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).resolve().parent.parent.parent
STAGE = ROOT / "build" / "site-source"
OUTSIDE = {  # documents outside docs/ that become pages
    "SAFETY.md": "safety.md",
    "SAFETY.zh-CN.md": "safety.zh.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "report.md",
    "README.md": "index.md",
    "README.zh-CN.md": "index.zh.md",
    "CONTRIBUTING.md": "develop/contributing.md",
    "wiring/README.md": "wiring.md",
    "wiring/README.zh-CN.md": "wiring.zh.md",
    "wiring/MEASURE.md": "measure.md",
    "wiring/MEASURE.zh-CN.md": "measure.zh.md",
}
ONLY_LINKED = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")  # docs/ has a page in their place
ASSETS = (".svg", ".png", ".css", ".json")
_LINK = re.compile(r"(\]\(|src=\")([^)\"\s]+)")
_CODE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_INDENT = re.compile(r"^ {2,3}(?=\S)", re.MULTILINE)  # of lists: GitHub takes two or three spaces, MkDocs wants four
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def on_config(config):
    """Build the staged pages and let MkDocs read those; runs once for each language."""
    shutil.rmtree(STAGE, ignore_errors=True)
    STAGE.mkdir(parents=True)
    for path in sorted((ROOT / "docs").rglob("*")):
        inside = path.relative_to(ROOT / "docs")
        if path.suffix in ASSETS:
            _copy(path, inside.as_posix())
        elif path.suffix == ".md":
            _page(path, inside.as_posix())
    for source, target in OUTSIDE.items():
        if source not in ONLY_LINKED and (ROOT / source).exists():
            _page(ROOT / source, target)
    config["docs_dir"] = str(STAGE)
    return config


def _page(path: Path, target: str) -> None:
    """Stage one Markdown file under its name on the site, its links rewritten outside code blocks."""
    text = path.read_text("utf-8")
    parts, end = [], 0
    ids = list(_english_anchors(path).values())
    for code in [*_CODE.finditer(text), None]:
        prose = _INDENT.sub("    ", _rewrite(text[end : code.start() if code else None], path, target))
        parts += [_HEADING.sub(lambda match: f"{match[0]} {{ #{ids.pop(0)} }}" if ids else match[0], prose)]
        if code:
            indent = len(code[0]) - len(code[0].lstrip(" "))
            parts.append(re.sub("^", " " * (4 - indent if indent else 0), code[0], flags=re.MULTILINE))
            end = code.end()
    title = ' "危险"' if target.endswith(".zh.md") else ""
    alert = re.compile(r"^> \[!CAUTION\]\n((?:>.*\n?)*)", re.MULTILINE)
    text = alert.sub(lambda match: _admonition(match[1], title), "".join(parts))
    (STAGE / target).parent.mkdir(parents=True, exist_ok=True)
    (STAGE / target).write_text(text, "utf-8")


def _anchors(path: Path) -> list[str]:
    """The anchors of a document's headings, in order, as GitHub and the site make them."""
    titles = _HEADING.findall(_CODE.sub("", path.read_text("utf-8")))
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def _english_anchors(path: Path) -> dict[str, str]:
    """The English anchor for each anchor of a Chinese document; empty for others, and while the two are not in step."""
    english = path.with_name(path.name.replace(".zh-CN.md", ".md").replace(".zh.md", ".md"))
    if english == path or not english.exists():
        return {}
    here, there = _anchors(path), _anchors(english)
    return dict(zip(here, there, strict=True)) if len(set(here)) == len(there) else {}


def _admonition(quote: str, title: str) -> str:
    """GitHub's alert as the admonition of the theme."""
    body = "\n".join("    " + re.sub(r"^> ?", "", line) for line in quote.splitlines())
    return f"!!! danger{title}\n\n{body}\n"


def _rewrite(text: str, path: Path, target: str) -> str:
    return _LINK.sub(lambda match: match[1] + _on_site(match[2], path, target), text)


def _on_site(link: str, path: Path, target: str) -> str:
    """The link as the staged page needs it; raises PluginError where it leads nowhere."""
    if "://" in link or link.startswith("mailto:"):
        return link
    if link.startswith("#"):
        return "#" + _english_anchors(path).get(link[1:], link[1:])
    where, _, anchor = link.partition("#")
    file = Path(os.path.normpath(path.parent / where))
    if not file.exists():
        raise PluginError(f"{path.relative_to(ROOT)}: the link {link} leads to no file")
    inside = file.relative_to(ROOT).as_posix()
    stand_in = ROOT / "docs" / OUTSIDE.get(inside, "")
    if inside in ONLY_LINKED and anchor and anchor not in _anchors(stand_in):  # the site has no page with that part
        page, anchor = _copy(file, f"source/{inside.replace('.', '_')}.txt"), ""
    elif inside in OUTSIDE:
        page = OUTSIDE[inside]
    elif inside.startswith("docs/") and file.suffix in (*ASSETS, ".md"):
        page = inside.removeprefix("docs/")
    elif file.suffix in (".svg", ".png"):
        page = _copy(file, inside)
    elif file.is_file():
        page = _copy(file, f"source/{inside.replace('.', '_')}.txt")
    else:
        raise PluginError(f"{path.relative_to(ROOT)}: the link {link} leads to a folder; link to a file")
    if file.suffix == ".md":
        anchor = _english_anchors(file).get(anchor, anchor)
    page = re.sub(r"\.zh\.md$", ".md", page)  # the plugin finds the page of the language
    page = _asset_name(page)
    return os.path.relpath(page, Path(target).parent) + (f"#{anchor}" if anchor else "")


def _asset_name(name: str) -> str:
    """Without a language in the suffix, which the language plugin would leave out."""
    return name if name.endswith(".md") else name.replace(".zh-CN.", "-zh-CN.")


def _copy(file: Path, name: str) -> str:
    goal = STAGE / _asset_name(name)
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, goal)
    return name
