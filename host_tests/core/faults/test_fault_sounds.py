"""How often a fault sounds: every 15 s for two minutes, then every five, and a press turns it down.

Here: times of the sound. Not here: notes (test_signals.py), what raises and ends a fault (test_faults.py).
"""

from host_tests.fixtures.core import SHORT

SENSED = {**SHORT, "burners": [{"sensor": True}]}
NIGHT_S = 8 * 3600


def stuck(core, **changed):
    """A fault whose cause lasts: readings that do not come; in the tick that raised it."""
    device = core(**{**SENSED, **changed})
    device.run(s=5)
    device.blind[0] = True
    device.until(lambda: device.fault() == "SENSOR_FAILED", 5)
    return device


def sounds_at_s(device, for_s):
    """When the fault sounded, in whole seconds from now on."""
    found = []
    for tick in range(for_s * 50):
        device.step()
        if device.sound() == "FAULT":
            found.append(round((tick + 1) / 50))
    return found


def test_a_fault_sounds_every_15_s_for_two_minutes_then_every_five(core):
    device = stuck(core)
    at_s = sounds_at_s(device, 1100)
    assert at_s[:7] == [15, 30, 45, 60, 75, 90, 105]
    assert [later - before for before, later in zip(at_s[7:], at_s[8:], strict=False)] == [300] * len(at_s[8:])
    assert len(at_s) == 11


def test_a_press_mutes_a_cold_burner_for_a_night(core):
    device = stuck(core)
    device.press()
    assert sounds_at_s(device, 700) == []
    device.one().faults.mute_ms = 1000  # the night is over
    assert sounds_at_s(device, 700) == [1, 301, 601]


def test_the_mute_lasts_eight_hours(core):
    device = stuck(core)
    device.press()
    assert NIGHT_S * 1000 - 1000 < device.one().faults.mute_ms <= NIGHT_S * 1000


def test_a_press_beside_a_hot_burner_leaves_a_sound_every_five_minutes(core):
    device = stuck(core)
    device.one().flame.tc_uv = 5000
    device.press()
    assert len(sounds_at_s(device, 900)) == 3
    device.one().flame.tc_uv = 0
    assert sounds_at_s(device, 700) == []


def test_a_mute_never_covers_another_fault(core):
    device = stuck(core)
    device.press()
    device.run(s=20)
    device.one().faults.reported = 1 << 5
    device.step()
    assert device.sound() == "FAULT"
    assert sounds_at_s(device, 40) == [15, 30]


def test_a_mute_ends_with_the_fault(core):
    device = stuck(core)
    device.press()
    device.blind[0] = False
    device.run(s=3)
    device.hold(6)
    device.until(lambda: device.state() == "IDLE", 60)
    device.blind[0] = True
    device.until(lambda: device.fault() == "SENSOR_FAILED", 5)
    assert device.sound() == "FAULT"
    assert sounds_at_s(device, 20) == [15]
