"""A stove that is played is the stove of the scenarios: what was done runs again, line by line, at any speed."""

import asyncio
import json
import time

import pytest

from host_tests.fixtures.broker import Observer
from host_tests.fixtures.live import QUICK, ROOT, playing, wait_for
from host_tests.fixtures.seeded_firmware import seeded_build
from simulator import run_settings, scenario
from simulator.live import server
from simulator.live.judge import Judge
from simulator.live.recording import CALLS, TICK_MS, Refused
from simulator.live.server import UNWATCHED_S, Hub
from simulator.live.story import Story
from simulator.live.stove import Stove
from simulator.live.world import LiveWorld
from simulator.play import play
from simulator.realtime.broker import Mosquitto
from simulator.realtime.process import RIG
from simulator.scenario import ACTS, ScenarioError

NODE = "240ac412ab0f"  # the number of the chip
SCENARIOS = ROOT / "scenarios"
# One for each way in which a stove is more than its knob: noise, stalls, errors, resets, remote requests, dead
# services.
WATCHED = (
    "noise_during_a_whole_burn", "a_stall_of_three_seconds_shuts_off", "out_of_memory_at_a_pin", "the_lock_fails",
    "a_weld_over_a_power_cut", "remote_off_in_every_conducting_state", "services_die_during_a_burn",
    "the_clock_jumps_by_hours", "an_exception_with_pulse_drive", "settings_repaired_and_restarted",
)  # fmt: skip
DEAF = ("curfew/runtime/inbox.py", "self.off[burner] = 1 + source", "self.off[burner] = 0")


def trace_of(stove, until_ms):
    """The trace of a live stove up to a time."""
    return [line for line in stove.lines if line.startswith("{") and json.loads(line)["t_ms"] <= until_ms]


def replayed(saved):
    """The verdict of the command line on what was saved."""
    return play(scenario.parse(json.dumps(saved), run_settings.shipped()))


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", WATCHED)
def test_a_scenario_that_is_watched_goes_as_it_goes_on_the_command_line(name):
    [path] = SCENARIOS.glob(f"*/{name}.json")
    with playing(json.loads(path.read_text())) as hand:
        stove = hand.stove
        wait_for(lambda: stove.failure or stove.world.now_ms > stove.until_ms, "the end of the scenario")
        live = trace_of(stove, stove.until_ms - 1)
    reported = play(scenario.load(path))
    assert live == [line for line in reported.result.trace_lines if json.loads(line)["t_ms"] < stove.until_ms]
    assert len(live) > 10


def test_what_a_hand_did_runs_again_line_by_line_and_keeps_what_it_expects():
    with playing(speed=0) as hand:
        hand.until("state", "IDLE")
        hand.ask("knob", 0, True)
        hand.until("state", "BURNING")
        hand.pass_s(4)
        hand.ask("knob", 0, False)
        hand.do("press", 1)
        hand.pass_s(5)
        hand.ask("button", 0, True)
        hand.pass_s(0.3)
        hand.ask("button", 0, False)
        hand.do("weld")
        hand.until("fault", "CONTACT_WELDED")
        saved = hand.ask("saved")
        live = trace_of(hand.stove, hand.stove.world.now_ms - 1)
    assert [event["do"] for event in saved["events"]] == ["light", "press", "button_down", "button_up", "weld"]
    assert 4 < saved["events"][0]["hold_s"] < 15
    assert {"burner": 0, "shutoffs": 0} in saved["expect"]
    verdict = replayed(saved)
    until_ms = scenario.parse(json.dumps(saved), run_settings.shipped()).plan["until_ms"]
    assert [line for line in verdict.result.trace_lines if json.loads(line)["t_ms"] < until_ms] == live
    assert verdict.passed, (verdict.failed_expectations, verdict.failed_invariants, verdict.died)


def test_what_is_saved_expects_what_was_seen_and_nothing_else():
    with playing() as hand:
        hand.until("state", "IDLE")
        hand.do("light", hold_s=8)
        hand.until("state", "BURNING")
        hand.until("gas", False)
        saved = hand.ask("saved")
    shutoffs = [one for one in saved["expect"] if "shutoff_by" in one]
    assert [one["shutoff_by"] for one in shutoffs] == ["TIMEOUT"]
    assert replayed(saved).passed
    shutoffs[0]["shutoff_by"] = "BUTTON"
    assert not replayed(saved).passed


