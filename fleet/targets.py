"""What Prometheus scrapes: its list of targets, and its configuration beside the rules."""

import json
from collections.abc import Iterable
from pathlib import Path

from fleet.devices import Device

HERE = Path(__file__).resolve().parent
RULES = HERE / "rules.yml"


def file_sd(devices: Iterable[Device]) -> str:
    """The targets for file_sd, which Prometheus reads again when the file changes."""
    groups = [
        {"targets": [device.host], "labels": {"name": device.name, "place": device.place, "chip": device.chip}}
        for device in devices
    ]
    return json.dumps(groups, indent=1, ensure_ascii=False) + "\n"


def configuration(token: Path, alertmanager: str = "127.0.0.1:9093") -> str:
    """prometheus.yml for a folder that holds targets.json; token: the file with the token that may only read."""
    return f"""global: {{scrape_interval: 15s, evaluation_interval: 15s}}
rule_files: ["{RULES}"]
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
