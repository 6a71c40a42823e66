"""A session: a text that is typed and corrected, and the states of the model along it.

A keystroke costs one step of the network; what is deleted is gone back to.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from ..options import check
from ..sharing import Recomputed, cached_property
from .completion import Completion, Words, complete
from .state import Start, State

CHARACTERS_PER_STATE = 64  # characters of a longer piece that are read before a state is kept
# States of the last keystrokes, which are all kept; of those before, one in CHARACTERS_PER_STATE is.
MAX_NEAR_STATES, MIN_NEAR_STATES = 256, 8
MOST_IDLE = 4  # sessions that wait
MOST_BYTES = 64_000_000  # of the last states: those of GPT-2 hold all that it has read


class Session:
    """A text as it is now. ``to`` brings it up to date, whatever was typed, pasted or deleted.

    A session is one caller's: threads that share a model have one each.
    """

    def __init__(self, start: State) -> None:
        self.words, self.text = Words(start.vocabulary), ""
        self.marks = [(0, start)]

    @property
    def state(self) -> State:
        """The state at the text's end."""
        return dataclasses.replace(self.marks[-1][1], text=self.text)

    def to(self, text: str) -> State:
        """Read what is new of a text, after what it has in common with the text before."""
        same = shared(self.text, text)
        while self.marks[-1][0] > same:
            self.marks.pop()
        self.text = text[: self.marks[-1][0]]  # and no further, should reading end in an error
        for position in range(self.marks[-1][0], len(text), CHARACTERS_PER_STATE):
            piece = text[position : position + CHARACTERS_PER_STATE]
            state = dataclasses.replace(self.marks[-1][1], text="").after(piece)
            self.marks.append((position + len(piece), state))
            self.forget()
        self.text = text
        return self.state

    def forget(self) -> None:
        """Keep only some of the states far back, and few of them if they are large."""
        near = max(MIN_NEAR_STATES, min(MAX_NEAR_STATES, MOST_BYTES // max(1, size_of(self.marks[-1][1]))))
        if len(self.marks) <= near + near // 4 + 1:
            return
        kept = self.marks[:1]
        apart = CHARACTERS_PER_STATE * (1 + len(self.marks[0:-near]) // near)
        for position, state in self.marks[1:-near]:
            if position - kept[-1][0] >= apart:
                kept.append((position, state))
        self.marks = kept + self.marks[-near:]

    def completions(self, text: str, count: int = 5) -> list[Completion]:
        """Return the likeliest words after a text, the likeliest first."""
        check("count", count, {"low": 1})
        state = self.to(text)
        return complete(state.engine, self.words, state.read, text, count)


@dataclass(frozen=True, eq=False)
class Sessions(Recomputed):
    """Sessions of one start that wait for their next text.

    Each is taken out while a caller uses it, so that no two callers share one.
    """

    start: Start

    @cached_property
    def idle(self) -> list[Session]:
        """The sessions that nobody uses."""
        return []

    def completions(self, text: str, count: int) -> list[Completion]:
        """Return the likeliest words after a text, by the session that has read most of it."""
        session = self.take(text) or Session(self.start.state(""))
        try:
            return session.completions(text, count)
        finally:
            self.idle.append(session)
            del self.idle[:-MOST_IDLE]

    def take(self, text: str) -> Session | None:
        """Return a session that nobody uses, from now on the caller's; None where there is none."""
        for session in sorted(self.idle, key=lambda each: -shared(each.text, text)):
            try:
                self.idle.remove(session)  # one thread alone succeeds
            except ValueError:
                continue
            return session
        return None


def size_of(state: State) -> int:
    """Return the bytes of a state's arrays."""
    reads = (state.base, state.read)
    return sum(read.everything.nbytes + sum(part.nbytes for part in read.state.values()) for read in reads)


def shared(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    if other.startswith(one):
        return len(one)
    pairs = zip(one, other, strict=False)
    return next((position for position, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
