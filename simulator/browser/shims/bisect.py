"""On the VM: the part of `bisect` that the rules use."""


def bisect_right(items, wanted, key):
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if wanted < key(items[middle]):
            high = middle
        else:
            low = middle + 1
    return low
