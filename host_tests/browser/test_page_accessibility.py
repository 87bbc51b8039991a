"""The page for everyone: both languages, keyboard, screen reader, contrast, motion, small screens."""

import base64
import re

import pytest

from host_tests.browser.page import PASSWORD, WWW, burner, burning
from host_tests.browser.phone import MISSING, NARROW, Keys, webdriver
from tools.build.page import CATALOG, joined, source

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "")


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


def test_every_text_has_both_languages_and_every_text_asked_for_is_there(phone):
    script = joined({name: source(name) for name in (CATALOG, "texts.js")}) + "export { TEXTS };"
    module = "data:text/javascript;base64," + base64.b64encode(script.encode()).decode()
    texts = phone.driver.execute_async_script(
        "const [module, done] = arguments; import(module).then((texts) => done(texts.TEXTS))", module
    )
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
    for page in ("now", "history", "signal", "settings", "network", "more", "check"):
        phone.js("location.hash = arguments[0]", page)
        phone.until(lambda page=page: phone.js("return document.body.className").startswith("at-" + page))
        phone.until(lambda: not phone.waits())
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
    for page in ("now", "history", "signal", "settings", "network", "more", "check"):
        phone.js("location.hash = arguments[0]", page)
        phone.until(lambda page=page: phone.js("return document.body.className").startswith("at-" + page))
        phone.until(lambda: not phone.waits())
        assert phone.js("return document.documentElement.scrollWidth") <= 320, page
        small = "return [...document.querySelectorAll('button, a, input, select, summary')].filter((one) => "
        small += "one.checkVisibility()).map((one) => [one.getBoundingClientRect(), one.outerHTML]).filter("
        small += "([at]) => at.width < 43.9 || at.height < 43.9).map((one) => one[1])"
        assert phone.js(small) == [], page
