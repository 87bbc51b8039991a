"""Which services a device starts, and how a failed one is restarted; fakes for chip and radio."""

import asyncio
import importlib
import json
import sys
import threading
import types

import pytest

from curfew.core import limits, settings
from curfew.runtime import snapshot, supervisor
from curfew.runtime.inbox import Inbox
from curfew.runtime.rtc_memory import RtcMemory
from curfew.services.net.network_settings import checked
from curfew.services.persistence import Persistence

WIFI = {"ssid": "home", "password": "12345678"}
JOINED = {"wifi": WIFI, "password": "hash"}
BROKER = {"host": "192.168.1.2"}


def forget():
    """Drop what was imported on a fake chip."""
    for parent, name in (("curfew.hardware", "chip"), ("curfew.services", "runner")):
        sys.modules.pop(f"{parent}.{name}", None)
        vars(sys.modules.get(parent, types.SimpleNamespace())).pop(name, None)


class Device:
    """A runner on a fake chip; the current folder is its flash. Time goes on when everybody sleeps."""

    def __init__(self, monkeypatch, config, settings_values):
        self.low = set()  # buttons that are down
        self.levels = {}  # of outputs
        self.now_ms = 0
        self.sleeping = []  # until when
        self.reason = 1  # of reset_cause(): power
        if config is not None:
            with open("network.json", "w") as file:
                json.dump(checked(config), file)
        monkeypatch.setitem(sys.modules, "machine", self._machine())
        monkeypatch.setattr(asyncio, "sleep_ms", self._sleep_ms, raising=False)
        forget()
        self.runner = importlib.import_module("curfew.services.runner")
        monkeypatch.setattr(self.runner, "readable", lambda source, sleep_ms: sleep_ms(1))
        monkeypatch.setattr(self.runner.ServiceContext, "look", lambda context: context.values)
        self.settings = settings.checked({"burners": [{}], **settings_values})
        burners = len(self.settings.burners)
        self.link = supervisor.Link(Inbox(burners), snapshot.Snapshot(burners, threading.Lock()))
        blank = [0] * limits.BURNERS_MAX
        self.persistence = Persistence(self.link, RtcMemory(b""), 0, burners, blank, blank)
        self.context = None

    def _machine(self):
        device = self

        class Pin:
            IN, OUT, PULL_UP = 0, 1, 2

            def __init__(self, number, mode, pull=None, value=None):
                self.number = number
                if mode == Pin.OUT:
                    device.levels[number] = value

            def value(self, level=None):
                if level is None:
                    return 0 if self.number in device.low else 1
                device.levels[self.number] = int(level)
                return None

        return types.SimpleNamespace(Pin=Pin, reset_cause=lambda: self.reason, unique_id=lambda: b"\xa1\xb2\xc3")

    async def _sleep_ms(self, ms):
        until_ms = self.now_ms + ms
        self.sleeping.append(until_ms)
        try:
            while self.now_ms < until_ms:
                await asyncio.sleep(0)
                if until_ms == min(self.sleeping):
                    self.now_ms = max(self.now_ms, until_ms)
        finally:
            self.sleeping.remove(until_ms)

    def ticks_ms(self):
        return self.now_ms

    def due(self):
        """The names of the services that this start needs."""
        from curfew.services.log import Log
        from curfew.services.net.network_settings import load

        config, _ = load("network.json")
        self.context = self.runner.ServiceContext(
            self.persistence, self.link, self, self.settings, config, Log(), self.runner.chip
        )
        services = self.runner.ServiceRunner(self.context, None)
        asyncio.run(services.start())
        return [name for name, _ in services.due]

    def live(self, serve, rounds=400):
        """Live for so many looks with a single service, which is given its number of the try."""
        tries = []

        class Only:
            def __init__(self, context, network):
                self.due = []
                self.context = context

            async def start(self):
                self.due.append(("only", self.one))

            async def one(self):
                tries.append(device.now_ms)
                device.context = self.context
                await serve(len(tries))

        device = self
        self.runner.ServiceRunner = Only
        polls = []

        def poll():
            polls.append(1)
            if len(polls) * 5 >= rounds:
                self.link.stop_requested[0] = 1

        self.persistence.poll = poll
        asyncio.run(self.runner.run_services(self.persistence, self.link, self, self.settings, None))
        return tries


@pytest.fixture
def device(tmp_path, monkeypatch):
    """A function that makes a Device: device(config of network.json or None, **settings)."""
    monkeypatch.chdir(tmp_path)
    yield lambda config=None, **settings_values: Device(monkeypatch, config, settings_values)
    forget()


class Heard:
    """A service whose broker has a socket from the start; `error` comes with the second poll."""

    def __init__(self, error):
        self.polls = 0
        self.error = error
        self.closed = False
        self.broker = types.SimpleNamespace(source=object, is_busy=False, close=self._close)

    def _close(self):
        self.closed = True

    def poll(self):
        self.polls += 1
        if self.polls > 5:
            raise self.error


