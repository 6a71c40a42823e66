from hypothesis import given
from hypothesis import strategies as st

import unrolled
from unrolled.evaluation.words import spans

words = st.lists(st.text("abကာ", min_size=1, max_size=4), max_size=6)


@given(words)
def test_spans_are_where_words_stand(some):
    text = "".join(some)
    assert [text[begin:end] for begin, end in spans(" ".join(some))] == some


def test_words_are_counted_where_they_stand(tmp_path):
    lines = [f"the {one} sees the {other}" for one in ("cat", "dog", "cow") for other in ("hen", "fox", "bee", "cat")]
    (tmp_path / "learn.txt").write_text("\n".join(lines) + "\n")
    (tmp_path / "test.txt").write_text("the fox sees the cow\nthe dog sees the bee\n")
    sizes = {"hidden_size": 32, "batch_size": 4, "dropout": 0.1, "unit_dropout": 0.0, "threads": 1}
    model = unrolled.train(tmp_path / "learn.txt", task="segment", steps=200, **sizes)
    found = unrolled.evaluate(model, tmp_path / "test.txt")
    assert found.figures["word_f1"] > 0.8 and found.figures["word_recall"] <= 1
    assert found.examples[0].wanted == ("the fox sees the cow",) and found.examples[0].source == "thefoxseesthecow"
    assert any("1 of 2 different sources" in note for note in found.notes)
