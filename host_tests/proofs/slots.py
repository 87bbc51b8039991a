"""Contracts of services/update/slots.py: an update is never written over the program that runs."""

from unittest import mock

from curfew.services.update import slots


def an_update_goes_into_the_slot_that_does_not_run(runs_b: bool, name: str) -> None:
    assert len(name) < 4
    here = "b" if runs_b else "a"
    with mock.patch.object(slots, "here", here):
        assert slots.other() in ("a", "b") and slots.other() != here
        assert slots.path(name) == here + "/" + name
