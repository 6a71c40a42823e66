import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.formats.chats import Message, whatsapp

ANDROID = """31/12/2020, 21:40 - Messages and calls are end-to-end encrypted. Tap to learn more.
31/12/2020, 21:41 - Anna: Hello: are you there?
31/12/2020, 21:42 - Ben: yes
  on my way

with cake
31/12/2020, 21:43 - Anna: <Media omitted>
31/12/2020, 21:43 - Ben: This message was deleted
31/12/2020, 21:44 - Ben changed the subject to "Plan: dinner"
31/12/2020, 21:45 - Ben: IMG-20201231-WA0001.jpg (file attached)
Look at that!
31/12/2020, 21:46 - Anna: nice <This message was edited>
31/12/2020, 21:47 - Anna: null
"""
IPHONE = """\u200e[31/12/2020, 21:40:00] Family: \u200eMessages and calls are end-to-end encrypted.
[31/12/2020, 21:41:05] Anna: Hello: are you there?
[31/12/2020, 21:42:05] \u202a+95\u00a09\u00a0123\u00a0456\u202c: yes
on my way
\u200e[31/12/2020, 21:43:05] Anna: \u200eimage omitted
[31/12/2020, 21:43:10] ~\u202fBen: \u200eThis message was deleted.
[31/12/2020, 21:45:05] ~\u202fBen: Look at that! \u200e<attached: 00000012-PHOTO.jpg>
[31/12/2020, 21:46:05] Anna: nice \u200e<This message was edited>
"""


def said(text: str) -> list[tuple[str, str]]:
    chat = whatsapp(text)
    assert chat is not None
    return [(each.speaker, each.text) for each in chat.messages]


def test_an_export_of_android_is_read():
    chat = whatsapp(ANDROID)
    assert chat.messages[0] == Message("Anna", "Hello: are you there?", "31/12/2020, 21:41")
    assert said(ANDROID)[1:] == [
        ("Ben", "yes\n  on my way\n\nwith cake"),
        ("Ben", "Look at that!"),
        ("Anna", "nice"),
    ]
    assert chat.notes == ["messages left out: 2 by the program itself, 1 deleted, 2 of media alone"]


def test_an_export_of_an_iphone_is_read():
    assert said(IPHONE) == [
        ("Anna", "Hello: are you there?"),
        ("+95\u00a09\u00a0123\u00a0456", "yes\non my way"),
        ("Ben", "Look at that!"),
        ("Anna", "nice"),
    ]


STAMPS = [
    "12/31/20, 9:41 PM - ",
    "12/31/20, 9:41\u202fPM - ",
    "31.12.20, 21:41 - ",
    "31-12-20 21:41 - ",
    "2020-12-31 21:41 - ",
    "31/12/20 9:41 p. m. - ",
    "31/12/2020, 9:41 p.m. - ",
    "31.12.2020 klo 21.41 - ",
    "31/12/20 21.41 - ",
    "31.12.20 г., 21:41 ч. - ",
    "2020. 12. 31. 21:41 - ",
    "2020/12/31 下午9:41 - ",
    "2020/12/31, 21:41 - ",
    "2020. 12. 31. 오후 9:41 - ",
    "2020년 12월 31일 오후 9:41, ",
    "31/12/2020 21h41 - ",
    "31/12/2020, 21:41 – ",
    "٣١\u200f/١٢\u200f/٢٠٢٠, ٩:٤١ م - ",
    "၃၁/၁၂/၂၀၂၀၊ ၂၁:၄၁ - ",
    "၃၁-၁၂-၂၀၊ ည ၉:၄၁ - ",
    "३१/१२/२०, ९:४१ pm - ",
    "31/12/20, 9:41 da tarde - ",
    "[31/12/2020, 21:41:05] ",
    "[12/31/20, 9:41:05\u202fPM] ",
    "[31.12.20, 21:41:05] ",
    "[31/12/20 21:41:05] ",
    "[2020-12-31 21:41:05] ",
    "[2020/12/31 下午9:41:05] ",
    "[2020. 12. 31. 오후 9:41:05] ",
    "\u200e[31-12-2020 21:41:05] ",
    "[21:41, 31/12/2020] ",
    "[9:41 pm, 31/12/2020] ",
]


