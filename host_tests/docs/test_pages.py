"""The documents match the code: links, commands, names, lengths, and both languages side by side."""

import re
import shlex
import subprocess
import sys

import pytest

from docs.generator import ROOT, pages
from host_tests.docs.documents import (
    DOCUMENTS,
    ENGLISH,
    READMES,
    TRANSLATED,
    anchors,
    commands,
    headings,
    prose_of,
    text_of,
)
from wiring import tables as wiring
from wiring.source import build

RUN = [(file, line) for file in DOCUMENTS for line in commands(file)]
PYTHON = ".venv/bin/python "


@pytest.mark.parametrize(("file", "most"), [
    ("README.md", 220), ("README.zh-CN.md", 220), ("SAFETY.md", 160), ("SAFETY.zh-CN.md", 160),
])  # fmt: skip
def test_a_document_is_not_longer_than_it_may_be(file, most):
    assert len(text_of(file).splitlines()) <= most


@pytest.mark.parametrize("file", READMES)
def test_the_readme_and_the_first_page_show_the_same_status(file):
    page = "docs/index.md" if file == READMES[0] else "docs/index.zh.md"
    tables = [re.search(r"^\| \| (?:Simulated|模拟) .*?\n\n", text_of(name), re.S | re.M)[0] for name in (file, page)]
    assert tables[0] == tables[1]


def test_the_readme_names_the_prices_of_the_parts_list():
    for name, most_usd in (("basic", 27), ("full", 47)):
        assert wiring.price_usd(build(name)) < most_usd
        price = f"{wiring.price_usd(build(name)):.0f}"
        assert f"about US$ {price} " in text_of("README.md")
        assert f"约 {price} 美元" in text_of("README.zh-CN.md")


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_make_target_that_a_document_names_exists(file):
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^) *make ([a-z-]+)", text_of(file), flags=re.MULTILINE))
    assert named <= targets


def test_the_documents_name_every_make_target():
    targets = set(re.findall(r"^([a-z-]+):.*?## ", text_of("Makefile"), flags=re.MULTILINE)) - {"help"}
    text = "\n".join(map(text_of, ("README.md", *ENGLISH)))
    assert targets <= set(re.findall(r"(?:`|^) *make ([a-z-]+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("line", sorted({line for _, line in RUN if line.startswith("make ")}))
def test_make_accepts_a_command_of_the_documents(line):
    done = subprocess.run(["make", "-n", *shlex.split(line)[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


PYTHON_LINES = sorted({line for _, line in RUN if line.startswith(PYTHON)})


@pytest.mark.parametrize("line", [  # what the demo prints is looked at by test_generator.py
    pytest.param(line, marks=pytest.mark.long if "demo.json" in line else ()) for line in PYTHON_LINES
])  # fmt: skip
def test_a_python_command_of_the_documents_runs(line):
    arguments = shlex.split(line.removeprefix(PYTHON))
    if arguments[1] == "pytest":
        assert all((ROOT / name).exists() for name in arguments if name.startswith("host_tests"))
        arguments += ["--collect-only", "-p", "no:cacheprovider"]
    if "--runs" in arguments:
        arguments[arguments.index("--runs") + 1] = "2"
    if arguments[1] == "fleet":  # it would write its files, or run for ever
        arguments.append("--help")
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_relative_link_leads_somewhere(file):
    here = (ROOT / file).parent
    for link in re.findall(r"\]\(([^)\s]+)\)", prose_of(file)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = here / path if path else ROOT / file
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.resolve().relative_to(ROOT)), link


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_file_named_in_code_exists(file):
    folders = "firmware|simulator|scenarios|host_tests|tools|wiring|docs|benchmarks"
    for named in re.findall(rf"`((?:{folders})/[\w./-]+)`", prose_of(file)):
        assert (ROOT / named).exists(), named


@pytest.mark.parametrize("file", ["docs/develop/architecture.md"])
def test_every_file_of_the_firmware_that_the_architecture_names_exists(file):
    rooms = "core|runtime|storage|hardware|services|bundles"
    for named in re.findall(rf"`((?:{rooms})/[\w./-]+\.py)`", prose_of(file)):
        assert (ROOT / "firmware" / "curfew" / named).exists(), named


@pytest.mark.parametrize("english", TRANSLATED)
def test_both_languages_have_the_same_parts_and_headings(english):
    chinese = pages.sibling(english)
    assert pages.markers(text_of(english)) == pages.markers(text_of(chinese))
    assert headings(english) == headings(chinese)
    for pattern in (r"^\| ", r"^- ", r"^> - ", r"^ *```", r"^\d+\. "):
        counts = [len(re.findall(pattern, text_of(file), flags=re.MULTILINE)) for file in (english, chinese)]
        assert counts[0] == counts[1], pattern


def test_every_page_is_in_the_navigation_of_the_site():
    navigation = text_of("mkdocs.yml").split("\nnav:", 1)[1]
    assert {file.removeprefix("docs/") for file in ENGLISH} <= set(re.findall(r"[\w/-]+\.md", navigation))


def test_the_scenario_page_knows_every_word_of_a_scenario():
    from simulator import scenario, words

    for file in ("docs/develop/scenario-format.md", "docs/develop/scenario-format.zh.md"):
        code = re.findall(r"`([^`\n]+)`", prose_of(file))
        known = {name for phrase in code for name in re.findall(r"\w+", phrase)}
        for wanted in (scenario.ACTS, scenario.STOVE, scenario.EXPECT_KEYS, scenario.TOP, words.TRACE_KEYS):
            assert set(wanted) <= known, (file, set(wanted) - known)
        for fields in scenario.ACTS.values():
            for key, field in fields.items():
                assert {key, *field.choice} <= known, (file, key)


def test_the_first_lines_of_the_readme_say_what_it_is_for():
    for file, question in zip(READMES, ("**Forgot the soup?**", "**汤又忘在火上了？**"), strict=True):
        assert question in text_of(file).split("\n\n")[1]
