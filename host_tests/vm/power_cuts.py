"""On the VM: what LittleFS keeps of journal, state and settings when the power goes at any of its operations.

    micropython power_cuts.py WORD SEED     WORD: a row of WRITINGS (every operation, every manner), "rows" (cut after
                                            cut on one flash), "full" (no room), "decayed" (blocks gone bad later)
Prints a line "FAILED ..." for whatever is neither the old nor the new content, then "cuts N", "old N", "new N" and
so on: what was found how often.
"""

import os
import sys

from flash import DEVICES, MANNERS, Flash, PowerCut, Random, formatted, mounted

from curfew.bundles import core as journal
from curfew.bundles import core as memory
from curfew.bundles import core as store

TIMEOUT = 1  # of codes.py; the build has folded its names away
TIDIED = 120  # after so many more at the latest LittleFS has tidied its directory up
FILLED = 50  # shut-offs before the cut: a journal of several of the small blocks
ROWS = 200  # cuts in a row
FAILURES_MAX = 5

# --- what is written: number on top of what was there -> what is there then -------------------------------------------


def yes():
    return True


def write_journal(number):
    one = memory.RtcMemory(b"")
    one.seq[0] = number - 1
    one.note_shutoff(number % 4, TIMEOUT, 0, 1800 + number, 1000)
    journal.append(one, number, number, yes)


def read_journal():
    return list(store.lines(journal.JOURNAL_PATH)), journal.last_seq()


def journal_with(seen, number):
    return seen[0] + ["%d %d TIMEOUT %d 1000" % (number, number % 4, 1800 + number)], number


def write_state(number):
    journal.write_state(*state_with(None, number), yes)


