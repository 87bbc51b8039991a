"""The command line, python -m fleet COMMAND devices.csv: exit 0 done, 1 not done, 2 wrong input."""

import argparse
import json
import os
import sys
from functools import partial
from pathlib import Path

from rich.console import Console

from fleet import broker, devices, grafana, home_assistant, off, provision, rollout, targets, trial
from fleet.devices import Device, FleetError
from simulator.run import RunError, check_build
from tools import update
from tools.board import deploy, installation, key, plan, ports
from tools.board.errors import BoardError
from tools.build import manifest

OUT = Path("build") / "fleet"
LABELS = OUT / "labels"


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fleet", description="Many stoves: lists, credentials, updates.")
    commands = parser.add_subparsers(dest="command", required=True)
    about = "virtual stoves on this computer, to try dashboard and alerts with"
    commands.add_parser("trial", help=about).add_argument("count", type=int, nargs="?", default=50, metavar="COUNT")
    for name, about in (
        ("check", "judge the list"),
        ("files", f"write what the broker, Prometheus, Grafana and Home Assistant need into {OUT}/"),
        ("provision", "put program, network and user on one board after the other, at the cable"),
        ("off", "turn all off, again and again until each reports it"),
        ("update", "send this program to all, in stages; goes on where it stopped"),
    ):
        command = commands.add_parser(name, help=about)
        command.add_argument("list", type=Path, metavar="devices.csv")
        if name == "files":
            command.add_argument("--token", type=Path, default=OUT / "token", help="file with the token that may read")
            command.add_argument("--burns-long", default=targets.LONG, help="a burn that is reported, like 90m or 3h")
        if name in ("provision", "off"):
            command.add_argument("network", type=Path, metavar="network.json", help="what all devices share")
        if name == "provision":
            command.add_argument("--port", default="", help="serial port of the boards")
    return parser.parse_args(argv)


def _files(found: list[Device], arguments: argparse.Namespace) -> int:
    """Write every file that a server needs."""
    users = broker.passwords(_numbered(found), OUT / "passwords.json")
    broker.private(OUT / "mosquitto.passwords", broker.mosquitto_passwords(users))
    broker.private(OUT / "rabbitmq.json", json.dumps(broker.rabbitmq(users), indent=1) + "\n")
    (OUT / "mosquitto.acl").write_text(broker.mosquitto_acl(), "utf-8")
    (OUT / "targets.json").write_text(targets.file_sd(found), "utf-8")
    (OUT / "rules.yml").write_text(targets.rules(arguments.burns_long), "utf-8")
    (OUT / "prometheus.yml").write_text(targets.configuration(arguments.token.resolve()), "utf-8")
    (OUT / "grafana.json").write_text(grafana.text(), "utf-8")
    (OUT / "homeassistant.yaml").write_text(home_assistant.package(found), "utf-8")
    (OUT / "homeassistant-dashboard.yaml").write_text(home_assistant.dashboard(found), "utf-8")
    print("\n".join(f"{path}" for path in sorted(OUT.iterdir()) if path.is_file()))
    return 0


def _numbered(found: list[Device]) -> list[Device]:
    """The same devices. Raises FleetError when one has no number yet."""
    for device in found:
        if not device.chip:
            raise FleetError(f"{device.name}: no chip number yet: run `python -m fleet provision` first")
    return found


def _provision(found: list[Device], arguments: argparse.Namespace) -> int:
    """One board after the other; those that have a number in the list are left out."""
    shared = provision.common(arguments.network)
    out = Console()
    new = plan.built(installation.PROGRAM)
    left = [device.name for device in found if not device.chip]
    print(f"{len(left)} of {len(found)} devices have no board yet")
    for name in left:
        device = devices.named(found)[name]
        if input(f"plug in the board for {name} ({device.place}) and press Enter; s skips it: ").strip() == "s":
            continue
        port = ports.chosen(arguments.port, "deploy")
        deploy.deploy(port, new, out)
        chip = provision.chip_of(port)
        if other := next((one.name for one in found if one.chip == chip), None):
            raise FleetError(f"{name}: this board is that of {other}: plug in the next one")
        changed = provision.with_chip(found, name, chip)
        fresh = arguments.list.with_name(arguments.list.name + ".new")
        fresh.write_text(changed, "utf-8")
        found = devices.read(fresh)
        users = broker.passwords([one for one in found if one.chip], OUT / "passwords.json")
        provision.write(port, provision.network_of(devices.named(found)[name], shared, users[chip]))
        fresh.replace(arguments.list)
        LABELS.mkdir(parents=True, exist_ok=True)
        (LABELS / f"{name}.svg").write_text(provision.label(devices.named(found)[name]), "utf-8")
        print(f"{name}: chip {chip}, label in {LABELS / name}.svg")
    return 0


def _off(found: list[Device], arguments: argparse.Namespace) -> int:
    """OFF for every device, as the operator at the broker."""
    there = [device for device in found if device.chip]
    mqtt = provision.common(arguments.network).get("mqtt")
    if not mqtt:
        raise FleetError(f"{arguments.network}: mqtt: is missing; without a broker, turn each off at its page")
    password = broker.passwords(there, OUT / "passwords.json")[broker.OPERATOR]
    left = off.all_off(off.connected(mqtt, password), there, off.MOST_S, partial(print, flush=True))
    for device in left:
        way = f"open http://{device.host}/, or turn it off at the stove"
        print(f"{device.name} ({device.place}): does not report off: {way}")
    return 1 if left else 0


def _update(found: list[Device], _: argparse.Namespace) -> int:
    """Send the compiled program, in stages; PASSWORD or TOKEN in the environment, or one that is asked for each."""
    program = installation.PROGRAM / installation.SLOT
    build = manifest.build_id((program / manifest.NAME).read_text("ascii"))
    kept = rollout.Kept(OUT / "updated.json", build)
    print(f"build {build}: {len(kept.names)} of {len(found)} devices have confirmed it")
    done = rollout.roll_out(found, partial(_send, program), kept, partial(print, flush=True))
    return 0 if done else 1


def _send(program: Path, device: Device) -> None:
    there = update.Device(device.host, os.environ.get("TOKEN"))
    if not os.environ.get("TOKEN"):
        there.log_in(os.environ.get("PASSWORD", ""))
    about = there.about()
    build = manifest.build_id((program / manifest.NAME).read_text("ascii"))
    if about["build"] == build:
        return
    update.send(there, key.of(about["device"]), program, False, lambda *_: None)
    update.wait_for_confirmation(there, build, lambda _: None)


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    arguments = _arguments(argv)
    try:
        if arguments.command == "trial":
            check_build()
            OUT.mkdir(parents=True, exist_ok=True)
            trial.run(arguments.count, OUT / "trial.csv", OUT / "token", partial(print, flush=True))
            return 0
        found = devices.read(arguments.list)
        if arguments.command == "check":
            print(f"{arguments.list}: {len(found)} devices")
            return 0
        OUT.mkdir(parents=True, exist_ok=True)
        commands = {"files": _files, "provision": _provision, "off": _off, "update": _update}
        return commands[arguments.command](found, arguments)
    except (FleetError, BoardError, RunError) as error:
        print(f"fleet: {error}", file=sys.stderr)
        return 2 if isinstance(error, FleetError) else 1
    except OSError as error:
        print(f"fleet: {error.filename or OUT}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("fleet: interrupted; what is done is kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
