import dataclasses

import numpy as np
import pytest
import torch

from unrolled.cells import CELLS
from unrolled.layers import build
from unrolled.tasks.base import NetworkSpec

SPEC = NetworkSpec(inputs=11, outputs=11, embedding_size=6, cell="lstm", hidden_size=16, layers=2, dropout=0.5)
SPECS = [
    dataclasses.replace(SPEC, cell=cell, embedding_size=embedding) for cell in sorted(CELLS) for embedding in (6, 0)
]
IDS = torch.randint(11, (3, 9), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.cell}-{spec.embedding_size}")
def test_the_past_does_not_change_with_the_future(spec):
    network = build(spec)
    changed = IDS.clone()
    changed[:, 5:] = (changed[:, 5:] + 1) % 11
    one, _ = network(IDS, network.start(3))
    other, _ = network(changed, network.start(3))
    assert torch.equal(one[:, :5], other[:, :5])
    assert not torch.allclose(one[:, 5:], other[:, 5:])


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.cell}-{spec.embedding_size}")
def test_a_table_of_all_ids_is_the_same_as_one_by_one(spec):
    network = build(spec)
    many = network.first_layer(IDS.t())
    few = torch.stack([network.first_layer(ids[None])[0] for ids in IDS.t()])
    torch.testing.assert_close(many, few, atol=1e-6, rtol=0)


def test_a_row_does_not_see_the_rows_beside_it():
    network = build(SPEC)
    together, _ = network(IDS, network.start(3))
    for row in range(3):
        alone, _ = network(IDS[[row]], network.start(1))
        torch.testing.assert_close(alone[0], together[row], atol=1e-6, rtol=0)


def test_the_same_seed_builds_the_same_network():
    one, two, other = (build(SPEC, seed).state_dict() for seed in (4, 4, 5))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["head.weight"], other["head.weight"])


def test_recurrences_begin_orthogonal():
    for block in build(SPEC).state_dict()["rnn.weight_hh_l1"].split(16):
        torch.testing.assert_close(block @ block.T, torch.eye(16), atol=1e-5, rtol=0)


def test_an_lstm_remembers_at_first():
    bias = build(SPEC).state_dict()["rnn.bias_ih_l0"]
    assert bias[16:32].mean() > 0.7
    assert abs(bias[:16].mean()) < 0.3


def test_dropout_needs_a_chance():
    network = build(SPEC)
    quiet = [network(IDS, network.start(3))[0] for _ in range(2)]
    loud = network(IDS, network.start(3), np.random.Generator(np.random.SFC64(1)))[0]
    assert torch.equal(*quiet)
    assert not torch.allclose(quiet[0], loud)


def test_turning_the_kernels_off_changes_rounding_alone():
    with_kernels, without = build(SPEC, 1), build(SPEC, 1, native=False)
    torch.testing.assert_close(
        with_kernels(IDS, with_kernels.start(3))[0], without(IDS, without.start(3))[0], atol=1e-5, rtol=0
    )
