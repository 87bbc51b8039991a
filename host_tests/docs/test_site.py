"""The site builds strict, with every link checked, and its pages load nothing from another host."""

import os
import re
import subprocess

import pytest

from docs.generator import ROOT

PYTHON = ROOT / ".venv-docs" / "bin" / "python"
LOADS = re.compile(r"<(?:script|img|iframe|link|source|video)\b[^>]*?\b(?:src|href)=\"((?:https?:)?//[^\"]+)\"[^>]*>")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the built site."""
    if not PYTHON.exists():
        pytest.skip("the site's tools are missing: run `make docs`")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [PYTHON, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.long
def test_the_site_has_every_page_in_both_languages(site):
    english = {path.name for path in site.glob("*.html")} - {"404.html"}
    assert english and english == {path.name for path in (site / "zh").glob("*.html")}


@pytest.mark.long
def test_no_page_loads_anything_from_another_host(site):
    for page in site.rglob("*.html"):
        assert not LOADS.findall(page.read_text("utf-8")), page
    for style in site.rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", style.read_text("utf-8")), style


@pytest.mark.long
def test_no_page_has_a_diagram_that_a_script_would_fetch(site):
    for page in site.rglob("*.html"):
        assert 'class="mermaid"' not in page.read_text("utf-8"), page
