import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.config import TrainOptions
from unrolled.training.budget import MOST_PASSES, Budget, most_passes
from unrolled.training.ledger import Ledger
from unrolled.training.schedule import Schedule


def simulate(options, guess, speed, replay=(), validation=0.0, every=200, steps_per_epoch=4000):
    """A run on a machine that makes ``speed(step)`` steps a second; what it counted and planned."""
    ledger = Ledger()
    most = steps_per_epoch * MOST_PASSES
    budget = Budget(options, Schedule(ledger.plans), most, steps_per_epoch, list(replay))
    budget.begin(guess)
    while ledger.step < budget.schedule.steps:
        ledger.seconds += 1 / speed(ledger.step)
        ledger.step += 1
        budget.look(ledger, 1 + (budget.schedule.steps - ledger.step) // every)
        if validation and (ledger.step % every == 0 or ledger.step == budget.schedule.steps):
            ledger.seconds += validation
            ledger.validating += validation
            ledger.validations += 1
    return ledger


@pytest.mark.parametrize(("options", "steps"), [({"steps": 7}, 7), ({"epochs": 0.025}, 100), ({"epochs": 0.00001}, 1)])
def test_steps_and_epochs_are_exact_whatever_the_machine(options, steps):
    for speed in (0.5, 500):
        ledger = simulate(TrainOptions(**options), 3, lambda step, speed=speed: speed)
        assert (ledger.step, ledger.plans) == (steps, [(0, steps)])


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 3), st.floats(20, 60), st.floats(0.5, 50))
def test_minutes_are_kept_however_wrong_the_first_guess(minutes, speed, error):
    ledger = simulate(TrainOptions(minutes=minutes), speed * error, lambda step: speed)
    assert ledger.seconds == pytest.approx(60 * minutes, rel=0.05)


@pytest.mark.parametrize("guess", [1, 1000])
def test_a_text_is_not_read_more_often_than_helps(guess):
    ledger = simulate(TrainOptions(minutes=10), guess, lambda step: 100, steps_per_epoch=50)
    assert ledger.step == MOST_PASSES * 50


def test_words_are_read_half_as_often():
    assert [most_passes(characters) for characters in (1, 4)] == [MOST_PASSES, MOST_PASSES // 2]


def test_passes_that_were_asked_for_are_made():
    ledger = simulate(TrainOptions(epochs=3 * MOST_PASSES), 1, lambda step: 100, steps_per_epoch=5)
    assert ledger.step == 15 * MOST_PASSES


def test_minutes_are_kept_on_a_machine_that_slows_down():
    ledger = simulate(TrainOptions(minutes=1), 100, lambda step: 100 if step < 2000 else 25)
    assert ledger.seconds == pytest.approx(60, rel=0.05)
    assert len(ledger.plans) > 2


def test_validations_are_part_of_the_minutes():
    ledger = simulate(TrainOptions(minutes=1), 100, lambda step: 100, validation=1.0)
    assert ledger.validations > 10
    assert ledger.seconds == pytest.approx(60, rel=0.05)


def test_a_steady_machine_is_planned_for_once():
    ledger = simulate(TrainOptions(minutes=1), 90, lambda step: 100)
    assert ledger.plans[0] == (0, 5400)
    assert len([step for step, steps in ledger.plans if steps > step]) == 2  # the guess and the measurement


def test_a_replay_repeats_the_plans_and_not_the_clock():
    options = TrainOptions(minutes=1)
    first = simulate(options, 300, lambda step: 100 if step < 2000 else 25)
    again = simulate(options, 1, lambda step: 7, replay=first.plans)
    assert (again.plans, again.step) == (first.plans, first.step)
    assert again.seconds > 300
