import dataclasses

import pytest

from unrolled.errors import OptionError
from unrolled.kinds import KINDS
from unrolled.networks.spec import NetworkSpec

SPEC = NetworkSpec(11, 11, 12, "", 12, 2, 0.0, context=8, heads=3, model="gpt2")


def test_its_spec_has_its_shapes():
    assert SPEC.expected_shapes == KINDS["gpt2"].shapes(SPEC)
    assert SPEC.expected_shapes["transformer.h.1.attn.c_attn.weight"] == (12, 36)


@pytest.mark.parametrize("change", [{"heads": 5}, {"context": 1}, {"labels": 2}])
def test_one_that_cannot_be_is_refused(change):
    with pytest.raises(OptionError, match="no GPT-2 has"):
        dataclasses.replace(SPEC, **change).expected_shapes  # noqa: B018
