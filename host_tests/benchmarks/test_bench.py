"""The benchmark measures what it says; and what it must find in every run, as ratios and counts, never as times.

Belongs here: the regression guard, the tool as units with small numbers. Does not: a whole run (`make bench`).
"""

import json
import re
import signal
import subprocess
import time

import pytest
from rich.console import Console

from benchmarks import (
    board,
    growth,
    kept,
    laws,
    measure,
    memory,
    peer_build,
    picture,
    safety_tick,
    start,
    table,
    turns,
    words,
)
from benchmarks import rows as r
from benchmarks.rows import Figures, Row

EMPTY_LOOPS_MAX = 150  # that a tick may last, with one burner: 75 measured, the same on a busy machine
SAFE_MAX = 120  # instructions to safe relays: 84 measured
READY_MAX = 35_000  # instructions to the first tick: 23,966 measured, half of them to look at every byte of the program


# --- what must hold in every run -------------------------------------------------------------------------------------


def test_no_tick_allocates_and_none_costs_more_than_so_many_empty_loops():
    found = [safety_tick.ticks(1, 4) for _ in range(3)]
    assert [one.bytes for one in found] == [0, 0, 0]
    assert min(one.ratio for one in found) < EMPTY_LOOPS_MAX


def test_four_burners_cost_less_than_four_times_one():
    one, four = (min(min(safety_tick.ticks(burners, 4).tick_ns) for _ in range(2)) for burners in (1, 4))
    assert one < four < 4 * one


def test_the_relays_are_safe_and_the_first_tick_comes_after_so_many_instructions():
    found = start.instructions()
    assert 0 < found.safe <= SAFE_MAX
    assert found.safe < found.ready <= READY_MAX


def test_instructions_are_the_same_in_every_run_and_grow_with_burners():
    assert start.instructions() == start.instructions()
    assert start.instructions(4).ready > start.instructions(1).ready


def test_the_journal_is_as_big_after_300_closings_as_after_100():
    closings, sizes = zip(*[(row[0], row[3]) for row in growth.journal((0, 100, 300))], strict=True)
    assert closings == (0, 100, 300)
    assert sizes[0] < sizes[1]
    assert sizes[2] <= 1.1 * sizes[1]


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
    row = r.against_peer(1, "check_hang", "ms", [0.1, 2.0], [0.2, 500.0], "feeds")
    assert row.ratio == 250
    assert r.against_peer(1, "check_hang", "ms", [0.0], [0.0], "feeds").ratio == 1


def test_a_row_comes_back_from_json_as_it_was():
    for row in (
        r.against_peer(2, "off_web_quiet", "ms", [1.0, 2.0], [3.0], "asked"),
        r.failed(4, "parts", RuntimeError("no\nmore")),
        Row(3, "tick_us", "µs", r.single(27.0), of="2"),
    ):
        assert r.from_json(json.loads(json.dumps(r.as_json(row)))) == row
    assert r.failed(4, "parts", RuntimeError("no\nmore")).failed == "RuntimeError: no"


@pytest.mark.parametrize(("ys", "name"), [
    ([5.0, 5.1, 4.9, 5.05], "constant"), ([3.0, 4.0, 6.0, 10.0], "linear"), ([3.0, 6.0, 18.0, 66.0], "quadratic"),
])  # fmt: skip
def test_a_law_is_the_simplest_that_explains_the_figures(ys, name):
    assert laws.law_of([1, 2, 4, 8], ys).name == name


def test_noise_is_no_law():
    assert laws.law_of([1, 2, 4, 8], [5.0, 50.0, 4.0, 60.0]).name == "none"


def test_two_points_are_no_law():
    with pytest.raises(ValueError, match="three points"):
        laws.law_of([1, 2], [1.0, 2.0])


def test_half_of_the_heap_is_left_with_half_the_word_but_bytecode_stays_as_long():
    assert memory.in_32_bits(1000, 200) == 200 + 400
    assert memory.in_32_bits(100, 200) == 100


# --- words, table, picture -------------------------------------------------------------------------------------------


def some_rows():
    return [
        r.against_peer(1, "check_quiet", "ms", [0.1, 0.5], [0.2, 3.0], "feeds"),
        r.against_peer(1, "check_hang", "ms", [0.1, 4.0], [0.2, 6000.0], "feeds"),
        r.against_peer(2, "off_web_crowd", "ms", [700.0], [0.7], "asked"),
        Row(4, "heap_part", "B", r.single(62784.0), of="core"),
        growth.series("grow_heap", "B", [1, 2, 4], [10.0, 20.0, 40.0], "collected"),
        r.failed(5, "simulator", OSError("no VM")),
    ]


