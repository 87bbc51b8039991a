"""The two folders that hold a program each: which one runs, and what slot.txt says of the next start.

Belongs here: writing slot.txt. Does not: reading and checking it, which is the starter's (starter.py) alone; the files
of a slot.
"""

SLOT_PATH = "slot.txt"
here = ""  # the folder of this program, as the starter told program.py; "" is the current one
build = ""  # eight hex digits that no other program has, once build_id() was asked
trial = ""  # "cable" or "air": how this program came, while it has yet to prove itself; "": it has


def other():
    """The folder that may be written to."""
    return "b" if here == "a" else "a"


def path(name):
    """Where a file of this program lies."""
    return here + "/" + name if here else name


def build_id():
    """The build of this program as its manifest has it; "?" when that cannot be read."""
    global build
    if not build:
        try:
            with open(path("manifest.txt")) as file:
                build = file.readline().split()[2]
        except (OSError, ValueError, IndexError):
            build = "?"
    return build


def prove(may_write):
    """Say that this program is the one from now on; False when leave was withdrawn."""
    from curfew.storage import files  # there since the start; not at the top, for who only wants a path

    return files.replace(SLOT_PATH, ["active " + here], may_write)


def put_on_trial(way, may_write):
    """Let the next start try the program in the other slot; False when leave was withdrawn."""
    from curfew.storage import files

    return files.replace(SLOT_PATH, ["active " + here, "trial %s new %s" % (other(), way)], may_write)
