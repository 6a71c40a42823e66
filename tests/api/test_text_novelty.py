import pytest

import unrolled


def test_novelty_takes_every_kind_of_source(text, text_file):
    sources = (str(text_file), text_file, [text_file], text.splitlines())
    found = [unrolled.novelty(text[:200], source) for source in sources]
    assert {(each.copied, each.longest.length, each.least) for each in found} == {(1.0, 200, 20)}
    with pytest.raises(unrolled.UnrolledError, match="least is 0; it must be at least 1"):
        unrolled.novelty(text, text_file, least=0)
