"""On the VM: the part of `itertools` that the rules use."""


def pairwise(items):
    before = None
    for at, item in enumerate(items):
        if at:
            yield before, item
        before = item


def zip_longest(first, second):
    first, second = list(first), list(second)
    for at in range(max(len(first), len(second))):
        yield first[at] if at < len(first) else None, second[at] if at < len(second) else None
