import numpy as np
import pytest

from unrolled.config import ModelOptions, TrainOptions
from unrolled.engines import open_engine
from unrolled.engines.markov import DrawingMarkov, Markov
from unrolled.errors import OptionError
from unrolled.model_file.bundle import Bundle
from unrolled.networks.markov import count
from unrolled.tasks.options import has
from unrolled.text.vocabulary import Vocabulary


def chain() -> Bundle:
    tensors = count(np.array([2, 3, 2, 3, 3], np.int32), 4, 2, "none")
    return Bundle(tensors, ModelOptions(model="markov", order=2), {"text": Vocabulary("char", ("a", "b"))})


def test_a_chain_is_run_by_its_own_engine_alone():
    assert isinstance(open_engine("auto", chain()), Markov | DrawingMarkov)
    with pytest.raises(OptionError, match="I got engine=native and a model of the kind markov"):
        open_engine("native", chain())


def test_what_is_counted_has_no_options_of_steps():
    assert {name for name in TrainOptions.names() if has(name, "language", "markov")} == {"valid", "test", "seed"}
