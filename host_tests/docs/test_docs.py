"""The documents say what is there: generated parts, commands, links, and two READMEs that keep step.

Here: README.md, README.zh-CN.md and the other documents. Not here: the pin map (test_wiring.py).
"""

import re
import subprocess
import sys

import pytest

from tools import docs

READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = (*READMES, "ARCHITECTURE.md", "SAFETY.md", "CHANGELOG.md", "wiring/README.md", "wiring/README.zh-CN.md",
             "wiring/MEASURE.md", "wiring/MEASURE.zh-CN.md")  # fmt: skip
GENERATED = [(file, name) for file, _, parts in docs.FILES for name in parts]


def text_of(file):
    return (docs.ROOT / file).read_text("utf-8")


def prose_of(file):
    """A document without its code blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(file), flags=re.DOTALL | re.MULTILINE)


def headings(file):
    return re.findall(r"^(#+) ", prose_of(file), flags=re.MULTILINE)


def anchors(file):
    """The anchors that GitHub gives to the headings of a document."""
    titles = re.findall(r"^#+ (.+)$", prose_of(file), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.fixture(scope="module")
def drifted():
    """The generated parts that are not as the firmware has them now, by file."""
    demo = docs.part_demo(docs.Names(), docs.EN)
    found = {}
    for file, tongue, wanted in docs.FILES:
        found[file] = docs.brought_up(text_of(file), docs.made(tongue, wanted, demo))[1]
    return found


@pytest.mark.parametrize(("file", "name"), GENERATED)
def test_a_generated_part_is_as_the_firmware_has_it(drifted, file, name):
    assert name not in drifted[file], "run `make docs`"


@pytest.mark.parametrize("file", [file for file, _, _ in docs.FILES])
def test_no_marker_stands_for_a_part_that_is_gone(drifted, file):
    assert drifted[file] == []


def test_a_drifted_part_is_named_and_brought_up():
    before = "a\n<!-- generated: states -->\nold\n<!-- end: states -->\nb\n"
    after, drifted = docs.brought_up(before, {"states": "new"})
    assert drifted == ["states"]
    assert after == "a\n<!-- generated: states -->\nnew\n<!-- end: states -->\nb\n"
    assert docs.brought_up(after, {"states": "new"}) == (after, [])


def test_a_lost_marker_counts_as_drift():
    assert docs.brought_up("nothing here", {"states": "new"})[1] == ["states"]


@pytest.mark.parametrize("table", ["GUARDS", "EFFECTS", "EVENTS", "CAUSES", "STATES", "FAULTS", "SOUNDS", "COLOURS"])
def test_a_name_without_words_raises(monkeypatch, table):
    phrases = dict(getattr(docs, table))
    lost = sorted(phrases)[-1]
    del phrases[lost]
    monkeypatch.setattr(docs, table, phrases)
    with pytest.raises(KeyError, match=re.escape(f" {lost}: no words for it")):
        docs.Names()


def test_words_for_a_name_that_is_gone_raise(monkeypatch):
    monkeypatch.setattr(docs, "GUARDS", {**docs.GUARDS, "FULL_MOON": ("", "")})
    with pytest.raises(KeyError, match="FULL_MOON: words for a name that is gone"):
        docs.Names()


def test_a_reason_without_chinese_raises(monkeypatch):
    monkeypatch.setattr(docs, "REASONS_ZH", {})
    with pytest.raises(KeyError, match="no Chinese for the reason of timer_default_min"):
        docs.reason_of("timer_default_min", docs.ZH)


def test_every_phrase_has_both_languages():
    for name in ("STATES", "EVENTS", "GUARDS", "EFFECTS", "CAUSES", "SOUNDS", "SETTING_WORDS", "COLOURS"):
        for key, (english, chinese) in getattr(docs, name).items():
            assert bool(english) == bool(chinese), (name, key)
            assert not re.search("[\u4e00-\u9fff]", english), (name, key)
            assert not chinese or re.search("[\u4e00-\u9fff]", chinese), (name, key)


def test_every_row_of_the_state_table_has_a_line():
    lines = docs.part_transitions(docs.Names(), docs.EN).split("\n\n")[0].splitlines()
    assert len(lines) == 2 + len(docs.table_rows())


def test_the_only_option_is_check():
    done = subprocess.run([sys.executable, "-m", "tools.docs", "--fix"], cwd=docs.ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "docs: the only option is --check\n"


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_make_target_that_a_document_names_exists(file):
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^) *make ([a-z-]+)", text_of(file), flags=re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("file", READMES)
def test_a_readme_names_every_make_target(file):
    targets = set(re.findall(r"^([a-z-]+):.*?## ", text_of("Makefile"), flags=re.MULTILINE)) - {"help"}
    assert targets <= set(re.findall(r"(?:`|^) *make ([a-z-]+)", text_of(file), flags=re.MULTILINE))


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_relative_link_leads_somewhere(file):
    here = (docs.ROOT / file).parent
    for link in re.findall(r"\]\(([^)]+)\)", prose_of(file)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = here / path if path else docs.ROOT / file
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.relative_to(docs.ROOT)), link


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_file_named_in_code_exists(file):
    folders = "firmware|simulator|host_tests|tools|wiring|docs"
    for named in re.findall(rf"`((?:{folders})/[\w./-]+)`", prose_of(file)):
        assert (docs.ROOT / named).exists(), named


@pytest.mark.parametrize(("english", "chinese"), [
    READMES, ("wiring/README.md", "wiring/README.zh-CN.md"), ("wiring/MEASURE.md", "wiring/MEASURE.zh-CN.md"),
])  # fmt: skip
def test_both_languages_have_the_same_parts_and_headings(english, chinese):
    assert docs.markers(text_of(english)) == docs.markers(text_of(chinese))
    assert headings(english) == headings(chinese)
    for pattern in (r"^\| ", r"^- ", r"^> - ", r"^```"):
        counts = [len(re.findall(pattern, text_of(file), flags=re.MULTILINE)) for file in (english, chinese)]
        assert counts[0] == counts[1], pattern


def test_the_readme_knows_every_word_of_a_scenario():
    from simulator import scenario, words

    for file in READMES:
        code = re.findall(r"`([^`\n]+)`", prose_of(file))
        known = {name for phrase in code for name in re.findall(r"\w+", phrase)}
        for wanted in (scenario.ACTS, scenario.STOVE, scenario.EXPECT_KEYS, scenario.TOP, words.TRACE_KEYS):
            assert set(wanted) <= known, (file, set(wanted) - known)
        for fields in scenario.ACTS.values():
            for key, field in fields.items():
                assert {key, *field.choice} <= known, (file, key)


def test_every_source_file_has_its_line_in_the_architecture():
    told = text_of("ARCHITECTURE.md")
    for folder in ("firmware", "simulator"):
        for path in (docs.ROOT / folder).rglob("*.py"):
            name = path.relative_to(docs.ROOT / folder).as_posix()
            if name.startswith("machine/standins/") or name == "__init__.py":
                continue
            assert f"`{name}`" in told, name


def test_every_file_in_a_line_of_the_architecture_exists():
    for folder, part in re.findall(
        r"^\| `(firmware|simulator)/` \| \|\n(.*?)\n\n", text_of("ARCHITECTURE.md"), re.S | re.M
    ):
        for row in part.splitlines():
            for name in re.findall(r"`([^`]+)`", row.split("|")[1]):
                assert (docs.ROOT / folder / name).exists(), name
