"""A contract of core/settings.py: what it accepts is what the contracts of the burner assume (S2)."""

from dataclasses import dataclass
from unittest import mock

from curfew.core import limits, settings
from curfew.core.schema import Invalid
from host_tests.proofs.burner import Times, valid
from host_tests.proofs.one_path import rising


@dataclass
class Given:
    """The times of a file that relations bind, in its units; those of a burner of its own are checked alike."""

    timer_default_min: int
    timer_max_min: int
    burn_max_min: int
    timer_step_min: int
    warning_s: int
    override_max_min: int
    ignite_window_s: int
    reclose_hold_s: int
    flame_die_s: int
    absence_min: int
    absence_left_min: int


def in_range(given: Given) -> bool:
    found = True
    for key, _, low, high in limits.SETTINGS:
        if key in Given.__dataclass_fields__:
            found &= rising(low, getattr(given, key), high)
    return found


def accepted_times_are_valid_for_every_contract(given: Given) -> None:
    """S2."""
    assert in_range(given)
    values = vars(given)
    try:
        with mock.patch.object(settings, "_refusal", lambda *_: Invalid()):  # the message would choose values
            settings._check_relations("", values)
    except Invalid:
        return
    times = {key.rsplit("_", 1)[0] + "_ms": settings._in_ms(key, values) for key in values}
    wanted = {name: times.get(name, False) for name in Times.__dataclass_fields__}
    assert valid(Times(**wanted))
