"""Writing together: several continuations are shown, one is chosen, and the text goes on from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..escaping import escaped
from . import streams

if TYPE_CHECKING:
    from ..generation.state import State

LENGTH = 40
"""Units of a continuation, where nothing else says how long it is."""
BOUNDS = ("length", "until", "lines", "stop")
HELP = "a number writes on; r: others; u: undo; q: end"


def pick(start: State, count: int, settings: Mapping[str, Any]) -> State:
    """Return the state that the choices lead to. They are read from standard input, line by line, to "q" or its end."""
    settings = settings if any(name in settings for name in BOUNDS) else {**settings, "length": LENGTH}
    trail, rounds = [start], 0
    while True:
        texts = trail[-1].generate_many(count, **{**settings, "seed": settings["seed"] + rounds})
        rounds += 1
        show(texts)
        choice = ask(count)
        if choice == "q":
            return trail[-1]
        if choice == "u":
            trail = trail[:-1] or [start]
            streams.line(f"… {shown(trail[-1].text[-60:])}", err=True)
        elif choice != "r":
            trail.append(trail[-1].after(texts[int(choice) - 1] + ending(settings)))


def ending(settings: Mapping[str, Any]) -> str:
    """Return what a continuation stops before, and the text goes on behind."""
    return "\n" if settings.get("until") == "line" or "lines" in settings else ""


def ask(count: int) -> str:
    """Return the next choice that is one: a number, "r", "u" or "q"."""
    while True:
        streams.line(f"1–{count}, r, u, q: ", err=True, end="")
        try:
            line = streams.read_line()
        except InputError:
            streams.line(err=True)
            raise
        except KeyboardInterrupt:  # what is chosen so far is not lost
            line = ""
            streams.line(err=True)
        choice = line.strip().lower() if line else "q"
        if not streams.is_dialogue():
            streams.line(choice, err=True)
        if choice in ("r", "u", "q") or (choice.isdecimal() and len(choice) < 10 and 1 <= int(choice) <= count):
            return choice
        streams.line(f"I got {choice!r}; {HELP}", err=True)


def show(texts: list[str]) -> None:
    """Print the continuations, one a line, apart from the text itself."""
    for number, text in enumerate(texts, 1):
        streams.line(f"{number:>3}  {shown(text)}", err=True)


def shown(text: str) -> str:
    """Return a text in one line."""
    return escaped(text.replace("\n", "↵"))
