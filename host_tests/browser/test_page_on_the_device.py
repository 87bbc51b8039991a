"""The page in Chromium, served by the compiled firmware with both threads and a simulated stove in real time.

Device and browser take seconds to start, so each test has several steps.
"""

import json
import re
from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from curfew.runtime import snapshot
from curfew.services.http import password
from fleet import time_zones
from host_tests.browser.page import PASSWORD
from host_tests.browser.phone import MISSING, By, Keys, browsing
from host_tests.fixtures.web import Client
from simulator.realtime.process import network_of
from simulator.realtime.rig import SHORT, RealtimeRig

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "")

QUICK = {"tip_heat_ms": 1500, "tip_cool_ms": 6000}  # a small thermocouple: burns of seconds
PROVOKED = re.compile(r"status of (401|409|422|429) |net::ERR_(INTERNET_DISCONNECTED|CONNECTION_|EMPTY_|INCOMPLETE_)")
# Every file and answer that a page load took: address, status, bytes over the air with their heads.
LOADED = """
return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .map((one) => [one.name, one.responseStatus, one.transferSize]);
"""
TIME = "return fetch('/api/v1/status').then((answer) => answer.json()).then((status) => status.time)"


@pytest.fixture(scope="module")
def phone():
    with browsing() as one:
        yield one


def page_of(desk):
    """The address for Phone.open()."""
    return SimpleNamespace(url=f"http://127.0.0.1:{desk.web_port}")


def arrive(phone, desk):
    """A new phone opens the page as soon as the device serves it."""
    phone.clean()
    desk.wait_for(lambda: loads(phone, desk), 20, "the page")


def loads(phone, desk):
    try:
        phone.driver.get(page_of(desk).url + "/")
        return True
    except Exception:
        return False


def complaints(phone):
    """New errors and warnings of the browser, except for those that a test provokes."""
    lines = [line["message"] for line in phone.driver.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]
    return [line for line in lines if not PROVOKED.search(line)]


def log_in(phone, password=PASSWORD):
    phone.find("#password").send_keys(password + Keys.ENTER)


def go(phone, page):
    phone.js("location.hash = arguments[0]", page)
    phone.until(lambda: phone.js("return document.body.className").startswith("at-" + page) and not phone.waits())


def fill(phone, name, text):
    field = phone.find(f"[name='{name}']")
    phone.js("arguments[0].scrollIntoView({block: 'center'})", field)
    field.clear()
    field.send_keys(text)


def answers(desk, token):
    """Whether a program with this token may read the shut-offs."""
    try:
        return Client(desk.web_port).ask("GET", "shutoffs", Authorization="Bearer " + token).status == 200
    except OSError:
        return False


def choose(phone, name, text):
    """Pick the line of a list that a person would read."""
    lists = phone.find(f"[name='{name}']").find_elements(By.TAG_NAME, "option")
    next(line for line in lists if line.text == text).click()


def state(phone):
    """Of the first burner, as the page shows it; "unknown" where it does not know."""
    return phone.all(".burner")[0].get_dom_attribute("data-state")


def another(phone, desk):
    """A window more with the page; the name of it. It counts how often it calls the link lost, in window.dark."""
    phone.driver.switch_to.new_window("window")
    phone.driver.get(page_of(desk).url + "/")
    phone.until(lambda: state(phone) == "BURNING")
    watch(phone)
    return phone.driver.current_window_handle


def watch(phone):
    phone.js(
        "window.dark = 0; new MutationObserver(() => { window.dark += !document.getElementById('lost').hidden; })"
        ".observe(document.getElementById('lost'), {attributes: true})"
    )


def light(desk):
    """A user lights the first burner, and releases it when it stays lit."""
    desk.light(5)
    desk.wait_state("BURNING", s=20)
    desk.wait_for(lambda: not desk.world.burners[0].pressed, 10, "the release of the knob")


def microvolts(desk, burner=0):
    """(thermocouple, magnet) as the safety loop last published them."""
    at = burner * snapshot.SNAP_FIELDS
    return desk._values[at + snapshot.SNAP_TC_UV], desk._values[at + snapshot.SNAP_MAGNET_UV]


