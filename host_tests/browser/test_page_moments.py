"""The decisive moments: is it off, a secret shown once, the end of a log-in, an answer that must not get lost."""

import datetime
import re

import pytest

from curfew.core import settings
from fleet import time_zones
from host_tests.browser.page import NEW_TOKEN, burner, burning
from host_tests.browser.phone import MISSING, NARROW, Keys, Select

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "")


WALK = {  # the words that a newcomer reads and presses
    "en-GB": (
        r"Turned off .*\(25 minutes ago\): turned off from the web page", "Settings", "Own times: Back right",
        "Timer after ignition", "Timer after ignition −5", "Back right · Timer after ignition: 30 min → 15 min", "Save",
        "restarts as soon as all burners are off", "Network and access tokens", "Name", "Device password", "New token",
        "I have saved it",
    ),
    "zh-CN": (
        "关火（25分钟前）：用网页关火", "设置", "单独的时间：Back right", "默认定时", "默认定时 −5",
        "Back right · 默认定时：30 分钟 → 15 分钟", "保存", "控制盒就会重启", "网络和访问令牌", "名称", "设备密码",
        "新建令牌", "我已保存",
    ),
}  # fmt: skip


def size_of(phone, selector):
    return phone.js("return parseFloat(getComputedStyle(document.querySelector(arguments[0])).fontSize)", selector)


def type_in(phone, name, text):
    field = phone.find(f"[name='{name}']")
    field.clear()
    field.send_keys(text)
    return field


