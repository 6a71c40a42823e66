"""What benchmarks of whole trainings share: reading a text and training on it as unrolled's users do."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import unrolled
from unrolled import Model
from unrolled.config import ReadOptions
from unrolled.formats.contents import read_contents


def read_book(path: Path) -> str:
    """A text without Project Gutenberg's licence."""
    return read_contents(path, ReadOptions(strip_gutenberg=True)).text


def train(text: str, minutes: float, threads: int, seed: int = 1, flags: Sequence[str] = ()) -> Model:
    """Train by the command line in a process of its own, and load the file."""
    with tempfile.TemporaryDirectory() as folder:
        source, file = Path(folder) / "text.txt", Path(folder) / "model.safetensors"
        source.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "unrolled", "train", source, "-o", file, "--seed", seed]
        command += ["--minutes", minutes, "--threads", threads, *flags]
        subprocess.run(list(map(str, command)), check=True)
        return unrolled.load(file)


def units_seen(record: dict[str, Any]) -> int:
    """Units that a training learnt from, by its record."""
    settings = record["options"]
    return int(record["steps"] * settings["batch_size"] * settings["sequence_length"])
