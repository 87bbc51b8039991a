"""Servers of other people for the tests: where they are, and when they listen."""

import os
import shutil
import socket
import time

import pytest

PATH = "/usr/lib/rabbitmq/bin:" + os.environ["PATH"] + ":/usr/sbin"  # the first one runs as who calls it


def programs(*names):
    """Paths of programs; skips the test where one is missing."""
    found = {name: shutil.which(name, path=PATH) for name in names}
    if missing := [name for name, path in found.items() if path is None]:
        pytest.skip(f"no {' '.join(missing)} here: sh tools/fleet_packages.sh")
    return list(found.values())


def listening(process, port, seconds=20, log=None):
    """Wait until a process of ours listens there."""
    end = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None and time.monotonic() < end, log.read_text()[-2000:] if log else "no server"
            time.sleep(0.1)
