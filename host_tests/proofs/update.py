"""Contracts of an update: which signed header begins it, and that it is never written over the program that runs."""

from types import SimpleNamespace
from unittest import mock

from curfew.runtime.supervisor import TRIAL_CONFIRMED
from curfew.services.http import update_api
from curfew.services.http.server import Refused
from curfew.services.update import slots


def begun(header: dict[str, object], key: bytes, context: SimpleNamespace, signed: bool, older: bool) -> bool:
    """What post_update() does with a header; its numbers, texts and signature are judged as the arguments say."""
    api = SimpleNamespace(context=context, sleep_ms=None)
    stubs = {
        "body_of": lambda request: header,
        "same": lambda text, right: signed if right == "signature" else text == right,
        "signed": lambda key, text: "right",
        "_ordered": lambda version: [0 if version == "new" and older else 1],
        "update_key": SimpleNamespace(read=lambda: key),
        "Receiver": lambda *_: SimpleNamespace(wanted=lambda: "-1:0"),
        "VERSION": "running",
    }
    with mock.patch.multiple(update_api, **stubs):
        try:
            update_api.post_update(api, None).send(None)
        except StopIteration:
            return True
        except Refused:
            return False
    raise AssertionError("it waits for something")


def an_update_begins_only_with_a_signed_header_for_this_device_and_window(
    update_ms: int, is_text: bool, own: bool, fresh: bool, has_nonce: bool, has_key: bool, signed: bool, older: bool,
    forced: bool, confirmed: bool, at_rest: bool,
) -> None:  # fmt: skip
    assert update_ms >= 0
    header: dict[str, object] = {
        "device": "own" if own else "other", "version": "new", "force": "yes" if forced else "", "manifest": "",
        "nonce": "nonce" if fresh else "old", "size": "1" if is_text else 1, "signature": "signature",
    }  # fmt: skip
    context = SimpleNamespace(
        link=SimpleNamespace(update_ms=[update_ms], trial=[TRIAL_CONFIRMED if confirmed else TRIAL_CONFIRMED + 1]),
        chip=SimpleNamespace(number=lambda: "own"), nonce="nonce" if has_nonce else "", receiver=None,
        flash_allowed=lambda: at_rest, log=SimpleNamespace(add=lambda *_: None),
    )  # fmt: skip
    due = update_ms > 0 and is_text and own and has_nonce and fresh and has_key and signed and (forced or not older)
    assert begun(header, b"key" if has_key else b"", context, signed, older) == (due and confirmed and at_rest)
    assert (context.receiver is not None) == (due and confirmed and at_rest)
    assert (context.nonce == "") == (not has_nonce or context.receiver is not None)  # no header begins two


def an_update_goes_into_the_slot_that_does_not_run(runs_b: bool, name: str) -> None:
    assert len(name) < 4
    here = "b" if runs_b else "a"
    with mock.patch.object(slots, "here", here):
        assert slots.other() in ("a", "b") and slots.other() != here
        assert slots.path(name) == here + "/" + name
