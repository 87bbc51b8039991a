"""A phone: a real headless Chromium, and what a person does with it.

Belongs here: the browser, looking, pressing, pictures. Does not: what is looked at (page_fixture.py, desk_fixture.py),
expectations. MISSING says what to install, None when everything is there.
"""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from page_fixture import PASSWORD

try:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    webdriver = By = Keys = WebDriverWait = None

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MISSING = (
    "the page is tested with selenium: pip install selenium" if webdriver is None
    else None if CHROMIUM and DRIVER else "the page is tested in Chromium: apt-get install chromium chromium-driver"
)  # fmt: skip

BUILD = Path(__file__).resolve().parent.parent / "build"
SCREENS = BUILD / "screenshots"
ENV = {**os.environ, "XDG_DATA_HOME": str(BUILD)}  # fonts in build/fonts are fonts, too: see screenshots.py
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
PHONE = (390, 844)
NARROW = (320, 640)


@contextmanager
def browsing():
    """A Phone with a profile of its own, for as long as it is used."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        phone = Phone(profile)
        try:
            yield phone
        finally:
            phone.driver.quit()


class Phone:
    """A browser, and what a person does with it; every look at the console must find it empty."""

    def __init__(self, profile):
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in [*FLAGS, f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER, env=ENV))
        self.driver.set_page_load_timeout(60)

    def clean(self):
        """A phone that was never here: no log-in, no language chosen, light, English, 390 by 844."""
        self.driver.get("about:blank")
        for command in ("Storage.clearCookies", "Network.clearBrowserCookies"):
            self.cdp(command)
        self.shape(*PHONE)
        self.looks("light")
        self.tongue("en-GB")
        self.driver.get_log("browser")

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def shape(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=True)

    def looks(self, scheme, motion="no-preference"):
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": motion},
        ]
        self.cdp("Emulation.setEmulatedMedia", features=features)

    def tongue(self, tags):
        agent = self.driver.execute_script("return navigator.userAgent")
        self.cdp("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=tags)

    def open(self, box, page="", inside=True):
        """Load the page; log in with the password, as a person would, unless inside is False."""
        self.driver.get(box.url + "/")
        self.js("localStorage.clear()")
        self.driver.get(box.url + "/?")
        if inside:
            self.find("#password").send_keys(PASSWORD + Keys.ENTER)
            self.until(lambda: self.seen("#off"))
            if page:
                self.js("location.hash = arguments[0]", page)

    def js(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def until(self, fact, seconds=20):
        return WebDriverWait(self.driver, seconds, 0.05, [Exception]).until(lambda _: fact())

    def find(self, selector):
        return self.until(lambda: next(one for one in self.all(selector) if one.is_displayed()))

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def seen(self, selector):
        return any(one.is_displayed() for one in self.all(selector))

    def text(self, selector="body"):
        return self.driver.find_element(By.CSS_SELECTOR, selector).text

    def reads(self, words, selector="body", seconds=20):
        """Wait until the words can be read there."""
        self.until(lambda: words in self.text(selector), seconds)

    def waits(self):
        """True while the page waits for an answer of the box."""
        return any(words in self.text() for words in ("Asking the box", "正在询问盒子"))

    def press(self, selector):
        one = self.find(selector)
        self.js("arguments[0].scrollIntoView({block: 'center'})", one)
        one.click()

    def picture(self, name):
        SCREENS.mkdir(parents=True, exist_ok=True)
        (SCREENS / (name + ".png")).unlink(missing_ok=True)
        assert self.driver.save_screenshot(str(SCREENS / (name + ".png")))

    def complaints(self):
        """What the browser's console holds, but for answers that a test provoked (401, 422 ... are told there)."""
        lines = [line for line in self.driver.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]
        return [line["message"] for line in lines if "Failed to load resource" not in line["message"]]