def test_a_pause_is_no_stall_and_a_step_is_one_tick():
    with playing() as hand:
        stove = hand.stove
        hand.until("state", "IDLE")
        hand.do("press")
        hand.until("state", "ARMED")
        hand.ask("set_speed", 0)
        at_ms, starts = stove.world.now_ms, stove.starts
        for number in range(1, 4):
            hand.ask("step", TICK_MS)
            wait_for(lambda n=number: stove.world.now_ms >= at_ms + n * TICK_MS, "a step")
        asked = stove.ask(stove.so_far, 0).result(10)
        assert stove.world.now_ms == at_ms + 3 * TICK_MS
        assert (stove.starts, hand.see("state"), hand.see("closed")) == (starts, "ARMED", True)
        assert not [line for line in asked["lines"] if line.startswith("#down")]


def test_an_act_happens_at_once_and_is_reported_with_its_time():
    with playing() as hand:
        hand.until("state", "IDLE")
        hand.ask("set_speed", 0)
        hand.do("film", milliohm=120)
        hand.ask("step", TICK_MS)
        hand.until("film_mohm", 120)
        assert Story(hand.stove).read()[-1] == {
            "t": hand.stove.plan["events"][-1][0], "b": 0, "do": "film", "milliohm": 120,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"do": "wield"}, 'do: "wield" is not one of'),
        ({"do": "film"}, "milliohm: missing"),
        ({"do": "film", "milliohm": -1}, "milliohm: -1 is not a whole number from 0 to"),
        ({"do": "press", "burner": 7}, "burner: 7 is not a burner of this stove: 0 to 1"),
        ({"do": "raise", "error": "OSError", "in": "Pin.dance"}, 'in: "Pin.dance" is not one of Pin, Pin.value'),
        ({"do": "press", "loud": True}, 'loud: unknown key "loud"'),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_line_and_leaves_no_record(item, words):
    with playing() as hand:
        before = len(hand.stove.items)
        with pytest.raises((ScenarioError, Refused), match=words.replace("(", r"\(")):
            hand.ask("act", item)
        with pytest.raises(Refused, match="speed: 7 is not one of 0, 1, 10, 60"):
            hand.ask("set_speed", 7)
        with pytest.raises(Refused, match="burner: 9 is not one of 0 to 1"):
            hand.ask("knob", 9, True)
        assert len(hand.stove.items) == before == len(hand.stove.plan["events"])


def test_every_act_of_a_scenario_can_be_done_by_hand():
    queued = {"press", "double_press", "override", "hold", "light", "tremor", "mash"}  # these are several movements
    missing = [do for do in ACTS if do not in queued and not hasattr(LiveWorld, "_do_" + do)]
    assert missing == []


def test_both_ends_of_the_wire_know_the_same_calls():
    reported = (RIG / "hooks.py").read_text()
    words = reported[reported.index("CALLS = (") : reported.index(")  # fmt: skip")]
    assert tuple(part.split('"')[0] for part in words.split('"')[1::2]) == CALLS


def judged(stove, wanted, s=40):
    """The first verdict for which wanted(verdict) is true."""
    verdicts = []
    judge = Judge(stove, verdicts.append)
    try:
        return wait_for(lambda: next(filter(wanted, verdicts), None), f"a verdict; {verdicts[-1:]}", s)
    finally:
        judge.close()


def test_the_judge_beside_the_stove_finds_nothing_wrong_with_a_burn():
    with playing(speed=60) as hand:
        hand.until("state", "IDLE")
        hand.do("light", hold_s=8)
        hand.until("cause", "TIMEOUT")
        at_ms = hand.stove.world.now_ms
        verdict = judged(hand.stove, lambda reported: reported["t"] >= at_ms)
    assert (verdict["violated"], verdict["failed"]) == ([], None)
    assert verdict["held"] >= 18


def test_the_judge_beside_the_stove_sees_a_loop_that_does_not_obey(tmp_path):
    with playing(speed=60, firmware=seeded_build(tmp_path, DEAF)) as hand:
        hand.until("state", "IDLE")
        hand.do("light", hold_s=8)
        hand.until("state", "BURNING")
        hand.do("remote_off", source="web")
        verdict = judged(hand.stove, lambda reported: reported["violated"])
        saved = hand.ask("saved")
    assert {name for name, _ in verdict["violated"]} == {"S4"}
    assert [event["do"] for event in saved["events"]] == ["light", "remote_off"]