@pytest.mark.long
def test_from_the_first_set_up_to_a_saved_setting(tmp_path, phone):
    with RealtimeRig(tmp_path, network={}, **SHORT) as desk:
        desk.provoke()  # the set-up restarts the controller
        arrive(phone, desk)
        phone.reads("Set up", "h1")
        assert not phone.seen("#off") and not phone.seen("#tabs")

        # What a new owner types, with a password that is too short at first.
        phone.find("[name='wifi.ssid']").send_keys("Kitchen 3")
        phone.find("[name='wifi.password']").send_keys("beans and rice")
        phone.find("[name='password']").send_keys("short")
        choose(phone, "language", "中文")
        choose(phone, "time_zone", "Europe/Berlin")
        phone.press("button[type=submit]")
        phone.until(lambda: "8 to 64 characters" in phone.text("#f-password-why"))
        assert not (desk.flash / "network.json").exists()
        fill(phone, "password", PASSWORD)
        phone.press("button[type=submit]")
        phone.reads("joins “Kitchen 3”")
        assert complaints(phone) == []
        desk.wait_for(lambda: desk.starts == 2, 20, "the restart that was promised")
        kept = json.loads((desk.flash / "network.json").read_text())
        assert kept["wifi"] == {"ssid": "Kitchen 3", "password": "beans and rice"}
        assert (kept["language"], kept["time_zone"]) == ("zh", "Europe/Berlin")
        assert kept["time_zone_changes"] == time_zones.rules("Europe/Berlin")["time_zone_changes"]
        assert list(password.hashing_like(PASSWORD, kept["password"]))[-1] == kept["password"]

        # The wrong password, until the device asks for a pause; then the right one.
        arrive(phone, desk)
        log_in(phone, "not the soup")
        phone.reads("Wrong password.")

        def too_soon():
            log_in(phone, "not the soup")
            phone.until(lambda: phone.text("#why"))
            return "Too many wrong passwords. Wait" in phone.text("#why")

        phone.until(too_soon)
        assert not phone.seen("#off")

        def let_in():
            if not phone.seen("#off"):
                log_in(phone)
                phone.until(lambda: phone.seen("#off") or phone.text("#why"), 3)
            return phone.seen("#off")

        phone.until(let_in)
        phone.reads("All off", ".state")

        # A result of the commissioning outlives the page.
        go(phone, "check")
        phone.reads("0 of 10 passed")
        phone.press("main button.main")
        phone.press(".step .row button:first-child")
        phone.until(lambda: phone.find(".step").get_dom_attribute("data-test") == "hold")
        phone.driver.refresh()
        phone.reads("1 of 10 passed")
        assert (desk.flash / "commissioning.txt").read_text().startswith("plug 1 ")

        # Log and about.
        go(phone, "more")
        phone.reads("401 wrong password", "pre")
        assert "Not certified" in phone.text() and "Wi-Fi\nonline" in phone.text("dl")

        # A setting that is refused says why at its field; a good one is saved, and the device starts with it.
        go(phone, "settings")
        fill(phone, "warning_s", "999" + Keys.ENTER)
        phone.until(
            lambda: (
                phone.text("#f-warning_s-why")
                == "Warning before the shut-off: it must be a whole number from 15 to 300."
            )
        )
        assert json.loads((desk.flash / "settings.json").read_text())["warning_s"] == SHORT["warning_s"]
        fill(phone, "warning_s", "20" + Keys.ENTER)
        phone.reads("restarts as soon as all burners are off")
        desk.wait_for(lambda: desk.starts == 3, 20, "the restart that was promised")
        assert json.loads((desk.flash / "settings.json").read_text())["warning_s"] == 20

        # A token for a program, which then gets in without a session; the phone is still logged in. A session of before
        # a restart may change things as soon as the time is known.
        phone.until(lambda: phone.text() and "Offline" not in phone.text())
        there = datetime.fromisoformat(phone.until(lambda: phone.js(TIME)))
        assert there.utcoffset() == there.astimezone(ZoneInfo("Europe/Berlin")).utcoffset()
        go(phone, "network")
        phone.find("[name=confirm]").send_keys(PASSWORD)
        phone.press("#programs button")
        token = phone.until(lambda: phone.text("dialog .token"))
        desk.wait_for(lambda: answers(desk, token), 20, "the program")
        assert not answers(desk, token[:-1] + ("0" if token[-1] != "0" else "1"))
        assert complaints(phone) == []


@pytest.mark.long
def test_a_newcomer_sets_up_the_wifi_with_a_wrong_password_first_and_turns_off_after_a_restart(
    tmp_path, phone, monkeypatch
):
    monkeypatch.setenv("WIFI_KEY", "beans and rice")
    with RealtimeRig(tmp_path, network={}, sensor=False, **SHORT) as desk:
        desk.provoke()  # the set-up restarts the controller
        arrive(phone, desk)
        phone.until(lambda: any(one.text == "home" and (one.click() or True) for one in phone.all(".row button")))
        fill(phone, "wifi.password", "beans and rise")
        fill(phone, "password", PASSWORD)
        phone.press("button[type=submit]")
        phone.reads("the set-up comes back by itself after about a minute and says why")
        desk.wait_for(lambda: desk.console().count("Set-up: Wi-Fi") == 2, 90, "the set-up again")
        assert "Wi-Fi home: wrong password?" in desk.console()

        # Name and device password are kept: only what was wrong is typed again.
        arrive(phone, desk)
        phone.reads("The Wi-Fi did not come: the password is probably wrong.")
        fill(phone, "wifi.password", "beans and rice")
        phone.press("button[type=submit]")
        phone.reads("joins “home”")
        desk.wait_for(lambda: desk.starts == 3, 20, "the restart that was promised")
        kept = json.loads((desk.flash / "network.json").read_text())
        assert kept["wifi"] == {"ssid": "home", "password": "beans and rice"}

        arrive(phone, desk)
        log_in(phone)
        phone.until(lambda: phone.seen("#off"))
        desk.reset()
        desk.pass_ticks(300)  # the reclose delay
        desk.press()
        desk.wait_state("BURNING", s=20)
        phone.until(lambda: phone.all(".burner") and state(phone) == "BURNING", 20)
        phone.press("#off")
        desk.wait_for(lambda: desk.state() in ("VERIFYING", "IDLE"), 5, "OFF")
        phone.reads("turned off from the web page")
        assert complaints(phone) == []


