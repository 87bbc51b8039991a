"""Scraping, alerts, routes and the dashboards, each judged by the program that reads it.

Grafana was not to be had: of its file the form is judged, by Grafana's own models, the expressions, by Prometheus, and
the places of the panels.
"""

import json
import subprocess
from itertools import combinations

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from curfew.services.http.auth import token_hash
from fleet import grafana, targets
from fleet.devices import Device, FleetError
from host_tests.fleet.monitoring import TOKEN, Prometheus
from host_tests.fleet.servers import programs
from simulator.realtime.process import network_of
from simulator.realtime.rig import RealtimeRig

HERE = targets.HERE


def ran(program, *words):
    """The output of a program that must succeed; skips where it is not installed."""
    done = subprocess.run([*programs(program), *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_alert_comes_at_its_minute_and_not_before():
    ran("promtool", "check", "rules", targets.RULES)
    assert "SUCCESS" in ran("promtool", "test", "rules", HERE / "rules_test.yml")


@pytest.mark.parametrize("long", ["90m", "45s", "12h"])
def test_a_long_burn_may_be_another_one_in_both_its_times_and_its_text(long):
    changed, shipped = targets.rules(long), targets.rules()
    assert changed.count(long) == shipped.count(targets.LONG) == 3 and targets.LONG not in changed
    assert changed.replace(long, targets.LONG) == shipped


@pytest.mark.parametrize("long", ["", "3", "0h", "3 h", "1h30m", "-3h", "3d", "99999s"])
def test_a_time_that_prometheus_would_not_take_is_one_line(long):
    with pytest.raises(FleetError, match="--burns-long .*like 90m"):
        targets.rules(long)


def test_every_alert_has_a_test():
    rules, tests = ((HERE / name).read_text() for name in ("rules.yml", "rules_test.yml"))
    alerts = [line.split()[-1] for line in rules.splitlines() if "- alert:" in line]
    assert len(alerts) == 7 and all(f"alertname: {alert}\n    exp_alerts" in tests for alert in alerts)


def test_the_configuration_is_one_that_prometheus_takes(tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "prometheus.yml").write_text(targets.configuration(tmp_path / "token"))
    (tmp_path / "rules.yml").write_text(targets.rules("90m"))
    (tmp_path / "targets.json").write_text(targets.file_sd([Device("flat-7", "灶", "10.0.0.7", "")]))
    ran("promtool", "check", "config", tmp_path / "prometheus.yml")


@pytest.mark.parametrize("severity, receiver", [("critical", "now"), ("warning", "today"), ("info", "daily")])
def test_an_alert_goes_to_the_receiver_of_its_severity(severity, receiver):
    config = HERE / "alertmanager.yml"
    ran("amtool", "check-config", config)
    assert (
        ran("amtool", "config", "routes", "test", "--config.file", config, f"severity={severity}").strip() == receiver
    )


def test_every_expression_of_the_grafana_dashboard_is_one_of_prometheus(tmp_path):
    rules = [{"record": f"panel:{number}", "expr": panel[2]} for number, panel in enumerate(grafana.PANELS)]
    path = tmp_path / "panels.yml"
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))  # JSON is YAML
    ran("promtool", "check", "rules", path)


def test_the_grafana_dashboard_has_the_form_that_grafanas_own_models_read():
    register_default_plugins()
    written = grafana.dashboard()
    read = json.loads(JSONEncoder().encode(Dashboard.from_json(written)))
    del written["__inputs"]  # of the import alone: which data source
    assert holds(read, written) and not holds(read, {**written, "panels": [{"typo": "stat"}]})


def holds(read, written):
    """Whether all that was written is in what was read; a field that the models do not know is not."""
    if isinstance(written, dict):
        return isinstance(read, dict) and all(key in read and holds(read[key], written[key]) for key in written)
    if isinstance(written, list):
        return len(read) == len(written) and all(map(holds, read, written))
    return read == written


def test_no_panel_of_the_grafana_dashboard_lies_over_another_or_beside_the_grid():
    panels = json.loads(grafana.text())["panels"]
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= grafana.WIDTH for place in places)
    for a, b in combinations(places, 2):
        beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        assert beside or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]


@pytest.mark.long
@pytest.mark.limit(180)
def test_an_operator_sees_a_real_device_burn_and_go(tmp_path):
    config = network_of("a password", token=token_hash(TOKEN))
    for name in ("server", "rig"):
        (tmp_path / name).mkdir()
    with RealtimeRig(tmp_path / "rig", burners=2, network=config) as rig:
        found = [Device("flat-7", "Elm Street 3", f"127.0.0.1:{rig.web_port}", "240ac412ab0f")]
        server = Prometheus(tmp_path / "server", found)
        try:
            states = server.until("curfew_state", lambda found: len(found) == 2)
            assert {labels["state"] for labels, _ in states} == {"IDLE"}
            assert all(labels["instance"] == "flat-7" and labels["place"] == "Elm Street 3" for labels, _ in states)
            rig.light()
            server.until('curfew_state{burner="0",state="BURNING"}', bool)
            page = server.page("/consoles/curfew.html")
            assert "flat-7" in page and "Elm Street 3" in page and "BURNING" in page and "error" not in page.lower()
            metrics = {labels["__name__"] for labels, _ in server.query('{__name__=~"curfew_.*"}')}
            assert {"curfew_uptime_seconds", "curfew_clock_known", "curfew_free_bytes", "curfew_info"} <= metrics
            rig.do("power_off")
            server.until('up{job="curfew"} == 0', bool)
            assert "no answer" in server.page("/consoles/curfew.html")
        finally:
            server.stop()
