import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.formats.xml_events import DEEPEST_ELEMENT, LONGEST_TAG, Reader, pieces, read_xml, skip

from .hostile import is_answered


class Words(Reader):
    """Keeps the characters, and the elements called ``a`` as stars."""

    def __init__(self, families=None):
        super().__init__()
        self.families = families
        self.found = []
        self.starts = {"a": lambda _: self.found.append("*"), "no": skip, "x:a": lambda _: self.found.append("x")}

    def text(self, data):
        self.found.append(data)


def words(raw: bytes | str, families=None, encoding=None) -> str:
    reader = Words(families)
    read_xml(pieces(raw.encode() if isinstance(raw, str) else raw), "the file", reader, encoding)
    return "".join(reader.found)


def test_elements_and_characters_are_told_in_order():
    assert words("<t>one <a/>two&amp;<b>three</b></t>") == "one *two&three"


def test_what_is_skipped_is_skipped_to_its_end():
    assert words("<t>one<no>two<no>three</no><a/>four</no>five</t>") == "onefive"


def test_names_are_short_by_the_families_of_namespaces():
    page = '<t xmlns:p="urn:known" xmlns:q="urn:other"><p:a/><q:a/><a/></t>'
    assert words(page, {"urn:known": "x"}) == "x"
    assert words(page) == "***"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1", "cp1252"])
def test_the_encoding_that_a_document_declares_is_taken(encoding):
    assert words(f"<?xml version='1.0' encoding='{encoding}'?><t>£5é</t>".encode(encoding)) == "£5é"


def test_an_encoding_can_be_given():
    assert words("<?xml version='1.0' encoding='utf-16'?><t>£</t>".encode(), encoding="utf-8") == "£"


def test_an_external_dtd_is_accepted_and_not_fetched_and_its_entities_are_those_of_html():
    assert words('<!DOCTYPE t SYSTEM "http://nowhere.invalid/t.dtd"><t>a&nbsp;b&unknown;c</t>') == "a\xa0bc"


LAUGHS = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
REFUSED = {
    "declarations": f'<!DOCTYPE t [<!ENTITY e0 "ha">{LAUGHS}]><t>&e9;</t>',
    "an outer entity": '<!DOCTYPE t [<!ENTITY e SYSTEM "file:///etc/passwd">]><t>&e;</t>',
    "a parameter": '<!DOCTYPE t [<!ENTITY % e SYSTEM "http://nowhere.invalid">%e;]><t/>',
    "depth": "<t>" * (DEEPEST_ELEMENT + 1),
    "a long tag": f"<t a='{'x' * (LONGEST_TAG + (2 << 20))}'/>",
    "an unfinished comment": f"<t><!--{'x' * (LONGEST_TAG * 3)}",
    "too many names": "<t>" + "".join(f"<t{n} a{n}=''/>" for n in range(40_000)),
    "a long namespace": f"<t xmlns='{'x' * 1000}'/>",
    "an unknown entity": "<t>&unknown;</t>",
    "an unknown encoding": "<?xml version='1.0' encoding='klingon'?><t/>",
    "an encoding of many bytes": "<?xml version='1.0' encoding='shift_jis'?><t/>",
    "two roots": "<t/><t/>",
    "nothing": "",
}


@pytest.mark.parametrize("page", REFUSED.values(), ids=REFUSED)
def test_what_is_not_read_is_one_sentence(page):
    begin = time.process_time()
    with pytest.raises(InputError, match=r"^the file .*\.txt"):
        words(page)
    assert time.process_time() - begin < 5


@settings(max_examples=50)
@given(st.text(st.sampled_from("<>/!-[]&;= \"'ab?xml:")))
def test_any_bytes_are_read_or_refused(page):
    assert is_answered(lambda raw, _: [words(raw)], f"<t>{page}</t>".encode())
