import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.text import UNITS
from unrolled.text.base import Unit

units = st.sampled_from(sorted(UNITS)).map(UNITS.get)


@given(units, st.text())
def test_join_undoes_split(unit, text):
    assert unit.join(unit.split(text)) == text


@given(units, st.text(), st.text())
def test_encode_agrees_with_split(unit, text, known):
    index = {each: number for number, each in enumerate(sorted(set(unit.split(known))), 2)}
    expected = [index.get(each, 1) for each in unit.split(text)]
    ids = unit.encode(text, index, 1)
    assert ids.tolist() == expected and ids.dtype == np.int32


@pytest.mark.parametrize("missing", ["split", "join", "encode"])
def test_a_unit_without_one_of_its_methods_cannot_be_made(missing):
    methods = {name: getattr(UNITS["char"], name) for name in ("split", "join", "encode") if name != missing}
    with pytest.raises(TypeError, match=missing):
        type("Half", (Unit,), methods)()
