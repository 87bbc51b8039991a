"""The stove without a server: the same runs in slices on WebAssembly, and the page in a browser from plain files.

Here: simulator/browser. Not here: the page itself, which is that of make sim (test_live_page.py).
"""

import functools
import http.server
import json
import subprocess
import threading
import time
from contextlib import contextmanager

import psutil
import pytest

from host_tests.browser import npm
from host_tests.browser.phone import MISSING, browsing
from simulator import __main__, run, scenario
from simulator.browser import site
from simulator.browser.portable import portable
from simulator.play import play

FILES = sorted((run.ROOT / "scenarios").glob("*/*.json"))
BYTES_MAX = 900_000  # gzipped, all of the page
INTERACTIVE_S = 3  # on a processor four times as slow
IDLE_PERCENT = 15  # of a core, all of the browser, at 1x
IDLE_S = 10
needs_browser = pytest.mark.skipif(bool(MISSING), reason=MISSING or "")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with the built playground, below a path of its own."""
    npm.ready()
    made = tmp_path_factory.mktemp("web") / "any" / "path"
    made.mkdir(parents=True)
    site.build(made)
    return made


def on_the_desk(folder, *paths):
    """What desk.mjs says of each scenario."""
    words = ["node", str(run.ROOT / "host_tests" / "browser" / "desk.mjs"), str(folder / "play"), *map(str, paths)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:300]
    return [json.loads(line) for line in done.stdout.splitlines()]


# --- the same run ----------------------------------------------------------------------------------------------------


@pytest.mark.sample(1)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_in_slices_gives_the_trace_of_the_native_vm_and_its_verdict(folder, path):
    [found] = on_the_desk(folder, path)
    wanted = play(scenario.load(path), "micropython").result
    until_ms = scenario.load(path).plan["until_ms"]  # at which the desk stops, before that tick
    seen, there = (
        [line for line in lines if line.startswith("{") and json.loads(line)["t_ms"] < until_ms]
        for lines in (found["lines"], wanted.trace_lines)
    )
    assert seen == there
    assert (found["verdict"]["violated"], found["verdict"]["failed"]) == ([], [])


def test_each_stove_begins_with_a_flash_of_its_own_and_what_was_done_is_a_scenario(folder, tmp_path):
    damaged = {"name": "damaged", "until": "0:00:08", "events": [
        {"at": "0:00:02", "do": "corrupt_program", "slot": "a"}, {"at": "0:00:03", "do": "reset", "cause": "hard"},
    ]}  # fmt: skip
    sound = {"name": "sound", "until": "0:00:06", "events": [{"at": "0:00:05", "do": "hum", "uv": 70, "s": 0.07}]}
    for top in (damaged, sound):
        (tmp_path / f"{top['name']}.json").write_text(json.dumps(top))
    wrong, right = on_the_desk(folder, tmp_path / "damaged.json", tmp_path / "sound.json")
    assert any("PROGRAM_CORRUPT" in line for line in wrong["lines"])
    assert not any("PROGRAM_CORRUPT" in line for line in right["lines"])
    assert right["saved"]["events"] == sound["events"]


WRONG = {
    '{"name": "x", "until": "0:00:09", "untill": 1}': 'unknown key "untill"', '{"name": "x"': "is not JSON",
    '{"name": "x"}': "until: missing", "[]": "an object",
    '{"name": "x", "until": "0:00:09", "events": [{"at": "0:00:01", "do": "wield"}]}': '"wield" is not one of',
}  # fmt: skip


def test_what_is_no_scenario_is_refused_in_the_browser_with_the_same_line(folder, tmp_path):
    paths = [tmp_path / f"{number}.json" for number in range(len(WRONG))]
    for path, text in zip(paths, WRONG, strict=True):
        path.write_text(text)
    for found, why in zip(on_the_desk(folder, *paths), WRONG.values(), strict=True):
        assert why in found["refused"]


# --- the controller's own page ---------------------------------------------------------------------------------------


def test_requests_of_the_controllers_own_page_are_answered_by_its_firmware_and_only_after_the_log_in(folder):
    off, dark, idle, burning, refused, wrong, login, status, settings, off_asked, unknown = on_the_desk(folder)
    assert off is None
    assert [dark, idle] == [0, 0x40404040] and burning & 0xFFFF == 0xEF5B  # "----", "29:"
    assert [one["status"] for one in (refused, wrong, login, off_asked, unknown)] == [401, 401, 200, 202, 404]
    assert [burner["state"] for burner in status["body"]["burners"]] == ["BURNING", "IDLE"]
    assert settings["body"]["values"]["burners"] and settings["body"]["error"] is None


# --- the rewriting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, wanted", [
    ("x: int = 1", "x = 1"), ("x: int", ""), ("a = [*b, 1]", "a = list_of(b, (1,))"),
    ("a = {**b, 'c': 1}", "a = dict_of(b, {'c': 1})"), ("a = (*b, 1)", "a = tuple(list_of(b, (1,)))"),
    ("for a in zip(b, c, strict=True): pass", "for a in zip(b, c):\n    pass"), ("from typing import Any", ""),
    ("a.isascii()", "isascii(a)"), ("Lines = list[str]", ""), ("def f(a: int) -> str: pass", "def f(a):\n    pass"),
])  # fmt: skip
def test_python_becomes_what_micropython_knows(text, wanted):
    assert portable(text).split("\n", 1)[1].strip() == wanted


def test_a_dataclass_and_a_cached_property_work_without_annotations():
    text = """
