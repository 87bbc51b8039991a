"""Prometheus and Alertmanager with the project's files on loopback, and someone who is alerted."""

import json
import subprocess
import threading
import time
import urllib.parse
import urllib.request

from fleet import targets
from fleet.trial import ALERTS_PORT, Receiver
from host_tests.fleet.servers import listening, programs
from simulator.realtime.process import free_port

TOKEN = "0123456789abcdef0123456789abcdef"
PATIENCE_S = 60
# What would take hours; a test of the texts themselves is rules_test.yml.
HURRIED = (("for: 10m", "for: 10s"), ("for: 1m", "for: 3s"))


class Prometheus:
    """A server of its own in a folder that scrapes every so many seconds; hurried: rules with HURRIED."""

    def __init__(self, folder, found, every_s=1, alertmanager="127.0.0.1:9", hurried=False):
        (folder / "token").write_text(TOKEN)
        rules = targets.rules("30s" if hurried else targets.LONG)
        for slow, fast in HURRIED if hurried else ():
            rules = rules.replace(slow, fast)
        (folder / "rules.yml").write_text(rules)
        config = targets.configuration(folder / "token", alertmanager)
        (folder / "prometheus.yml").write_text(config.replace("15s", f"{every_s}s").replace("10s", f"{every_s}s"))
        (folder / "targets.json").write_text(targets.file_sd(found))
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [*programs("prometheus"), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}", f"--web.console.templates={targets.HERE}/consoles"],
            stdout=subprocess.DEVNULL, stderr=(folder / "log").open("w"),
        )  # fmt: skip

    def stop(self):
        self.process.kill()
        self.process.wait()

    def page(self, path):
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:
            return answer.read().decode()

    def query(self, expression):
        """[(labels, value)]; [] while the server starts."""
        try:
            answer = json.loads(self.page("/api/v1/query?" + urllib.parse.urlencode({"query": expression})))
        except OSError:
            return []
        return [(sample["metric"], float(sample["value"][1])) for sample in answer["data"]["result"]]

    def until(self, expression, holds, most_s=PATIENCE_S):
        end = time.monotonic() + most_s
        while not holds(found := self.query(expression)):
            assert time.monotonic() < end, f"{expression}: {found}"
            time.sleep(0.2)
        return found


class Alertmanager:
    """A server with the project's routes. heard: {(receiver, alert, instance)} that its webhooks got."""

    def __init__(self, folder):
        heard = self.heard = set()

        def hear(receiver, alert):
            heard.add((receiver, alert["labels"]["alertname"], alert["labels"]["instance"]))

        self._receiver = Receiver(hear)
        threading.Thread(target=self._receiver.serve_forever, daemon=True).start()
        config = (targets.HERE / "alertmanager.yml").read_text().replace("group_wait: 10s", "group_wait: 1s")
        config = config.replace(f"127.0.0.1:{ALERTS_PORT}", f"127.0.0.1:{self._receiver.server_address[1]}")
        (folder / "alertmanager.yml").write_text(config)
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [*programs("prometheus-alertmanager"), f"--config.file={folder}/alertmanager.yml",
             f"--storage.path={folder}/data", f"--web.listen-address={self.address}", "--cluster.listen-address="],
            stdout=subprocess.DEVNULL, stderr=(folder / "log").open("w"),
        )  # fmt: skip
        listening(self._process, port)

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._receiver.shutdown()
