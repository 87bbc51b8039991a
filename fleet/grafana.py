"""The dashboard for Grafana, from one table. It was never opened in Grafana, which was not to be had here."""

import json
from typing import Any

UID = "curfew-fleet"
WIDTH, ROW_HEIGHT = 24, 8  # of Grafana's grid
# Title, type of panel, expression, unit, width.
PANELS = (
    ("Stoves that answer", "stat", "curfew:devices:up", "none", 6),
    ("Burning now", "stat", 'count(curfew_state{state="BURNING"}) or vector(0)', "none", 6),
    ("Faults", "stat", 'count(curfew_state{state="FAULT"}) or vector(0)', "none", 6),
    ("Gone", "stat", 'count(up{job="curfew"} == 0) or vector(0)', "none", 6),
    ("State of every burner", "table", "curfew_state", "none", 12),
    ("Hours with a closed contact, last day", "bargauge", "curfew:contact_closed:hours1d", "h", 12),
    ("Contact, beside a new one", "timeseries", "curfew_health_permille / 10", "percent", 12),
    ("Load of the safety loop", "timeseries", "curfew_loop_busy_permille / 10", "percent", 12),
    ("Free memory", "timeseries", "curfew_free_bytes", "bytes", 12),
    ("Writes to the flash that failed, an hour", "timeseries", "increase(curfew_flash_failures_total[1h])", "none", 12),
)


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana imports it; it asks for the data source."""
    source = {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
    panels, x, y = [], 0, 0
    for number, (title, kind, expression, unit, width) in enumerate(PANELS, 1):
        if x + width > WIDTH:
            x, y = 0, y + ROW_HEIGHT
        target: dict[str, Any] = {
            "refId": "A",
            "expr": expression,
            "datasource": source,
            "legendFormat": "{{instance}} {{burner}}",
        }
        if kind == "table":
            target |= {"format": "table", "instant": True}
        panels.append(
            {
                "id": number, "title": title, "type": kind, "datasource": source, "targets": [target],
                "gridPos": {"x": x, "y": y, "w": width, "h": ROW_HEIGHT},
                "fieldConfig": {"defaults": {"unit": unit}, "overrides": []}, "options": {},
            }
        )  # fmt: skip
        x += width
    about = {"name": "DS_PROMETHEUS", "label": "Prometheus", "type": "datasource", "pluginId": "prometheus"}
    return {
        "__inputs": [about], "uid": UID, "title": "Curfew", "schemaVersion": 39, "refresh": "15s",
        "time": {"from": "now-24h", "to": "now"}, "tags": ["curfew"], "panels": panels,
    }  # fmt: skip


def text() -> str:
    """The file."""
    return json.dumps(dashboard(), indent=1) + "\n"
