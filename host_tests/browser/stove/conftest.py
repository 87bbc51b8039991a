"""A browser, a stove as `make sim` starts it, and the page of that stove in the browser."""

import pytest

from host_tests.browser.phone import browsing
from host_tests.browser.stove.page import Page
from host_tests.fixtures.live import program


@pytest.fixture(scope="module")
def phone():
    with browsing() as one:
        yield one


@pytest.fixture(scope="module")
def address():
    with program() as (_, address):
        yield address


@pytest.fixture
def page(phone, address):
    one = Page(phone, address)
    yield one
    assert phone.complaints() == []
