import itertools
import math

import pytest
import torch

from unrolled.training.budget import Budget
from unrolled.training.costs import Clock, Costs
from unrolled.training.prepare import gather
from unrolled.training.progress import RunProgress
from unrolled.training.recipes.choose import choose_sizes
from unrolled.training.schedule import Schedule
from unrolled.training.step import make_learner
from unrolled.training.validation import MOST_VALIDATIONS, Validation

SMALL = {"hidden_size": 16, "batch_size": 4, "sequence_length": 16, "threads": 1}


def validation(path, **options):
    """The validation of a run that has been planned, before its first step."""
    work = gather(path, None, {"steps": 400, **SMALL, **options})
    recipe = choose_sizes(work, torch.device("cpu"), "off")
    learner = make_learner(work, recipe, torch.device("cpu"), "off")
    progress = RunProgress()
    budget = Budget(recipe.train, Schedule(progress.plans), 10**6, learner.batches.steps_per_epoch)
    of = Validation(work, learner, progress, budget, Costs(), Clock(progress))
    of.begin()
    budget.begin(1.0)
    of.plan()
    return of


def test_validations_are_due_where_they_are_planned_and_after_the_last_step(text_file):
    of, due = validation(text_file), []
    for step in range(1, 401):
        of.progress.step = step
        if of.due():
            due.append(step)
            of.plan()
    gaps = {after - before for before, after in itertools.pairwise(due[:-1])}
    assert due[-1] == 400 and len(due) <= MOST_VALIDATIONS and len(gaps) == 1


def test_asking_whether_one_is_due_changes_nothing(text_file):
    of = validation(text_file)
    before = vars(of.progress).copy()
    assert not any(of.due() for _ in range(3)) and vars(of.progress) == before


def test_the_best_weights_are_kept_and_worse_ones_are_not(text_file):
    of, told = validation(text_file), []
    of.run(told.append)
    best = {name: each.clone() for name, each in of.best.items()}
    with torch.no_grad():
        of.learner.network.head.bias.add_(torch.arange(len(of.learner.network.head.bias)))
    of.run(told.append)
    assert told[1] > told[0] == of.progress.best_bits
    assert all(torch.equal(of.best[name], each) for name, each in best.items())
    assert [point["valid"] for point in of.progress.curve] == told


def test_where_nothing_is_held_out_nothing_is_told(text_file):
    of = validation(text_file, valid=0.0)
    of.run(lambda bits: pytest.fail("there is nothing to tell"))
    assert of.progress.curve == [] and of.best == {}


def test_scoring_and_what_observers_do_with_it_are_counted_as_validating(text_file):
    of = validation(text_file)
    of.run(lambda bits: None)
    assert 0 < of.progress.validating == pytest.approx(of.progress.seconds, abs=0.5)
    assert of.costs.per_unit > 0


def test_of_so_few_minutes_that_scoring_takes_too_much_only_the_beginning_is_scored(text_file, monkeypatch):
    whole = validation(text_file).split.units("valid")
    monkeypatch.setattr("unrolled.training.validation.seconds_per_unit", lambda *_: 0.01)
    of = validation(text_file, steps=None, minutes=0.5)
    assert of.progress.scored == int(0.04 * 30 / 0.01) < whole
    assert of.split.units("valid") == of.progress.scored
    assert math.isclose(of.costs.per_unit, 0.01)
