"""A real Home Assistant with nothing but MQTT, controlled over standard input.

    python hass.py FOLDER BROKER_PORT       in the environment of `make homeassistant`
Orders, a line of JSON each: {"call": "valve.close_valve", "data": {...}} answers "done" or {"error": ...};
{"package": {...}} sets up its sensors and scripts, {"template": text} renders it;
{"automation": {...}} sets one up from the blueprints in FOLDER; {"fire": type, "data": {...}} fires an event;
{"calls": "notify.phone"} answers the data of all calls of a service that only remembers; anything else answers
{unique id: [entity_id, state, attributes]}, because an old one names entities in its own way. Belongs here: starting
it, and handing on. Does not: expectations.
"""

import asyncio
import json
import sys

from homeassistant import auth, bootstrap, config_entries, core, loader
from homeassistant.helpers import entity_registry, template
from homeassistant.setup import async_setup_component

REMEMBERED = ("notify.phone", "homeassistant.turn_on", "homeassistant.turn_off")
CALLS = {service: [] for service in REMEMBERED}


def remember(call):
    """Stand for a service."""
    CALLS[f"{call.domain}.{call.service}"].append(call)


async def started(folder, port):
    """A Home Assistant that speaks to the broker on this port."""
    hass = core.HomeAssistant(folder)
    hass.config.skip_pip = True  # what it needs is pinned in requirements.txt
    loader.async_setup(hass)
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    await bootstrap.async_load_base_functionality(hass)
    hass.auth = await auth.auth_manager_from_config(hass, [], [])
    assert await async_setup_component(hass, "homeassistant", {})
    broker = {"broker": "127.0.0.1", "port": port, "discovery": True, "discovery_prefix": "homeassistant"}
    about = {"version": 1, "minor_version": 1, "domain": "mqtt", "title": "broker", "source": "user"}
    await hass.config_entries.async_add(config_entries.ConfigEntry(data=broker, **about))
    await hass.async_start()
    for service in REMEMBERED:
        hass.services.async_register(*service.split("."), remember)
    return hass


async def obeyed(hass, order):
    """What an order is answered with."""
    if "package" in order:
        return [await async_setup_component(hass, name, order["package"]) for name in ("template", "script")]
    if "template" in order:
        return template.Template(order["template"], hass).async_render()
    if "automation" in order:
        made = await async_setup_component(hass, "automation", {"automation": order["automation"]})
        await hass.async_block_till_done()
        return made
    if "fire" in order:
        hass.bus.async_fire(order["fire"], order["data"])
        return "done"
    if "calls" in order:
        return [dict(call.data) for call in CALLS[order["calls"]]]
    if "call" not in order:
        known = entity_registry.async_get(hass).entities.values()
        found = [(entity, hass.states.get(entity.entity_id)) for entity in known]
        return {entity.unique_id: [entity.entity_id, at.state, dict(at.attributes)] for entity, at in found if at}
    try:
        await hass.services.async_call(*order["call"].split("."), order["data"], blocking=True)
    except Exception as error:
        return {"error": repr(error)}
    return "done"


async def main(folder, port):
    """Start, and obey until the input ends."""
    hass = await started(folder, int(port))
    print("up", flush=True)
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await obeyed(hass, json.loads(line)), default=str), flush=True)
    await hass.async_stop()


asyncio.run(main(*sys.argv[1:]))
