"""A phone and a fake device for the page tests."""

import pytest

from host_tests.browser.page import FakeDevice, shutoffs
from host_tests.browser.phone import browsing


@pytest.fixture(scope="module")
def browser():
    with browsing() as phone:
        yield phone


@pytest.fixture
def phone(browser):
    browser.clean()
    yield browser
    complaints = browser.complaints()
    browser.driver.get("about:blank")
    assert not complaints


@pytest.fixture
def device():
    one = FakeDevice()
    one.shutoffs = shutoffs()
    yield one
    one.silent = False
    if one.running(one._server) and one._server:
        one.stop()
