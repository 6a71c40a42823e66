"""A model under a condition: the bundle that writes as its labels say, for any engine.

What a label adds to the first layer's gates goes into their bias, and the first state into tensors of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from ..errors import OptionError
from ..model_file.bundle import Bundle
from ..networks.cells import find_cell
from ..text.labels import label_ids
from ..text.vocabulary import Vocabulary

START = "start."
"""Before the names of the first state's parts among a bundle's tensors, each [layers, H]."""


def with_labels(bundle: Bundle, where: Sequence[str]) -> Bundle:
    """Return the bundle under labels, each as ``column=value``; a column that is not named stays open."""
    labels = bundle.vocabularies.get("labels")
    if labels is None:
        if where:
            raise OptionError(f"I got --where={where[0]}, and this model learnt no labels; train it with --label")
        return bundle
    tensors = dict(bundle.tensors)
    embedding, state, constant = (tensors.pop(f"condition.{name}.weight") for name in ("embedding", "state", "input"))
    vector = embedding[ids_of(labels, where)].sum(0)
    tensors["rnn.bias_ih_l0"] = tensors["rnn.bias_ih_l0"] + constant @ vector
    parts = find_cell(bundle.config.cell, bundle.config.context or 0).parts
    first = np.tanh(state @ vector).reshape(len(parts), bundle.config.layers, -1)
    tensors |= {START + name: part for name, part in zip(parts, first, strict=True)}
    vocabularies = {name: each for name, each in bundle.vocabularies.items() if name != "labels"}
    return dataclasses.replace(bundle, tensors=tensors, vocabularies=vocabularies)


def ids_of(labels: Vocabulary, where: Sequence[str]) -> list[int]:
    """Return the ids of labels, one for each column; raises ``OptionError`` for one that the model does not know."""
    for label in where:
        if label not in labels.index:
            from difflib import get_close_matches  # errors are few

            near = get_close_matches(label, labels.units, n=3, cutoff=0.4) or labels.units[:5]
            raise OptionError(f"the model knows no label {label!r}; try {' or '.join(near)}")
    return label_ids(labels, tuple(where))
