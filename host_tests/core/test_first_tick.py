"""What a core knows before its first tick: nothing that it was not given.

Here: every number and flag that a start sets. Not here: what they become (test_controller.py, test_deadline.py).
"""

import pytest

from curfew.core.codes import AT_STORED_FAULTS
from curfew.runtime.rtc_memory import RtcMemory
from host_tests.fixtures.core import Core
from host_tests.fixtures.names import STATES

COUNTS = (
    *("step_ms", "quiet_ms", "open_ms", "test_ms", "raised", "update_ms", "late_ms", "_alarm_ms", "_still_ticks"),
    *("pump_failed", "pump_news"),
)
OF_A_BURNER = (
    *("remaining_ms", "absent", "kept_ms", "less_min", "cap_ms", "window_ms", "verifying_ms", "sign_ms", "cause"),
    *(
        "detail",
        "light",
        "sound",
        "refused",
        "health_permille",
        "ask_ms",
        "burn_ms",
        "contact_ms",
        "absent_ms",
        "health_due_ms",
    ),
    *("by_override", "update_allowed", "service", "_local_act", "asked", "cap_raised", "is_holding_told"),
    *("_override_used", "_window_kept"),
)


@pytest.fixture
def started(monkeypatch):
    """A controller of two burners as it is made, before any tick."""
    monkeypatch.setattr(Core, "step", lambda *_: None)
    return Core(burners=2, sensor=True, idle=False, health_refs=[0, 740, 0, 0]).controller


@pytest.mark.parametrize("sensor, present", [(True, 1), (False, 0)])
def test_a_stored_fault_is_still_there_where_a_sensor_can_tell(monkeypatch, sensor, present):
    monkeypatch.setattr(Core, "step", lambda *_: None)
    record = RtcMemory(b"")
    record.put(AT_STORED_FAULTS, 1)
    record.seal()
    one = Core(sensor=sensor, idle=False, previous=bytes(record.buffer)).one()
    assert (one.faults.raised, one.faults.present) == (1, present)


@pytest.mark.parametrize("name", COUNTS)
def test_a_controller_begins_at_nothing(started, name):
    assert getattr(started, name) == 0


@pytest.mark.parametrize("name", OF_A_BURNER)
def test_a_burner_begins_at_nothing(started, name):
    assert [getattr(one, name) for one in started.burners] == [0, 0]


def test_a_start_knows_no_last_tick_no_event_and_no_grant(started):
    assert started._last_ms is None
    assert started._events == [None, None]
    assert started.granted == bytearray(2)
    assert started.pressed == b"\0\0\1\1", "no button is down, the alarm contact is closed, someone is there"


def test_every_burner_begins_in_verifying_with_what_its_commissioning_measured(started):
    assert [STATES[one.state] for one in started.burners] == ["VERIFYING", "VERIFYING"]
    assert [one.health_ref_permille for one in started.burners] == [0, 740]
