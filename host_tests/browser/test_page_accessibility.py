"""The page for everyone: both languages, keyboard, screen reader, contrast, motion, small screens."""

import base64
import json
import re

import pytest

from host_tests.browser.layout import AXE, enlarge, faults, violations
from host_tests.browser.page import PASSWORD, WWW, burner, burning, served
from host_tests.browser.phone import MISSING, NARROW, PHONE, Keys, webdriver
from host_tests.browser.test_page_layout import STATES
from tools.build.page import CATALOG, joined, source

PAGES = ("now", "history", "signal", "settings", "network", "more", "check")

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "")


def go(phone, page):
    """Change to a page, and wait for its content."""
    phone.js("location.hash = arguments[0]", page)
    phone.until(lambda: phone.js("return document.body.className").startswith("at-" + page) and not phone.waits())


def test_the_browser_chooses_the_language_and_a_person_may_choose_another(phone, device):
    device.publish(burners=[burning()])
    phone.set_languages("zh-CN,zh,en")
    phone.open(device)
    phone.reads("正在用火", ".state")
    assert phone.text("#off") == "关火"
    assert phone.js("return document.documentElement.lang") == "zh-CN"
    phone.press("#language")
    phone.reads("Burning", ".state")
    assert phone.text("#off") == "Turn off"
    phone.driver.refresh()
    phone.reads("Burning", ".state")


def texts_of(phone):
    """Every text of the page by key: English, Chinese."""
    script = joined({name: source(name) for name in (CATALOG, "texts.js")}) + "export { TEXTS };"
    module = "data:text/javascript;base64," + base64.b64encode(script.encode()).decode()
    return phone.driver.execute_async_script(
        "const [module, done] = arguments; import(module).then((texts) => done(texts.TEXTS))", module
    )


def test_every_text_has_both_languages_and_every_text_asked_for_is_there(phone):
    texts = texts_of(phone)
    assert len(texts) > 150
    for key, both in texts.items():
        assert len(both) == 2 and all(both), key
        assert re.findall(r"\{\d\}", both[0]) == re.findall(r"\{\d\}", both[1]), key
    asked = set()
    for file in WWW.rglob("*.js"):
        asked |= set(re.findall(r"""\b(?:t|title)\("([\w.]+)"[,)]""", file.read_text()))
    assert len(asked) > 80
    assert asked <= set(texts)


