"""Tagged sentences in files: columns as CoNLL's shared tasks have them, or lines of ``word/TAG``.

Columns stand apart by tabs or blanks, a token a line, and a blank line ends a sentence. Of ``word/TAG`` a line is a
sentence, and the last slash of a word parts it from its tag. Neither is told by a file's name, but by what it holds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from ..errors import InputError

Sentence = tuple[list[str], list[str]]
"""Tokens, and as many tags; no blank is in any of them."""
Line = tuple[int, list[str]]
"""The number of a line, from 1, and its columns; none of a blank line."""
NUMBER = re.compile(r"\d+(?:[-.]\d+)?")
"""What CoNLL-U has in its first column: the number of a token, 1-2 of several in one, 1.1 of one that isn't there."""
CONLL_U, FORM, UPOS, XPOS = 10, 2, 4, 5  # its columns: how many, and which, from 1
DOCUMENT = "-DOCSTART-"
"""What CoNLL-2003 has in the place of a token before each document."""
NOTHING = "_"
"""What stands where CoNLL-U has nothing to say, and, here, between the parts of a token that holds blanks."""
BLANK_LINE = re.compile(r"\S[^\S\n]*\n[^\S\n]*\n")
DIGITS = 9  # of the number of a column, at most
SHORT = 40  # characters of a line in a message


def read_sentences(
    text: str, name: str, token_column: str | None = None, tag_columns: Sequence[str] = ()
) -> tuple[list[Sentence], tuple[str, ...]]:
    """Return the sentences of a file, and notes of how they stand in it.

    A column is named by its number, counted from 1; else CoNLL-U's tokens are its column 2 and their tags column 4 (or
    5, where 4 says nothing), and other columns have tokens first and tags last. Raises ``InputError`` for what is
    neither columns nor ``word/TAG``, with the line that is not.
    """
    lines = text.split("\n")
    table = columns(lines, "\t", text) if "\t" in text else None
    if table is None and all(map(is_tagged, filter(str.strip, lines))):
        return [parted(line) for line in lines if line.strip()], no_columns(name, token_column, tag_columns)
    table = table or columns(lines, None, text)
    if table is None:
        raise InputError(
            f"{odd_line(lines, name)} has no tags that I can find; give a token and its tag a line, in columns, and a "
            "blank line after each sentence, or lines of word/TAG; of words that are apart, --task=segment learns "
            "where they begin"
        )
    return of_columns(table, name, token_column, tag_columns)


def is_tagged(line: str) -> bool:
    """Tell whether the last slash of every word of a line parts it from a tag."""
    return all(0 < word.rfind("/") < len(word) - 1 for word in line.split())


def parted(line: str) -> Sentence:
    """Return the tokens and the tags of a line of ``word/TAG``."""
    pairs = [word.rsplit("/", 1) for word in line.split()]
    return [token for token, _ in pairs], [tag for _, tag in pairs]


def tagged(tokens: Sequence[str], tags: Sequence[str]) -> str:
    """Return a line of ``word/TAG``, which ``parted`` undoes where no tag has a slash."""
    return " ".join(f"{token}/{tag}" for token, tag in zip(tokens, tags, strict=True))


def no_columns(name: str, token_column: str | None, tag_columns: Sequence[str]) -> tuple[str, ...]:
    """Return a note where columns are named of a file that has none."""
    given = ", ".join(filter(None, [token_column, *tag_columns]))
    return (f"{name} has lines of word/TAG and no columns; the choice of column {given} is left out",) if given else ()


