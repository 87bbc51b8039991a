"""What must hold after every single tick, whoever drives it: small ints, no floats, no contact without a grant.

Belongs here: looking at the firmware's objects from outside. Does not: time, driving, the invariants of a whole run
(simulator/invariants.py).
"""

from array import array

INT_MAX = 2**30
_PLAIN = (str, bytes, type(None), bool)


def misfit_numbers(root):
    """The paths of every int of 2**30 or more and of every float that can be reached from an object, in words."""
    found = []
    seen = set()
    waiting = [(root, "controller")]
    while waiting:
        thing, path = waiting.pop()
        kind = type(thing)
        if kind is int:
            if not -INT_MAX < thing < INT_MAX:
                found.append(f"{path} is {thing}")
        elif kind is float:
            found.append(f"{path} is the float {thing}")
        elif kind in _PLAIN or id(thing) in seen:
            continue
        else:
            seen.add(id(thing))
            waiting += _parts(thing, kind, path)
    return found


def _parts(thing, kind, path):
    if kind in (list, tuple, array, bytearray):
        return [(item, f"{path}[{index}]") for index, item in enumerate(thing)]
    if kind is dict:
        return [(item, f"{path}[{key!r}]") for key, item in thing.items()]
    if kind.__module__.startswith("curfew"):
        return [(item, f"{path}.{name}") for name, item in vars(thing).items()]
    return []


class Grants:
    """Listens at the gates of a controller: what each granted since forget()."""

    def __init__(self, controller):
        self.granted = [False] * len(controller.burners)
        for index, burner in enumerate(controller.burners):
            self._listen(index, burner.gate)

    def _listen(self, index, gate):
        ask = gate.grant

        def grant(*args):
            answer = ask(*args)
            self.granted[index] = answer is True
            return answer

        gate.grant = grant

    def forget(self):
        """A new tick begins: yesterday's grants are worth nothing."""
        for index in range(len(self.granted)):
            self.granted[index] = False


def flat(root, without=()):
    """Every int, boolean and None that can be reached from an object, by path; names in `without` are left out."""
    values = {}
    waiting = [(root, "")]
    seen = set()
    while waiting:
        thing, path = waiting.pop()
        if path.rsplit(".", 1)[-1] in without:
            continue
        kind = type(thing)
        if kind in (int, bool, type(None)):
            values[path] = thing
        elif id(thing) not in seen:
            seen.add(id(thing))
            waiting += _parts(thing, kind, path)
    return values
