import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.formats.leftout_bytes import LEAVE_OUT, LeftOut, counting


def decoded(raw: bytes, encoding: str = "utf-8") -> tuple[str, LeftOut]:
    left_out = LeftOut()
    with counting(left_out):
        return raw.decode(encoding, LEAVE_OUT), left_out


@given(st.binary(max_size=40), st.sampled_from(["utf-8", "utf-16-le", "gb18030", "ascii", "cp932"]))
def test_what_is_left_is_what_python_leaves_when_it_ignores_errors(raw, encoding):
    assert decoded(raw, encoding)[0] == raw.decode(encoding, "ignore")


@given(st.lists(st.text(max_size=5)), st.sampled_from([b"\xff", b"\x80", b"\xc3\x28"[:1]]))
def test_bytes_between_texts_are_counted(texts, bad):
    raw = bad.join(text.encode() for text in texts)
    text, left_out = decoded(raw)
    assert text == "".join(texts) and left_out.bytes == max(0, len(texts) - 1)


def test_lines_are_named_up_to_three_of_them():
    _, left_out = decoded(b"a\n\xff\xff\nb\n\xff\n\xff\n\xff\n\xff")
    assert left_out.note("a.txt", "utf-8") == (
        "a.txt: left out 6 bytes that are no UTF-8, in lines 2, 4, 5 and others",
    )
    assert decoded(b"a\xff")[1].note("x", "utf-8") == ("x: left out 1 byte that is no UTF-8, in line 1",)


def test_nothing_is_said_of_a_whole_text():
    assert decoded("schön".encode())[1].note("x", "utf-8") == ()


def test_outside_of_counting_bytes_are_left_out_all_the_same():
    assert b"a\xffb".decode("utf-8", LEAVE_OUT) == "ab"


def test_nothing_is_left_out_of_what_is_written():
    with pytest.raises(UnicodeEncodeError):
        "ä".encode("ascii", LEAVE_OUT)


def test_blocks_are_counted_like_a_whole():
    raw, left_out = "“a”\n".encode() * 50 + b"\xe2\x80", LeftOut()
    decoder = codecs.getincrementaldecoder("utf-8")(LEAVE_OUT)
    with counting(left_out):
        text = "".join(decoder.decode(raw[start : start + 7]) for start in range(0, len(raw), 7))
        text += decoder.decode(b"", True)
    assert text == "“a”\n" * 50 and left_out.bytes == 2


def test_a_long_line_of_broken_bytes_takes_a_time_that_grows_with_its_length_only():
    def seconds(size):
        began = time.process_time()
        with counting(LeftOut()):
            (b"\xff" * size).decode("utf-8", LEAVE_OUT)
        return time.process_time() - began

    seconds(1000)
    assert seconds(400_000) < 30 * max(seconds(40_000), 0.02)  # 100 times, where each byte begins at the line's start
