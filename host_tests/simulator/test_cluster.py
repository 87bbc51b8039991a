"""A campaign on a real Dask scheduler with real workers on loopback: nothing is lost, nothing runs twice.

Not here: the record on this machine alone (test_campaign.py).
"""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time

import pytest

from host_tests.fixtures.seeded_firmware import seeded
from simulator import __main__ as command
from simulator.campaign import cluster, record
from simulator.run import ROOT

pytestmark = [pytest.mark.long, pytest.mark.limit(180)]
GRANTED = "granted = burner.grant(step_ms)"  # once given it is kept: every burn breaks S1
QUIET = {"DASK_DISTRIBUTED__DASHBOARD__LINK": "", "DASK_DISTRIBUTED__SCHEDULER__DASHBOARD__STATUS": "[]"}


class Cluster:
    """A scheduler on a free port and its workers, each a process of its own."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.running = []
        self._start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")

    def worker(self, checkout=ROOT):
        """Another worker; its process."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60")
        return self._start("worker", self.address, *options, checkout=checkout)

    def _start(self, *arguments, checkout=ROOT):
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            cwd=checkout, env={**os.environ, **QUIET}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.running.append(process)
        return process

    def end(self):
        for process in self.running:
            process.kill()
        for process in self.running:
            process.wait()


@pytest.fixture
def dask():
    cluster = Cluster()
    yield cluster
    cluster.end()


def seeds_in(path):
    return [json.loads(line)["seed"] for line in path.read_text().splitlines()[1:]]


def begun(dask, results):
    """A campaign of 60 seeds, ten of which have been reported."""
    campaign = subprocess.Popen(
        [sys.executable, "-m", "simulator", "campaign", "--runs", "60", "--scheduler", dask.address]
        + ["--results", str(results)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not results.exists() or len(seeds_in(results)) < 10:
        assert campaign.poll() is None, campaign.communicate()
        time.sleep(0.05)
    return campaign


def test_a_scheduler_that_is_killed_ends_the_campaign_in_one_line_and_what_was_reported_stays(dask, tmp_path):
    results = tmp_path / "results.jsonl"
    dask.worker()
    campaign = begun(dask, results)
    dask.running[0].kill()
    out, err = campaign.communicate(timeout=150)
    assert (campaign.returncode, err.count("\n")) == (2, 1) and err.startswith("simulator: "), err
    assert 10 <= len(seeds_in(results)) == len(set(seeds_in(results)))


def test_a_worker_that_is_killed_loses_no_seed_and_none_is_reported_twice(dask, tmp_path, capsys):
    results = tmp_path / "results.jsonl"
    victim, _ = dask.worker(), dask.worker()
    campaign = begun(dask, results)
    victim.kill()
    out, err = campaign.communicate(timeout=150)
    assert campaign.returncode == 0, out + err
    assert sorted(seeds_in(results)) == list(range(1, 61))
    there = {outcome.seed: outcome for outcome in record.Record(results, "cpython").read()}
    assert command.main(["campaign", "--runs", "3", "--seed", "20", "--results", str(tmp_path / "here.jsonl")]) == 0
    for outcome in record.Record(tmp_path / "here.jsonl", "cpython").read():
        assert outcome == there[outcome.seed], "this machine finds what the worker found"


def test_a_red_seed_of_a_worker_is_red_here_with_the_one_command_that_is_printed(dask, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"  # two checkouts of a program with a bug
    for checkout in (here, there):
        checkout.mkdir()
        seeded(checkout, ("curfew/core/controller.py", GRANTED, f"{GRANTED} or self.granted[index]"))
        for name in ("simulator", "tools", "render"):
            shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("catalog.py", "catalog.toml"):
            shutil.copy(ROOT / name, checkout)
    dask.worker(there)

    def asked(*words):
        return subprocess.run(words, cwd=here, capture_output=True, text=True)

    campaign = (sys.executable, "-m", "simulator", "campaign", "--runs")
    found = asked(*campaign, "5", "--scheduler", dask.address)
    assert found.returncode == 1, found.stdout + found.stderr
    seed, broken = re.search(r"seed (\d+)  VIOLATED (S1: .*)", found.stdout).groups()
    again = asked(*shlex.split(re.search(rf"again: (.* --seed {seed})\n", found.stdout)[1]))
    assert again.returncode == 1 and broken in again.stdout
    alone = asked(*campaign, "1", "--seed", seed)
    assert alone.returncode == 1 and f"seed {seed}  VIOLATED {broken}\n" in alone.stdout


def test_a_worker_with_other_code_ends_the_campaign_in_one_line(dask, monkeypatch, capsys):
    dask.worker()
    monkeypatch.setattr(record, "code", lambda: "0123456789abcdef")
    assert command.main(["campaign", "--runs", "5", "--scheduler", dask.address]) == 2
    err = capsys.readouterr().err
    assert "simulator: worker tcp://127.0.0.1:" in err and "not 0123456789abcdef: give it this one" in err


def test_a_scheduler_without_workers_is_one_line(dask, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "WORKERS_S", 2)
    assert command.main(["campaign", "--runs", "5", "--scheduler", dask.address]) == 2
    assert "has no worker" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x"])
def test_a_scheduler_that_is_away_is_one_line(address, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "CONNECT_S", 2)
    assert command.main(["campaign", "--runs", "5", "--scheduler", address]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"simulator: no scheduler at {address}: ") and err.count("\n") == 1
