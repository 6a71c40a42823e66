import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.formats.word_document import read

from .hostile import is_answered, mutations, zipped

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def story(body: str, root: str = "document", namespace: str = W) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{root} xmlns:w="{namespace}" xmlns:mc="{MC}" '
        f'xmlns:m="{MATH}" xmlns:v="urn:schemas-microsoft-com:vml">{body}</w:{root}>'
    )


def relations(**targets: str) -> str:
    inner = "".join(f'<Relationship Type="{RELATION}/{kind}" Target="{path}"/>' for kind, path in targets.items())
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def document(body: str, **members: str) -> bytes:
    return zipped({"word/document.xml": story(f"<w:body>{body}</w:body>"), **members})


def p(*runs: str, properties: str = "") -> str:
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def r(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def text_of(body: str) -> str:
    return read(document(body), "x.docx")


def test_paragraphs_and_headings_are_parted_by_a_blank_line():
    heading = '<w:pPr><w:pStyle w:val="Heading1"/><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr>'
    body = p(r("Title"), properties=heading) + p(r("one "), r("two")) + p() + p(r("three &amp; four"))
    assert text_of(body) == "Title\n\none two\n\nthree & four\n"


def test_items_of_lists_are_lines():
    item = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    body = p(r("Buy:")) + p(r("tea"), properties=item) + p(r("milk"), properties=item) + p(r("End"))
    styled = body.replace(item, '<w:pPr><w:pStyle w:val="ListBullet"/></w:pPr>')
    assert text_of(body) == text_of(styled) == "Buy:\n\ntea\nmilk\n\nEnd\n"


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ("<w:t>a</w:t><w:tab/><w:t>b</w:t>", "a\tb"),
        ("<w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t>", "a\nb\nc"),
        ("<w:t>co</w:t><w:softHyphen/><w:t>op\u00ad</w:t><w:noBreakHyphen/><w:t>x</w:t>", "coop-x"),
        ('<w:t>a</w:t><w:sym w:font="Symbol" w:char="F062"/>', "aβ"),
        ('<w:t>a</w:t><w:sym w:font="Wingdings" w:char="F04A"/>', "a"),
        ('<w:t>a</w:t><w:sym w:font="Arial" w:char="20AC"/>', "a€"),
        ('<w:t>a</w:t><w:sym w:font="Arial" w:char="pig"/>', "a"),
        ("<w:instrText> PAGE </w:instrText><w:t>a</w:t>", "a"),
        ("<w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r><w:r><w:t>a</w:t>", "a"),
        ('<w:rPr><w:vanish w:val="0"/></w:rPr><w:t>a</w:t>', "a"),
        ("<w:t>a\nb</w:t>", "a b"),
    ],
)
def test_what_stands_in_a_run_is_text(run, text):
    assert text_of(p(f"<w:r>{run}</w:r>")) == text + "\n"


def test_of_tracked_changes_the_new_text_is_read():
    deleted = "<w:r><w:delText>old</w:delText></w:r>"
    body = p(r("a "), f"<w:del>{deleted}</w:del>", f"<w:ins>{r('new')}</w:ins>", f"<w:moveFrom>{r('x')}</w:moveFrom>")
    assert text_of(body + p(f"<w:moveTo>{r('x')}</w:moveTo>")) == "a new\n\nx\n"


def test_rows_of_tables_have_tabs_between_cells():
    rows = "".join(f"<w:tr>{''.join(f'<w:tc>{p(r(cell))}</w:tc>' for cell in row)}</w:tr>" for row in ("ab", "cd"))
    assert text_of(f"{p(r('x'))}<w:tbl>{rows}</w:tbl>{p(r('y'))}") == "x\n\na\tb\nc\td\n\ny\n"


def test_a_text_box_is_read_once():
    box = f"<w:txbxContent>{p(r('in the box'))}</w:txbxContent>"
    both = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback><v:t>{box}</v:t></mc:Fallback>"
    only = f"<mc:AlternateContent><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    for each in (both + "</mc:AlternateContent>", only, box):
        assert text_of(p(r("before "), f"<w:r>{each}</w:r>", r("after"))) == "in the box\n\nbefore after\n"


def test_equations_are_text():
    assert text_of(p(r("so "), "<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>")) == "so x=1\n"


def test_footnotes_stand_at_the_end_and_headers_nowhere():
    line = f'<w:footnote w:type="separator">{p(r("line"))}</w:footnote>'
    raw = document(
        p(r("text"), "<w:r><w:footnoteReference w:id='1'/></w:r>"),
        **{
            "word/_rels/document.xml.rels": relations(footnotes="footnotes.xml", endnotes="/word/endnotes.xml"),
            "word/footnotes.xml": story(f"{line}<w:footnote>{p(r('foot'))}</w:footnote>", "footnotes"),
            "word/endnotes.xml": story(f"<w:endnote>{p(r('end'))}</w:endnote>", "endnotes"),
            "word/header1.xml": story(p(r("header")), "hdr"),
        },
    )
    assert read(raw, "x.docx") == "text\n\nfoot\n\nend\n"


def test_the_main_part_may_have_another_name_and_the_strict_namespace():
    members = {"_rels/.rels": relations(officeDocument="word/document2.xml")}
    members["word/document2.xml"] = story(f"<w:body>{p(r('a'))}</w:body>", namespace=STRICT)
    assert read(zipped(members), "x.docx") == "a\n"


REFUSED = {
    "a spreadsheet": zipped({"_rels/.rels": relations(officeDocument="xl/workbook.xml")}),
    "has no word/document.xml": zipped({"mimetype": "application/epub+zip"}),
    "holds no text": document(p()),
    "damaged XML": zipped({"word/document.xml": "<w:document"}),
    "damaged zip": b"{\\rtf1}",
}


@pytest.mark.parametrize(("words", "raw"), REFUSED.items(), ids=REFUSED)
def test_what_is_no_document_is_one_sentence(words, raw):
    with pytest.raises(InputError, match=f"x.docx.*{words}"):
        read(raw, "x.docx")


CHOICE = ("<w:r><mc:AlternateContent><mc:Choice>", p(r("box")), "</mc:Choice></mc:AlternateContent></w:r>")
PAGE = story(
    f"<w:body>{p(r('one'), '<w:r><w:tab/><w:br/></w:r>')}<w:tbl><w:tr><w:tc>{p(r('a'))}</w:tc><w:tc>{p(r('b'))}</w:tc>"
    f"</w:tr></w:tbl>{p(*CHOICE)}</w:body>"
).encode()


@settings(max_examples=60)
@given(mutations(PAGE))
def test_any_bytes_inside_give_a_text_or_one_sentence(page):
    assert is_answered(read, zipped({"word/document.xml": page}))


@settings(max_examples=60)
@given(st.one_of(mutations(zipped({"word/document.xml": PAGE})), st.binary(max_size=40)))
def test_any_file_gives_a_text_or_one_sentence(raw):
    assert is_answered(read, raw)


NAMES = st.sampled_from(
    ["w:p", "w:r", "w:t", "w:tbl", "w:tr", "w:tc", "w:del", "mc:AlternateContent", "mc:Choice", "w:pPr"]
)
TREES = st.recursive(
    st.just("a "),
    lambda inner: st.builds(lambda n, c: f"<{n}>{''.join(c)}</{n}>", NAMES, st.lists(inner)),
    max_leaves=20,
)


@settings(max_examples=60)
@given(TREES)
def test_elements_in_any_order_give_a_text_or_one_sentence(tree):
    assert is_answered(read, document(tree))
