import numpy as np
import pytest

import unrolled

ENGINES = ("native", "reference", "torch")


def test_every_engine_gives_a_text_the_same_vector(model):
    vectors = [type(model)(model.bundle, engine).encode("The cat sat") for engine in ENGINES]
    assert vectors[0].shape == (48,) and vectors[0].dtype == np.float32
    assert all(np.abs(each - vectors[0]).max() < 1e-5 for each in vectors)


def test_a_vector_is_that_of_the_state_after_the_text(model):
    start = model.start("The cat sat")
    assert np.array_equal(model.encode("The cat sat"), start.read.state["h"][0, -1])


def test_texts_have_vectors_of_their_own_and_the_empty_one_has_one(model):
    assert np.abs(model.encode("The cat") - model.encode("The dog")).max() > 1e-3
    assert np.isfinite(model.encode("")).all()


def test_a_window_gives_out_a_vector_and_a_chain_has_none(text):
    window = unrolled.train([text], cell="window", hidden_size=8, steps=2, threads=1)
    assert window.encode("The cat").shape == (8,)
    chain = unrolled.train([text], model="markov")
    with pytest.raises(unrolled.UnrolledError, match="the memory of a Markov chain is no vector"):
        chain.encode("The cat")


def test_a_character_that_the_model_never_saw_is_read_as_its_nearest_kin_with_a_warning(model):
    with pytest.warns(unrolled.UnrolledWarning, match="I read 'É' as 'e'") as caught:
        vector = model.encode("thÉ")
    assert np.array_equal(vector, model.encode("the")) and caught[0].filename == __file__