def columns(lines: Sequence[str], between: str | None, text: str) -> list[Line] | None:
    """Return the columns of every line, none of a blank one; None where this is no table.

    All lines of a table have as many columns, two at least, and there is a blank line. Those of ``-DOCSTART-`` tell of
    no token, nor do comments: lines that begin with # and have another number of columns.
    """
    table = [(number, line.rstrip().split(between) if line.strip() else []) for number, line in enumerate(lines, 1)]
    table = [line for line in table if not (line[1] and line[1][0].startswith(DOCUMENT))]
    filled = [parts for _, parts in table if parts]
    width = len(next((parts for parts in filled if not parts[0].startswith("#")), filled[0] if filled else []))
    table = [line for line in table if not (line[1] and line[1][0].startswith("#") and len(line[1]) != width)]
    if width < 2 or not BLANK_LINE.search(text) or any(len(parts) not in (0, width) for _, parts in table):
        return None
    return table


def odd_line(lines: Sequence[str], name: str) -> str:
    """Return the line that is least like a tagged one: of another number of columns than most, or without tags."""
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    sizes = Counter(len(line.split()) for _, line in filled)
    usual = sizes.most_common(1)[0][0] if sizes else 0
    several = any(not line.strip() for line in lines[:-1]) and usual > 1
    odd = [each for each in filled if (len(each[1].split()) != usual if several else not is_tagged(each[1]))]
    number, line = next(iter([*odd, *filled, *enumerate(lines, 1)]))
    shown = " ".join(line.split())
    return f"{name}, line {number} ({shown if len(shown) <= SHORT else shown[:SHORT] + '…'})"


def of_columns(
    table: Sequence[Line], name: str, token_column: str | None, tag_columns: Sequence[str]
) -> tuple[list[Sentence], tuple[str, ...]]:
    """Return the sentences of a table, and notes of what was taken for tokens and for tags."""
    rows = [parts for _, parts in table if parts]
    width = len(rows[0])
    numbered = width > 2 and all(NUMBER.fullmatch(parts[0]) for parts in rows)
    if len(tag_columns) > 1:
        raise InputError(f"I got {len(tag_columns)} times --label, and a token has one tag; give one")
    token = place_of(token_column, "--text-column", width, name) or (FORM if numbered else 1)
    tag = place_of(next(iter(tag_columns), None), "--label", width, name) or usual_tag(rows, numbered)
    sentences: list[Sentence] = []
    joined = 0
    for filled, lines in groupby(table, key=lambda line: bool(line[1])):
        kept = [line for line in lines if filled and not (numbered and not line[1][0].isdecimal())]
        pairs = [(taken(line, token, "token", name), taken(line, tag, "tag", name)) for line in kept]
        joined += sum(len(each) > 1 for pair in pairs for each in pair)
        if pairs:
            sentences.append(([NOTHING.join(each) for each, _ in pairs], [NOTHING.join(each) for _, each in pairs]))
    if not sentences:
        raise InputError(f"{name} has no sentence with tags; give a token and its tag a line")
    note = f"{name}: tokens are column {token} of {width} and tags column {tag}; --text-column and --label name others"
    return sentences, (note, *([f"{name}: blanks in {joined:,} tokens or tags are read as _"] if joined else []))


def usual_tag(rows: Sequence[list[str]], numbered: bool) -> int:
    """Return the column of the tags where none is named, from 1."""
    width = len(rows[0])
    if not numbered or width != CONLL_U:
        return width
    return next((each for each in (UPOS, XPOS) if any(parts[each - 1] != NOTHING for parts in rows)), UPOS)


def place_of(given: str | None, flag: str, width: int, name: str) -> int | None:
    """Return the number of a column that is named; raises ``InputError`` where there is none of that number."""
    if given is None or (given.isdecimal() and len(given) <= DIGITS and 1 <= int(given) <= width):
        return None if given is None else int(given)
    raise InputError(f"I got {flag}={given}, and {name} has {width} columns; give a number from 1 to {width}")


def taken(line: Line, column: int, what: str, name: str) -> list[str]:
    """Return what stands in a column of a line, in parts where it holds blanks; ``InputError`` where nothing does."""
    found = line[1][column - 1].split()
    if not found:
        raise InputError(f"{name}, line {line[0]} has no {what} in column {column}; fill it, or take the line out")
    return found
