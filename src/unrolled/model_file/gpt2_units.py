"""The units of a GPT-2 in a folder of Hugging Face: theirs and ours, one for one.

There a token is written with a letter for each byte, and has the number that its model gave it; here the boundary comes
first, then the unknown unit, then all tokens in the order in which they were learnt.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelFileError
from ..networks.pretrained.folder_checks import read_json, read_text
from ..text.gpt2 import Gpt2Tokens
from ..text.vocabulary import LABEL, SPECIAL, UNKNOWN, Vocabulary
from .bundle import Bundle, Tensors

TABLE = "transformer.wte.weight"
END = "<|endoftext|>"
OURS = "unrolled.json"
"""The file of units that are no tokens of GPT-2's kind."""
NOTHING = -1e4
"""The logit of an id that stands for nothing."""
PRINTABLE_BYTES = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
"""Bytes that are written as the character of their number; the others as those from 256 on."""
HIDDEN = [byte for byte in range(256) if byte not in PRINTABLE_BYTES]
LETTERS = {byte: chr(byte) for byte in PRINTABLE_BYTES} | {byte: chr(256 + index) for index, byte in enumerate(HIDDEN)}
BYTES = {letter: chr(byte) for byte, letter in LETTERS.items()}


def read_units(path: Path, size: int, end: int | None) -> tuple[Vocabulary, NDArray[np.int64]]:
    """Return the units of a folder, and the number there of each of our ids; -1 for an id that stands for nothing."""
    if (path / OURS).exists():
        return our_units(path / OURS, size), np.arange(size)
    numbers, pairs = read_tokens(path)
    if end is None or end >= size:
        raise ModelFileError(f"the GPT-2 in {path} has no end of a text (eos_token_id is {end}); give another")
    numbers = {token: number for token, number in numbers.items() if number < size}
    known = sorted(BYTES.keys() & numbers.keys(), key=numbers.__getitem__)
    if len(known) < len(BYTES):
        raise ModelFileError(f"the tokens in {path} cannot spell every byte; give a GPT-2 with byte-level tokens")
    tokens = list(dict.fromkeys(known + [token for token in map("".join, pairs) if token in numbers]))
    order = np.array([end, -1, *(numbers[token] for token in tokens)])
    return Vocabulary("gpt2", tuple(as_bytes(token, path) for token in tokens)), order


def our_units(path: Path, size: int) -> Vocabulary:
    """Return the units that we wrote beside a GPT-2; raises ``ModelFileError`` for what is none."""
    parsed = read_json(path)
    try:
        if not isinstance(parsed, dict) or parsed.get("unit") == LABEL:
            raise ValueError("no unit is named")
        found = Vocabulary.restored(parsed.get("unit"), parsed.get("units"))
    except ValueError as error:
        raise ModelFileError(f"{path} does not name a kind of unit and its units ({error}); export anew") from None
    if len(found) != size:
        raise ModelFileError(f"{path} names {len(found.units)} units, and the model has {size} ids; export anew")
    return found


def read_tokens(path: Path) -> tuple[dict[str, int], list[tuple[str, ...]]]:
    """Return the number of each token, as the folder writes it, and its two parts in the order of learning.

    What is made of none, like a sign for padding, is no token of a text.
    """
    if (path / "vocab.json").exists() and (path / "merges.txt").exists():
        lines = read_text(path / "merges.txt").splitlines()
        pairs: Any = [line.split(" ") for line in lines if line and not line.startswith("#version")]
        return checked_tokens(read_json(path / "vocab.json"), pairs, path / "vocab.json")
    if (path / "tokenizer.json").exists():
        parsed = read_json(path / "tokenizer.json")
        model = parsed.get("model") if isinstance(parsed, dict) else None
        if isinstance(model, dict) and model.get("type") == "BPE":
            pairs = model.get("merges")
            if isinstance(pairs, list):
                pairs = [pair.split(" ") if isinstance(pair, str) else pair for pair in pairs]
            return checked_tokens(model.get("vocab"), pairs, path / "tokenizer.json")
    raise ModelFileError(f"{path} has no tokens of a GPT-2; add its vocab.json and merges.txt, or tokenizer.json")


