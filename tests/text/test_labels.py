from unrolled.text.labels import label_ids, vocabulary_of

LABELS = vocabulary_of({"year=1865", "author=Carroll", "author=Austen", "author=a=b"})


def test_a_label_has_one_id_a_column():
    assert LABELS.units == ("author=Austen", "author=Carroll", "author=a=b", "year=1865")
    assert label_ids(LABELS, ("year=1865", "author=Carroll")) == [3, 5]


def test_a_label_that_is_missing_or_unknown_stays_open():
    assert label_ids(LABELS, ()) == [0, 0]
    assert label_ids(LABELS, ("author=Nobody",)) == [0, 0]


def test_a_value_may_hold_the_sign_that_divides():
    assert label_ids(LABELS, ("author=a=b",)) == [4, 0]
