"""Puts the services together: which of them this box needs, their rounds, and what becomes of one that fails.

Belongs here: making the services, starting one again that ended. Does not: what a service does.
"""

import asyncio
import gc
import os

from curfew import VERSION, forget
from curfew.core.ticks import elapsed_ms
from curfew.hardware import chip
from curfew.services.context import ServiceContext
from curfew.services.log import Log
from curfew.services.update import slots

_POLL_MS = 20  # a word from afar waits for so long at most, when nothing blocks
_KEEP_ROUNDS = 5  # of these: a round of the keeper
_PAUSE_MS = 1000
_PAUSE_MAX_MS = 300000
_HELD_MS = 10000  # a button held this long from the power-up on asks for the set-up
_HELD_LOOK_MS = 100
_SET_UP_S = 900  # so long is a box that knows its network open for another set-up
_WATCH_MS = 500
_NONCE_BYTES = 16
_PORT = 80


async def run_services(keeper, link, clock, settings, network):
    """Serve until told to be quiet, or until something happens that only a new start of the thread can mend."""
    from curfew.services.net.network_settings import load

    log = Log()
    config, why = load(ServiceContext.network_path)
    del load
    forget("services.net.network_settings")
    gc.collect()
    if why:
        log.add("setup", why)
    log.add("start", "%s build %s slot %s" % (VERSION, slots.build_id(), slots.here))
    house = ServiceContext(keeper, link, clock, settings, config, log, chip)
    services = ServiceRunner(house, network)
    hood = None if settings.hood_pin is None else chip.output(settings.hood_pin)
    tasks = [asyncio.create_task(_guarded(house, "start", services.start))]
    try:
        await _rounds(house, services, hood, tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.sleep_ms(0)  # in which they give back what they hold: the port of the web server


async def _rounds(house, services, hood, tasks):
    rounds = 0
    while not house.link.stop_requested[0]:
        if rounds % _KEEP_ROUNDS == 0:
            house.keeper.poll()
        house.look()
        if hood:
            hood.value(house.flame())
        rounds += 1
        for task in tasks:
            if task.done():
                await task  # raises what even the guard could not live with
        for name, serve in services.due:
            tasks.append(asyncio.create_task(_guarded(house, name, serve)))
        services.due.clear()
        await asyncio.sleep_ms(_POLL_MS)


async def _guarded(house, name, serve):
    """Run a service for ever, with growing pauses between its failures; one that returns has nothing more to do."""
    pause_ms = _PAUSE_MS
    while True:
        since_ms = house.clock.ticks_ms()
        try:
            await serve()
            return
        except Exception as error:  # MemoryError is one, too
            gc.collect()
            try:
                house.log.add(name, repr(error))
            except MemoryError:  # a line less is no reason to end them all
                pass
        if not 0 <= elapsed_ms(house.clock.ticks_ms(), since_ms) < _PAUSE_MAX_MS:
            pause_ms = _PAUSE_MS  # it went well for long
        await asyncio.sleep_ms(pause_ms)
        pause_ms = min(2 * pause_ms, _PAUSE_MAX_MS)


class ServiceRunner:
    """What the box needs after this start: `due` are (name, async function) that nobody has started yet."""

    def __init__(self, house, network):
        from curfew.services.net.clock import Clock

        self.due = []
        self._house = house
        self._network = network
        self._clock = Clock(house)
        self._wifi = None
        self._portal = None
        self._may_stay = False  # the set-up has no end: without it nothing works
        self._open = None  # the web server, once somebody can come in
        house.keeper.is_reachable = self._is_reachable

    async def start(self):
        """Find out which, and tell."""
        house = self._house
        if house.settings.display_clk_pin is not None and house.settings.display_dio_pin is not None:
            self.due.append(("display", self._show))
        config = house.config
        self._may_stay = not config.get("wifi") or not config.get("password")
        if self._may_stay or await self._held():
            self.due.append(("portal", self._set_up))
        else:
            self.due.append(("wifi", self._join))
            self.due.append(("clock", self._tell_time))
            if (config.get("mqtt") or {}).get("host"):
                self.due.append(("mqtt", self._mqtt))
            if (config.get("voice") or {}).get("topics"):
                self.due.append(("voice", self._voice))
        self.due.append(("update", self._watch_updates))
        self.due.append(("web", self._web))

    def _is_reachable(self):
        """True while the next program could come in: by Wi-Fi if this one did."""
        joined = slots.trial != "air" or self._house.status["wifi"] in ("online", "portal")
        return joined and self._open is not None and self._open.is_open

    async def _held(self):
        """True when a button is held from this power-up on for as long as the set-up wants."""
        house = self._house
        pins = [burner.button_pin for burner in house.settings.burners]
        for _ in range(_HELD_MS // _HELD_LOOK_MS):
            if house.chip.restart_reason() not in ("power", "reset") or not house.chip.any_low(pins):
                return False
            await asyncio.sleep_ms(_HELD_LOOK_MS)
        return True

    async def _set_up(self):
        from curfew.services.net.portal import Portal

        network = self._network
        self._portal = Portal(network.WLAN(network.AP_IF), self._house.log)
        self._portal.open()
        answers = self._portal.run(self._house, asyncio.sleep_ms)
        if self._may_stay:
            await answers
        try:
            await asyncio.wait_for(answers, _SET_UP_S)
        except asyncio.TimeoutError:  # held by mistake, or forgotten
            self._house.ask_restart()

    async def _join(self):
        from curfew.services.net.wifi import Wifi

        network = self._network
        network.hostname("curfew-" + chip.number()[-4:])  # so that http://curfew-1a2b.local/ leads to it
        self._wifi = Wifi(network.WLAN(network.STA_IF), self._house.config["wifi"], self._house.log, _draw)
        await self._wifi.run(self._house, asyncio.sleep_ms)

    async def _tell_time(self):
        await self._clock.run(self._house.keeper.last_shutoff, asyncio.sleep_ms)

    async def _show(self):
        from curfew.services import display

        settings = self._house.settings
        show = self._house.chip.display(settings.display_clk_pin, settings.display_dio_pin).show
        await display.run(self._house, show, lambda: self._portal and self._portal.password, asyncio.sleep_ms)

    async def _web(self):
        from curfew.services.http.api import Api
        from curfew.services.http.auth import Auth
        from curfew.services.http.server import Server

        house = self._house
        web = Server(house, asyncio.sleep_ms, folder=slots.path("www"), redirect=self._portal and self._portal.redirect)
        self._open = web
        api = Api(web, Auth(house.clock.ticks_ms()), self._clock.unix_s, house.chip.restart_reason())
        aging = asyncio.create_task(api.run())
        try:
            await web.serve("0.0.0.0", _PORT)
        finally:
            aging.cancel()

    async def _watch_updates(self):
        """A key for this box, a nonce for each window, and an end to an update that is stuck."""
        from curfew.services.update import key

        house = self._house
        while not key.read():
            await asyncio.sleep_ms(_WATCH_MS)
            if house.status["wifi"] in ("online", "portal") and house.may_write():
                key.make(house.may_write)
        del key
        forget("services.update.key")
        while True:
            is_open = house.link.update_ms[0] > 0
            if house.receiver and not house.receiver.is_busy and (house.receiver.is_silent() or not is_open):
                house.receiver = None
                house.log.add("update", "given up: nothing came, or the window closed")
                forget("services.update.receiver")
                gc.collect()
            if not is_open:
                house.nonce = ""
            elif not house.nonce and not house.receiver:
                house.nonce = os.urandom(_NONCE_BYTES).hex()
                house.log.add("update", "may come now")
            await asyncio.sleep_ms(_WATCH_MS)

    async def _mqtt(self):
        from curfew.services.mqtt.homeassistant import HomeAssistant

        chip = self._house.chip
        service = HomeAssistant(self._house, chip.number(), self._clock.unix_s, self._wifi.rssi, chip.restart_reason())
        await _polled(service)

    async def _voice(self):
        from curfew.services.mqtt import voice

        if voice.is_wanted(self._house.config):
            await _polled(voice.Voice(self._house))


async def _polled(service):
    try:
        while True:
            service.poll()
            await asyncio.sleep_ms(_POLL_MS)
    finally:
        service.broker.close()


def _draw(bits):
    return int.from_bytes(os.urandom(4), "big") & ((1 << bits) - 1)
