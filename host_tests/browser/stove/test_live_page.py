"""The stove in a real browser, as `make sim` starts it: what a newcomer does in three minutes.

A server and a browser take seconds to start, so a test is a story.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from host_tests.browser.phone import MISSING, By
from host_tests.browser.stove.page import Page
from host_tests.fixtures.live import ROOT, alive, family, program, wait_for
from host_tests.fixtures.seeded_firmware import seeded_build
from simulator.rules import invariants

needs_browser = pytest.mark.skipif(bool(MISSING), reason=MISSING or "")
MINUTE = 60
DEAF = ("curfew/runtime/inbox.py", "self.off[burner] = 1 + source", "self.off[burner] = 0")


@needs_browser
def test_a_newcomer_lights_forgets_and_welds(page, phone, tmp_path):
    page.anew()
    page.speed(10)
    phone.until(lambda: page.device(1) == "off" and any("ready" in line for line in page.reported()), MINUTE)
    let_go = page.hold("[data-knob='0']")
    phone.until(lambda: page.lit(1) and page.device(1) == "burning", MINUTE)
    phone.reads("it holds: release", "#stove", MINUTE)
    assert any("release the knob" in line for line in page.reported())  # not before the controller beeps
    let_go()
    phone.until(lambda: phone.seen("#coach .done[data-step=light]"))
    page.speed(60)
    phone.until(lambda: phone.seen("#coach .done[data-step=forget]"), MINUTE)
    phone.until(lambda: not page.flows(1) and not page.lit(1))
    assert any("contact opens: time is up" in line for line in page.reported())
    # again, and now the contact welds
    phone.until(lambda: page.device(1) == "off", MINUTE)
    page.key("l")
    phone.until(lambda: page.device(1) == "burning", MINUTE)
    phone.until(lambda: any("release the knob" in line for line in page.reported()[-4:]), MINUTE)
    phone.find("#weld-it").click()
    let_go = page.hold("[data-button='0']")
    phone.until(lambda: page.device(1) == "contact welded", MINUTE)
    let_go()
    phone.until(lambda: phone.seen("#coach .done"))
    assert page.flows(1) and page.lit(1)  # what the fault is about
    phone.until(lambda: phone.text("#rules") == f"{len(invariants.CHECKS)} rules hold", MINUTE)
    # what was done is a scenario, and the command line comes to the same end
    saved = json.loads(urllib.request.urlopen(f"http://{page.address}/scenario.json?name=a+first+evening").read())
    assert [event["do"] for event in saved["events"]][:3] == ["light", "light", "weld"]
    assert "TIMEOUT" in [one.get("shutoff_by") for one in saved["expect"]]
    file = tmp_path / "evening.json"
    file.write_text(json.dumps(saved))
    run = [sys.executable, "-m", "simulator", "run", str(file)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("ok  a first evening"), done.stdout + done.stderr


@pytest.mark.long
@needs_browser
def test_knob_and_buttons_answer_keys_pause_and_step(page, phone):
    page.anew()
    page.speed(0)
    phone.until(lambda: phone.seen("[data-speed='0'][aria-pressed=true]"))
    stands = phone.text("#clock")
    knob = phone.find("[data-knob='1']")
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    phone.js("arguments[0].focus()", knob)
    ActionChains(phone.driver).key_down(Keys.SPACE).perform()
    for _ in range(3):
        phone.find("#step").click()
    phone.until(lambda: not phone.seen("[data-speed='10'][aria-pressed=true]"))
    assert phone.text("#clock") == stands  # 60 ms are no second
    page.speed(10)
    ActionChains(phone.driver).key_up(Keys.SPACE).perform()
    phone.js("arguments[0].focus()", knob)
    ActionChains(phone.driver).key_down(Keys.SPACE).perform()
    phone.until(lambda: page.lit(2) and page.device(2) == "burning", MINUTE)
    phone.reads("it holds: release", "#stove", MINUTE)
    ActionChains(phone.driver).key_up(Keys.SPACE).perform()
    page.speed(1)
    ActionChains(phone.driver).send_keys(Keys.NULL).perform()
    phone.js("arguments[0].focus()", knob)
    ActionChains(phone.driver).send_keys(Keys.ARROW_LEFT).perform()
    phone.until(lambda: knob.get_dom_attribute("aria-valuetext") == "90 %")
    ActionChains(phone.driver).send_keys(Keys.HOME).perform()
    phone.until(lambda: not page.flows(2) and knob.get_dom_attribute("aria-valuetext") == "off")


@pytest.mark.long
@needs_browser
def test_every_act_is_in_the_drawer_and_a_wrong_value_is_reported(page, phone):
    from simulator.scenario import ACTS

    page.anew()
    page.tab("drawer")
    assert {one.get_dom_attribute("data-act") for one in phone.all("#acts form")} == set(ACTS)
    phone.js("document.querySelector('[data-act=film] input').value = 250")
    phone.press("[data-act=film] button")
    phone.until(lambda: any("oxide film on the contact (250)" in line for line in page.reported()))
    field = phone.find("[data-act=noise] input")
    phone.js("arguments[0].max = 99999; arguments[0].value = 9000", field)
    phone.press("[data-act=noise] button")
    phone.reads("uv: 9000 is not a whole number from 0 to 5000", "#toast")
    phone.press("[data-act=power_off] button")
    phone.until(lambda: "no power" in phone.text("#stove"))
    phone.press("[data-act=power_on] button")
    phone.until(lambda: page.device(1) != "starting …")


@pytest.mark.long
@needs_browser
def test_faults_come_at_random_until_they_are_switched_off(page, phone):
    page.anew()
    page.tab("drawer")
    phone.press("#random[aria-pressed=false]")
    page.speed(60)
    faults = len(page.reported())
    phone.until(lambda: len(page.reported()) > faults + 5, MINUTE)
    phone.press("#random[aria-pressed=true]")
    assert phone.seen("#random[aria-pressed=false]")
    saved = json.loads(urllib.request.urlopen(f"http://{page.address}/scenario.json?name=random").read())
    assert len(saved["events"]) >= 2, "what came at random is recorded like all else"


@needs_browser
def test_a_scenario_is_watched_to_its_end_and_one_from_disk_is_refused_with_its_key(page, phone, tmp_path):
    page.tab("runs")
    phone.find("#find").send_keys("a_blown_out_flame")
    phone.press("#scenarios button")
    page.speed(60)
    phone.reads("everything that it expects has happened", "#banner", MINUTE)
    assert phone.seen("[data-speed='0'][aria-pressed=true]")  # it waits there
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"name": "mine", "until": "0:01:00", "events": [{"at": "0:00:01", "do": "pres"}]}')
    phone.driver.find_element(By.CSS_SELECTOR, "#file").send_keys(str(wrong))
    phone.reads('events[0].do: "pres" is not one of', "#toast")
    wrong.write_text('{"name": "mine", "until": "0:00:30", "stove": {"burners": 1}}')
    phone.driver.find_element(By.CSS_SELECTOR, "#file").send_keys(str(wrong))
    phone.reads("Playing: mine (0:00:30)", "#playing")
    phone.until(lambda: len(phone.all(".knob")) == 1)


@pytest.mark.long
@needs_browser
def test_two_tabs_see_one_stove_and_the_controller_serves_its_own_page_beside_it(page, phone):
    page.anew()
    first = phone.driver.current_window_handle
    page.speed(10)
    page.key("l")
    phone.until(lambda: page.device(1) == "burning", MINUTE)
    phone.driver.switch_to.new_window("tab")
    phone.driver.get(f"http://{page.address}/")
    phone.until(lambda: phone.seen(".knob") and page.device(1) == "burning")
    page.key("f")
    phone.driver.close()
    phone.driver.switch_to.window(first)
    phone.until(lambda: not page.flows(1), MINUTE)
    page.speed(1)
    page.tab("device")
    phone.driver.switch_to.frame(phone.find("#frame iframe"))
    phone.until(lambda: phone.seen("#off"), MINUTE)  # without a password
    phone.reads("turned off from the web page", "main", MINUTE)  # what F was, among the shut-offs
    last = "fetch('/api/v1/shutoffs').then((answer) => answer.json()).then(([one]) => arguments[0](one.when))"
    phone.until(lambda: phone.driver.execute_async_script(last), MINUTE)
    phone.js("location.hash = 'history'")
    phone.reads("Burner 1 · today", "main", MINUTE)  # the device knows the time
    phone.driver.switch_to.default_content()


@pytest.mark.long
@needs_browser
def test_it_speaks_chinese_fits_a_phone_and_has_no_word_without_a_translation(page, phone):
    phone.find("#language").click()
    phone.reads("模拟灶具", "header")
    left = [word for word in phone.text("main").split("\n") if re.fullmatch(r"(state|fault|cause|do|group)\..*", word)]
    assert left == []
    named = "#acts button, #acts legend, #acts select:not([name=in], [name=error]) option"
    said = phone.js("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", named)
    said += phone.js("return [...document.querySelectorAll('#acts [aria-label]')].map((one) => one.ariaLabel)")
    assert {word for word in said if not re.search(r"[\u4e00-\u9fff]", word)} == {"MQTT", "a", "b"}
    assert [word for word in said if re.search("[a-z]{5}", word.replace("Python", ""))] == []
    page.shape(360, 780)
    phone.until(lambda: phone.js("return document.documentElement.scrollWidth <= innerWidth"))
    phone.until(lambda: phone.js("return document.querySelector('svg').viewBox.baseVal.height") > 900)
    phone.find("#language").click()


@needs_browser
def test_a_broken_rule_turns_the_page_red_and_offers_the_scenario(phone, tmp_path):
    with program(firmware=seeded_build(tmp_path, DEAF)) as (_, address):
        page = Page(phone, address)
        page.key("l")
        page.speed(10)
        phone.until(lambda: page.device(1) == "burning", MINUTE)
        page.key("f")
        phone.until(lambda: phone.js("return document.body.classList.contains('violated')"), MINUTE)
        assert "S4" in phone.text("#banner") and "remote_off (web), coil still on" in phone.text("#banner")
        assert phone.find("#banner button").text == "Save the scenario that did it"
        offered = json.loads(urllib.request.urlopen(f"http://{address}/scenario.json?name=a%20broken%20rule").read())
        assert [event["do"] for event in offered["events"]] == ["light", "remote_off"]


def cpu_s(pids):
    """Seconds of a core that these processes have used."""
    ticks = 0
    for pid in pids:
        fields = (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@pytest.mark.evidence
@needs_browser
def test_how_quick_the_page_is_and_what_it_costs(phone, capsys):
    """The figures that the page was built for; on a machine that does something else as well they say little."""
    phone.clean()
    begun_s = time.monotonic()
    with program() as (process, address):
        page = Page(phone, address)
        first_s = time.monotonic() - begun_s
        time.sleep(5)

        def share(s=10):
            """Per cent of a core, pictures a second."""
            everybody = family(process.pid)
            used_s, from_s = cpu_s(everybody), time.monotonic()
            phone.js("picturesPerSecond()")
            time.sleep(s)
            used_s = cpu_s(everybody) - used_s
            return 100 * used_s / (time.monotonic() - from_s), phone.js("return picturesPerSecond()")

        idle = share()
        page.key("1")
        page.key("l")
        page.key("2")
        page.key("l")
        phone.until(lambda: page.device(1) == page.device(2) == "burning", MINUTE)
        reported = {"idle 1x": idle, "two burners 1x": share()}
        for speed in (10, 60):
            page.speed(speed)
            reported[f"two burners {speed}x"] = share()
    with capsys.disabled():
        print(f"\nfirst picture after {first_s:.2f} s")
        for what, (percent, pictures) in reported.items():
            print(f"{what}: {percent:.0f} % of a core, {pictures:.0f} pictures a second")
    assert first_s < 2
    assert idle[0] < 15
    assert reported["two burners 1x"][1] > 25


def test_ctrl_c_leaves_no_process():
    with program() as (process, address):
        wait_for(lambda: len(family(process.pid)) >= 2, "the controller")
        everybody = family(process.pid)
        assert urllib.request.urlopen(f"http://{address}/").status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert "the stove is stopped" in process.stdout.read()
    wait_for(lambda: not [pid for pid in everybody if alive(pid)], "their end", 10)


@pytest.mark.long
def test_a_host_that_is_killed_takes_its_controller_along(tmp_path):
    with program(folder=tmp_path) as (process, _):
        wait_for(lambda: len(family(process.pid)) >= 2, "the controller")
        everybody = family(process.pid)
        process.kill()
        process.wait()
        wait_for(lambda: not [pid for pid in everybody if alive(pid)], "the end of the controller", 20)


def test_a_used_port_is_one_line_or_the_next_one():
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        used.listen()
        port = used.getsockname()[1]
        command = [sys.executable, "-m", "simulator", "live", "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"port {port} is in use: give another one (PORT={port + 10}), or none for the next free one" in done.stderr
    with program() as (_, one), program() as (_, other):
        assert one != other


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--broker", "kitchen"], "'kitchen' is not HOST:PORT, like \"127.0.0.1:1883\""),
        (["--port", "0"], "'0' is not a whole number from 1 to 65535"),
        (["nowhere.json"], "nowhere.json: cannot be read: No such file or directory"),
        (["--terminal"], "live: this is no terminal: leave out TERM_UI=1 for the page"),
    ],
)
def test_what_cannot_be_started_is_reported_in_one_line(arguments, line):
    command = [sys.executable, "-m", "simulator", "live", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert line in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.long
def test_a_page_from_elsewhere_may_not_turn_the_knobs():
    with program() as (_, address):
        host, port = address.split(":")
        with socket.create_connection((host, int(port))) as link:
            link.sendall(
                f"GET /live HTTP/1.1\r\nHost: {address}\r\nOrigin: http://evil.example\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                "Sec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            assert b" 403 " in link.recv(100)
