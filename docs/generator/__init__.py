"""The generated parts of the documents, the drawings in docs/images, and the hook that builds the site."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
EN, ZH = 0, 1
