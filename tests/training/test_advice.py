import pytest

from unrolled.training.advice import advise
from unrolled.training.corpus_stats import CorpusStats


@pytest.mark.parametrize(
    ("units", "likeness"),
    [
        (45, "a page or two"),
        (20_000, "a short story"),
        (150_000, "a short book"),
        (10**6, "a long book"),
        (10**7, "a library"),
    ],
)
def test_a_text_is_like_something_that_people_know(units, likeness):
    assert likeness in advise(CorpusStats(units, 60), 1000, 5, 3)


def test_what_is_hardly_read_once_needs_more_minutes():
    assert "more minutes (about 22) help most" in advise(CorpusStats(5_000_000, 60), 1000, 1.0, 5.0)


def test_without_minutes_none_are_advised():
    assert "so more minutes help most" in advise(CorpusStats(5_000_000, 60), 1000, 1.0, None)


def test_a_small_text_needs_more_text():
    assert "more text of the kind helps more than anything else" in advise(CorpusStats(20_000, 60), 1000, 30, 5)


def test_what_is_read_very_often_needs_more_text():
    assert "more minutes hardly help" in advise(CorpusStats(500_000, 60), 1000, 30, 60)


def test_between_them_both_help():
    assert "both help" in advise(CorpusStats(500_000, 60), 1000, 5, 3)


def test_rare_units_are_counted():
    assert "78 kinds (12 of them fewer than 10 times, too seldom to learn)" in advise(
        CorpusStats(9_000, 80, rare=12), 1000, 5, 3
    )
    assert "fewer than" not in advise(CorpusStats(9_000, 80), 1000, 5, 3)


def test_more_minutes_than_a_text_needs_are_named():
    assert "40 passes take less than 30 minutes and are all it needs" in advise(CorpusStats(2_000, 60), 1000, 40, 30)
    assert "minutes" not in advise(CorpusStats(2_000, 60), 1000, 40, None)


def test_more_weights_than_a_text_can_fill_are_too_many():
    told = advise(CorpusStats(20_000, 60), 200_000, 30, 5)
    assert "200,000 weights are more than it can fill, so a smaller --hidden-size would memorise less" in told
