"""Starts the services that this device needs, and restarts one that fails."""

import asyncio
import gc
import os

from curfew import VERSION, erase, forget
from curfew.core.ticks import elapsed_ms
from curfew.hardware import chip
from curfew.services.context import PENDING_PATH, ServiceContext
from curfew.services.log import Log
from curfew.services.ready import readable
from curfew.services.update import slots
from curfew.storage import files

_POLL_MS = 100  # between two rounds; what arrives at a socket does not wait for them
_HEAPS_ROUNDS = 600  # a minute
_CALM_MS = 2  # between two reads of a socket: a flood must not hold up the other services
_CONFIRM_ROUNDS = 20  # of so many ms, after an OFF: the loop has shut off by then, and the broker hears it at once
_PAUSE_MS = 1000
_PAUSE_MAX_MS = 300000
_TRIES = 3  # of Wi-Fi settings that have never worked; then the set-up opens again
_WATCH_MS = 500
_NONCE_BYTES = 16
_PORT = 80


async def run_services(persistence, link, clock, settings, network):
    """Serve until a stop is requested, or until an error that only a restart of the thread can fix."""
    from curfew.services.net.network_settings import load

    log = Log()
    config, why = load(ServiceContext.network_path)
    del load
    erase("services.net.network_settings", "core.schema")
    gc.collect()
    if why:
        log.add("setup", why)
    log.add("start", "%s build %s slot %s" % (VERSION, slots.build_id(), slots.here))
    context = ServiceContext(persistence, link, clock, settings, config, log, chip)
    services = ServiceRunner(context, network)
    tasks = [asyncio.create_task(_guarded(context, "start", services.start))]
    try:
        await _rounds(context, services, tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.sleep_ms(0)  # lets them release what they hold: the port of the HTTP server


async def _rounds(context, services, tasks):
    rounds = 0
    while not context.link.stop_requested[0]:
        context.persistence.poll()
        context.look()
        for task in tasks:
            if task.done():  # one in each round
                tasks.remove(task)
                await task  # raises what the guard does not catch
                break
        for name, serve in services.due:
            tasks.append(asyncio.create_task(_guarded(context, name, serve)))
        services.due.clear()
        rounds = (rounds + 1) % _HEAPS_ROUNDS
        if not rounds:
            try:
                context.heaps()
            except MemoryError:  # not even for that
                pass
        await asyncio.sleep_ms(_POLL_MS)


async def _guarded(context, name, serve):
    """Run a service again and again, with growing pauses between failures; one that returns is complete."""
    pause_ms = _PAUSE_MS
    while True:
        since_ms = context.clock.ticks_ms()
        try:
            await serve()
            return
        except Exception as error:  # including MemoryError
            gc.collect()
            try:
                context.log.add(name, repr(error))
            except MemoryError:  # a missing log line must not end all services
                pass
        if not 0 <= elapsed_ms(context.clock.ticks_ms(), since_ms) < _PAUSE_MAX_MS:
            pause_ms = _PAUSE_MS  # it ran for a long time
        await asyncio.sleep_ms(pause_ms)
        pause_ms = min(2 * pause_ms, _PAUSE_MAX_MS)


class ServiceRunner:
    """The services of this start. `due`: (name, async function) of those not started yet."""

    def __init__(self, context, network):
        from curfew.services.net.clock import Clock, calendar

        self.due = []
        self._context = context
        self._network = network
        self._wifi = None
        set_clock = lambda unix_s: context.chip.set_clock(*calendar(unix_s)[:8])  # noqa: E731
        self._clock = Clock(context, set_clock, gateway=lambda: self._wifi and self._wifi.gateway())
        self._is_new = False  # no join has succeeded with the present Wi-Fi settings
        self._may_stay = False  # the set-up has no time limit: the device is not configured
        self._server = None
        context.persistence.is_reachable = self._is_reachable

    async def start(self):
        """Fill `due`."""
        context = self._context
        if context.settings.display_clk_pin is not None and context.settings.display_dio_pin is not None:
            self.due.append(("display", self._show))
        if context.settings.hood_pin is not None:
            self.due.append(("hood", self._air))
        config = context.config
        self._may_stay = not config.get("wifi") or not config.get("password")
        if self._may_stay or await _is_held(context):
            self.due.append(("portal", self._set_up))
        else:
            self.due.append(("wifi", self._join))
            self.due.append(("clock", self._keep_time))
            if (config.get("mqtt") or {}).get("host"):
                self.due.append(("mqtt", self._mqtt))
            if (config.get("voice") or {}).get("topics"):
                self.due.append(("voice", self._voice))
            if (config.get("notify") or {}).get("url"):
                self.due.append(("notify", self._notify))
        self.due.append(("update", self._watch_updates))
        self.due.append(("web", self._web))

    def _is_reachable(self):
        """True while the next update could arrive: over Wi-Fi if this program did."""
        joined = slots.trial != "air" or self._context.status["wifi"] in ("online", "portal")
        return joined and self._server is not None and self._server.is_open

    async def _set_up(self):
        from curfew.services.net import portal

        await portal.set_up(self._context, self._network, self._may_stay, asyncio.sleep_ms)

    def _redirect(self, host):
        """By way of its owner: a portal that failed is made anew."""
        if self._wifi:
            self._wifi.unproved_ms = 0
        return self._context.portal.redirect(host) if self._context.portal else None

    async def _join(self):
        from curfew.services.net.wifi import Wifi

        network = self._network
        network.hostname("curfew-" + chip.number()[-4:])  # for http://curfew-1a2b.local/
        self._wifi = Wifi(network.WLAN(network.STA_IF), self._context.config["wifi"], self._context.log, _draw)
        from curfew.services.net import joined

        self._is_new = not joined.has_worked(self._context.config["wifi"])
        del joined
        forget("services.net.joined")
        await self._wifi.run(self._context, asyncio.sleep_ms, _TRIES if self._is_new else 0)
        if self._wifi.joins:
            await self._wifi.run(self._context, asyncio.sleep_ms)
        await self._set_up()  # a wrong password must not lock the user out

    async def _keep_time(self):
        await self._clock.run(self._context.persistence.last_shutoff, asyncio.sleep_ms)

    async def _show(self):
        from curfew.services import display

        settings = self._context.settings
        show = self._context.chip.display(settings.display_clk_pin, settings.display_dio_pin).show
        await display.run(self._context, show, asyncio.sleep_ms)

    async def _air(self):
        from curfew.services import hood

        await hood.run(self._context, asyncio.sleep_ms)

    async def _web(self):
        from curfew.services.http.api import Api
        from curfew.services.http.auth import SESSIONS_PATH, Auth
        from curfew.services.http.server import Server

        context = self._context
        clock = context.clock
        try:
            auth = Auth(clock.ticks_ms(), files.lines(SESSIONS_PATH))
        except OSError as error:  # an unreadable file must not take the page, and its OFF, down
            context.log.add("web", repr(error))
            auth = Auth(clock.ticks_ms())
        api = Api(context, auth, self._clock.unix_s, context.chip.restart_reason(), asyncio.sleep_ms)
        self._server = server = Server(api, clock, context.log, asyncio.sleep_ms, slots.path("www"), self._redirect)
        aging = asyncio.create_task(api.run())
        try:
            await server.serve("0.0.0.0", _PORT)
        finally:
            aging.cancel()

    async def _watch_updates(self):
        """Confirm a pending sensor; make the key, and a nonce for each window; cancel an update that is stuck."""
        context = self._context
        if PENDING_PATH in os.listdir():
            from curfew.services import pending_sensor

            await pending_sensor.run(context, asyncio.sleep_ms)
            del pending_sensor
            forget("services.pending_sensor")
        from curfew.services.update import key

        while not key.read():
            await asyncio.sleep_ms(_WATCH_MS)
            if context.status["wifi"] in ("online", "portal") and context.flash_allowed():
                key.make(context.flash_allowed)
        del key
        erase("services.update.key")
        while True:
            if self._is_new and self._wifi.joins:
                from curfew.services.net import joined

                self._is_new = not joined.works(context.config["wifi"], context.flash_allowed)
                del joined
                forget("services.net.joined")
            is_open = context.link.update_ms[0] > 0
            if context.receiver and not context.receiver.is_busy and (context.receiver.is_silent() or not is_open):
                context.receiver = None
                context.log.add("update", "cancelled: timed out, or the window closed")
                forget("services.http.update_api", "services.update.receiver")
                gc.collect()
            if not is_open:
                context.nonce = ""
            elif not context.nonce and not context.receiver:
                context.nonce = os.urandom(_NONCE_BYTES).hex()
                if self._server:
                    self._server.api.auth.forgive()
                context.log.add("update", "window open")
            await asyncio.sleep_ms(_WATCH_MS)

    async def _mqtt(self):
        from curfew.services.mqtt.homeassistant import HomeAssistant

        context = self._context
        reason = context.chip.restart_reason()
        # By way of its owner: a Wifi that failed is made anew.
        rssi = lambda: self._wifi and self._wifi.rssi()  # noqa: E731
        is_sure = lambda: self._clock.is_sure  # noqa: E731
        service = HomeAssistant(context, context.chip.number(), self._clock.unix_s, rssi, reason, is_sure)
        await _polled(service, context)

    async def _voice(self):
        from curfew.services.mqtt import voice

        if voice.is_wanted(self._context.config):
            await _polled(voice.Voice(self._context), self._context)

    async def _notify(self):
        from curfew.services.notify.watch import Notify

        await Notify(self._context, self._clock.unix_s).run(asyncio.sleep_ms)


async def _is_held(context):
    """True when a button is held from this power-up on for long enough."""
    pins = [burner.button_pin for burner in context.settings.burners]
    if context.chip.restart_reason() != "power" or not context.chip.any_low(pins):
        return False
    from curfew.services.net import portal

    try:
        return await portal.is_held(context, pins, asyncio.sleep_ms)
    finally:
        forget("services.net.portal")


async def _polled(service, context):
    """Poll a service at every round, and at once when its broker sends."""
    hearing = asyncio.create_task(_hear(service, context))
    offs = 0
    try:
        while True:
            offs = await _round(service, context, offs)
            if hearing.done():
                await hearing  # raises what ended it
            await asyncio.sleep_ms(_POLL_MS)
    finally:
        hearing.cancel()
        service.broker.close()


async def _hear(service, context):
    offs = 0
    while True:
        source = service.broker.source()
        if source is None:
            await asyncio.sleep_ms(_POLL_MS)
            continue
        await readable(source, asyncio.sleep_ms)
        offs = await _round(service, context, offs)


async def _round(service, context, offs):
    """Poll; after an OFF go on until the broker has heard what came of it. offs: as returned by the last round."""
    rounds = 1
    while rounds:
        service.poll()
        rounds -= 1
        if offs != context.offs:
            offs = context.offs
            rounds = _CONFIRM_ROUNDS
        await asyncio.sleep_ms(0 if service.broker.is_busy else _CALM_MS)  # an OFF may wait behind a long message
        if rounds:
            context.look()
    return offs


def _draw(bits):
    return int.from_bytes(os.urandom(4), "big") & ((1 << bits) - 1)
