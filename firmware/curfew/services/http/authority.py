"""From where a setting may change: any session in its free direction, else the local window, or the cable.

Imported for one request.
"""

from curfew.core import limits

SESSION, WINDOW, CABLE = "", "window", "cable"
# Less gas, or an earlier warning: 1 for up, -1 for down, also of a switch.
_FREE = {
    "timer_default_min": -1,
    "timer_step_min": -1,
    "timer_max_min": -1,
    "burn_max_min": -1,
    "override_max_min": -1,
    "absence_min": -1,
    "absence_left_min": -1,
    "warning_s": 1,
    "remote_extend": -1,
    "auto_arm": -1,
}


def changes(old, new):
    """Yield (key, place) of every value that differs between the contents of two settings files, defaults included."""
    before = _values(old)
    after = _values(new)
    for key in sorted(set(before) | set(after)):
        name = key.split(".")[-1]  # a burner without a time of its own has the common one
        was, will = before.get(key, before.get(name)), after.get(key, after.get(name))
        if was != will:
            yield key, _place(name, was, will)


def _values(content):
    """All values by the key that a message has: "warning_s", "burners[0].sensor"."""
    values: dict = dict(limits.SWITCHES)
    for key, default, _, _ in limits.SETTINGS:
        values[key] = default
    values["relay_drive"] = limits.DRIVES[0]
    values["chip"] = "ESP32"
    values.update(content)
    burners = content.get("burners", ())
    values["burners"] = len(burners)
    for index in range(len(burners)):
        prefix = "burners[%d]." % index
        values[prefix + "sensor"] = False
        for name, default, _, _ in limits.BURNER:
            values[prefix + name] = default
        for name, one in burners[index].items():
            if one is not None:
                values[prefix + name] = one
    return values


def _place(name, before, after):
    if name[-4:] == "_pin" or name in ("relay_drive", "chip", "burners", "radio") or name == "sensor" and not after:
        return CABLE
    free = _FREE.get(name)
    if free and before is not None and after is not None and (after - before) * free > 0:
        return SESSION
    return WINDOW
