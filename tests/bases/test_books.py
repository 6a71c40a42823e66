"""The corpus of the base, and the texts that are written from it."""

import hashlib
import lzma

import pytest

BOOKS = [
    ("Hugh Lofting", "The Story of Doctor Dolittle", "tuned on"),
    ("Thomas More", "Utopia", "translated"),
    ("Jane Webb", "The Mummy!", "learnt first"),
    ("Mark Twain", "Roughing It", "learnt second"),
]


@pytest.fixture(scope="module")
def books(script):
    return script("books")


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A corpus of four books of a few words."""
    text = "".join(f"{what} one\n\n{what} two\n\n\n" for _, _, what in BOOKS).encode()
    (tmp_path / "base").mkdir()
    (tmp_path / "base/english_books.txt.xz").write_bytes(lzma.compress(text))
    rows = [f"{author}\t{title}\t1900\t9" for author, title, _ in BOOKS]
    (tmp_path / "base/english_books.tsv").write_text("\n".join(["author\ttitle\tyear\tcharacters", *rows]) + "\n")
    monkeypatch.setenv("UNROLLED_DATA", str(tmp_path))
    monkeypatch.setenv("UNROLLED_BASE_DIGEST", hashlib.sha256(text).hexdigest())
    return tmp_path


def test_every_row_of_the_table_has_its_text(books, corpus):
    assert [(book.author, book.title, book.text) for book in books.read_books()] == [
        (author, title, f"{what} one\n\n{what} two") for author, title, what in BOOKS
    ]


def test_without_the_folder_the_variable_is_named(books, monkeypatch, capsys):
    monkeypatch.delenv("UNROLLED_DATA", raising=False)
    with pytest.raises(SystemExit, match="2"):
        books.read_books()
    assert "set UNROLLED_DATA" in capsys.readouterr().err


def test_another_corpus_is_refused(books, corpus, monkeypatch, capsys):
    monkeypatch.delenv("UNROLLED_BASE_DIGEST")
    with pytest.raises(SystemExit, match="2"):
        books.read_books()
    assert "another digest" in capsys.readouterr().err


def test_a_table_of_another_corpus_is_refused(books, corpus, capsys):
    table = corpus / "base/english_books.tsv"
    table.write_text(table.read_text() + "A\tB\t1900\t9\n")
    with pytest.raises(SystemExit, match="2"):
        books.read_books()
    assert "4 books" in capsys.readouterr().err


def test_neither_tuning_books_nor_translations_are_trained_on(books, corpus):
    assert {book.text.split()[1] for book in books.to_train_on(books.read_books())} == {"first", "second"}
    assert [book.title for book in books.to_tune_on(books.read_books())] == ["The Story of Doctor Dolittle"]


def test_twelve_books_are_left_out_for_tuning_each_the_only_one_of_its_author(books):
    apart = books.left_out(books.TUNING)
    assert len(apart) == len({author for author, _ in apart}) == 12


def test_a_training_text_has_every_book_once_in_an_order_of_the_seed(books, corpus):
    learnt = books.to_train_on(books.read_books())
    texts = {books.training_text(learnt, seed) for seed in range(8)}
    assert texts == {books.training_text(learnt, seed) for seed in range(8)}
    assert len(texts) == 2
    assert all(text.count("learnt first one") == text.count("learnt second two") == 1 for text in texts)


def test_tuning_excerpts_begin_with_a_paragraph(books):
    text = "\n\n".join(f"paragraph {number} of a book" for number in range(4000))
    excerpt = books.Book("A", "B", 1900, text).excerpt
    assert excerpt.startswith("paragraph 1")
    assert len(excerpt) == books.EXCERPT