def test_a_loaded_scenario_is_judged_by_its_own_expectations_at_its_end():
    top = {**QUICK, "until": "0:00:20", "expect": [{"at": "0:00:15", "burner": 0, "gas": "on"}]}
    with playing(top) as hand:
        verdict = judged(hand.stove, lambda reported: reported["failed"] is not None)
        assert hand.stove.speed == 0  # and the stove waits there
    assert len(verdict["failed"]) == 1 and "should have gas on at 0:00:15" in verdict["failed"][0]


def test_a_day_is_enough_for_one_record(monkeypatch):
    monkeypatch.setattr("simulator.live.stove.RECORD_MS", 15_000)
    with playing() as hand:
        wait_for(lambda: hand.stove.over, "the end of the day")
        assert hand.stove.speed == 0
        with pytest.raises(Refused, match="a day on the stove is over: save it"):
            hand.ask("set_speed", 1)
        assert hand.ask("saved")["until"] >= "0:00:15"


def test_a_stove_without_a_viewer_waits_for_one():
    hub = Hub(QUICK, None)
    stove = hub.stove
    try:
        stove.begin()
        hub._pause_unwatched(hub._unwatched_since_s + UNWATCHED_S - 1)
        assert stove.ask(lambda: stove.speed).result(10) == 1
        hub._pause_unwatched(hub._unwatched_since_s + UNWATCHED_S + 1)
        assert stove.ask(lambda: stove.speed).result(10) == 0
        hub.clients.add(None)
        hub._pause_unwatched(hub._unwatched_since_s + UNWATCHED_S + 2)
        assert stove.ask(lambda: stove.speed).result(10) == 1
    finally:
        hub.close()


def test_a_broker_hears_the_stove_at_any_speed_and_an_off_from_it_is_in_the_record(tmp_path):
    broker = Mosquitto(tmp_path)
    try:
        friend = Observer(broker)

        def hears(topic, words):
            friend.client.handle(time.ticks_ms())
            return any(words in text for text in friend.texts(f"curfew/{NODE}/{topic}"))

        with playing(QUICK, 60, broker=("127.0.0.1", broker.port)) as hand:
            hand.until("state", "IDLE")
            wait_for(lambda: hears("status", "online"), "the controller at the broker")
            hand.do("light", hold_s=8)
            wait_for(lambda: hears("burner/0/state", "BURNING"), "a flame at the broker")
            friend.say(f"curfew/{NODE}/burner/0/command", "OFF")
            wait_for(lambda: hears("burner/0/state", "REMOTE:mqtt"), "off at the broker")
            hand.until("state", "IDLE")  # in the record an OFF needs up to a round of the services
            saved = hand.ask("saved")
        friend.client.disconnect()
    finally:
        broker.stop()
    assert [(event["do"], event.get("source")) for event in saved["events"]] == [
        ("light", None),
        ("remote_off", "mqtt"),
    ]
    verdict = replayed(saved)
    assert verdict.passed, verdict.failed_expectations


def test_a_stove_that_is_put_away_leaves_neither_process_nor_folder():
    stove = Stove(QUICK)
    stove.begin()
    wait_for(lambda: stove._vm, "the controller")
    process, folder = stove._vm, stove.flash.parent
    stove.close()
    assert process.poll() is not None
    assert not folder.exists()


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1:8160", 200), ("localhost:8160", 200), ("evil.example:8160", 403), ("", 403)]
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_page_whose_name_was_made_to_lead_to_the_simulator_gets_no_answer(kind, host, status):
    sent, reached = [], []

    async def app(scope, receive, send):
        reached.append(scope)

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "headers": [(b"host", host.encode())], "method": "GET", "path": "/"}
    asyncio.run(server.guarded(app, 1)(scope, None, send))
    assert bool(reached) == (status == 200)
    if status == 403:
        assert sent[0].get("status", sent[0].get("code")) in (403, 1008)


def test_only_the_link_knows_what_carries_the_messages():
    www = ROOT / "simulator" / "live" / "www"
    for path in www.glob("*.js"):
        used = [word for word in ("fetch(", "WebSocket", "location.host") if word in path.read_text("utf-8")]
        assert not used or path.name == "link.js", f"{path.name}: {used}"
