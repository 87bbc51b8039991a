"""What the tests of the documents share: their list, their text, headings, anchors and commands."""

import re

from docs.generator import ROOT, pages

READMES = ("README.md", "README.zh-CN.md")
TOP = ("README.md", "SAFETY.md", "CHANGELOG.md", "CONTRIBUTING.md", "wiring/README.md", "wiring/MEASURE.md")
ENGLISH = tuple(sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")
                       if not path.name.endswith(".zh.md")))  # fmt: skip
TRANSLATED = ("README.md", "SAFETY.md", "wiring/README.md", "wiring/MEASURE.md", *ENGLISH)
CHINESE = tuple(map(pages.sibling, TRANSLATED))
DOCUMENTS = (*TOP, *ENGLISH, *CHINESE)


def text_of(file):
    return (ROOT / file).read_text("utf-8")


def prose_of(file):
    """A document without its code blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", text_of(file), flags=re.DOTALL | re.MULTILINE)


def headings(file):
    """The level of each heading, in order."""
    return re.findall(r"^(#+) ", prose_of(file), flags=re.MULTILINE)


def anchors(file):
    """The anchors that GitHub and the site give to the headings of a document."""
    titles = re.findall(r"^#+ (.+)$", prose_of(file), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands(file, heading=None):
    """The lines of the shell blocks of a document, or of its part under a heading."""
    text = text_of(file)
    if heading:
        text = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", text, flags=re.DOTALL | re.MULTILINE)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]
