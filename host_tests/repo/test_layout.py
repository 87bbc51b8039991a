"""The repository stays easy to find one's way in: short files, short lines, small folders, imports in one direction."""

import subprocess
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = (".py", ".js", ".html", ".css", ".sh")
PICTURES = (".svg", ".png")
LINES_MAX, WIDTH_MAX, FILES_MAX = 450, 120, 18


def files():
    """Every file of the repository, by its path in it; those deleted but not yet committed are left out."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return [name for name in names if name and (ROOT / name).is_file()]


def code():
    """Every file of code with its lines."""
    return {name: (ROOT / name).read_text("utf-8").splitlines() for name in files() if name.endswith(CODE)}


def test_no_file_of_code_is_longer_than_450_lines():
    long = {name: len(lines) for name, lines in code().items() if len(lines) > LINES_MAX}
    assert not long


def test_no_line_of_code_is_wider_than_120_characters():
    wide = [
        f"{name}:{number}"
        for name, lines in code().items()
        for number, line in enumerate(lines, 1)
        if len(line) > WIDTH_MAX
    ]
    assert not wide


def test_no_folder_holds_more_than_18_files_besides_scenarios_and_pictures():
    folders = Counter(
        str(PurePosixPath(name).parent)
        for name in files()
        if not name.startswith("scenarios/") and not name.endswith(PICTURES)
    )
    full = {folder: count for folder, count in folders.items() if count > FILES_MAX}
    assert not full


def test_an_unknown_target_of_make_is_one_line():
    done = subprocess.run(["make", "nosuch"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode and "no target 'nosuch'; see make help" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.limit(120)  # so it begins at once
def test_style_types_and_the_direction_of_imports_are_right():
    """Ruff, mypy and import-linter, whose contracts are in pyproject.toml: beside the other tests, not before them."""
    done = subprocess.run(["make", "-s", "lint"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
