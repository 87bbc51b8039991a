"""boot.py: the relay pins are low before anything else, and program.py leaves every way out with the contacts open.

Here: the order of the first effects, read and run against a recording chip; main.py's ways out. Not here: the loop.
"""

import ast
import builtins
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from curfew.core import limits, pins
from simulator.inside import lent

FIRMWARE = Path(__file__).resolve().parent.parent.parent / "firmware"
BOOT = (FIRMWARE / "boot.py").read_text()


HANDED_OVER = ["run", "open all", "Ctrl-C is a byte", f"WDT {limits.WATCHDOG_CABLE_MS}", "end clean"]
PINS = (18, 19, 23, 33, 32, 17)
MACHINES = {name: f"a module with {name}" for name in pins.CHIPS} | {"": "linux [GCC 13.2] version"}


class Recorder:
    """A `machine` that writes down what is done to it, in order."""

    def __init__(self, fails_at=None):
        self.done = []
        recorder = self

        class Pin:
            IN, OUT, PULL_UP = 1, 3, 2

            def __init__(self, *args, **named):
                recorder.note(("Pin", args, named))

            def __getattr__(self, name):
                raise AssertionError(f"Pin.{name} is used: level and direction belong into one call")

        class WDT:
            def __init__(self, *args, **named):
                recorder.note(("WDT", args, named))

        self.fails_at = fails_at
        self.Pin = Pin
        self.WDT = WDT

    def note(self, what):
        if self.fails_at == len(self.done):
            self.fails_at = None
            raise OSError("this pin cannot be had")
        self.done.append(what)


def run_boot(recorder, monkeypatch):
    """Run boot.py as the chip does; the names that it imported, with the number of effects before each."""
    imports = []
    real = builtins.__import__

    def watched(name, *args, **named):
        imports.append((name, len(recorder.done)))
        return real(name, *args, **named)

    monkeypatch.setitem(sys.modules, "machine", recorder)
    monkeypatch.setattr(builtins, "__import__", watched)
    try:
        exec(compile(BOOT, "boot.py", "exec"), {"__name__": "__main__"})
    finally:
        monkeypatch.undo()
    return imports


def test_the_first_effects_are_all_relay_pins_driven_low_with_the_level_before_the_direction(monkeypatch):
    recorder = Recorder()
    run_boot(recorder, monkeypatch)
    out = recorder.Pin.OUT
    assert recorder.done[: len(PINS)] == [("Pin", (number, out), {"value": 0}) for number in PINS]


@pytest.mark.parametrize("chip", MACHINES)
def test_on_each_chip_relays_then_pump_then_buzzer_are_low_because_a_tone_goes_on_over_a_reset_of_the_cpu(
    monkeypatch, chip
):
    recorder = Recorder()
    monkeypatch.setattr(sys.implementation, "_machine", MACHINES[chip], raising=False)
    run_boot(recorder, monkeypatch)
    row = pins.row(chip or pins.PLAIN)
    pump, *_, buzzer = row[pins.AT_DEVICE]
    driven = [args[0] for what, args, _ in recorder.done if what == "Pin"]
    assert driven == [*row[pins.AT_RELAYS], pump, buzzer]


def test_after_the_pins_comes_the_watchdog_and_then_nothing_more(monkeypatch):
    recorder = Recorder()
    run_boot(recorder, monkeypatch)
    assert recorder.done[len(PINS) :] == [("WDT", (), {"timeout": limits.WATCHDOG_BOOT_MS})]


def test_before_the_pins_are_low_nothing_is_imported_but_what_is_built_in(monkeypatch):
    recorder = Recorder()
    imports = run_boot(recorder, monkeypatch)
    assert [name for name, effects in imports if effects < len(PINS)] == ["sys", "machine"]


def test_boot_imports_nothing_but_what_is_built_in_at_all(monkeypatch):
    assert {name for name, _ in run_boot(Recorder(), monkeypatch)} == {"sys", "machine"}


def test_read_as_a_text_boot_begins_with_the_imports_and_the_loop_over_the_pins():
    *imports, second = ast.parse(BOOT).body
    assert [ast.unparse(one) for one in imports] == ["import sys", "from machine import WDT, Pin"]
    assert isinstance(second, ast.Try) and isinstance(second.body[0], ast.For) and len(second.body[0].body) == 1
    call = second.body[0].body[0].value
    assert ast.unparse(call) == "Pin(_number, Pin.OUT, value=0)"


def test_a_pin_that_fails_still_leaves_a_watchdog_because_main_does_not_run_then(monkeypatch):
    recorder = Recorder(fails_at=2)
    with pytest.raises(OSError):
        run_boot(recorder, monkeypatch)
    assert recorder.done[-1] == ("WDT", (), {"timeout": limits.WATCHDOG_BOOT_MS})


def test_boot_works_with_literals_because_nothing_may_be_imported_yet():
    names = {node.id for node in ast.walk(ast.parse(BOOT)) if isinstance(node, ast.Name)}
    assert names == {"Pin", "WDT", "_number", "getattr", "sys"}


# --- program.py ----------------------------------------------------------------------------------------------------


class FakeChip:
    """What program.py and the starter want of `machine`, `time` and `sys`; `done` in order."""

    def __init__(self, improv=None):
        self.done = []
        self.improv = improv  # what a conversation over the cable ends with; None: the set-up is not open
        self.modules = {} if improv is None else {"curfew.services.net.portal": None}

    def serve(self, *_):
        self.done.append("improv")
        return self.improv

    def kbd_intr(self, char):
        self.done.append(f"Ctrl-C {'interrupts' if char == 3 else 'is a byte'}")

    def reset(self):
        self.done.append("reset")

    def WDT(self, timeout):
        self.done.append(f"WDT {timeout}")

    def sleep_ms(self, ms):
        self.done.append(f"sleep {ms}")

    def ticks_ms(self):
        return 0

    def print_exception(self, error):
        self.done.append(f"reported {type(error).__name__}")


