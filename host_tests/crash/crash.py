"""An exception at a line of the firmware: which lines there are, when one is reached, who would catch it."""

import ast
import builtins
import sys
import traceback
from functools import cache, partial
from pathlib import Path

from curfew.runtime.supervisor import TRIAL_PENDING
from host_tests.crash.forked_device import FIRMWARE, Run, apart, codes, is_unreal
from host_tests.crash.recovery_checks import (
    ANY_WAY,
    AT_ONCE,
    CABLE,
    INVALID,
    RESTARTS,
    WATCHDOG_CABLE_MS,
    GoesOn,
    Opens,
)

# What a handler of the firmware makes of an exception: file, function, what it catches. Add a new one here.
HANDLERS = {
    ("starter.py", "start", "Exception"): Opens,
    ("starter.py", "start", "KeyboardInterrupt"): partial(Opens, way=CABLE),
    ("starter.py", "prepare", "Exception"): GoesOn,  # a chip that is slower, or talks more, is one all the same
    ("starter.py", "read", "(OSError, ValueError, IndexError)"): partial(Opens, way=AT_ONCE),  # slot a, then
    ("starter.py", "note", "OSError"): GoesOn,  # then nothing is tried
    ("starter.py", "fault", "(OSError, ValueError, IndexError)"): Opens,  # a program that cannot be read is none
    ("curfew/hardware/panel.py", "_write_pixels", "OSError"): GoesOn,  # no light is worth a burn
    ("program.py", "main", "Exception"): Opens,
    ("program.py", "main", "KeyboardInterrupt"): partial(Opens, way=CABLE),
    ("curfew/services/update/slots.py", "build_id", "(OSError, ValueError, IndexError)"): GoesOn,  # it is only reported
    ("curfew/hardware/relay.py", "_force_low", "BaseException"): partial(Opens, way=ANY_WAY),  # on any way out
    ("curfew/hardware/scanner.py", "sample", "OSError"): GoesOn,  # a reading is missed, and its age tells
    ("curfew/hardware/scanner.py", "second", "OSError"): GoesOn,  # the same: half a mains period later
    ("curfew/runtime/supervisor.py", "step", "(OSError, MemoryError)"): GoesOn,  # no thread just now, another try later
    ("curfew/services/thread.py", "run", "ImportError"): GoesOn,  # no radio in this chip
    ("curfew/services/thread.py", "_start_radio", "(OSError, RuntimeError, MemoryError)"): GoesOn,  # wifi tries again
    ("curfew/services/persistence.py", "__init__", "OSError"): GoesOn,  # no one asked for readings
    ("curfew/runtime/supervisor.py", "hurry", "(RuntimeError, AttributeError)"): GoesOn,  # the next tick opens
    ("curfew/services/persistence.py", "poll", "OSError"): GoesOn,  # the flash refused: another try later
    ("curfew/hardware/board.py", "_restored", "OSError"): partial(Opens, way=AT_ONCE),  # cooking needs no journal
    ("curfew/storage/files.py", "count", "OSError"): None,  # but for "no such file" it passes it on
    ("curfew/core/settings.py", "load", "OSError"): partial(Opens, way=INVALID),
    ("curfew/core/settings.py", "parse", "(ValueError, RuntimeError, OverflowError)"): partial(Opens, way=INVALID),
}
# What only a chip with a radio runs, which the simulator's is not: in the services thread, where errors cannot reach
# the loop. The tests on the desk run it.
OFFLINE = ("services/thread.py", "services/persistence.py", "services/update/slots.py")
ONLINE = (
    "services/",
    "bundles/base.py",
    "bundles/services.py",
    "bundles/http.py",
    "bundles/mqtt.py",
    "hardware/chip.py",
    "hardware/clock.py",
    "hardware/display.py",
    "hardware/memory.py",
    "transient.py",
)
SERVICES = ("_serve", "_deliver")  # of the World: there the services' thread begins
STARTED_S = 1.4  # after a reset a program runs: an end that the next start counts
LONG = ("main", "run")  # what lives longer than a tick may be called cold and get hot


@cache
def lines(firmware=FIRMWARE):
    """Every line that can be executed: (file, first line of its function) -> set of line numbers."""
    found = {}
    waiting = [code for code in codes(firmware).values() if _runs_without_radio(Path(code.co_filename), firmware)]
    while waiting:
        code = waiting.pop()
        types = _types(code.co_filename)
        if code.co_firstlineno in types:
            continue
        numbers = found.setdefault((code.co_filename, code.co_firstlineno), set())
        numbers |= {number for _, _, number in code.co_lines() if number} - types
        if code.co_name != "<module>":
            numbers.discard(code.co_firstlineno)  # the `def` or `class` itself is executed where it stands
        waiting += [part for part in code.co_consts if hasattr(part, "co_code")]
    return found


@cache
def _types(file):
    """The lines that only a type checker reads."""
    found = set()
    for node in ast.walk(ast.parse(Path(file).read_text("utf-8"))):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            found |= set(range(node.body[0].lineno, node.end_lineno + 1))
    return found


