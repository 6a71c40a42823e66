import warnings

import numpy as np
import pytest

import unrolled
from unrolled import sampling
from unrolled.api.model import model_of
from unrolled.config import GenerateOptions
from unrolled.engines import open_engine, prompt
from unrolled.generation import sampling_loop as search
from unrolled.options import option
from unrolled.text.vocabulary import BOUNDARY

LOUD = {"temperature": 1.3, "length": 40}


@pytest.fixture(scope="module", params=["reference", "torch"])
def writer(request, model):
    return model_of(model.bundle, request.param)


def test_the_same_seed_writes_the_same_text_whatever_the_batch(writer):
    many = writer.generate_many("The ", 70, seed=3, **LOUD)
    assert writer.generate_many("The ", 5, seed=3, **LOUD) == many[:5]
    assert writer.generate("The ", seed=3, **LOUD) == many[0]


def test_the_pieces_of_a_stream_joined_are_the_text(writer):
    pieces = list(writer.stream("The ", seed=3, **LOUD))
    assert len(pieces) > 20
    assert "".join(pieces) == writer.generate("The ", seed=3, **LOUD)


def test_stops_do_not_change_what_other_rows_write(model):
    free = model.generate_many("The ", 8, seed=5, **LOUD)
    stopped = model.generate_many("The ", 8, seed=5, stop="a", **LOUD)
    assert stopped == [text.split("a")[0] for text in free]
    assert len(set(map(len, stopped))) > 1


def test_rows_and_seeds_write_different_texts(model):
    texts = model.generate_many("The ", 10, seed=1, **LOUD) + model.generate_many("The ", 10, seed=2, **LOUD)
    assert len(set(texts)) == 20


def test_without_a_seed_every_text_is_another(model):
    assert model.generate(**LOUD) != model.generate(**LOUD)


def test_temperature_zero_takes_the_likeliest_unit_at_every_step(model):
    ids, vocabulary = [BOUNDARY, *model.vocabulary.encode("The ")], model.vocabulary
    for _ in range(30):
        logits, _ = model.engine.scan(np.array([ids], np.int32), model.engine.start(1))
        ids.append(2 + int(logits[0, -1, 2:].argmax()))
    assert model.generate("The ", temperature=0, length=30) == vocabulary.decode(ids[5:])


def test_greedy_writing_needs_no_seed(model):
    assert model.generate("A", temperature=0, seed=1) == model.generate("A", temperature=0, seed=2)


@pytest.mark.parametrize("length", [0, 1, 17])
def test_the_length_is_in_units(model, length):
    assert len(model.generate("The ", length=length, seed=1)) == length


def test_no_text_goes_beyond_its_length_though_a_stop_string_had_begun(model):
    text = model.generate("The ", length=20, seed=1)
    assert model.generate("The ", length=20, seed=1, stop=text[-1] + "never") == text


def test_unseen_characters_warn_once_and_are_named(model):
    with pytest.warns(unrolled.UnrolledWarning, match="never saw") as caught:
        text = model.generate("Ωmega café 猫", seed=1, length=5)
    assert len(caught) == 1
    assert all(repr(each) in str(caught[0].message) for each in ("Ω", "é", "猫"))
    assert "'é' as 'e'" in str(caught[0].message)
    assert len(text) == 5


def test_a_prompt_of_seen_characters_warns_of_nothing(model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(model.generate("The cat", seed=1, length=5)) == 5


def test_unknown_units_are_never_written(model):
    texts = model.generate_many("", 64, seed=1, temperature=50, length=60)
    assert set("".join(texts)) <= set(model.vocabulary.units)
    assert {len(text) for text in texts} == {60}


class WithOneMore(GenerateOptions):
    """The options with a filter that the kernels do not have, added as CONTRIBUTING.md says."""

    never: int | None = option(None, "a unit that is never drawn", filter=True)


@pytest.fixture
def one_more_filter(monkeypatch):
    monkeypatch.setitem(
        sampling.FILTERS, "never", lambda logits, unit: np.where(np.arange(logits.shape[-1]) == unit, -np.inf, logits)
    )


@pytest.fixture(scope="module")
def counted(text_file):
    return unrolled.train(text_file, model="markov")


@pytest.mark.parametrize(("opened", "names"), [("model", ("auto", "reference")), ("counted", ("auto",))])
def test_a_filter_that_the_kernels_do_not_have_is_obeyed_by_every_engine(request, opened, names):
    opened = request.getfixturevalue(opened)
    request.getfixturevalue("one_more_filter")

    def written(name, **options):
        engine = open_engine(name, opened.bundle)
        read = prompt.read_prompt(engine, opened.vocabulary.encode("The "))
        settings = WithOneMore(seed=1, length=60, **options)
        pieces = zip(*search.write_text(engine, opened.vocabulary, read, settings, range(2)), strict=True)
        return list(map("".join, pieces))

    assert all("e" in str(written(name)) for name in names)
    found = [written(name, never=opened.vocabulary.index["e"]) for name in names]
    assert "e" not in str(found[0]) and found == [found[0]] * len(found)


def test_what_the_kernels_have_is_drawn_in_their_own_loop(one_more_filter, model):
    engine = open_engine("native", model.bundle)
    assert engine.can_draw(WithOneMore(top_k=3, top_p=0.5, min_p=0.1)) and not engine.can_draw(WithOneMore(never=5))
