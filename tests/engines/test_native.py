import numpy as np
import pytest

import unrolled
from unrolled import kernels
from unrolled.config import GenerateOptions
from unrolled.engines import native
from unrolled.engines.base import DrawingEngine
from unrolled.errors import MissingExtraError
from unrolled.generation.sampling_loop import draw_units

NO_KERNELS = "the kernels are not built"

SETTINGS = [
    {},
    {"temperature": 0},
    {"temperature": 1.7},
    {"top_k": 1},
    {"top_k": 5},
    {"top_p": 0.7},
    {"top_p": 0.01},
    {"min_p": 0.2},
    {"temperature": 1.3, "top_k": 9, "top_p": 0.8, "min_p": 0.05},
]


@pytest.fixture(scope="module")
def engines(model_file):
    return {name: unrolled.load(model_file, engine=name) for name in ("native", "reference")}


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_it_writes_what_the_general_loop_over_the_reference_writes(engines, settings):
    texts = {
        name: [model.generate("The ", length=120, seed=seed, **settings) for seed in range(5)]
        for name, model in engines.items()
    }
    assert texts["native"] == texts["reference"]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_its_own_loop_draws_what_the_general_loop_over_it_draws(engines, settings):
    engine = engines["native"].engine
    options = GenerateOptions(seed=1, **settings)
    uniforms = np.random.default_rng(5).random((3, 50))
    logits, state = engine.scan(np.full((3, 1), 5, np.int32), engine.start(3))
    ids, last, after = draw_units(engine, logits[:, 0], state, options, uniforms)

    class General(type(engine).__mro__[2]):  # the same engine without its own loop
        start, check, scan = engine.start, engine.check, engine.scan

    again, last_again, after_again = draw_units(General(), logits[:, 0], state, options, uniforms)
    np.testing.assert_array_equal(ids, again)
    np.testing.assert_array_equal(last, last_again)
    assert all(np.array_equal(after[name], after_again[name]) for name in after)


@pytest.mark.skipif(kernels.load() is None, reason=NO_KERNELS)
def test_it_can_draw_by_itself(engines):
    assert isinstance(engines["native"].engine, DrawingEngine)


@pytest.mark.skipif(kernels.load() is None, reason=NO_KERNELS)
def test_it_is_what_auto_opens(model_file):
    assert isinstance(unrolled.load(model_file).engine, native.Native)


@pytest.mark.parametrize("weights", ["bf16", "int8"])
def test_narrow_weights_score_nearly_the_same(model_file, text, weights):
    full = unrolled.load(model_file).score(text).bits_per_char
    narrow = unrolled.load(model_file, weights=weights).score(text).bits_per_char
    assert narrow != full
    assert abs(narrow - full) < 0.005 * full


def test_without_kernels_it_says_what_to_do(model_file, monkeypatch):
    monkeypatch.setattr(kernels, "load", lambda: None)
    with pytest.raises(MissingExtraError, match="engine=reference"):
        unrolled.load(model_file, engine="native").generate("The")