def _runs_without_radio(path, firmware):
    name = str(path)[len(f"{firmware}/curfew/") :]
    return path.exists() and path.name != "manifest.py" and (name in OFFLINE or not name.startswith(ONLINE))


@cache
def text(file, number):
    """A line of a source, stripped."""
    return Path(file).read_text("utf-8").split("\n")[number - 1].strip()


@cache
def _parsed(file):
    """The tree of a file; a handler that names a tuple, which its module made once, has it in its place."""
    tree = ast.parse(Path(file).read_text("utf-8"))
    named = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
    tuples = {node.targets[0].id: node.value for node in named if isinstance(node.value, ast.Tuple)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name):
            node.type = tuples.get(node.type.id, node.type)
    return tree


@cache
def _tries(file):
    """(first line, last line, handlers) of the body of every `try`, inner ones first."""
    found = [node for node in ast.walk(_parsed(file)) if isinstance(node, ast.Try)]
    spans = [(node.body[0].lineno, node.body[-1].end_lineno, node.handlers) for node in found]
    return sorted(spans, key=lambda span: span[1] - span[0])


def handlers(firmware=FIRMWARE):
    """(file, function, what it catches) of every handler in the firmware, as HANDLERS has them."""
    found = set()
    for file in {file for file, _ in lines(firmware)}:
        for function in ast.walk(_parsed(file)):
            for node in ast.walk(function) if isinstance(function, ast.FunctionDef) else ():
                if isinstance(node, ast.ExceptHandler):
                    found.add((file[len(str(firmware)) + 1 :], function.name, ast.unparse(node.type)))
    return found


def _catches(handler, error):
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    known = [getattr(builtins, kind.id) for kind in kinds if isinstance(kind, ast.Name) and hasattr(builtins, kind.id)]
    return any(issubclass(error, kind) for kind in known)


def _handled(frame, error, firmware):
    """What HANDLERS says of the handler that an exception raised in this frame reaches; None: there is none."""
    raised = frame
    while frame and frame.f_code.co_name not in SERVICES:
        file = frame.f_code.co_filename
        # CPython: a `try` that cannot fail itself stands outside of the handlers around it.
        outside = frame is raised and text(file, frame.f_lineno) == "try:"
        if file.startswith(str(firmware)) and not outside:
            for first, last, handlers in _tries(file):
                for handler in handlers if first <= frame.f_lineno <= last else ():
                    if _catches(handler, error):
                        # A handler that no one spoke of is no excuse.
                        key = file[len(str(firmware)) + 1 :], frame.f_code.co_name, ast.unparse(handler.type)
                        found = HANDLERS.get(key, Opens)
                        if found:
                            return found
        frame = frame.f_back
    return None


def judge_of(run, frame, error, firmware):
    """What has to come of an exception in this frame: a function of run and forever."""
    handled = _handled(frame, error, firmware)
    if run.world._serving and not handled and run.world.link().trial[0] == TRIAL_PENDING:
        return Opens  # while pending the end of the services is the program's; nothing conducts in those scripts
    if handled or run.world._serving:
        return handled or GoesOn
    # It escapes: the prompt, which the watchdog ends if it is armed yet, and not for someone at the cable.
    armed = 0 < run.world.wdt_ms < WATCHDOG_CABLE_MS
    return partial(Opens, way=RESTARTS if armed and not issubclass(error, KeyboardInterrupt) else ANY_WAY)


class _Tracer:
    """Calls reached(frame, conducting) once for every line in `hot`, as soon as it is to be executed while a contact
    conducts, and once for every line in `cold`, whatever conducts; both by (file, first line of the function)."""

    def __init__(self, run, hot, cold):
        self.run = run
        self.hot = hot
        self.cold = cold
        self._failure = None

    def go(self):
        self.run.world.trace = self._call
        self.run.go()
        sys.settrace(None)
        if self._failure:
            raise RuntimeError(self._failure)

    def _reach(self, frame, conducting):
        world = self.run.world
        if not any(self.hot.values()) and not any(self.cold.values()):
            world.until_ms = world.now_ms  # there is no more to do
        try:
            self.reached(frame, conducting)
        except BaseException:
            if not self.run.is_fork:  # this is the tracer's own, and must not look like the firmware's
                self._failure = traceback.format_exc()
                world.until_ms = world.now_ms
            raise

    def _conducts(self):
        return any(burner.closed and burner.coil for burner in self.run.world.burners)

    def _call(self, frame, _event, _arg):
        code = frame.f_code
        key = code.co_filename, code.co_firstlineno
        if self.cold.get(key) or self.hot.get(key) and (self._conducts() or code.co_name in LONG):
            return self._line
        return None

    def _line(self, frame, event, _arg):
        if event == "line":
            code = frame.f_code
            key = code.co_filename, code.co_firstlineno
            if frame.f_lineno in self.cold[key] and not is_unreal():
                self.cold[key].discard(frame.f_lineno)
                self._reach(frame, False)
            if frame.f_lineno in self.hot[key] and self._conducts() and not is_unreal():
                self.hot[key].discard(frame.f_lineno)
                self._reach(frame, True)
        return self._line