@pytest.mark.long
def test_a_burn_seen_from_three_phones_and_ended_by_one(tmp_path, phone):
    with RealtimeRig(tmp_path, burners=2, stove=QUICK, network=network_of(PASSWORD), **SHORT) as desk:
        arrive(phone, desk)
        log_in(phone)
        phone.find("#off")
        phone.until(lambda: len(phone.all(".burner")) == 2)

        # A load of the page, by a browser that keeps nothing.
        phone.cdp("Network.clearBrowserCache")
        phone.driver.get(page_of(desk).url + "/?again")
        phone.find("#off")
        loaded = phone.js(LOADED)
        print(f"a page load: {len(loaded)} requests, {sum(one[2] for one in loaded)} bytes")
        assert {status for _, status, _ in loaded} == {200} and len(loaded) >= 4
        assert all(address.startswith(page_of(desk).url + "/") for address, _, _ in loaded)
        assert sum(size for _, _, size in loaded) < 40_000
        assert complaints(phone) == []
        phone.js("document.head.append(Object.assign(document.createElement('script'), {text: 'window.inline = 1'}))")
        assert phone.js("return window.inline === undefined"), "the policy lets a script in"
        assert "Content Security Policy" in " ".join(complaints(phone))

        # A user lights the first burner: the page shows flame, ring and time, and the other one at rest.
        light(desk)
        phone.until(lambda: state(phone) == "BURNING")
        first, second = phone.all(".burner")
        assert first.find_elements(By.CSS_SELECTOR, ".dial.lit")
        assert first.find_element(By.CSS_SELECTOR, ".arc").get_dom_attribute("visibility") == "visible"
        minutes, seconds = map(int, first.find_element(By.CSS_SELECTOR, ".left").text.split("\n")[0].split(":"))
        assert abs(60 * minutes + seconds - desk._values[snapshot.SNAP_REMAINING_S]) <= 3
        assert second.get_dom_attribute("data-state") == "IDLE"

        # Live millivolts; nothing can be saved while it burns.
        go(phone, "signal")

        def in_step():
            shown = [float(one.text.split()[-2]) for one in phone.all("section:first-of-type .key")]
            return all(abs(one - uv / 1000) <= 0.3 for one, uv in zip(shown, microvolts(desk), strict=True))

        phone.until(in_step)
        assert microvolts(desk)[0] > 5000
        go(phone, "settings")
        phone.reads("It can be saved when all are off")
        fill(phone, "warning_s", "20" + Keys.ENTER)
        phone.until(lambda: "A burner is on" in phone.text(".said"))
        assert json.loads((desk.flash / "settings.json").read_text())["warning_s"] == SHORT["warning_s"]

        # Two more phones: none of the three is left in the dark, and an OFF of the last one is seen by the first.
        go(phone, "now")
        watch(phone)
        phones = [phone.driver.current_window_handle, *(another(phone, desk) for _ in range(2))]
        with desk.remote_off(source="web") as off:
            phone.press("#off")
        phone.reads("The controller answered: shutting off.", "#answer")
        off.wait()
        assert (desk.contact(), desk.gas()) == ("open", "off")
        for window in phones:
            phone.driver.switch_to.window(window)
            phone.until(lambda: state(phone) in ("VERIFYING", "IDLE"), 6)
            assert phone.js("return [document.hidden, window.dark]") == [False, 0]
            assert complaints(phone) == []
        for window in phones[1:]:
            phone.driver.switch_to.window(window)
            phone.driver.close()
        phone.driver.switch_to.window(phones[0])

        # Why did it turn off?
        desk.wait_for(lambda: (desk.flash / "journal.txt").exists(), 5, "the journal")
        go(phone, "history")
        phone.until(lambda: "turned off from the web page" in phone.text("ol.plain li").lower())

        # The plug is pulled: the page says that it does not know, and is back as soon as the device is.
        go(phone, "now")
        desk.do("power_off")
        phone.until(lambda: phone.seen("#lost"), 10)
        assert state(phone) == "unknown" and phone.text(".state") == "Not known" and phone.text(".left") == "–:––"
        assert phone.seen("#off")
        desk.do("power_on")
        desk.wait_for(lambda: desk.starts == 2, 20, "the start")
        phone.until(lambda: state(phone) == desk.state())  # without a password: its session outlives the power cut
        assert not phone.seen("#lost") and complaints(phone) == []