@pytest.mark.parametrize("error", [MemoryError(), OSError(5)])
def test_a_service_that_cannot_hear_any_more_ends_and_closes_its_connection(device, error):
    made = device(JOINED)
    service = Heard(error)
    with pytest.raises(type(error)):
        asyncio.run(made.runner._polled(service, types.SimpleNamespace(offs=0)))
    assert service.closed
    assert service.polls > 5 and made.now_ms < 2 * made.runner._POLL_MS, "what comes at the socket waits for no round"


def test_after_an_off_the_state_is_looked_at_until_the_loop_has_acted(device):
    made = device(JOINED)
    looks = []
    context = types.SimpleNamespace(offs=1, look=lambda: looks.append(made.now_ms))
    with pytest.raises(OSError):
        asyncio.run(made.runner._polled(Heard(OSError()), context))
    assert len(looks) > 2 and looks[-1] < 20


def test_an_off_from_elsewhere_is_confirmed_at_the_next_round_at_the_latest(device):
    made = device(JOINED)
    service = Heard(OSError())
    service.broker.source = lambda: None  # nothing arrives at the broker's socket
    with pytest.raises(OSError):
        asyncio.run(made.runner._polled(service, types.SimpleNamespace(offs=1, look=lambda: None)))
    assert service.polls > 5 and made.now_ms < 20


@pytest.mark.parametrize(
    "config",
    [None, {}, {"wifi": WIFI}, {"password": "hash"}, {"wifi": WIFI, "password": ""}],
    ids=["no file", "empty", "no password", "no Wi-Fi", "empty password"],
)
def test_a_device_without_wifi_or_password_opens_the_set_up_and_nothing_that_needs_a_network(device, config):
    assert device(config).due() == ["portal", "update", "web"]


def test_a_file_that_cannot_be_used_opens_the_set_up(device):
    made = device(JOINED)
    with open("network.json", "w") as file:
        file.write('{"wifi": ')
    assert made.due() == ["portal", "update", "web"]


@pytest.mark.parametrize(
    ("more", "services"),
    [
        ({}, ["wifi", "clock", "update", "web"]),
        ({"mqtt": BROKER}, ["wifi", "clock", "mqtt", "update", "web"]),
        ({"mqtt": {"host": ""}}, ["wifi", "clock", "update", "web"]),
        ({"voice": {"topics": ["stove006"]}}, ["wifi", "clock", "voice", "update", "web"]),
        ({"voice": {"topics": []}}, ["wifi", "clock", "update", "web"]),
        ({"mqtt": BROKER, "voice": {"topics": ["stove006"]}}, ["wifi", "clock", "mqtt", "voice", "update", "web"]),
    ],
)
def test_a_configured_device_has_the_services_of_its_settings(device, more, services):
    assert device({**JOINED, **more}).due() == services


def test_a_display_is_served_where_both_its_pins_are_given(device):
    assert "display" in device(JOINED, display_clk_pin=4, display_dio_pin=13).due()
    assert "display" not in device(JOINED, display_clk_pin=4).due()


def test_a_button_held_for_ten_seconds_from_the_power_up_opens_the_set_up(device):
    made = device(JOINED)
    made.low.add(25)
    assert made.due() == ["portal", "update", "web"]
    assert made.now_ms == 10_000


def test_a_button_released_sooner_does_not(device):
    made = device(JOINED)
    made.low.add(25)
    asked = made._sleep_ms

    async def let_go(ms):
        await asked(ms)
        if made.now_ms >= 9_900:
            made.low.clear()

    asyncio.sleep_ms = let_go
    assert made.due() == ["wifi", "clock", "update", "web"]


@pytest.mark.parametrize("reason", [2, 3])  # a panic or the program's own restart, and the watchdog
def test_a_button_held_when_the_program_starts_by_itself_means_nothing(device, reason):
    made = device(JOINED)
    made.low.add(25)
    made.reason = reason
    assert made.due() == ["wifi", "clock", "update", "web"] and made.now_ms == 0


def test_a_service_that_fails_is_logged_and_restarted_after_growing_pauses(device):
    made = device(JOINED)

    async def fail(number):
        raise OSError(number)

    tries = made.live(fail, 2500)
    pauses = [after - before for before, after in zip(tries, tries[1:], strict=False)]
    assert len(pauses) >= 4 and all(now >= 2 * before - 100 for before, now in zip(pauses, pauses[1:], strict=False))
    assert made.context.log.lines()[1] == "only OSError(1)"


def test_a_service_that_needs_memory_that_is_not_there_just_now_is_started_again(device):
    made = device(JOINED)

    async def hungry(number):
        if number < 3:
            raise MemoryError

    assert len(made.live(hungry)) == 3


def test_a_service_that_has_nothing_to_do_is_not_started_again(device):
    async def nothing(number):
        return None

    assert len(device(JOINED).live(nothing)) == 1


