from dataclasses import replace

import numpy as np
import pytest
import torch

from unrolled.datasets.encoder_input import Ragged
from unrolled.datasets.examples import ExampleDataset, Examples
from unrolled.datasets.text import TextDataset
from unrolled.networks.modules import build
from unrolled.networks.modules.sampled_softmax import LARGE, Sampler, some_logits
from unrolled.networks.spec import EncoderSpec, NetworkSpec
from unrolled.tasks.base import negative_log_likelihood
from unrolled.text.vocabulary import BOUNDARY, NEVER, Vocabulary
from unrolled.training.objective import Objective
from unrolled.training.output_layer import FAINT, expect, make_sampler, mean_of, soften, unseen_mass, with_unseen


def test_padding_is_left_out_of_the_mean():
    losses = torch.tensor([[1.0, 3.0], [5.0, 100.0]])
    assert mean_of(losses, np.array([[True, True], [True, False]])).item() == 3
    assert mean_of(losses, None).item() == losses.mean().item()


COUNTS = np.array([10, 0, 30, 5, 0])
ENCODER = EncoderSpec("units", 16, 8, embedding_size=4)
NETWORKS = {
    "writes": NetworkSpec(5, 5, 4, "gru", 8, 1, 0.0),
    "tied": NetworkSpec(5, 5, 4, "lstm", 8, 1, 0.0, encoder=ENCODER, tied=True),
    "answers": NetworkSpec(16, 5, 4, "gru", 8, 1, 0.0, encoder=ENCODER, pooling="max"),
    **{
        kind: NetworkSpec(5, 5, 4, "gru", 8, 1, 0.0, encoder=EncoderSpec(kind, 16, 8, embedding_size=4))
        for kind in ("pixels", "features")
    },
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_head_begins_with_the_frequencies_of_its_units(name):
    network = build(NETWORKS[name])
    expect(network, COUNTS)
    shares = network.head.bias.detach().softmax(0)
    torch.testing.assert_close(shares, torch.from_numpy(COUNTS / COUNTS.sum()).float())
    assert network.head.bias[[1, 4]].tolist() == [torch.tensor(NEVER)] * 2


def test_units_begin_as_often_as_they_count_in_the_loss():
    network = build(NETWORKS["answers"])
    expect(network, COUNTS, torch.tensor([3.0, 9.0, 1.0, 6.0, 9.0]))
    shares = network.head.bias.detach().softmax(0)
    torch.testing.assert_close(shares, torch.tensor([1 / 3, 0, 1 / 3, 1 / 3, 0]))


@pytest.mark.parametrize("loss", ["whole", "smoothed", "fused", "sampled"])
def test_what_never_occurred_keeps_its_bias_and_its_weights_whatever_is_learnt(loss):
    network = build(NETWORKS["tied" if loss == "fused" else "writes"])
    expect(network, COUNTS)
    table = network.embedding.weight if loss == "fused" else network.head.weight
    before, rng = table.detach().clone(), torch.Generator().manual_seed(1)
    kind = torch.optim.SGD if loss == "sampled" else torch.optim.AdamW  # whose gradient is sparse
    optimizer = kind(network.parameters(), lr=0.1, weight_decay=0.0)
    for step in range(5):
        y, targets = torch.randn(4, 6, 8, generator=rng), torch.tensor([[0, 2, 3, 2, 2, 0]] * 4)
        optimizer.zero_grad()
        loss_of(loss, network, y, targets, step).backward()
        optimizer.step()
    assert network.head.bias[[1, 4]].tolist() == [torch.tensor(NEVER)] * 2
    torch.testing.assert_close(table[[1, 4]], before[[1, 4]])
    assert all(parameter.isfinite().all() for parameter in network.parameters())
    assert (table[[0, 2, 3]] != before[[0, 2, 3]]).any()


def loss_of(name, network, y, targets, step):
    if name == "fused":
        return network.head.loss(y.flatten(0, 1), targets.flatten(), 0.1)[0]
    if name == "sampled":
        units, logs = Sampler(COUNTS, COUNTS > 0).choose(targets.numpy(), np.random.default_rng(step))
        logits, targets = some_logits(network.head, y, targets, torch.from_numpy(units), torch.from_numpy(logs), "fp32")
        return negative_log_likelihood(logits, targets).mean()
    logits = network.head(y)
    losses = negative_log_likelihood(logits, targets)
    return Objective(0.1 if name == "smoothed" else 0.0)(losses, logits, targets, targets, None)


def split_of(text: str, unit: str = "char") -> TextDataset:
    vocabulary = Vocabulary(unit, tuple("abcdxyz"))
    ids = np.concatenate([np.array([BOUNDARY], np.int32), vocabulary.encode(text)])
    return TextDataset(vocabulary, ids, ids[:0], ids[:0])


@pytest.mark.parametrize(
    ("text", "mass"), [("ab" * 500 + "cd", 2 / 1002), ("ab" * 500, 1 / 1000), ("abc", 0.01), ("abcdxyz" * 9, 1 / 63)]
)
def test_what_never_occurred_is_as_likely_as_a_unit_that_occurred_once(text, mass):
    network, split = build(NetworkSpec(9, 9, 4, "gru", 8, 1, 0.0)), split_of(text)
    assert unseen_mass(network, split) == 0  # nothing is known of what occurs
    expect(network, split.counts())
    assert unseen_mass(network, split) == pytest.approx(min(mass, 0.01))


def test_what_chooses_units_chooses_what_occurred_here_or_before():
    split = split_of("abc" * 50)
    split = replace(split, vocabulary=Vocabulary("char", tuple(map(chr, range(97, 97 + LARGE)))))
    network = build(NetworkSpec(len(split.vocabulary), len(split.vocabulary), 4, "gru", 8, 1, 0.0))
    expect(network, split.counts())
    with torch.no_grad():
        network.head.bias[500] = -3.0  # of a model that went before
    units, _ = make_sampler(split, network).choose(np.array([2]), np.random.default_rng(1))
    assert units.tolist() == [2, 3, 4, 500]


def test_the_vocabulary_of_the_targets_tells_the_mass():
    source, target = Vocabulary("char", ("a",)), Vocabulary("char", ("a",))
    split = ExampleDataset(
        {"source": source, "target": target}, "target", *[Examples(Ragged.of([]), Ragged.of([]))] * 3
    )
    told = with_unseen(split, 0.003)
    assert (told["source"].unseen, told["target"].unseen) == (0, 0.003) and told["target"] == target


@pytest.mark.parametrize("name", NETWORKS)
def test_a_heads_own_weights_begin_small(name):
    network, plain = build(NETWORKS[name]), build(NETWORKS[name])
    soften(network)
    torch.testing.assert_close(network.head.weight, plain.head.weight * (1 if name == "tied" else FAINT))
