"""The list of devices: a CSV file with the columns name, place, host and chip, one line each."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("name", "place", "host", "chip")
UNIQUE = ("name", "host", "chip")
_FORMS = {  # column: what it must look like, in words
    "name": (r"[a-z0-9][a-z0-9-]{0,31}", "1 to 32 small letters, digits and -"),
    "place": (r".{0,60}", "at most 60 characters"),
    "host": (r"[A-Za-z0-9]([A-Za-z0-9.-]{0,62})(:\d{1,5})?", "a name or an IP address, with a port if it is not 80"),
    "chip": (r"([0-9a-f]{12})?", "12 digits of 0-9 and a-f, or empty until the board is provisioned"),
}


class FleetError(Exception):
    """One line: which value, why, and the way out."""


@dataclass(frozen=True)
class Device:
    """One stove. chip: the number of its ESP32, which is its user name at the broker; "": it has no board yet."""

    name: str
    place: str
    host: str
    chip: str


def read(path: Path) -> list[Device]:
    """The devices of a list, in its order. Raises FleetError, which names line, column and value."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _checked(path, csv.DictReader(file, strict=True))
    except OSError as error:
        raise FleetError(f"{path}: cannot be read: {error.strerror}") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise FleetError(f"{path}: is no list of devices: {error}") from None


def _checked(path: Path, rows: csv.DictReader) -> list[Device]:  # type: ignore[type-arg]
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise FleetError(f"{path}: its first line must be {','.join(COLUMNS)}")
    found: list[Device] = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        where = f"{path}:{rows.line_num}"
        if None in row or None in row.values():
            raise FleetError(f"{where}: {len(COLUMNS)} values are needed, one for each of {','.join(COLUMNS)}")
        for column, (form, words) in _FORMS.items():
            if not re.fullmatch(form, row[column]):
                raise FleetError(f"{where}: {column} {row[column]!r}: must be {words}")
        for column in UNIQUE:
            line = seen.setdefault((column, row[column].lower()), rows.line_num)
            if row[column] and line != rows.line_num:
                raise FleetError(f"{where}: {column} {row[column]!r} stands in line {line} as well: change one of them")
        found.append(Device(**row))
    if not found:
        raise FleetError(f"{path}: no device in it: add a line for each")
    return found


def named(devices: Iterable[Device]) -> dict[str, Device]:
    """The devices by name."""
    return {device.name: device for device in devices}
