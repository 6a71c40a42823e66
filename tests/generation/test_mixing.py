import pytest

import unrolled
from unrolled.errors import ModelFileError, OptionError


@pytest.fixture(scope="module")
def chain_file(tmp_path_factory):
    """A Markov chain of another text."""
    path = tmp_path_factory.mktemp("chain") / "ships.safetensors"
    unrolled.train(text="The hill and the shed shine in the sun.\n" * 60, output=path, model="markov", order=3)
    return path


@pytest.fixture
def words(model_file, tmp_path, text):
    """A model of words."""
    path = tmp_path / "words.safetensors"
    unrolled.train(text=text, output=path, unit="word", steps=2, hidden_size=16, threads=1)
    return path


def test_a_little_of_another_writer_shows_in_the_probabilities(model, chain_file):
    (_, alone), (_, mixed) = (
        next(each for each in model.next("the sh", count=20, **how) if each[0] == "i")
        for how in ({}, {"mix": f"{chain_file}=0.4"})
    )
    (_, theirs) = next(each for each in unrolled.load(chain_file).next("the sh", count=5) if each[0] == "i")
    assert mixed == pytest.approx(0.6 * alone + 0.4 * theirs, abs=1e-4)


def test_the_same_seed_writes_the_same_mixed_text(model, chain_file):
    how = {"length": 60, "seed": 3, "mix": f"{chain_file}=0.4"}
    text = model.generate("The ", **how)
    assert text == model.generate_many("The ", 2, **how)[0] == "".join(model.stream("The ", **how))
    assert text != model.generate("The ", length=60, seed=3)


def test_a_mixed_text_goes_on_from_its_state_and_with_a_memory_on_top(model, chain_file):
    start = model.start("The sh", mix=f"{chain_file}=0.4", adaptive=True)
    assert start.after("ine ").generate(length=20, seed=1) == model.start(
        "The shine ", mix=[f"{chain_file}=0.4"], adaptive=True
    ).generate(length=20, seed=1)


def test_several_can_be_blended_in(model, chain_file, model_file):
    assert model.generate("The ", length=9, seed=1, mix=[f"{chain_file}=0.2", f"{model_file}=0.3"])


@pytest.mark.parametrize(
    ("mix", "words"),
    [
        ("x.safetensors", "I got mix=x.safetensors; give a model file and its weight between 0 and 1"),
        ("=0.3", "give a model file and its weight"),
        ("x=1", "between 0 and 1"),
        ("x=nan", "between 0 and 1"),
        (["x=0.5", "y=0.5"], "leave nothing to the model"),
    ],
)
def test_what_is_no_file_and_weight_is_refused(model, mix, words):
    with pytest.raises(OptionError, match=words):
        model.generate("The ", mix=mix)


def test_a_model_of_other_units_or_of_no_text_is_refused(model, words, classifier_file):
    with pytest.raises(OptionError, match="a model of words for a model of chars"):
        model.generate("The ", mix=f"{words}=0.3")
    with pytest.raises(OptionError, match="made to classify; give a model that writes text"):
        model.generate("The ", mix=f"{classifier_file}=0.3")
    with pytest.raises(ModelFileError, match="nowhere"):
        model.generate("The ", mix="nowhere=0.3")


def test_a_state_of_several_models_is_not_saved(model, chain_file, tmp_path):
    with pytest.raises(OptionError, match="a file keeps that of one"):
        model.start("The ", mix=f"{chain_file}=0.4").save(tmp_path / "s.state")
    assert list(tmp_path.iterdir()) == []
