"""Puts the box together on a plain ESP32.

Belongs here: which part gets which pin and which file. Does not: behaviour of any part.
"""

import _thread

from machine import I2C, RTC, WDT, Pin

from curfew import VERSION, journal, limits, services, settings, store
from curfew.controller import Controller
from curfew.hardware.ads1115 import ADDRESSES, ADS1115
from curfew.hardware.panel import Panel
from curfew.hardware.relay import Relays
from curfew.hardware.scanner import Scanner
from curfew.inbox import Inbox
from curfew.loop import Loop
from curfew.memory import Memory
from curfew.services.keeper import Keeper
from curfew.snapshot import Openings, Snapshot
from curfew.supervisor import Link, Supervisor

_I2C_TIMEOUT_US = 5000  # the default of 50 ms would hold the loop up with every error
_THREAD_STACK = 16 * 1024  # of the chip; the default of 5 KiB is too small for TLS


def build(clock):
    """The Loop of this board, ready to run. Relays are made first, low. clock has ticks_ms() and sleep_ms()."""
    now, problem = _settings()
    relay_pins = [config.relay_pin for config in now.burners]
    relays = Relays(relay_pins, now.pump_pin if now.relay_drive == "pulse" else None)
    rtc = RTC()
    memory, stored, health, openings = _remembered(rtc)
    inbox = Inbox(len(now.burners))
    link = Link(inbox, Snapshot(len(now.burners), _thread.allocate_lock()), openings)
    controller = Controller(now, memory, inbox, openings, health, problem is not None)
    panel = Panel([config.button_pin for config in now.burners], now.pixel_pin, now.buzzer_pin)
    keeper = Keeper(link, len(now.burners), stored, health)
    _thread.stack_size(_THREAD_STACK)
    supervisor = Supervisor(link, _thread.start_new_thread, services.run, (keeper, link, clock))
    print("Curfew", VERSION, "burners", len(now.burners))
    watchdog = WDT(timeout=limits.WATCHDOG_MS)
    return Loop(clock, controller, relays, _scanner(now), panel, rtc, link, supervisor, watchdog)


def _settings():
    """The settings of this board; where they cannot be used, the fallback and the reason."""
    try:
        return settings.parse(store.read("settings.json")), None
    except settings.Invalid as error:
        print("SETTINGS_INVALID:", error)
        return settings.fallback(), error


def _remembered(rtc):
    """Memory, stored faults, commissioning health, openings still to be written."""
    memory = Memory(rtc.memory())
    stored, health = journal.read_state()
    openings = Openings()
    journal_seq = journal.last_seq(journal.lines())
    if memory.kept:
        memory.restore_into(openings, journal_seq)
    else:  # a power-up: only the files know
        memory.set_seq(journal_seq)
        for index in range(limits.BURNERS_MAX):
            memory.note_stored(index, stored[index])
    return memory, stored, health, openings


def _scanner(now):
    fitted = [index for index, config in enumerate(now.burners) if config.sensor]
    if not fitted:
        return Scanner(())
    i2c = I2C(0, sda=Pin(now.sda_pin), scl=Pin(now.scl_pin), freq=400000, timeout=_I2C_TIMEOUT_US)
    return Scanner([ADS1115(i2c, ADDRESSES[number]) for number in range(max(fitted) // 2 + 1)])
