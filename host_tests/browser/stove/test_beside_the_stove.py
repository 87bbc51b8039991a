"""What is beside the stove of `make sim`: keys, tour, rules, faults, phone; and how it fits a window."""

import json
import urllib.request

import pytest

from host_tests.browser import layout
from host_tests.browser.phone import MISSING
from host_tests.browser.stove.page import DESK

needs_browser = pytest.mark.skipif(bool(MISSING), reason=MISSING or "")
MINUTE = 60
SHAPES = ((320, 640), (390, 844), (1280, 800))
TOP = "return document.querySelector('#stove').getBoundingClientRect().top"
NARROW = 900  # of a window: a sheet covers the stove


@pytest.mark.long
@needs_browser
def test_letter_keys_work_after_a_click_on_a_button_and_can_be_switched_off(page, phone):
    from selenium.webdriver.common.action_chains import ActionChains

    page.anew()
    page.speed(10)  # the focus stays on this button
    ActionChains(phone.driver).send_keys("w").perform()
    phone.until(lambda: phone.seen("#coach #weld-it[disabled]") or any("weld" in line for line in page.reported()))
    ActionChains(phone.driver).send_keys(" ").perform()  # presses the button, and does not pause
    phone.until(lambda: phone.seen("[data-speed='10'][aria-pressed=true]"))
    phone.press("#keys")
    done = len(page.reported())
    ActionChains(phone.driver).send_keys("b").send_keys("u").perform()
    page.speed(60)
    phone.until(lambda: phone.text("#clock") > "0:00:30")
    assert not [line for line in page.reported()[done:] if "contact" in line or "blown" in line]
    phone.press("#keys")


@pytest.mark.long
@needs_browser
def test_a_new_stove_shows_nothing_of_the_one_before(page, phone):
    page.anew()
    page.key("w")
    page.speed(60)
    phone.until(lambda: phone.text("#clock") > "0:01:00")
    page.anew()
    times = phone.js("return window.samples()")
    assert times == sorted(times) and times[-1] < 60_000  # of the strips: no line across them
    assert [one.get_dom_attribute("class") for one in phone.all("#coach li")] == ["now", "", ""]
    phone.reads("Save it", "#toast")


@pytest.mark.long
@needs_browser
def test_the_tour_lights_forgets_and_welds_by_itself(page, phone):
    tops = {phone.js(TOP)}
    phone.press("#tour")
    phone.until(lambda: tops.add(phone.js(TOP)) or page.device(1) == "contact welded", 3 * MINUTE)
    assert len(tops) == 1  # the stove does not jump when the words above it change
    assert [line for line in page.reported() if "time is up" in line]
    phone.reads("Now it is your stove", "#coach")


@needs_browser
def test_the_list_of_rules_says_which_of_them_this_run_has_put_to_the_test(page, phone):
    from simulator.rules.sentences import RULES

    page.anew()
    page.speed(10)
    phone.until(lambda: "27 rules hold" in phone.text("#rules"), MINUTE)
    phone.press("#rules")
    shown = {one.get_dom_attribute("data-rule"): one for one in phone.all("#rule-list li")}
    assert list(shown) == list(RULES) and RULES["S4"] in shown["S4"].text
    assert (shown["S5"].get_dom_attribute("class"), shown["S4"].get_dom_attribute("class")) == ("tested", "untested")
    phone.js("document.querySelector('#rule-dialog').close()")
    page.key("h")
    phone.press("#rules")
    phone.until(lambda: phone.seen("[data-rule=S4].tested"), MINUTE)
    phone.js("document.querySelector('#rule-dialog').close()")


@pytest.mark.long
@needs_browser
def test_fingers_turn_a_burner_off_and_are_a_part_of_the_saved_run(page, phone):
    page.anew()
    page.key("p")
    phone.until(lambda: page.device(1) == "waiting for a flame" or "wait" in page.device(1), MINUTE)
    page.tab("drawer")
    phone.press("[data-finger=panic]")
    phone.until(lambda: any("contact opens" in line for line in page.reported()), MINUTE)
    saved = json.loads(urllib.request.urlopen(f"http://{page.address}/scenario.json").read())
    assert [event["do"] for event in saved["events"]].count(
        "button_down"
    ) >= 2  # the press before may be one of the three


