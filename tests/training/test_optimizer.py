import pytest
import torch

from unrolled.networks.modules import build
from unrolled.networks.modules.sampled_softmax import LARGE
from unrolled.networks.spec import NetworkSpec
from unrolled.training.optimizer import (
    clip_gradients,
    load_optimizer_state,
    make_optimizers,
    optimizer_state,
    update,
)


@pytest.fixture
def network():
    return build(NetworkSpec(9, 9, 4, "gru", 8, 2, 0.0), seed=1)


def fill_gradients(network, value):
    for parameter in network.parameters():
        parameter.grad = torch.full_like(parameter, value)


def test_weight_decay_acts_on_matrices_but_not_on_biases_and_embeddings(network):
    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    fill_gradients(network, 0.0)
    update(network, make_optimizers(network, "adamw", weight_decay=0.5), learning_rate=0.1, clip=1.0)
    for name, parameter in network.named_parameters():
        still = parameter.ndim < 2 or name == "embedding.weight"
        torch.testing.assert_close(parameter.detach(), before[name] * (1 if still else 1 - 0.1 * 0.5))


@pytest.mark.parametrize("name", ["muon", "adamw"])
def test_every_parameter_is_in_one_group(network, name):
    groups = [group for optimizer in make_optimizers(network, name, 0.1) for group in optimizer.param_groups]
    assert sorted(id(p) for group in groups for p in group["params"]) == sorted(map(id, network.parameters()))


def test_muon_has_the_matrices_of_the_stack_and_no_others(network):
    _, muon = make_optimizers(network, "muon", 0.1)
    named = {id(p): name for name, p in network.named_parameters()}
    found = {named[id(p)] for group in muon.param_groups for p in group["params"]}
    assert found == {f"rnn.weight_{kind}_l{layer}" for kind in ("ih", "hh") for layer in (0, 1)}


def test_the_learning_rate_is_that_of_the_step(network):
    optimizers = make_optimizers(network, "adamw", 0.0)
    for rate in (0.1, 0.001):
        before = network.head.bias.detach().clone()
        fill_gradients(network, 1e-3)
        update(network, optimizers, rate, clip=100.0)
        torch.testing.assert_close(before - network.head.bias.detach(), torch.full((9,), rate), rtol=1e-3, atol=0)


def test_gradients_are_clipped_to_a_norm(network):
    optimizers = make_optimizers(network, "adamw", 0.0)
    fill_gradients(network, 100.0)
    update(network, optimizers, 0.1, clip=0.5)
    moments = [optimizers[0].state[p]["exp_avg"] / (1 - 0.9) for p in network.parameters()]
    assert torch.cat([m.flatten() for m in moments]).norm() == pytest.approx(0.5, rel=1e-3)


def test_sparse_gradients_count_in_the_norm_once_for_each_row(network):
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    table = network.embedding.weight
    table.grad = torch.sparse_coo_tensor(
        torch.tensor([[2, 2]]), torch.full((2, 4), 1.0), table.shape, check_invariants=True
    )
    network.head.bias.grad = torch.full_like(network.head.bias, 1.0)
    clip_gradients(network, 0.5)
    torch.testing.assert_close(table.grad.to_dense()[2], torch.full((4,), 2 * 0.5 / 5))  # of a norm of 4 and 3
    torch.testing.assert_close(network.head.bias.grad, torch.full((9,), 0.5 / 5))


def test_the_tables_of_a_large_vocabulary_move_by_rows():
    large = build(NetworkSpec(LARGE, LARGE, 4, "gru", 8, 1, 0.0), seed=1)
    *_, rows = make_optimizers(large, "muon", 0.1)
    assert {id(p) for p in rows.param_groups[0]["params"]} == {id(large.embedding.weight), id(large.head.weight)}


def test_gradients_are_gone_afterwards(network):
    fill_gradients(network, 1.0)
    update(network, make_optimizers(network, "adamw", 0.0), 0.1, 1.0)
    assert all(parameter.grad is None for parameter in network.parameters())


@pytest.mark.parametrize("name", ["muon", "adamw"])
def test_an_optimizer_goes_on_as_if_nothing_had_happened(network, name):
    def steps(network, optimizers, count):
        for n in range(count):
            fill_gradients(network, 0.1 * (n + 1))
            update(network, optimizers, 0.01, 1.0)

    other = build(network.spec, seed=1)
    optimizers, restored = make_optimizers(network, name, 0.1), make_optimizers(other, name, 0.1)
    assert optimizer_state(optimizers) == {}
    steps(network, optimizers, 3)
    other.load_state_dict(network.state_dict())
    load_optimizer_state(restored, {key: each.clone() for key, each in optimizer_state(optimizers).items()})
    steps(network, optimizers, 2)
    steps(other, restored, 2)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), other.parameters(), strict=True))
