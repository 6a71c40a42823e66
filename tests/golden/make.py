"""Makes the golden model of the present format: run once for each released format, and keep the file for ever."""

import sys
from pathlib import Path

import unrolled
from unrolled.bundle import FORMAT

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import SENTENCES

TEXT = [f"{SENTENCES[n * 7 % 5]} {SENTENCES[n % 3]}" for n in range(300)]

if __name__ == "__main__":
    path = Path(__file__).with_name(f"format-{FORMAT}.safetensors")
    unrolled.train(TEXT, path, steps=600, hidden_size=32, batch_size=8, sequence_length=32, threads=1)
    print(path, unrolled.load(path).score("The cat sat on the mat.").bits_per_char)
