"""The benchmark measures what it says; and what it must find in every run, as ratios and counts, never as times."""

import json
import signal
import subprocess
import time

import pytest
from rich.console import Console

from benchmarks import bare, baseline, board, kept, measure, picture, safety_tick, start, table, turns
from benchmarks import rows as r
from benchmarks.rows import Figures, Row

EMPTY_LOOPS_MAX = 150  # that a tick may last, with one burner: 75 measured, the same on a busy machine
SAFE_MAX = 125  # instructions to safe relays: 121 measured, with the look-up of the chip
READY_MAX = 47_000  # instructions to the first tick: 43,105 measured, half of them to look at every byte of the program


# --- what must hold in every run -------------------------------------------------------------------------------------


def test_no_tick_allocates_and_none_costs_more_than_so_many_empty_loops():
    one = safety_tick.ticks(12, (1,))[1]
    assert one.bytes == 0
    assert min(one.tick_ns) / max(1, min(one.empty_ns)) < EMPTY_LOOPS_MAX


def test_four_burners_cost_less_than_four_times_one():
    one, four = (min(found.tick_ns) for found in safety_tick.ticks(8, (1, 4)).values())
    assert one < four < 4 * one


def test_the_relays_are_safe_and_the_first_tick_comes_after_so_many_instructions():
    found = start.instructions()
    assert 0 < found.safe <= SAFE_MAX
    assert found.safe < found.ready <= READY_MAX


def test_instructions_are_the_same_in_every_run_and_grow_with_burners():
    assert start.instructions() == start.instructions()
    assert start.instructions(4).ready > start.instructions(1).ready


# --- figures and rows ------------------------------------------------------------------------------------------------


def test_figures_have_no_rare_case_below_a_thousand_values():
    few = r.figures([3.0, 1.0, 2.0])
    assert few == Figures(2.0, None, 3.0, 3)
    many = r.figures([float(n) for n in range(1000)])
    assert many == Figures(500.0, 998.0, 999.0, 1000)
    assert r.figures([float(n) for n in range(2000)]).rare == 1997.0


def test_nothing_measured_is_no_figure():
    with pytest.raises(ValueError, match="nothing was measured"):
        r.figures([])


def test_a_ratio_compares_the_worst_cases_and_above_one_is_better():
    row = r.against_baseline(1, "check_hang", [0.1, 2.0], [0.2, 500.0])
    assert row.ratio == 250
    assert r.against_baseline(1, "check_hang", [-1.0], [0.0]).ratio == 1


def test_a_row_comes_back_from_json_as_it_was():
    for row in (
        r.against_baseline(2, "off_web_quiet", [1.0, 2.0], [3.0]),
        r.failed(4, "load", RuntimeError("no\nmore")),
        Row(3, "tick_us", "µs", r.single(27.0), of="2"),
    ):
        assert r.from_json(json.loads(json.dumps(r.as_json(row)))) == row
    assert r.failed(4, "load", RuntimeError("no\nmore")).failed == "RuntimeError: no"


# --- table and picture -----------------------------------------------------------------------------------------------


def some_rows():
    return [
        r.against_baseline(1, "check_quiet", [0.1, 0.5], [0.2, 3.0]),
        r.against_baseline(1, "check_hang", [0.1, 4.0], [0.2, 6000.0]),
        r.against_baseline(2, "off_web_crowd", [700.0], [0.7]),
        Row(3, "tick_us", "µs", r.single(27.0), limit=r.single(0.5), moved=3.0, of="1"),
        Row(4, "heap_start", "B", r.single(62784.0)),
        r.failed(4, "load", OSError("no VM")),
    ]


def test_a_table_shows_every_row_and_says_why_one_is_missing():
    reported = {"command": "make bench", "when": "2026-01-01", "machine": "m", "vm": "v", "cores": 2, "load": 1.5}
    text = table.in_markdown(reported, some_rows())
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(some_rows())
    assert len({line.count("|") for line in lines}) == 1
    assert "1,500" in text and "1 : 1,000" in text and "62,784" in text and "OSError: no VM" in text
    assert "load 1.5 on 2 cores" in text.split("\n")[0]
    assert "one tick on the VM, 1 burners" in text


def test_a_quiet_machine_is_not_called_a_busy_one():
    reported = {"command": "make bench", "when": "2026-01-01", "machine": "m", "vm": "v", "cores": 2, "load": 0.2}
    assert "Provisional" not in table.caption(reported)
    assert "Provisional" in table.caption({**reported, "load": 2.0})


