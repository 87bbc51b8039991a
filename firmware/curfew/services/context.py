"""What all services share: the snapshot of the safety loop in words, requests to it, the list of shut-offs.

Every request goes through the inbox: it shuts off, or waits for the decision of the safety loop.
"""

import os
from array import array
from errno import ENOMEM

from curfew.core.codes import BURNING, OVERRIDE, REQUEST_EXTEND, REQUEST_LESS, SOURCES, STATES, WARNING
from curfew.core.faults import FAULTS, NO_FAULT
from curfew.core.limits import TICK_MS
from curfew.core.ticks import elapsed_ms
from curfew.runtime import snapshot as s
from curfew.storage import journal

AUTHORITY_PATH = "authority.txt"  # a host, and the public authority that vouched for it; mqtt/transport.py
CHECKS_PATH = "commissioning.txt"  # the installation tests that the owner has done; http/config_api.py
JOINED_PATH = "joined.txt"  # a hash of the Wi-Fi settings that have worked
PENDING_PATH = "pending.txt"  # the settings from before a sensor was switched on; pending_sensor.py
DATES_PATH = "dates.txt"  # number of a shut-off, and its time in unix seconds; written by net/clock.py
_LESS_MS = 60000  # between two requests for less time of one source for one burner
_PRESENT_MS = 600000  # a "present" that is not repeated says nothing any more
_RUNNING = (s.SNAP_REMAINING_S, s.SNAP_TC_UV, s.SNAP_MAGNET_UV, s.SNAP_SOUND)  # changes of these alone are not reported


def lacks_memory(error):
    """Whether it was memory that lacked: a TLS handshake says so with an OSError."""
    return isinstance(error, MemoryError) or getattr(error, "errno", 0) == ENOMEM