@pytest.mark.parametrize("stamp", STAMPS)
def test_dates_and_times_have_the_form_of_every_language(stamp):
    text = f"{stamp}Anna 🌸: one\n{stamp}Ben : two\nmore\n{stamp}Anna 🌸: three\n"
    for export in (text, " \n\n " + text):
        assert said(export) == [("Anna 🌸", "one"), ("Ben", "two\nmore"), ("Anna 🌸", "three")]


def test_a_name_with_a_colon_is_told_from_a_text_with_one():
    stamp = "31/12/20, 21:41 - "
    lines = ["Bob: builder: hi", "Ann: note: hi", "Bob: builder: yes", "Ann: no", "Bob: builder: a: b"]
    assert said("\n".join(stamp + line for line in lines)) == [
        ("Bob: builder", "hi"),
        ("Ann", "note: hi"),
        ("Bob: builder", "yes"),
        ("Ann", "no"),
        ("Bob: builder", "a: b"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<Medien ausgeschlossen>",
        "<Multimedia omitido>",
        "<Без медиафайлов>",
        "\u200e<attached: a.opus>",
        "sticker omitted",
        "",
    ],
)
def test_media_are_left_out_in_every_language(text):
    chat = whatsapp(f"31/12/20, 21:41 - Ann: hi\n31/12/20, 21:42 - Ann: {text}")
    assert len(chat.messages) == 1 and chat.notes == ["messages left out: 1 of media alone"]


@pytest.mark.parametrize("text", ["I <3 you", "<b>", "1 < 2 > 0", "null and void", "a file (attached)"])
def test_what_somebody_wrote_is_no_medium(text):
    assert said(f"31/12/20, 21:41 - Ann: hi\n31/12/20, 21:42 - Ann: {text}")[1] == ("Ann", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A book.\n31/12/2020, 21:41 - Anna: hi\n",
        "31/12/2020, 21:41 - Anna: one alone",
        "2020-12-31 21:41 - INFO: started\n2020-12-31 21:42 - ERROR: ended\n",
        "31/12/2020, 21:41 - nobody\n31/12/2020, 21:42 - nobody\n",
        "31/12/2020 was a Thursday, and 21:41 - well: late\n" * 3,
        "1.1.1 Introduction\n1.1.2 More: of it\n",
    ],
)
def test_other_texts_are_no_chats(text):
    assert whatsapp(text) is None


def test_the_time_grows_with_the_length():
    def seconds(line: str, times: int) -> float:
        begin = time.process_time()
        whatsapp("31/12/20, 21:41 - A: b\n" * 2 + line * times)
        return time.process_time() - begin

    for line in (
        "31/12/20, 21:41 - " + "a: " * 50 + "\n",
        "1/",
        "1 ",
        "31/12/20, a",
        "\u200e<",
        " ",
        "[31/12/20, 21:41 ",
    ):
        assert seconds(line, 5000) < 2


PARTS = st.sampled_from(
    [*"/.:-[], <>\n\u200e\u202f0123a", "31/12/20", "21:41", " - ", "PM", "Ann: ", "\n31/12/20, 21:41 - "]
)


@settings(max_examples=100)
@given(st.lists(st.one_of(PARTS, st.text(max_size=3)), max_size=30))
def test_any_text_is_a_chat_or_none(parts):
    for beginning in ("", " ", " 31/12/20, 21:41 - Ann: hi\n"):
        chat = whatsapp(beginning + "".join(parts))
        assert chat is None or all(each.speaker and each.text.strip() for each in chat.messages)
