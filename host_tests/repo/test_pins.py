"""What is fetched is what was looked at: every pin has hashes, and the public authorities are on today's list."""

import datetime
import re
import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from tools.build import libraries, roots

ROOT = Path(__file__).resolve().parent.parent.parent
PINNED = sorted(path for path in ROOT.rglob("*requirements*.txt") if not any(one[0] == "." for one in path.parts[1:]))
PINNED = [path for path in PINNED if "build" not in path.relative_to(ROOT).parts[0]]


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_requirement_is_pinned_and_has_hashes(path):
    text = re.sub(r"^#.*$", "", path.read_text(), flags=re.M).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    pattern = r"[\w.-]+==(\d+!)?[\w.+]+(;[^\\]*?)?( +--hash=sha256:[0-9a-f]{64})+"
    assert [line.split()[0] for line in lines if not re.fullmatch(pattern, line)] == [] and lines
    assert len(lines) == len({line.split("==")[0].lower() for line in lines})


def test_what_goes_on_the_device_is_refused_without_its_hash_and_gets_todays_authorities(tmp_path, monkeypatch):
    called = []
    (tmp_path / libraries.PUBLIC_AUTHORITIES).parent.mkdir()
    monkeypatch.setattr(libraries.shutil, "rmtree", lambda *_, **__: None)
    monkeypatch.setattr(subprocess, "run", lambda command, check: called.append(command))
    libraries.fetch(tmp_path)
    assert "--require-hashes" in called[0] and check_der((tmp_path / libraries.PUBLIC_AUTHORITIES).read_bytes())


def check_der(data):
    """The certificates, as the device takes them apart."""
    found = []
    while data:
        size = 4 + (data[2] << 8 | data[3])
        found.append(x509.load_der_x509_certificate(data[:size]))
        data = data[size:]
    return found


def test_the_public_authorities_are_on_the_list_and_valid_for_two_years():
    found = check_der(roots.bundle())
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=2 * 365)
    late = [one.subject.rfc4514_string() for one in found if one.not_valid_after_utc < later]
    assert len(found) == len(roots.LABELS) == 17 and late == []


def test_an_authority_that_left_the_list_stops_the_build(monkeypatch):
    monkeypatch.setattr(roots, "LABELS", ("DigiCert Global Root CA",))
    with pytest.raises(KeyError):
        roots.bundle()
