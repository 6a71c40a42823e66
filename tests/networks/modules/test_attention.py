import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from unrolled.networks.modules import build
from unrolled.networks.modules.attention import Attention, AttentionMemory
from unrolled.networks.modules.base import Source
from unrolled.networks.spec import EncoderSpec, NetworkSpec

HIDDEN, WIDTH = 6, 10
ways = pytest.mark.parametrize("way", ["dot", "additive"])


def attention_of(way: str, seed: int = 1) -> Attention:
    made = Attention(way, HIDDEN, WIDTH, "off")
    rng = torch.Generator().manual_seed(seed)
    for parameter in made.parameters():
        parameter.data.normal_(generator=rng)
    return made


def real_of(sizes: list[int]) -> Tensor:
    return torch.arange(max(sizes)) < torch.tensor(sizes)[:, None]


def noise(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def plainly(attention: Attention, h: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
    """What one output h [H] reads of places [S, E], in a loop, and the weights."""
    scores = []
    for place in places:
        key = attention.key.weight @ place
        if attention.query is None:
            scores.append(key @ h)
        else:
            query = attention.query.weight @ h + attention.query.bias
            scores.append(attention.score @ torch.tanh(key + query))
    powers = [torch.exp(score) for score in scores]
    weights = [power / sum(powers) for power in powers]
    read = sum(weight * (attention.value.weight @ place) for weight, place in zip(weights, places, strict=True))
    return torch.tanh(attention.hidden.weight @ h + attention.hidden.bias + read), torch.stack(weights)


@ways
@given(st.lists(st.integers(1, 7), min_size=1, max_size=4))
@settings(deadline=None, max_examples=25)
def test_weights_sum_to_one_and_are_nothing_at_padding(way, sizes):
    attention = attention_of(way)
    memory = attention.memory(noise(len(sizes), max(sizes), WIDTH), real_of(sizes))
    _, weights = attention(noise(3, len(sizes), HIDDEN), memory)
    assert torch.allclose(weights.sum(-1), torch.ones(len(sizes), 3), atol=1e-6)
    assert not weights.masked_select(~real_of(sizes)[:, None].expand_as(weights)).any()


@ways
def test_it_reads_what_a_plain_loop_reads(way):
    attention, sizes = attention_of(way), [4, 1, 5]
    h, places = noise(2, 3, HIDDEN), noise(3, 5, WIDTH)
    z, weights = attention(h, attention.memory(places, real_of(sizes)))
    for step in range(2):
        for row, size in enumerate(sizes):
            wanted, shares = plainly(attention, h[step, row], places[row, :size])
            assert torch.allclose(z[step, row], wanted, atol=1e-5)
            assert torch.allclose(weights[row, step, :size], shares, atol=1e-5)


@ways
def test_without_padding_no_mask_is_needed(way):
    attention, h, places = attention_of(way), noise(2, 3, HIDDEN), noise(3, 5, WIDTH)
    masked = attention(h, attention.memory(places, real_of([5, 5, 5])))
    assert all(map(torch.equal, attention(h, attention.memory(places, None)), masked))


def test_a_memory_of_some_rows_has_their_places():
    memory = AttentionMemory(noise(3, 4, 2), noise(3, 4, 2) + 1, real_of([4, 1, 2]))
    some = memory.of(torch.tensor([2, 2, 0]))
    assert torch.equal(some.keys, memory.keys[[2, 2, 0]])
    assert torch.equal(some.values, memory.values[[2, 2, 0]])
    assert some.real.sum(1).tolist() == [2, 2, 4]
    assert AttentionMemory(memory.keys, memory.values).of(torch.tensor([1])).real is None


@pytest.fixture(params=["none", "dot", "additive"])
def network(request):
    """A network that writes from a source, in two layers."""
    encoder = EncoderSpec("units", 9, 4, 5, "gru", 2, 2)
    return build(
        NetworkSpec(9, 9, 5, "gru", 8, 2, 0.3, encoder=encoder, attention=request.param), seed=3, precision="off"
    )


def logits_of(network, source: list[list[int]], sizes: list[int], ids: list[list[int]]) -> Tensor:
    encoded = network.encode(Source(torch.tensor(source), torch.tensor(sizes)))
    with torch.no_grad():
        return network(torch.tensor(ids), network.start(len(ids), encoded), encoded=encoded)[0]


def test_a_later_unit_changes_nothing_before_it(network):
    one = logits_of(network, [[2, 3, 4]], [3], [[0, 5, 6, 7]])
    other = logits_of(network, [[2, 3, 4]], [3], [[0, 5, 8, 7]])
    assert torch.equal(one[:, :2], other[:, :2])
    assert (one[:, 2:] - other[:, 2:]).abs().amax(-1).min() > 1e-5


def test_what_stands_behind_a_source_changes_nothing(network):
    ids = [[0, 5, 6], [0, 5, 6]]
    one = logits_of(network, [[2, 3, 4, 5], [2, 3, 0, 0]], [4, 2], ids)
    other = logits_of(network, [[2, 3, 4, 5], [2, 3, 7, 8]], [4, 2], ids)
    assert torch.equal(one, other)


def test_every_unit_of_a_source_changes_what_is_written(network):
    one = logits_of(network, [[2, 3, 4, 5]], [4], [[0, 5]])
    for place in range(4):
        source = [2, 3, 4, 5]
        source[place] = 8
        assert (logits_of(network, [source], [4], [[0, 5]]) - one).abs().max() > 1e-6


def test_the_weights_are_given_to_who_wants_them(network):
    encoded = network.encode(Source(torch.tensor([[2, 3, 4]]), torch.tensor([3])))
    looked: list[Tensor] = []
    wanted = type(encoded)(first=encoded.first, memory=encoded.memory, looked=looked)
    network(torch.tensor([[0, 5]]), network.start(1, encoded), encoded=wanted)
    assert [tuple(each.shape) for each in looked] == ([] if network.attention is None else [(1, 2, 3)])
