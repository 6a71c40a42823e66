import pytest

import unrolled
from unrolled.training import driver
from unrolled.training.finish import units_at_the_end
from unrolled.training.prepare import gather
from unrolled.training.warm_start import HeldOut


@pytest.fixture(scope="module")
def runs(text_file, labelled_file):
    """What a text and a classifier's examples leave to do after the last step, in units."""

    def at_the_end(path, **options):
        work = gather(path, None, options)
        return work.split, units_at_the_end(work.split, HeldOut(work, work.split, 10))

    return at_the_end(text_file, test=0.1), at_the_end(labelled_file, task="classify", test=0.1)


def test_what_is_left_to_score_after_the_last_step_is_counted(runs):
    (text, units), (examples, labels) = runs
    assert units == text.units("valid") + text.units("test")
    assert labels == 2 * (examples.units("valid") + examples.units("test"))


def test_seconds_run_to_the_end_of_all_scoring(text_file, small, monkeypatch):
    scored = []

    def finished(*arguments):
        begin = driver.time.perf_counter()
        while driver.time.perf_counter() - begin < 0.3:
            pass
        scored.append(0.3)
        return original(*arguments)

    original = driver.finished
    monkeypatch.setattr(driver, "finished", finished)
    record = unrolled.train(text_file, steps=3, **small).record
    assert scored and record["seconds"] > 0.3
