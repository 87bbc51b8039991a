"""The device's libraries, fetched by pip as firmware/requirements.txt pins them.

python -m tools.build.libraries        fetch them into build/lib
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tools.build import shrink

ROOT = Path(__file__).resolve().parent.parent.parent
PINNED = ROOT / "firmware" / "requirements.txt"
FETCHED = ROOT / "build" / "lib"
# What the firmware imports of them, directly or not, and which definitions are not used here: heap is short.
# The rest (tests, other runtimes, templates) stays away as a whole.
NEEDED: dict[str, tuple[str, ...]] = {
    "chumicro_mqtt/_wire.py": (
        *("encode_unsubscribe", "topic_matches", "PACKET_UNSUBSCRIBE", "PACKET_DISCONNECT", "UnsupportedQoSError"),
    ),
    "chumicro_mqtt/client.py": (
        *("encode_unsubscribe", "PACKET_DISCONNECT", "UnsupportedQoSError", "InboundPublish", "_InboundWait"),
        *("_INBOUND_WAIT", "_MAX_INBOUND_QUEUE_SIZE", "_SELF_HEAL_BACKOFF_BASE_MS", "_SELF_HEAL_BACKOFF_CAP_MS"),
        *("_IO_READ", "_IO_WRITE", "default_client_id", "MQTTClient.from_config", "MQTTClient.hold"),
        *("MQTTClient.disconnect", "MQTTClient.set_will", "MQTTClient.unsubscribe", "MQTTClient.next_message"),
        *("MQTTClient.check", "MQTTClient.io_socket", "MQTTClient.io_interest", "MQTTClient.io_error"),
        *("MQTTClient.next_deadline", "MQTTClient._start_transport", "MQTTClient._reset_transient_state"),
        *("MQTTClient._publish_disconnected", "MQTTClient._inbound_stream_ended", "MQTTClient._self_heal_active"),
        *("MQTTClient._arm_self_heal_backoff", "MQTTClient._attempt_self_heal", "MQTTClient._advance_connector"),
        *("MQTTClient._check_transport_deadline",),
    ),
    "chumicro_sockets/_ca_bundle.der": (),
    "DIYables_MicroPython_4Digit7Segment_TM1637/__init__.py": (),
    "DIYables_MicroPython_4Digit7Segment_TM1637/DIYables_MicroPython_4Digit7Segment_TM1637.py": (
        *("Display4Digit7SegmentTM1637.print_temperature", "Display4Digit7SegmentTM1637.set_number"),
    ),
}


class LibraryError(Exception):
    """The libraries are not what is needed; the text says which and the way out."""


def fetch(folder: Path = FETCHED, pinned: Path = PINNED) -> None:
    """Unpack pinned wheels into a folder, from nothing. Raises CalledProcessError."""
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--target", str(folder), "-r", str(pinned)], check=True)


def sources(folder: Path = FETCHED) -> dict[str, str]:
    """What the firmware needs of the libraries' programs, by path. Raises LibraryError, shrink.ShrinkError."""
    found = {}
    for name, left_out in NEEDED.items():
        if not (folder / name).is_file():
            raise LibraryError(f"{folder / name} is missing: run `make build`")
        if name.endswith(".py"):
            found[name] = shrink.without((folder / name).read_text(), left_out)
    return found


if __name__ == "__main__":
    fetch()
