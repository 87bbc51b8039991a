"""What is proved after a shut-off: that the contact is open, and that the gas is off. Unknown is never a proof.

Here: proof.py and the burner's dealing with its verdicts. Not here: flame (test_flame.py).
"""

import pytest

from curfew.core.codes import MAGNET, PENDING, PROVED, REFUTED, TC, UNTESTABLE
from curfew.core.proof import Proof

VERIFY_MS = 500
NAMES = {PENDING: "PENDING", PROVED: "PROVED", REFUTED: "REFUTED", UNTESTABLE: "UNTESTABLE"}


class Shutoff:
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

    def contact(self):
        return NAMES[self.proof.contact]

    def gas(self):
        return NAMES[self.proof.gas]


# --- the contact ---------------------------------------------------------------------------------------------------


def test_the_contact_is_proved_open_when_the_magnet_side_was_live_and_is_dead():
    assert Shutoff(was_live=True).run(600, 20_000, 0).contact() == "PROVED"


def test_a_dead_magnet_side_that_was_never_seen_live_proves_nothing():
    """A broken sense lead must not prove a cut."""
    assert Shutoff(was_live=False).run(600, 20_000, 0).contact() == "UNTESTABLE"


@pytest.mark.parametrize("was_live", [True, False])
def test_an_open_contact_is_refuted_when_the_magnet_side_stays_live(was_live):
    assert Shutoff(was_live).run(600, 10_000, 8000).contact() == "REFUTED"


def test_without_a_sensor_nothing_can_be_tested():
    shutoff = Shutoff(sensor=False)
    assert (shutoff.contact(), shutoff.gas()) == ("UNTESTABLE", "UNTESTABLE")
    assert not shutoff.proof.wants_readings()


@pytest.mark.parametrize(
    "tc_uv, verdict", [(1999, "UNTESTABLE"), (2000, "PROVED"), (2001, "PROVED"), (0, "UNTESTABLE")]
)
def test_a_cold_thermocouple_can_show_nothing(tc_uv, verdict):
    assert Shutoff().run(600, tc_uv, 0).contact() == verdict


@pytest.mark.parametrize("tc_uv, verdict", [(1999, "UNTESTABLE"), (2000, "REFUTED")])
def test_a_cold_thermocouple_refutes_nothing_either(tc_uv, verdict):
    assert Shutoff().run(600, tc_uv, 1900).contact() == verdict


@pytest.mark.parametrize("ms, judged", [(480, False), (500, True)])
def test_it_is_judged_when_the_time_to_verify_is_over(ms, judged):
    assert (Shutoff().run(ms, 20_000, 0).contact() != "PENDING") is judged


@pytest.mark.parametrize(
    "tc, magnet, judged", [(2, 2, True), (1, 2, False), (2, 1, False), (0, 0, False), (3, 3, True)]
)
def test_it_is_judged_on_at_least_two_readings_of_each_side(tc, magnet, judged):
    shutoff = Shutoff()
    for _ in range(tc):
        shutoff.proof.take(TC, 20_000, 100)
    for _ in range(magnet):
        shutoff.proof.take(MAGNET, 0, 100)
    assert shutoff.proof.wants_readings() is not judged
    assert (shutoff.run(600).contact() != "PENDING") is judged


def test_a_start_has_seen_nothing_live_and_proves_no_open_contact():
    shutoff = Shutoff()
    shutoff.proof = Proof(True, VERIFY_MS)
    assert shutoff.run(600, 20_000, 0).contact() == "UNTESTABLE"


@pytest.mark.parametrize("magnet_uv, contact", [
    ((8000,), "PENDING"), ((8000, 8000), "REFUTED"), ((0,), "PENDING"), ((0, 0), "PROVED"), ((8000, 0), "PENDING"),
    ((8000, 0, 8000), "PENDING"), ((8000, 0, 8000, 8000), "REFUTED"), ((0, 8000, 0, 0), "PROVED"),
])  # fmt: skip
def test_it_is_judged_on_two_readings_in_a_row_and_no_more(magnet_uv, contact):
    one = Shutoff()
    for uv in magnet_uv:
        one.proof.take(TC, 20_000, 100)
        one.proof.take(TC, 20_000, 100)
        one.proof.take(MAGNET, uv, 100)
    one.proof.step(500)
    assert one.contact() == contact


