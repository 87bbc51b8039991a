"""Tests on the PC. Importing this package makes the firmware and the device's pinned libraries importable."""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path += [str(_ROOT / "firmware"), str(_ROOT / "build" / "lib")]
