"""About a model: what its file says of it, in a few facts that ``info`` and ``list`` show."""

from __future__ import annotations

from typing import Any

from ..tasks.options import own_options
from ..text.vocabulary import Vocabulary
from .bundle import Bundle


def about(bundle: Bundle) -> dict[str, Any]:
    """Return what is known of a model, by name; None for what is not."""
    record = bundle.record
    read = {name: each for name, each in bundle.vocabularies.items() if name != "labels"}
    several = len(read) > 1
    best, tested = record.get("best") or {}, record.get("test") or {}
    sizes = {f"{name}_vocabulary" if several else "vocabulary": len(each) for name, each in read.items()}
    letters = {f"{name}_alphabet" if several else "alphabet": alphabet(each) for name, each in read.items()}
    return {
        "parameters": bundle.parameters,
        "weights": bundle.weights,
        **own_options(bundle.config),
        **sizes,
        **letters,
        "labels": ", ".join(bundle.vocabularies["labels"].units) if "labels" in bundle.vocabularies else None,
        "text": record.get("corpus"),
        "split": record.get("split"),
        "recipe": record.get("recipe"),
        "steps": record.get("steps"),
        "seconds": record.get("seconds"),
        "stopped": record.get("stopped"),
        "held_out_bits_per_char": best.get("bits_per_char"),
        "held_out_bits_per_label": best.get("bits_per_label"),
        "held_out_accuracy": best.get("accuracy"),
        "held_out_macro_f1": best.get("macro_f1"),
        "without_labels": best.get("bits_per_char_unlabelled"),
        "continued": record.get("continued"),
        "test_bits_per_char": record.get("test_bits_per_char"),
        "test_bits_per_label": tested.get("bits_per_label"),
        "test_accuracy": tested.get("accuracy"),
        "test_macro_f1": tested.get("macro_f1"),
        "quantized": record.get("quantized"),
        "options": record.get("options"),
        "versions": record.get("versions"),
        "sample": record.get("sample"),
    }


def alphabet(vocabulary: Vocabulary) -> str:
    """Return the units of a vocabulary in one line, or as many of them as fit; longer ones apart."""
    between = "" if vocabulary.unit == "char" else " "
    return between.join(vocabulary.kind.shown([unit]) for unit in vocabulary.units[:200])[:200]
