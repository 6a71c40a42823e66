import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.formats.epub import read

from .hostile import is_answered, mutations, zipped

CONTAINER = '<container xmlns="urn:c"><rootfiles><rootfile full-path="{}"/></rootfiles></container>'
PAGE = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>no</title></head><body>{}</body></html>'
XHTML = "application/xhtml+xml"


def package(items: str, spine: str) -> str:
    return (
        '<!DOCTYPE package PUBLIC "x" "http://nowhere.invalid/oeb.dtd"><package xmlns="http://www.idpf.org/2007/opf">'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )


def item(name: str, href: str, extra: str = "") -> str:
    return f'<item id="{name}" href="{href}" media-type="{XHTML}" {extra}/>'


def book(**members: str | bytes) -> bytes:
    items = item("b", "text/b%20b.xhtml") + item("a", "../a.xhtml#top") + item("n", "nav.xhtml", 'properties="nav"')
    items += (
        item("gone", "gone.xhtml") + item("x", "x.xhtml") + '<item id="i" href="i.svg" media-type="image/svg+xml"/>'
    )
    spine = '<itemref idref="n"/><itemref idref="a"/><itemref idref="i"/><itemref idref="x" linear="no"/>'
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER.format("in/book.opf"),
            "in/book.opf": package(items, spine + '<itemref idref="gone"/><itemref idref="b"/>'),
            "in/text/b b.xhtml": PAGE.format("<h1>Two</h1><p>b&#233;</p>"),
            "a.xhtml": PAGE.format("<h1>One</h1><p>a<br/>b</p>"),
            "in/nav.xhtml": PAGE.format("<nav>no</nav>"),
            "in/x.xhtml": PAGE.format("no"),
            "in/i.svg": "<svg>no</svg>",
            **members,
        }
    )


def test_chapters_come_in_the_order_of_reading_and_a_missing_one_is_told():
    notes = []
    assert read(book(), "x.epub", notes) == "One\n\na\nb\n\nTwo\n\nbé\n"
    assert len(notes) == 1 and "gone.xhtml" in notes[0]
    assert read(book(), "x.epub") == read(book(), "x.epub", [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_a_chapter_may_have_another_encoding(encoding):
    page = PAGE.replace("utf-8", encoding).format("<p>Мир и война</p>").encode(encoding)
    assert "Мир и война\n" in read(book(**{"a.xhtml": page}), "x.epub")


def test_a_chapter_may_name_an_encoding_that_it_does_not_have():
    assert "Мир и война\n" in read(book(**{"a.xhtml": PAGE.format("<p>Мир и война</p>").encode("utf-16")}), "x.epub")


def locked(algorithm: str) -> bytes:
    key = '<e:EncryptedKey><e:EncryptionMethod Algorithm="rsa"/></e:EncryptedKey>'
    method = f'<e:EncryptedData><e:EncryptionMethod Algorithm="{algorithm}"/></e:EncryptedData>'
    return book(**{"META-INF/encryption.xml": f'<encryption xmlns:e="urn:e">{key}{method}</encryption>'})


def test_a_locked_book_is_refused_and_one_with_locked_fonts_read():
    with pytest.raises(InputError, match=r"x\.epub is locked \(DRM\)"):
        read(locked("http://www.w3.org/2001/04/xmlenc#aes128-cbc"), "x.epub")
    assert read(locked("http://www.idpf.org/2008/embedding"), "x.epub").startswith("One")


REFUSED = {
    "has no META-INF/container.xml": zipped({"mimetype": "application/epub+zip"}),
    "names no book": zipped({"META-INF/container.xml": "<container/>"}),
    "has no in/none.opf": book(**{"META-INF/container.xml": CONTAINER.format("in/none.opf")}),
    "holds no text": book(**{"in/book.opf": package("", "")}),
    "damaged": b"",
}


@pytest.mark.parametrize(("words", "raw"), REFUSED.items(), ids=REFUSED)
def test_what_is_no_book_is_one_sentence(words, raw):
    with pytest.raises(InputError, match=rf"x\.epub.*{words}"):
        read(raw, "x.epub")


@pytest.mark.parametrize(
    "href", ["../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "%2e%2e/%2e%2e/x", "", "."]
)
def test_no_reference_leads_out_of_the_archive(href):
    notes = []
    raw = book(**{"in/book.opf": package(item("a", href), '<itemref idref="a"/>')})
    with pytest.raises(InputError, match="holds no text"):
        read(raw, "x.epub", notes)
    assert "inside" in notes[0]


def test_a_bomb_among_the_chapters_is_refused_and_not_left_out():
    with pytest.raises(InputError, match="too many bytes"):
        read(book(**{"a.xhtml": b"a" * (70 << 20)}), "x.epub")


PARTS = ("META-INF/container.xml", "in/book.opf", "a.xhtml")
SMALL = {
    "META-INF/container.xml": CONTAINER.format("in/book.opf"),
    "in/book.opf": package(item("a", "../a.xhtml"), '<itemref idref="a"/>'),
    "a.xhtml": PAGE.format("<p>a</p>"),
}


@pytest.mark.parametrize("part", PARTS)
@settings(max_examples=30)
@given(data=st.data())
def test_any_bytes_inside_give_a_text_or_one_sentence(part, data):
    assert is_answered(read, zipped({**SMALL, part: data.draw(mutations(SMALL[part].encode()))}))


@settings(max_examples=30)
@given(st.one_of(mutations(zipped(SMALL)), st.binary(max_size=40)))
def test_any_file_gives_a_text_or_one_sentence(raw):
    assert is_answered(read, raw)