def test_off_is_a_verb_and_at_rest_the_answer_is_larger_than_the_button(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    phone.reads("Turn off", "#off")
    burning_height = phone.find("#off").size["height"]
    device.publish(burners=[burner()])
    phone.reads("All off", ".state")
    assert phone.seen(".dial.done .tick") and not phone.seen(".dial .out")
    assert size_of(phone, ".state") > size_of(phone, "#off")
    assert phone.find("#off").size["height"] < burning_height / 2


@pytest.mark.long
def test_a_burner_that_is_off_has_no_button_to_turn_it_off(phone, device):
    device.publish(burners=[burning(), burner()])
    phone.open(device)
    phone.reads("1 burner on", ".verdict")
    assert [one.is_displayed() for one in phone.all(".cut")] == [True, False]


def test_a_new_token_stays_until_the_user_has_it_even_when_the_device_restarts(phone, device):
    phone.open(device, "network")
    type_in(phone, "confirm", "my password")
    phone.press("#programs button")
    phone.reads(NEW_TOKEN, "dialog .token")
    device.sessions = False  # as after a restart
    device.stop()
    device.start()
    phone.find("#password")
    assert phone.text("dialog .token") == NEW_TOKEN
    middle = "const at = document.querySelector('dialog .token').getBoundingClientRect();"
    on_top = "return document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2).className"
    assert phone.js(middle + on_top) == "token"
    phone.js("document.execCommand = (what) => { window.copied = what + ' ' + getSelection(); return true; }")
    phone.press("dialog button.main")
    assert phone.js("return window.copied") == "copy " + NEW_TOKEN
    phone.find("dialog").send_keys(Keys.ESCAPE)
    assert phone.seen("dialog")
    phone.press("dialog .row button:last-child")
    phone.until(lambda: not phone.all("dialog"))


@pytest.mark.long
def test_the_end_of_a_log_in_is_explained_but_not_after_a_log_out(phone, device):
    phone.open(device, inside=False)
    assert not phone.seen(".ended")
    phone.open(device)
    device.sessions = False
    device.publish()
    phone.reads("Your log-in on this phone has ended", ".ended")
    device.sessions = True
    phone.open(device, "more")
    phone.reads("wifi online")
    next(one for one in phone.all("main button") if one.text == "Log out").click()
    phone.find("#password")
    assert not phone.seen(".ended")


def test_an_answer_of_the_safety_check_given_while_it_burns_is_kept_and_saved_later(phone, device):
    device.publish(burners=[burning()])
    phone.open(device, "check")
    phone.press("main button.main")
    phone.press(".step .row button:first-child")
    phone.until(lambda: phone.find(".step").get_dom_attribute("data-test") == "hold")
    assert not device.results
    phone.driver.refresh()
    phone.reads("passed · not saved yet", ".plain li")
    device.publish(burners=[burner()])
    phone.until(lambda: device.results.get("plug", {}).get("passed") is True)
    phone.until(lambda: "not saved" not in phone.text(".plain li"))


@pytest.mark.long
def test_a_test_that_the_controller_has_seen_is_marked(phone, device):
    phone.open(device, "check")
    phone.press("main button.main")
    phone.press(".step .row:nth-of-type(2) button")
    phone.until(lambda: phone.find(".step").get_dom_attribute("data-test") == "hold")
    phone.reads("0 of 2", ".seen")
    device.publish(burners=[burner(cause="BUTTON")])
    phone.reads("0 of 2", ".seen")
    device.publish(burners=[burning()])
    phone.reads("1 of 2", ".seen")
    device.publish(burners=[burner(cause="FLAME_OUT")])
    phone.reads("1 of 2", ".seen")
    device.publish(burners=[burner(cause="BUTTON")])
    phone.reads("✓ Seen by the controller", ".seen.good")


def test_an_edit_outlives_a_change_of_language_and_page_and_is_shown_in_words(phone, device):
    phone.open(device, "settings")
    type_in(phone, "timer_default_min", "45")
    assert phone.text(".changes") == "Timer after ignition: 30 min → 45 min"
    phone.press("#language")
    phone.until(lambda: phone.text(".changes") == "默认定时：30 分钟 → 45 分钟")
    phone.press("#tabs a[href='#now']")
    phone.find(".state")
    phone.press("#tabs a[href='#settings']")
    assert phone.find("[name=timer_default_min]").get_property("value") == "45"
    phone.press("form .row button:last-child")
    assert phone.find("[name=timer_default_min]").get_property("value") == "30"
    assert not phone.text(".changes")


@pytest.mark.long
def test_the_step_buttons_go_to_round_numbers_within_the_range(phone, device):
    device.values["timer_default_min"] = 32
    phone.open(device, "settings")
    phone.press("[aria-label='Timer after ignition +5']")
    assert phone.find("[name=timer_default_min]").get_property("value") == "35"
    for _ in range(8):
        phone.press("[aria-label='Timer after ignition −5']")
    assert phone.find("[name=timer_default_min]").get_property("value") == "1"


@pytest.mark.long
def test_a_change_that_needs_a_person_at_the_stove_says_so_before_it_is_saved(phone, device):
    phone.open(device, "settings")
    type_in(phone, "timer_default_min", "25")
    assert "someone must be at the stove" not in phone.text("form")
    type_in(phone, "timer_default_min", "45")
    phone.reads("Timer after ignition: this gives more gas or less warning", "form")
    device.publish(update_s=480)
    type_in(phone, "timer_default_min", "50")
    phone.reads("can be saved for 8 min more", "form")


REFUSED = [
    ({"timer_default_min": 200}, "Timer after ignition (200) is longer than Most time the button can set (180)."),
    ({"warning_s": 999}, "Warning before the shut-off: it must be a whole number from 15 to 300."),
    ({"burn_max_min": 1}, None),
    ({"flame_die_s": 10}, None),
    ({"warning_s": 60, "timer_default_min": 1}, None),
    ({"relay_drive": "steam"}, None),
]


@pytest.mark.sample(1)
@pytest.mark.parametrize("change, english", REFUSED)
def test_a_refusal_of_the_firmware_is_shown_in_the_language_of_the_page(phone, device, change, english):
    with pytest.raises(settings.Invalid) as refused:
        settings.checked(device.values | change)
    for language, text in (("en-GB", english), ("zh-CN", None)):
        phone.set_languages(language)
        phone.open(device, "settings")
        phone.find("[name=timer_default_min]")
        device.refuses = str(refused.value)
        type_in(phone, "timer_step_min", "15" + Keys.ENTER)
        phone.until(lambda: not phone.waits())
        shown = phone.text("form .said") or next(one.text for one in phone.all(".why") if one.text)
        assert text is None or shown == text
        assert not any(key in shown for key in (*device.values, "Refused", "不接受", "无法保存")), shown
        device.refuses = ""


@pytest.mark.long
def test_a_page_that_comes_back_from_the_cache_of_the_browser_asks_again(phone, device):
    phone.open(device)
    phone.reads("All off", ".state")
    phone.js("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    device.publish(burners=[burning()])
    phone.js("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    phone.reads("Burning", ".state", 3)


@pytest.mark.long
def test_the_time_zone_is_chosen_by_name_and_keeps_its_daylight_saving(phone, device):
    device.network = {"name": "Curfew", "language": "auto", "time_zone_min": 480}
    phone.cdp("Emulation.setTimezoneOverride", timezoneId="Asia/Tokyo")
    phone.open(device, "network")
    zone = phone.find("[name=time_zone]")
    assert Select(zone).first_selected_option.text == "UTC + 480 min", "as a program set it, until one is chosen"
    type_in(phone, "confirm", "my password")
    for name in ("Europe/Berlin", "Australia/Lord_Howe", "Asia/Calcutta", "Pacific/Chatham", "America/St_Johns"):
        Select(zone).select_by_value(name)
        phone.press("button[type=submit]")
        phone.until(lambda name=name: device.network.get("time_zone") == name)
        expected = time_zones.rules(name)
        assert {key: device.network[key] for key in expected} == expected, "the browser and Python know the same laws"
    phone.cdp("Emulation.setTimezoneOverride", timezoneId="")


@pytest.mark.long
def test_a_save_of_anything_brings_the_zone_up_to_date_and_an_unknown_one_stays(phone, device):
    for zone, changes in (("Europe/Berlin", time_zones.rules("Europe/Berlin")["time_zone_changes"]), ("Mars", [1, 60])):
        device.network = {"name": "Curfew", "time_zone": zone, "time_zone_min": 0, "time_zone_changes": [1, 60]}
        phone.open(device, "network")
        type_in(phone, "name", "Kitchen")
        type_in(phone, "confirm", "my password")
        phone.press("button[type=submit]")
        phone.until(lambda: device.network["name"] == "Kitchen")
        assert (device.network["time_zone"], device.network["time_zone_changes"]) == (zone, changes)


@pytest.mark.long
def test_times_are_those_of_the_phone_in_summer_and_in_winter(phone, device):
    device.shutoffs = [
        device.shutoffs[0] | {"when": f"2026-{month}-10T12:00:00+08:00", "number": number}
        for number, month in enumerate(("01", "07"))
    ]
    phone.cdp("Emulation.setTimezoneOverride", timezoneId="Europe/Berlin")
    phone.open(device, "history")
    phone.reads("10 Jan 2026, 05:00")
    phone.reads("10 Jul 2026, 06:00")
    phone.cdp("Emulation.setTimezoneOverride", timezoneId="")


@pytest.mark.long
def test_after_the_first_set_up_the_page_says_what_comes_next_and_the_address(phone, device):
    device.setup = True
    phone.open(device, inside=False)
    phone.find("[name='wifi.ssid']").send_keys("Kitchen")
    type_in(phone, "password", "short but longer")
    phone.press("button[type=submit]")
    phone.reads("Saved", "h1")
    assert "Kitchen" in phone.text("main") and "http://curfew-1a2b.local/" in phone.text("main")
    assert "Wi-Fi password was wrong" in phone.text("main")
    assert phone.js("return document.querySelector('h1').getBoundingClientRect().top") > 0


@pytest.mark.long
def test_what_is_not_known_can_be_read(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    phone.reads("Burning", ".state")
    device.stop()
    phone.reads("Not known", ".state", 12)
    for selector in (".state", ".about, .soft.value"):
        assert phone.js("return getComputedStyle(document.querySelector(arguments[0])).opacity", selector) == "1"
    phone.reads("Look at the stove.", ".burner")


def test_the_last_shut_off_says_when_and_why_and_the_title_counts_down(phone, device):
    device.publish(burners=[burner(cause="REMOTE:web")])
    phone.open(device)
    phone.reads("(25 minutes ago): turned off from the web page.", ".last")
    device.publish(burners=[burning(cause="REMOTE:web")])
    phone.until(lambda: phone.driver.title in ("🔥 20:00 · Curfew", "🔥 19:59 · Curfew", "🔥 19:58 · Curfew"))
    phone.js("window.heard = []; navigator.vibrate = (ms) => heard.push(ms);")
    phone.js(
        "const old = AudioContext.prototype.createOscillator; AudioContext.prototype.createOscillator ="
        " function () { heard.push('tone'); return old.call(this); }"
    )
    phone.find(".state").click()  # a browser allows neither before a touch
    device.publish(burners=[burning(state="WARNING", remaining_s=48)])
    phone.until(lambda: phone.driver.title.startswith("⚠ 0:4"))
    assert phone.js("return heard") == [[300, 150, 300], "tone", "tone"]
    assert "c62828" in phone.js("return document.getElementById('icon').href")
    device.publish(burners=[burner(cause="TIMEOUT")])
    phone.reads("(now): time was up.", ".last")
    assert phone.driver.title == "Curfew"
    assert "d97a1e" in phone.js("return document.getElementById('icon').href")


@pytest.mark.long
def test_the_history_shows_days_causes_and_wear_and_can_be_saved(phone, device):
    phone.open(device, "history")
    phone.until(lambda: len(phone.all(".days .bar")) >= 7)
    assert phone.text(".bars li") == "time was up\n2×"
    assert "5 % of the way to worn" in phone.text(".wear")
    first = datetime.date.today() - datetime.timedelta(days=13)
    assert f"{first.day} {first:%b}"[:6] in phone.text(".days")
    phone.js("URL.createObjectURL = (blob) => { blob.text().then((text) => { window.csv = text; }); return '#x'; }")
    phone.press("main .row button")
    lines = phone.until(lambda: phone.js("return window.csv")).split("\r\n")
    assert lines[0] == "number,burner,when,cause,burn_s,health_permille"
    assert lines[1].startswith("41,1,") and ",REMOTE:web,1260,272" in lines[1] and len(lines) == 11


@pytest.mark.long
def test_the_certificate_lists_ten_tests_and_what_was_learned(phone, device):
    device.results = {"plug": {"passed": True, "when": None}}
    phone.open(device, "check")
    phone.reads("1 of 10 passed")
    phone.js("window.print = () => { window.printed = document.querySelector('.certificate').innerText; }")
    phone.js("document.querySelector('.certificate').style.display = 'block'")
    next(one for one in phone.all("main button") if one.text == "Print the certificate").click()
    text = phone.until(lambda: phone.js("return window.printed"))
    assert "Pull the plug: ✓ passed" in text and text.count("not done yet") == 9
    assert "0.1.0 (1a2b3c4d)" in text and "Contact: 24.0 %" in text and "signature" in text


@pytest.mark.long
def test_a_burner_gets_a_name_of_its_own(phone, device):
    device.publish(burners=[burner(), burner()])
    phone.open(device, "network")
    type_in(phone, "burner_names.1", "Back right")
    type_in(phone, "confirm", "my password")
    phone.press("button[type=submit]")
    phone.reads("Saved.", "form .said")
    assert device.network["burner_names"] == ["Burner 1", "Back right"]
    phone.js("location.hash = 'now'")
    phone.reads("Back right", ".burners", 5)


@pytest.mark.long
def test_the_page_can_be_put_on_the_home_screen(phone, device):
    phone.open(device)
    manifest = phone.cdp("Page.getAppManifest")
    assert not manifest["errors"] and '"short_name": "Curfew"' in manifest["data"]
    size = "const one = new Image(); one.src = 'icon.png'; return one.decode().then(() => one.naturalWidth)"
    assert phone.js(size) == 180


@pytest.mark.long
def test_off_in_five_minutes_is_offered_while_more_time_is_left(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    phone.press("button.soon")
    phone.reads("Asked to turn off in 5 min.", "#answer")
    assert ("POST", "/burners/0/off_in", {"off_in_min": 5}) in [one[:3] for one in device.writes]
    device.publish(burners=[burning(remaining_s=299)])
    phone.until(lambda: not phone.seen("button.soon"))


def test_one_says_from_the_page_that_no_one_is_there_and_takes_it_back(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    phone.reads("I am leaving", ".presence")
    phone.press(".presence button")
    phone.reads("No one is there: it turns off sooner.", "#answer")
    device.publish(burners=[burner()])  # what was said stays, and so does the way back
    phone.reads("All off", ".state")
    phone.press(".presence button:last-child")
    phone.reads("Someone is there.", "#answer")
    assert [body for _, path, body, _ in device.writes if path == "/presence"] == [
        {"present": False},
        {"present": True},
    ]
    phone.until(lambda: not phone.seen(".presence"))
    phone.js("location.hash = 'more'")
    phone.reads("Is someone there?\nSomeone is there.", "dl")
    device.publish(presence=None, burners=[burning()])
    phone.reads("Is someone there?\nA contact reports it.", "dl")
    phone.js("location.hash = 'now'")
    phone.until(lambda: phone.seen(".state") and not phone.seen(".presence"))


def test_small_words_say_what_they_mean_in_both_languages(phone, device):
    device.shutoffs = device.shutoffs[:1]
    phone.open(device, "history")
    phone.reads("The last shut-off.")
    phone.js("location.hash = 'more'")
    phone.reads("Voice\nnot set up", "dl")
    assert "curfew update 127.0.0.1" in phone.text("main")
    phone.press("#language")
    phone.reads("语音\n未设置", "dl")
    assert "26 小时 3 分钟" in phone.text("dl") and "上次重启\n上电" in phone.text("dl")
    phone.js("location.hash = 'signal'")
    phone.reads("现在", "main")  # the end of the axis; the first tab is 当前
    assert phone.text("#tabs a") == "当前"


@pytest.mark.parametrize("language", WALK)
def test_a_newcomer_says_when_and_why_sets_the_back_burner_and_finds_the_token_by_words_alone(phone, device, language):
    why, settings_tab, times, timer, minus, change, save, saved, tokens, name, secret, make, have = WALK[language]

    def press(words):
        """What can be pressed and reads so."""
        tag = "self::a or self::button or self::summary"
        one = phone.until(lambda: phone.driver.find_element("xpath", f"//*[{tag}][normalize-space()='{words}']"))
        phone.js("arguments[0].scrollIntoView({block: 'center'})", one)
        one.click()

    def into(label, text):
        last = f"(//label[normalize-space()='{label}'])[last()]"  # a controller has a name, too
        field = phone.until(lambda: phone.driver.find_element("xpath", last)).get_dom_attribute("for")
        phone.find(f"[id='{field}']").send_keys(text)

    device.values["burners"].append({"relay_pin": 19, "button_pin": 26, "sensor": True})
    device.shutoffs[0]["burner"] = 1
    device.publish(burners=[burner(), burner(cause="REMOTE:web")], names=["Front left", "Back right"])
    phone.set_languages(language)
    phone.shape(*NARROW)
    phone.open(device)
    phone.until(lambda: re.search(why, phone.text(".burner:last-child .last")))
    press(settings_tab)
    press(times)
    group = phone.find("details[open]")
    assert timer in group.text
    for _ in range(3):
        phone.press(f"details[open] [aria-label='{minus}']")
    phone.reads(change, ".changes")
    press(save)
    phone.reads(saved)
    assert device.values["burners"][1]["timer_default_min"] == 15
    press(settings_tab)
    press(tokens)
    into(secret, "soup is ready")
    into(name, "shelf")
    press(make)
    phone.reads(NEW_TOKEN, "dialog .token")
    press(have)
    phone.reads("shelf", "#programs")
