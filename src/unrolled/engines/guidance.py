"""The engine that follows its labels more closely, or less, than it learnt to.

Its logits are those of a network without labels, moved towards those under labels and beyond: classifier-free guidance
(Ho and Salimans 2022, section 3.2; for language Sanchez et al. 2023).
"""

from __future__ import annotations

from ..arrays import IdsBT
from .base import Engine, EngineState, Scanned, check_like, joined, part_of


class ClassifierFreeGuidance(Engine):
    """Two engines of one network, ``without`` labels and ``conditioned`` on them."""

    def __init__(self, without: Engine, conditioned: Engine, strength: float) -> None:
        self.members, self.strength = (without, conditioned), strength

    def start(self, rows: int) -> EngineState:
        return joined([member.start(rows) for member in self.members])

    def check(self, state: EngineState) -> None:
        check_like(state, self.start(1))
        for number, member in enumerate(self.members):
            member.check(part_of(state, number))

    def scan(self, ids: IdsBT, state: EngineState) -> Scanned:
        scanned = [member.scan(ids, part_of(state, number)) for number, member in enumerate(self.members)]
        (without, _), (conditioned, _) = scanned
        return without + self.strength * (conditioned - without), joined([after for _, after in scanned])
