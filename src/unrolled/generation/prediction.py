"""Predicting: what a network answers to a source, or writes from it, for every task that reads one."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..analysis.scoring import log_probabilities, log_sum
from ..arrays import DoublesB, DoublesNK, DoublesXK, FloatsBV, FloatsNE, FloatsTS, IdsB, IdsT
from ..config import GenerateOptions
from ..datasets.encoder_input import EncoderInput
from ..datasets.examples import grouped
from ..engines import Engine
from ..engines.base import select, step
from ..engines.prompt import PromptState
from ..engines.reader import Reader
from ..engines.vision_encoder import open_vision_encoder
from ..formats.zawgyi import refuse_zawgyi
from ..model_file.bundle import Bundle
from ..sampling import COLD, Uniforms, distribution, draw, softmax
from ..tasks import TASKS
from ..text.vocabulary import BOUNDARY, SPECIAL, Vocabulary
from .beam_search import search_all
from .ranking import likeliest
from .state import warn_of

BATCH_SIZE = 64
"""Sources side by side."""
MAX_CHARACTERS = 1 << 15
"""Characters of all sources side by side, at most."""


@dataclass(frozen=True)
class Answer:
    """What a source is: its likeliest label, and how likely each label is, the likeliest first.

    Where each of a source's ``tokens`` (or units) has a label of its own, these are the ``labels``, ``label`` is the
    source as they show it, and the probability is their mean.
    """

    source: str
    label: str
    probability: float
    probabilities: dict[str, float] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Generated:
    """What is written from a source, the ids of it, and how likely that was: nats summed, and per unit.

    ``score`` is what beams are ranked by; for what was drawn, the same with a length penalty of 1.
    """

    source: str
    text: str
    log_probability: float
    score: float
    ids: tuple[int, ...] = ()


class Predictor:
    """A model that reads sources, with its reader; ``vision`` is the folder that the user allows it to see with."""

    def __init__(self, bundle: Bundle, reader: Reader, vision: str | None = None) -> None:
        self.bundle, self.reader = bundle, reader
        self.task = TASKS[bundle.config.task]
        self.spec = self.task.network(bundle.config, bundle.vocabularies)
        self.vision_encoder = open_vision_encoder(bundle, vision)

    @property
    def vocabulary(self) -> Vocabulary:
        """The units that are written, or the labels."""
        for name in ("labels", "target"):
            if name in self.bundle.vocabularies:
                return self.bundle.vocabularies[name]
        return self.bundle.vocabularies["text"]

    @property
    def answers(self) -> bool:
        """Whether it answers with labels, and writes nothing."""
        return self.spec.pooling != "none"

    def encode_sources(self, sources: Sequence[str]) -> EncoderInput:
        """Return sources as the network reads them."""
        for source in sources:
            refuse_zawgyi(source, "the source")
        if self.vision_encoder:
            return EncoderInput(self.vision_encoder.features(sources))
        return self.task.encode_sources(sources, self.bundle.config, self.bundle.vocabularies)

    def parts(self, sources: Sequence[str]) -> Iterator[tuple[list[int], Engine]]:
        """Yield some sources of nearly the same length at a time.

        Their places in the list, and the engine under them.
        """
        order = sorted(range(len(sources)), key=lambda index: -len(sources[index]))
        sizes = np.array([max(1, len(sources[index])) for index in order], np.int64)
        for first, last in grouped(sizes, BATCH_SIZE, MAX_CHARACTERS):
            indices = order[first:last]
            yield indices, self.reader.encode(self.encode_sources([sources[index] for index in indices]))

    def vectors(self, sources: Sequence[str]) -> FloatsNE:
        """Return what the encoder has in its memory when it has read each source."""
        inputs = [self.encode_sources([source]) for source in sources]  # each alone, so that none is padded
        each = [self.reader.vectors(one)[0] for one in inputs]
        return np.stack(each) if each else np.empty((0, 0), np.float32)

    def logits(self, sources: Sequence[str]) -> DoublesNK:
        """Return the logits of the K labels of each source."""
        found = np.empty((len(sources), len(self.vocabulary) - SPECIAL))
        for indices, engine in self.parts(sources):
            found[indices] = engine.scan(np.zeros((len(indices), 1), np.int32), engine.start(len(indices)))[0][
                :, 0, SPECIAL:
            ]
        return found

    def place_probabilities(self, sources: Sequence[str]) -> list[DoublesXK]:
        """Return the probabilities of the K labels at each position [T] of each source that answers."""
        found = [np.empty((0, 0))] * len(sources)
        for indices, engine in self.parts(sources):
            given = self.encode_sources([sources[index] for index in indices])
            read = np.zeros(given.values.shape[:2], np.int32)
            every = softmax(engine.scan(read, engine.start(len(indices)))[0][:, :, SPECIAL:].astype(np.float64))
            for row, index in enumerate(indices):
                found[index] = every[row, given.answering(row)]
        return found

    def label_places(self, sources: Sequence[str]) -> list[Answer]:
        """Return the labels of every place of each source that answers."""
        answers = []
        for source, probabilities in zip(sources, self.place_probabilities(sources), strict=True):
            ids = probabilities.argmax(-1)
            likely = float(probabilities.max(-1).mean()) if len(ids) else 1.0
            labels = tuple(self.vocabulary.units[number] for number in ids)
            shown = self.task.show((ids + SPECIAL).tolist(), self.bundle.vocabularies, source)
            tokens = tuple(self.task.tokens(source, self.bundle.vocabularies))
            answers.append(Answer(source, shown, likely, labels=labels, tokens=tokens))
        return answers

    def classify(self, sources: Sequence[str]) -> list[Answer]:
        """Return the label of each source, or what its labels make of it where every unit has one."""
        if self.spec.pooling == "each":
            return self.label_places(sources)
        probabilities = softmax(self.logits(sources)) if sources else np.empty((0, 0))
        answers = []
        for source, each in zip(sources, probabilities, strict=True):
            order = np.argsort(-each, kind="stable")
            ranked = {self.vocabulary.units[index]: float(each[index]) for index in order}
            answers.append(Answer(source, next(iter(ranked)), next(iter(ranked.values())), ranked))
        return answers

    def write(
        self, sources: Sequence[str], options: GenerateOptions, prefix: str = "", count: int = 1
    ) -> list[list[Generated]]:
        """Return what is written from each source, which begins with the ``prefix``: ``count`` texts, the best first.

        With beams they are the likeliest ones; else they are drawn, each with a seed of its own.
        """
        found: list[list[Generated]] = [[] for _ in sources]
        for indices, engine in self.parts(sources):
            read = self.begin(engine, len(indices), prefix)
            for index, texts in zip(indices, self.texts(engine, read, options, count), strict=True):
                found[index] = [
                    dataclasses.replace(each, source=sources[index], text=prefix + each.text) for each in texts
                ]
        return found

    def begin(self, engine: Engine, rows: int, prefix: str) -> PromptState:
        """Return the engine after the boundary and a prefix in every row."""
        begun, replaced = self.vocabulary.encode_prompt(self.vocabulary.as_learnt(prefix))
        warn_of(replaced)
        ids = np.concatenate([np.array([BOUNDARY], np.int32), begun])
        logits, state = engine.scan(np.repeat(ids[None], rows, 0), engine.start(rows))
        return PromptState(logits[:, -1], state)

    def texts(self, engine: Engine, read: PromptState, options: GenerateOptions, count: int) -> list[list[Generated]]:
        """Return what is written on from every row of what was read."""
        if options.beams:
            return [
                [Generated("", each.text, each.log_probability, each.score, each.ids) for each in some[:count]]
                for some in search_all(engine, self.vocabulary, read, options)
            ]
        every = []
        for number in range(count):
            assert options.seed is not None, "the caller chooses one"
            seeded = dataclasses.replace(options, seed=options.seed + number)
            every.append([self.written(ids, total) for ids, total in drawn(engine, read, seeded)])
        return [sorted(each, key=lambda one: -one.score) for each in zip(*every, strict=True)]

    def written(self, ids: list[int], total: float) -> Generated:
        """Return what some ids say, and how likely they were, as a given text is scored."""
        total += len(ids) * math.log1p(-self.vocabulary.unseen)
        text = self.vocabulary.decode([unit for unit in ids if unit != BOUNDARY])
        return Generated("", text, total, total / max(1, len(ids)), tuple(ids))

    def judged(self, engine: Engine, read: PromptState, texts: list[str]) -> list[Generated]:
        """Return texts, each by its shortest spelling, with what they cost after every row of what was read."""
        targets = [
            np.append(self.vocabulary.encode(self.vocabulary.as_learnt(text)), np.int32(BOUNDARY)) for text in texts
        ]
        found = []
        for row, (text, ids) in enumerate(zip(texts, targets, strict=True)):
            total = self.cost(engine, row_of(read, row), ids)
            found.append(Generated("", text, total, total / len(ids), tuple(ids.tolist())))
        return found

    def cost(self, engine: Engine, read: PromptState, ids: IdsT) -> float:
        """Return the log-probability of ids, in nats, on from one row."""
        logits, _ = engine.scan(ids[None, :-1], read.state) if len(ids) > 1 else (read.logits[:, None, :][:, :0], None)
        every = np.concatenate([read.logits[:, None], logits], 1)[0].astype(np.float64)
        return float(log_probabilities(every, self.vocabulary.unseen)[np.arange(len(ids)), ids].sum())

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[Generated]:
        """Return what given targets cost under their sources."""
        found: list[Generated | None] = [None] * len(sources)
        for indices, engine in self.parts(sources):
            read = self.begin(engine, len(indices), "")
            texts = self.judged(engine, read, [targets[index] for index in indices])
            for index, each in zip(indices, texts, strict=True):
                found[index] = dataclasses.replace(each, source=sources[index])
        return [each for each in found if each]

    def attention(self, source: str, ids: Sequence[int]) -> FloatsTS | None:
        """Return where the network looks in a source while it writes some ids; None if it never looks back."""
        engine = self.reader.encode(self.encode_sources([source]))
        read = np.array([[BOUNDARY, *ids[:-1]]], np.int32)
        weights = engine.scan(read, engine.start(1))[1].get("attention")
        return None if weights is None else weights[0]


def row_of(read: PromptState, row: int) -> PromptState:
    """Return one row of what was read."""
    return PromptState(read.logits[[row]], select(read.state, np.array([row])))


def drawn(engine: Engine, read: PromptState, options: GenerateOptions) -> list[tuple[list[int], float]]:
    """Return the ids drawn on from every row up to the boundary, and their log-probability in nats.

    The chance is the same for every source, whatever is read beside it; a row that has ended is read no further.
    """
    assert options.seed is not None, "the caller chooses one"
    found: list[list[int]] = [[] for _ in read.logits]
    totals, rows, draws = np.zeros(len(found)), np.arange(len(found)), Uniforms(options.seed, range(1))
    logits, state = read.logits, read.state
    for _ in range(options.length):
        ids, likely = chosen(logits, options, float(draws.next()[0, 0]))
        totals[rows] += likely
        for row, unit in zip(rows.tolist(), ids.tolist(), strict=True):
            found[row].append(unit)
        going = np.flatnonzero(ids != BOUNDARY)
        if not len(going):
            break
        rows = rows[going]
        logits, state = step(engine, ids[going], select(state, going))
    return list(zip(found, totals.tolist(), strict=True))


def chosen(logits: FloatsBV, options: GenerateOptions, uniform: float) -> tuple[IdsB, DoublesB]:
    """Return the next id of every row and its nats: the likeliest, or the one that a number from 0 to 1 falls on."""
    if options.temperature < COLD:
        best, nats = likeliest(logits, 1, ends=True)
        return best[:, 0], nats[:, 0]
    ids = draw(distribution(logits, options), np.full(len(logits), uniform))
    return ids, logits[np.arange(len(ids)), ids] - log_sum(logits)
