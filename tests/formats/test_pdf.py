import io
import logging
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.errors import InputError, MissingExtraError
from unrolled.formats import pdf
from unrolled.formats.pdf import read

from .hostile import is_answered, mutations


def document(*pages: str) -> bytes:
    """Return a PDF whose pages show lines of text."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects += [f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"]
    objects += ["<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    for n, page in enumerate(pages):
        drawn = f"BT /F1 12 Tf 14 TL 72 720 Td {' T* '.join(f'({line}) Tj' for line in page.split('|') if line)} ET"
        fonts = "<< /Font << /F1 3 0 R >> >>"
        box = "/MediaBox [0 0 600 800]"
        objects += [f"<< /Type /Page /Parent 2 0 R {box} /Resources {fonts} /Contents {5 + 2 * n} 0 R >>"]
        objects += [f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream"]
    raw, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(raw))
        raw += f"{number} 0 obj\n{each}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(raw)}\n"
    )
    return raw + f"{end}%%EOF\n".encode()


def test_without_pypdf_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(MissingExtraError, match=r"x\.pdf is a PDF, which needs pypdf"):
        read(document("a"), "x.pdf")


@pytest.fixture
def pypdf():
    return pytest.importorskip("pypdf", reason="pypdf reads PDFs")


def test_pages_are_parted_by_blank_lines_and_lines_stay_as_they_are(pypdf):
    notes = []
    text = read(document("one hy-|phen", "", "caf\xe9 "), "x.pdf", notes)
    assert text == "one hy-\nphen\n\ncafé\n"
    assert notes == ["x.pdf: 1 of 3 pages have no text (a picture has none)"]


def encrypted(pypdf, password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(document("secret")))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_encrypted_documents_are_refused_unless_everybody_may_read_them(pypdf):
    with pytest.raises(InputError, match=r"x\.pdf is encrypted"):
        read(encrypted(pypdf, "password"), "x.pdf")
    assert read(encrypted(pypdf, ""), "x.pdf") == "secret\n"


def test_a_scan_is_refused_with_what_to_do(pypdf):
    with pytest.raises(InputError, match=r"x\.pdf holds no text on its 2 pages.*OCR"):
        read(document("", ""), "x.pdf")


@pytest.mark.parametrize("raw", [b"", b"%PDF-1.4", b"plain text", document("a")[:120]])
def test_damaged_documents_are_one_sentence(pypdf, raw):
    with pytest.raises(InputError, match=r"x\.pdf is a damaged PDF"):
        read(raw, "x.pdf")


@pytest.mark.parametrize(
    ("bound", "value", "words"),
    [("MOST_PAGES", 1, "has 2 pages"), ("MOST_BYTES", 3, "more than 3 characters"), ("MOST_SECONDS", -1, "minutes")],
)
def test_bounds_are_told(pypdf, monkeypatch, bound, value, words):
    monkeypatch.setattr(pdf, bound, value)
    with pytest.raises(InputError, match=rf"x\.pdf.*{words}"):
        read(document("one", "two"), "x.pdf")


def test_a_page_that_draws_too_much_is_left_out(pypdf, monkeypatch):
    monkeypatch.setattr(pdf, "MOST_PAGE", 70)
    notes = []
    assert read(document("one", "two" * 50), "x.pdf", notes) == "one\n"
    assert notes == ["x.pdf: left out 1 of 2 pages, which cannot be read"]


def test_a_page_that_takes_too_long_is_left_out(pypdf, monkeypatch):
    monkeypatch.setattr(pdf, "MOST_PAGE_SECONDS", -1)
    with pytest.raises(InputError, match="none of its 1 pages"):
        read(document("one"), "x.pdf")


def test_what_pypdf_mends_is_not_logged(pypdf, caplog):
    with caplog.at_level(logging.DEBUG):
        read(document("one").replace(b"startxref\n", b"startxref\n9"), "x.pdf")
    assert not caplog.records


@settings(max_examples=60)
@given(st.one_of(mutations(document("one two", "three")), st.binary(max_size=40)))
def test_any_bytes_give_a_text_or_one_sentence(raw):
    pytest.importorskip("pypdf", reason="pypdf reads PDFs")
    assert is_answered(read, raw)