@pytest.mark.parametrize("tc, live, dead, wanted", [
    (0, 0, 0, True), (1, 2, 0, True), (1, 0, 2, True), (2, 1, 0, True), (2, 0, 1, True), (2, 2, 0, False),
    (2, 0, 2, False),
])  # fmt: skip
def test_readings_are_wanted_until_two_of_each_side_agree(tc, live, dead, wanted):
    shutoff = Shutoff()
    for _ in range(tc):
        shutoff.proof.take(TC, 20_000, 100)
    for _ in range(live):
        shutoff.proof.take(MAGNET, 8000, 100)
    for _ in range(dead):
        shutoff.proof.take(MAGNET, 0, 100)
    assert shutoff.proof.wants_readings() is wanted


@pytest.mark.parametrize("age_ms, wanted", [(500, True), (700, True), (701, False)])
def test_readings_that_do_not_come_are_wanted_until_settled_ones_could_have_come(age_ms, wanted):
    shutoff = Shutoff()
    shutoff.proof.step(age_ms)
    assert shutoff.proof.wants_readings() is wanted


def test_no_more_readings_are_wanted_once_it_is_judged():
    shutoff = Shutoff()
    shutoff.proof.contact = PROVED
    assert shutoff.proof.wants_readings() is False


@pytest.mark.parametrize("since_ms, judged", [(0, False), (59, False), (60, True)])
def test_a_reading_begun_before_the_longest_release_of_the_drive_does_not_count(since_ms, judged):
    shutoff = Shutoff()
    for _ in range(4):
        shutoff.proof.take(TC, 20_000, since_ms)
        shutoff.proof.take(MAGNET, 8000, since_ms)
    assert (shutoff.run(600).contact() == "REFUTED") is judged


def test_two_readings_in_a_row_must_agree():
    shutoff = Shutoff()
    for magnet_uv in (8000, 0) * 10:
        shutoff.run(40, 20_000, magnet_uv)
    assert shutoff.contact() == "PENDING"
    shutoff.run(80, 20_000, 0)
    assert shutoff.contact() == "PROVED"


def test_a_verdict_stands_whatever_is_read_afterwards():
    shutoff = Shutoff().run(600, 20_000, 0)
    assert shutoff.run(5000, 20_000, 8000).contact() == "PROVED"


