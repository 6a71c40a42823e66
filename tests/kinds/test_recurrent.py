import pytest

from unrolled.config import ModelOptions
from unrolled.errors import OptionError
from unrolled.kinds import KINDS
from unrolled.tasks.options import refuse_contradiction


def test_a_window_tells_how_far_it_looks_back():
    assert ModelOptions(cell="window", context=6, layers=1, hidden_size=8).title == "window of 6 1×8"


def test_it_alone_reads_sources():
    for name in KINDS:
        options = ModelOptions(task="classify", model=name)
        if name == "recurrent":
            refuse_contradiction(options)
        else:
            with pytest.raises(OptionError, match=f"I got {name} with task=classify"):
                refuse_contradiction(options)
