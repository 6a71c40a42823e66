import pytest

from unrolled.datasets.text import TextDataset
from unrolled.engines import open_engine
from unrolled.tasks import TASKS
from unrolled.training.costs import KEPT, SLOWEST, WRITING, Clock, Costs, seconds_per_unit
from unrolled.training.progress import RunProgress


def test_one_slow_validation_is_not_taken_for_all_that_come():
    costs = Costs(per_unit=0.001)
    costs.validated(1000, 10.0, 0.0)
    assert costs.validation(1000) == pytest.approx(5.5)
    for _ in range(5):
        costs.validated(1000, 1.0, 0.0)
    assert costs.validation(1000) == pytest.approx(1.14, abs=0.01)


def test_what_observers_take_is_the_mean_of_the_last_times():
    costs = Costs(per_unit=0.001)
    for observing in (9.0, *[1.0] * KEPT):
        costs.validated(10, 0.01, observing)
    assert costs.validation(10) == pytest.approx(1.01)


def test_the_end_takes_its_scoring_and_its_writing():
    assert Costs(per_unit=0.001).final(2000, 0) == pytest.approx(2 + WRITING)


def test_on_a_busy_machine_writing_takes_longer():
    costs = Costs()
    for _ in range(200):
        costs.stepped(0.03, 0.01)
    assert costs.final(0, 0) == pytest.approx(3 * WRITING, rel=0.01)
    costs.stepped(100.0, 0.001)
    assert costs.final(0, 0) <= SLOWEST * WRITING


def test_a_probe_tells_what_validating_takes(model, text, monkeypatch):
    clock = iter([0.0, 0.05, 1.0, 3.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    ids = model.vocabulary.encode(text)
    network = open_engine("torch", model.bundle).network
    split = TextDataset(model.vocabulary, ids[:0], ids, ids[:0])
    assert seconds_per_unit(network, TASKS["language"], split) == pytest.approx(2 / (len(ids) - 1), rel=0.2)


def test_a_clock_adds_to_the_seconds_of_an_earlier_process(monkeypatch):
    moments = iter([5.0, 7.0, 10.0, 10.5])
    monkeypatch.setattr("time.perf_counter", lambda: next(moments))
    progress = RunProgress(seconds=100.0)
    clock = Clock(progress)
    clock.restart()
    assert (clock.tick(), clock.tick(), progress.seconds) == (3.0, 0.5, 103.5)
