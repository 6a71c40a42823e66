import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.training.progress import MEMORISING, RunProgress


def validations(pairs):
    """A progress after validations at these (training, held-out) bits, and the alarms on the way."""
    progress, alarms = RunProgress(), []
    for train, valid in pairs:
        progress.add(train)
        progress.validated(valid)
        alarms.append(progress.memorising())
        progress.forget_losses()
    return progress, alarms


def test_the_alarm_rings_when_held_out_text_rises_while_training_falls():
    _, alarms = validations([(3, 3), (2, 2.5), (1.5, 2.6)])
    assert alarms[:2] == [None, None]
    assert "begins to memorise: held-out text rose from 2.500 bits/char (step 2) to 2.600" in alarms[2]
    assert "--dropout" in alarms[2]


def test_the_alarm_rings_once():
    _, alarms = validations([(2, 2.5), (1.5, 2.6), (1.2, 2.9), (1.1, 3.0)])
    assert [bool(alarm) for alarm in alarms] == [False, True, False, False]


def test_a_small_rise_is_no_alarm():
    _, alarms = validations([(2, 2.5), (1.5, 2.5 * (MEMORISING - 0.005))])
    assert alarms == [None, None]


def test_a_rise_of_both_is_no_memorisation():
    _, alarms = validations([(2, 2.5), (2.2, 2.9)])
    assert alarms == [None, None]


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=1, max_size=20))
def test_the_best_is_the_first_lowest(pairs):
    progress, _ = validations(pairs)
    held_out = [valid for _, valid in pairs]
    assert progress.best_bits == min(held_out)
    assert progress.best_step == 1 + held_out.index(min(held_out))
    assert progress.without_progress == len(pairs) - progress.best_step


def test_training_bits_are_the_mean_since_the_last_validation():
    progress = RunProgress()
    for bits in (4.0, 2.0):
        progress.add(bits)
    assert progress.train_bits == 3
    progress.validated(5.0)
    progress.forget_losses()
    assert progress.train_bits == 3  # nothing newer is known
    progress.add(1.0)
    assert (progress.train_bits, progress.step) == (1, 3)


def test_time_for_validations_is_not_stepping():
    assert RunProgress(seconds=10, validating=4).stepping == 6


def test_a_loss_that_is_no_number_is_never_the_best():
    progress, _ = validations([(2, 2.5), (math.nan, math.nan)])
    assert (progress.best_bits, progress.without_progress) == (2.5, 1)


@pytest.mark.parametrize("pairs", [[], [(3, 3), (2, 2.5)]])
def test_a_progress_survives_json(pairs):
    progress, _ = validations(pairs)
    progress.plans.append((0, 9))
    assert RunProgress.from_plain(json.loads(json.dumps(dataclasses.asdict(progress)))) == progress
