"""The model that a run goes on from on new text, and the text that it learnt: to see what is forgotten."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path

from ..config import ModelOptions, ReadOptions, TrainOptions, as_given
from ..datasets.holdout import LARGE
from ..datasets.text import TextDataset, split_corpus
from ..errors import InputError, OptionError
from ..files import is_file
from ..formats.corpus import Corpus, read_corpus
from ..model_file.bundle import ELSEWHERE, Bundle
from ..model_file.opening import open_bundle
from ..networks.cells import facts_of
from ..options import flag
from ..tasks import TASKS
from ..text.vocabulary import Vocabulary

GENTLE = 5e-5
"""The learning rate that a model bears which has learnt from gigabytes."""
FREE = ("dropout", "unit_dropout")
"""Options of a network that may be others when it goes on."""
TAKEN = ("unit", "cell", "hidden_size", "layers", "embedding_size")
"""Options of a language model that a reader takes over."""
OF_THE_VOCABULARY = ("vocabulary_size", "min_count")


@dataclasses.dataclass(frozen=True)
class PretrainedModel:
    """The model that a run goes on from, and where it came from."""

    path: str
    bundle: Bundle

    def model(self, given: ModelOptions, names: Collection[str] = ()) -> ModelOptions:
        """Return the sizes of the network that goes on; of the options ``names``, only its dropout may be another."""
        config = self.bundle.config
        if given.model not in (ModelOptions().model, config.model):
            raise OptionError(f"I got --model={given.model}, and {self.path} is a {config.model} model; leave it out")
        if given.task != config.task and not TASKS[given.task].continues:
            self.refuse_others(given, {*TAKEN, *OF_THE_VOCABULARY} & set(names))
            return self.reader(given)
        self.refuse_others(given, set(ModelOptions.names()) & set(names) - {"task", "model", *FREE})
        recorded = {name: getattr(given, name) for name in FREE if getattr(given, name) is not None}
        return dataclasses.replace(config, **recorded)

    def refuse_others(self, given: ModelOptions, names: Collection[str]) -> None:
        """Raise an ``OptionError`` for an option that is another than the model's own, which stays."""
        for name in sorted(names):
            own = getattr(self.bundle.config, name)
            if getattr(given, name) != own:
                raise OptionError(
                    f"I got {flag(name)}={getattr(given, name)} with --start, and that of {self.path} stays "
                    f"({'none' if own is None else own}); leave it out"
                )

    def known(self, task: str) -> Mapping[str, Vocabulary]:
        """Return the vocabularies that a run goes on with: of one that reads now, only that of what it reads."""
        own = self.bundle.vocabularies
        return own if task == self.bundle.config.task else {"text": own["text"]}

    def reader(self, given: ModelOptions) -> ModelOptions:
        """Return the sizes of a network that reads with what a language model has learnt (Howard and Ruder 2018)."""
        config = self.bundle.config
        reads = TASKS[config.task].continues and config.kind.reads and facts_of(config.cell).encodes
        if not TASKS[given.task].warm or not reads or not config.embedding_size:
            raise OptionError(
                f"I got --task={given.task} with --start={self.path}, made to {config.task}; a classifier can go "
                "on from a recurrent language model with an embedding, and every model from one of its own task"
            )
        taken = {name: getattr(config, name) for name in TAKEN}
        return dataclasses.replace(given, **taken)

    def gentle(self, given: TrainOptions) -> TrainOptions:
        """Return the options with a small learning rate where none is given and the model was trained elsewhere."""
        if self.bundle.record.stopped != ELSEWHERE or given.learning_rate is not None:
            return given
        return dataclasses.replace(given, learning_rate=GENTLE)


def open_base(path: str) -> PretrainedModel:
    """Return the model of a file, or the GPT-2 of a folder."""
    return PretrainedModel(path, open_bundle(path))


def old_split(base: PretrainedModel, vocabularies: Mapping[str, Vocabulary]) -> TextDataset | None:
    """Return the text that a model learnt from, where it still lies where it lay, in the new vocabularies."""
    config = base.bundle.config
    corpus = old_corpus(base.bundle) if TASKS[config.task].continues else None  # examples are not cut like a text
    if corpus is None:
        return None
    try:
        options = TrainOptions.of(base.bundle.record.options)
        return split_corpus(corpus, config, options, vocabularies, base.bundle.record.corpus.get("cutter", 1))
    except InputError:  # a held-out file is gone
        return None


def old_corpus(bundle: Bundle) -> Corpus | None:
    """Return the corpus of a model's record, if the files are there and have not changed."""
    recorded = bundle.record.corpus
    paths = [Path(name) for name in recorded.get("names", ())]
    if not paths:  # trained elsewhere
        return None
    if not all(map(is_file, paths)) or sum(path.stat().st_size for path in paths) > LARGE:
        return None
    try:
        corpus = read_corpus(paths, ReadOptions.of(as_given(recorded.get("read", {}))))
    except InputError:
        return None
    corpus = corpus.arranged(bundle.config.documents or "whole")
    return corpus if corpus.digest == recorded.get("digest") else None
