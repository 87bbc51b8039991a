"""The dates of shut-offs, once the time is known; real UDP on loopback as in test_clock.py."""

# ruff: noqa: F811 (fixtures are imported by name)
from curfew.services.context import DATES_PATH
from curfew.storage import series
from host_tests.fixtures.cutting_flash import Flash
from host_tests.fixtures.services import rounds, run
from host_tests.services.test_clock import NOW_S, reply_to, rig, server, synced  # noqa: F401


def dates():
    return series.before(DATES_PATH, series.NUMBER_MAX, 1000)


def test_a_shutoff_is_dated_at_the_moment_it_was_noted(rig, on):
    on(Flash())
    context, clock, _ = synced(rig)
    clock.note(7)
    assert dates() == []  # older than this start
    context.is_flash_allowed = False
    context.now_ms += 60_000
    clock.note(8)
    context.now_ms += 30_000
    clock.note(8)
    assert dates() == []  # something conducts
    context.is_flash_allowed = True
    clock.note(8)
    assert dates() == [f"8 {NOW_S + 60}"]


def test_several_shutoffs_of_one_moment_are_all_dated(rig, on):
    on(Flash())
    _, clock, _ = synced(rig)
    clock.note(1)
    clock.note(5)
    assert dates() == [f"{number} {NOW_S}" for number in (2, 3, 4, 5)]
    clock.note(1000)
    assert len(dates()) == 36


def test_a_shutoff_before_the_time_was_known_is_dated_afterwards(rig, on):
    on(Flash())
    context, clock, _ = rig
    clock.note(0)
    clock.note(1)
    context.now_ms += 90_000
    clock.note(1)
    assert dates() == []
    synced(rig)
    clock.note(1)
    assert dates() == [f"1 {NOW_S - 91}"]


def test_five_hundred_are_kept_at_least(rig, on):
    on(Flash())
    _, clock, _ = synced(rig)
    for number in range(602):
        clock.note(number)
    assert [int(line.split()[0]) for line in dates()] == list(range(101, 602))


def test_nothing_is_written_without_news(rig, on):
    flash = on(Flash())
    _, clock, _ = synced(rig)
    clock.note(1)
    clock.note(2)
    steps = flash.steps
    for _ in range(50):
        clock.note(2)
    assert flash.steps == steps


def test_a_journal_that_begins_again_does_not_inherit_dates(rig, on):
    on(Flash())
    context, clock, _ = synced(rig)
    for number in (4, 5, 6, 7):
        clock.note(number)
    clock.note(0)
    context.now_ms += 1000
    clock.note(1)
    assert [line.split()[0] for line in dates()] in (["0", "1"], ["1"])


def test_leave_withdrawn_while_writing_keeps_the_old_dates_and_tries_again(rig, on):
    on(Flash())
    context, clock, _ = synced(rig)
    clock.note(1)
    clock.note(2)
    old = dates()
    for granted in range(8):
        left = [granted]

        def flash_allowed(left=left):
            left[0] -= 1
            return left[0] >= 0

        context.flash_allowed = flash_allowed
        clock.note(3)
        if dates() != old:
            break
        assert dates() == old
    assert granted > 3 and [line.split()[0] for line in dates()] == ["2", "3"]


def test_a_refused_write_rests_a_minute_and_is_tried_again(rig, on):
    flash = on(Flash())
    context, clock, _ = synced(rig)
    clock.note(1)
    flash.fails_at = flash.steps
    clock.note(2)
    assert dates() == [] and "clock dates not written" in context.log.lines()
    context.now_ms += 59_999
    clock.note(2)
    assert dates() == []
    context.now_ms += 1
    clock.note(2)
    assert dates() == [f"2 {NOW_S}"]


def test_a_long_time_without_leave_keeps_few_shutoffs(rig, on):
    on(Flash())
    context, clock, _ = synced(rig)
    context.is_flash_allowed = False
    for number in range(100):
        clock.note(number)
    context.is_flash_allowed = True
    clock.note(99)
    assert [int(line.split()[0]) for line in dates()] == list(range(68, 100))


def test_the_task_asks_and_listens_and_closes_its_socket(rig, on):
    on(Flash())
    context, clock, server = rig

    def each():
        context.now_ms += 500
        request = server.asked()
        if request:
            server.answer(reply_to(request))

    run(clock.run(lambda: 0, rounds(8, each)))
    assert clock.unix_s() - NOW_S in (0, 1) and clock._socket is None
