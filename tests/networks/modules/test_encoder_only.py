import pytest
import torch

from unrolled.networks.modules import EncoderOnlyNetwork, build
from unrolled.networks.modules.base import Source
from unrolled.networks.modules.encoder import Places
from unrolled.networks.modules.encoder_only import pool
from unrolled.networks.shapes import POOLED
from unrolled.networks.spec import EncoderSpec, NetworkSpec

SIZES = [4, 1, 3]


def places_of(padded: bool) -> Places:
    """Three sources of up to four places, with large numbers where nothing is."""
    places = torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(1))
    real = torch.arange(4) < torch.tensor(SIZES)[:, None]
    places[~real] = 100.0
    return Places(places, real if padded else None, torch.randn(3, 5, generator=torch.Generator().manual_seed(2)))


def test_each_way_of_pooling_is_what_its_name_says():
    found = places_of(padded=True)
    rows = [found.places[row, :size] for row, size in enumerate(SIZES)]
    mean, most = torch.stack([row.mean(0) for row in rows]), torch.stack([row.amax(0) for row in rows])
    assert torch.allclose(pool(found, "mean")[:, 0], mean, atol=1e-6)
    assert torch.equal(pool(found, "max")[:, 0], most)
    assert torch.equal(pool(found, "last")[:, 0], found.whole)
    assert torch.allclose(pool(found, "all")[:, 0], torch.cat([found.whole, most, mean], 1), atol=1e-6)
    assert torch.equal(pool(found, "each"), found.places)


def test_where_nothing_is_padded_all_places_count():
    found = places_of(padded=False)
    assert torch.allclose(pool(found, "mean")[:, 0], found.places.mean(1), atol=1e-5)
    assert torch.equal(pool(found, "max")[:, 0], found.places.amax(1))


@pytest.fixture(params=sorted(POOLED))
def network(request) -> EncoderOnlyNetwork:
    encoder = EncoderSpec("units", 9, 4, 5, "lstm", 1, 2)
    return build(
        NetworkSpec(9, 7, 5, "lstm", 4, 1, 0.3, encoder=encoder, pooling=request.param), seed=1, precision="off"
    )


def test_it_has_one_answer_for_a_source_or_one_for_each_place(network):
    encoded = network.encode(Source(torch.tensor([[2, 3, 4], [5, 0, 0]]), torch.tensor([3, 1])))
    logits, state = network(torch.zeros(2, 1, dtype=torch.long), network.start(2, encoded), encoded=encoded)
    assert logits.shape == (2, 3 if network.spec.pooling == "each" else 1, 7)
    assert state == network.start(2) == {}


def test_padding_changes_no_answer(network):
    sizes = torch.tensor([3, 1])
    one, other = (network.encode(Source(torch.tensor([[2, 3, 4], [5, unit, unit]]), sizes)).answers for unit in (0, 8))
    assert torch.equal(one[0], other[0]) and torch.equal(one[1, :1], other[1, :1])


def test_the_ids_do_not_matter(network):
    encoded = network.encode(Source(torch.tensor([[2, 3]]), torch.tensor([2])))
    one, other = (network(torch.full((1, 1), unit), {}, encoded=encoded)[0] for unit in (0, 4))
    assert torch.equal(one, other)


def test_its_head_starts_as_wide_as_what_it_reads(network):
    bound = (POOLED[network.spec.pooling] * 8) ** -0.5
    assert 0.7 * bound < network.head.weight.abs().max() <= bound
