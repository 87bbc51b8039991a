"""What the machine side says is read line by line, and every expectation that fails is reported in one sentence.

Here: result.py, expect.py and the verdict of the command line, on hand-made lines. Not here: the form of
expectations (test_scenario_files.py).
"""

import json

import pytest

from host_tests.fixtures.traces import QUIET_LINE
from simulator import __main__ as cli
from simulator import expect, play, run_settings
from simulator.result import parse
from simulator.run import MachineDied
from simulator.scenario import parse as parse_scenario


def lines_of(*changes):
    """Lines of a run: (t_ms, {changed values}) on top of the line before, texts (marks) as they are."""
    now, lines = dict(QUIET_LINE), [json.dumps(QUIET_LINE)]
    for change in changes:
        if isinstance(change, str):
            lines.append(change)
            continue
        now.update(change[1], t_ms=change[0])
        lines.append(json.dumps(now))
    return lines


DINNER = lines_of(
    "#up 0",
    "#do 19800 0",
    (20_000, {"state": "ARMED", "coil": "on", "contact": "closed", "gas": "on", "flame": "on"}),
    "#console curfew 1.0 is up",
    (22_000, {"state": "BURNING", "remaining_s": 60}),
    (62_000, {"state": "WARNING", "remaining_s": 20}),
    "#time 70000",
    (82_000, {"state": "VERIFYING", "coil": "off", "cause": "TIMEOUT", "remaining_s": 0}),
    (82_005, {"contact": "open", "gas": "off"}),
    (83_000, {"flame": "off"}),
    (95_000, {"state": "IDLE", "cause": "REMOTE:voice"}),
    "#journal 95000 1 0 TIMEOUT 62 0",
    "#end 120000",
)


def failures(lines, **entry):
    text = json.dumps({"name": "n", "until": "0:02:00", "expect": [entry]})
    return expect.check(parse(lines), parse_scenario(text, {"burners": [{}]}).expectations)


def held(lines, **entry):
    return failures(lines, **entry) == []


def sentence(lines, **entry):
    """The one sentence of the one failure."""
    (text,) = failures(lines, **entry)
    assert text.startswith("expect[0]: ") and "\n" not in text
    return text


# ---- reading ----------------------------------------------------------------------------------------------


def test_every_kind_of_line_finds_its_place():
    result = parse(
        [
            json.dumps(QUIET_LINE),
            "#do 5 0",
            "#down 6 wdt",
            "#up 7",
            "#sample 8 0 215 900 -3",
            "#console hello  there",
            "#time 10",
            "#violation 11 - an int of 2^30",
            "#end 12",
        ]
    )
    assert result.trace == [QUIET_LINE] and result.trace_lines == [json.dumps(QUIET_LINE)]
    assert result.marks == [
        ("do", 5, "0"),
        ("down", 6, "wdt"),
        ("up", 7, ""),
        ("time", 10, ""),
        ("violation", 11, "- an int of 2^30"),
        ("end", 12, ""),
    ]
    assert result.samples == [(8, 0, 215, 900, -3)]
    assert result.console == [(8, "hello  there")]
    assert result.ended_ms == 12 and result.last_ms == 12 and result.strange == []


@pytest.mark.parametrize(
    "line",
    ["Traceback (most recent call last):", '{"t_ms": 1}', "{", "#sample 1 2", "#do x 1", "#do 1", "#what 1", "#"],
)
def test_a_line_of_no_known_kind_is_kept_as_strange(line):
    assert parse([line]).strange == [line]


def test_a_run_without_its_end_has_none():
    assert parse(DINNER[:-1]).ended_ms is None
    assert parse([]).last_ms == 0


def test_the_line_in_force_is_the_latest_one():
    result = parse(DINNER)
    assert result.at(0, 21_999)["state"] == "ARMED"
    assert result.at(0, 22_000)["state"] == "BURNING"
    assert result.at(1, 5) is None
    assert [line["t_ms"] for line in result.during(0, 21_000, 62_000)] == [20_000, 22_000, 62_000]


def test_a_bounce_is_no_shutoff():
    bouncing = lines_of(
        (10, {"coil": "on", "contact": "closed"}), (11, {"contact": "open"}), (12, {"contact": "closed"}), "#end 100"
    )
    assert parse(bouncing).shutoffs(0) == []


def test_a_contact_stuck_open_under_a_driven_coil_is_a_shutoff():
    stuck = lines_of((10, {"coil": "on", "contact": "closed"}), (900, {"contact": "open"}), "#end 5000")
    assert len(parse(stuck).shutoffs(0)) == 1
    early = lines_of((10, {"coil": "on", "contact": "closed"}), (900, {"contact": "open"}), (930, {}))
    assert len(parse(early).shutoffs(0)) == 1