def test_an_error_that_the_guard_does_not_catch_ends_the_thread(device):
    made = device(JOINED)

    async def fatal(number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.live(fatal)


def test_the_hood_s_output_follows_the_flame_and_runs_on(device):
    made = device(JOINED, hood_pin=4)
    lit = [False]
    made.runner.ServiceContext.flame = lambda context: lit[0]
    assert "hood" in made.due()
    seen = []
    air = made.runner.ServiceRunner._air

    async def burn(number):
        task = asyncio.create_task(air(types.SimpleNamespace(_context=made.context)))
        for lit[0] in (False, True, False):
            for _ in range(3):
                await asyncio.sleep_ms(20)
            seen.append(made.levels[4])
        task.cancel()

    made.live(burn)
    assert seen == [0, 1, 1], "for a minute at least"


@pytest.mark.parametrize(("run_on_s", "lit_s", "off_s"), [(0, 5, 60), (0, 600, 600), (300, 600, 900), (30, 10, 60)])
@pytest.mark.parametrize("start_ms", [0, 2**30 - 30_000])
def test_the_hood_stays_on_for_its_time_and_a_minute_at_least(run_on_s, lit_s, off_s, start_ms):
    from curfew.services.hood import Hood

    levels = []
    hood = Hood(types.SimpleNamespace(value=levels.append), run_on_s * 1000)
    for second in range(1000):
        hood.step((start_ms + second * 1000) % 2**30, second <= lit_s)
    assert levels.index(False) in (off_s, off_s + 1)
    assert not any(levels[off_s + 1 :])


@pytest.mark.parametrize(("config", "limit_s"), [(JOINED, 900), (None, 3600)], ids=["joined", "new"])
def test_an_unused_set_up_ends_and_one_that_was_opened_by_mistake_restarts(device, monkeypatch, config, limit_s):
    made, closed = device(config), []
    made.due()
    limits_ms = []

    class Portal:
        def __init__(self, ap, log):
            pass

        def open(self):
            pass

        def close(self):
            closed.append(True)

        async def run(self, context, sleep_ms, unused_ms):
            limits_ms.append(unused_ms)

    monkeypatch.setattr("curfew.services.net.portal.Portal", Portal)
    services = made.runner.ServiceRunner(made.context, types.SimpleNamespace(WLAN=lambda kind: None, AP_IF=1, STA_IF=0))
    services._may_stay = config is None
    asyncio.run(services._set_up())
    assert limits_ms == [1000 * limit_s] and closed
    made.persistence.poll()
    assert (made.link.pong[0] == supervisor.PONG_RESTART) == (config is not None)


class Radio:
    """A station that joins or never does."""

    def __init__(self, works):
        self.works, self.tries = works, 0

    def active(self, on=None):
        return True

    def config(self, **values):
        pass

    def connect(self, ssid, key):
        self.tries += 1

    def disconnect(self):
        pass

    def isconnected(self):
        return self.works and self.tries > 0

    def status(self):
        return 202

    def ifconfig(self):
        return ("10.0.0.4", "255.0.0.0", "10.0.0.1", "10.0.0.1")


def joined(made, radio, s):
    """The runner after so many seconds of its Wi-Fi, and whether it opened the set-up."""
    opened = []
    made.due()
    network = types.SimpleNamespace(WLAN=lambda kind: radio, AP_IF=1, STA_IF=0, hostname=lambda name: None)
    services = made.runner.ServiceRunner(made.context, network)

    async def set_up():
        opened.append(True)

    async def lives():
        services._set_up = set_up
        tasks = [asyncio.create_task(services._join()), asyncio.create_task(services._watch_updates())]
        await asyncio.sleep_ms(1000 * s)
        for task in tasks:
            task.cancel()

    asyncio.run(lives())
    return services, opened


def test_a_wifi_that_never_worked_opens_the_set_up_again_after_three_failures(device):
    radio = Radio(False)
    _, opened = joined(device(JOINED), radio, 100)
    assert opened == [True] and radio.tries == 3


def test_a_wifi_that_worked_once_is_tried_for_ever_also_after_a_restart(device, monkeypatch):
    monkeypatch.setattr("curfew.services.update.key.read", lambda: b"key")
    made = device(JOINED)
    made.link.flash_allowed[0] = 1
    joined(made, Radio(True), 10)
    radio = Radio(False)
    _, opened = joined(device(JOINED), radio, 300)
    assert opened == [] and radio.tries > 3
    other = {**JOINED, "wifi": {"ssid": "home", "password": "another one"}}
    assert joined(device(other), Radio(False), 100)[1] == [True], "new settings have to work first"


def test_a_mark_that_cannot_be_read_does_not_open_the_set_up(device, monkeypatch):
    made = device(JOINED)

    def broken(path):
        raise OSError(5)

    monkeypatch.setattr("curfew.storage.files.lines", broken)
    assert joined(made, Radio(False), 200)[1] == []


@pytest.mark.parametrize("looks, expected", [(599, 0), (600, 1), (1199, 1), (1200, 2)])
def test_memory_is_looked_at_once_a_minute_and_a_look_without_memory_ends_nothing(device, monkeypatch, looks, expected):
    made = device(JOINED)
    looked = []

    def heaps(mark, log):
        looked.append((mark, log))
        raise MemoryError

    async def quiet(number):
        await asyncio.sleep_ms(10_000_000)

    monkeypatch.setattr(made.runner.chip, "heaps", heaps)
    made.live(quiet, looks * 5)
    assert looked == [(made.link.figures, made.context.log)] * expected
