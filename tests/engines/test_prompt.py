import numpy as np

from unrolled.config import GenerateOptions
from unrolled.engines import prompt
from unrolled.engines.base import step
from unrolled.generation import sampling_loop as search
from unrolled.text.vocabulary import BOUNDARY


def test_an_empty_prompt_starts_from_the_boundary(model):
    logits, _ = step(model.engine, np.array([BOUNDARY], np.int32), model.engine.start(1))
    assert np.array_equal(model.start("").read.logits, logits)


def test_a_long_prompt_is_read_in_parts_without_a_difference(model, text, monkeypatch):
    whole = model.start(text[:500]).read
    monkeypatch.setattr(prompt, "READ_AT_ONCE", 7)
    parts = model.start(text[:500]).read
    np.testing.assert_allclose(parts.logits, whole.logits, atol=1e-4)


def test_reading_a_prompt_leaves_the_read_state_as_it_was(model):
    read = model.start("The ").read
    before = {name: part.copy() for name, part in read.state.items()}
    units = search.write(model.engine, read, GenerateOptions(seed=1), range(3))
    assert [len(next(units)) for _ in range(5)] == [3] * 5
    assert all(np.array_equal(read.state[name], part) for name, part in before.items())
