from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.config import TrainOptions
from unrolled.errors import OptionError
from unrolled.training.budget import MAX_EPOCHS, Budget, max_epochs
from unrolled.training.costs import Costs
from unrolled.training.progress import RunProgress
from unrolled.training.schedule import FLOOR, Schedule


@dataclass
class Machine:
    """A simulated one: steps a second and seconds a validation as functions of the seconds passed."""

    speed: Callable[[float], float]
    validation: Callable[[float], float] = lambda now: 0.0
    observer: Callable[[int], float] = lambda number: 0.0  # seconds that the n-th validation is looked at
    final: float = 0.0  # seconds of the work after the last step, beside a validation


def simulate(options, guess, speed, replay=(), steps_per_epoch=4000, **machine):
    """A run on a machine: what it counted and planned, the work after the last step included."""
    on = Machine(speed if callable(speed) else lambda now: speed, **machine)
    progress, costs, every = RunProgress(), Costs(per_unit=on.validation(0)), 200
    budget = Budget(options, Schedule(progress.plans), steps_per_epoch * MAX_EPOCHS, steps_per_epoch, list(replay))
    budget.begin(guess)
    progress.next_validation = every
    while progress.step < budget.schedule.steps:
        progress.seconds += 1 / on.speed(progress.seconds)
        progress.step += 1
        budget.look(progress, costs.validation(1) / every, costs.per_unit + on.final)
        if progress.step in (progress.next_validation, budget.schedule.steps):
            scoring, observing = on.validation(progress.seconds), on.observer(progress.validations)
            progress.validations += 1
            progress.seconds += scoring + observing
            progress.validating += scoring + observing
            costs.validated(1, scoring, observing)
            every = max(200, budget.schedule.steps // 40, int(20 * scoring * (budget.speed or 0)))
            progress.next_validation = progress.step + every
    progress.seconds += on.final
    return progress


def last_rate(progress):
    """The learning rate of the last step, relative to the highest."""
    return Schedule(progress.plans).learning_rate(progress.step, 1.0)


HALF = TrainOptions(minutes=0.5)
HARD = {
    "steady": {"speed": 30},
    "fast": {"speed": 900},
    "slow": {"speed": 1.5},
    "a neighbour midway": {"speed": lambda now: 40 if now < 15 else 20},
    "a neighbour near the end": {"speed": lambda now: 40 if now < 26 else 15},
    "a neighbour leaves midway": {"speed": lambda now: 20 if now < 15 else 40},
    "a slow first validation": {"speed": 40, "validation": lambda now: 3.0 if 1 < now < 10 else 0.3},
    "slow samples": {"speed": 40, "validation": lambda now: 0.2, "observer": lambda n: 3.0 if n % 3 == 0 else 0.0},
    "a slow observer": {"speed": 40, "validation": lambda now: 0.2, "observer": lambda n: 1.0},
    "much at the end": {"speed": 40, "validation": lambda now: 1.0, "final": 5.0},
    "all at once": {
        "speed": lambda now: 40 if now < 12 or now > 20 else 13,
        "validation": lambda now: 0.2 if now < 12 or now > 20 else 0.7,
        "observer": lambda n: 2.0 if n % 3 == 0 else 0.0,
        "final": 1.0,
    },
}


@pytest.mark.parametrize("guess", [0.2, 1, 5])
@pytest.mark.parametrize("name", HARD)
def test_half_a_minute_is_kept_within_a_tenth_whatever_happens_and_the_rate_comes_down(name, guess):
    machine = HARD[name]
    at_first = machine["speed"](0.0) if callable(machine["speed"]) else machine["speed"]
    progress = simulate(HALF, guess * at_first, steps_per_epoch=10**6, **machine)
    assert progress.seconds == pytest.approx(30, rel=0.1)
    assert last_rate(progress) < 10 * FLOOR
    assert len(progress.plans) < 60


@pytest.mark.parametrize(("options", "steps"), [({"steps": 7}, 7), ({"epochs": 0.025}, 100), ({"epochs": 0.00001}, 1)])
def test_steps_and_epochs_are_exact_whatever_the_machine(options, steps):
    for speed in (0.5, 500):
        progress = simulate(TrainOptions(**options), 3, lambda now, speed=speed: speed)
        assert (progress.step, progress.plans) == (steps, [(0, steps)])


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 3), st.floats(20, 60), st.floats(0.5, 50))
def test_minutes_are_kept_however_wrong_the_first_guess(minutes, speed, error):
    progress = simulate(TrainOptions(minutes=minutes), speed * error, speed)
    assert progress.seconds == pytest.approx(60 * minutes, rel=0.05)