@pytest.mark.long
def test_a_third_language_is_one_file_and_half_as_long_again_it_fits_at_320_pixels(phone, device, tmp_path):
    longer = {
        key: english + english[: len(english) // 2].replace("{", "(") for key, (english, _) in texts_of(phone).items()
    }
    (tmp_path / "de.json").write_text(json.dumps({"tag": "de", "name": "Deutsch", "texts": longer}))
    device.files = served(tmp_path)
    device.publish(burners=[burning(), burner(state="FAULT", fault="CONTACT_WELDED")])
    phone.set_languages("de-DE,en")
    phone.shape(*NARROW)
    phone.open(device)
    phone.reads("BurningBur", ".burners")
    assert phone.js("return document.documentElement.lang") == "de"
    for page in PAGES:
        go(phone, page)
        assert faults(phone) == [], page
    phone.press("#language")
    phone.reads("Turn off", "#off")
    assert phone.text("#language") == "中文"


@pytest.mark.skipif(not AXE, reason="axe-core is missing: run make test once, it installs it")
@pytest.mark.sample(1)
@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_axe_finds_nothing_on_any_page_in_any_state(phone, device, language, scheme, percent):
    def judge(where):  # in a window so tall that no target lies below the bar with "Turn off"
        phone.shape(PHONE[0], phone.js("return Math.max(innerHeight, document.body.scrollHeight)"))
        assert violations(phone) == [], where

    def open_(page="", inside=True):
        phone.open(device, page, inside)
        enlarge(phone, percent)
        phone.until(lambda: not phone.waits())

    phone.looks(scheme, motion="reduce")
    phone.set_languages(language)
    open_(inside=False)
    judge("login")
    open_()
    for page in PAGES[1:]:
        go(phone, page)
        judge(page)
    go(phone, "check")
    phone.press("main button.main")
    judge("a step of the check")
    go(phone, "now")
    for name, (page, state) in STATES.items():
        if page == "now":
            device.publish(**state)
            phone.until(lambda state=state: len(phone.all(".burner")) == len(state["burners"]))
            judge(name)
    device.stop()
    phone.until(lambda: phone.seen("#lost"), 12)
    judge("not known")
    device.start()
    device.setup = True
    open_(inside=False)
    judge("setup")


@pytest.mark.long
def test_a_person_without_a_mouse_logs_in_turns_off_and_reaches_every_page(phone, device):
    device.publish(burners=[burning()])
    phone.open(device, inside=False)
    phone.find("#password")
    keys = webdriver.ActionChains(phone.driver)

    def tab_to(wanted):
        for _ in range(12):
            webdriver.ActionChains(phone.driver).send_keys(Keys.TAB).perform()
            if phone.js("return document.activeElement.matches(arguments[0])", wanted):
                return
        raise AssertionError("TAB does not reach " + wanted)

    tab_to("#password")
    keys.send_keys(PASSWORD, Keys.ENTER).perform()
    phone.find("#off")
    tab_to("#off")
    outline = phone.js("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    webdriver.ActionChains(phone.driver).send_keys(Keys.ENTER).perform()
    phone.reads("The controller answered: shutting off.", "#answer")
    tab_to("#tabs a[href='#settings']")
    webdriver.ActionChains(phone.driver).send_keys(Keys.ENTER).perform()
    phone.until(lambda: phone.js("return document.activeElement.tagName") == "H1")


@pytest.mark.long
def test_a_screen_reader_finds_names_roles_and_live_regions(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    phone.reads("Burning", ".state")
    assert phone.find(".dial svg").get_dom_attribute("role") == "img"
    assert "left" in phone.find(".dial svg").get_dom_attribute("aria-label")
    assert phone.find("#off").accessible_name == "Turn off"
    assert phone.find("#tabs").accessible_name == "Pages"
    for name, role in (("said", "status"), ("answer", "alert"), ("lost", "alert")):
        assert phone.all("#" + name)[0].get_dom_attribute("role") == role
    for page in ("settings", "more", "check"):
        phone.js("location.hash = arguments[0]", page)
        phone.until(lambda: phone.seen("main button, main .button"))
        nameless = [one for one in phone.all("input, select, textarea, button, a") if not one.accessible_name]
        assert not [one.get_attribute("outerHTML") for one in nameless if one.is_displayed()]


# What has a contrast below 4.5 to the ground it stands on.
CONTRAST = """
const light = (c) => {
  const [r, g, b] = c.map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
};
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const ground = (node) => {
  for (; node; node = node.parentElement) {
    const c = parse(getComputedStyle(node).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
};
const worded = (one) => one.checkVisibility() && !one.closest("svg, .unseen") &&
  [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
return [...document.querySelectorAll("body *")].filter(worded).map((one) => {
  const a = light(parse(getComputedStyle(one).color)), b = light(ground(one));
  return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), one.outerHTML.slice(0, 80)];
}).filter(([ratio]) => ratio < 4.5);
"""


@pytest.mark.sample(1)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_in_light_and_dark(phone, device, scheme):
    device.publish(burners=[burning(state="WARNING", service=True)])
    phone.looks(scheme)
    phone.open(device)
    grounds = {"light": "rgb(247, 242, 234)", "dark": "rgb(21, 17, 13)"}
    assert phone.js("return getComputedStyle(document.documentElement).backgroundColor") == grounds[scheme]
    for page in PAGES:
        go(phone, page)
        assert phone.js(CONTRAST) == []


@pytest.mark.long
def test_reduced_motion_is_respected(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    phone.find(".lit")
    name = "return getComputedStyle(document.querySelector('.sway')).animationName"
    assert phone.js(name) == "sway"
    phone.looks("light", motion="reduce")
    assert phone.js(name) == "none"


@pytest.mark.sample(1)
@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_at_320_pixels_nothing_scrolls_sideways_and_every_target_is_large_enough(phone, device, language):
    device.publish(
        burners=[burning(remaining_s=13500), burner(state="FAULT", fault="FLAME_PERSISTS"), burning(), burner()]
    )
    phone.shape(*NARROW)
    phone.set_languages(language)
    phone.open(device)
    for page in PAGES:
        go(phone, page)
        assert phone.js("return document.documentElement.scrollWidth") <= 320, page
        small = "return [...document.querySelectorAll('button, a, input, select, summary')].filter((one) => "
        small += "one.checkVisibility()).map((one) => [one.getBoundingClientRect(), one.outerHTML]).filter("
        small += "([at]) => at.width < 43.9 || at.height < 43.9).map((one) => one[1])"
        assert phone.js(small) == [], page