def state_with(_, number):
    return [number % 4, number // 4 % 4, 0, 1], [number, 1000 + number, 0, 0]


def write_settings(number):
    """In place and piece by piece, as an editor or a copying tool does it."""
    text = settings_with(None, number)
    with open("settings.json", "w") as file:
        for at in range(0, len(text), 256):
            file.write(text[at : at + 256])


def read_settings():
    try:
        with open("settings.json") as file:
            return file.read() or None  # an empty file is as good as none: refused
    except OSError:
        return None


def settings_with(_, number):
    """A file longer than a small block; in every part of it one sees of which writing it is."""
    return "{" + ('"timer_default_min": %d, \n' % number) * 50 + '"burners": [{}]}\n'


WRITINGS = {
    "journal": (write_journal, read_journal, journal_with),
    "state": (write_state, journal.read_state, state_with),
    "settings": (write_settings, read_settings, settings_with),
}

# --- cuts -----------------------------------------------------------------------------------------------------------

reported = {"cuts": 0, "old": 0, "new": 0, "nothing": 0, "refused": 0, "reads": 0, "failed": 0}


def failed(*words):
    """Say what is wrong; a few such lines are enough."""
    reported["failed"] += 1
    print("FAILED", *words)
    if reported["failed"] == FAILURES_MAX:
        sys.exit()


def measured(word, data, size, number):
    """A flash on which `number` was written without a cut, what was there before, and a block that no one uses."""
    write, read, _ = WRITINGS[word]
    before = mounted(Flash(data, size))
    for _, look, _ in WRITINGS.values():
        look()  # whatever is in use is touched
    old = read()
    flash = mounted(Flash(data, size))  # what is read has a say in which block comes next: no more than at a cut
    write(number)
    free = [block for block in range(len(data) // size) if block not in before.touched | flash.touched]
    return flash, old, free[0]


def cut(word, data, size, number, cut_at, manner, free, random):
    """The flash after the power went while `number` was written; not dead when there was no such operation."""
    flash = mounted(Flash(data, size, cut_at, manner, free, random))
    try:
        WRITINGS[word][0](number)
    except (PowerCut, OSError) as end:
        if not flash.dead:  # an OSError after the cut is that of closing the file
            raise end
    return flash


def start(word, data, size, old, new, number, where):
    """Mount what a cut left, and read: the old or the new; then `number` is written over it."""
    write, read, with_more = WRITINGS[word]
    reported["cuts"] += 1
    try:
        flash = mounted(Flash(data, size))
        seen = read()
        reported["reads"] = max(reported["reads"], flash.reads)
        if seen not in (old, new):
            return failed(where, "neither old nor new:", seen)
        reported["new" if seen == new else "old"] += 1
        write(number)
        mounted(flash)
        if read() != with_more(seen, number):
            return failed(where, "the next writing made", read())
    except Exception as error:
        return failed(where, "raised", repr(error))


def each(word, random):
    """Every operation of the first writing of all, of an ordinary one, and of one that has to tidy the directory up."""
    with_more = WRITINGS[word][2]
    for size, count in DEVICES:
        data = formatted(size, count)
        done = []
        for number in range(1, FILLED + TIDIED):
            flash, old, free = measured(word, data, size, number)
            tidies = -1 in flash.operations or -2 in flash.operations  # one of the directory's blocks was erased
            kind = "first" if number == 1 else "tidying" if tidies else "ordinary"
            if kind not in done and (number == 1 or number > FILLED):
                done.append(kind)
                for cut_at in range(len(flash.operations)):
                    for manner in MANNERS:
                        left = cut(word, data, size, number, cut_at, manner, free, random).data
                        where = "%s %d, %s, blocks of %d, operation %d %s:" % (word, number, kind, size, cut_at, manner)
                        start(word, left, size, old, with_more(old, number), number + 1, where)
            data = bytes(flash.data)
            if len(done) == 3:
                break
        print("kinds", len(done))


def rows(random):
    """Cut after cut on one flash, a whole writing now and then: every file is what one of its writings made."""
    for size, count in DEVICES:
        data = formatted(size, count)
        mounted(Flash(data, size))
        holds = {word: read() for word, (_, read, _) in WRITINGS.items()}
        for number in range(1, ROWS + 1):
            word = sorted(WRITINGS)[random.below(len(WRITINGS))]
            flash, _, free = measured(word, data, size, number)
            cut_at = random.below(len(flash.operations) + 1)
            manner = MANNERS[random.below(len(MANNERS))]
            flash = mounted(Flash(cut(word, data, size, number, cut_at, manner, free, random).data, size))
            data = bytes(flash.data)
            reported["cuts"] += 1
            for name, (_, read, with_more) in WRITINGS.items():
                seen = read()
                if name == word:
                    reported["old" if seen == holds[name] else "new"] += 1
                if name == word and seen == with_more(holds[name], number):
                    holds[name] = seen
                if seen != holds[name]:
                    return failed("cut %d in a row, %s %d %s: %s is" % (number, word, cut_at, manner, name), seen)
            reported["reads"] = max(reported["reads"], flash.reads)


def full(random):
    """Where there is too little room a writing fails, and the old stays, cut or not; with room it succeeds."""
    for size, count in DEVICES:
        data = formatted(size, count)
        for number in range(1, FILLED):
            data = bytes(measured("journal", data, size, number)[0].data)
        flash = mounted(Flash(data, size))
        old = read_journal()
        blocks = 1 + (os.stat(journal.JOURNAL_PATH)[6] - 1) // size
        fill(flash)
        for spare in range(blocks):  # one more, and there would be room
            mounted(flash)
            if spare:
                os.remove("filler%d" % spare)
            cut_at = 0
            while too_little_room(bytes(flash.data), size, cut_at, random, old):
                cut_at += 1


def fill(flash):
    """Files of a block each until there is no room for one more."""
    number = 0
    try:
        while True:
            flash.reads = 0
            with open("filler%d" % number, "w") as file:
                file.write("x" * flash.size)
            number += 1
    except OSError:
        pass


def too_little_room(data, size, cut_at, random, old):
    """Whether there is such an operation before the flash refuses."""
    for manner in MANNERS:
        if manner == "twin":
            continue  # no block is free
        flash = mounted(Flash(data, size, cut_at, manner, None, random))
        try:
            write_journal(FILLED)
            failed("a full flash took it")
        except (PowerCut, OSError):
            reported["cuts" if flash.dead else "refused"] += 1
        left = mounted(Flash(flash.data, size))
        seen = read_journal()
        reported["old"] += seen == old
        for name in os.listdir():
            if name[:6] == "filler":
                left.reads = 0
                os.remove(name)
        write_journal(FILLED)
        if seen != old or read_journal() != journal_with(old, FILLED):
            failed("full, operation %d %s:" % (cut_at, manner), seen, read_journal())
    return flash.dead


def decayed(random):
    """A block of the journal that goes bad, or falls back on older content, long after: all of it or nothing."""
    for size, count in DEVICES:
        data = formatted(size, count)
        for number in range(1, FILLED + 1):
            flash, old, _ = measured("journal", data, size, number)
            before = data
            data = bytes(flash.data)
        for block in range(2, count):  # behind the directory
            for manner in ("noise", "stale"):
                flash = Flash(data, size, random=random)
                bad = flash.noise(size) if manner == "noise" else before[block * size : (block + 1) * size]
                flash.data[block * size : (block + 1) * size] = bad
                mounted(flash)
                reported["cuts"] += 1
                try:
                    seen = read_journal()
                except OSError:  # LittleFS itself does not find its way any more
                    seen = None
                except Exception as error:
                    seen = repr(error)
                if seen in (None, ([], 0)):
                    reported["nothing"] += 1
                elif seen == journal_with(old, FILLED):
                    reported["new"] += 1
                else:
                    failed("block %d of %d bytes, %s:" % (block, size, manner), seen)


word = sys.argv[1]
random = Random(int(sys.argv[2]))
if word in WRITINGS:
    each(word, random)
else:
    {"rows": rows, "full": full, "decayed": decayed}[word](random)
for name, number in reported.items():
    print(name, number)
