"""The files for Home Assistant that people download; a real one uses them in host_tests/homeassistant."""

import re

import catalog
from host_tests.fixtures.seeded_firmware import ROOT

FILES = ROOT / "docs" / "connect" / "homeassistant"


def test_the_blueprint_names_every_cause_as_the_catalog_does():
    said = dict(re.findall(r"^    ([A-Z_]+): (.+)$", (FILES / "notify.yaml").read_text(), re.M))
    assert said == {cause: catalog.short("cause", cause) for cause in catalog.names("cause")}


def test_the_card_names_only_entities_that_the_device_has():
    rows = [line.split("|") for line in (ROOT / "firmware" / "entities.txt").read_text().splitlines()[1:]]
    there = {f"{kind}.{'' if scope == 'device' else 'burner0_'}{name}" for scope, kind, name, *_ in rows}
    named = re.findall(r"(\w+)\.curfew_240ac412ab0f_(\w+)", (FILES / "card.yaml").read_text())
    assert len(named) >= 6 and {".".join(one) for one in named} <= there
