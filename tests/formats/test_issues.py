from unrolled.formats.issues import Issues, Places


def test_places_are_counted_and_the_first_ones_named():
    places = Places()
    for number in (2, 5, 8, 1100):
        places.add(number)
    assert places.count == 4 and places.shown("line") == "lines 2, 5, 8 and others"


def test_one_place_is_one_line():
    places = Places()
    places.add(1_234)
    assert places.shown("row") == "row 1,234"


def test_each_kind_of_issue_is_a_line_and_none_is_silence():
    issues = Issues(rows=10)
    assert list(issues.notes("t.csv")) == []
    issues.unclosed.add(3)
    issues.odd.add(4)
    issues.lacks("a label", 5)
    issues.lacks("a label", 6)
    assert list(issues.notes("t.csv")) == [
        "t.csv: 1 row has a quotation mark that does not close, and it is read as a character (line 3)",
        "t.csv: 1 row has more cells than there are columns, and the last ones are left out (line 4); put a cell that "
        "holds the delimiter in quotation marks",
        "t.csv: 2 of 10 rows lack a label, left out (lines 5, 6)",
    ]
