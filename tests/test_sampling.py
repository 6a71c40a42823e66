import os
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from unrolled.config import GenerateOptions
from unrolled.sampling import (
    FEW,
    Uniforms,
    distribution,
    draw,
    forbid_special,
    logs_of,
    min_p,
    softmax,
    temperature,
    top_k,
    top_p,
)
from unrolled.text.vocabulary import NEVER

OUT = -np.inf
SHARES = np.array([0.125, 0.5, 0.0625, 0.25, 0.0625])
LOGITS = np.log2(SHARES)  # -3 -1 -4 -2 -4, whole numbers; natural ones are these times log 2
NATURAL = np.log(SHARES)
ROWS = arrays.arrays(np.float64, (3, 11), elements=st.floats(-30, 30))


def kept(logits: np.ndarray) -> list[int]:
    return np.flatnonzero(logits > OUT).tolist()


def test_a_temperature_divides_the_logits():
    assert temperature(LOGITS, 0.5).tolist() == [-6, -2, -8, -4, -8]


def test_temperature_zero_leaves_the_likeliest_alone():
    assert temperature(LOGITS, 0).tolist() == [OUT, -1, OUT, OUT, OUT]


def test_temperature_zero_takes_the_first_of_equals():
    assert temperature(np.array([1.0, 3.0, 3.0]), 0).tolist() == [OUT, 3, OUT]


@pytest.mark.parametrize("value", [1e-320, 1e-100, 1e-6, 1e-4])
def test_a_tiny_temperature_is_greedy(value):
    assert softmax(temperature(LOGITS, value)).tolist() == [0, 1, 0, 0, 0]


def test_a_unit_that_is_out_stays_out_at_any_temperature():
    assert temperature(np.array([OUT, 1.0]), 2.0).tolist() == [OUT, 0.5]


def test_top_k_keeps_the_k_likeliest():
    assert top_k(LOGITS, 2).tolist() == [OUT, -1, OUT, -2, OUT]


def test_top_k_keeps_those_as_likely_as_the_last():
    assert top_k(LOGITS, 4).tolist() == LOGITS.tolist()


def test_top_k_of_more_than_there_are_keeps_all():
    assert top_k(LOGITS, 99).tolist() == LOGITS.tolist()


@pytest.mark.parametrize(("p", "left"), [(0.4, [1]), (0.6, [1, 3]), (0.8, [0, 1, 3]), (1.0, [0, 1, 2, 3, 4])])
def test_top_p_keeps_the_fewest_that_reach_p(p, left):
    assert top_p(NATURAL, p).tolist() == [NATURAL[n] if n in left else OUT for n in range(5)]


def test_a_tiny_top_p_keeps_the_likeliest():
    assert kept(top_p(NATURAL, 1e-12)) == [1]


@pytest.mark.parametrize(("p", "left"), [(0.4, [1, 3]), (0.2, [0, 1, 3]), (0.0, [0, 1, 2, 3, 4]), (1.0, [1])])
def test_min_p_keeps_units_at_least_so_likely_relative_to_the_likeliest(p, left):
    assert min_p(NATURAL, p).tolist() == [NATURAL[n] if n in left else OUT for n in range(5)]


def test_the_boundary_and_the_unknown_unit_are_never_written():
    assert forbid_special(LOGITS).tolist() == [OUT, OUT, -4, -2, -4]


def test_the_boundary_ends_a_document_and_the_unknown_unit_is_still_never_written():
    assert forbid_special(LOGITS, ends=True).tolist() == [LOGITS[0], OUT, -4, -2, -4]


def test_filters_run_in_the_order_temperature_top_k_top_p_min_p():
    logits = np.array([0.0, 0.0, *NATURAL])
    options = GenerateOptions(endless=True, temperature=0.5, top_k=3, top_p=0.9, min_p=0.3)
    # squared: 4, 64, 1, 16, 1 parts of 86; the three likeliest are 4, 64, 16 of 84; 64 + 16 reach 0.9; 16 < 0.3 × 64
    assert distribution(logits, options).tolist() == [0, 0, 0, 1, 0, 0, 0]


def test_without_top_k_a_later_filter_sees_the_whole_distribution():
    logits = np.array([0.0, 0.0, *NATURAL])
    shares = distribution(logits, GenerateOptions(endless=True, temperature=1, min_p=0.2))
    assert shares == pytest.approx([0, 0, 1 / 7, 4 / 7, 0, 2 / 7, 0])


@given(ROWS, st.floats(0, 5), st.integers(1, 12), st.floats(1e-6, 1), st.floats(0, 1))
def test_every_setting_leaves_a_distribution_with_the_likeliest_in_it(logits, heat, k, p, least):
    options = GenerateOptions(endless=True, temperature=heat, top_k=k, top_p=p, min_p=least)
    shares = distribution(logits, options)
    assert shares.sum(-1) == pytest.approx(1)
    assert (shares[:, :2] == 0).all()
    assert logits[np.arange(3), shares.argmax(-1)] == pytest.approx(logits[:, 2:].max(-1), abs=1e-9)