@dataclass(frozen=True)
class Point:
    x: int
    y: int = 2
    more: list = field(default_factory=list)

    @cached_property
    def sum(self) -> int:
        self.more.append(1)
        return self.x + self.y
"""
    names = {"missing": object()}
    exec(portable(text).split("\n", 1)[1], names)
    one, other = names["Point"](1), names["Point"](5, 6)
    assert (one.sum, one.sum, other.sum, one.more, other.more) == (3, 3, 11, [1], [1])


# --- in the browser --------------------------------------------------------------------------------------------------


class _Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def address(folder):
    """A plain file server; the site is below a sub-path."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Files, directory=str(folder.parent.parent))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/any/path"
    server.shutdown()
    server.server_close()


def test_the_page_is_light(folder):
    assert site.weight(folder / "play") <= BYTES_MAX


DEVICE = "return document.querySelector('[data-button]').nextSibling.textContent"
LOG = "return document.querySelector('#story').innerText"


@contextmanager
def playing(address):
    """A browser with the playground, ready for a hand."""
    with browsing() as phone:
        phone.clean()
        phone.cdp("Emulation.setDeviceMetricsOverride", width=1400, height=1100, deviceScaleFactor=1, mobile=False)
        phone.driver.get(f"{address}/play/index.html")
        phone.until(lambda: phone.all("[data-act=light] button"), 60)
        yield phone


@needs_browser
@pytest.mark.long
def test_a_newcomer_lights_forgets_and_welds_a_stove_with_a_browser_and_nothing_else(address):
    with playing(address) as phone:
        phone.js("document.querySelector('[name=minutes]').value = 1; document.querySelector('#anew').click()")
        phone.js("document.querySelector('[data-speed=\"60\"]').click()")
        phone.until(lambda: "ready for ignition" in phone.js(LOG), 60)
        phone.js("document.querySelector('[data-act=light] button').click()")
        phone.until(lambda: phone.seen("[data-step=forget].now"), 60)
        phone.until(lambda: phone.seen("[data-step=weld].now"), 200)  # time was up
        phone.until(lambda: phone.js(DEVICE) == "off", 200)
        phone.js("document.querySelector('[data-act=light] button').click()")
        phone.until(lambda: phone.js(DEVICE) == "burning", 60)
        phone.until(lambda: not phone.js("return document.querySelector('#weld-it').disabled"), 60)
        phone.js("document.querySelector('#weld-it').click()")
        phone.js("document.querySelector('[data-act=hold] button').click()")
        phone.until(lambda: phone.js(DEVICE) == "contact welded", 90)
        phone.until(lambda: "rules hold" in phone.text("#rules"), 60)
        shared = phone.driver.execute_async_script(
            "const done = arguments[0]; document.querySelector('#share').click();"
            "const wait = () => location.hash.startsWith('#run=') ? done(location.href) : setTimeout(wait, 50); wait();"
        )
        phone.driver.get("about:blank")
        phone.driver.get(shared)
        phone.until(lambda: "at the stove" in phone.js("return document.querySelector('#playing').textContent"), 60)
        phone.driver.get("about:blank")
        phone.driver.get(f"{shared[:200]}")  # cut off
        phone.until(lambda: "damaged, or cut off" in phone.text("#toast"), 60)


