"""Pictures of the live stove: all below build/screenshots/, the best in docs/images/.

python -m host_tests.browser.stove.screenshots
"""

import sys
import time

from PIL import Image

from host_tests.browser.phone import MISSING, SCREENS, browsing
from host_tests.browser.screenshots import IMAGES, NO_FONT, can_write_chinese
from host_tests.fixtures.live import program

DESK, ALL, PHONE = (1480, 1245), (1480, 2050), (390, 1000)
BEST = {"stove-burning-light-en": "stove-light-en.png", "stove-welded-dark-zh": "stove-dark-zh.png"}
KEY = """
document.activeElement.blur();
document.body.dispatchEvent(new KeyboardEvent("keydown", {key: arguments[0], bubbles: true}));
"""
PAINT_S = 0.7  # for what moves by itself to be in the middle of its way


class Photographer:
    """Plays a short evening, and takes pictures on the way."""

    def __init__(self, phone, address):
        self.phone = phone
        phone.clean()
        self.look(DESK, "light")
        phone.driver.get(f"http://{address}/")
        phone.until(lambda: self.says("off"))

    def look(self, shape, scheme):
        width, height = shape
        self.phone.cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        self.phone.looks(scheme)

    def key(self, *keys):
        for key in keys:
            self.phone.js(KEY, key)

    def says(self, words, burner=1):
        """Whether the controller says so of a burner."""
        script = "return document.querySelectorAll('[data-button]')[arguments[0]].nextSibling.textContent"
        return self.phone.js(script, burner - 1) == words

    def log(self):
        """What was reported, also while its tab is closed."""
        return self.phone.js("return document.querySelector('#story').textContent")

    def speed(self, speed):
        self.phone.js("document.querySelector(`[data-speed='${arguments[0]}']`).click()", speed)

    def take(self, name):
        time.sleep(PAINT_S)
        self.phone.picture(name)
        print(f"  {name}")

    def evening(self):
        phone = self.phone
        self.take("stove-idle-light-en")
        self.speed(10)
        self.key("1", "l")
        phone.until(lambda: self.says("burning"), 60)
        self.speed(60)
        phone.until(lambda: "100 °C" in phone.text("#stove"), 60)
        self.speed(10)
        self.key("2", "l")
        phone.until(lambda: self.says("burning", 2), 60)
        phone.until(lambda: self.log().count("release the knob") == 2, 60)
        self.key("1")
        self.take("stove-burning-light-en")
        self.look(DESK, "dark")
        self.take("stove-burning-dark-en")
        self.key("2", "o", "1", "w", "h")
        phone.until(lambda: self.says("contact welded"), 60)
        self.speed(10)
        phone.find("#language").click()
        phone.until(lambda: self.says("触点粘连"))
        self.take("stove-welded-dark-zh")
        phone.find("#tab-device").click()
        self.look(ALL, "light")
        time.sleep(2)
        self.take("stove-all-light-zh")
        phone.find("#language").click()
        self.look(PHONE, "light")
        self.take("stove-phone-light-en")


def main():
    """Take all of them."""
    if MISSING:
        sys.exit(MISSING)
    if not can_write_chinese():
        sys.exit(NO_FONT)
    with program() as (_, address), browsing() as phone:
        Photographer(phone, address).evening()
    IMAGES.mkdir(exist_ok=True)
    for name, image in BEST.items():
        Image.open(SCREENS / f"{name}.png").convert("RGB").save(IMAGES / image, optimize=True)
    print(f"pictures of the stove -> {SCREENS}, {len(BEST)} of them -> {IMAGES}")


if __name__ == "__main__":
    main()