@pytest.mark.long
@needs_browser
def test_without_a_sensor_the_lesson_asks_for_the_button_first_and_for_no_weld(page, phone):
    phone.js("document.querySelector('[name=sensor]').click()")
    page.anew()
    assert "Press the controller's button, then light" in phone.text("#coach") and "Weld" not in phone.text("#coach")
    phone.js("document.querySelector('[name=sensor]').click()")


@pytest.mark.long
@needs_browser
@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_nothing_on_the_stove_and_nothing_leaves_the_window_at_any_width(page, phone, language, percent):
    layout.enlarge(phone, percent)
    if language == "zh":
        phone.find("#language").click()
    for width, height in SHAPES:
        page.shape(width, height)
        over = "over each other" if width < NARROW else "none"  # there a sheet covers the stove
        for tab in ("device", "log", "drawer", "runs"):
            if phone.find(f"#tab-{tab}").get_dom_attribute("aria-selected") == "false":
                page.tab(tab)
            assert [fault for fault in layout.faults(phone) if not fault.startswith(over)] == [], (width, tab)
            for scheme in ("light", "dark"):
                phone.looks(scheme)
                assert layout.violations(phone) == [], (width, tab, scheme)
    page.shape(*DESK)
    if language == "zh":
        phone.find("#language").click()


@needs_browser
def test_what_is_thrown_is_seen_beside_the_stove_and_on_a_phone_above_the_sheet(page, phone):
    seen = (
        "return [...document.querySelectorAll(arguments[0])].every((one) => {"
        "const at = one.getBoundingClientRect(); return at.top >= 0 && at.bottom <= arguments[1]; })"
    )
    phone.js("localStorage.removeItem('tab')")
    phone.driver.refresh()
    phone.until(lambda: phone.seen("#tab-device[aria-selected=true]") and phone.seen("#frame iframe"))
    assert phone.find("#clock").get_attribute("title").startswith(("stove time", "this computer manages"))
    page.shape(1280, 800)
    page.tab("drawer")
    assert phone.js(seen, ".knob, [data-button], #drawer", 800)
    page.shape(390, 844)
    if not phone.seen("#drawer"):
        page.tab("drawer")
    assert phone.js(seen, ".knob", phone.find("#drawer").rect["y"])
    phone.press("[data-act=power_off] button")
    phone.reads("the chip is down: power", "#toast")
    page.shape(*DESK)
    page.anew(burners=4)
    phone.until(lambda: phone.js("return document.querySelector('.screen').getAttribute('visibility')") == "hidden")


@needs_browser
def test_a_run_is_shared_as_a_link_and_a_damaged_link_says_so(page, phone):
    page.anew()
    page.speed(10)
    page.key("l")
    phone.until(lambda: page.device(1) == "burning", MINUTE)
    page.tab("runs")
    phone.press("#share")
    phone.until(lambda: "#run=" in phone.js("return location.href"))
    shared = phone.js("return location.href")
    page.anew()
    phone.driver.get("about:blank")
    phone.driver.get(shared)
    phone.until(lambda: "at the stove" in phone.js("return document.querySelector('#playing').textContent"))
    phone.until(lambda: page.device(1) == "burning", MINUTE)
    phone.driver.get("about:blank")
    phone.driver.get(shared[:-20])
    phone.until(lambda: "damaged, or cut off" in phone.text("#toast"))


@needs_browser
def test_the_phone_speaks_the_language_of_the_simulator(page, phone):
    def speaks():
        phone.driver.switch_to.frame(phone.find("#frame iframe"))
        try:
            return phone.seen("#off") and phone.js("return document.documentElement.lang")
        finally:
            phone.driver.switch_to.default_content()

    page.tab("device")
    phone.until(lambda: speaks() == "en", MINUTE)
    phone.find("#language").click()
    phone.until(lambda: speaks() == "zh-CN", MINUTE)
    phone.find("#language").click()
    phone.until(lambda: speaks() == "en", MINUTE)
