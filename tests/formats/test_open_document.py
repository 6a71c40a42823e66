import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.formats.open_document import read

from .hostile import is_answered, mutations, zipped

URN = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = " ".join(f'xmlns:{each}="{URN}:{each}:1.0"' for each in ("office", "text", "table", "drawing"))
MIME = "application/vnd.oasis.opendocument.text"


def content(body: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES} xmlns:svg="{URN}:svg-compatible:1.0">'
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )


def text_of(body: str) -> str:
    return read(zipped({"mimetype": MIME, "content.xml": content(body)}), "x.odt")


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def test_paragraphs_and_headings_are_parted_by_a_blank_line():
    assert text_of(f"<text:h>Title</text:h>{p('one')}{p('')}{p('two')}") == "Title\n\none\n\ntwo\n"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (" a \n\t <text:span> b</text:span> ", "a b"),
        ('a<text:s text:c="3"/>b<text:s/>c', "a   b c"),
        ('<text:s text:c="2"/>a', "  a"),
        ('a<text:s text:c="99999999999999999999"/>b<text:s text:c="-1"/>c', "a b c"),
        ("a<text:tab/>b<text:line-break/>c", "a\tb\nc"),
        ("a<text:note><text:note-citation>1</text:note-citation></text:note>b", "ab"),
        ("a<office:annotation><text:p>no</text:p></office:annotation>b", "ab"),
        ("<text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>kan</text:ruby-text></text:ruby>", "漢"),
        ("a<drawing:frame><svg:title>no</svg:title><svg:desc>no</svg:desc></drawing:frame>", "a"),
        ("a\u00adb &lt;c&gt;", "ab <c>"),
    ],
)
def test_what_stands_in_a_paragraph_is_text(inside, text):
    assert text_of(p(inside)) == text + "\n"


def test_items_of_lists_and_rows_of_tables_are_lines():
    items = "".join(f"<text:list-item>{p(each)}</text:list-item>" for each in "ab")
    cells = "".join(f"<table:table-cell>{p(each)}</table:table-cell>" for each in "cd")
    table = f"<table:table><table:table-row>{cells}</table:table-row><table:table-row>{cells}</table:table-row>"
    assert text_of(f"<text:list>{items}</text:list>{table}</table:table>{p('e')}") == "a\nb\n\nc\td\nc\td\n\ne\n"


def test_what_changes_deleted_and_what_is_hidden_is_left_out():
    changes = f"<text:tracked-changes><text:deletion>{p('old')}</text:deletion></text:tracked-changes>"
    hidden = f'<text:section text:display="none">{p("no")}</text:section>'
    assert text_of(f"{changes}{hidden}<text:section>{p('a')}</text:section>") == "a\n"


def test_notes_stand_at_the_end_and_frames_before_their_paragraph():
    note = f"<text:note><text:note-body>{p('the note')}</text:note-body></text:note>"
    frame = f"<drawing:text-box>{p('in a frame')}</drawing:text-box>"
    assert (
        text_of(f"{p(f'one{note} two{frame} three')}{p('four')}") == "in a frame\n\none two three\n\nfour\n\nthe note\n"
    )


REFUSED = {
    "spreadsheet": zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content("")}),
    "encrypted": zipped({"META-INF/manifest.xml": "<m:encryption-data/>", "content.xml": b"\x8f" * 50}),
    "has no content.xml": zipped({"mimetype": MIME}),
    "holds no text": zipped({"content.xml": content("")}),
    "damaged": b"plain text",
}


@pytest.mark.parametrize(("words", "raw"), REFUSED.items(), ids=REFUSED)
def test_what_is_no_text_document_is_one_sentence(words, raw):
    with pytest.raises(InputError, match=f"x.odt.*{words}"):
        read(raw, "x.odt")


PAGE = content(
    f"{p('a<text:s/>b')}<text:list><text:list-item>{p('c')}</text:list-item></text:list>"
    f"<table:table><table:table-row><table:table-cell>{p('d')}</table:table-cell></table:table-row></table:table>"
).encode()


@settings(max_examples=60)
@given(mutations(PAGE))
def test_any_bytes_inside_give_a_text_or_one_sentence(page):
    assert is_answered(read, zipped({"content.xml": page}))


@settings(max_examples=40)
@given(st.one_of(mutations(zipped({"mimetype": MIME, "content.xml": PAGE})), st.binary(max_size=40)))
def test_any_file_gives_a_text_or_one_sentence(raw):
    assert is_answered(read, raw)


ELEMENTS = st.sampled_from(
    ["text:p", "text:list", "text:note-body", "table:table", "table:table-row", "table:table-cell", "text:span"]
)
TREES = st.recursive(
    st.just("a "),
    lambda inner: st.builds(lambda n, c: f"<{n}>{''.join(c)}</{n}>", ELEMENTS, st.lists(inner)),
    max_leaves=20,
)


@settings(max_examples=60)
@given(TREES)
def test_elements_in_any_order_give_a_text_or_one_sentence(tree):
    assert is_answered(read, zipped({"content.xml": content(tree)}))
