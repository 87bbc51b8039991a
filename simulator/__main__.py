"""The command line, python -m simulator run|campaign|live: exit 0 held, 1 did not, 2 wrong input."""

import argparse
import dataclasses
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from simulator.campaign import coverage, detection, runner
from simulator.campaign.outcome import Campaign, Outcome
from simulator.campaign.record import Record, RecordError
from simulator.fields import ScenarioError
from simulator.measured import ReadingsError, stove_of
from simulator.native import NativeError
from simulator.play import Verdict, play
from simulator.run import VMS, RunError, check_build, machine_of, native_vm
from simulator.scenario import SEED_MAX, Scenario, load
from simulator.times import show_time

HELD, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
BAR_WIDTH = 30
BAR_EVERY_S = 0.1  # a faster bar would cost more than the run
RUNS_MAX = 10_000_000
PORT_MAX = 65535
WRONG_SHOWN = 10  # of the runs of a campaign
LINE_EVERY_S = 60  # of a campaign without a terminal
STRANGE_SHOWN = 20  # lines of a traceback


class _Wrong(Exception):
    """Wrong input: one line for stderr."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # argparse would print the usage too; the contract is one line.
        raise _Wrong(f"{message} (see {self.prog} --help)")


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > SEED_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {SEED_MAX}")
    return int(text)


def _runs(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= RUNS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {RUNS_MAX}")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {PORT_MAX}")
    return int(text)


def _broker(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host:
        raise argparse.ArgumentTypeError(f'{text!r} is not HOST:PORT, like "127.0.0.1:1883"')
    return host, _port(port)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m simulator", description="A simulated stove for the real firmware.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    command = commands.add_parser("run", help="run scenarios and judge them")
    command.add_argument("scenarios", nargs="+", metavar="SCENARIO.json")
    command.add_argument("--vm", choices=VMS, default=VMS[0], help="what the firmware runs on (%(default)s)")
    command.add_argument("--seed", type=_seed, metavar="N", help="instead of the scenario's own seed")
    command.add_argument("--stove", metavar="STOVE.json", help="a measured one, of python -m simulator.measured")
    command.add_argument("--trace", metavar="OUT.jsonl", help="write the trace, one JSON object a line")
    command.add_argument("--plot", metavar="OUT.svg", help="draw temperatures, millivolts, contact and gas")
    command.add_argument("--timeline", action="store_true", help="print the run as a timeline")
    command = commands.add_parser("campaign", help="run random sessions with random faults, and judge them")
    command.add_argument("--runs", type=_runs, default=200, metavar="N", help="how many (%(default)s)")
    command.add_argument("--seed", type=_seed, default=1, metavar="S", help="of the first one (%(default)s)")
    command.add_argument(
        "--vm", choices=runner.MACHINES, default=runner.MACHINES[0],
        help="what the firmware runs on; native: CPython with the safety loop compiled, the fastest; both: CPython and "
        "MicroPython must agree line by line (%(default)s)",
    )  # fmt: skip
    command.add_argument("--jobs", type=_runs, default=runner.cores(), metavar="N", help="at a time (%(default)s)")
    command.add_argument("--scheduler", metavar="ADDRESS", help="of Dask, like tcp://host:8786; its workers run them")
    command.add_argument(
        "--steer", action="store_true", help="take seeds with what was rare so far, of four times as many"
    )
    command.add_argument("--results", type=Path, metavar="FILE.jsonl", help="keep them, and go on where it ends")
    command = commands.add_parser("live", help="an interactive stove, in a browser or in this terminal")
    command.add_argument("scenario", nargs="?", metavar="SCENARIO.json", help="to play (none: a stove at rest)")
    command.add_argument("--port", type=_port, metavar="N", help="of the page (the first free one)")
    command.add_argument("--broker", type=_broker, metavar="HOST:PORT", help="an MQTT broker for the controller (none)")
    command.add_argument("--terminal", action="store_true", help="no browser: a live screen in this terminal")
    arguments = parser.parse_args(argv)
    if arguments.command in ("campaign", "live"):
        return arguments
    for option in ("trace", "plot"):
        out = getattr(arguments, option)
        if out and len(arguments.scenarios) > 1:
            raise _Wrong(f"--{option} {out}: takes one SCENARIO.json, not {len(arguments.scenarios)}")
        if out and not Path(out).parent.is_dir():
            raise _Wrong(f"--{option} {out}: there is no folder {Path(out).parent}")
        if out and Path(out).is_dir():
            raise _Wrong(f"--{option} {out}: is a folder")
    return arguments


def _progress(until_ms: int) -> Callable[[int], None] | None:
    """A progress bar on stderr; None when stderr is no terminal."""
    if not sys.stderr.isatty():
        return None
    start_s = shown_s = time.monotonic()

    def show(t_ms: int) -> None:
        nonlocal shown_s
        if time.monotonic() - shown_s < BAR_EVERY_S:
            return
        shown_s = time.monotonic()
        done = min(t_ms / until_ms, 1)
        bar = ("#" * round(done * BAR_WIDTH)).ljust(BAR_WIDTH, ".")
        speed = t_ms / 1000 / (shown_s - start_s)
        times = f"{show_time(t_ms)} / {show_time(until_ms)}"
        sys.stderr.write(f"\r[{bar}] {times}  {speed:,.0f} x real time\x1b[K")
        sys.stderr.flush()

    return show


def _run_one(path: str, arguments: argparse.Namespace) -> int:
    """Run one scenario file; its exit status."""
    try:
        stove = stove_of(arguments.stove) if arguments.stove else None
        scenario = load(path, arguments.seed, bool(arguments.plot or arguments.timeline), stove)
        start_s = time.monotonic()
        progress = _progress(scenario.plan["until_ms"])
        try:
            verdict = play(scenario, arguments.vm, progress)
        finally:
            if progress:
                sys.stderr.write("\r\x1b[K")
        wall_s = time.monotonic() - start_s
    except ReadingsError as error:
        raise _Wrong(str(error)) from None
    except (ScenarioError, RunError) as error:
        raise _Wrong(f"{path}: {error}") from None
    _write_outputs(verdict, scenario, arguments)
    _report(verdict, scenario, machine_of(arguments.vm), wall_s)
    if verdict.passed:
        return HELD
    print(f"  again: {_again(path, arguments.vm, scenario.plan['seed'])}")
    return FAILED


def _write_outputs(verdict: Verdict, scenario: Scenario, arguments: argparse.Namespace) -> None:
    result = verdict.result
    if result.ended_ms is None:  # a run that broke off is still shown, as far as it went
        result = dataclasses.replace(result, ended_ms=result.last_ms)
    option, out = "trace", arguments.trace
    try:
        if arguments.trace:
            Path(out).write_text("".join(line + "\n" for line in result.trace_lines), "utf-8")
        if arguments.plot:
            from simulator.view import plot

            option, out = "plot", arguments.plot
            plot.write_svg(result, scenario, out)
    except OSError as error:
        raise _Wrong(f"--{option} {out}: cannot be written: {error.strerror}") from None
    if arguments.timeline:
        from simulator.view import timeline

        print("\n".join(timeline.lines(result, scenario, color=_in_colour())))


def _in_colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _report(verdict: Verdict, scenario: Scenario, vm: str, wall_s: float) -> None:
    if verdict.died:  # MicroPython prints its traceback on stdout, CPython on stderr
        said = [*verdict.died.splitlines(), *verdict.result.strange[-STRANGE_SHOWN:]]
        print("  DIED " + "\n    ".join(said))
    for sentence in verdict.failed_expectations:
        print(f"  FAILED {sentence}")
    for name, sentence in verdict.failed_invariants:
        print(f"  VIOLATED {name}: {sentence}")
    stove_ms = verdict.result.last_ms
    speed = stove_ms / 1000 / max(wall_s, 0.001)
    print(
        f"{'ok' if verdict.passed else 'FAILED'}  {scenario.name}: {show_time(stove_ms)} of stove time, "
        f"{verdict.expectations_held} of {verdict.expectations} expectations and "
        f"{verdict.invariants_held} of {verdict.invariants} invariants held "
        f"({vm}, seed {scenario.plan['seed']}, {wall_s:.1f} s, {speed:,.0f} x real time)",
        flush=True,
    )


def _run_live(arguments: argparse.Namespace) -> int:
    """Run the interactive stove until Ctrl-C; its exit status."""
    try:
        top = None
        if arguments.scenario:
            load(arguments.scenario)  # one clear line first
            top = json.loads(Path(arguments.scenario).read_bytes())
        check_build()
        if not native_vm():
            from simulator.browser import site

            print("no native MicroPython is here: the stove runs in the browser, on its WebAssembly build", flush=True)
            site.serve(arguments.port, _say_address)
        elif arguments.terminal:
            from simulator.live import terminal

            terminal.show(top, arguments.broker)
        else:
            from simulator.live import server

            print("starting the stove ...", flush=True)
            server.serve(top, arguments.port, arguments.broker, _say_address)
    except (ScenarioError, RunError, OSError) as error:
        raise _Wrong(f"{arguments.scenario or 'live'}: {error}") from None
    print("the stove is stopped")
    return HELD


def _say_address(address: str) -> None:
    print(f"\n  open {address} in a browser   (press Ctrl-C to stop)\n", flush=True)


def _run_campaign(arguments: argparse.Namespace) -> int:
    """Run a campaign: progress, failures as they occur, and the sum at the end; its exit status."""
    last = arguments.seed + arguments.runs - 1
    where = f"at {arguments.scheduler}" if arguments.scheduler else f"{arguments.jobs} at a time"
    print(f"campaign: seeds {arguments.seed} to {last} on {arguments.vm}, {where}", flush=True)
    total = Campaign()
    shown = 0
    status = None
    kept = Record(arguments.results, arguments.vm) if arguments.results else None
    try:
        with _campaign_bar(arguments.runs) as show:
            asked = range(arguments.seed, last + 1)
            for total in runner.campaign(asked, arguments.vm, _outcomes(arguments), kept, arguments.steer):
                show(total)
                for outcome in total.wrong[shown:]:
                    path = os.path.relpath(runner.keep(outcome))
                    if shown < WRONG_SHOWN:
                        _print_wrong(outcome, arguments.vm, path)
                    shown += 1
    except (RunError, NativeError, RecordError) as error:
        raise _Wrong(str(error)) from None
    except OSError as error:
        where = error.filename or f"--results {arguments.results}"
        raise _Wrong(f"{where}: {error.strerror}; what was kept stays") from None
    except KeyboardInterrupt:
        status = INTERRUPTED
    print("\n".join(detection.table(total.counts)))
    print(coverage.in_words(total.seen))
    if shown > WRONG_SHOWN:
        seeds = " ".join(str(outcome.seed) for outcome in total.wrong[WRONG_SHOWN:])
        print(f"  not printed above, kept beside the others in {os.path.dirname(path)}/: seeds {seeds}")
    if status == INTERRUPTED:
        print("interrupted; so far:")
    print(f"{'FAILED' if total.wrong else 'ok'}  {runner.in_words(total)}, {len(total.wrong):,} runs went wrong")
    return status or (FAILED if total.wrong else HELD)


def _outcomes(arguments: argparse.Namespace) -> runner.Outcomes:
    """What runs the seeds: this machine, or the workers of a scheduler."""
    if not arguments.scheduler:
        return runner.local(arguments.jobs)
    from simulator.campaign import cluster

    def outcomes(batches: Iterator[Sequence[int]], machine: str) -> Iterator[list[Outcome]]:
        try:
            yield from cluster.outcomes(arguments.scheduler, batches, machine)
        except cluster.ClusterError as error:
            raise _Wrong(str(error)) from None

    return outcomes


@contextmanager
def _campaign_bar(runs: int) -> Iterator[Callable[[Campaign], None]]:
    """A function that shows how far a campaign is: a bar for a person, a line a minute for a log."""
    columns = (
        *Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[said]}"),
    )  # fmt: skip
    reported_s = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("sessions", total=runs, said="")

        def show(total: Campaign) -> None:
            nonlocal reported_s
            bar.update(task, completed=total.runs, said=f"{len(total.wrong)} wrong")
            if bar.disable and time.monotonic() - reported_s >= LINE_EVERY_S:
                reported_s = time.monotonic()
                share = total.stove_ms / max(total.stove_ms - total.before_ms, 1) * (runs / total.runs - 1)
                left_min = total.wall_s * share / 60
                so_far = f"{total.runs:,} of {runs:,} sessions, {len(total.wrong)} wrong, {left_min:.0f} min to go"
                print(so_far, file=sys.stderr, flush=True)

        yield show


def _print_wrong(outcome: Outcome, machine: str, path: str) -> None:
    """One run that went wrong: what, and how to see its scenario again."""
    for name, sentence in outcome.wrong:
        print(f"  seed {outcome.seed}  VIOLATED {name}: {sentence}")
    vm = "cpython" if machine == "both" else machine
    print(f"  again: {_again(path, vm, outcome.seed)}", flush=True)


def _again(path: str, vm: str, seed: int) -> str:
    """The command that runs this scenario again exactly like this."""
    python = os.path.relpath(sys.executable)
    if python.startswith(os.pardir):
        python = sys.executable
    return shlex.join([python, "-m", "simulator", "run", path, "--vm", vm, "--seed", str(seed)])


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the exit status."""
    worst = HELD
    try:
        arguments = _arguments(argv)
    except _Wrong as wrong:
        print(f"simulator: {wrong}", file=sys.stderr)
        return WRONG
    if arguments.command == "run" and machine_of(arguments.vm) != arguments.vm:
        print("no native MicroPython is here: the firmware runs on its WebAssembly build", file=sys.stderr)
    alone = {"campaign": _run_campaign, "live": _run_live}.get(arguments.command)
    jobs = [alone] if alone else [partial(_run_one, path) for path in arguments.scenarios]
    for job in jobs:
        try:
            status = job(arguments)
        except _Wrong as wrong:
            print(f"simulator: {wrong}", file=sys.stderr)
            status = WRONG
        except KeyboardInterrupt:
            print("simulator: interrupted", file=sys.stderr)
            return INTERRUPTED
        worst = max(worst, status)
    return worst


if __name__ == "__main__":
    sys.exit(main())
