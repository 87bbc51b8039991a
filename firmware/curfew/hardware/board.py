"""Puts the box together on a plain ESP32.

Belongs here: which part gets which pin and which file. Does not: behaviour of any part.
"""

import _thread
import sys

from machine import I2C, RTC, WDT, Pin

from curfew import VERSION
from curfew.core import limits
from curfew.core.controller import Controller
from curfew.hardware.ads1115 import ADDRESSES, ADS1115
from curfew.hardware.panel import Panel
from curfew.hardware.relay import Relays
from curfew.hardware.scanner import Scanner
from curfew.runtime.inbox import Inbox
from curfew.runtime.loop import Loop
from curfew.runtime.rtc_memory import AT_STORED_FAULTS, RtcMemory
from curfew.runtime.snapshot import Snapshot
from curfew.runtime.supervisor import TRIAL_CONFIRMED, TRIAL_PENDING, Link, Supervisor
from curfew.services.persistence import Persistence
from curfew.services.thread import run
from curfew.services.update import slots
from curfew.storage import journal

_I2C_TIMEOUT_US = 5000  # the default of 50 ms would hold the loop up with every error
# The chip's default of 5 KiB is too small for TLS; machines with long words need more for the same calls.
_THREAD_STACK = 16 * 1024 if sys.maxsize <= 0x7FFFFFFF else 64 * 1024


def build(clock, now, invalid):
    """The Loop of this board, ready to run; relays are made first, low.

    clock has ticks_ms() and sleep_ms(). now: Settings. invalid: they are only the fallback.
    """
    relay_pins = [config.relay_pin for config in now.burners]
    relays = Relays(relay_pins, now.pump_pin if now.relay_drive == "pulse" else None)
    rtc = RTC()
    memory, journal_seq, stored, health = _remembered(rtc)
    inbox = Inbox(len(now.burners))
    link = Link(inbox, Snapshot(len(now.burners), _thread.allocate_lock()))
    controller = Controller(now, memory, inbox, health, invalid)
    memory.seal()
    rtc.memory(memory.buffer)  # a RESTART that it recorded must outlive the next mishap
    panel = Panel([config.button_pin for config in now.burners], now.pixel_pin, now.buzzer_pin)
    keeper = Persistence(link, memory, journal_seq, len(now.burners), stored, health)
    _thread.stack_size(_THREAD_STACK)
    supervisor = Supervisor(link, _thread.start_new_thread, run, (keeper, link, clock, now))
    link.trial[0] = TRIAL_PENDING if slots.trial else TRIAL_CONFIRMED
    told = (VERSION, slots.build_id(), slots.here, " on trial" if slots.trial else "", len(now.burners))
    print("Curfew %s build %s slot %s%s burners %d" % told)
    watchdog = WDT(timeout=limits.WATCHDOG_MS)
    return Loop(clock, controller, relays, _scanner(now), panel, rtc, link, supervisor, watchdog)


def _remembered(rtc):
    """RtcMemory, number of the last opening in the journal, stored faults, commissioning health."""
    memory = RtcMemory(rtc.memory())
    try:
        stored, health = journal.read_state()
        journal_seq = journal.last_seq()
    except OSError:  # a flash that decays must not keep the box from starting; nobody writes over its journal
        stored, health, journal_seq = [0] * limits.BURNERS_MAX, [0] * limits.BURNERS_MAX, memory.seq[0]
    if not memory.restored:  # a power-up: only the files know
        memory.count_from(journal_seq)
        for index in range(limits.BURNERS_MAX):
            memory.put(AT_STORED_FAULTS + index, stored[index])
    return memory, journal_seq, stored, health


def _scanner(now):
    fitted = [index for index, config in enumerate(now.burners) if config.sensor]
    if not fitted:
        return Scanner(())
    i2c = I2C(0, sda=Pin(now.sda_pin), scl=Pin(now.scl_pin), freq=400000, timeout=_I2C_TIMEOUT_US)
    return Scanner([ADS1115(i2c, ADDRESSES[number]) for number in range(max(fitted) // 2 + 1)])
