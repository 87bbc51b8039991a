"""On the VM: the part of `itertools` that the rules use."""


def pairwise(items):
    before = None
    for at, item in enumerate(items):
        if at:
            yield before, item
        before = item


def zip_longest(*rows):
    rows = [list(row) for row in rows]
    for at in range(max([len(row) for row in rows])):
        yield tuple([row[at] if at < len(row) else None for row in rows])