def checked_tokens(vocab: Any, merges: Any, path: Path) -> tuple[dict[str, int], list[tuple[str, ...]]]:
    """Tokens that are numbered, each by a number of its own, and pairs of strings; raises ``ModelFileError`` else."""
    numbered = isinstance(vocab, dict) and all(type(number) is int and number >= 0 for number in vocab.values())
    if not numbered or len(set(vocab.values())) < len(vocab):
        raise ModelFileError(f"{path} does not give each token a number of its own; fetch it again")
    paired = isinstance(merges, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair) for pair in merges
    )
    if not paired:
        raise ModelFileError(f"the merges that belong to {path} are not two tokens each; fetch them again")
    return vocab, [tuple(pair) for pair in merges]


def as_bytes(token: str, path: Path) -> str:
    """Return a token of theirs as one of ours: bytes, each as the character of its number."""
    try:
        return "".join(BYTES[letter] for letter in token)
    except KeyError as error:
        raise ModelFileError(f"the tokens in {path} hold {error}, which stands for no byte; give another") from None


def as_letters(token: str) -> str:
    """Return a token of ours as one of theirs."""
    return "".join(LETTERS[ord(byte)] for byte in token)


def with_our_ids(tensors: Tensors, order: NDArray[np.int64]) -> Tensors:
    """Return weights whose embedding follows our ids; one that stands for nothing is never likely."""
    table = np.where(order[:, None] >= 0, tensors[TABLE][order], 0).astype(np.float32)
    bias = np.where(order >= 0, 0, NOTHING).astype(np.float32)
    return {**tensors, TABLE: table, "head.bias": bias}


@dataclass(frozen=True)
class TheirUnits:
    """The units of a folder in the order of their numbers there, and the number of the end."""

    unit: str
    units: Sequence[str]
    end: int
    tokenizer: bool

    def write(self, path: Path) -> None:
        """Write the files that name them, those of GPT-2's tokenizer or our own, and take the others away."""
        for name in (OURS, "vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json"):
            (path / name).unlink(missing_ok=True)
        if not self.tokenizer:
            parsed = json.dumps({"unit": self.unit, "units": list(self.units)}, ensure_ascii=False)
            (path / OURS).write_text(parsed, "utf-8")
            return
        numbers = {as_letters(token): number for number, token in enumerate(self.units)} | {END: self.end}
        (path / "vocab.json").write_text(json.dumps(numbers, ensure_ascii=False), "utf-8")
        lines = ["#version: 0.2", *(" ".join(map(as_letters, pair)) for pair in merges(self.units))]
        (path / "merges.txt").write_text("\n".join(lines) + "\n", "utf-8")
        kind = {"tokenizer_class": "GPT2Tokenizer", "bos_token": END, "eos_token": END, "unk_token": END}
        (path / "tokenizer_config.json").write_text(json.dumps(kind), "utf-8")


def merges(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the two tokens that each was made of: what those learnt before it make of its bytes."""
    ranks = {token: number for number, token in enumerate(tokens)}
    found = []
    for token in tokens:
        if len(token) > 1:
            before = Gpt2Tokens(
                {each: ranks[each] for each in parts(token) if ranks.get(each, len(ranks)) < ranks[token]}
            )
            found.append(tuple(before.merge_bytes(list(token))))
    return found


def parts(token: str) -> set[str]:
    """Return all pieces of a token."""
    size = len(token)
    return {token[begin:end] for begin in range(size) for end in range(begin + 1, size + 1)}


def with_their_ids(bundle: Bundle) -> tuple[Tensors, TheirUnits]:
    """Return weights whose embedding follows the numbers of a folder, without our head's bias, and its units.

    Tokens of GPT-2's kind stand in the order in which they were learnt, and the end behind them, as in the original.
    """
    vocabulary = bundle.vocabularies["text"]
    tensors = {name: tensor for name, tensor in bundle.tensors.items() if name != "head.bias"}
    if bundle.tensors["head.bias"][UNKNOWN] > NOTHING / 2:
        return tensors, TheirUnits(vocabulary.unit, vocabulary.units, 0, False)
    table = tensors[TABLE]
    rows = np.concatenate([table[SPECIAL:], table[:1]])
    return {**tensors, TABLE: rows}, TheirUnits("gpt2", vocabulary.units, len(rows) - 1, True)
