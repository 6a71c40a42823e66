import numpy as np
import pytest

import unrolled
from unrolled import kernels
from unrolled.config import GenerateOptions
from unrolled.engines import open_engine
from unrolled.engines.base import DrawingEngine
from unrolled.engines.markov import DrawingMarkov
from unrolled.engines.prompt import read_prompt
from unrolled.errors import OptionError
from unrolled.generation.sampling_loop import draw_units


@pytest.fixture(scope="module", params=["char", "word"])
def chain(request, text_file):
    return unrolled.train(text_file, model="markov", unit=request.param)


FILTERS = [{}, {"temperature": 0.0}, {"temperature": 0.7, "top_k": 3}, {"top_p": 0.8}, {"min_p": 0.1}]


@pytest.mark.parametrize("options", FILTERS, ids=str)
def test_the_kernels_draw_what_the_general_loop_draws(chain, options):
    engine = chain.engine
    if not isinstance(engine, DrawingMarkov):
        pytest.skip(kernels.reason_missing())
    settings = GenerateOptions(**{"temperature": 1.0, "seed": 1, **options})
    read = read_prompt(engine, chain.vocabulary.encode("The "))
    uniforms = np.random.default_rng(0).random((1, 200))
    fast = draw_units(engine, read.logits, read.state, settings, uniforms)
    slow = draw_units(engine.slow, read.logits, read.state, settings, uniforms)
    assert np.array_equal(fast[0], slow[0])
    np.testing.assert_allclose(fast[1], slow[1], rtol=1e-5)


def test_a_scan_is_its_steps(chain):
    ids = chain.vocabulary.encode("The cat sat on the hill. The dog")[None]
    whole, last = chain.engine.scan(ids, chain.engine.start(1))
    state, parts = chain.engine.start(1), []
    for place in range(ids.shape[1]):
        logits, state = chain.engine.scan(ids[:, place : place + 1], state)
        parts.append(logits)
    np.testing.assert_array_equal(np.concatenate(parts, 1), whole)
    np.testing.assert_array_equal(state["nodes"], last["nodes"])


def test_it_writes_words_of_its_text(chain, text):
    written = chain.generate("The ", length=200, seed=3)
    assert len(set(written.split()) & set(text.split())) > 5


def test_another_engine_is_refused(chain):
    with pytest.raises(OptionError, match="I got engine=native and a model of the kind markov, which runs in one way"):
        open_engine("native", chain.bundle)


def test_it_draws_in_the_kernels_where_there_are_any(chain):
    assert isinstance(chain.engine, DrawingEngine) == (kernels.load() is not None)


def test_a_chain_of_words_writes_words_of_its_text_and_scores_any():
    text = "The cat sat on the mat and the dog sat on a log, and then the cat ran.\n" * 30 + "Zebras quibble.\n"
    model = unrolled.train(text=text, model="markov", unit="word", valid=0)
    words = {word.strip(".,") for word in text.split()}
    written = model.generate("", length=3000, seed=1)
    assert {word.strip(".,") for word in written.split()} <= words
    assert 0 < model.score("The zzz quibble.\n").bits_per_char < 20
