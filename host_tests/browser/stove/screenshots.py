"""Pictures of the live stove: all below build/screenshots/, the best in docs/images/.

python -m host_tests.browser.stove.screenshots
"""

import sys
import time

from PIL import Image

from host_tests.browser.phone import MISSING, SCREENS, browsing
from host_tests.browser.screenshots import IMAGES, NO_FONT, can_write_chinese
from host_tests.browser.stove.page import Page
from host_tests.fixtures.live import program

DESK, ALL, PHONE = (1480, 1245), (1480, 2050), (390, 1000)
BEST = {"stove-burning-light-en": "stove-light-en.png", "stove-welded-dark-zh": "stove-dark-zh.png"}
PAINT_S = 0.7  # for what moves by itself to be in the middle of its way


class Photographer:
    """Plays a short evening, and takes pictures on the way."""

    def __init__(self, phone, address):
        self.phone = phone
        self.page = Page(phone, address)
        self.look(DESK, "light")
        phone.until(lambda: self.says("off"))

    def look(self, shape, scheme):
        self.page.shape(*shape)
        self.phone.looks(scheme)

    def key(self, *keys):
        for key in keys:
            self.page.key(key)

    def says(self, words, burner=1):
        """Whether the controller says so of a burner."""
        return self.page.device(burner) == words

    def take(self, name):
        time.sleep(PAINT_S)
        self.phone.picture(name)
        print(f"  {name}")

    def evening(self):
        phone = self.phone
        self.take("stove-idle-light-en")
        self.page.speed(10)
        self.key("1", "l")
        phone.until(lambda: self.says("burning"), 60)
        self.page.speed(60)
        phone.until(lambda: "100 °C" in phone.text("#stove"), 60)
        self.page.speed(10)
        self.key("2", "l")
        phone.until(lambda: self.says("burning", 2), 60)
        phone.until(lambda: sum("release the knob" in line for line in self.page.reported()) == 2, 60)
        self.key("1")
        self.take("stove-burning-light-en")
        self.look(DESK, "dark")
        self.take("stove-burning-dark-en")
        self.key("2", "o", "1", "w", "h")
        phone.until(lambda: self.says("contact welded"), 60)
        self.page.speed(10)
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
