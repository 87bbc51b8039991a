"""What all services share: the way to the safety loop, what they know of it in words, and how they are.

Belongs here: reading the snapshot, posting requests, the list of closings. Does not: any protocol, any page, pins.
Whatever a service asks for goes through the inbox, where a request can only shut, or wait for the loop's own judgement.
"""

import os
from array import array

from curfew.core.codes import REQUEST_EXTEND, SOURCES
from curfew.core.faults import FAULTS, NO_FAULT
from curfew.runtime import snapshot as s
from curfew.storage import files, journal

STATES = "IDLE ARMED BURNING WARNING OVERRIDE VERIFYING FAULT"  # words, in the order of codes.py
DATES_PATH = "dates.txt"  # number of an opening, and when, in seconds; see services/clock.py
_RUNNING = (s.SNAP_REMAINING_S, s.SNAP_TC_UV, s.SNAP_MAGNET_UV, s.SNAP_SOUND)  # these change all the time: no news


class ServiceContext:
    """One for the whole life of the services thread.

    settings: the checked Settings of this start. config: the checked content of network.json, {} before the set-up.
    log: services/log.py. chip: hardware/chip.py. `values`: the snapshot as look() last found it. `changed` grows
    with every change that is news: not with seconds and microvolts. `status`: words about each service, for people.
    """

    settings_path = "settings.json"
    network_path = "network.json"

    def __init__(self, keeper, link, clock, settings, config, log, chip):
        self.keeper = keeper
        self.link = link
        self.clock = clock
        self.settings = settings
        self.config = config
        self.log = log
        self.chip = chip
        self.nonce = ""  # what the next update has to be signed with; only while the window is open
        self.receiver = None  # of an update under way
        self.status = {"wifi": "off", "mqtt": "off", "voice": "off"}
        self.burners = len(settings.burners)
        self._sources = SOURCES.split()  # made once: an OFF must not need memory
        self.extend_allowed = settings.remote_extend
        self.changed = 0
        self.values = array("i", [0] * (self.burners * s.SNAP_FIELDS))
        self._fresh = array("i", self.values)

    def look(self):
        """Bring `values` up to date and return them."""
        self.link.snapshot.copy_into(self._fresh)
        for at in range(len(self.values)):
            if self.values[at] != self._fresh[at]:
                self.values[at] = self._fresh[at]
                if at % s.SNAP_FIELDS not in _RUNNING:
                    self.changed += 1
        return self.values

    def burner(self, index):
        """One burner in words and numbers, as every door tells it; None is what is not known."""
        values = self.values
        at = index * s.SNAP_FIELDS
        fault = values[at + s.SNAP_FAULT]
        cause = journal.cause_text(values[at + s.SNAP_CAUSE], values[at + s.SNAP_DETAIL])
        return {
            "state": STATES.split()[values[at + s.SNAP_STATE]],
            "conducts": bool(values[at + s.SNAP_CONTACT_CLOSED]),
            "remaining_s": values[at + s.SNAP_REMAINING_S],
            "cause": None if cause == "-" else cause,
            "fault": None if fault == NO_FAULT else FAULTS.split()[fault],
            "sensor": self.settings.burners[index].sensor,
            "flame": bool(values[at + s.SNAP_FLAME]),
            "tc_uv": values[at + s.SNAP_TC_UV],
            "magnet_uv": values[at + s.SNAP_MAGNET_UV],
            "health_permille": values[at + s.SNAP_HEALTH_PERMILLE] or None,
            "health_ref_permille": values[at + s.SNAP_HEALTH_REF_PERMILLE] or None,
            "service": bool(values[at + s.SNAP_SERVICE]),
            "refused": values[at + s.SNAP_REFUSED],
        }

    def closings(self):
        """(number, burner, cause, conducted_s, health_permille, when), oldest first; the last two may be None.

        when: unix seconds.
        """
        dates = {}
        for line in files.lines(DATES_PATH):
            number, when = line.split()
            dates[int(number)] = int(when)
        for line in files.lines(journal.JOURNAL_PATH):
            number, burner, cause, conducted_s, health = line.split()
            yield int(number), int(burner), cause, int(conducted_s), int(health) or None, dates.get(int(number))

    def off(self, burner, source):
        """Shut a burner, None for all; source is a word of codes.SOURCES. This cannot fail and cannot be lost."""
        number = self._sources.index(source)
        for index in range(self.burners):
            if burner is None or burner == index:
                self.link.inbox.post_off(index, number)

    def extend(self, burner):
        """Ask for one more step of time; the loop judges, and refuses unless a flame is proved."""
        self.link.inbox.post_request(burner, REQUEST_EXTEND, self.clock.ticks_ms())

    def flame(self):
        """True while anything burns as far as the box knows; where no sensor is fitted, while it conducts."""
        for index in range(self.burners):
            if self.values[
                index * s.SNAP_FIELDS + (s.SNAP_FLAME if self.settings.burners[index].sensor else s.SNAP_CONTACT_CLOSED)
            ]:
                return True
        return False

    def problem(self):
        """True while any burner is in a fault or asks for service."""
        for at in range(0, len(self.values), s.SNAP_FIELDS):
            if self.values[at + s.SNAP_FAULTS_RAISED] or self.values[at + s.SNAP_SERVICE]:
                return True
        return False

    def deadline_s(self):
        """Seconds to the nearest deadline of all burners; None when there is none."""
        left = [self.values[at + s.SNAP_REMAINING_S] for at in range(0, len(self.values), s.SNAP_FIELDS)]
        return min([seconds for seconds in left if seconds], default=None)

    def may_write(self):
        """True while nothing conducts: then, and only then, a file may be written."""
        return self.keeper.may_write()

    def write(self, path, text):
        """Put a text into a file, all of it or nothing; False (and nothing changes) while something conducts."""
        if not self.may_write():
            return False
        with open(path + ".new", "w") as file:
            file.write(text)
            file.flush()
        if not self.may_write():
            return False
        os.rename(path + ".new", path)
        return True

    def ask_restart(self):
        """The chip starts again as soon as every burner is at rest."""
        self.keeper.ask_restart()
