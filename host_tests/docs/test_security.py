"""The security policy and the table of what is asked of such a device."""

import re

import pytest

from docs.generator import ROOT

TABLE = (ROOT / "docs" / "safety" / "security.md").read_text("utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.splitlines() if line.startswith("| ")][
    1:
]
ROWS = [row for row in ROWS if "---" not in row[0]]
PROVISIONS = [f"5.{number}" for number in range(1, 14)] + ["6"] + [f"I{number}" for number in range(1, 11)]


def test_every_provision_has_its_row_in_order():
    assert [row[0] for row in ROWS] == PROVISIONS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_is_met_names_a_test_and_what_is_not_says_why(row):
    _, asked, state, how, shown = row
    assert asked and state in ("met", "partly", "not met") and len(how) > 5
    assert "host_tests/" in shown or state == "not met"


def test_no_provision_of_the_standard_is_not_met():
    assert [row[0] for row in ROWS if row[2] == "not met" and row[0][0] != "I"] == []


def test_the_policy_says_how_to_report_how_long_it_is_supported_and_what_is_stored():
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    headings = re.findall(r"^## (.+)$", text, re.M)
    assert headings[:4] == [
        "Report a weakness",
        "Supported versions",
        "What is stored where",
        "Before you give it away",
    ]
    sources = "".join(path.read_text() for path in (ROOT / "firmware" / "curfew").rglob("*.py"))
    for name in re.findall(r"`(\w+\.(?:txt|json))`", text):
        assert f'"{name}"' in sources, name
    kept = set(re.findall(r'"(\w+\.(?:txt|json))"', sources)) - {
        "entities.txt",
        "measure.txt",
        "metrics.txt",
        "notices.txt",
        "manifest.txt",
        "slot.txt",
    }
    assert {name for name in kept if f"`{name}`" not in text} == set()
