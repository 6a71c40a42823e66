import gzip
import json

import pytest

from unrolled.config import ReadOptions
from unrolled.errors import InputError, OptionError
from unrolled.formats.corpus import read_corpus
from unrolled.formats.tables import open_table

ROWS = [("Alice was", "Carroll"), ("It is a truth", "Austen"), ('"Off," she said, "with\ttabs"', "Carroll")]


def read(path, **options):
    corpus = read_corpus(path, ReadOptions(**options))
    return list(zip(corpus.documents, corpus.labels, strict=True)) if corpus.labels else list(corpus.documents)


def test_a_csv_file_has_quoted_texts_and_named_columns(tmp_path):
    (tmp_path / "books.csv").write_text('text,author\n"a, b",Carroll\n"say ""x""",Austen\n')
    assert read(tmp_path / "books.csv", label=("author",)) == [
        ("a, b", ("author=Carroll",)),
        ('say "x"', ("author=Austen",)),
    ]


def test_in_a_tsv_file_a_quotation_mark_is_a_character(tmp_path):
    (tmp_path / "books.tsv").write_text('text\tauthor\n"Off\tCarroll\n')
    assert read(tmp_path / "books.tsv", label=("author",)) == [('"Off', ("author=Carroll",))]


def test_json_lines_have_their_keys_as_columns(tmp_path):
    lines = [json.dumps({"body": text, "author": who, "year": 1865}) for text, who in ROWS]
    (tmp_path / "books.jsonl").write_text("\n".join(lines))
    found = read(tmp_path / "books.jsonl", text_column="body", label=("author", "year"))
    assert found == [(text, (f"author={who}", "year=1865")) for text, who in ROWS]


def test_without_a_line_of_names_numbers_count_the_columns(tmp_path):
    (tmp_path / "news.csv").write_text('"3","Fears for pension","Unions say"\n"4","The race","SPACE"\n')
    assert read(tmp_path / "news.csv", text_column="2") == ["Fears for pension", "The race"]


def test_a_compressed_table_is_one_too(tmp_path):
    (tmp_path / "books.csv.gz").write_bytes(gzip.compress(b"text,author\na,b\n"))
    assert read(tmp_path / "books.csv.gz", label=("author",)) == [("a", ("author=b",))]


def test_rows_without_a_text_are_left_out(tmp_path):
    (tmp_path / "a.csv").write_text("text,author\n,x\nb,y\n")
    assert read(tmp_path / "a.csv", label=("author",)) == [("b", ("author=y",))]


def test_what_is_missing_in_a_row_is_no_label_and_no_text(tmp_path):
    (tmp_path / "a.csv").write_text("text,author\nhello,A\nbye\nwell,\n")
    assert read(tmp_path / "a.csv", label=("author",)) == [("hello", ("author=A",)), ("bye", ()), ("well", ())]
    (tmp_path / "a.jsonl").write_text('{"text": "hi", "author": null}\n{"text": null, "author": "A"}\n{"text": "yo"}\n')
    assert read(tmp_path / "a.jsonl", label=("author",)) == [("hi", ()), ("yo", ())]


def test_the_name_of_a_file_can_be_a_label(tmp_path):
    for name in ("Irish", "Greek"):
        (tmp_path / f"{name}.txt").write_text("One\nTwo\n")
    corpus = read_corpus(tmp_path, ReadOptions(label=("file",))).arranged("lines")
    assert corpus.documents == ("One", "Two", "One", "Two")
    assert corpus.labels == (("file=Greek",),) * 2 + (("file=Irish",),) * 2


def test_a_table_is_plain_text_where_that_is_asked_for(tmp_path):
    (tmp_path / "a.csv").write_text("text,author\na,b\n")
    assert read(tmp_path / "a.csv") == ["a"]
    assert read(tmp_path / "a.csv", plain_text=True) == ["text,author\na,b\n"]


def test_rows_are_documents(tmp_path):
    (tmp_path / "a.csv").write_text("text,author\na,b\n")
    assert read_corpus(tmp_path / "a.csv", ReadOptions(text_column="text")).documents_are == "rows"


