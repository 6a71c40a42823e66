import json

import pytest

import unrolled
from unrolled.api.model import model_of
from unrolled.model_file.bundle import Bundle
from unrolled.training.events import Progress, Started, Validated, Warned, tell


@pytest.fixture(scope="module")
def events(text, small):
    told = []
    unrolled.train([text], observers=[told.append], steps=30, **small)
    return told


def test_every_observer_is_told_in_order():
    one, two = [], []
    tell([one.append, two.append], Warned("first"))
    tell([one.append, two.append], Warned("second"))
    assert one == two == [Warned("first"), Warned("second")]


def test_a_run_begins_with_its_sizes(events):
    assert isinstance(events[0], Started)
    assert "LSTM layer of 16" in events[0].recipe
    assert (events[0].resumed_at, sum(isinstance(each, Started) for each in events)) == (0, 1)


def test_every_step_is_told_once(events):
    told = [each for each in events if isinstance(each, Progress)]
    assert [each.step for each in told] == list(range(1, 31))
    assert {each.steps for each in told} == {30}
    assert told[-1].seconds_left == 0 < told[0].seconds_left
    assert all(each.characters_per_second > 0 for each in told)


def test_the_best_that_is_told_is_the_best_so_far(events):
    told = [each for each in events if isinstance(each, Validated)]
    assert told[-1].step == 30
    assert [each.best for each in told] == [min(e.bits for e in told[: n + 1]) for n in range(len(told))]


def test_a_snapshot_is_a_bundle_that_writes(events):
    bundle = [each for each in events if isinstance(each, Validated)][-1].snapshot()
    assert isinstance(bundle, Bundle)
    assert len(model_of(bundle).generate(length=9, seed=1)) == 9


def test_events_are_plain_data(events):
    for event in events:
        plain = {name: value for name, value in vars(event).items() if not callable(value)}
        listed = {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}
        assert json.loads(json.dumps(plain)) == listed
