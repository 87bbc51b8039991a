"""The two folders that hold a program each: which one runs, and what slot.txt says about the next start.

Only the starter (starter.py) reads and checks slot.txt.
"""

SLOT_PATH = "slot.txt"
here = ""  # the folder of this program, as given to program.py by the starter; "" is the current folder
build = ""  # eight hex digits, unique to each program, after build_id()
trial = ""  # while this program is pending: "cable" or "air", the way it was installed; "": confirmed


def other():
    """The folder that an update is written to."""
    return "b" if here == "a" else "a"


def path(name):
    """The path of a file of this program."""
    return here + "/" + name if here else name


def build_id():
    """The build of this program in its manifest; "?" when that cannot be read."""
    global build
    if not build:
        try:
            with open(path("manifest.txt")) as file:
                build = file.readline().split()[2]
        except (OSError, ValueError, IndexError):
            build = "?"
    return build


def mark_confirmed(flash_allowed):
    """Make this program permanent; False when flash writes are not allowed any more."""
    from curfew.storage import files  # loaded since the start; not imported above, to keep path() cheap

    return files.replace(SLOT_PATH, ["active " + here], flash_allowed)


def mark_pending(way, flash_allowed):
    """Let the next start run the program in the other slot; False when flash writes are not allowed any more."""
    from curfew.storage import files

    return files.replace(SLOT_PATH, ["active " + here, "trial %s new %s" % (other(), way)], flash_allowed)
