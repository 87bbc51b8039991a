"""The firmware with a bug in it, in a folder of its own: shows that a test would catch it.

Belongs here: copying and replacing. Does not: which bugs.
"""

import shutil

from forked_box import FIRMWARE


def seeded(folder, *changes):
    """The copy's path; changes: (file, text that is there exactly once, text instead)."""
    copy = folder / "firmware"
    shutil.copytree(FIRMWARE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, old, new in changes:
        path = copy / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{name} does not have this once: {old}"
        path.write_text(text.replace(old, new), "utf-8")
    return copy