class ServiceContext:
    """One for each start of the services thread.

    settings: the checked Settings. config: the checked content of network.json, {} before the set-up.
    log: services/log.py. chip: hardware/chip.py. `values`: the snapshot at the last look(). `changed` counts changes
    of it, seconds and microvolts excepted. `status`: a word about each service, for the user.
    """

    settings_path = "settings.json"
    network_path = "network.json"

    def __init__(self, persistence, link, clock, settings, config, log, chip):
        self.persistence = persistence
        self.link = link
        self.clock = clock
        self.settings = settings
        self.config = config
        self.log = log
        self.chip = chip
        self.nonce = ""  # signed by the next update; "" while the window is closed
        self.receiver = None  # of an update in progress
        self.status = {"wifi": "off", "time": "off", "mqtt": "off", "voice": "off"}
        self.portal = None  # of the set-up, net/portal.py
        self.has_guest = False  # the one socket that clock, gateway and notify share is in use
        self.wifi_reason = ""  # why the Wi-Fi does not come, "" while it is there
        self.burners = len(settings.burners)
        self._sources = SOURCES.split()  # made once: an OFF must not allocate
        self.extend_allowed = settings.remote_extend
        self._less_ms = {}  # when the last request for less time came, by burner and source
        self._less_by = {}  # source of the last one in this burn, by burner
        self._present = None  # the last remote word, and when it came
        self._present_ms = 0
        self.changed = 0
        self.offs = 0  # remote ones so far
        self.values = array("i", [0] * (self.burners * s.SNAP_FIELDS))
        self._fresh = array("i", self.values)
        self._opened = bytearray(self.burners)  # 1: an OFF opens this contact before the tick that says so

    def look(self):
        """Update `values` and return them."""
        self.link.snapshot.copy_into(self._fresh)
        for at in range(len(self.values)):
            if self.values[at] != self._fresh[at]:
                self.values[at] = self._fresh[at]
                if at % s.SNAP_FIELDS not in _RUNNING:
                    self.changed += 1
        return self.values

    def opens_first(self, index):
        """True from an OFF that has opened this contact to the tick that shuts off, with cause and new state."""
        if not self.values[index * s.SNAP_FIELDS + s.SNAP_CONTACT_CLOSED]:
            self._opened[index] = 0
        return self._opened[index] and not self.link.opening[0]

    def burner(self, index):
        """One burner in words and numbers, as in the API and MQTT; None: not known."""
        values = self.values
        at = index * s.SNAP_FIELDS
        fault = values[at + s.SNAP_FAULT]
        if not values[at + s.SNAP_CONTACT_CLOSED]:
            self._less_by.pop(index, None)
        cause = journal.cause_text(values[at + s.SNAP_CAUSE], values[at + s.SNAP_DETAIL])
        return {
            "state": STATES.split()[values[at + s.SNAP_STATE]],
            "contact_closed": bool(values[at + s.SNAP_CONTACT_CLOSED]),
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
            "off_in_by": self._less_by.get(index),
        }

    def off(self, burner, source):
        """Shut off a burner, None for all; source: a word of codes.SOURCES. It cannot fail and is never lost."""
        number = self._sources.index(source)
        for index in range(self.burners):
            if burner is None or burner == index:
                self.link.inbox.post_off(index, number)
        opened = self.link.hurry()
        for index in range(self.burners):
            if burner is None or burner == index:
                self._opened[index] = opened
        self.offs += 1

    def extend(self, burner):
        """Ask for one more step of time; the safety loop refuses it unless a flame is proved."""
        self.link.inbox.post_request(burner, REQUEST_EXTEND, self.clock.ticks_ms())

    def less(self, burner, minutes, source):
        """Ask for an earlier deadline, minutes (1 to 240) from now; why not, in words, or "" when it was passed on."""
        at = burner * s.SNAP_FIELDS
        values = self.look()
        now_ms = self.clock.ticks_ms()
        last_ms = self._less_ms.get((burner, source))
        if values[at + s.SNAP_STATE] not in (BURNING, WARNING, OVERRIDE):
            return "nothing burns with a timer"
        if minutes * 60 >= values[at + s.SNAP_REMAINING_S]:
            return "already sooner"
        if last_ms is not None and 0 <= elapsed_ms(now_ms, last_ms) < _LESS_MS:
            return "one a minute"
        self._less_ms[burner, source] = now_ms
        self._less_by[burner] = source
        self.link.inbox.post_request(burner, REQUEST_LESS, now_ms, minutes)
        self.log.add("off in", "%d min, burner %d, %s" % (minutes, burner + 1, source))
        return ""

    def say_presence(self, present):
        """Take a remote word about who is there; False where a contact says it."""
        if self.settings.presence_pin is not None:
            return False
        self.link.inbox.absent[0] = not present
        self._present = present
        self._present_ms = self.clock.ticks_ms()
        return True

    def presence(self):
        """A word: "present", "absent", "unknown"; absent stays absent. None: a contact says it."""
        if self.settings.presence_pin is not None:
            return None
        if self._present and not 0 <= elapsed_ms(self.clock.ticks_ms(), self._present_ms) < _PRESENT_MS:
            self._present = None
        return "unknown" if self._present is None else "present" if self._present else "absent"

    def flame(self):
        """True while a burner has a flame or, without a sensor, a closed contact."""
        for index in range(self.burners):
            if self.values[
                index * s.SNAP_FIELDS + (s.SNAP_FLAME if self.settings.burners[index].sensor else s.SNAP_CONTACT_CLOSED)
            ]:
                return True
        return False

    def problem(self):
        """True while a burner has a fault or its contact needs service."""
        for at in range(0, len(self.values), s.SNAP_FIELDS):
            if self.values[at + s.SNAP_FAULTS_RAISED] or self.values[at + s.SNAP_SERVICE]:
                return True
        return False

    def deadline_s(self):
        """Seconds to the nearest deadline of all burners; None without a deadline."""
        left = [self.values[at + s.SNAP_REMAINING_S] for at in range(0, len(self.values), s.SNAP_FIELDS)]
        return min([seconds for seconds in left if seconds], default=None)

    def busy_permille(self):
        """What part of its time the loop takes, of 1,000; the services get the rest."""
        return self.link.figures[0] * 1000 // (64 * TICK_MS)

    def heaps(self):
        """Free bytes by heap, as in hardware/memory.py."""
        return self.chip.heaps(self.link.figures, self.log)

    def flash_allowed(self):
        """True while all contacts are open: only then may a file be written."""
        return self.persistence.flash_allowed()

    def write(self, path, text):
        """Replace the content of a settings file, and announce that; False, unchanged, while a contact is closed."""
        if not self.flash_allowed():
            return False
        with open(path + ".new", "w") as file:
            file.write(text)
            file.flush()
        if not self.flash_allowed():
            return False
        os.rename(path + ".new", path)
        self.link.figures[2] = 1
        return True

    def ask_restart(self):
        """Restart the chip as soon as all burners are off."""
        self.persistence.ask_restart()