class FakeDevice:
    class Restart(Exception):
        pass

    def __init__(self, chip, error, ended=True):
        self.chip = chip
        self.link = SimpleNamespace(stopped=bytes((ended,)), figures=[320, 9000, 0, 1])
        self.error = error
        self.relays = self

    def run(self):
        self.chip.done.append("run")
        raise self.error  # as Loop.run(): the contacts are open by then

    def open_all(self):
        self.chip.done.append("open all")

    def end_clean(self):
        self.chip.done.append("end clean")

    def __getattr__(self, name):
        raise AssertionError(f"program.py uses {name} of the controller")


def run_main(build_raises=None, run_raises=None, chip=None, ended=True):
    """Run main() with a controller whose making or running raises; what was done, in order."""
    chip = chip or FakeChip()
    main = {"__name__": "program"}
    with lent({"machine": chip, "micropython": chip, "time": chip}):
        exec(compile((FIRMWARE / "program.py").read_text(), "program.py", "exec"), main)
    main.update(sys=chip, print=lambda *_: chip.done.append("print"))

    def start(*_):
        if build_raises:
            raise build_raises
        return FakeDevice(chip, run_raises, ended)

    main["start"] = start
    with lent({"curfew.services.improv": chip}):
        main["main"]("a", "")
    return chip.done


@pytest.mark.parametrize("error", [ValueError("x"), OSError(5), MemoryError(), RuntimeError(), AssertionError()])
def test_an_error_in_the_loop_is_printed_and_ends_in_a_reset(error):
    assert run_main(run_raises=error) == ["run", "open all", f"reported {type(error).__name__}", "sleep 700", "reset"]


def test_an_error_while_printing_an_error_resets_the_chip_too():
    class Mute(FakeChip):
        def print_exception(self, error):
            raise MemoryError

    with pytest.raises(MemoryError):
        run_main(run_raises=ValueError(), chip=(chip := Mute()))
    assert chip.done == ["run", "open all", "reset"]


@pytest.mark.parametrize("error", [ImportError("x"), OSError(5), MemoryError()])
def test_a_device_that_cannot_be_built_waits_before_the_reset(error):
    done = run_main(build_raises=error)
    assert done == [f"reported {type(error).__name__}", "sleep 5000", "reset"]


def test_a_restart_that_was_asked_for_is_a_clean_end_and_a_reset():
    assert run_main(run_raises=FakeDevice.Restart()) == ["run", "end clean", "reset"]


def test_ctrl_c_gets_the_prompt_a_long_watchdog_and_no_reset():
    done = run_main(run_raises=KeyboardInterrupt())
    assert done == [*HANDED_OVER, "Ctrl-C interrupts", "print"]


def test_a_request_over_the_cable_in_the_set_up_is_answered_after_the_contacts_are_open_and_ends_in_a_reset():
    done = run_main(run_raises=KeyboardInterrupt(), chip=FakeChip(improv=True))
    assert done[: len(HANDED_OVER) + 2] == [*HANDED_OVER, "improv", "reset"]


def test_ctrl_c_in_the_set_up_that_is_no_request_gets_the_prompt():
    done = run_main(run_raises=KeyboardInterrupt(), chip=FakeChip(improv=False))
    assert done == [*HANDED_OVER, "improv", "Ctrl-C interrupts", "print"]


def test_services_that_hang_get_no_request():
    done = run_main(run_raises=KeyboardInterrupt(), chip=FakeChip(improv=True), ended=False)
    assert done == [*HANDED_OVER, "Ctrl-C interrupts", "print"]


def test_ctrl_c_before_there_is_a_loop_gets_the_prompt_too():
    done = run_main(build_raises=KeyboardInterrupt())
    assert done == ["Ctrl-C is a byte", f"WDT {limits.WATCHDOG_CABLE_MS}", "Ctrl-C interrupts", "print"]


# --- in a world ----------------------------------------------------------------------------------------------------


def test_ctrl_c_while_it_burns_opens_the_contact_and_leaves_the_prompt(world):
    device = world()
    device.burn()
    device.raises("Pin.value", "KeyboardInterrupt")
    device.run_for(s=1)
    assert (device.state(), device.contact(), device.world.running) == (None, "open", True)
    assert "contacts open" in device.console()
    assert device.world.wdt_ms == limits.WATCHDOG_CABLE_MS


def test_after_ctrl_c_the_end_counts_as_a_clean_one(world):
    device = world()
    for _ in range(4):
        device.raises("Pin.value", "KeyboardInterrupt")
        device.run_for(s=1)
        device.reset("soft")
    device.until_state("IDLE")
    assert device.fault() is None


@pytest.mark.parametrize("where", ["RTC.memory", "PWM", "I2C", "_thread.start_new_thread"])
def test_a_chip_part_that_fails_at_the_start_leaves_the_contacts_open_and_is_tried_again(world, where):
    device = world(idle=False)
    device.world.traps[where] = OSError
    device.plan["events"].append([0, "raise", 0, {"in": where, "error": "OSError"}])
    device.run_for(s=2)
    assert device.contact() == "open"
    device.until_state("IDLE", at_most_s=40)
