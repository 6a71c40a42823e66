import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unrolled.datasets.boundaries import encode_documents, with_end
from unrolled.text.vocabulary import BOUNDARY, Vocabulary


@given(st.lists(st.text(), min_size=1))
def test_every_document_begins_with_a_boundary(documents):
    vocabulary = Vocabulary.of("char", documents)
    ids = encode_documents(vocabulary, documents)
    parts = np.split(ids, np.flatnonzero(ids == BOUNDARY))[1:]
    assert [vocabulary.decode(part.tolist()) for part in parts] == documents


@given(
    st.lists(st.text("ab နေ\u1039e\u0301\n"), min_size=1),
    st.sampled_from(["char", "byte", "grapheme", "word", "syllable", "bpe"]),
)
def test_documents_are_encoded_as_each_would_be_by_itself(documents, unit):
    vocabulary = Vocabulary.of(unit, documents, None, 300 if unit == "bpe" else None)
    each = [np.concatenate([[BOUNDARY], vocabulary.encode(text)]) for text in documents]
    assert encode_documents(vocabulary, documents).tolist() == np.concatenate(each).tolist()
    assert encode_documents(vocabulary, documents, begins=False).tolist() == np.concatenate(each)[1:].tolist()


def test_a_part_ends_where_its_documents_do_and_an_empty_one_has_no_end():
    ids = np.array([BOUNDARY, 2, 3], np.int32)
    assert with_end(ids, "lines").tolist() == [BOUNDARY, 2, 3, BOUNDARY]
    assert with_end(ids, "whole").tolist() == [BOUNDARY, 2, 3] and not len(with_end(ids[:0], "lines"))