@pytest.mark.parametrize(
    ("name", "text", "options", "message"),
    [
        ("a.csv", "text,author\na,b\n", {"label": ("auhtor",)}, "has no column 'auhtor' (it has text, author)"),
        ("a.jsonl", "{oops\n", {"text_column": "text"}, "line 1 is not JSON"),
        ("a.jsonl", "1\n", {"text_column": "text"}, "line 1 is a number and no row"),
        ("a.txt", "some text", {"label": ("author",)}, "is no table"),
        ("a.csv", "text,author\n", {"label": ("author",)}, "there is no text in"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_in_one_sentence(tmp_path, name, text, options, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as caught:
        read(tmp_path / name, **options)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl"])
def test_a_table_that_is_far_wider_than_any_is_refused(tmp_path, name):
    columns = [f"c{number}" for number in range(20_000)]
    text = json.dumps(dict.fromkeys(columns, "")) if name == "t.jsonl" else (",\t"[name == "t.tsv"]).join(columns)
    (tmp_path / name).write_text(text + "\n")
    with pytest.raises(InputError, match="has 20,000 columns, and 10,000 are the most"):
        read(tmp_path / name, text_column="c1")


def test_a_message_names_some_of_many_columns(tmp_path):
    (tmp_path / "t.csv").write_text(",".join(f"c{number}" for number in range(1000)) + "\n" + "a," * 999 + "\n")
    with pytest.raises(InputError, match=r"has no column 'text' \(it has c0, .*, c19 and 980 more\)"):
        read(tmp_path / "t.csv", text_column="text", label=("c1",))


@pytest.mark.parametrize(
    ("line", "said"), [("[" * 200_000, "lie more than 100"), ('{"text": ' + "9" * 5000, "too many")]
)
def test_json_that_ends_parsers_is_told_by_its_line(tmp_path, line, said):
    (tmp_path / "t.jsonl").write_text('{"text": "a"}\n' + line)
    with pytest.raises(InputError, match=rf"t.jsonl, line 2 is not JSON \(.*{said}"):
        read(tmp_path / "t.jsonl", text_column="text")


def test_one_field_may_be_megabytes_long(tmp_path):
    text = "long " * 1_000_000
    (tmp_path / "t.csv").write_text(f'text,label\n"{text}",a\nb,c\n')
    assert read(tmp_path / "t.csv", text_column="text") == [text, "b"]


def test_lines_within_quotes_belong_to_their_field(tmp_path):
    (tmp_path / "t.csv").write_text('text,label\n"one\n\ntwo\u2028",a\nb,c', encoding="utf-8")
    assert read(tmp_path / "t.csv", text_column="text") == ["one\n\ntwo\u2028", "b"]


OBJECTS = [{"text": text, "author": author, "year": 1865 + n} for n, (text, author) in enumerate(ROWS)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["books.json", "books.json.gz"])
def test_a_json_array_of_objects_is_a_table(tmp_path, indent, name):
    raw = (" \n" + json.dumps(OBJECTS, indent=indent)).encode()
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    assert read(tmp_path / name, text_column="text", label=("author",)) == [(t, (f"author={a}",)) for t, a in ROWS]


def test_json_lines_may_also_be_called_json(tmp_path):
    (tmp_path / "books.json").write_text("\n".join(map(json.dumps, OBJECTS)))
    assert read(tmp_path / "books.json", text_column="text") == [text for text, _ in ROWS]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "[" * 200_000, "a.json is not JSON .*lie more than 100"),
        ("a.json", '[{"text": ' + "[" * 200_000, "a.json is not JSON .*lie more than 100"),
        ("a.jsonl", '{"text": ' * 200_000, "a.jsonl, line 1 is not JSON .*lie more than 100"),
        ("a.json", '[{"text": "a"}, 3]', "a.json, row 2 is a number and no row"),
        ("a.json", '{\n  "data": 1\n}', "a.json holds an object without rows"),
        ("a.json", '[{"text": "a"}', "a.json is not JSON"),
        ("a.json", f'[{{"text": {"9" * 5000}}}]', "a.json is not JSON"),
        ("a.json", '[{"body": "a"}]', "a.json has no column 'text' \\(it has body\\)"),
        (
            "a.txt",
            "text\nplain",
            "a.txt is no table, so it has no column 'text'; give a table like .csv, .tsv, .jsonl",
        ),
        ("a.md", "text\nplain", "a.md is no table, so it has no column 'text'"),
    ],
)
def test_what_has_no_such_column_is_told_in_one_sentence(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path / name, text_column="text")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "options", [{"text_column": "text"}, {"label": ("file",)}, {"encoding": "utf-8"}, {"strip_gutenberg": True}]
)
def test_lines_that_a_program_made_have_neither_columns_nor_an_encoding(options):
    with pytest.raises(OptionError, match=f"^I got {next(iter(options))}= and lines of text"):
        read(["one", "two"], **options)


@pytest.mark.parametrize(
    "text",
    [
        "1\t2\nGo on.\tVa.\nStay here.\tReste.\n",
        "0\t1\nGo on\t7\nStay\t8\n",
        "\t0\t1\n0\tGo on\tVa\n1\tStay\tReste\n",
    ],
)
def test_columns_that_pandas_numbered_are_named_by_the_first_line(text):
    table = open_table(text, "t.tsv")
    assert table.named and len(list(table.rows())) == 2


def test_numbers_over_numbers_are_a_row():
    assert len(list(open_table("1,2\n3,4\n5,6\n", "t.csv").rows())) == 3
