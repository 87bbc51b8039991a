"""Users and rights at the broker: a device writes below its own number and reads its own commands, nothing else.

The user name of a device is the number of its chip, so that one rule holds for all of them.
"""

import hashlib
import json
import os
import secrets
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fleet.devices import Device

PREFIX, DISCOVERY = "curfew", "homeassistant"  # as shipped in a device's network settings
OPERATOR, HOME_ASSISTANT = "operator", "homeassistant"
PASSWORD_BYTES = 18
# Else a device whose node failed cannot subscribe again at another one until that node is back.
MIRRORED = {
    "pattern": "^mqtt-subscription-", "apply-to": "queues", "priority": 0,
    "definition": {"ha-mode": "exactly", "ha-params": 2, "ha-promote-on-failure": "always"},
}  # fmt: skip
# user: topics that it writes, topics that it reads. %u: the user's own name.
RIGHTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "%u": (
        (f"{PREFIX}/%u/#", f"{DISCOVERY}/+/curfew_%u/#"),
        (f"{PREFIX}/%u/command", f"{PREFIX}/%u/burner/+/command", f"{DISCOVERY}/status"),
    ),
    HOME_ASSISTANT: (
        (f"{PREFIX}/+/command", f"{PREFIX}/+/burner/+/command", f"{DISCOVERY}/status"),
        (f"{PREFIX}/#", f"{DISCOVERY}/#"),
    ),
    OPERATOR: ((f"{PREFIX}/+/command",), (f"{PREFIX}/#",)),
}


def passwords(devices: Iterable[Device], path: Path) -> dict[str, str]:
    """The password of each user; what the file holds is kept, new ones are drawn and added to it. Mode 0600."""
    kept: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    users = [HOME_ASSISTANT, OPERATOR, *(device.chip for device in devices)]
    found = {user: kept.get(user) or secrets.token_urlsafe(PASSWORD_BYTES) for user in users}
    private(path, json.dumps({**kept, **found}, indent=1) + "\n")
    return found


def private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; it is the old one or the new one at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def mosquitto_acl() -> str:
    """mosquitto's acl_file."""
    lines = ["# A device: its user name is the number of its chip."]
    for user, (writes, reads) in RIGHTS.items():
        kind = "pattern" if user == "%u" else "topic"
        lines += [] if user == "%u" else ["", f"user {user}"]
        lines += [f"{kind} write {topic}" for topic in writes] + [f"{kind} read {topic}" for topic in reads]
    return "\n".join(lines) + "\n"


def mosquitto_passwords(found: dict[str, str]) -> str:
    """mosquitto's password_file: PBKDF2 with SHA-512, as `mosquitto_passwd` writes it."""
    return "".join(f"{user}:{_mosquitto_hash(password)}\n" for user, password in found.items())


def _mosquitto_hash(password: str, rounds: int = 101) -> str:
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds)
    return f"$7${rounds}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def rabbitmq(found: dict[str, str]) -> dict[str, Any]:
    """RabbitMQ's definitions, for `rabbitmqctl import_definitions`; MQTT topics are routing keys of amq.topic there."""
    own = "^mqtt-subscription-.*$"
    through = "^(amq\\.topic|mqtt-subscription-.*)$"
    topics = []
    for user in found:
        writes, reads = RIGHTS.get(user, RIGHTS["%u"])
        rights = {"write": _pattern(writes, user), "read": _pattern(reads, user)}
        topics.append({"user": user, "vhost": "/", "exchange": "amq.topic", **rights})
    return {
        "users": [{"name": user, **_rabbitmq_hash(password), "tags": []} for user, password in found.items()],
        "vhosts": [{"name": "/"}],
        "permissions": [
            {"user": user, "vhost": "/", "configure": own, "write": through, "read": through} for user in found
        ],
        "topic_permissions": topics,
        "policies": [{"vhost": "/", "name": "mqtt", **MIRRORED}],
    }


def _pattern(topics: tuple[str, ...], user: str) -> str:
    """A regular expression over routing keys: / is a dot there, + any word, # any words."""
    words = {"+": "[^.]+", "#": ".*", "%u": user}
    forms = ["\\.".join(words.get(word, word.replace("%u", user)) for word in topic.split("/")) for topic in topics]
    return f"^({'|'.join(forms)})$"


def _rabbitmq_hash(password: str) -> dict[str, str]:
    salt = secrets.token_bytes(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {"password_hash": b64encode(salt + digest).decode(), "hashing_algorithm": "rabbit_password_hashing_sha256"}
