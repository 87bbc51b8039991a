"""A driver that calls what the port of MicroPython for the ESP32 does not have is red, whatever it does else."""

from types import SimpleNamespace

import pytest

from host_tests.fixtures.chip import Bus, Chip, spec_of
from simulator import run
from simulator.inside import lent

BURNER = SimpleNamespace(light=2, sign_ms=0)
CONTROLLER = SimpleNamespace(burners=[BURNER], player=SimpleNamespace(frequency_hz=2700))
USES = {
    "relay": lambda driver: driver["Relays"]([18], 32).drive([1], [1]),
    "panel": lambda driver: driver["Panel"]([25], (34, 4), 16, 17).show(CONTROLLER, False),
    "ads1115": lambda driver: [driver["ADS1115"](Bus().i2c, 0x48).start(0), driver["ADS1115"](Bus().i2c, 72).read_uv()],
}


def used(name, old="", new=""):
    """Use a driver as it is, or with a seeded bug."""
    text = (run.SOURCES / "curfew" / "hardware" / f"{name}.py").read_text()
    assert not old or old in text
    driver = {"__name__": name}
    with lent(Chip().modules()):
        exec(text.replace(old, new) if old else text, driver)
    USES[name](driver)


@pytest.mark.parametrize("name", USES)
def test_a_driver_calls_only_what_the_port_has(name):
    used(name)


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("relay", "self._enables[index].value(0)", "self._enables[index].set(0)"),
        ("relay", "self._enables[index].value(0)", "self._enables[index].value(level=0)"),
        ("relay", "Pin(number, Pin.OUT, value=0)", "Pin(number, Pin.OUT, level=0)"),
        ("relay", "Pin(number, Pin.OUT, value=0)", "Pin(number, Pin.OUTPUT, value=0)"),
        ("panel", "freq=2000", "frequency=2000"),
        ("panel", "self._buzzer.freq(frequency_hz)", "self._buzzer.frequency(frequency_hz)"),
        ("panel", "self._buzzer.duty_u16(_DUTY_ON)", "self._buzzer.duty_u16(_DUTY_ON, 0)"),
        ("panel", "self._pixels.write()", "self._pixels.show()"),
        ("ads1115", "writeto(self._address, self._start)", "writeto(self._address, buf=self._start)"),
        ("ads1115", "_CONVERSION, self._word)", "_CONVERSION)"),
    ],
)
def test_a_call_that_the_port_does_not_have_is_red(name, old, new):
    with pytest.raises((AttributeError, TypeError)):
        used(name, old, new)


def test_a_spec_allows_every_overload_of_a_stub():
    pin, i2c = spec_of("machine", "Pin"), spec_of("machine", "I2C")
    assert (pin.IN, pin.OUT, pin.PULL_UP) == (1, 3, 2)
    pin(4).value()
    pin(4, pin.OUT, value=0).value(1)
    i2c(0, scl=1, sda=2, freq=400000, timeout=5000)
    with pytest.raises(TypeError):
        pin()
