import dataclasses

import numpy as np
import pytest
import torch

from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.datasets.dataset import ReadRequest
from unrolled.errors import OptionError
from unrolled.networks.spec import EncoderSpec, NetworkSpec
from unrolled.tasks.classify.task import Classify, answering
from unrolled.text.vocabulary import Vocabulary

TASK = Classify()
SIZES = {"hidden_size": 16, "layers": 2, "embedding_size": 8, "dropout": 0.1, "directions": 2}
OPTIONS = ModelOptions(task="classify", unit="char", cell="gru", pooling="max", **SIZES)
KNOWN = {"text": Vocabulary("char", tuple("abc")), "labels": Vocabulary("label", ("no", "yes"))}
ENCODER = EncoderSpec("units", 5, 16, 8, "gru", 2, 2, 0.1)


def test_labelled_texts_are_read():
    reading = TASK.read(["ab\tyes", "ba\tno"] * 5, ReadRequest(ReadOptions(), OPTIONS, TrainOptions(valid=0.2)))
    assert reading.split.vocabularies["labels"].units == ("no", "yes")
    assert (len(reading.split.train), len(reading.split.valid)) == (8, 2)


def test_the_network_is_an_encoder_whose_places_are_pooled():
    wanted = NetworkSpec(5, 4, 8, "gru", 16, 2, 0.1, encoder=ENCODER, pooling="max")
    assert TASK.network(OPTIONS, KNOWN) == wanted
    assert answering(OPTIONS, 5, 9, "each") == dataclasses.replace(wanted, outputs=9, pooling="each")


@pytest.mark.parametrize("gap", [*SIZES, "pooling"])
def test_options_with_a_gap_make_no_network(gap):
    with pytest.raises(OptionError, match="nothing says"):
        TASK.network(dataclasses.replace(OPTIONS, **{gap: None}), KNOWN)


def test_sources_are_their_ids_behind_a_boundary():
    given = TASK.encode_sources(["ab", "", "cax"], OPTIONS, KNOWN)
    assert given.values.tolist() == [[0, 2, 3, 0], [0, 0, 0, 0], [0, 4, 2, 1]] and given.sizes.tolist() == [3, 1, 4]


def test_the_loss_is_pytorchs_cross_entropy():
    logits, targets = torch.randn(3, 1, 4), torch.tensor([[2], [3], [2]])
    expected = torch.nn.functional.cross_entropy(logits[:, 0], targets[:, 0], reduction="none")
    assert torch.allclose(TASK.loss(logits, targets)[:, 0], expected)


def test_a_result_is_shown_as_its_label():
    assert TASK.show(np.array([3]), KNOWN) == "yes"
