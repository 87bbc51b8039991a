"""On the VM: what rewritten modules call, and the built-ins that MicroPython has otherwise or not at all."""

import builtins

missing = object()


def list_of(*parts):
    """[*a, *b]."""
    made = []
    for part in parts:
        made.extend(part)
    return made


def dict_of(*parts):
    """{**a, **b}."""
    made = {}
    for part in parts:
        made.update(part)
    return made


def deque(items=(), maxlen=None):
    """A list; its owner cuts it."""
    return list(items)


def _sorted(items, key=None, reverse=False):
    """sorted() that leaves equal ones in their order."""
    items = list(items)
    way = -1 if reverse else 1
    ranked = [(key(item) if key else item, way * at) for at, item in enumerate(items)]
    return [items[way * at] for _, at in _sort(ranked, reverse=reverse)]


def isascii(text):
    return all([ord(letter) < 128 for letter in text])


def isidentifier(text):
    return bool(text) and all([letter.isalpha() or letter.isdigit() or letter == "_" for letter in text])


def isprintable(text):
    return all([ord(letter) >= 32 for letter in text])


def fullmatch(pattern, text):
    found = pattern.match(text)
    return found if found and found.group(0) == text else None


_sort = builtins.sorted


builtins.sorted = lambda items, key=None, reverse=False: _sorted(items, key, reverse)
