"""The baseline: a gas timer as a competent maker would write it: one asyncio loop and the libraries everybody uses.

It was written to be good, not to lose: the deadline has a task of its own that looks every 20 ms, compares with
ticks_diff, drives the relay before it tells anybody, and feeds the watchdog; nothing in it waits for the network by
intention; MQTT is polled as often and as deeply as Curfew polls it; Wi-Fi, broker and web server come back by
themselves. What it cannot do is the thing that is measured: a look-up of a name, a collection or a burst of requests
holds up the loop, and with it the deadline.

config.json: {"wifi": {"ssid", "password"}, "token", "mqtt": {"host", "port"}, "timers_s": [by burner]}
"""

import asyncio
import gc
import json
import sys
import time

import machine
import network
from chumicro_mqtt import MQTTClient
from chumicro_sockets.sockets_factory import fixed_connector_factory
from microdot import Microdot

RELAY_PINS = (18, 19, 23, 33)
BUTTON_PINS = (25, 26, 27, 13)
POLL_MS = 20
DEBOUNCE_POLLS = 2
HOLD_MS = 800
STEP_MS = 600000
ROUNDS = 8  # of the MQTT client in one poll

with open("config.json") as file:
    config = json.load(file)
base = "curfew/" + "".join(["%02x" % byte for byte in machine.unique_id()])


class Burner:
    """One relay, one button, one deadline."""

    def __init__(self, number):
        self.number = number
        self.relay = machine.Pin(RELAY_PINS[number], machine.Pin.OUT, value=0)
        self.button = machine.Pin(BUTTON_PINS[number], machine.Pin.IN, machine.Pin.PULL_UP)
        self.on = False
        self.deadline_ms = 0
        self.cause = ""
        self.down_polls = 0
        self.held = False
        self.told = None

    def press(self):
        now_ms = time.ticks_ms()
        if self.on:
            self.deadline_ms = time.ticks_add(self.deadline_ms, STEP_MS)
            return
        self.relay.value(1)
        self.on = True
        self.deadline_ms = time.ticks_add(now_ms, config["timers_s"][self.number] * 1000)

    def off(self, cause):
        self.relay.value(0)
        if self.on:
            self.on = False
            self.cause = cause

    def poll(self):
        """The deadline first, then the button."""
        if self.on and time.ticks_diff(self.deadline_ms, time.ticks_ms()) <= 0:
            self.off("TIMEOUT")
        if self.button.value() == 0:
            self.down_polls += 1
            if self.down_polls * POLL_MS >= HOLD_MS and not self.held:
                self.held = True
                self.off("BUTTON")
        else:
            if self.down_polls >= DEBOUNCE_POLLS and not self.held:
                self.press()
            self.down_polls = 0
            self.held = False

    def status(self):
        left_ms = time.ticks_diff(self.deadline_ms, time.ticks_ms()) if self.on else 0
        return {"on": self.on, "remaining_s": max(0, left_ms // 1000), "cause": self.cause}


burners = [Burner(number) for number in range(len(config["timers_s"]))]


async def control():
    """Deadlines, buttons, watchdog: the task that must not be late."""
    watchdog = machine.WDT(timeout=60000)  # longer than any look-up of a name: it must not end a burn
    while True:
        for burner in burners:
            burner.poll()
        watchdog.feed()
        await asyncio.sleep_ms(POLL_MS)


# --- web -------------------------------------------------------------------------------------------------------------

app = Microdot()
PAGE = (
    "<!doctype html><title>Stove</title><h1>Stove</h1><pre id=s></pre><button onclick=\"fetch('/api/v1/off',"
    "{method:'POST'})\">OFF</button><script>setInterval(async()=>{s.textContent=await(await fetch("
    "'/api/v1/status')).text()},2000)</script>"
)


def allowed(request):
    return request.headers.get("Authorization") == "Bearer " + config["token"]


@app.get("/")
async def page(request):
    return PAGE, 200, {"Content-Type": "text/html"}


@app.get("/api/v1/status")
async def status(request):
    return {"burners": [burner.status() for burner in burners]}


@app.post("/api/v1/off")
async def all_off(request):
    if not allowed(request):
        return "", 401
    for burner in burners:
        burner.off("REMOTE:web")
    return "", 204


@app.post("/api/v1/burners/<int:number>/off")
async def one_off(request, number):
    if not allowed(request):
        return "", 401
    if number >= len(burners):
        return "", 404
    burners[number].off("REMOTE:web")
    return "", 204


async def serve():
    """The server ends when memory was short during a connection: restart it."""
    while True:
        try:
            await app.start_server("0.0.0.0", 80)
        except Exception as error:
            sys.print_exception(error)
        gc.collect()
        await asyncio.sleep_ms(500)


# --- Wi-Fi and MQTT --------------------------------------------------------------------------------------------------


async def join():
    """Stay in the Wi-Fi."""
    radio = network.WLAN(network.STA_IF)
    radio.active(True)
    while True:
        if not radio.isconnected():
            radio.disconnect()
            radio.connect(config["wifi"]["ssid"], config["wifi"]["password"])
        for _ in range(40):  # twenty seconds for an attempt
            await asyncio.sleep_ms(500)
            if radio.isconnected():
                await asyncio.sleep_ms(4500)
                break


def heard(topic, payload):
    """A command; only OFF exists."""
    if payload != b"OFF":
        return
    if topic == base + "/command":
        for burner in burners:
            burner.off("REMOTE:mqtt")
    for burner in burners:
        if topic == "%s/burner/%d/command" % (base, burner.number):
            burner.off("REMOTE:mqtt")


async def talk():
    """The client connects, and connects again, by itself; its pauses double from 1 s to a minute."""
    broker = config["mqtt"]
    client = MQTTClient(
        transport_factory=fixed_connector_factory(broker["host"], broker["port"]),
        client_id="stove",
        will_topic=base + "/status",
        will_message=b"offline",
        will_retain=True,
        ticks=time,
    )
    client.on_message = heard
    client.on_connect = lambda: client.publish(base + "/status", b"online", qos=1, retain=True)
    client.subscribe(base + "/command", 1)
    client.subscribe(base + "/burner/+/command", 1)
    client.connect()
    while True:
        try:
            for _ in range(ROUNDS):
                client.handle(time.ticks_ms())
            for burner in burners:
                if burner.told != (burner.on, burner.cause) and client.state == "connected":
                    burner.told = (burner.on, burner.cause)
                    topic = "%s/burner/%d/state" % (base, burner.number)
                    client.publish(topic, json.dumps(burner.status()), qos=1, retain=True)
        except Exception as error:  # a full queue, no memory just now: try again
            sys.print_exception(error)
            gc.collect()
        await asyncio.sleep_ms(POLL_MS)


async def main():
    tasks = [asyncio.create_task(task()) for task in (control, join, talk, serve)]
    await asyncio.gather(*tasks)


asyncio.run(main())
