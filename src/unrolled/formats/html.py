"""The text of a web page (.html, .htm, .xhtml), and the encoding that it names.

Block elements are paragraphs, items of lists and rows of tables lines; white space is as browsers show it. Left out is
what they do not show: scripts, styles, the head, ``hidden`` elements, what stands for a reader without scripts.

The tags are found here, and not by ``html.parser``: in Python 3.11.7 that takes 45 seconds for 120 kB of unfinished
ones, and twice the length takes four times as long. Here each character is seen once.
"""

from __future__ import annotations

import codecs
import re
from html import unescape as unescape_all

from .paragraphs import Paragraphs, collapsed

TOKEN = re.compile(
    r"""<(?:(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)>|(!--|!\[CDATA\[|[!?]|/?[a-zA-Z]|/))"""
)
"""A tag (whether it closes, name, attributes), or the beginning of something else."""
DOCTYPE = re.compile(r"<!doctype[^>\[]*+(?:\[[^\]]*+\])?+[^>]*+>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([^\s=/"'>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))?""")
NOT_DISPLAYED = re.compile(r"display\s*:\s*none")
HUGE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")
"""Numbers of no character; Python's own function fails at those of thousands of digits."""


def elements(names: str) -> frozenset[str]:
    """Return some names of elements."""
    return frozenset(names.split())


BLOCKS = elements(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main menu nav ol p pre search "
    "section summary table tbody td tfoot th thead tr ul"
)
VOID = elements("area base br col embed hr img input link meta param source track wbr")
RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in elements("script style title textarea iframe noembed noframes xmp")
}
"""Elements whose content is no HTML, and ends at their closing tag alone."""
SKIPPED = elements("template noscript svg select datalist audio video canvas rt rp annotation annotation-xml")
OBEYED = BLOCKS | SKIPPED | {*RAW, "br"}
"""Elements that have a meaning here; all others only change how their text is shown."""
RUBY = elements("rb rt rp ruby")
ENDED_BY = {"p": BLOCKS, "rt": RUBY, "rp": RUBY}
"""Elements that may be left open: their end is at one of these tags."""
STRUCTURES = dict.fromkeys(elements("ul ol dl menu dir"), "list") | dict.fromkeys(elements("td th"), "cell")
STRUCTURES |= {"table": "table", "tr": "row"}
WITHIN = {"cell": ("table",), "row": ("table",), "list": ("table", "row", "cell"), "table": ()}
"""What a closing tag does not reach beyond."""
DEEPEST_STRUCTURE = 100
"""Lists, tables, rows and cells within each other; deeper ones are read as paragraphs."""

LATIN = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874"}
ASIAN = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "cp950"}
STANDS_FOR = LATIN | ASIAN | {"utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8"}
"""What browsers take the names of encodings for (encoding.spec.whatwg.org): pages use more than the old ones have."""
OTHER_NAMES = {"windows-874": "cp874", "x-sjis": "cp932", "x-gbk": "gb18030", "x-mac-roman": "mac_roman"}
NO_ENCODINGS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7", "mbcs", "oem"}
"""Codecs of Python that pages are not written in."""
COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
CHARSET = re.compile(rb"""<meta[\s/][^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?\bencoding\s*=\s*["']\s*([\w.:-]+)""")


def read_page(text: str) -> str:
    """Return the text of a page; nothing if it has none."""
    page = Page(text)
    page.read()
    return page.paragraphs.text()


def charset_of(raw: bytes) -> str | None:
    """Return Python's name of the encoding that a page names in its first 1024 bytes; None if it names no known one."""
    head = COMMENT.sub(b"", raw[:1024])
    named = DECLARED.search(head) or CHARSET.search(head)
    if not named:
        return None
    name = named[1].decode("ascii", "replace").lower()
    try:
        codec = codecs.lookup(OTHER_NAMES.get(name, name))
        " ".encode(codec.name)  # some codecs turn bytes into bytes
    except (LookupError, ValueError):
        return None
    return None if codec.name.replace("_", "-") in NO_ENCODINGS else STANDS_FOR.get(codec.name, codec.name)


def unescape(text: str) -> str:
    """Return a text with the characters that ``&amp;`` and its like stand for."""
    return unescape_all(HUGE.sub("\ufffd", text))