class _Survey(_Tracer):
    """Only finds out: `seen` has [file, line, whether a contact conducts] of every line reached."""

    def __init__(self, *args):
        super().__init__(*args)
        self.seen = []

    def reached(self, frame, conducting):
        self.seen.append([frame.f_code.co_filename, frame.f_lineno, conducting])


class _Crasher(_Tracer):
    """Forks the run at every line reached, and lets an exception happen there: once, or whenever the line comes by."""

    def __init__(self, run, hot, cold, errors, forever, firmware):
        super().__init__(run, hot, cold)
        self.errors = errors
        self.forever = forever
        self.firmware = firmware
        self._at = None
        self._error = None
        self._judge = None

    def reached(self, frame, conducting):
        file, number = frame.f_code.co_filename, frame.f_lineno
        first = _handled(frame, self.errors[0], self.firmware)
        for error in self.errors:
            if issubclass(error, KeyboardInterrupt) and self.run.world._serving:
                continue  # the chip raises it in the loop's thread only
            new = error is self.errors[0] or _handled(frame, error, self.firmware) is not first
            if not (new or conducting and not self.forever):
                continue
            what = f"{error.__name__} at {file[len(str(self.firmware)) + 1 :]}:{number} {text(file, number)}"
            if self.run.fork([error.__name__, what]):
                self._at = file, frame.f_code.co_firstlineno, number
                kind = judge_of(self.run, frame, error, self.firmware)
                if self.forever and frame.f_code.co_name in ("open_all", "_force_low"):
                    kind = partial(kind, opener=True)
                brief = not new or error is not self.errors[0] and not conducting
                self._judge = self.run.judged(kind, forever=self.forever, brief=brief)
                self._error = error
                self._raise()

    def _raise(self):
        self.run.world.trace = self._call_forever if self.forever else None
        if self.forever:
            sys.setprofile(self._trace_again)  # an exception out of a trace function ends the tracing
        raise self._error("a crash")

    def _trace_again(self, frame, _event, _arg):
        sys.setprofile(None)
        sys.settrace(self._call_forever)
        while frame:
            if (frame.f_code.co_filename, frame.f_code.co_firstlineno) == self._at[:2]:
                frame.f_trace = self._line_forever
            frame = frame.f_back

    def _call_forever(self, frame, _event, _arg):
        code = frame.f_code
        return self._line_forever if (code.co_filename, code.co_firstlineno) == self._at[:2] else None

    def _line_forever(self, frame, event, _arg):
        if event == "line" and frame.f_lineno == self._at[2] and not is_unreal():
            self._judge.again()
            self._raise()
        return self._line_forever


def _only(firmware, wanted):
    """lines(), as far as they are wanted; wanted holds (file, line)."""
    return {
        key: {number for number in numbers if (key[0], number) in wanted} for key, numbers in lines(firmware).items()
    }


def share_out(scripts, firmware=FIRMWARE):
    """Which lines are to be broken in which script: for each script (hot, cold), sets of (file, line).

    A line is broken while a contact conducts, in the first script that gets there so; else in the first one that gets
    there at all.
    """
    everything = {(file, number) for (file, _), numbers in lines(firmware).items() for number in numbers}
    found = {}
    for index, script in enumerate(scripts):
        never = _only(firmware, everything - set(found))
        not_hot = _only(firmware, {line for line in everything if not found.get(line, (0, False))[1]})
        for file, number, conducting in apart(_survey, script, not_hot, never, firmware):
            if conducting or (file, number) not in found:
                found[file, number] = index, conducting
    return [
        tuple({line for line, place in found.items() if place == (index, conducting)} for conducting in (True, False))
        for index in range(len(scripts))
    ]


def _survey(script, hot, cold, firmware):
    survey = _Survey(Run(script, firmware), hot, cold)
    survey.go()
    return survey.seen


def break_every(share, script, errors, forever=False, firmware=FIRMWARE):
    """Let exceptions happen at every line of a share, each in a fork of the script: once, or whenever the line comes
    by.

    The first of errors is raised at every line. Nothing in the firmware can tell another one from it but its handlers,
    so the others are raised where they reach another handler and, once, where a contact conducts; then it is enough to
    see the first tick of the next start, unless the handler is another one. For ever comes after as many resets that
    the next one makes the controller UNSTABLE.

    Returns ([[name of the error, what], verdict] of every fork, the lines that were not reached).
    """
    hot, cold = (_only(firmware, part) for part in share)
    resets = range(2 - script.resets) if forever else ()
    before = [(STARTED_S * (index + 1), "reset", 0, {"cause": "wdt"}) for index in resets]
    return apart(_broken, script, before, hot, cold, errors, forever, firmware)


def _broken(script, before, hot, cold, errors, forever, firmware):
    crasher = _Crasher(Run(script, firmware, before), hot, cold, errors, forever, firmware)
    crasher.go()
    left = [text(file, number) for part in (hot, cold) for (file, _), numbers in part.items() for number in numbers]
    return crasher.run.verdicts, left
