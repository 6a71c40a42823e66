"""A vocabulary: the units that a model knows, each with its id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..sharing import Recomputed, cached_property
from . import UNITS
from .base import CHUNK, Ids, Unit, release
from .forms import Form, Watched

if TYPE_CHECKING:
    from numpy.typing import NDArray

BOUNDARY = 0
"""The id of the boundary: it stands before every document, and an empty prompt starts from it."""
UNKNOWN = 1
"""The id of whatever the vocabulary does not hold; it is read, never written."""
UNFINISHED = re.compile(r"[^\S\n]*\S*\Z")
"""The last word of a text, and the spaces before it."""
UNFINISHED_LINE = re.compile(r"\s*\S*\Z")
"""The same with the newlines before it, where units run across them."""
MAX_TAIL_CHARACTERS = 64  # characters of a last word that is read again as it grows; of a longer one, some units are
UNSETTLED = 3
"""Units at the end of a text that what follows can change: a Burmese consonant may yet end the syllable before."""
SPECIAL = 2  # ids below this stand for no text
LABEL = "label"
"""The unit of a vocabulary of labels."""
NEVER = -1e30
"""The logit of a unit that never occurred where a model learnt: its probability is 0 at any temperature.

It is finite, so that sums and differences of logits stay numbers. What is below half of it is meant.
"""


@dataclass(frozen=True)
class Vocabulary(Recomputed):
    """The units that a model knows, in the order of their ids (``units[0]`` has the id ``SPECIAL``).

    ``unseen`` is the probability that scoring gives to all that never occurred together; it is never drawn. ``form`` is
    the form of the text that was learnt; None where nobody has looked.
    """

    unit: str
    units: tuple[str, ...]
    unseen: float = field(default=0.0, compare=False)
    form: Form | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.unseen < 1:
            raise ValueError(f"the probability of what never occurred is {self.unseen}, and not in [0, 1)")

    @classmethod
    def of(
        cls,
        unit: str,
        texts: Iterable[str],
        given: Iterable[str] | None = None,
        size: int | None = None,
        least: int = 1,
    ) -> Vocabulary:
        """Return the vocabulary that a kind of unit learns from texts (``Unit.learn``).

        ``given`` are the texts themselves.
        """
        learnt, every = Watched(texts), Watched(texts if given is None else given)
        units = UNITS[unit].learn(learnt, every, size, least)
        if not (learnt.begun or every.begun):  # bytes are known without a look at the text
            every.finish()
        return cls(unit, tuple(units), form=learnt.beside(every))

    @classmethod
    def restored(cls, unit: Any, units: Any, unseen: Any = 0.0, form: Any = None) -> Vocabulary:
        """Return the vocabulary that a file describes; raises ``ValueError`` for what is none.

        ``unit`` is ``LABEL`` for labels, which cut no text.
        """
        if not isinstance(unit, str) or (unit != LABEL and unit not in UNITS):
            raise ValueError(f"there is no unit {str(unit)[:40]!r}")
        if not isinstance(units, list) or not units or not all(isinstance(each, str) for each in units):
            raise ValueError("the units of a vocabulary are no list of strings")
        possible = UNITS[unit].possible if unit != LABEL else bool
        strange = next((each for each in units if not possible(each)), None)
        if strange is not None:
            raise ValueError(f"{strange[:40]!r} can be no unit of the kind {unit}")
        if isinstance(unseen, bool) or not isinstance(unseen, int | float):
            raise ValueError(f"the probability of what never occurred is {str(unseen)[:40]!r}")
        found = cls(unit, tuple(units), float(unseen), Form.restored(form))
        if len(found.index) < len(units):
            raise ValueError("a unit stands twice in a vocabulary")
        return found

    def extended(self, texts: Iterable[str]) -> Vocabulary:
        """Return the vocabulary with the letters that it lacks for some texts; words and tokens stay what they are."""
        return self.adding(UNITS[self.unit].learn([], texts, None, 1))

    def adding(self, units: Iterable[str]) -> Vocabulary:
        """Return the vocabulary with units that it lacks at its end."""
        more = (unit for unit in units if unit not in self.index)
        return Vocabulary(self.unit, (*self.units, *more), form=self.form)

    def __len__(self) -> int:
        """Return the number of ids, the special ones included."""
        return SPECIAL + len(self.units)

    @cached_property
    def kind(self) -> Unit:
        """The unit that cuts and joins."""
        return UNITS[self.unit].known(self.index)

    @cached_property
    def index(self) -> dict[str, int]:
        """The id of each unit."""
        return {unit: number for number, unit in enumerate(self.units, SPECIAL)}

    @cached_property
    def sizes(self) -> Ids:
        """Characters (code points) that each id stands for."""
        sizes = [0, 1] + [self.kind.characters(unit) for unit in self.units]
        found = np.array(sizes, np.int32)
        found.flags.writeable = False  # all who ask get this one array
        return found

    @cached_property
    def letters(self) -> frozenset[str] | None:
        """The letters of all units; None where units are bytes, or made of them, and can be of any letter."""
        return None if self.kind.of_bytes else frozenset(letter for unit in self.units for letter in unit)

    def as_learnt(self, text: str) -> str:
        """Return a text in the form of the one that was learnt, so that its letters are recognised."""
        form = self.form or Form.inferred(self.letters or ())
        return form.applied(text, self.letters)

    def encode(self, text: str) -> Ids:
        """Return the ids of a text; ``UNKNOWN`` where a unit is not in the vocabulary and cannot be spelled."""
        return self.kind.encode(text, self.index, UNKNOWN)

    def split(self, text: str) -> list[str]:
        """Return the units of a text, one for each of its ids: those that the vocabulary lacks are spelled."""
        units = self.kind.split(text)
        return [piece for unit in units for piece in ([unit] if unit in self.index else self.kind.spell(unit))]

    def text_of(self, number: int, begun: str = "") -> str:
        """Return one id as people read it: nothing for the boundary, U+FFFD for the unknown unit.

        The rest of one begun.
        """
        if number >= SPECIAL:
            return self.kind.shown([self.units[number - SPECIAL][len(begun) :]])
        return "\ufffd" if number == UNKNOWN else ""

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of many ids."""
        decoder = self.decoder()
        return "".join(decoder(number) for number in ids)

    def decoder(self, begun: str = "") -> Decoder:
        """Return what turns ids into text one by one; so much of the first unit is written already."""
        return Decoder(self, begun)

    def count(self, ids: Ids) -> NDArray[np.int64]:
        """Return how often each id stands in a text, which may be larger than the memory."""
        counts = np.zeros(len(self), np.int64)
        for start in range(0, len(ids), CHUNK):
            counts += np.bincount(ids[start : start + CHUNK], minlength=len(self))
            release(ids)
        return counts

    def characters(self, ids: Ids) -> int:
        """Return how many characters (code points) many ids stand for."""
        return int(self.count(ids) @ self.sizes)

    def encode_prompt(self, prompt: str) -> tuple[Ids, dict[str, str]]:
        """Return the ids of a prompt, and what was read in place of each unit that the model never saw.

        An unseen unit is spelled; what cannot be spelled falls back to its compatibility form (NFKC), then to the other
        case, and at last to the unknown unit (shown as U+FFFD).
        """
        replaced = {unit: self.fall_back(unit) for unit in self.split(prompt) if unit not in self.index}
        if not replaced:
            return self.encode(prompt), {}
        return self.encode("".join(replaced.get(unit, unit) for unit in self.split(prompt))), replaced

    def reopen(self, prompt: str) -> tuple[str, str, Ids]:
        """Return a prompt without its last unit, that unit, and the ids of all units that begin with it.

        A prompt seldom ends where a unit does: "Alice wa" goes on with " was", "Alice " with any word and its space. So
        the last unit is written anew, by one that begins like it. Nothing is reopened where no other unit does.
        """
        before, last = self.before_last(prompt) if self.kind.spaced and prompt else (prompt, "")
        longer = [number for unit, number in self.index.items() if last and unit.startswith(last)]
        if last == " ":  # alone it would be followed by a second one
            longer = [number for number in longer if number != self.index.get(last)]
        if not longer or longer == [self.index.get(last)]:
            return prompt, "", np.empty(0, np.int32)
        return before, last, np.array(longer, np.int32)

    def settle(self, text: str) -> tuple[str, str]:
        """Return a text's beginning, whose units stay what they are whatever comes, and the rest.

        Whose units may not.
        """
        if not self.kind.grows:
            return text, ""
        pattern = UNFINISHED if self.kind.breaks else UNFINISHED_LINE
        cut = pattern.search(text, max(0, len(text) - MAX_TAIL_CHARACTERS)) if self.kind.spaced else None
        if cut and len(text) - cut.start() < MAX_TAIL_CHARACTERS:
            return text[: cut.start()], text[cut.start() :]
        settled = text
        for _ in range(UNSETTLED):
            settled = self.before_last(settled)[0] if settled else ""
        return settled, text[len(settled) :]

    def before_last(self, prompt: str) -> tuple[str, str]:
        """Return a prompt without its last unit, and that unit.

        Several of them, where one begins within a character.
        """
        units = self.kind.split(prompt)
        for place in range(len(units) - 1, -1, -1):
            try:
                return self.kind.join(units[:place]), "".join(units[place:])
            except UnicodeDecodeError:
                continue
        raise AssertionError("no units are a text")

    def fall_back(self, unit: str) -> str:
        """Return the nearest text that the vocabulary can spell in place of a unit that it does not hold."""
        normal = unicodedata.normalize("NFKC", unit)
        decomposed = "".join(c for c in unicodedata.normalize("NFKD", unit) if not unicodedata.combining(c))
        for variant in (normal, unit.swapcase(), normal.swapcase(), decomposed, decomposed.swapcase()):
            if variant and all(piece in self.index for piece in self.split(variant)):
                return variant
        return "\ufffd"


class Decoder:
    """Ids in, text out, as soon as it is complete."""

    def __init__(self, vocabulary: Vocabulary, begun: str = "") -> None:
        self.vocabulary, self.complete, self.begun = vocabulary, vocabulary.kind.decoder(), len(begun)

    def copied(self) -> Decoder:
        """Another one at the same place, which goes on by itself."""
        other = copy(self)
        other.complete = copy(self.complete)
        return other

    def __call__(self, number: int) -> str:
        """Return what one more id completes."""
        if number >= SPECIAL:
            unit, self.begun = self.vocabulary.units[number - SPECIAL][self.begun :], 0
            return self.complete(unit)
        return self.vocabulary.text_of(number)
