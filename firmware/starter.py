"""The starter: chooses a slot, checks every byte in it, and imports its program.

Each of the two slots is a folder with a program. This file lies outside of both and imports nothing of them, because it
has to work when they are broken or half copied. Without a sound program the contacts stay as boot.py left them: open.
"""

import gc
import os
import sys
import time
from hashlib import sha256

import machine

SLOTS = "ab"
# Of heap, without which not even one burner without radio starts. Measured on the 64-bit VM; a chip takes 0.7 of it.
HEAP_BYTES = 58 * 1024 if sys.maxsize > 0x7FFFFFFF else 40 * 1024


def start():
    """(program, slot, trial) of a sound slot, for main.py; None after Ctrl-C on the USB cable.

    Without a sound slot: print it, and try again after a reset.
    """
    try:
        program = None
        advice = "Copy the program anew over the cable: curfew deploy"
        try:
            prepare()
            heap = heap_bytes()
            if heap < HEAP_BYTES:
                advice = "Curfew needs %d bytes of Python heap, this board has %d." % (HEAP_BYTES, heap)
            else:
                slot, trial = choose()
                if slot:
                    program = enter(slot)
        except Exception as error:
            sys.print_exception(error)
        if program:
            return program, slot, trial
        print("The contacts stay open. " + advice)
        time.sleep_ms(5000)  # a device that cannot start must not spin
        machine.reset()
    except KeyboardInterrupt:
        machine.WDT(timeout=600000)  # limits.WATCHDOG_CABLE_MS
    return None


def prepare():
    """Run at full speed, and keep ESP-IDF's messages off the cable: each takes up to 10 ms of a tick.

    C3 and C6 refuse the speed, and a MicroPython of one's own may lack the rest: neither is worth a start.
    """
    try:
        import esp

        esp.osdebug(0, esp.LOG_NONE)
        machine.freq(240000000)
    except Exception:
        pass


def heap_bytes():
    """What the Python heap may hold, on an ESP32 with what it may grow by; CPython has as much as it wants."""
    return gc.mem_alloc() + gc.mem_free() if hasattr(gc, "mem_free") else HEAP_BYTES


def choose():
    """The slot to start and how its program came, if that is pending; "" and "" when no program is sound."""
    active, slot, tried, way = read()
    if slot:
        why = "was not confirmed"
        if not tried and note(active, slot, way):  # before it is tried: a power cut must not try it twice
            why = fault(slot)
            if why is None:
                return slot, way
        print("New program in slot %s: %s. Back to slot %s." % (slot, why, active))
        note(active)
    for slot in (active, SLOTS[active == "a"]):
        why = fault(slot)
        if why is None:
            return slot, ""
        print("PROGRAM_CORRUPT: slot %s: %s" % (slot, why))
    return "", ""


def read():
    """The active slot, the pending one ("": none), whether it was tried, how it came; slot a without a sound file."""
    try:
        with open("slot.txt", "rb") as file:
            text, _, seal = file.read(80).partition(b"#")
        if int(seal, 16) == _crc(text):
            words = text.decode().split()
            return words[1], words[3] if words[2:] else "", words[4:5] == ["tried"], words[5] if words[2:] else ""
    except (OSError, ValueError, IndexError):
        pass
    return "a", "", False, ""


def note(active, slot="", way=""):
    """Write slot.txt, aside, flushed and renamed: the active slot, and the one that was tried. False: flash error."""
    text = "active %s\n" % active
    if slot:
        text += "trial %s tried %s\n" % (slot, way)
    try:
        with open("slot.txt.new", "wb") as file:
            file.write(text.encode() + b"#%04x\n" % _crc(text.encode()))
            file.flush()
        os.rename("slot.txt.new", "slot.txt")
    except OSError:
        return False
    return True


def fault(slot):
    """What is wrong with the program in a slot, in words; None when every byte matches the manifest."""
    buffer = bytearray(1024)
    path = "manifest.txt"
    build = sha256()
    listed = 0
    try:
        with open(slot + "/manifest.txt", "rb") as manifest:
            head = manifest.readline().decode().split()
            for line in manifest:
                if line[:1] == b"#":
                    break
                build.update(line)
                wanted, _, path = line.decode().split()
                if _hash(slot + "/" + path, buffer) != wanted:
                    return path + " is not as it was built"
                listed += _is_program(path)
            else:
                return "manifest.txt is cut off"
        path = "manifest.txt"
        if build.digest().hex()[:8] != head[2]:
            return "manifest.txt is not as it was built"
        if listed != _programs(slot):
            return "a program file that is not in manifest.txt"
    except (OSError, ValueError, IndexError):
        return path + " cannot be read"
    return None


def enter(slot):
    """Import the program of a slot, from there and from nowhere else."""
    sys.path[:0] = [slot, slot + "/lib"]
    import program

    return program


def _crc(data):
    """CRC-16/CCITT-FALSE. A copy of curfew/runtime/checksum.py, which lies in a slot and may be broken."""
    crc = 0xFFFF
    for byte in data:
        mixed = crc >> 8 ^ byte
        mixed ^= mixed >> 4
        crc = (crc << 8 ^ mixed << 12 ^ mixed << 5 ^ mixed) & 0xFFFF
    return crc


def _hash(path, buffer):
    """SHA-256 of a file in hex digits."""
    sha = sha256()
    with open(path, "rb") as file:
        while True:
            length = file.readinto(buffer)
            if not length:
                return sha.digest().hex()
            sha.update(memoryview(buffer)[:length])


def _is_program(name):
    return name[-3:] == ".py" or name[-4:] == ".mpy"


def _programs(folder):
    """How many program files are in a folder and below it: a file that the build did not make must not be imported."""
    count = 0
    for name in os.listdir(folder):
        count += _programs(folder + "/" + name) if "." not in name else _is_program(name)
    return count
