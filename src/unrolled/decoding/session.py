"""A session: a text that is typed and corrected, and the states of the model along it.

A keystroke costs one step of the network; what is deleted is gone back to.
"""

from __future__ import annotations

from .completion import Completion, Words, complete
from .state import State

AT_ONCE = 64  # characters of a longer piece that are read before a state is kept
NEAR = 256  # states of the last keystrokes, which are all kept; of those before, one in AT_ONCE is


class Session:
    """A text as it is now. ``to`` brings it up to date, whatever was typed, pasted or deleted."""

    def __init__(self, start: State) -> None:
        self.states, self.words = [start], Words(start.vocabulary)

    @property
    def state(self) -> State:
        """The state at the text's end."""
        return self.states[-1]

    def to(self, text: str) -> State:
        """Read what is new of a text, after what it has in common with the text before."""
        same = shared(self.state.text, text)
        while len(self.state.text) > same:
            self.states.pop()
        for place in range(len(self.state.text), len(text), AT_ONCE):
            self.states.append(self.state.after(text[place : place + AT_ONCE]))
        if len(self.states) > NEAR + NEAR // 4:
            self.forget()
        return self.state

    def forget(self) -> None:
        """Keep only some of the states far back."""
        far, near = self.states[1:-NEAR], self.states[-NEAR:]
        kept, last = [self.states[0]], 0
        for state in far:
            if len(state.text) - last >= AT_ONCE:
                kept.append(state)
                last = len(state.text)
        self.states = kept + near

    def completions(self, text: str, count: int = 5) -> list[Completion]:
        """The likeliest words after a text, the likeliest first."""
        state = self.to(text)
        return complete(state.engine, self.words, state.read, text, count)


def shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    if other.startswith(one):
        return len(one)
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
