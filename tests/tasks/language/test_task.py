import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.datasets.dataset import ReadRequest
from unrolled.errors import OptionError
from unrolled.networks.spec import NetworkSpec
from unrolled.tasks.language.task import Language
from unrolled.text.vocabulary import BOUNDARY, Vocabulary

TASK = Language()
OPTIONS = ModelOptions(unit="char", cell="gru", hidden_size=16, layers=2, embedding_size=8, dropout=0.1)
logits_and_targets = st.tuples(
    arrays.arrays(np.float64, (2, 3, 5), elements=st.floats(-1000, 1000)),
    arrays.arrays(np.int64, (2, 3), elements=st.integers(0, 4)),
)


def test_a_text_is_read_into_ids_to_train_on_and_to_hold_out():
    request = ReadRequest(ReadOptions(), OPTIONS, TrainOptions(valid=0.2))
    split = TASK.read(["abcdefghijklmnopqrs"], request).split
    assert split.vocabulary.decode(split.train.tolist()) == "abcdefghijklmnop"
    assert split.vocabulary.decode(split.valid.tolist()) == "qrs\n"


def test_the_network_predicts_the_vocabulary_that_it_reads():
    spec = TASK.network(OPTIONS, {"text": Vocabulary("char", ("a", "b", "c"))})
    assert spec == NetworkSpec(5, 5, embedding_size=8, cell="gru", hidden_size=16, layers=2, dropout=0.1)


@pytest.mark.parametrize("gap", ["hidden_size", "layers", "embedding_size", "dropout"])
def test_options_with_a_gap_make_no_network(gap):
    whole = {"hidden_size": 16, "layers": 2, "embedding_size": 8, "dropout": 0.1}
    with pytest.raises(OptionError, match="nothing says"):
        TASK.network(ModelOptions(**{**whole, gap: None}), {"text": Vocabulary("char", ("a",))})


@given(logits_and_targets)
def test_the_loss_is_pytorchs_cross_entropy(drawn):
    logits, targets = map(torch.from_numpy, drawn)
    expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    assert torch.allclose(TASK.loss(logits, targets), expected.view(2, 3), rtol=1e-12, atol=1e-9)


def test_a_network_that_knows_nothing_loses_the_vocabularys_nats():
    loss = TASK.loss(torch.zeros(1, 4, 7), torch.tensor([[0, 2, 5, 6]]))
    assert loss.tolist() == [pytest.approx([math.log(7)] * 4)]


def test_ids_are_shown_as_their_text():
    assert TASK.show([BOUNDARY, 3, 2], {"text": Vocabulary("char", ("a", "b"))}) == "ba"
