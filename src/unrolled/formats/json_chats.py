"""Exports of chats that are JSON: Telegram's, Discord's, Slack's, Facebook's and Instagram's, Google Chat's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .chats import DELETED, MEDIA, SYSTEM, Chat, Message, chat_of
from .html import unescape

Raw = dict[str, Any]
SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of characters, which JSON can write and no encoding has."""
LINK = re.compile(r"<([@#!]?)([^<>|\n]*)(?:\|([^<>\n]*))?>")
FIRST = 20
"""Messages by which the form of an export is told."""
SPOKEN = ("bot_message", "thread_broadcast", "me_message", "file_comment", "file_share")
"""Kinds of Slack's messages that somebody wrote."""
DISCORD_SPOKEN = ("", "Default", "Reply", "0", "19")


@dataclass(frozen=True)
class Form:
    """How a program writes a message: the keys that all of its messages have, and how to read one."""

    keys: frozenset[str]
    speaker: Callable[[Raw], str]
    words: Callable[[Raw], str]
    time: str
    is_system: Callable[[Raw], bool] = lambda _: False
    is_bare: bool = False
    """Whether an export is a list of messages, and nothing around it."""


def from_json(value: Any) -> Chat | None:
    """Return the messages of a parsed export, of one chat or of several; None for JSON that is none."""
    found: list[Message] = []
    left_out: Counter[str] = Counter()
    known = False
    for messages in chats_in(value):
        form = form_of(messages, isinstance(value, list))
        if form:
            known = True
            found += read_chat(oldest_first(messages, form.time), form, left_out)
    return chat_of(found, left_out) if known else None


def chats_in(value: Any) -> Iterable[list[Raw]]:
    """Return the lists of messages in an export."""
    if isinstance(value, dict) and isinstance(value.get("messages"), list):
        value = value["messages"]
    if isinstance(value, list):
        return [[each for each in value if isinstance(each, dict)]]
    if not isinstance(value, dict):
        return []
    folders = [value.get("chats"), value.get("left_chats")]
    chats = [each for folder in folders if isinstance(folder, dict) for each in of_type(folder.get("list"), list, [])]
    return [inner for chat in chats if isinstance(chat, dict) for inner in chats_in({"messages": chat.get("messages")})]


def form_of(messages: list[Raw], is_bare: bool) -> Form | None:
    """Return the form that the first messages have."""
    forms = [form for form in FORMS if form.is_bare == is_bare]
    return next((form for form in forms for each in messages[:FIRST] if form.keys <= each.keys()), None)


def oldest_first(messages: list[Raw], time: str) -> list[Raw]:
    """Return messages in the order in which they were written: some programs begin with the newest."""
    times = [each[time] for each in messages if isinstance(each.get(time), int | str)]
    ends = times[:1] + times[-1:]
    return messages[::-1] if len({*map(type, ends)}) == 1 and ends[0] > ends[1] else messages


def read_chat(messages: list[Raw], form: Form, left_out: Counter[str]) -> list[Message]:
    """Return the messages of one chat that somebody wrote."""
    found = []
    for each in messages:
        words = form.words(each).strip("\n")
        if form.is_system(each):
            left_out[SYSTEM] += 1
        elif each.get("is_unsent") is True:
            left_out[DELETED] += 1
        elif not words.strip():
            left_out[MEDIA] += 1
        else:
            time = each.get(form.time)
            found.append(
                Message(form.speaker(each) or "unknown", words, text_in(str(time)) if time is not None else "")
            )
    return found


def of_type(value: Any, kind: type, otherwise: Any) -> Any:
    """Return a value if it is of a type."""
    return value if isinstance(value, kind) else otherwise


def text_in(value: Any) -> str:
    """Return a string of the export as text: newlines at the ends of lines, no half characters."""
    if not isinstance(value, str):
        return ""
    return SURROGATES.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))


def first_text(*values: Any) -> str:
    """Return the first value that is some text, in one line."""
    return next((" ".join(text.split()) for text in map(text_in, values) if text.strip()), "")


def telegram_words(message: Raw) -> str:
    """Return the text of a message: a string, or parts that are strings or have one (bold words, links)."""
    text = message.get("text", message.get("text_entities"))
    parts = text if isinstance(text, list) else [text]
    return "".join(text_in(each.get("text") if isinstance(each, dict) else each) for each in parts)


def discord_speaker(message: Raw) -> str:
    """Return the name that an author has in a chat."""
    author = of_type(message.get("author"), dict, {})
    return first_text(author.get("nickname"), author.get("name"))


def slack_speaker(message: Raw) -> str:
    """Return the name that a message tells, or the user's number."""
    profile = of_type(message.get("user_profile"), dict, {})
    names = (profile.get("display_name"), profile.get("real_name"), profile.get("name"))
    return first_text(*names, message.get("username"), message.get("user"))


def slack_words(message: Raw) -> str:
    """Return the text of a message with its links as they are shown."""
    return unescape(LINK.sub(shown, text_in(message.get("text"))))


def shown(link: re.Match[str]) -> str:
    """Return what is shown of a link: a name with its sign, a label, or the address."""
    return (link[1] if link[1] in "@#" else "@") + (link[3] or link[2]).lstrip("@") if link[1] else link[3] or link[2]


def mended(value: Any) -> str:
    """Return text whose UTF-8 was taken for Latin-1, as Facebook and Instagram write it, as it was."""
    text = of_type(value, str, "")
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode("utf-8")
    return text_in(text)


def creator(message: Raw) -> str:
    """Return the name of who wrote a message in Google Chat."""
    who = of_type(message.get("creator"), dict, {})
    return first_text(who.get("name"), who.get("email"))


FORMS = (
    Form(
        frozenset(("id", "type", "date")),
        lambda each: first_text(each.get("from"), each.get("from_id"), each.get("actor")),
        telegram_words,
        "date",
        lambda each: each.get("type") != "message",
    ),
    Form(
        frozenset(("author", "content", "timestamp")),
        discord_speaker,
        lambda each: text_in(each.get("content")),
        "timestamp",
        lambda each: str(each.get("type", "")) not in DISCORD_SPOKEN,
    ),
    Form(
        frozenset(("ID", "Timestamp", "Contents")),
        lambda _: "me",  # Discord gives everybody their own messages
        lambda each: text_in(each.get("Contents")),
        "Timestamp",
        is_bare=True,
    ),
    Form(
        frozenset(("sender_name", "timestamp_ms")),
        lambda each: first_text(mended(each.get("sender_name"))),
        lambda each: mended(each.get("content")),
        "timestamp_ms",
    ),
    Form(
        frozenset(("senderName", "timestamp", "text")),
        lambda each: first_text(each.get("senderName")),
        lambda each: text_in(each.get("text")),
        "timestamp",
    ),
    Form(
        frozenset(("creator", "created_date")),
        creator,
        lambda each: text_in(each.get("text")),
        "created_date",
    ),
    Form(
        frozenset(("type", "ts", "text")),
        slack_speaker,
        slack_words,
        "ts",
        lambda each: bool(each.get("subtype")) and each.get("subtype") not in SPOKEN,
        is_bare=True,
    ),
)
