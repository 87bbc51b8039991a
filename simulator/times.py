"""Stove time as people write it, to and from milliseconds; no other unit and no other format."""

import re

_CLOCK = re.compile(r"([0-9][0-9]?[0-9]?):([0-5][0-9]):([0-5][0-9])(?:\.([0-9][0-9][0-9]))?")


def parse_time(text: str) -> int | None:
    """Milliseconds of "h:mm:ss" or "h:mm:ss.mmm"; None when the text is neither."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds, millis = (int(match.group(at) or 0) for at in range(1, 5))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + millis


def show_time(t_ms: int) -> str:
    """Milliseconds as h:mm:ss, with .mmm only where there are any."""
    seconds, millis = divmod(t_ms, 1000)
    text = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{millis:03}" if millis else text
