import pytest

from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.datasets.dataset import SHOWN_EXAMPLES, ReadRequest
from unrolled.tasks.classify.rows import read_labelled
from unrolled.tasks.language.rows import read_text
from unrolled.tasks.translate.rows import read_pairs

TABLE = "".join(f"source {n} of them\ttarget {n % 4}\n" for n in range(40))


@pytest.fixture(params=["language", "classify", "translate"])
def reading(request, tmp_path):
    """What each task makes of one file."""
    path = tmp_path / ("a.txt" if request.param == "language" else "a.tsv")
    path.write_text(TABLE)
    read = {"language": read_text, "classify": read_labelled, "translate": read_pairs}[request.param]
    train = TrainOptions(valid=0.2, test=0.1, batch_size=4, sequence_length=60)
    return read(path, ReadRequest(ReadOptions(), ModelOptions(task=request.param), train)), train


def test_every_target_of_a_held_out_part_counts_once(reading):
    material, _ = reading[0].split, reading[1]
    for part in ("valid", "test"):
        assert sum(int(batch.counts.sum()) for batch in material.held_out(part)) == material.units(part) > 0


def test_every_target_that_is_counted_is_one_of_the_vocabulary(reading):
    material = reading[0].split
    assert len(material.counts()) == len(material.vocabulary)
    assert material.units("train") <= material.counts().sum() <= material.units("train") + 1


def test_the_targets_of_a_batch_have_what_is_given_of_their_documents(reading):
    material, train = reading[0].split, reading[1]
    batch = material.batches(train).batch(3)
    given = material.inputs("train", batch.documents)
    assert (given is None) == (batch.documents is None)
    assert given is None or len(given) == len(batch.inputs) == len(batch.documents)


def test_a_few_held_out_examples_are_shown(reading):
    assert len(reading[0].shown) in (0, SHOWN_EXAMPLES)
    assert all(len(pair) == 2 for pair in reading[0].shown)


def test_what_is_known_of_the_source_is_told(reading):
    about = reading[0].about
    assert about["names"][0].endswith(("a.tsv", "a.txt")) and len(about["digest"]) == 64
