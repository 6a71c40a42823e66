"""What a constraint is."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ...config import GenerateOptions


class Constraint(ABC):
    """Watches over one text while it is written.

    A constraint is a value: ``after`` gives another and changes nothing, so what was written can be taken back.
    """

    @abstractmethod
    def after(self, unit: int, text: str) -> Constraint | None:
        """Return the constraint once one more unit is written; None where that may not be.

        ``text`` is what the unit completes: nothing, where it begins a character. For the end of a document
        ``may_end`` is asked.
        """

    def may_end(self) -> bool:
        """Tell whether the document may end here; a text that its length cuts off is not asked."""
        return True

    @abstractmethod
    def options(self, options: GenerateOptions) -> GenerateOptions:
        """Return how the next unit is drawn; the options themselves, where the constraint has nothing to change."""