@pytest.mark.parametrize("guess", [1, 1000])
def test_a_text_is_not_read_more_often_than_helps(guess):
    progress = simulate(TrainOptions(minutes=10), guess, 100, steps_per_epoch=50)
    assert progress.step == MAX_EPOCHS * 50


def test_words_are_read_half_as_often():
    assert [max_epochs(characters) for characters in (1, 4)] == [MAX_EPOCHS, MAX_EPOCHS // 2]


def test_passes_that_were_asked_for_are_made():
    progress = simulate(TrainOptions(epochs=3 * MAX_EPOCHS), 1, 100, steps_per_epoch=5)
    assert progress.step == 15 * MAX_EPOCHS


def test_minutes_are_kept_on_a_machine_that_slows_down():
    progress = simulate(TrainOptions(minutes=1), 100, lambda now: 100 if now < 20 else 25)
    assert progress.seconds == pytest.approx(60, rel=0.05)
    assert len(progress.plans) > 2


def test_validations_are_part_of_the_minutes():
    progress = simulate(TrainOptions(minutes=1), 100, 100, validation=lambda now: 1.0)
    assert progress.validations > 2
    assert progress.seconds == pytest.approx(60, rel=0.05)


def test_a_steady_machine_is_planned_for_once():
    progress = simulate(TrainOptions(minutes=1), 90, 100)
    assert progress.plans[0] == (0, 5400)
    assert len([step for step, steps in progress.plans if steps > step]) == 2  # the guess and the measurement


def test_a_replay_repeats_the_plans_and_not_the_clock():
    options = TrainOptions(minutes=1)
    first = simulate(options, 300, lambda now: 100 if now < 20 else 25)
    again = simulate(options, 1, 7, replay=first.plans)
    assert (again.plans, again.step) == (first.plans, first.step)
    assert again.seconds > 300


@pytest.mark.parametrize(
    ("options", "steps"), [({"minutes": 2}, 10_000), ({"steps": 6000}, 6000), ({"epochs": 2}, 8000)]
)
def test_a_stopped_run_goes_on_under_another_budget(options, steps):
    progress = RunProgress(step=5000, seconds=60.0, plans=[(0, 5500)])
    Budget(TrainOptions(**options), Schedule(progress.plans), 10**6, 4000).go_on(progress)
    assert progress.plans == [(0, 5500), (5000, steps)]


@pytest.mark.parametrize("options", [{"minutes": 0.5}, {"steps": 5000}, {"epochs": 1}])
def test_a_budget_that_is_used_up_is_refused(options):
    progress = RunProgress(step=5000, seconds=60.0, plans=[(0, 5500)])
    with pytest.raises(OptionError, match=r"the stopped run has used .* of them; give more"):
        Budget(TrainOptions(**options), Schedule(progress.plans), 10**6, 4000).go_on(progress)


@pytest.mark.parametrize(
    ("options", "most", "unit"),
    [
        ({"minutes": 1}, 10**6, "minutes"),
        ({"minutes": 1}, 50, "passes"),
        ({"steps": 9}, 1, "steps"),
        ({"epochs": 1}, 1, "epochs"),
    ],
)
def test_what_is_used_up_at_the_end_has_a_name(options, most, unit):
    budget = Budget(TrainOptions(**options), Schedule(), most, 10)
    budget.begin(100.0)
    assert budget.unit == unit
