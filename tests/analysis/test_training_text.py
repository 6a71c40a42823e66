import dataclasses
import gzip

import pytest

import unrolled
from unrolled.analysis.training_text import read_training_text
from unrolled.datasets import holdout
from unrolled.errors import InputError


def test_the_text_that_a_model_learnt_is_read(model, text_file, text):
    assert read_training_text(model.bundle, str(text_file)).documents == (text,)


def test_it_may_lie_elsewhere_in_another_form(model, tmp_path, text):
    (tmp_path / "t.txt.gz").write_bytes(gzip.compress(text.encode()))
    assert read_training_text(model.bundle, str(tmp_path / "t.txt.gz")).documents == (text,)


def test_another_text_is_refused_by_its_digest(model, tmp_path, text):
    (tmp_path / "t.txt").write_text(text + "!")
    with pytest.raises(InputError, match=r"t.txt is not the text that the model learnt \(.*cats.txt\); give that one"):
        read_training_text(model.bundle, str(tmp_path / "t.txt"))


def test_a_model_without_a_record_says_so(model, text_file):
    with pytest.raises(InputError, match="does not say what it learnt from"):
        read_training_text(dataclasses.replace(model.bundle, record={}), str(text_file))


@pytest.mark.parametrize(
    ("content", "name", "options"),
    [
        ("name,from\nAda,en\nBo,se\n" * 20, "t.csv", {"text_column": "name", "label": "from"}),
        ("one\ntwo\nthree\n" * 20, "t.txt", {"documents": "lines"}),
    ],
)
def test_it_is_read_as_it_was_for_training(tmp_path, tiny, content, name, options):
    (tmp_path / name).write_text(content)
    with pytest.warns(unrolled.UnrolledWarning, match="stand there more than once"):
        model = unrolled.train(tmp_path / name, **tiny, **options)
    assert read_training_text(model.bundle, str(tmp_path / name)).characters > 100


def test_a_text_too_large_to_be_read_at_once_is_known_by_its_files(tmp_path, tiny, text, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(holdout, "LARGE", 1000)
    (tmp_path / "t.txt").write_text(text)
    bundle = unrolled.train(tmp_path / "t.txt", **tiny).bundle
    assert read_training_text(bundle, str(tmp_path / "t.txt")).documents == (text,)
    (tmp_path / "t.txt").write_text(text + "!")
    with pytest.raises(InputError, match="is not the text"):
        read_training_text(bundle, str(tmp_path / "t.txt"))


@pytest.fixture
def tiny():
    return {"steps": 3, "hidden_size": 16, "batch_size": 4, "sequence_length": 16, "threads": 1}


def test_one_of_several_files_stands_for_all_of_them(tmp_path):
    files = [tmp_path / "b.txt", tmp_path / "a.txt"]
    for animal, file in zip(("cat", "dog"), files, strict=True):
        file.write_text("".join(f"the {animal} sat on mat {n}. " for n in range(60)))
    model = unrolled.train(files, model="markov")
    assert len(read_training_text(model.bundle, str(files[1])).documents) == 2
    with pytest.raises(InputError, match="is not the text that the model learnt"):
        read_training_text(model.bundle, __file__)
