"""What a burner does with the proofs: VERIFYING, relighting too early, welds and persisting flames."""

import pytest

from curfew.core.codes import TC

# --- the burner deals with it --------------------------------------------------------------------------------------


def opened(core, **changed):
    """A burner with a sensor in the tick after an OFF, the tip hot."""
    device = core(sensor=True, **{"reclose_hold_s": 3, "flame_die_s": 30, **changed})
    device.flame()
    device.run(s=2)
    device.off()
    return device


def cool(device, from_uv=20_000, tau_s=10):
    """The tip cools after the gas went off, seen every tick, until IDLE or a fault."""
    uv = from_uv * 1000
    while device.state() == "VERIFYING":
        uv -= uv // (tau_s * 50)
        device.uv[0] = [uv // 1000, 0]
        device.step()


def test_a_proved_contact_and_a_proved_gas_lead_to_idle(core):
    device = opened(core)
    cool(device)
    assert (device.state(), device.fault()) == ("IDLE", None)


def test_a_refuted_contact_is_welded_at_the_time_to_verify(core):
    device = opened(core, verify_open_ms=500)
    device.uv[0] = [10_000, 8000]
    device.run(ms=480)
    assert device.state() == "VERIFYING"
    device.run(ms=40)
    assert (device.state(), device.fault()) == ("FAULT", "CONTACT_WELDED")


@pytest.mark.parametrize("hot_uv, live_uv, welded", [(10_000, 8000, True), (10_000, 2000, False), (2900, 2900, False)])
def test_a_contact_that_closes_after_its_proof_is_welded_before_the_gas_is_proved(core, hot_uv, live_uv, welded):
    device = opened(core, flame_die_s=180)
    device.uv[0] = [20_000, 0]
    device.run(s=2)
    assert device.state() == "VERIFYING"
    device.uv[0] = [hot_uv, live_uv]
    device.run(ms=400)
    assert (device.fault() == "CONTACT_WELDED") is welded


def test_a_gas_that_is_not_proved_out_in_its_time_is_a_persisting_flame(core):
    device = opened(core, flame_die_s=30)
    device.uv[0] = [20_000, 0]
    device.run(ms=30_000 - 20)
    assert device.state() == "VERIFYING"
    device.step()
    assert (device.state(), device.fault()) == ("FAULT", "FLAME_PERSISTS")


def test_a_cold_tip_leads_to_idle_without_any_proof(core):
    device = opened(core)
    device.uv[0] = [1000, 0]
    device.run(s=4)
    assert (device.state(), device.fault()) == ("IDLE", None)


def test_the_reclose_delay_runs_even_when_everything_is_proved_before(core):
    device = opened(core, reclose_hold_s=20)
    device.uv[0] = [20_000, 0]
    device.run(s=1)
    device.uv[0] = [100, 0]
    device.run(ms=19_000 - 20)
    assert device.state() == "VERIFYING"
    device.step()
    assert device.state() == "IDLE"


def test_relighting_too_early_gives_the_flame_its_time_again_and_says_wait_and_ready(core):
    device = opened(core, flame_die_s=30)
    sounds = []
    for uv in (20_000, 15_000, 10_000, 15_000, 20_000):
        device.uv[0] = [uv, 0]
        for _ in range(250):
            device.step()
            sounds.append(device.sound())
    assert "WAIT" in sounds and device.state() == "VERIFYING"
    assert device.one().proof.die_ms < 11_000
    assert not device.conducts()
    device.run(s=2)
    for _ in range(100):
        cool(device)
        sounds.append(device.sound())
    assert device.state() == "IDLE" and "READY" in sounds


def test_a_sensor_that_falls_silent_in_verifying_is_a_failed_sensor(core):
    device = opened(core)
    device.blind[0] = True
    device.run(s=10)
    assert (device.state(), device.fault()) == ("FAULT", "SENSOR_FAILED")


@pytest.mark.parametrize("age_ms, counts", [(0, True), (100, True), (101, False), (120, False)])
def test_a_reading_begun_before_the_contact_changed_belongs_to_neither_side_of_it(core, age_ms, counts):
    one = core(sensor=True).one()
    one.contact_ms = 100
    one.take_reading(TC, 7_000, age_ms)
    assert (one.flame.tc_uv == 7_000) == counts