@pytest.mark.parametrize("tongue", [words.EN, words.ZH])
def test_a_table_shows_every_row_and_says_why_one_is_missing(tongue):
    told = {"command": "make bench", "when": "2026-01-01", "machine": "m", "vm": "v", "cores": 2, "load": 1.5}
    text = table.in_markdown(told, some_rows(), tongue)
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(some_rows())
    assert len({line.count("|") for line in lines}) == 1
    assert "1,500" in text and "1 : 1,000" in text and "62,784" in text and "OSError: no VM" in text
    assert ("1.5", "1,5")[0] in text.split("\n")[0]  # that other work went on is told
    assert words.LAWS["linear"][tongue] in text


def test_a_quiet_machine_is_not_called_a_busy_one():
    told = {"command": "make bench", "when": "2026-01-01", "machine": "m", "vm": "v", "cores": 2, "load": 0.2}
    assert "Provisional" not in table.caption(told, words.EN)
    assert "Provisional" in table.caption({**told, "load": 2.0}, words.EN)


def test_the_screen_shows_groups_with_their_rows():
    screen = Console(width=150, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    screen.print(table.on_screen(some_rows()))
    shown = screen.export_text()
    assert "1. Deadline to coil" in shown and "6. Start" not in shown


@pytest.mark.parametrize("tongue", [words.EN, words.ZH])
def test_the_picture_has_both_programs_and_both_palettes(tongue):
    text = picture.drawn(some_rows(), tongue)
    assert text.count('class="bar"') == 3 + 1 and text.count('class="dot"') == 3 + 1  # and one each in the legend
    assert "prefers-color-scheme:dark" in text
    assert picture.x_of(0.000001) == picture.LEFT and picture.x_of(1e9) == picture.RIGHT


def test_every_phrase_has_both_languages():
    for phrases in (words.GROUPS, words.ROWS, words.BESIDE, words.HOW, words.LAWS, words.PARTS):
        for key, (english, chinese) in phrases.items():
            assert bool(english) == bool(chinese), key
            assert english.count("{of}") == chinese.count("{of}"), key
            assert not re.search("[\u4e00-\u9fff]", english), key


def test_what_is_kept_has_words_for_everything_and_every_number_of_the_list():
    told, found = kept.read(kept.KEPT)
    assert {row.number for row in found} == set(words.GROUPS)
    for row in found:
        assert row.ours is not None, row.failed
        assert row.beside in words.BESIDE and row.how in words.HOW
        assert table.what(row, words.EN) and table.what(row, words.ZH)
    for name, tongue in kept.PICTURES:
        assert (kept.IMAGES / name).read_text("utf-8") == picture.drawn(found, tongue), "run `make bench KEEP=1`"
    assert {"command", "when", "machine", "vm", "cores", "load"} <= set(told)


def test_under_the_worst_network_the_worst_check_is_ten_times_earlier_than_the_peers():
    # Of the kept run: a run of this test's own would take minutes.
    row = next(row for row in kept.read(kept.KEPT)[1] if row.key == "check_hang")
    assert row.ratio >= 10


# --- the run as a whole ----------------------------------------------------------------------------------------------


def test_a_group_that_fails_is_told_and_the_others_are_kept(monkeypatch):
    def broken(_):
        yield Row(3, "tick_us", "µs", r.single(1.0), of="1")
        raise RuntimeError("the VM is gone")

    def sound(_):
        yield Row(6, "start_safe", "1", r.single(84.0))

    monkeypatch.setattr(measure, "GROUPS", ((3, "ticks", broken), (6, "start", sound)))
    found = list(measure.Measuring(measure.QUICK, lambda _: None).rows())
    assert [(row.key, row.failed) for row in found] == [("ticks", "RuntimeError: the VM is gone"), ("start_safe", "")]


def test_a_turn_in_which_a_program_died_is_counted_and_begun_anew_but_not_for_ever(monkeypatch, tmp_path):
    lives = iter([board.BoardError("gone"), turns.Turn("peer"), turns.Turn("peer")])

    def take(kind, *_):
        one = turns.Turn(kind) if kind == "firmware" else next(lives)
        if isinstance(one, Exception):
            raise one
        return one

    monkeypatch.setattr(turns, "take_turn", take)
    heard = []
    found = turns.in_turns(tmp_path, 2, {"quiet": 1}, heard.append)
    assert (found["firmware"].deaths, found["peer"].deaths) == (0, 1)
    assert "gone; once more" in heard
    lives = iter([board.BoardError("gone")] * 9)
    with pytest.raises(board.BoardError, match="gone"):
        turns.in_turns(tmp_path, 2, {"quiet": 1}, heard.append)


def test_boxes_side_by_side_are_summed_up_and_their_peers_are_as_many(monkeypatch, tmp_path):
    def take(kind, folder, program, phases_s, seed):
        one = turns.Turn(kind)
        assert phases_s == {"quiet": 60} and (program == tmp_path) == (kind == "peer")
        one.phases["quiet"].off_ms["web"] = [seed + (100 if kind == "peer" else 0)]
        return one

    monkeypatch.setattr(turns, "take_turn", take)
    monkeypatch.setattr(turns, "START_GAP_S", 0)
    ours, peer = turns.side_by_side(tmp_path, 3, 60, lambda _: None)
    assert (sorted(ours.off_ms["web"]), sorted(peer.off_ms["web"])) == ([0, 1, 2], [100, 101, 102])


def test_a_machine_that_stood_still_is_seen_by_the_loop_beside(monkeypatch, tmp_path):
    started, popen = [], subprocess.Popen

    def start(*args, **kwargs):
        started.append(popen(*args, **kwargs))
        return started[-1]

    def take(kind, *_):
        time.sleep(0.5)
        started[-1].send_signal(signal.SIGSTOP)
        time.sleep(0.3 if kind == "peer" else 0)
        started[-1].send_signal(signal.SIGCONT)
        time.sleep(0.3)
        return turns.Turn(kind)

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(turns, "take_turn", take)
    found = turns.in_turns(tmp_path, 1, {"quiet": 1}, lambda _: None)
    late_ms = found["peer"].machine_ms
    assert len(late_ms) > 10
    assert max(late_ms) > 200 and sorted(late_ms)[len(late_ms) // 2] < 100
    assert len(found["firmware"].machine_ms) > 10


@pytest.mark.parametrize(("size", "told"), [(measure.QUICK, 0), (measure.FULL, 1)])
def test_only_a_quick_run_may_be_too_short_for_a_row(monkeypatch, size, told):
    def empty(_):
        yield measure.Measuring._beside_peer(1, "deadline_quiet", "ms", [], [1.0], "edges")

    monkeypatch.setattr(measure, "GROUPS", ((1, "turns", empty),))
    assert len(list(measure.Measuring(size, lambda _: None).rows())) == told


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
    assert "--keep wants the whole run" in capsys.readouterr().err


# --- the board: both programs under the same eyes --------------------------------------------------------------------


def pressed_until_on(one):
    """Press burner 0, and again each second: a box that has just started keeps its contact open for a while."""
    for _ in range(30):
        one.press(0)
        end_s = time.monotonic() + 1
        if one.wait_for(lambda end_s=end_s: any(one.on) or time.monotonic() > end_s, 20, "a second") and any(one.on):
            return one.edges[-1]
    raise AssertionError("never on: " + one.console())


def test_both_programs_close_at_a_press_and_open_at_their_deadline(tmp_path):
    program = peer_build.compiled(tmp_path / "program")
    with (
        board.Board(tmp_path / "ours", "firmware", 1) as ours,
        board.Board(tmp_path / "its", "peer", 1, program) as peer,
    ):
        for one in (ours, peer):
            one.wait_for(lambda one=one: len(one.fed) > 10, 60, "the first ticks")
        closed = [(one, pressed_until_on(one)) for one in (ours, peer)]
        for one, (on_us, burner, level) in closed:
            assert (burner, level) == (0, 1)
            off_us, burner, level = one.wait_for(
                lambda one=one: None if any(one.on) else one.edges[-1], 60, "the deadline"
            )
            assert (burner, level) == (0, 0)
            assert off_us - on_us >= board.WINDOW_S * 1_000_000 - 1000  # never early; how late, the benchmark tells


def test_a_program_that_ends_is_told_with_what_it_printed(tmp_path):
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "program.py").write_text("print('so long')\n")
    with board.Board(tmp_path / "it", "peer", 1, tmp_path / "program") as one:
        with pytest.raises(board.BoardError, match=r"the program ended|the VM ended"):
            one.wait_for(lambda: False, 30, "anything")
        assert "so long" in one.console()
