"""The discovery messages of Home Assistant. Imported at the start of a session, and dropped when all are sent.

First line of the file: the frame of a message. Then a line for each entity: owner (device, burner, a burner with a
sensor, one that may be extended), platform, object, label, and the part for the frame; "~" is the topic of the owner.
The types of an event are the causes. A file, to spare the heap.
"""

import json

from curfew import VERSION
from curfew.core.codes import CAUSES
from curfew.core.limits import BURNERS_MAX
from curfew.services.update import slots

_PATH = "entities.txt"


def messages(context, node, base, discovery):
    """Yield (topic, text) for each entity; an empty text removes an entity that this device does not have.

    node: name of the device; base: start of its topics; discovery: of Home Assistant's, "" for none. Raises OSError.
    """
    yield base + "/status", "online"
    for index in range(context.burners, BURNERS_MAX):  # of an earlier time with more burners
        for name in ("state", "millivolts"):
            yield "%s/burner/%d/%s" % (base, index, name), ""
    if not discovery:
        return
    places = context, node, base, discovery
    yield from _of(places, {"device": True}, base, "", "")
    for index in range(BURNERS_MAX):
        has = {"burner": False, "sensor": False, "extend": False}
        most = 0
        if index < context.burners:
            has = {"burner": True, "sensor": context.burner(index)["sensor"], "extend": context.extend_allowed}
            most = context.settings.burners[index].timer_max_ms // 60000
        label = "Burner %d " % (index + 1) if context.burners > 1 else ""
        yield from _of(places, has, "%s/burner/%d" % (base, index), "burner%d_" % index, label, most)


def _of(places, has, topic, prefix, prefix_label, most=0):
    context, node, base, discovery = places
    version = "%s (%s)" % (VERSION, slots.build_id())
    name, topic, status = map(json.dumps, (context.config.get("name") or "Curfew", topic, base + "/status"))
    with open(slots.path(_PATH)) as entities:
        frame = entities.readline()
        for line in entities:
            owner, platform, entity, label, part = line.split("|", 4)
            if owner not in has:
                continue
            text = ""
            if has[owner]:
                unique = node + "_" + prefix + entity
                label = prefix_label + label
                if platform == "number":
                    part = part.replace("240", str(most))
                if platform == "event":
                    part = part.rstrip() + '["%s"]\n' % CAUSES[2:].replace(" ", '","')
                text = frame % (topic, label, unique, platform, unique, status, part, node, name, version)
            yield "%s/%s/%s/%s/config" % (discovery, platform, node, prefix + entity), text
