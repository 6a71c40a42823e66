import numpy as np
import pytest

from unrolled.config import ModelOptions
from unrolled.datasets.encoder_input import side_by_side
from unrolled.engines import ENGINES, open_reader
from unrolled.engines.base import select, step
from unrolled.engines.reader import Answers
from unrolled.model_file.bundle import Bundle
from unrolled.networks.modules import build
from unrolled.tasks import TASKS
from unrolled.text.vocabulary import Vocabulary

SIZES = {"hidden_size": 12, "layers": 2, "directions": 2, "embedding_size": 5, "dropout": 0.0}
SOURCES = [np.array(each, np.int32) for each in ([3, 4, 5, 6, 0], [7, 0], [8, 2, 2, 0])]


@pytest.fixture(params=["dot", "additive"])
def bundle(request):
    known = {"source": Vocabulary("char", tuple("abcdefgh")), "target": Vocabulary("char", tuple("uvwxyz"))}
    options = ModelOptions(task="translate", cell="lstm", attention=request.param, **SIZES)
    network = build(TASKS["translate"].network(options, known), seed=1)
    return Bundle({name: 2 * each.numpy() for name, each in network.state_dict().items()}, options, known)


@pytest.fixture(params=sorted(ENGINES))
def engine(request, bundle):
    """Each engine under three sources."""
    return open_reader(request.param, bundle).encode(side_by_side(SOURCES))


def test_chosen_rows_keep_their_sources(engine):
    ids = np.array([[0, 2, 3]] * 3, np.int32)
    _, state = engine.scan(ids, engine.start(3))
    after, _ = step(engine, np.array([4, 4, 4], np.int32), state)
    rows = np.array([2, 0, 0, 1, 2])
    chosen, kept = step(engine, np.full(5, 4, np.int32), select(state, rows))
    np.testing.assert_allclose(chosen, after[rows], atol=1e-6)
    assert kept["source"].tolist() == rows.tolist()


def test_a_source_beside_others_is_read_like_the_source_alone(engine, request, bundle):
    ids, name = np.array([[0, 2, 3, 4]], np.int32), request.node.callspec.params["engine"]
    together, _ = engine.scan(np.repeat(ids, 3, 0), engine.start(3))
    for row, source in enumerate(SOURCES):
        alone = open_reader(name, bundle).encode(side_by_side([source]))
        np.testing.assert_allclose(alone.scan(ids, alone.start(1))[0][0], together[row], atol=1e-5)


def test_one_source_serves_many_rows(bundle):
    engine = open_reader("reference", bundle).encode(side_by_side(SOURCES[:1]))
    logits, state = engine.scan(np.array([[0], [0]], np.int32), engine.start(2))
    assert np.array_equal(logits[0], logits[1]) and state["source"].tolist() == [0, 0]


def test_where_it_looked_sums_to_one_and_is_nothing_at_padding(engine):
    _, state = engine.scan(np.array([[0, 2, 3]] * 3, np.int32), engine.start(3))
    weights = state["attention"]
    assert weights.shape == (3, 3, 5)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)
    for row, source in enumerate(SOURCES):
        assert not weights[row, :, len(source) :].any() and weights[row, :, : len(source)].min() > 0


def test_every_engine_looks_at_the_same_places(bundle):
    found = []
    for name in sorted(ENGINES):
        engine = open_reader(name, bundle).encode(side_by_side(SOURCES))
        found.append(engine.scan(np.array([[0, 2, 3]] * 3, np.int32), engine.start(3))[1]["attention"])
    for each in found[1:]:
        np.testing.assert_allclose(each, found[0], atol=1e-5)


def test_answers_are_given_one_after_another_whatever_is_read():
    logits = np.random.default_rng(1).normal(size=(2, 3, 4)).astype(np.float32)
    engine = Answers(logits)
    whole, _ = engine.scan(np.array([[5, 6, 7], [1, 1, 1]], np.int32), engine.start(2))
    assert np.array_equal(whole, logits)
    first, state = step(engine, np.zeros(2, np.int32), engine.start(2))
    second, _ = step(engine, np.zeros(2, np.int32), select(state, np.array([1, 0])))
    assert np.array_equal(first, logits[:, 0]) and np.array_equal(second, logits[::-1, 1])
