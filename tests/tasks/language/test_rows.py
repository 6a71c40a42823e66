import pytest

from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.datasets.dataset import ReadRequest
from unrolled.errors import OptionError
from unrolled.formats.corpus import read_corpus
from unrolled.tasks.language.rows import arrange, read_text


def test_one_file_is_one_document_and_several_are_as_many(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(f"{name} text")
    one, several = (arrange(read_corpus(path), ModelOptions())[1] for path in (tmp_path / "a.txt", tmp_path))
    assert (one.documents, several.documents) == ("whole", "files")


def test_the_unit_is_chosen_unless_the_user_did():
    corpus = read_corpus(["some text"])
    assert arrange(corpus, ModelOptions())[1].unit == "char"
    assert arrange(corpus, ModelOptions(unit="word"))[1:] == (
        ModelOptions(unit="word", documents="whole"),
        "as you chose",
    )


def test_labels_are_learnt_by_recurrent_networks_only(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(f"{name} text\n" * 30)
    request = ReadRequest(ReadOptions(label=("file",)), ModelOptions(model="markov"), TrainOptions())
    with pytest.raises(OptionError, match="label= with model=markov"):
        read_text(tmp_path, request)


@pytest.mark.parametrize("options", [{"batches": "windows"}, {"reset_probability": 0.5}])
def test_documents_come_whole_and_not_in_windows_or_streams(options):
    request = ReadRequest(ReadOptions(), ModelOptions(documents="lines"), TrainOptions(**options))
    with pytest.raises(OptionError, match="leave one out"):
        read_text(["one\ntwo"], request)
