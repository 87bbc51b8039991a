"""A long list of numbered lines as a row of small files, so that one more line rewrites only the newest of them."""

import os
from typing import TYPE_CHECKING

from curfew.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


NUMBER_MAX = 1 << 29  # above every number of a line
FILE_LINES = 100
FILES = 6  # the oldest goes when the newest is full: at least 500 lines are kept


def name(path: str, age: int) -> str:
    """The file of an age: 0, the newest, is path itself."""
    return "%s.%d" % (path, age) if age else path


def number(line: str, word: int = 0) -> int:
    """A number from 0 up in a line; 0 where another version of the firmware wrote something else."""
    words = line.split()
    return int(words[word]) if word < len(words) and words[word].isdigit() and len(words[word]) < 11 else 0


def last(path: str) -> int:
    """The highest number in the newest file that is there, 0 for none. Raises OSError."""
    for age in range(FILES):
        highest = 0
        for line in files.lines(name(path, age)):
            highest = max(highest, number(line))
        if highest:
            return highest
    return 0


def before(path: str, below: int, most: int) -> list[str]:
    """The last lines, at most so many, with a number below; the newest is the last. Raises OSError."""
    found: list[str] = []
    for age in range(FILES):
        found = [line for line in files.lines(name(path, age)) if number(line) < below] + found
        if len(found) >= most:
            break
    return found[-most:]


def add(path: str, new_lines: "Iterable[str]", flash_allowed: "Callable[[], bool]") -> bool:
    """Put lines behind the others, all or none of them; False when flash_allowed() said no on the way."""
    if files.count(path) >= FILE_LINES and not _grow_older(path, flash_allowed):
        return False
    return files.replace(path, _with(path, new_lines), flash_allowed)


def forget(path: str, flash_allowed: "Callable[[], bool]") -> bool:
    """Remove all files of a list, the newest last; False when flash_allowed() said no on the way."""
    for age in range(FILES - 1, -1, -1):
        if files.count(name(path, age)):
            if not flash_allowed():
                return False
            os.remove(name(path, age))
    return True


def _with(path: str, new_lines: "Iterable[str]") -> "Iterator[str]":
    yield from files.lines(path)
    yield from new_lines


def _grow_older(path: str, flash_allowed: "Callable[[], bool]") -> bool:
    """Make each file one older, up to the first that is missing: what a power cut left in between loses no line."""
    age = 1
    while age < FILES - 1 and files.count(name(path, age)):
        age += 1
    while age:
        if not flash_allowed():
            return False
        os.rename(name(path, age - 1), name(path, age))
        age -= 1
    return True