@given(arrays.arrays(np.float64, 9, elements=st.floats(0, 1)), st.floats(0, 1, exclude_max=True))
def test_a_draw_is_the_inverse_of_the_cumulative_sum_in_id_order(weights, uniform):
    weights[4] += 0.5
    shares = weights / weights.sum()
    unit = draw(shares[None], np.array([uniform]))[0]
    cumulative = np.cumsum(shares)
    assert shares[unit] > 0
    assert (cumulative[unit - 1] if unit else 0) <= uniform * cumulative[-1] + 1e-12
    assert uniform * cumulative[-1] <= cumulative[unit] + 1e-12


@pytest.mark.parametrize(("uniform", "unit"), [(0.0, 1), (0.2499, 1), (0.25, 3), (0.9999999999999999, 3)])
def test_a_draw_never_gives_what_has_no_probability(uniform, unit):
    assert draw(np.array([[0, 0.25, 0, 0.75, 0]]), np.array([uniform])).tolist() == [unit]


def test_draws_come_as_often_as_their_probability():
    uniforms = (np.arange(1000) + 0.5) / 1000
    units = draw(np.tile(SHARES, (1000, 1)), uniforms)
    assert np.bincount(units).tolist() == [125, 500, 62, 250, 63]


def test_a_row_has_its_own_uniforms_whatever_rows_are_beside_it():
    many, one = Uniforms(7, range(5)), Uniforms(7, range(3, 4))
    assert [many.next().ravel()[3] for _ in range(20)] == [one.next().item() for _ in range(20)]


@given(
    seed=st.integers(0, 2**63 - 1),
    first=st.integers(0, 2**40),
    rows=st.integers(1, 5),
    counts=st.lists(st.integers(1, 200), min_size=1, max_size=5),
)
def test_uniforms_are_those_of_philox_in_numpy_however_they_are_asked_for(seed, first, rows, counts):
    uniforms = Uniforms(seed, range(first, first + rows))
    found = np.concatenate([uniforms.next(count) for count in counts], 1)
    generators = [np.random.Philox(key=np.array([seed, first + row], np.uint64)) for row in range(rows)]
    np.testing.assert_array_equal(found, [np.random.Generator(each).random(sum(counts)) for each in generators])


@pytest.mark.parametrize(("rows", "before"), [(1, FEW - 1), (1, FEW), (1, FEW + 1), (2, FEW // 2), (FEW + 1, 1)])
def test_uniforms_go_on_where_numpy_takes_over(rows, before):
    whole, cut = Uniforms(3, range(rows)).next(before + 9), Uniforms(3, range(rows))
    np.testing.assert_array_equal(np.concatenate([cut.next(before), cut.next(), cut.next(8)], 1), whole)


def test_seeds_and_rows_differ():
    streams = [Uniforms(seed, range(row, row + 1)).next().item() for seed in (0, 1, 2**63 - 1) for row in range(3)]
    assert len(set(streams)) == 9


@pytest.fixture(scope="module")
def warpers():
    """The filters of Hugging Face, each as a function of NumPy logits [B, V] and a value."""
    pytest.importorskip("torch")
    os.environ["HF_HUB_OFFLINE"] = "1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("transformers")
        import torch
        from transformers.generation import logits_process as theirs

    def run(name, logits, value):
        return getattr(theirs, name)(value)(None, torch.from_numpy(logits)).numpy()

    return run


PEERS = [
    (temperature, "TemperatureLogitsWarper", (0.3, 1.0, 2.5)),
    (top_k, "TopKLogitsWarper", (1, 5, 40, 100)),
    (top_p, "TopPLogitsWarper", (0.05, 0.5, 0.9, 0.999)),
    (min_p, "MinPLogitsWarper", (0.01, 0.1, 0.5)),
]


@pytest.mark.parametrize(("ours", "name", "values"), PEERS, ids=[name for _, name, _ in PEERS])
def test_a_filter_is_that_of_transformers(warpers, ours, name, values):
    rng = np.random.default_rng(5)
    for value in values:
        for scale in (0.5, 3, 12):
            logits = rng.normal(scale=scale, size=(20, 80))
            np.testing.assert_allclose(ours(logits, value), warpers(name, logits, value), rtol=1e-12)


def test_all_filters_in_a_row_are_those_of_transformers(warpers):
    logits = np.random.default_rng(6).normal(scale=3, size=(50, 80))
    options = GenerateOptions(endless=True, temperature=0.7, top_k=30, top_p=0.95, min_p=0.02)
    theirs = forbid_special(logits)
    for name, value in zip((name for _, name, _ in PEERS), (0.7, 30, 0.95, 0.02), strict=True):
        theirs = warpers(name, theirs, value)
    np.testing.assert_allclose(distribution(logits, options), softmax(theirs), rtol=1e-12)


@pytest.mark.parametrize(
    "options",
    [{}, {"temperature": 0.0}, {"temperature": 1e30}, {"top_k": 5}, {"top_p": 1.0}, {"min_p": 0.0}],
    ids=str,
)
def test_what_never_occurred_has_no_probability_under_any_filter(options):
    logits = np.array([[NEVER, 1.0, NEVER, 0.5, 0.25, NEVER]], np.float32)
    shares = distribution(logits, GenerateOptions(**options))[0]
    assert shares[[0, 1, 2, 5]].tolist() == [0, 0, 0, 0] and shares.sum() == pytest.approx(1)


def test_logits_of_what_is_impossible_are_finite():
    logits = logs_of(np.array([[0.25, 0.0, 0.75]]))
    assert logits[0, 1] == NEVER and softmax(logits)[0].tolist() == pytest.approx([0.25, 0, 0.75])
