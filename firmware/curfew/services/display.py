"""Chooses what the four digits show: the shortest time left, a fault, the set-up password, or that all is off."""

from curfew.core.faults import FAULTS

_POLL_MS = 500
_IDLE = "----"
_HOUR_STYLE_S = 6000  # from here on, minutes and seconds would need five digits
_LONGEST_S = 35999  # 9h59
_REASONS = ("", "no such", "wrong p")  # of the Wi-Fi, by their first letters: " E1 ", " E2 "; " E3 " for any other


def text(burners, password, second, reason=""):
    """Four characters, with a colon between minutes and seconds: "09:59", "1h40", "----", "F2-1".

    burners: the result of ServiceContext.burner() for each. password: of the set-up, or None. second: a counter that
    moves the text. reason: why the Wi-Fi does not come; it follows the password, or shows every fourth second. A fault
    ("F", burner, fault from 1 in the order of FAULTS) takes every fourth second of a countdown.
    """
    left = [burner["remaining_s"] for burner in burners if burner["contact_closed"] and burner["remaining_s"]]
    for number, burner in enumerate(burners):
        if burner["fault"] and (not left or second % 4 == 3):
            return "F%d-%d" % (number + 1, FAULTS.split().index(burner["fault"]) + 1)
    if left:
        return _time(min(left))
    code = " E%d " % (_REASONS.index(reason[:7]) if reason[:7] in _REASONS else len(_REASONS)) if reason else ""
    if password:
        row = password + (code or "    ")
        at = second % len(row)
        return (row + row)[at : at + 4]
    return code if code and second % 4 == 3 else _IDLE


def _time(left_s):
    if left_s < _HOUR_STYLE_S:
        return "%02d:%02d" % (left_s // 60, left_s % 60)
    minutes = min(left_s, _LONGEST_S) // 60
    return "%dh%02d" % (minutes // 60, minutes % 60)


async def run(context, show, sleep_ms):
    """Update the display forever. show(text): of hardware/display.py."""
    polls = 0
    while True:
        context.look()
        burners = [context.burner(index) for index in range(context.burners)]
        password = context.portal.password if context.portal else None
        show(text(burners, password, polls // 2, context.wifi_reason))
        polls += 1
        await sleep_ms(_POLL_MS)
