"""Exports of chats: who said what, in what order.

WhatsApp writes lines, in the form that dates and times have in the telephone's language; Telegram, Discord, Slack,
Facebook, Instagram and Google Chat write JSON, of which ``json_chats.py`` knows the forms. What a program wrote itself,
pictures, and what was deleted are left out, and counted in ``Chat.notes``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from .paragraphs import lines_in

SYSTEM, MEDIA, DELETED = "by the program itself", "of media alone", "deleted"
"""Why messages are left out, as notes say it."""


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said; the time as the export writes it."""

    speaker: str
    text: str
    time: str


@dataclass(frozen=True)
class Chat:
    """The messages of an export, the oldest first, and notes of what was left out."""

    messages: list[Message]
    notes: list[str]


def chat_of(messages: list[Message], left_out: Counter[str]) -> Chat:
    """Return a chat with a note of what was left out, if anything was."""
    counts = ", ".join(f"{count:,} {why}" for why, count in sorted(left_out.items()))
    return Chat(messages, [f"messages left out: {counts}"] if counts else [])


SPACE = "[ \t\u00a0\u2009\u202f\u200e\u200f]"
DATE = (
    rf"\d{{1,4}}{SPACE}{{0,2}}[./\-年년]{SPACE}{{0,2}}\d{{1,2}}{SPACE}{{0,2}}[./\-月월]{SPACE}{{0,2}}\d{{1,4}}[.日일]?"
)
WORD = r"[^\W\d_][^\d\s\[\]:,]{0,9}"
GAP = rf"[,،၊、]?{SPACE}{{0,2}}(?:{WORD}{SPACE}?){{0,2}}(?:,{SPACE}?)?"
"""Between date and time: a comma, "klo", "г.," or the half of the day, which stands before the time in Asia."""
CLOCK = rf"\d{{1,2}}(?:[:.]|{SPACE}?h{SPACE}?)\d{{2}}(?:[:.]\d{{2}})?"
HALF = rf"(?:{SPACE}?{WORD}(?:{SPACE}{WORD})?)?"
"""After the time: "PM", "p. m.", "ч."."""
STAMP = rf"(?:{DATE}{GAP}{CLOCK}{HALF}|{CLOCK}{HALF},{SPACE}{DATE})"
"""Date and time; the other way round where messages were copied from WhatsApp on a computer."""
LINE = re.compile(
    rf"[\u200e\u200f]?(?:\[(?P<bracketed>{STAMP})\]|(?P<plain>{STAMP})(?:{SPACE}{{1,2}}[-–—]|,))(?:{SPACE}|$)(?P<rest>.*)"
)
"""The beginning of a message: "[time] …" as an iPhone writes it, "time - …" as an Android does."""
COLON = re.compile(r":(?: |\n|$)")
QUOTED = re.compile('["“”„«»]')
"""What stands around the new name of a group, which the program tells."""
LONGEST_NAME = 60
MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""Marks of direction, which stand around names and numbers of telephones."""
LOG_LEVELS = {"DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL", "TRACE"}
"""Speakers of logs, which have the same form."""
ENOUGH = 3
"""Messages after which a name with a colon in it is told from a text with one."""

ADDED = re.compile("[ \t]*\u200e<[^<>\n]*>|[ \t]*<This message was edited>$", re.MULTILINE)
ATTACHED = re.compile(r"\u200e?[^\n/\\:]{1,200}\.\w{2,5} \([^()\n]{3,40}\)(?:\n|$)")
MEDIA_ALONE = re.compile(
    r"<[^<>\n]{3,80}>\Z|null\Z|(?:image|video|audio|GIF|sticker|document|Contact card|video note) omitted\Z"
)
WAS_DELETED = re.compile(
    "|".join(
        (
            r"(?:This message was deleted|You deleted this message|This message was deleted by admin .*)",
            r"(?:Diese Nachricht wurde gelöscht|Du hast diese Nachricht gelöscht)",
            r"(?:Este mensaje fue eliminado|Se eliminó este mensaje|Eliminaste este mensaje)",
            r"(?:Ce message a été supprimé|Vous avez supprimé ce message)",
            r"(?:Esta mensagem foi apagada|Mensagem apagada|Você apagou esta mensagem|Apagou esta mensagem)",
            r"(?:Questo messaggio è stato eliminato|Hai eliminato questo messaggio)",
            r"(?:Dit bericht is verwijderd|U hebt dit bericht verwijderd|Je hebt dit bericht verwijderd)",
            r"(?:Данное сообщение удалено|Сообщение удалено|Вы удалили данное сообщение)",
            r"(?:Bu mesaj silindi|Bu mesajı sildiniz|Pesan ini dihapus|Anda menghapus pesan ini)",
        )
    )
    + r"\.?\Z"
)


def whatsapp(text: str) -> Chat | None:
    """Return the messages of an export of WhatsApp; None for a text that is none."""
    text = text.lstrip()
    if not LINE.match(text[:400].split("\n")[0]):
        return None
    stamps, bodies = messages_of(text)
    names = names_of(bodies)
    found: list[Message] = []
    left_out: Counter[str] = Counter()
    for stamp, body in zip(stamps, bodies, strict=True):
        speaker, said = parted(body, names)
        words, why = words_of(said) if speaker else ("", SYSTEM)
        if why:
            left_out[why] += 1
        else:
            found.append(Message(speaker, words, stamp))
    speakers = {each.speaker for each in found}
    if len(bodies) < 2 or not speakers or speakers <= LOG_LEVELS:
        return None
    return chat_of(found, left_out)


def messages_of(text: str) -> tuple[list[str], list[str]]:
    """Return the times of all messages, and what stands after them, with the lines that go on."""
    stamps: list[str] = []
    bodies: list[str] = []
    more: list[str] = []  # lines that go on
    for line in lines_in(text):
        found = LINE.match(line)
        if not found:
            more.append(line)
            continue
        if more and bodies:
            bodies[-1] = "\n".join([bodies[-1], *more])
        more = []
        stamps.append(unmarked(found["bracketed"] or found["plain"]))
        bodies.append(found["rest"])
    bodies[-1] = "\n".join([bodies[-1], *more])
    return stamps, bodies


def unmarked(text: str) -> str:
    """Return a text without marks of direction."""
    return text if text.isascii() else text.translate(MARKS)


def candidates(body: str) -> list[str]:
    """Return the beginnings of a message that may be its speaker's name, the shortest first."""
    head = body[: LONGEST_NAME + 2].partition("\n")[0]
    return [head[: each.start()] for each in COLON.finditer(head)][:ENOUGH]


