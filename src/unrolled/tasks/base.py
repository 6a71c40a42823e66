"""What a task is, and the plain description of a network that it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..config import ModelOptions, ReadOptions, TrainOptions
from ..errors import OptionError
from ..networks.spec import NetworkSpec
from ..text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from ..datasets.dataset import LoadedData, ReadRequest
    from ..datasets.encoder_input import EncoderInput
    from ..formats.contents import Contents
    from ..formats.corpus import Corpus
    from ..formats.sources import Source
    from ..formats.tables import Table

Vocabularies = Mapping[str, Vocabulary]
"""Vocabularies by their name in the bundle: ``text``, and ``labels`` where there are any."""


Row = tuple[str, str]
"""A source and what is wanted of it."""
Cut = dict[str, list[Row]]
"""The rows of each part."""


@dataclass(frozen=True)
class ExampleRows:
    """Sources with what is wanted of each; a source with several references has a row for each of them."""

    rows: list[Row]
    digest: str
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: list[Row], corpus: Corpus) -> ExampleRows:
        """Return the rows of a corpus."""
        return cls(rows, corpus.digest, (*corpus.info, *corpus.notes))

    def grouped(self) -> dict[str, list[str]]:
        """Return all that is wanted of each source, in the order in which the sources come."""
        found: dict[str, list[str]] = {}
        for source, wanted in self.rows:
            found.setdefault(source, []).append(wanted)
        return found


class Task(ABC):
    """What makes one task differ from another; everything else is shared.

    What others ask of a task are facts: none of them asks which task it is.
    """

    options: frozenset[str] = frozenset()
    """The options that it has and not every other task: names of fields in ``config``."""
    texts: tuple[str, ...] = ("text",)
    """The vocabularies of texts that a model of the task has."""
    labels: tuple[bool, ...] = (False,)
    """Whether it has a vocabulary of labels: always, never, or either."""
    continues: bool = False
    """Whether a model writes on from a prompt, and reads no source."""
    writes: bool = False
    """Whether a model writes a text from a source, so that a given text can be scored under it."""
    warm: bool = False
    """Whether a model can begin with the weights of a recurrent language model, as what reads its sources."""
    confuses: bool = False
    """Whether a model tells labels of which some are confused with others."""
    columned: bool = False
    """Whether any file can have columns that options name by their numbers, and not tables alone."""
    model_class: str
    """The class of ``api`` that holds a model of the task."""
    recipe: str = ""
    """The recipe that fills in what the user left open: a name in ``training.recipes.examples``."""
    earlier_names: tuple[tuple[int, str], ...] = ()
    """Formats of the model file, by their number, in which the task had another name, and which."""
    judged: str = ""
    """How a model is evaluated: a name in ``evaluation.evaluator``."""

    @abstractmethod
    def read(self, source: Source, request: ReadRequest) -> LoadedData:
        """Read a source, and cut it into what is trained on and what is held out, in ids."""

    @abstractmethod
    def rows(self, source: Source, options: ReadOptions) -> ExampleRows:
        """Return sources with what is wanted of each, the way ``read`` reads them; ``OptionError`` where nothing is."""

    @abstractmethod
    def cut(self, rows: list[Row], options: TrainOptions, read: Callable[[str], list[Row]]) -> Cut:
        """Return the rows of every part, the way ``read`` cuts them; ``read`` gives those of a part's own file."""

    @abstractmethod
    def encode_sources(self, sources: Sequence[str], model: ModelOptions, vocabularies: Vocabularies) -> EncoderInput:
        """Return sources as the network reads them, the way ``read`` does.

        Raises ``UnrolledError`` for what is none.
        """

    def tokens(self, source: str, vocabularies: Vocabularies) -> Sequence[str]:
        """Return what of a source has a label of its own, in order.

        The whole of it, unless its network answers for "each".

        Those are as many as the places that answer in what ``encode_sources`` makes of it.
        """
        return (source,)

    def sources_in(self, contents: Contents, options: ReadOptions) -> tuple[list[str], tuple[str, ...]]:
        """Return the sources in a file, one for each row of a table or line of a text, blank ones, too; and notes."""
        from ..formats.columns import joined

        if not contents.is_table and not self.source_column_in(options):
            return contents.text.removesuffix("\n").split("\n"), ()
        table = contents.table([self.source_column_in(options)])
        column = self.source_column_of(table, options)
        return [joined(cells.get(column, "")).strip() for _, cells in table.rows()], (*table.info, *table.notes())

    def source_column_in(self, options: ReadOptions) -> str | None:
        """Return the column of sources that the options name."""
        return options.text_column

    def source_column_of(self, table: Table, options: ReadOptions) -> str:
        """Return the column of a table that has the sources."""
        from ..formats.columns import text_column

        return text_column(table, options.text_column)

    @abstractmethod
    def network(self, model: ModelOptions, vocabularies: Vocabularies) -> NetworkSpec:
        """Return the network for options without gaps."""

    @abstractmethod
    def loss(self, logits: Any, targets: Any) -> Any:
        """Return the nats of each target, as a torch tensor of the targets' shape."""

    @abstractmethod
    def show(self, ids: Sequence[int], vocabularies: Vocabularies, source: str = "") -> str:
        """Return a result as people read it, with what it was made of where that is shown, too."""


def refuse_gaps(model: ModelOptions, *names: str) -> None:
    """Raise an ``OptionError`` where an option is missing that describes a network: no recipe has filled it in."""
    for name in names:
        if getattr(model, name) is None:
            raise OptionError(f"nothing says what the {name} of the network is")


def negative_log_likelihood(logits: Any, targets: Any) -> Any:
    """Return the nats of each target [...] under logits [..., V]."""
    return logits.logsumexp(-1) - logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
