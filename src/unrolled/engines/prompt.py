"""What an engine made of a text that was read: the state, and the logits of what comes next."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..arrays import FloatsBV, IdsN, IdsT
from ..sampling import OUT
from ..text.vocabulary import BOUNDARY
from . import Engine, EngineState
from .base import sound

READ_AT_ONCE = 1024  # units of a prompt read in one scan


@dataclass(frozen=True, eq=False)
class PromptState:
    """An engine after a text: the state, and the logits of what comes next.

    Where the text ends within a unit, ``begun`` is the beginning of it, and only the ``allowed`` units go on so.
    """

    everything: FloatsBV
    state: EngineState
    begun: str = ""
    allowed: IdsN = field(default_factory=lambda: np.empty(0, np.int32))

    @property
    def logits(self) -> FloatsBV:
        """The logits, with minus infinity for what cannot go on."""
        if not self.begun:
            return self.everything
        logits = np.full_like(self.everything, OUT)
        logits[:, self.allowed] = self.everything[:, self.allowed]
        return logits

    def only(self, allowed: IdsN, begun: str) -> PromptState:
        """Return the same with so few units to choose the next one from, all of which begin alike."""
        return PromptState(self.everything, self.state, begun, allowed)


def read_ids(engine: Engine, ids: IdsT, state: EngineState) -> PromptState:
    """Read some ids, at least one, on from a state of one row."""
    for start in range(0, len(ids), READ_AT_ONCE):
        logits, state = engine.scan(ids[None, start : start + READ_AT_ONCE], state)
    return PromptState(sound(logits[:, -1]).copy(), state)  # alone: not with the logits of all ids beside it


def read_prompt(engine: Engine, prompt: IdsT) -> PromptState:
    """Read the boundary and a prompt from a fresh state."""
    return read_ids(engine, np.concatenate([np.array([BOUNDARY], np.int32), prompt]), engine.start(1))
