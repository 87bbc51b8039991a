"""The generated parts and drawings: current, complete in both languages, and loud where a word is missing."""

import re
import subprocess
import sys

import pytest

from docs.generator import EN, ROOT, ZH, pages, setting_words, tables, words
from docs.generator.names import Names, table_rows
from host_tests.docs.documents import text_of

GENERATED = [(file, name) for file, _, parts in pages.documents() for name in parts]


@pytest.fixture(scope="module")
def drifted():
    """The generated parts that are not as the sources have them now, by file."""
    demo = tables.demo_once()
    return {
        file: pages.update(text_of(file), pages.current(language, wanted, demo))[1]
        for file, language, wanted in pages.documents()
    }


@pytest.mark.parametrize(("file", "name"), GENERATED)
def test_a_generated_part_is_as_the_sources_have_it(drifted, file, name):
    assert name not in drifted[file], "run `make docs`"


@pytest.mark.parametrize("file", [file for file, _, _ in pages.documents()])
def test_no_marker_stands_for_a_part_that_is_gone(drifted, file):
    assert drifted[file] == []


@pytest.mark.parametrize("file", pages.DRAWINGS)
def test_a_drawing_is_as_the_sources_have_it(file):
    assert text_of(file) == pages.DRAWINGS[file](), "run `make docs`"


def test_a_drifted_part_is_named_and_updated():
    before = "a\n<!-- generated: states -->\nold\n<!-- end: states -->\nb\n"
    after, drifted = pages.update(before, {"states": "new"})
    assert drifted == ["states"]
    assert after == "a\n<!-- generated: states -->\nnew\n<!-- end: states -->\nb\n"
    assert pages.update(after, {"states": "new"}) == (after, [])


def test_a_lost_marker_counts_as_drift():
    assert pages.update("nothing here", {"states": "new"})[1] == ["states"]


@pytest.mark.parametrize("table", ["GUARDS", "EFFECTS", "EVENTS", "CAUSES", "STATES", "FAULTS", "SOUNDS", "COLORS"])
def test_a_name_without_words_raises(monkeypatch, table):
    phrases = dict(getattr(words, table))
    lost = sorted(phrases)[-1]
    del phrases[lost]
    monkeypatch.setattr(words, table, phrases)
    with pytest.raises(KeyError, match=re.escape(f" {lost}: no words for it")):
        Names()


def test_words_for_a_name_that_is_gone_raise(monkeypatch):
    monkeypatch.setattr(words, "GUARDS", {**words.GUARDS, "FULL_MOON": ("", "")})
    with pytest.raises(KeyError, match="FULL_MOON: words for a name that is gone"):
        Names()


def test_a_state_without_a_place_in_the_diagram_raises(monkeypatch):
    monkeypatch.setattr(words, "PLACES", {**words.PLACES, "FAULT": (0, 0)})
    monkeypatch.delitem(words.PLACES, "IDLE")
    with pytest.raises(KeyError, match="IDLE"):
        pages.diagram.drawn(Names(), EN)


def test_a_reason_without_chinese_raises(monkeypatch):
    monkeypatch.setattr(setting_words, "REASONS_ZH", {})
    with pytest.raises(KeyError, match="no Chinese for the reason of timer_default_min"):
        tables.reason_of("timer_default_min", ZH)


@pytest.mark.parametrize("module", [words, setting_words], ids=["words", "setting_words"])
def test_every_phrase_has_both_languages(module):
    for name, table in vars(module).items():
        if not name.isupper() or not isinstance(table, dict) or name in ("FAULTS", "PLACES", "BENDS", "REASONS_ZH"):
            continue
        for key, (english, chinese) in table.items():
            assert bool(english) == bool(chinese), (name, key)
            assert not re.search("[\u4e00-\u9fff]", english), (name, key)
            assert not chinese or re.search("[\u4e00-\u9fff]", chinese), (name, key)


def test_every_row_of_the_state_table_has_a_line():
    lines = tables.transitions(Names(), EN).split("\n\n")[0].splitlines()
    assert len(lines) == 2 + len(table_rows())


def test_the_only_option_is_check():
    command = [sys.executable, "-m", "docs.generator", "--fix"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "docs: the only option is --check\n")
