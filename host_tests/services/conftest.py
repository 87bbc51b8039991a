"""Servers on loopback in a flash of their own, for all tests of the HTTP interface."""

import os

import pytest

from host_tests.fixtures.web import Site


@pytest.fixture
def make_site(tmp_path, monkeypatch):
    """A function that makes a Site; all are stopped after the test. The current folder is their flash."""
    monkeypatch.chdir(tmp_path)
    os.mkdir("www")
    sites = []

    def make(**options):
        sites.append(Site(**options))
        return sites[-1]

    yield make
    for one in sites:
        one.stop()


@pytest.fixture
def site(make_site):
    return make_site()


@pytest.fixture
def me(site):
    """The headers of a logged-in client."""
    return site.login()
