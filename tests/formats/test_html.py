import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.formats.html import charset_of, read_page, unescape


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo\n"),
        ("<p>one<p>two<div>three</div>four", "one\n\ntwo\n\nthree\n\nfour\n"),
        ("<h1>Title</h1>text <b>bold </b> <i> and</i>\n\tmore", "Title\n\ntext bold and more\n"),
        ("a <br> b<br/>c<BR>", "a\nb\nc\n"),
        ("<p>a</p>  \n  <p> </p><p>b</p>", "a\n\nb\n"),
        ("<pre>\n  two  \n    four\n\n six</pre>after  all", "  two\n    four\n\n six\n\nafter all\n"),
        ("a&nbsp;b &lt;c&gt; &eacute;&#233;&#xE9; AT&T &amp;amp;", "a\xa0b <c> ééé AT&T &amp;\n"),
        ("2 < 3 <3 a<b>c</b>", "2 < 3 <3 ac\n"),
        ("<ul><li>one<li>two<ul><li>in</ul></ul><p>end", "one\ntwo\nin\n\nend\n"),
        ("<dl><dt>term</dt><dd>meaning</dd></dl>", "term\nmeaning\n"),
        ("<table><tr><td>a<td>b<tr><th>c</th><td><p>d</p><p>e</p></td></table>x", "a\tb\nc\td e\n\nx\n"),
        ("<table><tr><td><p>a</p><p>b</p></td></tr></table>", "a\n\nb\n"),
        ("<td>a</td></ul></table>b</tr>", "a\n\nb\n"),
        ("so\u00adft hy&shy;phen", "soft hyphen\n"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字<rt>ji</ruby>", "漢字\n"),
        ("<p class='a>b'>x</p><p title=\"it's\">y", "x\n\ny\n"),
        ("a<![CDATA[<b>]]>c", "a<b>c\n"),
        ("", ""),
        ("<img src='a.png'>", ""),
    ],
)
def test_a_page_is_read_as_browsers_show_it(page, text):
    assert read_page(page) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<head><title>no</title><style>p { no }</style><meta name='no'></head>",
        "<script>if (a < b) document.write('<p>no</p>')</script>",
        "<SCRIPT type='x'>no</SCRIPT >",
        "<script src='no.js'/>",
        "<title/>",
        "<!-- no <p> no --><!--><!doctype html [<!ENTITY no '<p>no'>]><?xml no?>",
        "<template><p>no<template>no</template></p></template>",
        "<noscript>no</noscript><svg><title>no</title><text>no</text></svg>",
        "<div hidden>no<div>no</div></div><span hidden=''>no</span><p hidden>no",
        "<div style='display: none'>no</div><textarea>no</textarea><select><option>no</select>",
    ],
)
def test_what_is_not_shown_is_left_out(hidden):
    assert read_page(f"<p>a</p>{hidden}<p>b</p>") == "a\n\nb\n"


@pytest.mark.parametrize(
    "shown", ['class="hidden"', "data-hidden=1", "aria-hidden='true'", "title='hidden'", "alt=none"]
)
def test_what_only_speaks_of_hiding_is_shown(shown):
    assert read_page(f"<p {shown}>a</p>") == "a\n"


@pytest.mark.parametrize(
    "page", ["a<p title='", "a<!-- b", "a<script>b", "a<![CDATA[", "a<title>b", "a</", "a<!doctype ["]
)
def test_what_nothing_ends_goes_to_the_end_of_the_page(page):
    assert read_page(page) == "a\n"


UNFINISHED = [
    *(
        '<a x="',
        "<a",
        "<!--",
        "<![",
        "</",
        "<!doctype [>",
        "&#",
        "<table><tr><td>x",
        "<ul><li>x",
        "</td><ul>",
        "<pre> ",
    ),
    *("<script>", "<p hidden>", "<b> </b>", "<a =", "<rt>", "<div hidden>"),
]


@pytest.mark.parametrize("part", UNFINISHED)
def test_the_time_grows_with_the_length_whatever_the_page(part):
    def seconds(times: int) -> float:
        begin = time.process_time()
        read_page(part * times)
        return time.process_time() - begin

    seconds(1000)
    assert seconds(20_000) < max(0.5, 40 * seconds(2_000))


def test_numbers_of_no_character_are_no_failure():
    assert unescape(f"&#{'9' * 10_000};&#x{'f' * 10_000};&#65;") == "\ufffd\ufffdA"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b'<meta charset="utf-8">', "utf-8"),
        (b"<META CHARSET=ISO-8859-1>", "cp1252"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
        (b"<?xml version='1.0' encoding='ISO-8859-2'?><html>", "iso8859-2"),
        (b'<meta charset="gb2312">', "gb18030"),
        (b'<meta charset="Shift_JIS">', "cp932"),
        (b'<meta charset="windows-874">', "cp874"),
        (b'<meta charset="utf-16">', "utf-8"),
        (b'<!-- <meta charset="koi8-r"> --><p>', None),
        (b'<meta charset="klingon">', None),
        (b'<meta charset="hex">', None),
        (b'<meta charset="idna">', None),
        (b'<meta charset="unicode_escape">', None),
        (b"<p>charset=koi8-r</p>", None),
        (b" " * 1024 + b'<meta charset="koi8-r">', None),
        (b"", None),
    ],
)
def test_the_encoding_that_a_page_names_is_found(head, encoding):
    assert charset_of(head) == encoding


TAGS = ["p", "ul", "li", "table", "tr", "td", "th", "pre", "div", "b", "rt", "ruby", "script", "br"]
PARTS = st.one_of(
    st.builds(
        lambda name, form: form.format(name), st.sampled_from(TAGS), st.sampled_from(["<{}>", "</{}>", "<{} />"])
    ),
    st.sampled_from(["<p hidden>", "<td hidden>", "<!--", "-->", "<![CDATA[", "]]>", "<!", ">", "&", "&lt;", "&#10;"]),
    st.sampled_from(["text", '"', " '", "=", "<", " ", "\n"]),
)


@settings(max_examples=200)
@given(st.lists(st.one_of(PARTS, st.text(max_size=3)), max_size=30))
def test_any_page_gives_a_text(parts):
    text = read_page("".join(parts))
    assert not text or text.endswith("\n")
    assert all(line == line.rstrip() for line in text.split("\n"))
    assert "\n\n\n" not in text


@settings(max_examples=50)
@given(st.binary(max_size=80))
def test_any_encoding_that_is_found_is_one_of_texts(raw):
    found = charset_of(b"<meta charset=" + raw)
    assert found is None or "a".encode(found)
