"""What Prometheus scrapes: its list of targets, and its configuration beside the rules."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from fleet.devices import Device, FleetError

HERE = Path(__file__).resolve().parent
RULES = HERE / "rules.yml"
LONG = "3h"  # in the rules: of a burn that is reported


def rules(long: str = LONG) -> str:
    """rules.yml with another time for a long burn, as Prometheus writes times. Raises FleetError."""
    if not re.fullmatch(r"[1-9]\d{0,3}[smh]", long):
        raise FleetError(f"--burns-long {long!r}: must be a number with s, m or h, like 90m")
    return RULES.read_text("utf-8").replace(LONG, long)


def file_sd(devices: Iterable[Device]) -> str:
    """The targets for file_sd, which Prometheus reads again when the file changes."""
    groups = [
        {"targets": [device.host], "labels": {"name": device.name, "place": device.place, "chip": device.chip}}
        for device in devices
    ]
    return json.dumps(groups, indent=1, ensure_ascii=False) + "\n"


def configuration(token: Path, alertmanager: str = "127.0.0.1:9093") -> str:
    """prometheus.yml for a folder with targets.json and rules.yml; token: the file with the token that may read."""
    return f"""global: {{scrape_interval: 15s, evaluation_interval: 15s}}
rule_files: [rules.yml]
alerting:
  alertmanagers:
  - static_configs: [{{targets: ["{alertmanager}"]}}]
scrape_configs:
- job_name: curfew
  scrape_timeout: 10s
  authorization: {{credentials_file: "{token}"}}
  file_sd_configs: [{{files: [targets.json]}}]
  relabel_configs: [{{source_labels: [name], target_label: instance}}]
"""
