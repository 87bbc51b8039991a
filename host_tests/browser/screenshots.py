"""Pictures of the page's screens, as a phone shows them: all below build/screenshots/, the two best in docs/images/.

python -m host_tests.browser.screenshots
"""

import shutil
import subprocess
import sys
from pathlib import Path

from host_tests.browser.page import FakeDevice, burner, burning, shutoffs
from host_tests.browser.phone import ENV, MISSING, SCREENS, browsing

ROOT = Path(__file__).resolve().parent.parent.parent
IMAGES = ROOT / "docs" / "images"
BEST = {"burning-light-en": "page-burning-light-en.png", "two-burners-dark-zh": "page-burning-dark-zh.png"}
LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}
NO_FONT = """no font with Chinese glyphs. One of:
  apt install fonts-noto-cjk
  pip download --no-deps -d build cvttf-notosanscjk-regular, and put the .otf in that wheel into build/fonts"""

# name, ending in light and language: page, inside, the state of the device
WANTED = {
    "burning-light-en": ("", True, {"burners": [burning()]}),
    "burning-dark-zh": ("", True, {"burners": [burning(remaining_s=4385)]}),
    "two-burners-light-en": ("", True, {"burners": [burning(), burner()]}),
    "two-burners-dark-zh": ("", True, {"burners": [burning(), burner(cause="REMOTE:voice")]}),
    "warning-dark-en": ("", True, {"burners": [burning(state="WARNING", remaining_s=48)]}),
    "off-light-en": ("", True, {"burners": [burner(cause="REMOTE:web")]}),
    "fault-light-zh": ("", True, {"burners": [burner(state="FAULT", fault="SENSOR_FAILED")]}),
    "why-dark-en": ("history", True, {}),
    "signal-light-en": ("signal", True, {"burners": [burning()]}),
    "settings-light-en": ("settings", True, {}),
    "settings-dark-zh": ("settings", True, {}),
    "commissioning-light-en": ("check", True, {}),
    "more-light-zh": ("more", True, {}),
    "login-light-en": ("", False, {}),
    "setup-dark-zh": ("", False, {"setup": True}),
    "setup-light-en": ("", False, {"setup": True}),
}


def take(phone, device, name):
    """The picture of a screen of WANTED, SCREENS/name.png; device: a FakeDevice."""
    page, inside, state = WANTED[name]
    *_, scheme, language = name.split("-")
    device.publish(**state)
    phone.looks(scheme, motion="reduce")
    phone.set_languages(LANGUAGES[language])
    phone.open(device, page, inside)
    phone.until(lambda: phone.seen("main h1, .state") and not phone.waits())
    phone.picture(name)


def can_write_chinese():
    """True when the browser will find a font that has the glyphs."""
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, env=ENV).stdout)


def main():
    """Take all of them."""
    if MISSING:
        sys.exit(MISSING)
    if not can_write_chinese():
        sys.exit(NO_FONT)
    with browsing() as phone:
        for done, name in enumerate(WANTED):
            if sys.stderr.isatty():
                print(f"\r{done} of {len(WANTED)} {name:30}", end="", file=sys.stderr)
            device = FakeDevice()
            device.shutoffs = shutoffs()
            phone.clean()
            take(phone, device, name)
            device.stop()
    IMAGES.mkdir(exist_ok=True)
    for name, image in BEST.items():
        shutil.copyfile(SCREENS / (name + ".png"), IMAGES / image)
    print(f"{len(WANTED)} pictures -> {SCREENS}, {len(BEST)} of them -> {IMAGES}")


if __name__ == "__main__":
    main()
