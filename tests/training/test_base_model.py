import dataclasses

import pytest

import unrolled
from unrolled.config import ModelOptions
from unrolled.errors import OptionError
from unrolled.training.base_model import PretrainedModel, old_corpus, old_split

TINY = {"steps": 20, "hidden_size": 32, "batch_size": 4, "sequence_length": 16, "threads": 1}


@pytest.fixture
def old(tmp_path):
    (tmp_path / "old.txt").write_text("the cat sat on the mat. " * 40)
    return unrolled.train(tmp_path / "old.txt", tmp_path / "old.safetensors", **TINY)


def test_the_sizes_stay_and_dropout_may_change(old):
    base = PretrainedModel("old", old.bundle)
    assert base.model(ModelOptions(hidden_size=999)) == old.bundle.config
    assert base.model(ModelOptions(dropout=0.4)) == dataclasses.replace(old.bundle.config, dropout=0.4)


@pytest.mark.parametrize("options", [{"hidden_size": 999}, {"unit": "word"}, {"min_count": 5}, {"documents": "lines"}])
def test_other_sizes_are_refused_and_the_same_are_not(old, options):
    base, name = PretrainedModel("old", old.bundle), next(iter(options))
    with pytest.raises(OptionError, match=f"^I got {name}=.* with start=, and that of old stays"):
        base.model(ModelOptions(**options), options)
    same = {name: getattr(old.bundle.config, name)}
    assert base.model(ModelOptions(**same), same) == old.bundle.config


def test_a_reader_takes_over_what_the_language_model_read_with(old):
    base = PretrainedModel("old", old.bundle)
    assert base.model(ModelOptions(task="classify", pooling="mean"), {"task", "pooling"}).pooling == "mean"
    with pytest.raises(OptionError, match=r"^I got hidden_size=999 with start="):
        base.model(ModelOptions(task="classify", hidden_size=999), {"task", "hidden_size"})


def test_the_old_text_is_found_where_it_lay(old):
    split = old_split(PretrainedModel("old", old.bundle), old.bundle.vocabularies)
    assert split is not None and len(split.valid) == old.record["split"]["valid"]


def test_a_text_that_changed_or_is_gone_is_not_taken_for_the_old_one(old, tmp_path):
    (tmp_path / "old.txt").write_text("something else")
    assert old_corpus(old.bundle) is None
    (tmp_path / "old.txt").unlink()
    assert old_corpus(old.bundle) is None


@pytest.mark.parametrize("record", [{}, {"corpus": {}}, {"corpus": {"documents": 3}}], ids=str)
def test_a_record_that_names_no_files_tells_of_no_text(old, record):
    assert old_corpus(dataclasses.replace(old.bundle, record=record)) is None


def test_it_is_read_as_it_was_read(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes(("déjà vu, encore une fois. " * 40).encode("cp1252"))
    with pytest.warns(unrolled.errors.UnrolledWarning, match="cp1252"):
        model = unrolled.train(path, **TINY, encoding="cp1252")
    found = old_corpus(model.bundle)
    assert found is not None and found.digest == model.record["corpus"]["digest"]
