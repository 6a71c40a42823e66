import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.formats.chats import Message
from unrolled.formats.json_chats import FORMS, from_json


def telegram(speaker, text, kind="message"):
    return {"id": 1, "type": kind, "date": "2020-12-31T21:41:05", "from": speaker, "text": text}


TELEGRAM = [
    telegram("Anna", "Hello"),
    telegram("Anna", "", "service"),
    telegram("Ben", ["see ", {"type": "link", "text": "a.b"}, " and ", {"type": "bold", "text": "go"}, 3, None]),
    telegram(None, "from nobody"),
    telegram("Ben", ""),
]
SAID = [("Anna", "Hello"), ("Ben", "see a.b and go"), ("unknown", "from nobody")]
DISCORD = {
    "messages": [
        {"type": "Default", "timestamp": "2020-01-01", "content": "hi", "author": {"name": "ann", "nickname": "Ann"}},
        {"type": "Reply", "timestamp": "2020-01-02", "content": "yes", "author": {"name": "ben", "nickname": None}},
        {"type": "GuildMemberJoin", "timestamp": "2020-01-03", "content": "Joined.", "author": {"name": "ben"}},
        {"type": "Default", "timestamp": "2020-01-04", "content": "", "author": {"name": "ben"}},
    ]
}
PACKAGE = [
    {"ID": 2, "Timestamp": "2020-12-31 21:42:00", "Contents": "second", "Attachments": ""},
    {"ID": 1, "Timestamp": "2020-12-31 21:41:00", "Contents": "first", "Attachments": ""},
]
FACEBOOK = {
    "participants": [{"name": "Ren\u00c3\u00a9"}],
    "messages": [
        {"sender_name": "Ren\u00c3\u00a9", "timestamp_ms": 2, "content": "caf\u00c3\u00a9 \u00e2\u0098\u0095"},
        {"sender_name": "Ann", "timestamp_ms": 1, "content": "plain é"},
        {"sender_name": "Ann", "timestamp_ms": 1, "photos": []},
        {"sender_name": "Ann", "timestamp_ms": 1, "content": "x", "is_unsent": True},
    ],
}
SLACK = [
    {
        "type": "message",
        "ts": "1.0",
        "user": "U1",
        "text": "see <@U2> in <#C1|general> at <http://a.b|the page> &amp; go",
    },
    {
        "type": "message",
        "ts": "2.0",
        "user": "U2",
        "text": "<http://a.b> <!here>",
        "user_profile": {"real_name": "Ben B"},
    },
    {"type": "message", "ts": "3.0", "user": "U2", "text": "joined", "subtype": "channel_join"},
]
GOOGLE = {"messages": [{"creator": {"name": "Ann"}, "created_date": "Monday", "text": "hi"}]}
ENCRYPTED = {"messages": [{"senderName": "Ann", "timestamp": 1, "text": "hi", "type": "text"}]}


@pytest.mark.parametrize(
    ("export", "said"),
    [
        ({"name": "x", "type": "personal_chat", "messages": TELEGRAM}, SAID),
        ({"chats": {"list": [{"messages": TELEGRAM}, {"messages": TELEGRAM}]}}, SAID * 2),
        (DISCORD, [("Ann", "hi"), ("ben", "yes")]),
        (PACKAGE, [("me", "first"), ("me", "second")]),
        (FACEBOOK, [("Ann", "plain é"), ("René", "café ☕")]),
        (SLACK, [("U1", "see @U2 in #general at the page & go"), ("Ben B", "http://a.b @here")]),
        (GOOGLE, [("Ann", "hi")]),
        (ENCRYPTED, [("Ann", "hi")]),
    ],
)
def test_exports_are_read(export, said):
    assert [(each.speaker, each.text) for each in from_json(export).messages] == said


def test_the_text_of_telegram_may_stand_in_its_entities_alone():
    message = {
        "id": 1,
        "type": "message",
        "date": "2020",
        "from": "Ann",
        "text_entities": [{"type": "plain", "text": "hi"}],
    }
    assert from_json({"messages": [message]}).messages == [Message("Ann", "hi", "2020")]


def test_what_is_left_out_is_counted():
    assert from_json({"messages": TELEGRAM}).notes == ["messages left out: 1 by the program itself, 1 of media alone"]
    assert from_json(FACEBOOK).notes == ["messages left out: 1 deleted, 1 of media alone"]
    assert from_json(PACKAGE).notes == []


def test_ends_of_lines_and_half_characters_are_mended():
    message = telegram("A\nn", "one\r\ntwo\ud800")
    assert from_json({"messages": [message]}).messages == [Message("A n", "one\ntwo\ufffd", "2020-12-31T21:41:05")]


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        "text",
        [],
        {},
        {"messages": {}},
        {"messages": [{"role": "user", "content": "hi"}]},
        [{"author": "Jane", "content": "a tweet", "timestamp": 3}],
        {"chats": []},
        {"chats": {"list": [3, {"messages": 3}]}},
        [{"text": "a row"}],
    ],
)
def test_other_json_is_no_chat(value):
    assert from_json(value) is None


KEYS = st.sampled_from(
    sorted({"messages", "list", "chats", "author", "from", "user_profile", "subtype"}.union(*(f.keys for f in FORMS)))
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=12,
)
MESSAGES = st.sampled_from([TELEGRAM[0], DISCORD["messages"][0], PACKAGE[0], FACEBOOK["messages"][0], SLACK[1]])


@settings(max_examples=40)
@given(
    st.lists(st.builds(lambda message, changes: message | changes, MESSAGES, st.dictionaries(KEYS, VALUES)), max_size=4)
)
def test_any_values_in_messages_are_a_chat_or_none(messages):
    for value in (messages, {"messages": messages}, {"chats": {"list": [{"messages": messages}]}}):
        chat = from_json(value)
        assert chat is None or all(each.speaker and each.text.strip() for each in chat.messages)


@settings(max_examples=40)
@given(VALUES)
def test_any_json_is_a_chat_or_none(value):
    from_json(value)
