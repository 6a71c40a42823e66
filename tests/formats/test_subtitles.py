import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.formats.subtitles import is_subtitles, strip_timecodes

SRT = """1
00:00:01,000 --> 00:00:02,500
Hello,
<i>world</i>.

2
00:00:03,000 --> 00:00:04,000 X1:40 X2:600
{\\an8}It is 10 < 11, & <3.

3
00:00:05,000 --> 00:00:06,000

4
00:00:07,000 --> 00:00:08,000
1984
"""
VTT = """WEBVTT - a title
Kind: captions

STYLE
::cue { color: red }

NOTE a note
of two lines

intro
00:01.000 --> 00:02.000 align:start position:0%
<v Mary Ann>Hello &amp; <c.loud>welcome</c>

NOTE another

01:00:03.000 --> 01:00:04.000
to <00:03.500>us
"""


def test_the_words_of_srt_are_what_stands_between_the_times():
    assert strip_timecodes(SRT) == "Hello,\nworld.\nIt is 10 < 11, & <3.\n1984\n"


def test_the_words_of_vtt_are_what_stands_between_the_times():
    assert strip_timecodes(VTT) == "Hello & welcome\nto us\n"


@pytest.mark.parametrize(
    "text",
    [
        SRT,
        SRT.replace(",000", ".000"),
        SRT.replace("00:00:", "00:"),
        SRT.replace("00:00:", "0:0:"),
        SRT.replace(",000", ""),
        SRT.replace("\n\n", "\n"),
        SRT.replace("1\n00", "00").replace("2\n00", "00").replace("3\n00", "00").replace("4\n00", "00"),
        "\n\n" + SRT,
        SRT.replace("\n\n", "\n \n\n"),
        SRT.replace("\n", "\n\n"),
    ],
)
def test_other_ways_of_writing_srt_are_read_alike(text):
    assert is_subtitles(text)
    assert strip_timecodes(text) == strip_timecodes(SRT)


def test_automatic_captions_say_each_line_once():
    cues = ["say\nit<00:00:01.500><c> once</c>", "it once\n ", "it once\nand<00:00:02.500><c> go</c>"]
    text = "WEBVTT\n\n" + "".join(f"00:00:0{n}.000 --> 00:00:0{n + 1}.000\n{cue}\n\n" for n, cue in enumerate(cues))
    assert strip_timecodes(text) == "say\nit once\nand go\n"


def test_what_is_said_twice_stays_twice():
    assert strip_timecodes(SRT.replace("1984", "No.\n\n5\n00:00:09,000 --> 00:00:10,000\nNo.")).endswith("No.\nNo.\n")


@pytest.mark.parametrize("text", ["", "a --> b", "12:30 lunch\n", "<!-- 00:00:01,000 -->", "1\n2\n3\n4\n5\n6\n" + SRT])
def test_other_texts_are_no_subtitles_and_one_without_times_stays(text):
    assert not is_subtitles(text)
    assert strip_timecodes(text) == text or "-->" in text


def test_a_file_is_known_by_its_header_alone():
    assert is_subtitles("WEBVTT") and is_subtitles(VTT) and not is_subtitles("WEBVTTS")


LINES = st.sampled_from([*SRT.split("\n"), *VTT.split("\n"), "-->", "<", "{", "&#"])


@settings(max_examples=100)
@given(st.lists(st.one_of(LINES, st.text(max_size=4)), max_size=20))
def test_any_text_gives_lines_without_times(lines):
    text = "\n".join(lines)
    words = strip_timecodes(text)
    if words != text:
        assert "\n\n" not in words and "00:00:01,000 -->" not in words
        assert all(line == line.strip() for line in words.split("\n"))