def test_the_screen_shows_groups_with_their_rows():
    screen = Console(width=150, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    screen.print(table.on_screen(some_rows()))
    shown = screen.export_text()
    assert "1. Deadline to coil" in shown and "5." not in shown


def test_the_picture_has_both_programs_and_both_palettes():
    text = picture.drawn(some_rows())
    assert text.count('class="bar"') == 3 + 1 and text.count('class="dot"') == 3 + 1  # and one each in the legend
    assert "prefers-color-scheme:dark" in text
    assert picture.x_of(0.000001) == picture.LEFT and picture.x_of(1e9) == picture.RIGHT


def test_what_is_kept_is_a_result_whose_picture_is_up_to_date():
    run, measured = kept.read(kept.KEPT)
    assert len(measured) > 10
    for row in measured:
        assert row.ours is not None, row.failed
        assert row.number in r.GROUPS and row.what
    assert (kept.IMAGES / "bench.svg").read_text("utf-8") == picture.drawn(measured), "run `make bench KEEP=1`"
    assert {"command", "when", "machine", "vm", "cores", "load"} <= set(run)


def test_a_result_is_not_kept_when_a_row_is_missing_or_the_machine_changed_its_speed():
    rows = [row for row in some_rows() if row.ours]
    assert kept.refusal(rows) == ""
    assert kept.refusal(some_rows()) == kept.refusal(rows[1:3]) == "a row is missing"
    slower = r.against_baseline(2, "off_web_quiet", [1.0], [2.0], [0.1], r.moved_percent([0.61, 0.5]))
    refusal = kept.refusal([*rows, slower])
    assert refusal.startswith("OFF by HTTP") and "moved by 22 %" in refusal
    assert kept.refusal([*rows, r.against_baseline(2, "off_web_quiet", [1.0], [2.0], [0.1], 20.0)]) == ""


def test_under_the_worst_network_the_worst_check_is_ten_times_earlier_than_the_baselines():
    # Of the kept run: a run of this test's own would take minutes.
    row = next(row for row in kept.read(kept.KEPT)[1] if row.key == "check_hang")
    assert row.ratio >= 10


# --- the run as a whole ----------------------------------------------------------------------------------------------


def test_a_group_that_fails_is_reported_and_the_others_are_kept(monkeypatch):
    def broken(_):
        yield Row(3, "tick_us", "µs", r.single(1.0), of="1")
        raise RuntimeError("the VM is gone")

    def sound(_):
        yield Row(4, "heap_start", "B", r.single(84.0))

    monkeypatch.setattr(measure, "GROUPS", ((3, "ticks", broken), (4, "load", sound)))
    found = list(measure.Measuring(measure.QUICK, lambda _: None).rows())
    assert [(row.key, row.failed) for row in found] == [("ticks", "RuntimeError: the VM is gone"), ("heap_start", "")]


def test_a_turn_in_which_a_program_died_is_counted_and_begun_anew_but_not_for_ever(monkeypatch, tmp_path):
    lives = iter([board.BoardError("gone"), turns.Turn("baseline"), turns.Turn("baseline")])

    def take(kind, *_):
        one = turns.Turn(kind) if kind == "firmware" else next(lives)
        if isinstance(one, Exception):
            raise one
        return one

    monkeypatch.setattr(turns, "take_turn", take)
    heard = []
    found = turns.in_turns(tmp_path, 2, {"quiet": 1}, heard.append)
    assert (found["firmware"].deaths, found["baseline"].deaths) == (0, 1)
    assert "gone; once more" in heard
    lives = iter([board.BoardError("gone")] * 9)
    with pytest.raises(board.BoardError, match="gone"):
        turns.in_turns(tmp_path, 2, {"quiet": 1}, heard.append)


def test_devices_side_by_side_are_summed_up_and_have_as_many_baselines(monkeypatch, tmp_path):
    def take(kind, folder, program, phases_s, seed):
        one = turns.Turn(kind)
        assert phases_s == {"quiet": 60} and (program == tmp_path) == (kind == "baseline")
        one.phases["quiet"].off_ms["web"] = [seed + (100 if kind == "baseline" else 0)]
        return one

    monkeypatch.setattr(turns, "take_turn", take)
    monkeypatch.setattr(turns, "START_GAP_S", 0)
    ours, its = turns.side_by_side(tmp_path, 3, 60, lambda _: None)
    assert (sorted(ours.off_ms["web"]), sorted(its.off_ms["web"])) == ([0, 1, 2], [100, 101, 102])


def test_a_machine_that_stood_still_is_seen_by_the_bare_vm_and_a_byte_is_heard_by_it(monkeypatch):
    started, popen = [], subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[-1])
    with bare.Bare() as one:
        assert until(lambda: len(one.ticks) > 10 and len(one.heard) > 1)
        before = len(one.ticks)
        started[0].send_signal(signal.SIGSTOP)
        time.sleep(0.3)
        started[0].send_signal(signal.SIGCONT)
        assert until(lambda: max(late_us for _, late_us, _ in one.ticks[before:] or [(0, 0, 0)]) > 200_000)
    assert sorted(late_us for _, late_us, _ in one.ticks)[len(one.ticks) // 2] < 100_000
    assert all(work_us > 0 for _, _, work_us in one.ticks)
    assert all(late_us > 0 for _, late_us in one.heard)


def until(holds, s=20):
    """Whether something holds within so many seconds."""
    end_s = time.monotonic() + s
    while not holds() and time.monotonic() < end_s:
        time.sleep(0.02)
    return holds()


@pytest.mark.long
@pytest.mark.limit(120)
def test_a_quiet_turn_of_both_programs_tells_how_late_an_off_was_and_when_a_client_hears_of_it(tmp_path):
    program = baseline.compiled(tmp_path / "program")
    for kind in turns.KINDS:
        folder = tmp_path / kind
        heard = turns.take_turn(kind, folder, program if kind == "baseline" else None, {"quiet": 20}, 1).phases["quiet"]
        for times_ms in (
            *heard.off_ms.values(),
            heard.connect_ms,
            heard.hears_ms,
            heard.check_ms,
            heard.byte_ms,
            heard.work_ms,
        ):
            assert times_ms
        assert max(heard.off_ms["mqtt"]) < max(heard.hears_ms) < 1000 * turns.PATIENCE_S


@pytest.mark.parametrize(("size", "count"), [(measure.QUICK, 0), (measure.FULL, 1)])
def test_only_a_quick_run_may_be_too_short_for_a_row(monkeypatch, size, count):
    def empty(_):
        yield r.against_baseline(1, "deadline_hang", [], [1.0])

    monkeypatch.setattr(measure, "GROUPS", ((1, "turns", empty),))
    assert len(list(measure.Measuring(size, lambda _: None).rows())) == count


def test_ctrl_c_is_no_failed_row(monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(measure, "GROUPS", ((3, "ticks", interrupted),))
    with pytest.raises(KeyboardInterrupt):
        list(measure.Measuring(measure.QUICK, lambda _: None).rows())


def test_a_quick_run_is_never_kept(capsys):
    from benchmarks import __main__ as command

    with pytest.raises(SystemExit) as ended:
        command.main(["--quick", "--keep"])
    assert ended.value.code == 2
    assert "--keep needs the whole run" in capsys.readouterr().err


# --- the board: both programs under the same eyes --------------------------------------------------------------------


def pressed_until_on(one):
    """Press burner 0, and again each second: a controller that has just started keeps its contact open for a while."""
    for _ in range(30):
        one.press(0)
        end_s = time.monotonic() + 1
        if one.wait_for(lambda end_s=end_s: any(one.on) or time.monotonic() > end_s, 20, "a second") and any(one.on):
            return one.edges[-1]
    raise AssertionError("never on: " + one.console())


def test_both_programs_close_at_a_press_and_open_at_their_deadline(tmp_path):
    program = baseline.compiled(tmp_path / "program")
    with (
        board.Board(tmp_path / "ours", "firmware", 1) as ours,
        board.Board(tmp_path / "its", "baseline", 1, program) as its,
    ):
        for one in (ours, its):
            one.wait_for(lambda one=one: len(one.fed) > 10, 60, "the first ticks")
        closed = [(one, pressed_until_on(one)) for one in (ours, its)]
        for one, (on_us, burner, level) in closed:
            assert (burner, level) == (0, 1)
            off_us, burner, level = one.wait_for(
                lambda one=one: None if any(one.on) else one.edges[-1], 60, "the deadline"
            )
            assert (burner, level) == (0, 0)
            assert off_us - on_us >= board.WINDOW_S * 1_000_000 - 1000  # never early; how late, see the benchmark


def test_a_program_that_ends_is_reported_with_what_it_printed(tmp_path):
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "program.py").write_text("print('so long')\n")
    with board.Board(tmp_path / "it", "baseline", 1, tmp_path / "program") as one:
        with pytest.raises(board.BoardError, match=r"the program ended|the VM ended"):
            one.wait_for(lambda: False, 30, "anything")
        assert "so long" in one.console()