def names_of(bodies: list[str]) -> dict[str, str]:
    """Return the names of all speakers by what may be one, the shortest that stands before a colon.

    A name has a colon in it if it always stands where its beginning does.
    """
    counts: Counter[str] = Counter()
    for body in bodies:
        counts.update(candidates(body))
    names = {each: each for each in counts if ": " not in each and not QUOTED.search(each)}
    for each, count in counts.items():  # in the order in which they stood: longer ones after shorter ones
        short = each.partition(": ")[0]
        if short in names and count >= ENOUGH and counts[short] == count:
            names[short] = each
    return names


def parted(body: str, names: dict[str, str]) -> tuple[str, str]:
    """Return the speaker and the words of a message; no speaker for what the program wrote."""
    colon = COLON.search(body, 0, LONGEST_NAME + 2)
    name = names.get(body[: colon.start()], "") if colon else ""
    return unmarked(name).lstrip("~").strip(), body[len(name) + 1 :].removeprefix(" ")


def words_of(said: str) -> tuple[str, str]:
    """Return what somebody wrote, and why it is left out, if it is."""
    if WAS_DELETED.match(unmarked(said).strip()):
        return "", DELETED
    text = ADDED.sub("", said) if "<" in said else said
    text = ATTACHED.sub("", text, count=1) if ATTACHED.match(text) else text
    if text.startswith("\u200e"):  # an iPhone marks its own words so
        return "", MEDIA
    text = "\n".join(map(str.rstrip, unmarked(text).split("\n"))).strip("\n")
    return ("", MEDIA) if not text.strip() or MEDIA_ALONE.match(text) else (text, "")
