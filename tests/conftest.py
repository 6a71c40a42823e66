"""What many tests share: a text, and a small trained model of it."""

from pathlib import Path

import pytest

import unrolled

SENTENCES = [
    "The cat sat on the mat and looked at the moon.",
    "The dog ran over the hill to the old mill.",
    "A bird sang in the tall green tree all day.",
    "She said: 'The moon is round, the hill is high.'",
    "Where did the cat go? The cat went home!",
]


@pytest.fixture(scope="session")
def text() -> str:
    """Some 9,000 characters in short lines."""
    return "".join(f"{SENTENCES[n * 7 % 5]} {SENTENCES[n % 3]}\n" for n in range(100))


@pytest.fixture(scope="session")
def text_file(text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The text in a file."""
    path = tmp_path_factory.mktemp("text") / "cats.txt"
    path.write_text(text)
    return path


@pytest.fixture(scope="session")
def model_file(text_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network trained on the text for a second, in its file."""
    path = tmp_path_factory.mktemp("model") / "cats.safetensors"
    unrolled.train(text_file, path, steps=60, hidden_size=48, batch_size=8, sequence_length=32, threads=1)
    return path


@pytest.fixture(scope="session")
def model(model_file: Path) -> unrolled.Model:
    """The network in its file, opened with the reference engine."""
    return unrolled.load(model_file)