class Page:
    """Reads a page from its beginning to its end, once."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.paragraphs = Paragraphs()
        self.structures: list[str] = []
        self.preformatted = 0
        self.after_doctype = False
        self.skipping = ""  # the element that is not shown
        self.depth = 0  # those of its name in it
        self.begin = {"list": self.paragraphs.begin_list, "table": self.paragraphs.begin_table}
        self.begin |= {"row": self.paragraphs.begin_row, "cell": self.paragraphs.begin_cell}
        self.end = {"list": self.paragraphs.end_list, "table": self.paragraphs.end_table}
        self.end |= {"row": self.paragraphs.end_row, "cell": self.paragraphs.end_cell}

    def read(self) -> None:
        """Read the whole page."""
        source, position = self.source, 0
        while found := TOKEN.search(source, position):
            start, position, before = found.start(), found.end(), position
            if start > before and not self.skipping:
                self.write(source[before:start])
            slash, name, attributes, other = found.groups()
            if not other:
                position = self.tag(bool(slash), name.lower(), attributes, position)
            elif other[-1].isalpha():  # a tag that nothing ends
                position = len(source)
            else:
                position = self.declaration(start, other)
        if not self.skipping:
            self.write(source[position:])
        self.end_block()
        while self.structures:
            self.end[self.structures.pop()]()

    def write(self, text: str) -> None:
        """Take text that stands between tags."""
        if "&" in text:
            text = unescape(text)
        self.paragraphs.pieces.append(text if self.preformatted else collapsed(text))

    def declaration(self, start: int, opening: str) -> int:
        """Pass over a comment, a DOCTYPE or the like; text that is marked as CDATA is text. Return where it ends."""
        closing = {"!--": "-->", "![CDATA[": "]]>"}.get(opening, ">")
        if opening == "!" and not self.after_doctype:
            self.after_doctype = True  # once: each unfinished one is looked at to the end of the page
            doctype = DOCTYPE.match(self.source, start)
            if doctype:
                return doctype.end()
        begin = start + 1 + len(opening)
        if opening == "!--":
            begin -= 2  # <!--> is a comment
        end = self.source.find(closing, begin)
        end = len(self.source) if end < 0 else end
        if opening == "![CDATA[" and not self.skipping:
            text = self.source[begin:end]
            self.paragraphs.pieces.append(text if self.preformatted else collapsed(text))
        return end + len(closing)

    def tag(self, closing: bool, name: str, attributes: str, after: int) -> int:
        """Obey a tag; return where the text goes on."""
        if not self.skipping and name not in OBEYED and "hidden" not in attributes and "none" not in attributes:
            return after
        closed = is_closed(attributes)
        if not closing and not closed and name in RAW:
            end = RAW[name].search(self.source, after)
            return end.start() if end else len(self.source)
        if self.skipping and not self.is_over(closing, name, closed):
            return after
        if not closing and not closed and (name in SKIPPED or is_hidden(name, attributes)):
            self.skipping, self.depth = name, 1
        if name == "br":
            self.paragraphs.pieces.append("\n")
        elif name in BLOCKS:
            self.end_block()
            if not self.skipping:
                self.block(closing, name)
                if closed:
                    self.block(True, name)
        return after

    def is_over(self, closing: bool, name: str, closed: bool) -> bool:
        """Count the tags in an element that is not shown; tell whether this one stands after it."""
        if name in ENDED_BY.get(self.skipping, ()):
            over = name != self.skipping or not closing
            self.skipping = ""
            return over
        if name == self.skipping and not closed:
            self.depth += -1 if closing else 1
            self.skipping = self.skipping if self.depth else ""
        return False

    def block(self, closing: bool, name: str) -> None:
        """Obey the beginning or the end of a block element."""
        if name in ("pre", "listing"):
            self.preformatted = max(0, self.preformatted + (-1 if closing else 1))
        structure = STRUCTURES.get(name)
        if structure and closing:
            self.close(structure)
        elif structure and len(self.structures) < DEEPEST_STRUCTURE:
            self.open(structure)

    def open(self, structure: str) -> None:
        """Begin a list, a table, a row or a cell; the end of the one before is often left out."""
        if structure in ("row", "cell"):
            self.close(structure)
            if "table" not in self.structures:
                return
        if structure == "cell" and self.structures[-1] != "row":
            self.open("row")
        self.begin[structure]()
        self.structures.append(structure)

    def close(self, structure: str) -> None:
        """End the innermost structure of a kind with all that is open in it."""
        for place in reversed(range(len(self.structures))):
            if self.structures[place] == structure:
                break
            if self.structures[place] in WITHIN[structure]:
                return
        else:
            return
        while len(self.structures) > place:
            self.end[self.structures.pop()]()

    def end_block(self) -> None:
        """End a paragraph: white space in it is one space, but for the preformatted."""
        pieces = self.paragraphs.pieces
        if not pieces:
            return
        text = "".join(pieces)
        if not self.preformatted:
            text = "\n".join(collapsed(line).strip(" ") for line in text.split("\n"))
        self.paragraphs.pieces = []
        self.paragraphs.add(text, self.paragraphs.lines[-1])


def is_closed(attributes: str) -> bool:
    """Tell whether a tag ends with a slash of its own, as in ``<br />``: it closes what it opens."""
    return attributes.endswith("/") and attributes[-2:-1] in ("", " ", "\n", "\t", '"', "'")


def is_hidden(name: str, attributes: str) -> bool:
    """Tell whether an element says that it is not shown."""
    if ("hidden" not in attributes and "none" not in attributes) or name in VOID:
        return False
    found = {key.lower(): value.strip("\"'") for key, value in ATTRIBUTE.findall(attributes)}
    return "hidden" in found or bool(NOT_DISPLAYED.search(found.get("style", "")))
