import time
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from unrolled.analysis.span_index import Follower, SpanIndex

# Letters of one to four bytes that begin alike, a newline, and half of a surrogate pair.
letters = st.sampled_from("ab\néêက\u1001🙂🙃\ud83d")
texts = st.lists(st.text(letters, max_size=40), max_size=4)


def longest_end(text: str, documents: list[str]) -> str:
    """By the book: the first of all ends, from the longest on, that stands in a document."""
    return next(text[n:] for n in range(len(text) + 1) if not text[n:] or any(text[n:] in each for each in documents))


@given(texts, st.text(letters, max_size=30))
def test_a_follower_keeps_the_longest_end_that_stands_in_the_text(documents, written):
    follower = Follower(SpanIndex.of(documents))
    for size, character in enumerate(written, 1):
        follower = follower.after(character)
        assert follower.copied == longest_end(written[:size], documents)


@given(texts, st.text(letters, max_size=12))
def test_the_longest_end_of_any_text_is_found(documents, written):
    assert SpanIndex.of(documents).longest_end(written) == longest_end(written, documents)


def test_nothing_is_found_across_two_documents():
    index = SpanIndex.of(["one two", " three"])
    assert index.longest_end("one two three") == " three"


def test_asking_what_would_come_changes_nothing():
    follower = Follower(SpanIndex.of(["abcabd"])).after("a").after("b")
    assert [follower.after(character).copied for character in "cdxc"] == ["abc", "abd", "", "abc"]
    assert follower.copied == "ab"


def test_a_text_that_repeats_itself_millions_of_times_takes_no_longer():
    index = SpanIndex.of(["a" * 2_000_000])
    begin = time.perf_counter()
    followers = accumulate("a" * 2000 + "b" + "a" * 2000, Follower.after, initial=Follower(index))
    assert [len(each.copied) for each in followers] == [*range(2001), *range(2001)]
    assert time.perf_counter() - begin < 20
