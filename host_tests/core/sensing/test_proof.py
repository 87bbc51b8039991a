"""What is proved after a shut-off: that the contact is open, and that the gas is off. Unknown is never a proof.

Here: proof.py and the burner's dealing with its verdicts. Not here: flame (test_flame.py).
"""

import pytest

from curfew.core.codes import MAGNET, PENDING, PROVED, REFUTED, TC, UNTESTABLE
from curfew.core.proof import Proof

VERIFY_MS = 500
NAMES = {PENDING: "PENDING", PROVED: "PROVED", REFUTED: "REFUTED", UNTESTABLE: "UNTESTABLE"}


class Opening:
    """A proof after a shut-off, fed a reading of each side every 40 ms."""

    def __init__(self, was_live=True, sensor=True):
        self.proof = Proof(sensor, VERIFY_MS)
        self.proof.begin(was_live)

    def run(self, ms, tc_uv=None, magnet_uv=None):
        for _ in range(ms // 20):
            self.proof.step(20)
            if self.proof.age_ms % 40 == 0:
                since_ms = self.proof.age_ms - 20
                if tc_uv is not None:
                    self.proof.take(TC, tc_uv, since_ms)
                if magnet_uv is not None:
                    self.proof.take(MAGNET, magnet_uv, since_ms)
        return self

    def fall(self, from_uv, to_uv, ms):
        """The tip cools evenly."""
        steps = ms // 40
        for number in range(steps):
            self.run(40, from_uv + (to_uv - from_uv) * number // steps, 0)
        return self

    def opening(self):
        return NAMES[self.proof.contact]

    def gas(self):
        return NAMES[self.proof.gas]


# --- the contact ---------------------------------------------------------------------------------------------------


def test_the_contact_is_proved_open_when_the_magnet_side_was_live_and_is_dead():
    assert Opening(was_live=True).run(600, 20_000, 0).opening() == "PROVED"


def test_a_dead_magnet_side_that_was_never_seen_live_proves_nothing():
    """A broken sense lead must not prove a cut."""
    assert Opening(was_live=False).run(600, 20_000, 0).opening() == "UNTESTABLE"


@pytest.mark.parametrize("was_live", [True, False])
def test_an_open_contact_is_refuted_when_the_magnet_side_stays_live(was_live):
    assert Opening(was_live).run(600, 10_000, 8000).opening() == "REFUTED"


def test_without_a_sensor_nothing_can_be_tested():
    opening = Opening(sensor=False)
    assert (opening.opening(), opening.gas()) == ("UNTESTABLE", "UNTESTABLE")
    assert not opening.proof.wants_readings()


@pytest.mark.parametrize(
    "tc_uv, verdict", [(2999, "UNTESTABLE"), (3000, "PROVED"), (3001, "PROVED"), (0, "UNTESTABLE")]
)
def test_a_cold_thermocouple_can_show_nothing(tc_uv, verdict):
    assert Opening().run(600, tc_uv, 0).opening() == verdict


@pytest.mark.parametrize("tc_uv, verdict", [(2999, "UNTESTABLE"), (3000, "REFUTED")])
def test_a_cold_thermocouple_refutes_nothing_either(tc_uv, verdict):
    assert Opening().run(600, tc_uv, 2100).opening() == verdict


@pytest.mark.parametrize("magnet_uv, verdict", [
    (399, "PROVED"), (400, "UNTESTABLE"), (2000, "UNTESTABLE"), (2001, "REFUTED"),
])  # fmt: skip
def test_between_an_open_contact_and_a_weld_nothing_is_proved(magnet_uv, verdict):
    """Half a weld carries current as well as a disturbance does: whether the flame dies decides."""
    assert Opening().run(600, 20_000, magnet_uv).opening() == verdict


@pytest.mark.parametrize("ms, judged", [(480, False), (500, True)])
def test_it_is_judged_when_the_time_to_verify_is_over(ms, judged):
    assert (Opening().run(ms, 20_000, 0).opening() != "PENDING") is judged


@pytest.mark.parametrize(
    "tc, magnet, judged", [(2, 4, True), (1, 4, False), (2, 3, False), (0, 0, False), (3, 5, True)]
)
def test_it_is_judged_on_at_least_two_readings_of_the_hot_side_and_four_of_the_other(tc, magnet, judged):
    opening = Opening()
    for _ in range(tc):
        opening.proof.take(TC, 20_000, 100)
    for _ in range(magnet):
        opening.proof.take(MAGNET, 0, 100)
    assert opening.proof.wants_readings() is not judged
    assert (opening.run(600).opening() != "PENDING") is judged


def test_a_start_has_seen_nothing_live_and_proves_no_open_contact():
    opening = Opening()
    opening.proof = Proof(True, VERIFY_MS)
    assert opening.run(600, 20_000, 0).opening() == "UNTESTABLE"


@pytest.mark.parametrize("magnet_uv, opening", [
    ((8000,) * 3, "PENDING"), ((8000,) * 4, "REFUTED"), ((0,) * 4, "PROVED"), ((3000, 0, 0, 0), "UNTESTABLE"),
    ((0, 0, 0, 0, 8000), "PROVED"), ((3000, 3000, 0, 0), "UNTESTABLE"), ((2000, 2001, 2001, 2001), "UNTESTABLE"),
])  # fmt: skip
def test_it_is_judged_on_the_mean_of_four_readings_so_that_a_spark_is_no_weld(magnet_uv, opening):
    one = Opening()
    for uv in magnet_uv:
        one.proof.take(TC, 20_000, 100)
        one.proof.take(MAGNET, uv, 100)
    one.proof.step(500)
    assert one.opening() == opening


@pytest.mark.parametrize("tc, magnet, wanted", [(0, 0, True), (1, 4, True), (2, 3, True), (2, 4, False)])
def test_readings_are_wanted_until_there_are_enough_of_each_side(tc, magnet, wanted):
    opening = Opening()
    for _ in range(tc):
        opening.proof.take(TC, 20_000, 100)
    for _ in range(magnet):
        opening.proof.take(MAGNET, 8000, 100)
    assert opening.proof.wants_readings() is wanted


@pytest.mark.parametrize("age_ms, wanted", [(500, True), (700, True), (701, False)])
def test_readings_that_do_not_come_are_wanted_until_settled_ones_could_have_come(age_ms, wanted):
    opening = Opening()
    opening.proof.step(age_ms)
    assert opening.proof.wants_readings() is wanted


def test_no_more_readings_are_wanted_once_it_is_judged():
    opening = Opening()
    opening.proof.contact = PROVED
    assert opening.proof.wants_readings() is False


@pytest.mark.parametrize("since_ms, judged", [(0, False), (59, False), (60, True)])
def test_a_reading_begun_before_the_longest_release_of_the_drive_does_not_count(since_ms, judged):
    opening = Opening()
    for _ in range(4):
        opening.proof.take(TC, 20_000, since_ms)
        opening.proof.take(MAGNET, 8000, since_ms)
    assert (opening.run(600).opening() == "REFUTED") is judged


def test_a_verdict_stands_whatever_is_read_afterwards():
    opening = Opening().run(600, 20_000, 0)
    assert opening.run(5000, 20_000, 8000).opening() == "PROVED"


def test_silence_is_never_a_proof():
    assert Opening().run(600_000 // 10).opening() == "PENDING"


def test_a_weld_that_was_shown_to_be_gone_counts_as_proved():
    opening = Opening().run(600, 10_000, 8000)
    opening.proof.note_open(PROVED)
    assert opening.opening() == "PROVED"


@pytest.mark.parametrize("before", [PENDING, UNTESTABLE, PROVED])
def test_showing_that_a_weld_is_gone_changes_no_other_verdict(before):
    opening = Opening()
    opening.proof.contact = before
    opening.proof.note_open(PROVED)
    assert opening.proof.contact == before


def test_a_new_shut_off_begins_from_nothing():
    opening = Opening().run(600, 20_000, 0).fall(20_000, 2000, 20_000)
    assert (opening.opening(), opening.gas()) == ("PROVED", "PROVED")
    opening.proof.restart_gas()
    opening.proof.begin(False)
    assert (opening.opening(), opening.gas()) == ("PENDING", "PENDING")
    assert (opening.proof.age_ms, opening.proof.die_ms, opening.proof.relit_early) == (0, 0, False)


# --- the gas -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("uv, proved", [(3001, False), (3000, False), (2999, True)])
def test_the_gas_is_proved_out_under_three_millivolts(uv, proved):
    opening = Opening().run(1000, 4000, 0).run(400, uv, 0)
    assert (opening.gas() == "PROVED") is proved


def test_a_tip_that_has_fallen_to_half_and_goes_on_falling_is_proof_enough():
    opening = Opening().run(600, 24_000, 0).fall(24_000, 12_100, 10_000)
    assert opening.gas() == "PENDING"
    opening.fall(12_000, 9000, 4000)
    assert opening.gas() == "PROVED"


def test_a_tip_that_has_fallen_to_half_and_stays_there_is_no_proof():
    opening = Opening().run(600, 24_000, 0).fall(24_000, 12_000, 10_000)
    opening.run(60_000, 12_000, 0)
    assert opening.gas() == "PENDING"


def test_a_tip_that_rests_at_half_and_then_falls_on_is_proof_enough():
    """A pot lifted off and put back: the judgement begins again, from where the tip rested."""
    opening = Opening().run(600, 24_000, 0).fall(24_000, 12_000, 10_000).run(15_000, 11_900, 0)
    assert opening.gas() == "PENDING"
    opening.fall(11_900, 11_400, 4000)
    assert opening.gas() == "PROVED"


def half_way():
    """A shut-off that is proved, and a tip that was just seen at half of its peak of 24 mV."""
    opening = Opening()
    opening.proof.take(TC, 24_000, 300)
    opening.proof.contact = PROVED
    opening.proof.take(TC, 12_000, 300)
    return opening


@pytest.mark.parametrize("after_ms, uv, gas", [
    (2000, 11_625, "PROVED"), (1999, 11_625, "PENDING"), (2000, 11_626, "PENDING"), (9999, 11_625, "PROVED"),
])  # fmt: skip
def test_going_on_falling_means_by_a_thirty_second_after_two_seconds(after_ms, uv, gas):
    opening = half_way()
    opening.proof.step(after_ms)
    opening.proof.take(TC, uv, 300)
    assert opening.gas() == gas


@pytest.mark.parametrize("rested_ms, after_ms, uv, gas", [
    (9980, 20, 11_625, "PROVED"), (10_000, 20, 11_625, "PENDING"), (10_000, 2000, 11_336, "PENDING"),
    (10_000, 1999, 11_335, "PENDING"), (10_000, 2000, 11_335, "PROVED"),
])  # fmt: skip
def test_what_has_not_fallen_within_ten_seconds_is_measured_from_there(rested_ms, after_ms, uv, gas):
    opening = half_way()
    opening.proof.step(rested_ms)
    opening.proof.take(TC, 11_700, 300)
    opening.proof.step(after_ms)
    opening.proof.take(TC, uv, 300)
    assert opening.gas() == gas


def test_what_rises_above_half_again_is_measured_from_where_it_comes_back():
    opening = half_way()
    for uv in (13_000, 11_600):
        opening.proof.step(1000)
        opening.proof.take(TC, uv, 300)
    assert opening.gas() == "PENDING"


def test_the_fall_is_measured_from_the_first_reading_at_half():
    opening = half_way()
    opening.proof.take(TC, 11_000, 300)
    opening.proof.step(2000)
    opening.proof.take(TC, 11_625, 300)
    assert opening.gas() == "PROVED"


def test_a_fall_by_a_hair_is_not_going_on_falling():
    opening = Opening().run(600, 24_000, 0).run(400, 11_000, 0)
    for uv in range(11_000, 10_900, -10):
        opening.run(400, uv, 0)
    assert opening.gas() == "PENDING"


def test_a_tip_that_rises_above_half_again_begins_the_search_again():
    opening = Opening().run(600, 24_000, 0).run(1000, 11_000, 0).run(1500, 13_000, 0).run(400, 11_000, 0)
    assert opening.gas() == "PENDING"


def test_a_flame_that_burns_on_is_never_proved_out():
    assert Opening().run(600, 24_000, 0).run(300_000, 24_000, 0).gas() == "PENDING"


def test_a_cold_tip_at_the_shut_off_makes_the_gas_untestable():
    opening = Opening().run(600, 1500, 0)
    assert (opening.opening(), opening.gas()) == ("UNTESTABLE", "UNTESTABLE")


@pytest.mark.parametrize("tc_uv, gas", [(1999, "UNTESTABLE"), (2000, "PENDING")])
def test_a_tip_is_cold_below_two_millivolts(tc_uv, gas):
    opening = Opening()
    for _ in range(4):
        opening.proof.take(TC, tc_uv, 300)
        opening.proof.take(MAGNET, 0, 300)
    opening.proof.step(500)
    assert opening.gas() == gas


def test_a_cold_tip_says_nothing_while_the_magnet_side_was_not_read():
    assert Opening().run(600, 1500).gas() == "PENDING"


def test_the_gas_is_judged_only_after_the_contact_was():
    opening = Opening()
    for _ in range(10):
        opening.proof.take(TC, 24_000, 300)
        opening.proof.take(TC, 2900, 300)
    assert opening.gas() == "PENDING"


@pytest.mark.parametrize("since_ms, counts", [(199, False), (200, True)])
def test_only_settled_readings_make_the_peak(since_ms, counts):
    opening = Opening()
    opening.proof.take(TC, 50_000, since_ms)
    opening.proof.contact = PROVED
    opening.proof.take(TC, 20_000, 400)
    opening.proof.step(20)
    opening.proof.take(TC, 20_000, 420)
    assert (opening.proof._mark_ms >= 0) is counts, "20 mV are no half of 20, but of 50"


# --- relit ---------------------------------------------------------------------------------------------------------


def seconds(*means_uv, was_live=True):
    """A proof that was given these means, each over a second."""
    proof = Opening(was_live).run(600, 20_000, 0).proof
    for before_uv, uv in zip((-1, *means_uv), means_uv, strict=False):
        proof.relit = False
        proof.take_second(before_uv, uv)
    return proof


@pytest.mark.parametrize("means_uv, relit", [
    ((20_000, 19_000, 19_000), True), ((20_000, 19_000, 19_500), True), ((20_000, 19_000, 18_999), False),
    ((20_000, 19_800, 19_800), False), ((20_000, 19_799, 19_799), True), ((20_000, 20_000, 20_000), False),
    ((5000, 2999, 2999), False), ((5000, 3000, 3000), True), ((0, 0, 0), False), ((20_000, 19_000, 19_900), True),
    ((0, 3000, 3000), False),
])  # fmt: skip
def test_a_second_without_a_fall_after_one_is_a_flame_that_was_lit_too_early(means_uv, relit):
    assert seconds(*means_uv).relit is relit


def test_one_relighting_counts_once_and_its_time_does_not_count_for_a_minute_at_most():
    proof = seconds(20_000, 18_000, 18_100)
    proof.restart_gas()
    for _ in range(59):
        proof.die_ms = 1000
        proof.take_second(18_100, 18_100)
        assert (proof.relit, proof.die_ms) == (False, 0)
    for left_ms in (600, 2000):  # the 600 ms before the relighting were given, too
        proof.die_ms = left_ms + (400 if left_ms == 600 else 0)
        proof.take_second(18_100, 18_100)
        assert (proof.relit, proof.die_ms) == (False, left_ms)


def test_what_seems_relit_again_and_again_gets_no_more_than_a_minute_in_all():
    proof = seconds(20_000, 18_000, 18_100)
    for die_ms, left_ms in ((40_000, 0), (40_000, 20_000), (90_000, 90_000)):
        proof.die_ms = die_ms
        proof.restart_gas()
        assert proof.die_ms == left_ms


@pytest.mark.parametrize("means_uv, relit", [
    ((100, 2000, 3000), True), ((100, 2000, 2999), False), ((100, 2001, 3000), False), ((3000, 4000), True),
    ((5000,), False), ((0, 3000), True),
])  # fmt: skip
@pytest.mark.parametrize("was_live", [False, True])
def test_after_a_burn_without_a_flame_a_tip_that_warms_by_a_millivolt_a_second_was_lit_too_late(
    means_uv, relit, was_live
):
    proof = seconds(*means_uv, was_live=was_live)
    assert proof.relit is (relit and not was_live)
    proof.restart_gas()
    proof.take_second(means_uv[-1], means_uv[-1] + 5000)
    assert not proof.relit, "one lighting counts once"


def test_a_tip_that_warms_after_the_gas_was_proved_out_is_a_new_flame_and_not_a_late_one():
    proof = seconds(100, was_live=False)
    proof.gas = PROVED
    proof.take_second(2000, 3000)
    assert not proof.relit


def test_the_flame_that_was_lit_too_early_goes_out_with_the_first_fall():
    proof = seconds(20_000, 18_000, 18_100)
    proof.restart_gas()
    proof.die_ms = 1000
    for before_uv, uv in ((18_100, 18_099), (18_099, 18_099)):
        proof.take_second(before_uv, uv)
        assert (proof.relit, proof.die_ms) == (False, 1000)


def test_after_a_relighting_no_fall_of_before_counts():
    proof = seconds(20_000, 18_000, 18_100)
    proof.restart_gas()
    for before_uv, uv in ((18_100, 0), (0, 3000)):
        proof.take_second(before_uv, uv)
        assert not proof.relit


def test_a_gas_that_was_proved_out_is_proved_anew_after_a_relighting():
    opening = Opening().run(600, 20_000, 0).fall(20_000, 2000, 10_000)
    assert opening.gas() == "PROVED"
    opening.proof.restart_gas()
    assert opening.gas() == "PENDING"


def test_a_relighting_forgets_from_where_the_fall_was_measured():
    opening = half_way()
    opening.proof.restart_gas()
    opening.proof.step(2000)
    opening.proof.take(TC, 6000, 300)
    assert opening.gas() == "PENDING"
    opening.proof.step(2000)
    opening.proof.take(TC, 5800, 300)
    assert opening.gas() == "PROVED"


def test_without_a_sensor_a_relighting_changes_nothing():
    opening = Opening(sensor=False)
    opening.proof.restart_gas()
    assert opening.gas() == "UNTESTABLE"


def test_a_tip_that_goes_on_heating_up_after_the_shut_off_is_not_relit():
    assert not seconds(10_000, 12_000, 15_000, 15_000).relit


def test_after_a_relighting_the_flame_has_its_time_again_and_must_fall_from_its_new_peak():
    opening = Opening().run(600, 20_000, 0).fall(20_000, 9000, 10_000).run(400, 12_000, 0)
    opening.proof.restart_gas()
    assert (opening.proof.die_ms, opening.proof.relit, opening.gas()) == (0, False, "PENDING")
    opening.fall(12_000, 6100, 5000)
    assert opening.gas() == "PENDING"
    opening.fall(6000, 4000, 5000)
    assert opening.gas() == "PROVED"