def test_silence_is_never_a_proof():
    assert Shutoff().run(600_000 // 10).contact() == "PENDING"


def test_a_weld_that_was_shown_to_be_gone_counts_as_proved():
    shutoff = Shutoff().run(600, 10_000, 8000)
    shutoff.proof.note_open()
    assert shutoff.contact() == "PROVED"


@pytest.mark.parametrize("before", [PENDING, UNTESTABLE, PROVED])
def test_showing_that_a_weld_is_gone_changes_no_other_verdict(before):
    shutoff = Shutoff()
    shutoff.proof.contact = before
    shutoff.proof.note_open()
    assert shutoff.proof.contact == before


def test_a_new_shut_off_begins_from_nothing():
    shutoff = Shutoff().run(600, 20_000, 0).fall(20_000, 2000, 20_000)
    assert (shutoff.contact(), shutoff.gas()) == ("PROVED", "PROVED")
    shutoff.proof.begin(False)
    assert (shutoff.contact(), shutoff.gas()) == ("PENDING", "PENDING")
    assert (shutoff.proof.age_ms, shutoff.proof.die_ms) == (0, 0)


# --- the gas -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("uv, proved", [(3001, False), (3000, False), (2999, True)])
def test_the_gas_is_proved_out_under_three_millivolts(uv, proved):
    shutoff = Shutoff().run(1000, 4000, 0).run(400, uv, 0)
    assert (shutoff.gas() == "PROVED") is proved


def test_a_tip_that_has_fallen_to_half_and_goes_on_falling_is_proof_enough():
    shutoff = Shutoff().run(600, 24_000, 0).fall(24_000, 12_100, 10_000)
    assert shutoff.gas() == "PENDING"
    shutoff.fall(12_000, 9000, 4000)
    assert shutoff.gas() == "PROVED"


def test_a_tip_that_has_fallen_to_half_and_stays_there_is_no_proof():
    shutoff = Shutoff().run(600, 24_000, 0).fall(24_000, 12_000, 10_000)
    shutoff.run(60_000, 12_000, 0)
    assert shutoff.gas() == "PENDING"


def test_a_tip_that_rests_at_half_and_then_falls_on_is_proof_enough():
    """A pot lifted off and put back: the judgement begins again, from where the tip rested."""
    shutoff = Shutoff().run(600, 24_000, 0).fall(24_000, 12_000, 10_000).run(15_000, 11_900, 0)
    assert shutoff.gas() == "PENDING"
    shutoff.fall(11_900, 11_400, 4000)
    assert shutoff.gas() == "PROVED"


def half_way():
    """A shut-off that is proved, and a tip that was just seen at half of its peak of 24 mV."""
    shutoff = Shutoff()
    shutoff.proof.take(TC, 24_000, 300)
    shutoff.proof.contact = PROVED
    shutoff.proof.take(TC, 12_000, 300)
    return shutoff


@pytest.mark.parametrize("after_ms, uv, gas", [
    (2000, 11_625, "PROVED"), (1999, 11_625, "PENDING"), (2000, 11_626, "PENDING"), (9999, 11_625, "PROVED"),
])  # fmt: skip
def test_going_on_falling_means_by_a_thirty_second_after_two_seconds(after_ms, uv, gas):
    shutoff = half_way()
    shutoff.proof.step(after_ms)
    shutoff.proof.take(TC, uv, 300)
    assert shutoff.gas() == gas


@pytest.mark.parametrize("rested_ms, after_ms, uv, gas", [
    (9980, 20, 11_625, "PROVED"), (10_000, 20, 11_625, "PENDING"), (10_000, 2000, 11_336, "PENDING"),
    (10_000, 1999, 11_335, "PENDING"), (10_000, 2000, 11_335, "PROVED"),
])  # fmt: skip
def test_what_has_not_fallen_within_ten_seconds_is_measured_from_there(rested_ms, after_ms, uv, gas):
    shutoff = half_way()
    shutoff.proof.step(rested_ms)
    shutoff.proof.take(TC, 11_700, 300)
    shutoff.proof.step(after_ms)
    shutoff.proof.take(TC, uv, 300)
    assert shutoff.gas() == gas


def test_what_rises_above_half_again_is_measured_from_where_it_comes_back():
    shutoff = half_way()
    for uv in (13_000, 11_600):
        shutoff.proof.step(1000)
        shutoff.proof.take(TC, uv, 300)
    assert shutoff.gas() == "PENDING"


def test_the_fall_is_measured_from_the_first_reading_at_half():
    shutoff = half_way()
    shutoff.proof.take(TC, 11_000, 300)
    shutoff.proof.step(2000)
    shutoff.proof.take(TC, 11_625, 300)
    assert shutoff.gas() == "PROVED"


def test_a_fall_by_a_hair_is_not_going_on_falling():
    shutoff = Shutoff().run(600, 24_000, 0).run(400, 11_000, 0)
    for uv in range(11_000, 10_900, -10):
        shutoff.run(400, uv, 0)
    assert shutoff.gas() == "PENDING"


def test_a_tip_that_rises_above_half_again_begins_the_search_again():
    shutoff = Shutoff().run(600, 24_000, 0).run(1000, 11_000, 0).run(1500, 13_000, 0).run(400, 11_000, 0)
    assert shutoff.gas() == "PENDING"


def test_a_flame_that_burns_on_is_never_proved_out():
    assert Shutoff().run(600, 24_000, 0).run(300_000, 24_000, 0).gas() == "PENDING"


def test_a_cold_tip_at_the_shut_off_makes_the_gas_untestable():
    shutoff = Shutoff().run(600, 1500, 0)
    assert (shutoff.contact(), shutoff.gas()) == ("UNTESTABLE", "UNTESTABLE")


@pytest.mark.parametrize("tc_uv, gas", [(1999, "UNTESTABLE"), (2000, "PENDING")])
def test_a_tip_is_cold_below_two_millivolts(tc_uv, gas):
    shutoff = Shutoff()
    for _ in range(2):
        shutoff.proof.take(TC, tc_uv, 300)
        shutoff.proof.take(MAGNET, 0, 300)
    shutoff.proof.step(500)
    assert shutoff.gas() == gas


def test_a_cold_tip_says_nothing_while_the_magnet_side_was_not_read():
    assert Shutoff().run(600, 1500).gas() == "PENDING"


def test_the_gas_is_judged_only_after_the_contact_was():
    shutoff = Shutoff()
    for _ in range(10):
        shutoff.proof.take(TC, 24_000, 300)
        shutoff.proof.take(TC, 2900, 300)
    assert shutoff.gas() == "PENDING"


@pytest.mark.parametrize("since_ms, counts", [(199, False), (200, True)])
def test_only_settled_readings_make_the_peak(since_ms, counts):
    shutoff = Shutoff()
    shutoff.proof.take(TC, 50_000, since_ms)
    shutoff.proof.contact = PROVED
    shutoff.proof.take(TC, 20_000, 400)
    shutoff.proof.step(20)
    shutoff.proof.take(TC, 20_000, 420)
    assert (shutoff.proof._mark_ms >= 0) is counts, "20 mV are no half of 20, but of 50"


# --- relit ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("low_uv, relit", [(16_001, False), (16_000, True), (15_000, True)])
def test_a_rise_counts_as_relit_after_a_fall_by_a_fifth(low_uv, relit):
    shutoff = Shutoff().run(600, 20_000, 0).run(400, low_uv, 0).run(400, low_uv + 1000, 0)
    assert shutoff.proof.relit is relit


@pytest.mark.parametrize("rise_uv, relit", [(999, False), (1000, True)])
def test_a_rise_counts_as_relit_from_a_millivolt_on(rise_uv, relit):
    shutoff = Shutoff().run(600, 20_000, 0).run(400, 10_000, 0).run(400, 10_000 + rise_uv, 0)
    assert shutoff.proof.relit is relit


def test_a_rise_back_to_the_very_peak_is_relit_too():
    assert Shutoff().run(600, 20_000, 0).run(400, 15_000, 0).run(400, 20_000, 0).proof.relit


def test_a_gas_that_was_proved_out_is_proved_anew_after_a_relighting():
    shutoff = Shutoff().run(600, 20_000, 0).fall(20_000, 2000, 10_000)
    assert shutoff.gas() == "PROVED"
    shutoff.run(400, 8000, 0)
    assert shutoff.proof.relit
    shutoff.proof.restart_gas()
    assert shutoff.gas() == "PENDING"


def test_one_relighting_counts_once():
    shutoff = Shutoff().run(600, 20_000, 0).run(400, 9000, 0).run(400, 12_000, 0)
    shutoff.proof.restart_gas()
    assert not shutoff.run(400, 12_000, 0).proof.relit


def test_a_relighting_forgets_from_where_the_fall_was_measured():
    shutoff = half_way()
    shutoff.proof.restart_gas()
    shutoff.proof.step(2000)
    shutoff.proof.take(TC, 6000, 300)
    assert shutoff.gas() == "PENDING"
    shutoff.proof.step(2000)
    shutoff.proof.take(TC, 5800, 300)
    assert shutoff.gas() == "PROVED"


def test_without_a_sensor_a_relighting_changes_nothing():
    shutoff = Shutoff(sensor=False)
    shutoff.proof.restart_gas()
    assert shutoff.gas() == "UNTESTABLE"


def test_a_tip_that_goes_on_heating_up_after_the_shut_off_is_not_relit():
    shutoff = Shutoff().run(600, 10_000, 0).fall(10_000, 20_000, 5000)
    assert not shutoff.proof.relit


def test_after_a_relighting_the_flame_has_its_time_again_and_must_fall_from_its_new_peak():
    shutoff = Shutoff().run(600, 20_000, 0).fall(20_000, 9000, 10_000).run(400, 12_000, 0)
    assert shutoff.proof.relit
    shutoff.proof.restart_gas()
    assert (shutoff.proof.die_ms, shutoff.proof.relit, shutoff.gas()) == (0, False, "PENDING")
    shutoff.fall(12_000, 6100, 5000)
    assert shutoff.gas() == "PENDING"
    shutoff.fall(6000, 4000, 5000)
    assert shutoff.gas() == "PROVED"