@needs_browser
@pytest.mark.evidence
def test_it_is_there_soon_and_idles_cheaply(address):
    with browsing() as phone:
        phone.clean()
        phone.cdp("Emulation.setDeviceMetricsOverride", width=1400, height=1100, deviceScaleFactor=1, mobile=False)
        phone.cdp("Emulation.setCPUThrottlingRate", rate=4)
        began = time.monotonic()
        phone.driver.get(f"{address}/play/index.html")
        phone.until(lambda: phone.all("[data-act=light] button") and phone.text("#clock") > "0:00:00", 60)
        interactive_s = time.monotonic() - began
        phone.cdp("Emulation.setCPUThrottlingRate", rate=1)
        time.sleep(3)
        before_s = _cpu_s()
        time.sleep(IDLE_S)
        percent = 100 * (_cpu_s() - before_s) / IDLE_S
    print(f"interactive after {interactive_s:.1f} s, idle {percent:.0f} % of a core")
    assert interactive_s <= INTERACTIVE_S and percent <= IDLE_PERCENT


def _cpu_s():
    """Seconds of processor that the browsers of this process have used."""
    browsers = [one for one in psutil.Process().children(recursive=True) if "chrom" in one.name()]
    return sum(one.cpu_times().user + one.cpu_times().system for one in browsers)


@needs_browser
@pytest.mark.long
def test_the_controllers_own_page_beside_the_stove_turns_it_off(address):
    with playing(address) as phone:
        phone.js("document.querySelector('[data-speed=\"60\"]').click()")
        phone.until(lambda: "ready for ignition" in phone.js(LOG), 60)
        phone.js("document.querySelector('[data-act=light] button').click()")
        phone.until(lambda: phone.js(DEVICE) == "burning", 60)
        phone.js("document.querySelector('[data-speed=\"1\"]').click()")
        phone.driver.switch_to.frame(phone.find("#frame iframe"))
        phone.press("#off")
        phone.driver.switch_to.default_content()
        phone.until(lambda: "verifying" in phone.js(DEVICE), 30)


@needs_browser
@pytest.mark.long
def test_a_browser_without_webassembly_says_so_in_one_line(address):
    with browsing() as phone:
        phone.clean()
        phone.cdp("Page.addScriptToEvaluateOnNewDocument", source="delete globalThis.WebAssembly")
        phone.driver.get(f"{address}/play/index.html")
        phone.until(lambda: "no WebAssembly" in phone.text("#banner"), 20)


@needs_browser
@pytest.mark.long
def test_after_the_first_load_it_plays_without_the_network(folder, address):
    with browsing() as phone:
        phone.clean()
        phone.driver.get(f"{address}/play/index.html")
        phone.until(lambda: phone.all("[data-act=light] button"), 60)
        phone.until(lambda: phone.js("return Boolean(navigator.serviceWorker.controller)"), 60)
        phone.cdp("Network.enable")
        phone.cdp("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        phone.driver.refresh()
        phone.until(lambda: phone.all("[data-act=light] button"), 60)
        phone.until(lambda: phone.text("#clock") > "0:00:00", 60)


def test_every_file_is_in_the_service_worker(folder):
    listed = json.loads((folder / "sw.js").read_text().split("FILES = ")[1].split(";\n")[0])
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there - set(listed) == {"sw.js"} and set(listed) - there == {"./"}


def test_npm_packages_are_pinned_with_integrity_and_no_place():
    here = run.ROOT / "simulator" / "browser"
    wanted = json.loads((here / "package.json").read_text())
    lock = json.loads((here / "package-lock.json").read_text())["packages"]
    for name, version in {**wanted["dependencies"], **wanted.get("devDependencies", {})}.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    packages = [entry for name, entry in lock.items() if name]
    assert packages and all(entry["integrity"].startswith("sha512-") for entry in packages)
    assert not [entry for entry in packages if "resolved" in entry]


@pytest.mark.limit(60)
def test_where_no_native_vm_is_make_sim_opens_the_playground(folder, monkeypatch, capsys):
    said = []
    monkeypatch.setattr(__main__, "native_vm", lambda: None)
    monkeypatch.setattr(site.http.server.ThreadingHTTPServer, "serve_forever", lambda self: None)
    monkeypatch.setattr(site, "build", lambda folder: None)
    monkeypatch.setattr(__main__, "_say_address", said.append)
    assert __main__.main(["live"]) == 0
    assert said[0].endswith("/play/index.html") and "WebAssembly" in capsys.readouterr().out
