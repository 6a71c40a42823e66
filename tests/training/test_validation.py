import copy
import dataclasses
import math

import numpy as np
import pytest

from unrolled import kernels
from unrolled.api.model import model_of
from unrolled.datasets.text import TextDataset
from unrolled.engines import open_engine
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import BOUNDARY, NEVER, UNKNOWN
from unrolled.training.validation import validate


@pytest.fixture(scope="module")
def network(model):
    return open_engine("torch", model.bundle).network


def with_boundary(model, text):
    return np.concatenate([np.array([BOUNDARY], np.int32), model.vocabulary.encode(text)])


def bits(network, model, text, rows=None):
    ids = with_boundary(model, text)
    return validate(network, TASKS["language"], TextDataset(model.vocabulary, ids[:0], ids, ids[:0]), "valid", rows)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 1000])
def test_validation_in_one_row_is_the_score_of_the_text(network, model, text, size):
    assert bits(network, model, text[:size], 1) == pytest.approx(model.score(text[:size]).total_bits, rel=1e-5)


@pytest.mark.parametrize("rows", [2, 3, 7, 16])
def test_several_rows_come_close(network, model, text, rows):
    whole = model.score(text).total_bits
    assert abs(bits(network, model, text, rows) - whole) / len(text) < 0.01


@pytest.mark.parametrize("rows", [1, 2, 5, 64])
def test_every_target_counts_once_in_any_number_of_rows(network, model, text, rows):
    ignorant = copy.deepcopy(network)
    ignorant.head.weight.data.zero_()
    ignorant.head.bias.data.zero_()
    ignorant.unseen = 0.0
    assert bits(ignorant, model, text[:997], rows) == pytest.approx(997 * math.log2(len(model.vocabulary)), rel=1e-6)


def test_what_training_says_of_the_held_out_part_is_what_scoring_says(model, text):
    held_out = text[-math.ceil(0.1 * len(text)) :]
    assert model.record["split"]["valid"] == len(held_out) + 1
    narrow = kernels.arithmetic("auto", "auto") == "bf16"  # learns in bf16 and scores in fp32
    near = 2e-4 if narrow else 1e-5
    assert model.record["best"]["bits_per_char"] == pytest.approx(model.score(held_out).bits_per_char, rel=near)


def test_validation_keeps_no_gradients(network, model, text):
    bits(network, model, text[:300])
    assert all(parameter.grad is None for parameter in network.parameters())


@pytest.mark.parametrize("mass", [0.0, 0.004])
def test_validation_tells_of_what_never_occurred_what_scoring_tells(model, text, mass):
    tensors = {name: tensor.copy() for name, tensor in model.bundle.tensors.items()}
    tensors["head.bias"][[UNKNOWN, *model.vocabulary.encode("th")]] = NEVER
    known = {"text": dataclasses.replace(model.vocabulary, unseen=mass)}
    changed = model_of(dataclasses.replace(model.bundle, tensors=tensors, vocabularies=known))
    network = open_engine("torch", changed.bundle).network
    found = bits(network, changed, text[:300], 1)
    assert found == pytest.approx(changed.score(text[:300]).total_bits, rel=1e-5)
    assert (found < 1e5) == bool(mass)
