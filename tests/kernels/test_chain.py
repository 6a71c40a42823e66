import numpy as np
import pytest

from unrolled.kernels.chain import PackedChain
from unrolled.kernels.structures import Filters
from unrolled.networks.markov import Chain, count

IDS = 19


@pytest.fixture
def chain() -> Chain:
    return Chain(count(np.random.default_rng(0).integers(0, IDS, 2000).astype(np.int32), IDS, 4), IDS, "kneser-ney")


def packed(library, chain: Chain) -> PackedChain:
    return PackedChain(
        library, [(each.starts, each.units, each.shares, each.sums, each.left) for each in chain.levels], IDS
    )


def filters(**options) -> Filters:
    return Filters(**{"temperature": 1.0, "top_p": 1.0, "min_p": 0.0, "top_k": 0, "special": 2, **options})


@pytest.mark.parametrize("smoothing", ["kneser-ney", "none"])
def test_the_last_logits_are_those_of_numpy_at_the_last_nodes(library, smoothing):
    ids = np.random.default_rng(0).integers(0, IDS, 2000).astype(np.int32)
    chain = Chain(count(ids, IDS, 4, smoothing), IDS, smoothing)
    nodes = chain.read(ids[None, :9], chain.start(1))[:, -1]
    uniforms = np.random.default_rng(1).random((1, 50))
    drawn, last, after = packed(library, chain).draw(np.log(chain.predict(nodes)), nodes, filters(), uniforms, 1)
    assert np.array_equal(after, chain.read(drawn, nodes)[:, -1])
    np.testing.assert_allclose(last, np.log(chain.predict(after)), rtol=1e-6)


def test_a_row_does_not_depend_on_the_rows_beside_it(library, chain):
    nodes = chain.read(np.arange(13, dtype=np.int32)[:, None], chain.start(13))[:, -1]
    logits, uniforms = np.log(chain.predict(nodes)), np.random.default_rng(1).random((13, 30))
    together = packed(library, chain).draw(logits, nodes, filters(), uniforms, 3)
    for row in range(13):
        one = slice(row, row + 1)
        alone = packed(library, chain).draw(logits[one], nodes[one], filters(), uniforms[one], 1)
        assert all(np.array_equal(a[0], b[row]) for a, b in zip(alone, together, strict=True))


def test_the_boundary_begins_a_document_anew(library, chain):
    nodes = chain.read(np.array([[5, 6, 7]], np.int32), chain.start(1))[:, -1]
    only_end = np.full((1, IDS), -np.inf, np.float32)
    only_end[0, 0] = 0
    drawn, _, after = packed(library, chain).draw(only_end, nodes, filters(ends=1), np.array([[0.5]]), 1)
    assert drawn.tolist() == [[0]] and after.tolist() == [[0, 0, -1, -1]]


def test_the_given_nodes_stay_as_they_are(library, chain):
    nodes = chain.start(1)
    before = nodes.copy()
    packed(library, chain).draw(np.log(chain.predict(nodes)), nodes, filters(), np.full((1, 9), 0.5), 1)
    assert np.array_equal(nodes, before)


@pytest.mark.parametrize("ends", [0, 1])
@pytest.mark.parametrize("order", [1, 2, 5])
def test_the_search_at_temperature_one_finds_what_the_sum_over_all_ids_finds(library, order, ends):
    ids = np.random.default_rng(0).integers(0, IDS, 500).astype(np.int32)
    chain = Chain(count(ids, IDS, order), IDS, "kneser-ney")
    nodes = chain.read(np.array([[0, 3]], np.int32), chain.start(1))[:, -1]
    uniforms = np.random.default_rng(1).random((1, 300))
    fast = packed(library, chain).draw(np.log(chain.predict(nodes)), nodes, filters(ends=ends), uniforms, 1)[0][0]
    for drawn, uniform in zip(fast, uniforms[0], strict=True):
        shares = chain.predict(nodes)[0]
        shares[0 if not ends else 1] = 0
        shares[1] = 0
        assert drawn == np.flatnonzero(np.cumsum(shares) > uniform * shares.sum())[0]
        nodes = chain.read(np.array([[drawn]], np.int32), nodes)[:, -1]


@pytest.mark.parametrize("unit", [IDS, 2**30, -1])
def test_a_unit_that_would_lead_out_of_an_array_is_never_packed(library, chain, unit):
    levels = [[each.starts, each.units.copy(), each.shares, each.sums, each.left] for each in chain.levels]
    levels[1][1][-1] = unit
    with pytest.raises(ValueError, match="ids go from"):
        PackedChain(library, levels, IDS)


@pytest.mark.parametrize("part", range(5))
@pytest.mark.parametrize("level", range(4))
def test_a_table_of_another_length_is_never_packed(library, chain, part, level):
    levels = [[each.starts, each.units, each.shares, each.sums, each.left] for each in chain.levels]
    levels[level][part] = levels[level][part][:-1]
    with pytest.raises(ValueError, match="must"):
        PackedChain(library, levels, IDS)


def test_starts_that_fall_are_never_packed(library, chain):
    levels = [[each.starts.copy(), each.units, each.shares, each.sums, each.left] for each in chain.levels]
    levels[2][0][1] = levels[2][0][2] + 1
    with pytest.raises(ValueError, match="must rise"):
        PackedChain(library, levels, IDS)


@pytest.mark.parametrize("node", [2**40, -(2**40), -2])
@pytest.mark.parametrize("place", range(4))
def test_nodes_that_are_none_never_reach_c(library, chain, node, place):
    nodes = chain.start(1)
    nodes[0, place] = node
    with pytest.raises(ValueError, match="nodes go from"):
        packed(library, chain).draw(np.zeros((1, IDS), np.float32), nodes, filters(), np.full((1, 9), 0.5), 1)


def test_fewer_nodes_never_reach_c(library, chain):
    with pytest.raises(ValueError, match="the nodes"):
        packed(library, chain).draw(
            np.zeros((1, IDS), np.float32), chain.start(1)[:, :2], filters(), np.full((1, 9), 0.5), 1
        )


@pytest.mark.wrong_arrays
def test_nodes_starts_and_filters_that_are_no_whole_numbers_never_reach_c(library, chain):
    good, logits, uniforms = chain.start(1), np.zeros((1, IDS), np.float32), np.full((1, 9), 0.5)
    with pytest.raises(ValueError, match="the nodes are float64; they must be integers"):
        packed(library, chain).draw(logits, np.where(good < 0, np.nan, good), filters(), uniforms, 1)
    with pytest.raises(ValueError, match="special"):
        packed(library, chain).draw(logits, good, filters(special=-3), uniforms, 1)
    levels = [[each.starts, each.units, each.shares, each.sums, each.left] for each in chain.levels]
    levels[1][0] = levels[1][0].astype(float)
    with pytest.raises(ValueError, match="the starts are float64; they must be integers"):
        PackedChain(library, levels, IDS)
