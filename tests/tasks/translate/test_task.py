import dataclasses

import pytest
import torch

from unrolled.config import ModelOptions, ReadOptions, TrainOptions
from unrolled.datasets.dataset import ReadRequest
from unrolled.errors import OptionError
from unrolled.tasks.translate.task import Translate
from unrolled.text.vocabulary import BOUNDARY, Vocabulary

TASK = Translate()
SIZES = {"hidden_size": 16, "layers": 2, "embedding_size": 8, "dropout": 0.1, "directions": 2}
OPTIONS = ModelOptions(task="translate", unit="char", cell="gru", attention="dot", **SIZES)
KNOWN = {"source": Vocabulary("char", tuple("abc")), "target": Vocabulary("char", tuple("uvwx"))}


def test_pairs_are_read():
    reading = TASK.read(["ab\tvu", "ba\tuv"] * 5, ReadRequest(ReadOptions(), OPTIONS, TrainOptions(valid=0.2)))
    assert reading.split.vocabularies["target"].units == ("u", "v")
    assert reading.split.target == "target" and len(reading.split.valid) == 2


def test_the_network_reads_one_vocabulary_and_writes_the_other():
    spec = TASK.network(OPTIONS, KNOWN)
    assert (spec.encoder.inputs, spec.inputs, spec.outputs) == (5, 6, 6)
    assert (spec.attention, spec.pooling, spec.feedback) == ("dot", "none", True)
    assert not TASK.network(dataclasses.replace(OPTIONS, feedback="none"), KNOWN).feedback


@pytest.mark.parametrize("directions", [1, 2])
def test_what_is_remembered_of_a_place_is_as_wide_as_the_network(directions):
    assert TASK.network(dataclasses.replace(OPTIONS, directions=directions), KNOWN).encoder.width == 16


def test_one_vocabulary_has_one_embedding():
    same = {"source": KNOWN["target"], "target": Vocabulary("char", tuple("uvwx"))}
    assert TASK.network(OPTIONS, same).encoder.shared and not TASK.network(OPTIONS, KNOWN).encoder.shared


@pytest.mark.parametrize("gap", [*SIZES, "attention"])
def test_options_with_a_gap_make_no_network(gap):
    with pytest.raises(OptionError, match="nothing says"):
        TASK.network(dataclasses.replace(OPTIONS, **{gap: None}), KNOWN)


def test_a_source_ends_with_the_boundary():
    given = TASK.encode_sources(["ab", ""], OPTIONS, KNOWN)
    assert given.values.tolist() == [[2, 3, BOUNDARY], [BOUNDARY, 0, 0]] and given.sizes.tolist() == [3, 1]


def test_the_loss_is_pytorchs_cross_entropy():
    logits, targets = torch.randn(3, 2, 6), torch.randint(6, (3, 2))
    expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    assert torch.allclose(TASK.loss(logits, targets).flatten(), expected, atol=1e-6)


def test_a_result_is_shown_as_its_text():
    assert TASK.show([3, 2, BOUNDARY], KNOWN) == "vu"
