import dataclasses

import numpy as np
import pytest

import unrolled
from unrolled.analysis.explaining import MAX_CHARACTERS, MAX_SHOWN_UNITS, explain
from unrolled.analysis.scoring import score
from unrolled.config import ScoreOptions
from unrolled.engines.base import Engine, check_like, step
from unrolled.errors import InputError
from unrolled.text.vocabulary import BOUNDARY, Vocabulary

TEXT = "The cat said: 'The moon is quite round.'\nဘာ 7 The dog ran!\n"


class Fixed(Engine):
    """An engine without neurons, whose logits go by the last unit alone."""

    def __init__(self, size):
        self.table = np.random.default_rng(1).normal(0, 3, (size, size)).astype(np.float32)

    def start(self, rows):
        return {"last": np.zeros((rows, 1), np.int32)}

    def check(self, state):
        check_like(state, self.start(1))

    def scan(self, ids, state):
        return self.table[ids], {"last": ids[:, -1:]}


@pytest.fixture(scope="module")
def explained(model):
    return explain(model.engine, model.vocabulary, TEXT)


def test_bits_are_those_of_the_score(model, explained):
    np.testing.assert_allclose(explained.bits, model.score(TEXT).bits, rtol=1e-5, atol=1e-6)


def test_the_probabilities_of_all_candidates_sum_to_one(explained):
    np.testing.assert_allclose(np.exp(explained.logs).sum(1), 1, atol=1e-9)
    assert explained.rest_count == 0


def test_the_unit_that_came_has_the_probability_that_its_bits_tell(model, explained):
    known = [place for place, unit in enumerate(TEXT) if unit in model.vocabulary.index]
    came = explained.logs[known, explained.came[known]]
    np.testing.assert_allclose(-came / np.log(2), explained.bits[known], rtol=1e-9)
    assert [explained.names[explained.came[place]] for place in known] == [TEXT[place] for place in known]


def test_activations_are_those_after_each_unit(model, explained):
    _, state = step(model.engine, np.array([BOUNDARY], np.int32), model.engine.start(1))
    for unit, activation in zip(model.vocabulary.encode(TEXT), explained.activations, strict=True):
        _, state = step(model.engine, np.array([unit], np.int32), state)
        np.testing.assert_array_equal(activation, np.tanh(state["c"])[0].ravel())


@pytest.mark.parametrize("cell", ["elman", "gru"])
def test_the_activations_of_other_cells_are_h(cell, text_file):
    model = unrolled.train(text_file, steps=2, cell=cell, hidden_size=8, layers=2, batch_size=4, threads=1)
    explained = explain(model.engine, model.vocabulary, "The cat")
    ids = np.concatenate([[BOUNDARY], model.vocabulary.encode("The cat")]).astype(np.int32)
    _, state = model.engine.scan(ids[None], model.engine.start(1))
    assert (explained.layers, explained.activations.shape) == (2, (7, 16))
    np.testing.assert_allclose(explained.activations[-1], state["h"][0].ravel(), atol=1e-6)


def test_an_engine_without_neurons_has_none(model):
    explained = explain(Fixed(len(model.vocabulary)), model.vocabulary, TEXT)
    assert (explained.activations, explained.layers, explained.ranked) == (None, 0, ())
    assert len(explained.bits) == len(TEXT)


def test_a_large_vocabulary_tells_the_likeliest_what_came_and_the_mean_of_the_rest():
    vocabulary = Vocabulary("char", tuple(map(chr, range(0x4E00, 0x4E00 + 998))))
    engine = Fixed(len(vocabulary))
    text = "".join(np.random.default_rng(2).choice(vocabulary.units, 600))
    told = explain(engine, vocabulary, text)
    assert told.logs.shape == (600, MAX_SHOWN_UNITS)
    assert (told.candidates == told.came[:, None]).any(1).all()
    total = np.exp(told.logs).sum(1) + told.rest_count * np.exp(told.rest)
    np.testing.assert_allclose(total, 1, atol=1e-9)
    assert told.names[told.came[300]] == text[300]
    logits = engine.table[vocabulary.index[text[299]]].astype(float)
    assert np.exp(told.logs[300, 0]) == pytest.approx(np.exp(logits - np.logaddexp.reduce(logits)).max())


@pytest.mark.parametrize("documents", ["lines", "blank-lines", "files"])
def test_documents_begin_afresh_and_pay_for_their_ends_as_in_the_score(model, documents):
    text = "The cat sat.\n\nThe dog ran.\n"
    told = explain(model.engine, model.vocabulary, text, documents)
    scored = score(model.engine, model.vocabulary, text, ScoreOptions(), documents)
    np.testing.assert_allclose(told.bits, scored.bits, rtol=1e-5, atol=1e-6)
    assert told.bits.sum() / told.characters == pytest.approx(scored.bits_per_char)
    assert "" in told.names
    assert "".join(piece for piece, _ in told.groups) == "".join(scored.units)


def test_a_long_text_is_read_to_its_limit(model):
    told = explain(model.engine, model.vocabulary, "The cat. " * 600)
    assert (told.characters, told.left_out, len(told.bits)) == (MAX_CHARACTERS, 400, MAX_CHARACTERS)


@pytest.mark.parametrize(("empty", "documents"), [("", "whole"), ("\n\n", "lines")])
def test_an_empty_text_is_refused(model, empty, documents):
    with pytest.raises(InputError, match="the text is empty; give some text"):
        explain(model.engine, model.vocabulary, empty, documents)


def test_one_unit_is_enough_and_tracks_nothing(model):
    told = explain(model.engine, model.vocabulary, "T")
    assert (len(told.bits), told.ranked) == (1, ())


def test_all_fields_are_plain_data(explained):
    kinds = {type(getattr(explained, field.name)) for field in dataclasses.fields(explained)}
    assert kinds <= {str, int, tuple, np.ndarray}
