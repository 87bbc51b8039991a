"""Every state of the page at every width, in both languages and with large text: no overlap, nothing is cut off."""

import pytest

import catalog
from host_tests.browser.layout import enlarge, faults, hidden
from host_tests.browser.page import burner, burning
from host_tests.browser.phone import MISSING

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "")

WIDTHS = {320: 568, 390: 844, 768: 1024, 1280: 800}
LONG = "W" * 32
WELDED = burner(state="FAULT", fault="CONTACT_WELDED", cause="FAULT:CONTACT_WELDED")
STATES = {  # page, state of the device
    "off": ("now", {"burners": [burner()]}),
    "armed": ("now", {"burners": [burner(state="ARMED", contact_closed=True, remaining_s=55)]}),
    "burning": ("now", {"burners": [burning()]}),
    "hours": ("now", {"burners": [burning(remaining_s=13500)], "remote_extend": True}),
    "warning": ("now", {"burners": [burning(state="WARNING", remaining_s=48)]}),
    "no-timer": ("now", {"burners": [burning(state="OVERRIDE", remaining_s=9000)]}),
    "verifying": ("now", {"burners": [burner(state="VERIFYING")]}),
    "blind": ("now", {"burners": [burning(sensor=False, flame=False), burner(sensor=False, state="VERIFYING")]}),
    "service": ("now", {"burners": [burner(service=True)]}),
    "two": ("now", {"burners": [burning(), burner()], "names": [LONG, "Back right"]}),
    "four": ("now", {"burners": [burning(), WELDED, burning(remaining_s=13500), burner()]}),
    **{
        fault: ("now", {"burners": [burning(), burner(state="FAULT", fault=fault, cause="FAULT:" + fault)]})
        for fault in catalog.names("fault")
    },
    "absent": ("now", {"burners": [burning(remaining_s=299)], "presence": "absent"}),
    "history": ("history", {}),
    "signal": ("signal", {"burners": [burning()]}),
    "settings": ("settings", {"burners": [burner(), burner()], "names": [LONG, "Back right"]}),
    "network": ("network", {}),
    "check": ("check", {"results": {"plug": {"passed": True, "when": None}, "hold": {"passed": False, "when": None}}}),
    "more": ("more", {}),
    "login": ("login", {}),
    "setup": ("setup", {"setup": True}),
}


def show(phone, device, state, width, language="en-GB", percent=100):
    page, values = STATES[state]
    device.publish(**values)
    phone.looks("light", motion="reduce")
    phone.set_languages(language)
    phone.shape(width, WIDTHS[width])
    phone.open(device, page, inside=page not in ("login", "setup"))
    phone.until(lambda: phone.js("return document.body.className").startswith("at-" + page) and not phone.waits())
    if percent != 100:
        enlarge(phone, percent)


@pytest.mark.sample(3)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", STATES)
def test_no_text_lies_over_another_or_is_cut_off(phone, device, state, width):
    show(phone, device, state, width)
    assert faults(phone) == []
    phone.picture(f"{state}-{width}")
    phone.press("#language")
    phone.until(lambda: phone.js("return document.documentElement.lang") == "zh-CN" and not phone.waits())
    assert faults(phone) == []


@pytest.mark.long
@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("state", STATES)
def test_text_of_twice_the_size_fits(phone, device, state, width):
    show(phone, device, state, width, percent=200)
    assert faults(phone) == []


@pytest.mark.long
@pytest.mark.parametrize("width", WIDTHS)
def test_a_seeded_overlap_and_a_seeded_cut_are_found(phone, device, width):
    show(phone, device, "burning", width)
    for seed in (
        ".burner .soft { position: relative; bottom: 2rem }",
        "#off { white-space: nowrap; font-size: 40vw !important }",
    ):
        phone.js(
            "const sheet = new CSSStyleSheet(); sheet.replaceSync(arguments[0]); document.adoptedStyleSheets = [sheet]",
            seed,
        )
        assert faults(phone), seed


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", [(320, 568), (844, 390), (390, 844)])
def test_time_left_and_what_to_do_in_a_fault_are_seen_without_scrolling(phone, device, size):
    device.publish(burners=[burning(), WELDED])
    phone.shape(*size)
    phone.open(device)
    phone.reads("Turns off at")
    important = ".left, .FAULT .state" if size[1] == 390 else ".left, .FAULT .state, .do"
    assert hidden(phone, important) == []


@pytest.mark.long
@pytest.mark.parametrize("size", [(390, 844), (844, 390)])
def test_with_large_text_the_time_left_is_seen_and_off_takes_less_than_half(phone, device, size):
    device.publish(burners=[burning()])
    phone.shape(*size)
    phone.open(device)
    phone.reads("Turns off at")
    enlarge(phone, 200)
    assert hidden(phone, ".left") == []
    assert phone.js("return document.querySelector('footer').offsetHeight / innerHeight") < 0.5
