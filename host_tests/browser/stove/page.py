"""The page of a stove in a browser, and what a person does with it."""

DESK = (1400, 1100)


class Page:
    """The page of a stove in a browser, and what a person does with it."""

    def __init__(self, phone, address):
        self.phone = phone
        self.address = address
        phone.clean()
        self.shape(*DESK)
        phone.driver.get(f"http://{address}/")
        phone.until(lambda: phone.seen(".knob") and self.device(1))

    def shape(self, width, height):
        self.phone.cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def device(self, burner):
        """What the controller says of a burner (from 1)."""
        return self.phone.js(
            "return document.querySelectorAll('[data-button]')[arguments[0]].nextSibling.textContent", burner - 1
        )

    def lit(self, burner):
        return "lit" in self.phone.all(".burner")[burner - 1].get_attribute("class").split()

    def flows(self, burner):
        """Whether one sees gas flow."""
        return "seeps" in self.phone.all(".burner")[burner - 1].get_attribute("class").split()

    def reported(self):
        return self.phone.js(
            "return [...document.querySelectorAll('#story li')]"
            ".map((line) => [...line.children].map((part) => part.textContent).join(' '))"
        )

    def tab(self, name):
        """Open what is beside the stove."""
        self.phone.find(f"#tab-{name}").click()
        self.phone.until(lambda: self.phone.seen(f"#{name}"))

    def speed(self, speed):
        self.phone.find(f"[data-speed='{speed}']").click()

    def key(self, key):
        self.phone.js(
            "document.activeElement.blur();"
            "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: arguments[0], bubbles: true}))", key,
        )  # fmt: skip

    def hold(self, selector):
        """A pointer that goes down on something and stays; returns a function that releases it."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.phone.driver).click_and_hold(self.phone.find(selector)).perform()
        return lambda: ActionChains(self.phone.driver).release().perform()

    def anew(self, minutes=2, burners=2):
        """A new stove with so many minutes on its clock."""
        self.phone.js("document.querySelector('[name=minutes]').value = arguments[0]", minutes)
        self.phone.js("document.querySelector('[name=burners]').value = arguments[0]", burners)
        self.phone.js("document.querySelectorAll('#story li').forEach((line) => line.classList.add('old'))")
        self.tab("runs")
        self.phone.press("#anew")
        self.phone.until(lambda: len(self.phone.all(".knob")) == burners and not self.phone.all("#story .old"))
        self.phone.until(lambda: self.device(1) == "off")