def test_a_shutoff_while_the_chip_is_down_has_the_cause_of_the_next_start():
    lines = lines_of(
        (10, {"state": "BURNING", "coil": "on", "contact": "closed"}),
        (50, {"state": None, "coil": "off"}),
        (55, {"contact": "open"}),
        (900, {"state": "VERIFYING", "cause": "RESTART"}),
        "#end 5000",
    )
    assert [line["cause"] for line in parse(lines).shutoffs(0)] == ["RESTART"]
    assert held(lines, shutoff_by="RESTART", between=["0:00:00", "0:00:01"])


def test_of_several_dips_in_a_row_the_next_start_tells_the_cause():
    lines = lines_of(
        (10, {"state": "BURNING", "coil": "on", "contact": "closed"}),
        "#down 50 brownout",
        (50, {"state": None, "coil": "off"}),
        (55, {"contact": "open"}),
        "#up 350",
        (350, {"state": "VERIFYING", "cause": "RESTART"}),
        "#down 900 brownout",
        (900, {"state": None, "cause": None}),
        "#up 1200",
        (1200, {"state": "VERIFYING"}),
        "#end 5000",
    )
    assert [line["cause"] for line in parse(lines).shutoffs(0)] == ["RESTART"]


def test_a_program_that_opens_on_its_way_out_tells_the_cause_after_its_next_start():
    lines = lines_of(
        (10, {"state": "BURNING", "coil": "on", "contact": "closed"}),
        (50, {"coil": "off"}),
        (55, {"contact": "open"}),
        "#down 80 stopped",
        (80, {"state": None}),
        "#up 4000",
        (4000, {"state": "VERIFYING", "cause": "RESTART"}),
        "#end 5000",
    )
    assert [line["cause"] for line in parse(lines).shutoffs(0)] == ["RESTART"]


# ---- at, between, throughout ------------------------------------------------------------------------------


def test_at_takes_the_latest_line_of_that_moment():
    assert held(DINNER, at="0:00:20", state="ARMED", coil="on")
    assert sentence(DINNER, at="0:00:22", state="ARMED", coil="on") == (
        "expect[0]: burner 0 should have state ARMED, coil on at 0:00:22; at 0:00:22 it had state BURNING"
    )


def test_between_wants_one_moment_at_which_all_values_hold_at_once():
    assert held(DINNER, between=["0:01:00", "0:01:25"], state="WARNING", gas="on")
    text = sentence(DINNER, between=["0:01:23", "0:01:30"], gas="off", flame="on", state="IDLE")
    assert "the nearest was, at 0:01:23" in text


def test_between_counts_the_line_in_force_at_its_beginning():
    assert held(DINNER, between=["0:00:30", "0:00:31"], state="BURNING")


def test_throughout_wants_all_the_time_and_tells_the_first_exception():
    assert held(DINNER, throughout=["0:00:22", "0:01:01.999"], state="BURNING")
    text = sentence(DINNER, throughout=["0:00:22", "0:01:22"], gas="on", state="BURNING")
    assert "at 0:01:02 it had state WARNING" in text


@pytest.mark.parametrize("wanted, holds", [(60, True), ([50, 60], True), (59, False), ([61, 70], False)])
def test_remaining_seconds_may_be_a_number_or_a_span(wanted, holds):
    assert held(DINNER, at="0:00:22", remaining_s=wanted) == holds


def test_a_value_may_be_expected_to_be_null():
    assert held(DINNER, at="0:00:22", cause=None)
    assert "cause TIMEOUT" in sentence(DINNER, at="0:01:23", cause=None)


def test_a_family_of_causes_covers_its_members():
    assert held(DINNER, at="0:01:40", cause="REMOTE")
    assert held(DINNER, at="0:01:40", cause="REMOTE:voice")
    assert not held(DINNER, at="0:01:40", cause="REMOTE:web")
    assert not held(DINNER, at="0:01:40", cause="FAULT")


def test_a_run_that_broke_off_cannot_fulfil_a_later_expectation():
    assert "the run broke off at 0:01:35" in sentence(DINNER[:-1], at="0:01:50", gas="off")


# ---- shutoffs, shutoff_by, console -------------------------------------------------------------------------


def test_shutoffs_counts_the_physical_ones_of_the_whole_run():
    assert held(DINNER, shutoffs=1)
    assert sentence(DINNER, shutoffs=2) == (
        "expect[0]: burner 0 should shut off 2 times in the whole run; it did so once: 0:01:22.005 by TIMEOUT"
    )


