"""What tests of searches share: a network so small that everything can be tried."""

from collections.abc import Callable

import numpy as np
import pytest

from unrolled.engines.base import Engine, check_like, step
from unrolled.engines.prompt import PromptState


class Table(Engine):
    """Its logits depend on the last two units, at random."""

    def __init__(self, size: int, seed: int) -> None:
        self.logits = np.random.default_rng(seed).normal(0, 2, (size, size, size)).astype(np.float32)

    def start(self, rows):
        return {"last": np.zeros((rows, 2), np.int32)}

    def check(self, state):
        check_like(state, self.start(1))

    def scan(self, ids, state):
        last, logits = state["last"], []
        for column in ids.T:
            last = np.stack([last[:, 1], column], 1)
            logits.append(self.logits[last[:, 0], last[:, 1]])
        return np.stack(logits, 1), {"last": last}


@pytest.fixture(scope="session")
def table() -> Callable[[int, int], tuple[Engine, PromptState]]:
    """A network over so many ids from a seed, and the boundary read."""

    def make(size: int, seed: int) -> tuple[Engine, PromptState]:
        engine = Table(size, seed)
        return engine, PromptState(*step(engine, np.zeros(1, np.int32), engine.start(1)))

    return make
