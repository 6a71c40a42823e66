"""Where engines come from: each is opened when it is first needed, and shared by all that run the same model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import MissingExtraError
from ..model_file.bundle import Bundle
from ..sharing import Recomputed, cached_property, lock_kept_over_forks
from . import Engine, open_engine, open_reader
from .labels import with_labels

if TYPE_CHECKING:
    from .reader import Reader

OPENING = lock_kept_over_forks()
"""Held while an engine is opened: threads that need the same one wait for it, instead of opening many."""
MAX_ENGINES = 16
"""Engines kept of one model: under labels each has weights of its own."""
Opened = TypeVar("Opened")


@dataclass(frozen=True, eq=False)
class EngineSource(Recomputed):
    """A model and how to run it: ``name``, ``device`` and ``weights`` are options of ``EngineOptions``.

    Threads can share it. Its copies and pickles are without engines and open their own.
    """

    bundle: Bundle
    name: str = "auto"
    device: str = "auto"
    weights: str | None = None

    @cached_property
    def opened(self) -> dict[tuple[str, ...] | None, Any]:
        """The engines by their labels, and the reader under None."""
        return {}

    def engine(self, where: tuple[str, ...] = ()) -> Engine:
        """Return what runs the network under labels."""
        return self.kept(
            where, lambda: open_engine(self.name, with_labels(self.bundle, where), self.device, self.weights)
        )

    def reader(self) -> Reader:
        """Return what reads sources, of a model whose task is to."""
        return self.kept(None, lambda: open_reader(self.name, self.bundle, self.device, self.weights))

    def kept(self, key: tuple[str, ...] | None, make: Callable[[], Opened]) -> Opened:
        """Return what is open already, or else what is made now.

        Raises ``MissingExtraError`` where that needs PyTorch.
        """
        found: Opened | None = self.opened.get(key)
        if found is None:
            with OPENING:
                found = self.opened.get(key)
                if found is None:
                    found = self.opened[key] = self.made(make)
                while len(self.opened) > MAX_ENGINES:
                    del self.opened[next(iter(self.opened))]
        return found

    def made(self, make: Callable[[], Opened]) -> Opened:
        """Return what is made; without PyTorch there may be a sentence instead."""
        try:
            return make()
        except ModuleNotFoundError as error:
            raise missing_torch(f"--engine={self.name}", error) from None


def missing_torch(what: str, error: ModuleNotFoundError) -> MissingExtraError:
    """Return the sentence for who has only the light half."""
    if error.name != "torch":
        raise error
    return MissingExtraError(f"{what} needs PyTorch, which is not installed; run: pip install 'unrolled[train]'")