def test_shutoff_by_wants_the_physical_shutoff_inside_the_window():
    assert held(DINNER, shutoff_by="TIMEOUT", between=["0:01:22", "0:01:22.005"])
    assert "not then, but at 0:01:22.005 by TIMEOUT" in sentence(
        DINNER, shutoff_by="TIMEOUT", between=["0:01:21", "0:01:22"]
    )
    assert "it was shut off at 0:01:22.005 by TIMEOUT" in sentence(
        DINNER, shutoff_by="BUTTON", between=["0:01:21", "0:01:23"]
    )
    assert "it never was" in sentence(DINNER[:4], shutoff_by="BUTTON", between=["0:00:00", "0:01:23"])


def test_shutoff_by_may_stand_beside_values_of_the_same_window():
    assert held(DINNER, shutoff_by="TIMEOUT", between=["0:01:20", "0:01:30"], flame="off")
    assert not held(DINNER, shutoff_by="TIMEOUT", between=["0:01:20", "0:01:30"], fault="CONTACT_WELDED")


def test_console_looks_for_a_piece_of_a_line():
    assert held(DINNER, console="1.0 is up")
    assert held(DINNER, console="curfew", between=["0:00:20", "0:00:25"])
    assert "it said 'curfew 1.0 is up'" in sentence(DINNER, console="2.0")
    assert "it said nothing" in sentence(DINNER, console="curfew", between=["0:01:00", "0:01:30"])


# ---- the verdict on the command line ----------------------------------------------------------------------


@pytest.fixture
def simulate(tmp_path, monkeypatch, capsys):
    """Runs the command line on files whose machine side says these lines; (status, stdout, stderr)."""

    def go(lines, *options, files=("soup.json",), died=None):
        def machine_side(plan, vm, on_time):
            if died:
                raise MachineDied("the machine side died with status 1", lines, died)
            return lines

        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(play, "run", machine_side)
        monkeypatch.setattr(run_settings, "SHIPPED", tmp_path / "settings.json")
        (tmp_path / "settings.json").write_text('{"burners": [{}]}')
        entry = {"shutoff_by": "TIMEOUT", "between": ["0:01:00", "0:01:30"]}
        events = [{"at": "0:00:19.800", "do": "press"}]
        good = {"name": "short soup", "until": "0:02:00", "events": events, "expect": [entry]}
        good["settings"] = {"warning_s": 20}
        (tmp_path / "soup.json").write_text(json.dumps(good))
        (tmp_path / "cold.json").write_text(json.dumps({**good, "expect": [{"shutoffs": 0}]}))
        status = cli.main(["run", *files, *options])
        return status, *capsys.readouterr()

    return go


QUIET_DINNER = [line for line in DINNER if "REMOTE:voice" not in line]


def test_a_run_in_which_all_held_ends_with_status_0_and_one_line(simulate):
    status, out, _ = simulate(QUIET_DINNER)
    assert status == 0 and out.count("\n") == 1
    assert out.startswith("ok  short soup: 0:02:00 of stove time, 1 of 1 expectations and 27 of 27")


def test_a_failed_expectation_ends_with_status_1_and_the_command_to_run_it_again(simulate):
    status, out, _ = simulate(QUIET_DINNER, "--seed", "9", files=["cold.json"])
    assert status == 1
    assert "FAILED expect[0]: burner 0 should shut off 0 times" in out
    assert "-m simulator run cold.json --vm micropython --seed 9" in out


def test_a_broken_invariant_ends_with_status_1_and_its_name(simulate):
    status, out, _ = simulate(DINNER)
    assert status == 1
    assert "VIOLATED S13: burner 0 at 0:01:35: cause TIMEOUT became REMOTE:voice without a shut-off" in out


def test_of_several_files_the_worst_status_wins(simulate):
    assert simulate(QUIET_DINNER, files=["soup.json", "cold.json", "soup.json"])[0] == 1
    assert simulate(QUIET_DINNER, files=["none.json", "cold.json"])[0] == 2


def test_a_machine_side_that_died_is_status_1_with_what_it_said(simulate):
    status, out, _ = simulate([*QUIET_DINNER[:-1], "MemoryError: "], died="boom")
    assert status == 1
    assert "DIED the machine side died with status 1\n    boom\n    MemoryError: " in out


def test_the_trace_file_has_exactly_the_trace_lines(simulate, tmp_path):
    assert simulate(QUIET_DINNER, "--trace", "out.jsonl")[0] == 0
    reported = [line for line in QUIET_DINNER if line.startswith("{")]
    assert (tmp_path / "out.jsonl").read_text().splitlines() == reported
