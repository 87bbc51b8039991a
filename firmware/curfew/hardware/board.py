"""Puts the device together on a plain ESP32: which part gets which pin and which file."""

import _thread
import sys
from typing import TYPE_CHECKING, Any

import machine
from machine import I2C, RTC, WDT, Pin

from curfew.core import limits
from curfew.core.codes import AT_STORED_FAULTS
from curfew.core.controller import Controller
from curfew.hardware.ads1115 import ADDRESSES, ADS1115, free_bus
from curfew.hardware.panel import Panel
from curfew.hardware.relay import Relays
from curfew.hardware.scanner import Scanner
from curfew.runtime.inbox import Inbox
from curfew.runtime.loop import Loop
from curfew.runtime.rtc_memory import RTC_SIZE, RtcMemory
from curfew.runtime.snapshot import Snapshot
from curfew.runtime.supervisor import TRIAL_CONFIRMED, TRIAL_PENDING, Link, Supervisor
from curfew.storage import journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from curfew.core.settings import Settings


# The chip's default of 5 KiB is too small for TLS; machines with long words need more for the same calls.
_THREAD_STACK = 16 * 1024 if sys.maxsize <= 0x7FFFFFFF else 64 * 1024


def build(
    clock: Any,
    settings: "Settings",
    invalid: bool,
    pending: bool,
    persistence: "Callable[..., Any]",
    entry: "Callable[..., None]",
) -> Loop:
    """The Loop of this board, ready to run; relays are made first, low.

    clock has ticks_ms() and sleep_ms(). settings: Settings. invalid: they are only the fallback. pending: this program
    is not confirmed yet. persistence(link, memory, journal_seq, burners, stored, health) makes what writes files;
    entry(persistence, link, clock, settings) is the services thread.
    """
    relay_pins = [burner.relay_pin for burner in settings.burners]
    relays = Relays(relay_pins, settings.pump_pin if settings.relay_drive == "pulse" else None, settings.supply_pin)
    rtc = RTC()
    memory, journal_seq, stored, health = _restored(rtc)
    count = len(settings.burners)
    inbox = Inbox(count)
    link = Link(inbox, Snapshot(count, _thread.allocate_lock()))
    link.trial[0] = TRIAL_PENDING if pending else TRIAL_CONFIRMED
    controller = Controller(settings, memory, inbox, health, invalid)
    memory.seal()
    rtc.memory(memory.buffer)  # a RESTART that it recorded must outlive the next mishap
    buttons = [burner.button_pin for burner in settings.burners]
    panel = Panel(buttons, (settings.alarm_pin, settings.presence_pin), settings.pixel_pin, settings.buzzer_pin)
    files = persistence(link, memory, journal_seq, count, stored, health)
    _thread.stack_size(_THREAD_STACK)
    supervisor = Supervisor(link, _thread.start_new_thread, entry, (files, link, clock, settings))
    scanner = _scanner(settings, clock)
    watchdog = WDT(timeout=limits.WATCHDOG_MS)
    self_test = None
    if relays.supply is not None:  # else its kilobyte stays free
        from curfew.hardware.self_test import SelfTest

        self_test = SelfTest(relays, link.figures, controller)
    return Loop(clock, controller, relays, scanner, panel, rtc, link, supervisor, watchdog, self_test)


def _restored(rtc: RTC) -> tuple[RtcMemory, int, list[int], list[int]]:
    """RtcMemory, number of the last shut-off in the journal, stored faults, commissioning health."""
    # From MicroPython 1.29 on without RTC.memory(): it copies as many bytes onto the stack as its length says, and one
    # that a sagging supply damaged would crash every start until the power is cut.
    previous: Any = machine.mem_backup()[:RTC_SIZE] if hasattr(machine, "mem_backup") else rtc.memory()
    memory = RtcMemory(previous)
    try:
        stored, health = journal.read_state()
        journal_seq = journal.last_seq()
    except OSError:  # a failing flash must not keep the device from starting; its journal is not overwritten
        stored, health, journal_seq = [0] * limits.BURNERS_MAX, [0] * limits.BURNERS_MAX, memory.seq[0]
    if not memory.restored:  # a power-up: only the files know
        memory.count_from(journal_seq)
        for index in range(limits.BURNERS_MAX):
            memory.put(AT_STORED_FAULTS + index, stored[index] & 0xFF)
    return memory, journal_seq, stored, health


def _scanner(settings: "Settings", clock: Any) -> Scanner:
    fitted = [index for index, burner in enumerate(settings.burners) if burner.sensor]
    if not fitted:
        return Scanner((), clock)
    free_bus(Pin(settings.scl_pin, Pin.OPEN_DRAIN, value=1), Pin(settings.sda_pin, Pin.OPEN_DRAIN, value=1))
    i2c = I2C(0, sda=Pin(settings.sda_pin), scl=Pin(settings.scl_pin), freq=400000, timeout=limits.I2C_TIMEOUT_US)
    return Scanner([ADS1115(i2c, ADDRESSES[number]) for number in range(max(fitted) // 2 + 1)], clock)
