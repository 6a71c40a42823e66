import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.analysis.copied_spans import Location, copied_spans

letters = st.sampled_from("ab\néêက\u1001🙂🙃\ud83d")
texts = st.lists(st.text(letters, max_size=40), max_size=4)


def by_the_book(samples: list[str], documents: list[str]) -> list[tuple[int, int, int]]:
    """(sample, start, length) of all spans that are copied and cannot be longer."""
    found = []
    for number, sample in enumerate(samples):
        reached = 0
        for start in range(len(sample)):
            ends = range(start, len(sample) + 1)
            end = max(end for end in ends if end == start or any(sample[start:end] in each for each in documents))
            if end > max(reached, start):
                found.append((number, start, end - start))
            reached = max(reached, end)
    return found


@given(texts, texts)
def test_the_spans_are_those_of_a_search_by_the_book(samples, documents):
    found = copied_spans(samples, documents)
    assert [(span.number, span.start, span.length) for span in found] == by_the_book(samples, documents)


@given(texts, texts)
def test_a_span_stands_where_it_is_said_to_stand(samples, documents):
    for span in copied_spans(samples, documents):
        document = documents[span.place.document]
        lines = document.split("\n")
        before = sum(len(line) + 1 for line in lines[: span.place.line - 1])
        assert document[span.place.character :].startswith(span.text)
        assert before <= span.place.character < before + len(lines[span.place.line - 1]) + 1


def test_a_span_tells_its_text_and_its_place():
    (span,) = copied_spans(["xx moon yy"], ["Sun,\nthe moon \nand stars"])
    assert (span.text, span.start, span.place) == (" moon ", 2, Location(0, 2, 8))


def test_no_span_crosses_two_samples_or_two_documents():
    spans = copied_spans(["one ", "two"], ["one two", "one", " two"])
    assert [span.text for span in spans] == ["one ", "two"]
    assert [span.text for span in copied_spans(["one two"], ["one", " two"])] == ["one", " two"]


@pytest.mark.parametrize(
    ("sample", "text"),
    [
        ("a" * 50_000, "a" * 2_000_000),
        ("a" * 50_000, ("a" * 20_000 + "b") * 100),
        (("a" * 999 + "b") * 50, "a" * 2_000_000),
        ("abcab" * 10_000, "abcab" * 400_000),
    ],
    ids=["one letter", "long runs", "runs that end", "a period"],
)
def test_what_repeats_itself_takes_no_longer(sample, text):
    begin = time.perf_counter()
    assert max(span.length for span in copied_spans([sample], [text])) >= 999
    assert time.perf_counter() - begin < 20
