"""The page in Chromium over a fake device. Screenshots are left in build/screenshots/."""

import re

import pytest

from host_tests.browser.page import NEW_TOKEN, WWW, burner, burning, served, shutoffs
from host_tests.browser.phone import MISSING, PHONE, SCREENS, Keys
from host_tests.browser.screenshots import WANTED, take

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "")


def writes(device, path):
    return [one for one in device.writes if one[1] == path]


# --- OFF ------------------------------------------------------------------------------------------------------------


def test_off_is_posted_with_the_token_of_the_log_in_and_shows_that_the_device_answered(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    phone.press("#off")
    phone.reads("The controller answered: shutting off.", "#answer")
    assert writes(device, "/off") == [("POST", "/off", None, "9f2c71")]
    phone.reads("Turned off", ".state")
    phone.reads("turned off from the web page", ".last")


@pytest.mark.long
def test_each_of_two_burners_has_an_off_of_its_own(phone, device):
    device.publish(burners=[burning(), burning(remaining_s=300)])
    phone.open(device)
    phone.find("[aria-label='Turn off Burner 2']").click()
    phone.until(lambda: phone.all(".burner")[1].get_dom_attribute("data-state") == "VERIFYING")
    assert phone.all(".burner")[0].get_dom_attribute("data-state") == "BURNING"
    assert [one[1] for one in writes(device, "/burners/1/off")] == ["/burners/1/off"]


@pytest.mark.long
def test_off_is_the_largest_thing_there(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    off = phone.find("#off").size
    others = [one.size for one in phone.all("button, a, input, .dial, .state") if one.get_dom_attribute("id") != "off"]
    assert off["width"] * off["height"] > max(one["width"] * one["height"] for one in others)
    buttons = [one.size for one in phone.all("button, #tabs a") if one.get_dom_attribute("id") != "off"]
    assert off["width"] * off["height"] > 5 * max(one["width"] * one["height"] for one in buttons)
    assert phone.js("return parseFloat(getComputedStyle(document.getElementById('off')).fontSize)") > phone.js(
        "return Math.max(...[...document.querySelectorAll('body *:not(#off)')].map("
        "(one) => parseFloat(getComputedStyle(one).fontSize)))"
    )


@pytest.mark.long
def test_no_control_of_the_page_could_look_like_on(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    for page in ("now", "history", "more"):
        phone.js("location.hash = arguments[0]", page)
        phone.until(lambda page=page: phone.seen(f"#tabs a[href='#{page}'][aria-current]"))
        names = [one.text for one in phone.all("button, #tabs a") if one.is_displayed()]
        known = {
            "Turn off",
            "Off in 5 min",
            "I am leaving",
            "Now",
            "History",
            "Settings",
            "More",
            "中文",
            "Safety check",
            "Signal",
            "Log out",
            "Save as CSV",
        }
        assert set(names) <= known


@pytest.mark.long
def test_more_time_is_offered_only_where_the_device_allows_it(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    phone.reads("Burning", ".state")
    assert not phone.seen("button.more")
    device.publish(remote_extend=True)
    phone.press("button.more")
    phone.reads("the controller decides", "#answer")
    assert writes(device, "/burners/0/extend")
    device.publish(burners=[burning(flame=False)])
    phone.until(lambda: not phone.seen("button.more"))


def test_an_off_without_an_answer_is_shown_as_not_answered(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    device.stop()
    phone.press("#off")
    phone.reads("No answer from the controller. Turn the knob off.", "#answer", 12)


def test_an_off_pressed_while_the_device_is_away_reaches_it_when_it_comes_back_in_time(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    device.stop()
    phone.reads("No connection", "#lost", 10)
    phone.press("#off")
    device.start()
    phone.reads("The controller answered", "#answer", 8)
    assert writes(device, "/off")


def test_an_off_of_a_forgotten_session_says_so_and_asks_for_the_password(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    device.sessions = False
    phone.press("#off")
    phone.find("#password")
    assert device.burners[0]["contact_closed"]


# --- live -----------------------------------------------------------------------------------------------------------


def test_state_ring_and_cause_follow_the_status(phone, device):
    phone.open(device)
    phone.reads("All off", ".state")
    phone.reads("time was up", ".last")
    device.publish(burners=[burning(remaining_s=1800)])
    phone.reads("Burning", ".state")
    arc = "return Number(document.querySelector('.arc').getAttribute('stroke-dashoffset')) / (2 * Math.PI * 92)"
    phone.until(lambda: abs(phone.js(arc) - 0.5) < 0.01)  # 30 minutes are half a turn
    assert phone.text(".left").startswith(("30:00", "29:5"))
    phone.until(lambda: phone.text(".left").startswith("29:5"))
    device.publish(burners=[burning(state="WARNING", remaining_s=45)])
    phone.reads("Turning off soon", ".state")
    device.publish(burners=[burner(state="VERIFYING", cause="FLAME_OUT")])
    phone.reads("flame went out", ".last")
    assert not phone.seen(".arc[visibility=visible]")
    assert "Turned off" in phone.js("return document.getElementById('said').textContent")


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", ["cut", "silent"])
def test_a_dropped_link_is_shown_within_ten_seconds_and_no_stale_number_stays(phone, device, how):
    device.publish(burners=[burning()])
    phone.open(device)
    phone.reads("Burning", ".state")
    if how == "cut":
        device.stop()
    else:
        device.silent = True
    phone.until(lambda: phone.seen("#lost"), 12)
    phone.reads("–:––", ".left", 2)
    assert phone.text(".state") == "Not known"
    assert "stale" in phone.js("return document.body.className")
    assert phone.seen("#off")
    phone.picture("lost-" + how)
    if how == "cut":
        device.start()
    else:
        device.silent = False
    phone.reads("Burning", ".state", 25)
    assert not phone.seen("#lost")


def test_a_fault_says_what_to_do_and_that_only_the_button_ends_it(phone, device):
    device.publish(burners=[burner(state="FAULT", fault="CONTACT_WELDED", cause="FAULT:CONTACT_WELDED")])
    phone.open(device)
    phone.reads("Contact welded, or bypass switch closed", ".state")
    assert "open the bypass switch" in phone.text(".do").lower() and "button for 6 s" in phone.text(".do")


def test_without_a_sensor_neither_a_flame_nor_a_proof_is_shown(phone, device):
    device.publish(burners=[burning(sensor=False, flame=False)])
    phone.open(device)
    phone.reads("No sensor", ".burner")
    assert phone.all(".dial.blind") and not phone.all(".dial.lit")
    device.publish(burners=[burner(sensor=False, state="VERIFYING")])
    phone.reads("Switched off", ".burner")
    phone.reads("cannot see the flame", ".burner")
    assert not phone.seen(".tick")


@pytest.mark.long
def test_the_millivolts_are_drawn_live(phone, device):
    device.publish(burners=[burning()])
    phone.open(device, "signal")
    phone.reads("14.0 mV")
    device.publish(burners=[burning(tc_uv=12500)])
    phone.reads("12.5 mV")
    phone.until(lambda: len(re.findall("L", phone.find(".mv .a").get_dom_attribute("d"))) >= 2)


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_last_hundred_of_all_shutoffs_are_listed_with_their_causes(phone, device):
    device.shutoffs = [shutoffs()[0] | {"number": n} for n in range(512, 0, -1)]
    phone.open(device, "history")
    phone.until(lambda: len(phone.all("ol.plain li")) == 100)
    phone.reads("The last 512 shut-offs")
    assert phone.text("ol.plain li").lower().startswith("turned off from the web page")


def test_half_an_answer_is_asked_for_again(phone, device):
    device.cut = 1
    phone.open(device)
    phone.reads("(", ".last")


def test_a_refused_setting_says_why_at_its_field(phone, device):
    phone.open(device, "settings")
    field = phone.find("[name=warning_s]")
    field.clear()
    field.send_keys("999" + Keys.ENTER)
    phone.until(lambda: field.get_dom_attribute("aria-invalid") == "true")
    why = phone.js("return document.getElementById('f-warning_s-why').textContent")
    assert why == "Warning before the shut-off: it must be a whole number from 15 to 300."
    assert "f-warning_s-why" in field.get_dom_attribute("aria-describedby")
    assert phone.driver.switch_to.active_element == field
    assert device.values["warning_s"] == 60


def test_a_setting_is_saved_and_only_what_changed_is_sent(phone, device):
    phone.open(device, "settings")
    field = phone.find("[name=timer_default_min]")
    field.clear()
    field.send_keys("45" + Keys.ENTER)
    phone.reads("restarts as soon as all burners are off")
    assert [one[2] for one in writes(device, "/settings")] == [{"timer_default_min": 45}]


@pytest.mark.long
def test_a_threshold_of_one_burner_is_sent_with_the_rest_of_that_burner(phone, device):
    phone.open(device, "settings")
    phone.find("form")
    for summary in phone.all("details summary"):
        phone.js("arguments[0].click()", summary)
    field = phone.find("[name='burners[0].loaded_on_uv']")
    field.clear()
    field.send_keys("3000" + Keys.ENTER)
    phone.reads("restarts as soon as all burners are off")
    (asked,) = writes(device, "/settings")
    assert asked[2] == {"burners": [{"relay_pin": 18, "button_pin": 25, "sensor": True, "loaded_on_uv": 3000}]}


def test_pins_are_shown_and_cannot_be_changed_remotely(phone, device):
    phone.open(device, "settings")
    phone.find("form")
    for name in ("sda_pin", "hood_pin", "burners[0].relay_pin"):
        assert phone.js("return document.getElementById(arguments[0]).disabled", f"f-{name}"), name
        about = phone.js("return document.getElementById(arguments[0]).textContent", f"f-{name}-about")
        assert about == "Only over the USB cable, in sight of the wires."
    shown = phone.js("return document.getElementById('f-burners[0].relay_pin').value")
    assert shown == str(device.values["burners"][0]["relay_pin"])


@pytest.mark.long
def test_an_access_token_is_made_in_a_scope_and_revoked(phone, device):
    phone.open(device, "network")
    phone.reads("No token yet", "#programs")
    phone.find("[name=confirm]").send_keys("my password")
    phone.find("#token-name").send_keys("node-red")
    phone.press("#programs button")
    phone.reads(NEW_TOKEN, "dialog .token")
    phone.open(device, "network")
    phone.reads("node-red · read", "#programs")
    assert NEW_TOKEN not in phone.text("#programs")
    phone.press("#programs li button")
    phone.reads("No token yet", "#programs")
    assert [one[2] for one in writes(device, "/tokens")] == [
        {"make": "read", "name": "node-red", "confirm": "my password"},
        {"revoke": "5eed0123", "confirm": ""},
    ]


@pytest.mark.long
def test_devices_that_are_logged_in_are_listed_and_can_be_logged_out(phone, device):
    phone.open(device, "network")
    phone.reads("this device", "#sessions")
    phone.press("#sessions li button")
    phone.until(lambda: len(phone.all("#sessions li")) == 2)
    phone.press("#sessions .row button")
    phone.until(lambda: len(phone.all("#sessions li")) == 1)
    assert [one[2] for one in writes(device, "/sessions")] == [{"revoke": "bbbbbbbb"}, {"revoke": "others"}]


def test_while_something_burns_nothing_is_saved_and_the_page_says_so(phone, device):
    device.publish(burners=[burning()])
    phone.open(device, "settings")
    phone.reads("It can be saved when all are off")


@pytest.mark.long
def test_the_commissioning_walks_through_ten_tests_and_keeps_the_result(phone, device):
    phone.open(device, "check")
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
    assert device.results["weld"]["passed"] is False and device.results["plug"]["passed"] is True


@pytest.mark.long
def test_log_and_about_are_there(phone, device):
    phone.open(device, "more")
    phone.reads("wifi online")
    assert "Not certified" in phone.text() and "26 h 3 min" in phone.text()
    phone.reads("Python 20 kB · its largest block 27 kB")
    phone.reads("25 %")


@pytest.mark.long
def test_what_the_self_test_of_the_pump_found_stands_beside_the_load(phone, device):
    found = {
        "passed": "passed", "bridged": "failed: the coils have power without it",
        "dead": "failed: it gives the coils no power", "weak": "failed: it ends too early or too late",
        "untested": "not tested",
    }  # fmt: skip
    for device.self_test, words in found.items():
        phone.open(device, "more")
        phone.reads(f"Self-test of the pump\n{words}")


def test_a_wrong_password_and_the_wait_after_many_are_shown(phone, device):
    phone.open(device, inside=False)
    for _ in range(3):
        phone.find("#password").send_keys("soup" + Keys.ENTER)
        phone.reads("Wrong password.")
    phone.find("#password").send_keys("soup" + Keys.ENTER)
    phone.reads("Too many wrong passwords. Wait 8 s.")
    assert not phone.seen("#off")


@pytest.mark.long
def test_the_set_up_asks_for_everything_and_refuses_a_short_password_at_its_field(phone, device):
    device.setup = True
    phone.open(device, inside=False)
    phone.reads("the password is probably wrong")
    phone.press("main .row button")
    assert phone.find("[name='wifi.ssid']").get_attribute("value") == "Kitchen"
    phone.find("[name='wifi.password']").send_keys("beans and rice")
    phone.press(".field:has([name='wifi.password']) .show")
    assert phone.find("[name='wifi.password']").get_attribute("type") == "text"
    for name in ("language", "time_zone"):
        assert phone.seen(f"[name='{name}']")
    for name in ("mqtt.host", "voice.client_id"):
        assert phone.all(f"[name='{name}']")
    phone.find("[name=password]").send_keys("short")
    phone.press("button[type=submit]")
    phone.reads("Device password: it must have 8 to 64 characters.")
    phone.find("[name=password]").send_keys(" but longer")
    phone.press("button[type=submit]")
    phone.reads("joins “Kitchen”")
    sent = writes(device, "/network")[-1][2]
    assert sent["wifi"] == {"ssid": "Kitchen", "password": "beans and rice"}
    assert sent["password"] == "short but longer" and "time_zone_min" in sent


# --- resources -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_page_with_one_burner_fits_on_one_screen_of_a_phone(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    phone.reads("Burning", ".state")
    assert phone.js("return document.documentElement.scrollHeight") <= PHONE[1]


def test_all_of_it_is_smaller_than_32_kb_and_needs_nothing_from_outside():
    assert sorted(served()) == ["/", "/app.js", "/icon.png", "/manifest.webmanifest", "/style.css"]
    assert sum(map(len, served().values())) <= 32_000
    for one in (one for one in WWW.rglob("*.*") if one.suffix != ".png"):
        outside = re.findall(r"https?://[^\s'\"]+", one.read_text())
        assert set(outside) <= {"http://www.w3.org/2000/svg"}
    page = (WWW / "index.html").read_text()
    assert " style=" not in page and "<style" not in page and not re.search(r"<script[^>]*>[^<]|\son\w+=", page)


@pytest.mark.long
def test_the_page_asks_for_nothing_but_the_api(phone, device):
    device.publish(burners=[burning()])
    phone.open(device)
    for page in ("history", "signal", "settings", "network", "more", "check"):
        phone.js("location.hash = arguments[0]", page)
        phone.until(lambda page=page: phone.js("return document.body.className").startswith("at-" + page))
        phone.until(lambda: not phone.waits())
    asked = phone.js("return performance.getEntriesByType('resource').map((one) => one.name)")
    for address in asked:
        path = address.removeprefix(device.url)
        assert path in served() or path.startswith("/api/v1/"), address


@pytest.mark.sample(1)
@pytest.mark.parametrize("screen", WANTED, ids=str)
def test_a_picture_of_every_screen_is_kept(phone, device, screen):
    take(phone, device, screen)
    assert (SCREENS / (screen + ".png")).stat().st_size > 10_000
