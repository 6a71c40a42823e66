"""What a guard is."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ...config import GenerateOptions


class Guard(ABC):
    """Watches over one text while it is written.

    A guard is a value: ``after`` gives another one and changes nothing, so that what was written can be taken back.
    """

    @abstractmethod
    def after(self, unit: int, text: str) -> Guard | None:
        """The guard once one more unit is written; None where that may not be.

        ``text`` is what the unit completes: nothing, where it begins a character. The end of a document is not asked
        for: it may always come.
        """

    @abstractmethod
    def options(self, options: GenerateOptions) -> GenerateOptions:
        """How the next unit is drawn; the options themselves, where the guard has nothing to change."""
