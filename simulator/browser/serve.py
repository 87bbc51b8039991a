"""What a Worker of the page calls, with JSON in and out: the stove (desk.py) or the rules (verdict.py)."""

import json
import sys

FOLDERS = sys.path[:-1]
_stove = None
_before = None
_lines = []


def _desk():
    from simulator.browser import desk

    return desk


def _begin(top=None, speed=1):
    global _stove, _before
    desk = _desk()
    desk.FOLDERS[:] = FOLDERS
    _stove, _before = desk.Desk(top, speed), None


def hello():
    """The first messages of a new stove."""
    if _stove is None:
        _begin()
    return json.dumps([_stove.hello()] + _stove.news())


def state():
    """[stove time, speed, until when a single step goes]."""
    return json.dumps([_stove.world.now_ms, _stove.speed, _stove._step_to_ms])


def go(ms):
    """Let time pass; the stove time then."""
    _stove.go(int(ms))
    return _stove.world.now_ms


def pace(speed):
    """How fast the stove really went lately."""
    _stove.pace = speed


def news(is_due):
    """Messages, "" when nothing has changed and none is due."""
    global _before
    news = _stove.news()
    frame = news[-1]["frame"]
    shown = json.dumps([frame["burners"], frame["speed"], frame["running"], frame["digits"], frame["over"]])
    if shown == _before and len(news) == 1 and not frame["tones"] and not is_due:
        return ""
    _before = shown
    return json.dumps(news)


def ask(text):
    """Do what a page asks for; what is to be said to it, or ""."""
    from simulator.fields import ScenarioError
    from simulator.live import messages

    asked = json.loads(text)
    if "looks" in asked:
        return ""
    if "new" not in asked and "scenario" not in asked:
        refused = _stove.ask(asked)
        return json.dumps([{"refused": refused}]) if refused else ""
    try:
        if "scenario" in asked:
            _checked(asked["scenario"])
        top = json.loads(asked["scenario"]) if "scenario" in asked else messages.new_stove(asked["new"] or {})
        watched = top is not None and "until" in top
        _begin(top, (_stove and _stove.speed or 1) if watched else 1)
    except ScenarioError as error:
        return json.dumps([{"refused": str(error)}])
    except (ValueError, TypeError, KeyError) as error:
        return json.dumps([{"refused": "not understood: %r" % error}])
    return hello()


def _checked(text):
    from simulator import run_settings, scenario

    scenario.parse(text, run_settings.shipped())


def answer(text):
    """The firmware's answer to a request of its own page."""
    return json.dumps([{"answered": _stove.answer(json.loads(text))}])


def saved(name):
    """The run so far as the text of a scenario."""
    return json.dumps(_stove.saved(name or None))


def so_far(known):
    """What the rules need."""
    return json.dumps(_stove.so_far(known))


def judge(text):
    """The verdict on a run, "null" where a new one has begun."""
    from simulator.live.verdict import verdict_on

    asked = json.loads(text)
    if "anew" in asked:
        _lines[:] = []
        return "null"
    _lines.extend(asked["lines"])
    return json.dumps(verdict_on(_lines, asked))
