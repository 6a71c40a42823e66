import numpy as np
import pytest
import torch

from unrolled.config import ModelOptions, TrainOptions
from unrolled.data.batches import Streams, Windows
from unrolled.data.buckets import Buckets
from unrolled.data.readers import read_corpus
from unrolled.data.split import split_corpus
from unrolled.training.feed import HIDDEN, hidden_labels, make_batches, mean_of


@pytest.mark.parametrize(
    ("kind", "batches", "made"),
    [("whole", "streams", Streams), ("whole", "windows", Windows), ("lines", "streams", Buckets)],
)
def test_a_text_streams_and_documents_come_in_buckets(kind, batches, made, text):
    corpus = read_corpus([text]).arranged(kind)
    split = split_corpus(corpus, ModelOptions(unit="char", documents=kind), TrainOptions())
    assert isinstance(make_batches(split, TrainOptions(batch_size=4, sequence_length=8, batches=batches)), made)


def test_padding_is_left_out_of_the_mean():
    losses = torch.tensor([[1.0, 3.0], [5.0, 100.0]])
    assert mean_of(losses, np.array([[True, True], [True, False]])).item() == 3
    assert mean_of(losses, None).item() == losses.mean().item()


def test_some_labels_are_hidden_the_same_ones_whenever_an_epoch_is_asked_for():
    labels = np.full((5000, 2), 7, np.int32)
    one, again, other = (hidden_labels(labels, 1, epoch) for epoch in (0, 0, 1))
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    assert set(np.unique(one)) == {0, 7} and abs((one == 0).mean() - HIDDEN) < 0.02
