"""The phone page in a real Chromium, as a phone shows it.

Belongs here: what a person sees, presses and hears. Does not: the box behind it (page_fixture.py; the real one:
test_page_on_the_box.py), the browser (phone_fixture.py). Pictures of the screens are left in build/screenshots/.
"""

import base64
import re

import pytest

from host_tests.browser.screenshots import WANTED, take
from host_tests.fixtures.page import CLOSINGS, NEW_TOKEN, PASSWORD, SERVED, WWW, Talker, burner, burning
from host_tests.fixtures.phone import MISSING, NARROW, PHONE, SCREENS, Keys, browsing, webdriver

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "")


@pytest.fixture(scope="module")
def browser():
    with browsing() as phone:
        yield phone


@pytest.fixture
def phone(browser):
    browser.clean()
    yield browser
    complaints = browser.complaints()
    browser.driver.get("about:blank")
    assert not complaints


@pytest.fixture
def box():
    one = Talker()
    one.closing_list = CLOSINGS
    yield one
    one.silent = False
    if one.running(one._server) and one._server:
        one.stop()


def writes(box, path):
    return [one for one in box.asked if one[1] == path]


# --- OFF ------------------------------------------------------------------------------------------------------------


def test_off_is_posted_with_the_token_of_the_log_in_and_tells_that_the_box_answered(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    phone.press("#off")
    phone.reads("The box answered: it closes.", "#answer")
    assert writes(box, "/off") == [("POST", "/off", None, "9f2c71")]
    phone.reads("Closed, proving it", ".state")
    phone.reads("an OFF came from afar: this page", ".last")


def test_each_of_two_burners_has_an_off_of_its_own(phone, box):
    box.tell(burners=[burning(), burning(remaining_s=300)])
    phone.open(box)
    phone.find("[aria-label='OFF, burner 2']").click()
    phone.until(lambda: phone.all(".burner")[1].get_dom_attribute("data-state") == "VERIFYING")
    assert phone.all(".burner")[0].get_dom_attribute("data-state") == "BURNING"
    assert [one[1] for one in writes(box, "/burners/1/off")] == ["/burners/1/off"]


def test_off_is_the_largest_thing_there(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    off = phone.find("#off").size
    others = [one.size for one in phone.all("button, a, input, .dial, .state") if one.get_dom_attribute("id") != "off"]
    assert off["width"] * off["height"] > max(one["width"] * one["height"] for one in others)
    buttons = [one.size for one in phone.all("button, #tabs a") if one.get_dom_attribute("id") != "off"]
    assert off["width"] * off["height"] > 5 * max(one["width"] * one["height"] for one in buttons)
    assert phone.js("return parseFloat(getComputedStyle(document.getElementById('off')).fontSize)") > phone.js(
        "return Math.max(...[...document.querySelectorAll('body *:not(#off)')].map("
        "(one) => parseFloat(getComputedStyle(one).fontSize)))"
    )


def test_no_control_of_the_page_could_look_like_on(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    for page in ("now", "history", "signal", "more"):
        phone.js("location.hash = arguments[0]", page)
        phone.until(lambda page=page: phone.seen(f"#tabs a[href='#{page}'][aria-current]"))
        names = [one.text for one in phone.all("button, #tabs a") if one.is_displayed()]
        known = {"OFF", "Now", "Why", "Signal", "Settings", "More", "中文", "Commissioning", "Log out"}
        assert set(names) <= known


def test_more_time_is_offered_only_where_the_box_allows_it(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    phone.reads("Burning", ".state")
    assert not phone.seen("button.more")
    box.tell(remote_extend=True)
    phone.press("button.more")
    phone.reads("the box decides", "#answer")
    assert writes(box, "/burners/0/extend")
    box.tell(burners=[burning(flame=False)])
    phone.until(lambda: not phone.seen("button.more"))


def test_an_off_that_nobody_answers_is_told_as_not_answered(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    box.stop()
    phone.press("#off")
    phone.reads("No answer from the box. Turn the knob off by hand.", "#answer", 12)


def test_an_off_pressed_while_the_box_is_away_reaches_it_when_it_comes_back_in_time(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    box.stop()
    phone.reads("link is down", "#lost", 10)
    phone.press("#off")
    box.start()
    phone.reads("The box answered", "#answer", 8)
    assert writes(box, "/off")


def test_an_off_of_a_forgotten_session_says_so_and_asks_for_the_password(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    box.sessions = False
    phone.press("#off")
    phone.find("#password")
    assert box.burners[0]["conducts"]


# --- live -----------------------------------------------------------------------------------------------------------


def test_state_ring_and_cause_follow_what_the_box_says(phone, box):
    phone.open(box)
    phone.reads("Nothing burns", ".state")
    phone.reads("the time was up", ".last")
    box.tell(burners=[burning(remaining_s=1800)])
    phone.reads("Burning", ".state")
    arc = "return Number(document.querySelector('.arc').getAttribute('stroke-dashoffset')) / (2 * Math.PI * 92)"
    phone.until(lambda: abs(phone.js(arc) - 0.5) < 0.01)  # 30 minutes are half a turn
    assert phone.text(".left").startswith(("30:00", "29:5"))
    phone.until(lambda: phone.text(".left").startswith("29:5"))
    box.tell(burners=[burning(state="WARNING", remaining_s=45)])
    phone.reads("Soon off", ".state")
    box.tell(burners=[burner(state="VERIFYING", cause="FLAME_OUT")])
    phone.reads("the flame was gone", ".last")
    assert not phone.seen(".arc[visibility=visible]")
    assert "Closed" in phone.js("return document.getElementById('said').textContent")


@pytest.mark.parametrize("how", ["cut", "silent"])
def test_a_dropped_link_is_told_within_ten_seconds_and_no_stale_number_stays(phone, box, how):
    box.tell(burners=[burning()])
    phone.open(box)
    phone.reads("Burning", ".state")
    if how == "cut":
        box.stop()
    else:
        box.silent = True
    phone.until(lambda: phone.seen("#lost"), 12)
    phone.reads("–:––", ".left", 2)
    assert phone.text(".state") == "Not known"
    assert "stale" in phone.js("return document.body.className")
    assert phone.seen("#off")
    phone.picture("lost-" + how)
    if how == "cut":
        box.start()
    else:
        box.silent = False
    phone.reads("Burning", ".state", 25)
    assert not phone.seen("#lost")


def test_a_fault_says_what_to_do_and_that_only_the_button_ends_it(phone, box):
    box.tell(burners=[burner(state="FAULT", fault="CONTACT_WELDED", cause="FAULT:CONTACT_WELDED")])
    phone.open(box)
    phone.reads("Contact welded, or bypass switch closed", ".state")
    assert "open the bypass switch" in phone.text(".do").lower() and "button for 5 s" in phone.text(".do")


def test_without_a_sensor_no_flame_and_no_proof_are_pretended(phone, box):
    box.tell(burners=[burning(sensor=False, flame=False)])
    phone.open(box)
    phone.reads("no sensor", ".burner")
    assert phone.all(".dial.blind") and not phone.all(".dial.lit")
    box.tell(burners=[burner(sensor=False, state="VERIFYING")])
    phone.reads("no proof", ".burner")
    assert "proving" not in phone.text(".burner")


def test_the_millivolts_are_drawn_live_and_the_contact_as_a_trend(phone, box):
    box.tell(burners=[burning()])
    phone.open(box, "signal")
    phone.reads("14.0 mV")
    box.tell(burners=[burning(tc_uv=12500)])
    phone.reads("12.5 mV")
    phone.until(lambda: len(re.findall("L", phone.find(".mv .a").get_dom_attribute("d"))) >= 2)
    long_enough = [one for one in CLOSINGS if one["health_permille"]]
    phone.until(lambda: len(phone.all(".trend circle")) == len(long_enough))


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_last_hundred_closings_are_listed_with_their_causes(phone, box):
    box.closing_list = [CLOSINGS[0] | {"number": n} for n in range(100, 0, -1)]
    phone.open(box, "history")
    phone.until(lambda: len(phone.all(".plain li")) == 100)
    assert phone.text(".plain li").lower().startswith("an off came from afar: this page")


def test_a_refused_setting_says_why_at_its_field(phone, box):
    phone.open(box, "settings")
    field = phone.find("[name=warning_s]")
    field.clear()
    field.send_keys("999" + Keys.ENTER)
    phone.until(lambda: field.get_dom_attribute("aria-invalid") == "true")
    why = phone.js("return document.getElementById('f-warning_s-why').textContent")
    assert why == "Refused: a whole number from 15 to 300 is needed."
    assert "f-warning_s-why" in field.get_dom_attribute("aria-describedby")
    assert phone.driver.switch_to.active_element == field
    assert box.values["warning_s"] == 60


def test_settings_that_contradict_each_other_are_told_in_the_words_of_the_box(phone, box):
    phone.open(box, "settings")
    field = phone.find("[name=timer_default_min]")
    field.clear()
    field.send_keys("200" + Keys.ENTER)
    phone.reads("timer_default_min 200 is longer than timer_max_min 180")


def test_a_setting_is_saved_and_only_what_changed_is_sent(phone, box):
    phone.open(box, "settings")
    field = phone.find("[name=timer_default_min]")
    field.clear()
    field.send_keys("45" + Keys.ENTER)
    phone.reads("restarts as soon as nothing burns")
    assert [one[2] for one in writes(box, "/settings")] == [{"timer_default_min": 45}]


def test_a_threshold_of_one_burner_is_sent_with_the_rest_of_that_burner(phone, box):
    phone.open(box, "settings")
    phone.press("details summary")
    field = phone.find("[name='burners[0].loaded_on_uv']")
    field.clear()
    field.send_keys("3000" + Keys.ENTER)
    phone.reads("restarts as soon as nothing burns")
    (asked,) = writes(box, "/settings")
    assert asked[2] == {"burners": [{"relay_pin": 18, "button_pin": 25, "sensor": True, "loaded_on_uv": 3000}]}


def test_pins_are_shown_and_cannot_be_changed_from_afar(phone, box):
    phone.open(box, "settings")
    phone.find("#programs")
    for name in ("sda_pin", "hood_pin", "burners[0].relay_pin"):
        assert phone.js("return document.getElementById(arguments[0]).disabled", f"f-{name}"), name
        about = phone.js("return document.getElementById(arguments[0]).textContent", f"f-{name}-about")
        assert about == "Only over the USB cable, where the wires can be seen."
    shown = phone.js("return document.getElementById('f-burners[0].relay_pin').value")
    assert shown == str(box.values["burners"][0]["relay_pin"])


def test_a_token_for_programs_is_made_told_once_and_taken_back(phone, box):
    phone.open(box, "settings")
    phone.reads("None: only people with the password", "#programs")
    phone.press("#programs button")
    phone.reads(NEW_TOKEN, "#programs .token")
    phone.open(box, "settings")
    phone.reads("There is one", "#programs")
    assert NEW_TOKEN not in phone.text("#programs")
    phone.press("#programs button:last-child")
    phone.reads("Saved", "#programs .said")
    assert [one[2] for one in writes(box, "/network")] == [{"token": True}, {"token": None}]


def test_while_something_burns_nothing_is_saved_and_the_page_says_so(phone, box):
    box.tell(burners=[burning()])
    phone.open(box, "settings")
    phone.reads("Nothing can be saved until it is off")


def test_the_commissioning_walks_through_ten_tests_and_keeps_the_result(phone, box):
    phone.open(box, "check")
    phone.reads("0 of 10 passed")
    phone.press("main button.main")
    walked = []
    for _ in range(10):
        walked.append(phone.find(".step").get_dom_attribute("data-test"))
        fails = walked[-1] == "weld"
        phone.press(f".step .row button:nth-child({2 if fails else 1})")
        phone.until(lambda: not phone.seen(f"[data-test={walked[-1]}]"))
    assert walked == ["plug", "hold", "low_flame", "timeout", "knob", "restart", "weld", "override", "remote", "bypass"]
    phone.reads("9 of 10 passed")
    assert "do not cook" in phone.text()
    assert box.results["weld"]["passed"] is False and box.results["plug"]["passed"] is True


def test_log_and_about_are_there(phone, box):
    phone.open(box, "more")
    phone.reads("wifi online")
    assert "Not certified" in phone.text() and "26 h 3 min" in phone.text()


def test_a_wrong_password_and_the_wait_after_many_are_told(phone, box):
    phone.open(box, inside=False)
    for _ in range(3):
        phone.find("#password").send_keys("soup" + Keys.ENTER)
        phone.reads("That is not the password.")
    phone.find("#password").send_keys("soup" + Keys.ENTER)
    phone.reads("Too many tries. Wait 8 s.")
    assert not phone.seen("#off")


def test_the_set_up_asks_for_everything_and_refuses_a_short_password_at_its_field(phone, box):
    box.setup = True
    phone.open(box, inside=False)
    phone.find("[name='wifi.ssid']").send_keys("Kitchen")
    phone.find("[name='wifi.password']").send_keys("beans and rice")
    for name in ("language", "time_zone_min"):
        assert phone.seen(f"[name='{name}']")
    for name in ("mqtt.host", "voice.client_id"):
        assert phone.all(f"[name='{name}']")
    phone.find("[name=password]").send_keys("short")
    phone.press("button[type=submit]")
    phone.reads("not 8 to 64 characters")
    phone.find("[name=password]").send_keys(" but longer")
    phone.press("button[type=submit]")
    phone.reads("joins your Wi-Fi")
    sent = writes(box, "/network")[-1][2]
    assert sent["wifi"] == {"ssid": "Kitchen", "password": "beans and rice"}
    assert sent["password"] == "short but longer" and "time_zone_min" in sent


# --- everybody --------------------------------------------------------------------------------------------------------


def test_the_browser_chooses_the_language_and_a_person_may_choose_another(phone, box):
    box.tell(burners=[burning()])
    phone.tongue("zh-CN,zh,en")
    phone.open(box)
    phone.reads("正在用火", ".state")
    assert phone.text("#off") == "关火"
    assert phone.js("return document.documentElement.lang") == "zh-CN"
    phone.press("#language")
    phone.reads("Burning", ".state")
    assert phone.text("#off") == "OFF"
    phone.driver.refresh()
    phone.reads("Burning", ".state")


def test_every_text_has_both_languages_and_every_text_asked_for_is_there(phone):
    module = "data:text/javascript;base64," + base64.b64encode((WWW / "texts.js").read_bytes()).decode()
    texts = phone.driver.execute_async_script(
        "const [module, done] = arguments; import(module).then((texts) => done(texts.TEXTS))", module
    )
    assert len(texts) > 150
    for key, both in texts.items():
        assert len(both) == 2 and all(both), key
        assert re.findall(r"\{\d\}", both[0]) == re.findall(r"\{\d\}", both[1]), key
    asked = set()
    for file in ("app.js", "pages.js"):
        asked |= set(re.findall(r"""\b(?:t|title)\("([\w.]+)"[,)]""", (WWW / file).read_text()))
    assert len(asked) > 80
    assert asked <= set(texts)
    from curfew.core import codes, faults
    from curfew.services import context

    words = set(codes.CAUSES.split()[1:]) - {"FAULT"} | set(codes.SOURCES.split()) | set(context.STATES.split())
    for fault in faults.FAULTS.split():
        words |= {fault, fault + "_do"}
    assert words <= set(texts)


def test_a_person_without_a_mouse_logs_in_turns_off_and_reaches_every_page(phone, box):
    box.tell(burners=[burning()])
    phone.open(box, inside=False)
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
    phone.reads("The box answered: it closes.", "#answer")
    tab_to("#tabs a[href='#settings']")
    webdriver.ActionChains(phone.driver).send_keys(Keys.ENTER).perform()
    phone.until(lambda: phone.js("return document.activeElement.tagName") == "H1")


def test_a_screen_reader_finds_names_roles_and_live_regions(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    phone.reads("Burning", ".state")
    assert phone.find(".dial svg").get_dom_attribute("role") == "img"
    assert "left" in phone.find(".dial svg").get_dom_attribute("aria-label")
    assert phone.find("#off").accessible_name == "OFF"
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read_by_day_and_by_night(phone, box, scheme):
    box.tell(burners=[burning(state="WARNING", service=True)])
    phone.looks(scheme)
    phone.open(box)
    grounds = {"light": "rgb(247, 242, 234)", "dark": "rgb(21, 17, 13)"}
    assert phone.js("return getComputedStyle(document.documentElement).backgroundColor") == grounds[scheme]
    for page in ("now", "history", "signal", "settings", "more", "check"):
        phone.js("location.hash = arguments[0]", page)
        phone.until(lambda page=page: phone.js("return document.body.className").startswith("at-" + page))
        phone.until(lambda: not phone.waits())
        assert phone.js(CONTRAST) == []


def test_who_wants_no_motion_gets_none(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    phone.find(".lit")
    name = "return getComputedStyle(document.querySelector('.sway')).animationName"
    assert phone.js(name) == "sway"
    phone.looks("light", motion="reduce")
    assert phone.js(name) == "none"


@pytest.mark.parametrize("tongue", ["en-GB", "zh-CN"])
def test_at_320_pixels_nothing_scrolls_sideways_and_every_target_is_large_enough(phone, box, tongue):
    box.tell(burners=[burning(remaining_s=13500), burner(state="FAULT", fault="FLAME_PERSISTS"), burning(), burner()])
    phone.shape(*NARROW)
    phone.tongue(tongue)
    phone.open(box)
    for page in ("now", "history", "signal", "settings", "more", "check"):
        phone.js("location.hash = arguments[0]", page)
        phone.until(lambda page=page: phone.js("return document.body.className").startswith("at-" + page))
        phone.until(lambda: not phone.waits())
        assert phone.js("return document.documentElement.scrollWidth") <= 320, page
        small = "return [...document.querySelectorAll('button, a, input, select, summary')].filter((one) => "
        small += "one.checkVisibility()).map((one) => [one.getBoundingClientRect(), one.outerHTML]).filter("
        small += "([at]) => at.width < 43.9 || at.height < 43.9).map((one) => one[1])"
        assert phone.js(small) == [], page


def test_the_page_with_one_burner_fits_on_one_screen_of_a_phone(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    phone.reads("Burning", ".state")
    assert phone.js("return document.documentElement.scrollHeight") <= PHONE[1]


def test_all_of_it_is_smaller_than_40_kb_and_needs_nothing_from_outside():
    assert sorted(SERVED) == ["/", "/app.js", "/style.css"]
    assert sum(map(len, SERVED.values())) < 40_000
    for one in WWW.iterdir():
        outside = re.findall(r"https?://[^\s'\"]+", one.read_text())
        assert set(outside) <= {"http://www.w3.org/2000/svg"}
    page = (WWW / "index.html").read_text()
    assert " style=" not in page and "<style" not in page and not re.search(r"<script[^>]*>[^<]|\son\w+=", page)


def test_the_page_asks_for_nothing_but_the_api(phone, box):
    box.tell(burners=[burning()])
    phone.open(box)
    for page in ("history", "signal", "settings", "more", "check"):
        phone.js("location.hash = arguments[0]", page)
        phone.until(lambda page=page: phone.js("return document.body.className").startswith("at-" + page))
        phone.until(lambda: not phone.waits())
    asked = phone.js("return performance.getEntriesByType('resource').map((one) => one.name)")
    for address in asked:
        path = address.removeprefix(box.url)
        assert path in SERVED or path.startswith("/api/v1/"), address


@pytest.mark.parametrize("screen", WANTED, ids=str)
def test_a_picture_of_every_screen_is_kept(phone, box, screen):
    take(phone, box, screen)
    assert (SCREENS / (screen + ".png")).stat().st_size > 10_000
