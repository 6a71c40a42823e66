"""Calibration: a classifier's probabilities made to mean what they say, on what is held out.

One temperature for all logits (Guo et al. 2017, section 4.2), folded into the head, so that no engine needs to know.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..datasets.dataset import Dataset
from ..metrics.classification import Classified, classified, temperature
from ..networks.modules import Network
from ..networks.modules.base import on_device
from ..text.vocabulary import NEVER, SPECIAL


def calibrate(network: Network, split: Dataset) -> dict[str, float]:
    """Divide the head by the temperature that suits the held-out part best; how good its answers are then."""
    logits, gold = answers(network, split, "valid")
    value = temperature(logits, gold)
    if (logits.argmax(1) == gold).all():  # so few errors say nothing of how sure to be
        value = max(1.0, value)
    with torch.no_grad():
        network.head.weight /= value
        bias = network.head.bias
        bias.copy_(torch.where(bias < NEVER / 2, NEVER, bias / value))
    return {"temperature": value, **figures(judged(logits / value, gold))}


def judge(network: Network, split: Dataset, part: str) -> dict[str, float]:
    """Return how good a classifier's answers to a part are."""
    return figures(judged(*answers(network, split, part)))


def judged(logits: NDArray[np.float64], gold: NDArray[np.int64]) -> Classified:
    """Return logits [N, L] judged by the labels [N]."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return classified(gold, powers / powers.sum(1, keepdims=True))


def figures(found: Classified) -> dict[str, float]:
    """Return what a record says of it."""
    figures = {"accuracy": found.accuracy, "macro_f1": found.macro_f1, "bits_per_label": found.bits}
    return figures | {"calibration_error": found.calibration_error}


@torch.no_grad()
def answers(network: Network, split: Dataset, part: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the logits [N, L] of all answers to a part, and the labels [N] that were wanted, both from 0."""
    device = network.head.bias.device
    logits, gold = [np.empty((0, len(split.vocabulary) - SPECIAL))], [np.empty(0, np.int64)]
    for batch in split.held_out(part):
        given = split.inputs(part, batch.documents)
        assert given is not None and batch.counts is not None, "it is examples that are answered"
        unread = torch.zeros(len(given), 1, dtype=torch.long)  # what answers reads sources alone
        y, _ = network.read(unread, {}, encoded=network.encode(on_device(given, device)))
        found = network.head(y).double().cpu().numpy()[:, : batch.targets.shape[1]]
        logits.append(found[batch.counts][:, SPECIAL:])
        gold.append(batch.targets[batch.counts].astype(np.int64) - SPECIAL)
    return np.concatenate(logits), np.concatenate(gold)
