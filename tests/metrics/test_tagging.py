import pytest

from unrolled.metrics.tagging import MostFrequentTag, are_chunks, chunk_f1, chunks

SENTENCES = [(["the", "can"], ["D", "N"]), (["I", "can"], ["P", "V"]), (["you", "can"], ["P", "V"])]


def test_the_baseline_knows_each_words_most_frequent_tag_and_else_the_most_frequent_of_all():
    baseline = MostFrequentTag.fit(SENTENCES)
    assert baseline.tag(["the", "can", "new"]) == ["D", "V", "P"]  # of P and V, which are as frequent


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("B-A I-A O B-B", {(0, 2, "A"), (3, 4, "B")}),
        ("I-A I-A I-B", {(0, 2, "A"), (2, 3, "B")}),  # IOB1
        ("I-A B-A I-A", {(0, 1, "A"), (1, 3, "A")}),
        ("B-A I-B", {(0, 1, "A"), (1, 2, "B")}),
        ("S-A S-A B-A I-A E-A E-A", {(0, 1, "A"), (1, 2, "A"), (2, 5, "A"), (5, 6, "A")}),
        ("U-A B-A L-A O", {(0, 1, "A"), (1, 3, "A")}),
        ("B-A-B I-A-B", {(0, 2, "A-B")}),
        ("O O", set()),
        ("", set()),
    ],
)
def test_spans_begin_and_end_as_conlleval_has_it(tags, found):
    assert chunks(tags.split()) == found


def test_entities_are_right_where_their_tokens_and_their_kind_are():
    wanted, got = [["B-A", "I-A", "O"], ["B-B"]], [["B-A", "I-A", "O"], ["B-A"]]
    assert chunk_f1(wanted, got) == 0.5
    assert chunk_f1([["O"]], [["O"]]) == 1


@pytest.mark.parametrize(("tags", "are"), [("O B-A I-A", True), ("O", False), ("B O N E", False), ("B-A NN", False)])
def test_tags_tell_of_spans_only_where_all_of_them_do(tags, are):
    assert are_chunks(tags.split()) is are
