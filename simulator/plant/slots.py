"""What becomes of the programs on the flash of a run: a byte goes bad, the user copies another one.

`root` is "" for the current folder, or a path that ends in "/".
"""

import os

VICTIM = "/curfew/core/limits"  # the file that goes bad; of those that source and compiled program both have
_kept = {}  # by path: the sound bytes


def corrupt(root, slot, how):
    """Damage a program: a bit "flip"s, the victim is "cut" or "missing", or an "extra" file shadows it."""
    path = _victim(root, slot)
    _kept[path] = data = _read(path)
    if how == "extra":
        _write(root + slot + VICTIM + "_too.py", b"")
    elif how == "missing":
        os.remove(path)
    else:
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        _write(path, data[:-1] if how == "cut" else flipped)


def mend(root, slot):
    """Make a damaged program whole again."""
    for path in [path for path in _kept if path.startswith(root + slot)]:
        _write(path, _kept.pop(path))
    try:
        os.remove(root + slot + VICTIM + "_too.py")
    except OSError:
        pass


def install(root, way):
    """Copy the active program into the other slot, for a trial."""
    text = _read(root + "slot.txt") if "slot.txt" in os.listdir(root or ".") else b"active a\n"
    active = text.decode().split()[1]
    other = "b" if active == "a" else "a"
    _copy(root + active, root + other)
    text = ("active %s\ntrial %s new %s\n" % (active, other, way)).encode()
    _write(root + "slot.txt", text + ("#%04x\n" % _crc(text)).encode())


def _victim(root, slot):
    folder, _, name = (root + slot + VICTIM).rpartition("/")
    return folder + "/" + [found for found in os.listdir(folder) if found.split(".")[0] == name][0]


def _copy(old, new):
    try:
        os.mkdir(new)
    except OSError:
        pass  # it is there
    for name in os.listdir(old):
        if "." in name:
            _write(new + "/" + name, _read(old + "/" + name))
        elif name[0] != "_":  # CPython's __pycache__
            _copy(old + "/" + name, new + "/" + name)


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def _write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def _crc(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return crc
