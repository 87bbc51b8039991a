"""What a burner does with the proofs: VERIFYING, relighting too early, welds and persisting flames."""


# --- the burner deals with it --------------------------------------------------------------------------------------


def opened(core, **changed):
    """A burner with a sensor in the tick after an OFF, the tip hot."""
    box = core(sensor=True, **{"reclose_hold_s": 3, "flame_die_s": 30, **changed})
    box.flame()
    box.run(s=2)
    box.off()
    return box


def cool(box, from_uv=20_000, tau_s=10):
    """The tip cools after the gas closed, seen every tick, until IDLE or a fault."""
    uv = from_uv * 1000
    while box.state() == "VERIFYING":
        uv -= uv // (tau_s * 50)
        box.uv[0] = [uv // 1000, 0]
        box.step()


def test_a_proved_contact_and_a_proved_gas_lead_to_idle(core):
    box = opened(core)
    cool(box)
    assert (box.state(), box.fault()) == ("IDLE", None)


def test_a_refuted_contact_is_welded_at_the_time_to_verify(core):
    box = opened(core, verify_open_ms=500)
    box.uv[0] = [10_000, 8000]
    box.run(ms=480)
    assert box.state() == "VERIFYING"
    box.run(ms=40)
    assert (box.state(), box.fault()) == ("FAULT", "CONTACT_WELDED")


def test_a_gas_that_is_not_proved_out_in_its_time_is_a_persisting_flame(core):
    box = opened(core, flame_die_s=30)
    box.uv[0] = [20_000, 0]
    box.run(ms=30_000 - 20)
    assert box.state() == "VERIFYING"
    box.step()
    assert (box.state(), box.fault()) == ("FAULT", "FLAME_PERSISTS")


def test_a_cold_tip_leads_to_idle_without_any_proof(core):
    box = opened(core)
    box.uv[0] = [1000, 0]
    box.run(s=4)
    assert (box.state(), box.fault()) == ("IDLE", None)


def test_the_reclose_delay_runs_even_when_everything_is_proved_before(core):
    box = opened(core, reclose_hold_s=20)
    box.uv[0] = [20_000, 0]
    box.run(s=1)
    box.uv[0] = [100, 0]
    box.run(ms=19_000 - 20)
    assert box.state() == "VERIFYING"
    box.step()
    assert box.state() == "IDLE"


def test_relighting_too_early_gives_the_flame_its_time_again_and_says_wait_and_ready(core):
    box = opened(core, flame_die_s=30)
    sounds = []
    for uv in (20_000, 15_000, 10_000, 15_000, 20_000):
        box.uv[0] = [uv, 0]
        for _ in range(250):
            box.step()
            sounds.append(box.sound())
    assert "WAIT" in sounds and box.state() == "VERIFYING"
    assert box.one().proof.die_ms < 11_000
    assert not box.conducts()
    box.run(s=2)
    for _ in range(100):
        cool(box)
        sounds.append(box.sound())
    assert box.state() == "IDLE" and "READY" in sounds


def test_a_sensor_that_falls_silent_in_verifying_is_a_failed_sensor(core):
    box = opened(core)
    box.blind[0] = True
    box.run(s=10)
    assert (box.state(), box.fault()) == ("FAULT", "SENSOR_FAILED")
