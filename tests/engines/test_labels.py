import numpy as np
import pytest
import torch

from unrolled.config import ModelOptions
from unrolled.engines import open_engine
from unrolled.engines.labels import START, ids_of, with_labels
from unrolled.errors import OptionError
from unrolled.model_file.bundle import Bundle
from unrolled.networks.cells import CELLS
from unrolled.networks.modules import build
from unrolled.networks.modules.base import Source
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import Vocabulary

LABELS = Vocabulary("label", ("author=Austen", "author=Carroll", "year=1865"))
VOCABULARIES = {"text": Vocabulary("char", tuple("abcdef")), "labels": LABELS}


def bundle_of(cell: str, layers: int = 2) -> Bundle:
    config = ModelOptions(unit="char", cell=cell, hidden_size=16, layers=layers, embedding_size=4, dropout=0.0)
    network = build(TASKS["language"].network(config, VOCABULARIES), seed=3)
    return Bundle({k: v.detach().numpy() for k, v in network.state_dict().items()}, config, VOCABULARIES)


@pytest.mark.parametrize("cell", sorted(CELLS))
@pytest.mark.parametrize("engine", ["reference", "native", "torch"])
def test_every_engine_under_a_label_is_the_network_that_was_trained_with_it(cell, engine):
    bundle = bundle_of(cell)
    network = build(TASKS["language"].network(bundle.config, VOCABULARIES))
    network.load_state_dict({name: torch.from_numpy(array) for name, array in bundle.tensors.items()})
    ids = np.array([[0, 2, 3, 4, 2]], np.int32)
    encoded = network.encode(Source(torch.tensor([[3, 0]])))
    with torch.no_grad():
        expected, _ = network(torch.from_numpy(ids).long(), network.start(1, encoded), encoded=encoded)
    opened = open_engine(engine, with_labels(bundle, ["author=Carroll"]))
    logits, _ = opened.scan(ids, opened.start(1))
    np.testing.assert_allclose(logits, expected.numpy(), atol=1e-5)


def test_a_label_changes_the_first_state():
    starts = [
        with_labels(bundle_of("lstm"), where).tensors[START + "h"] for where in (["author=Austen"], ["author=Carroll"])
    ]
    assert not np.allclose(*starts)


def test_a_column_that_is_not_named_stays_open():
    assert ids_of(LABELS, []) == [0, 0]
    assert ids_of(LABELS, ["year=1865"]) == [0, 4]


def test_an_unknown_label_is_told_with_its_neighbours():
    with pytest.raises(OptionError, match=r"no label 'author=Carol'; try author=Carroll"):
        ids_of(LABELS, ["author=Carol"])


def test_a_model_without_labels_takes_none():
    bundle = bundle_of("gru")
    plain = Bundle(bundle.tensors, bundle.config, {"text": VOCABULARIES["text"]})
    with pytest.raises(OptionError, match="learnt no labels"):
        with_labels(plain, ["author=Austen"])
    assert with_labels(plain, []) is plain
