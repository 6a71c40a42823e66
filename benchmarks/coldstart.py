"""Cold start: 100 characters by a whole process, `unrolled generate` beside a PyTorch script, the same weights."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import common
from generation import bundle
from startup import run, script

from unrolled.model_file.bundle import save

SCRIPT = """
import json, sys, torch
from safetensors import safe_open
from torch import nn
with safe_open(sys.argv[1], "pt") as file:
    weights = {name: file.get_tensor(name) for name in file.keys()}
    units = json.loads(file.metadata()["vocabularies"])["text"]["units"]
layers, width = int(sys.argv[2]), int(sys.argv[3])
embedding = nn.Embedding.from_pretrained(weights["embedding.weight"])
rnn = nn.LSTM(embedding.embedding_dim, width, layers, batch_first=True)
rnn.load_state_dict({name[4:]: each for name, each in weights.items() if name.startswith("rnn.")})
head = nn.Linear(width, len(weights["head.bias"]))
head.load_state_dict({"weight": weights["head.weight"], "bias": weights["head.bias"]})
ids, state, text = torch.tensor([[0]]), None, ""
with torch.no_grad():
    for _ in range(100):
        y, state = rnn(embedding(ids), state)
        logits = head(y[:, -1]) / 0.8
        logits[:, :2] = -torch.inf
        ids = torch.multinomial(logits.softmax(-1), 1)
        text += units[ids.item() - 2]
print(text)
"""


def compare(layers: int, width: int, rounds: int) -> list[str]:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        save(bundle("lstm", layers, width), path)
        ours = [*script(), "generate", str(path), "--length", "100", "--seed", "1"]
        theirs = [sys.executable, "-c", SCRIPT, str(path), str(layers), str(width)]
        run(ours), run(theirs)
        times = [(run(ours)[0], run(theirs)[0]) for _ in range(rounds)]
    ratio = statistics.median(theirs / ours for ours, theirs in times)
    mine, other = (statistics.median(side) for side in zip(*times, strict=True))
    return [f"lstm {layers}×{width}", f"{1000 * mine:.0f}", f"{1000 * other:.0f}", f"{ratio:.1f}×"]


def main() -> None:
    """Measure, print and write."""
    parser = common.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="pairs of processes [default: %(default)s]")
    options = parser.parse_args()
    about, neighbours = common.circumstances(), common.Neighbours()
    rows = [compare(1, 256, options.rounds), compare(2, 512, options.rounds)]
    header = ["network", "unrolled ms", "PyTorch script ms", "PyTorch ÷ unrolled"]
    note = (
        f"Medians of {options.rounds} pairs in turn; files cached, bytecode written. "
        f"The machine was {neighbours.share():.2f} cores busy."
    )
    parts = ["# Cold start", str(__doc__), common.describe(about), common.table(header, rows), note]
    common.write_report(options.results, "coldstart", *parts)


if __name__ == "__main__":
    main()
