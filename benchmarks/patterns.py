"""The other patterns: classifiers, translators and toys, each beside what it is measured by, in stated minutes.

``classify`` AG News and TREC against TF-IDF and logistic regression; ``names`` by language against a network like the
PyTorch tutorial's in the same minutes; ``news`` Burmese topics by unit; ``translate`` Multi30k; ``burmese`` myPar;
``toys`` dates and reversed strings; ``segment`` Burmese words; ``speed`` translating against PyTorch's own modules in
the same search.
"""

from __future__ import annotations

import csv
import gzip
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import common
import numpy as np

import unrolled
from unrolled import Model
from unrolled.api.model import model_of
from unrolled.evaluation.words import words_found
from unrolled.metrics.baseline import baseline
from unrolled.metrics.translation import translated

Row = tuple[str, str]
"""A label and a text, or a source and its translation."""
TEST_SHARE = 0.15
LANGUAGE_MINUTES = 5.0
BUDGETS = {
    "classify": 5.0,
    "names": 3.0,
    "news": 3.0,
    "translate": 30.0,
    "burmese": 20.0,
    "toys": 1.0,
    "segment": 1.0,
    "speed": 2.0,
}


def ag_news() -> list[Row]:
    """Topics, and titles with the text below them."""
    with common.find_data("measure/agnews_test/dev.csv").open(encoding="utf-8", newline="") as file:
        return [(label, f"{title} {text}".replace("\\", " ")) for label, title, text in csv.reader(file)]


def trec(fine: bool) -> list[Row]:
    """Kinds of question, and questions."""
    lines = common.find_data("measure/trec_qc/train_5500.label").read_text("latin-1").splitlines()
    pairs = [line.split(" ", 1) for line in lines]
    return [(label if fine else label.split(":")[0], text) for label, text in pairs]


def names() -> list[Row]:
    """Languages, and names."""
    folder = common.find_data("open/names_18_languages/Arabic.txt").parent
    files = sorted(path for path in folder.glob("*.txt") if path.stem != "SOURCE")
    return [(path.stem, line) for path in files for line in path.read_text("utf-8").split("\n") if line.strip()]


def news() -> list[Row]:
    """Topics, and Burmese news."""
    lines = common.find_data("open/my_news_test/myNews_v1_classification_test.txt").read_text("utf-8").split("\n")
    pairs = [line.removeprefix("__label__").split("\t", 1) for line in lines if line.startswith("__label__")]
    return [(label, text) for label, text in (pair for pair in pairs if len(pair) == 2)]


def halves(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The rows to learn from and to be judged by, stratified, in an order by chance that is always the same."""
    rows = sorted(rows)
    random.Random(1).shuffle(rows)
    by_label: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_label[row[0]].append(row)
    kept = [row for each in by_label.values() for row in each[int(len(each) * TEST_SHARE) :]]
    random.Random(2).shuffle(kept)
    return kept, [row for each in by_label.values() for row in each[: int(len(each) * TEST_SHARE)]]


def write_rows(path: Path, rows: Sequence[Row], head: str) -> Path:
    """Rows as a table."""
    lines = ["\t".join(" ".join(cell.split()) for cell in row) for row in rows]
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def learn(train: list[Row], folder: Path, **options: Any) -> Model:
    """A classifier of rows."""
    return unrolled.train(write_rows(folder / "train.tsv", train, "label\ttext"), task="classify", **options)


def accuracy(model: Model, test: list[Row]) -> float:
    """The share of right answers."""
    found = model.predict_many([text for _, text in test])
    return statistics.fmean(answer.label == label for answer, (label, _) in zip(found, test, strict=True))


def linear(train: list[Row], test: list[Row]) -> tuple[float, float]:
    """TF-IDF and logistic regression on the same rows: accuracy and seconds."""
    (labels, texts), (wanted, asked) = (tuple(zip(*rows, strict=True)) for rows in (train, test))
    found = baseline(texts, labels, asked, wanted)
    return found.accuracy, found.seconds


def spread(values: list[float]) -> str:
    """Mean and standard deviation in per cent."""
    off = f" ± {100 * statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{100 * statistics.fmean(values):.1f}{off}"


def classify(minutes: float, seeds: int, folder: Path, threads: int) -> Iterator[str]:
    """AG News with and without a language model first, and TREC."""
    rows = []
    for name, every in (("AG News", ag_news()), ("TREC, 6 kinds", trec(False)), ("TREC, 50 kinds", trec(True))):
        train, test = halves(every)
        ways: dict[str, dict[str, Any]] = {"from nothing": {}}
        if name == "AG News":
            text = folder / "unlabelled.txt"
            text.write_text("\n".join(" ".join(text.split()) for _, text in train) + "\n", encoding="utf-8")
            base = folder / "language.safetensors"
            unrolled.train(text, base, documents="lines", unit="word", minutes=LANGUAGE_MINUTES, threads=threads)
            ways[f"from a language model ({LANGUAGE_MINUTES:g} minutes)"] = {"base": base}
        told, seconds = linear(train, test)
        rows.append([name, "TF-IDF + logistic regression", f"{100 * told:.1f}", f"{seconds:.0f} s", "1"])
        for way, options in ways.items():
            models = [
                learn(train, folder, minutes=minutes, seed=seed + 1, threads=threads, **options)
                for seed in range(seeds)
            ]
            right = [accuracy(model, test) for model in models]
            took = statistics.fmean(model.record["seconds"] for model in models)
            rows.append([name, f"{models[0].bundle.config.title}, {way}", spread(right), f"{took:.0f} s", str(seeds)])
            print(rows[-1], flush=True)
    yield common.table(["corpus", "model", "right, %", "learnt in", "seeds"], rows)
    yield f"At most {minutes:g} minutes each; a run ends when the held-out tenth of what is learnt from gets no better."


def by_language(minutes: float, seeds: int, folder: Path, threads: int) -> Iterator[str]:
    """Names by language, beside a plain recurrent network that learns one name after another."""
    train, test = halves(names())
    told, seconds = linear(train, test)
    models = [learn(train, folder, minutes=minutes, seed=seed + 1, threads=threads) for seed in range(seeds)]
    right = [accuracy(model, test) for model in models]
    plain = [tutorial(train, test, minutes, seed, threads) for seed in range(seeds)]
    rows = [
        ["TF-IDF of letters + logistic regression", f"{100 * told:.1f}", f"{seconds:.0f} s"],
        ["one-hot nn.RNN of 128, SGD, as in PyTorch's tutorial", spread(plain), f"{60 * minutes:.0f} s"],
        [
            models[0].bundle.config.title,
            spread(right),
            f"{statistics.fmean(m.record['seconds'] for m in models):.0f} s",
        ],
    ]
    yield common.table(["names of 18 languages", "right, %", "learnt in"], rows)


def tutorial(train: list[Row], test: list[Row], minutes: float, seed: int, threads: int) -> float:
    """A network as PyTorch's tutorial describes it: letters as one-hot vectors, the last output, plain SGD."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    letters = {letter: place for place, letter in enumerate(sorted({c for _, name in train for c in name}))}
    labels = sorted({label for label, _ in train})
    rnn, head = nn.RNN(len(letters), 128), nn.Linear(128, len(labels))
    optimizer = torch.optim.SGD([*rnn.parameters(), *head.parameters()], lr=0.15)

    def answer(name: str) -> torch.Tensor:
        places = torch.tensor([letters[c] for c in name if c in letters] or [0])
        return head(rnn(nn.functional.one_hot(places, len(letters)).float()[:, None])[1][0])

    rng, end = random.Random(seed), time.perf_counter() + 60 * minutes
    while time.perf_counter() < end:
        batch = rng.sample(train, 64)
        loss = torch.stack(
            [nn.functional.cross_entropy(answer(name), torch.tensor([labels.index(label)])) for label, name in batch]
        ).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(rnn.parameters(), 3)
        optimizer.step()
    with torch.no_grad():
        return statistics.fmean(labels[int(answer(name).argmax())] == label for label, name in test)


def by_unit(minutes: float, seeds: int, folder: Path, threads: int) -> Iterator[str]:
    """Burmese news by topic, read in every unit."""
    train, test = halves(news())
    told, seconds = linear(train, test)
    rows = [["TF-IDF of letters + logistic regression", f"{100 * told:.1f}", f"{seconds:.0f} s"]]
    for unit in ("char", "grapheme", "syllable", "word", "bpe"):
        models = [learn(train, folder, unit=unit, minutes=minutes, seed=s + 1, threads=threads) for s in range(seeds)]
        took = statistics.fmean(model.record["seconds"] for model in models)
        rows.append([unit, spread([accuracy(model, test) for model in models]), f"{took:.0f} s"])
        print(rows[-1], flush=True)
    yield common.table(["Burmese news, 6 topics", "right, %", "learnt in"], rows)


def lines(name: str) -> list[str]:
    """The lines of a file, unpacked where it is."""
    path = common.find_data(name)
    text = gzip.decompress(path.read_bytes()).decode("utf-8") if path.suffix == ".gz" else path.read_text("utf-8")
    return text.rstrip("\n").split("\n")


def multi30k(part: str) -> list[Row]:
    """German and English descriptions."""
    return list(zip(*(lines(f"measure/multi30k/raw/{part}.{language}.gz") for language in ("de", "en")), strict=True))


def translate(minutes: float, seeds: int, folder: Path, threads: int) -> Iterator[str]:
    """Multi30k from German to English, with attention and without."""
    sides = "source\ttarget"
    train, valid = (write_rows(folder / f"{part}.tsv", multi30k(part), sides) for part in ("train", "val"))
    rows, signatures = [], set()
    for attention in ("dot", "none"):
        options: dict[str, Any] = {"attention": attention, "minutes": minutes, "seed": 1, "threads": threads}
        model = unrolled.train(train, task="translate", valid=str(valid), **options)
        for search, settings in (("greedy", {"temperature": 0.0}), ("5 beams", {"beams": 5})):
            found = scorer(model, multi30k("test_2016_flickr"), **settings)
            signatures |= {found.bleu.signature, found.lower_bleu.signature, found.chrf.signature}
            sizes = f"{model.bundle.config.title}, {model.bundle.parameters / 1e6:.1f}M weights"
            figures = [f"{each.value:.1f}" for each in (found.bleu, found.lower_bleu, found.chrf)]
            rows.append([attention, sizes, search, *figures, f"{model.record['seconds'] / 60:.0f} min"])
            print(rows[-1], flush=True)
    head = ["attention", "network", "search", "BLEU", "BLEU in lower case", "chrF", "learnt in"]
    yield common.table(head, rows)
    yield "\n".join(f"- `{signature}`" for signature in sorted(signatures))
    yield (
        "Test: test_2016_flickr, 1,000 sentences, on which nothing was chosen. Published tutorials with a GRU and "
        "attention stand at 28.3 on a GPU, in lower case and on their own tokens."
    )


def scorer(model: Model, pairs: list[Row], **settings: Any) -> Any:
    """What the model's translations are worth."""
    found = model.predict_many([source for source, _ in pairs], **settings)
    return translated([each.text for each in found], [[target] for _, target in pairs])


def burmese(minutes: float, seeds: int, folder: Path, threads: int) -> Iterator[str]:
    """English to Burmese and back, on five small books."""
    place, rows = "open/my_mypar/en-my-asian-pivot/5Books-9179-PBSMT", []
    for source, target in (("en", "my"), ("my", "en")):
        parts = {
            part: list(zip(lines(f"{place}/{part}.{source}"), lines(f"{place}/{part}.{target}"), strict=True))
            for part in ("train", "dev")
        }
        train = write_rows(folder / "train.tsv", parts["train"], "source\ttarget")
        model = unrolled.train(train, task="translate", minutes=minutes, seed=1, threads=threads)
        found = scorer(model, parts["dev"], beams=5)
        figures = [f"{found.chrf.value:.1f}", f"{found.bleu.value:.1f}", f"`{found.bleu.signature}`"]
        rows.append(
            [
                f"{source} → {target}",
                str(len(parts["train"])),
                model.bundle.config.title,
                *figures,
                f"{model.record['seconds'] / 60:.0f} min",
            ]
        )
        print(rows[-1], flush=True)
    yield common.table(["myPar 5Books", "pairs", "network", "chrF", "BLEU", "signature of BLEU", "learnt in"], rows)
    yield "Judged on dev, on which nothing was chosen; a tenth of train was held out to stop by."


def dates() -> list[Row]:
    """Dates in many forms, and in one."""
    pairs = [line.split("_") for line in lines("open/seq2seq_toy_dates/date.txt")]
    return [(one.strip(), other.strip()) for one, other in pairs]


def reversed_strings() -> list[Row]:
    """Strings by chance, and what they are from behind; all different."""
    rng = random.Random(1)
    made = {"".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(3, 12))) for _ in range(20_000)}
    return [(each, each[::-1]) for each in sorted(made, key=lambda _: rng.random())]


def toys(minutes: float, seeds: int, folder: Path, threads: int) -> Iterator[str]:
    """Exact matches on what was held out, the last tenth."""
    rows = []
    for name, pairs, budget in (("dates", dates(), 3 * minutes), ("reverse", reversed_strings(), minutes)):
        cut = len(pairs) * 9 // 10
        train = write_rows(folder / "train.tsv", pairs[:cut], "source\ttarget")
        for seed in range(1, seeds + 1):
            model = unrolled.train(train, task="translate", minutes=budget, seed=seed, threads=threads)
            found, took = scorer(model, pairs[cut:], temperature=0.0), model.record["seconds"]
            exact = f"{100 * found.exact:.2f} of {len(pairs) - cut:,}"
            rows.append([name, model.bundle.config.title, str(seed), exact, f"{took:.0f} s"])
            print(rows[-1], flush=True)
    yield common.table(["toy", "network", "seed", "exact matches of the held-out tenth, %", "learnt in"], rows)


def segment(minutes: float, seeds: int, folder: Path, threads: int) -> Iterator[str]:
    """Where Burmese words begin, by unit, beside the longest match with the words of the same lines."""
    every = [line for line in lines("measure/my_mypos/mypos-dver.1.0.word.txt") if line.strip()]
    random.Random(1).shuffle(every)
    kept = every[:-1000]
    learnt = set(kept)
    test = [line for line in every[-1000:] if line not in learnt]
    train, judged = folder / "train.txt", folder / "test.txt"
    for path, some in ((train, kept), (judged, test)):
        path.write_text("\n".join(some) + "\n", encoding="utf-8")
    known = {word for line in kept for word in line.split()}
    matched, _ = words_found([longest_match(line, known) for line in test], test)
    rows = [["longest match", f"{100 * matched['word_f1']:.1f}", ""]]
    for unit in ("char", "grapheme", "syllable"):
        options: dict[str, Any] = {"unit": unit, "minutes": minutes, "threads": threads}
        models = [unrolled.train(train, task="segment", seed=seed + 1, **options) for seed in range(seeds)]
        figures = [unrolled.evaluate(model, judged).figures["word_f1"] for model in models]
        took = statistics.fmean(model.record["seconds"] for model in models)
        rows.append([f"{models[0].bundle.config.title}, {unit}", spread(figures), f"{took:.0f} s"])
        print(rows[-1], flush=True)
    yield common.table(["Burmese words found again", "F1, %", "learnt in"], rows)
    yield f"{len(kept):,} lines to learn from, {len(test):,} to judge."


def longest_match(line: str, known: set[str]) -> str:
    """A line cut from its beginning into the longest known words, or single code points."""
    rest, words = "".join(line.split()), []
    while rest:
        size = next((size for size in range(min(len(rest), 40), 1, -1) if rest[:size] in known), 1)
        words.append(rest[:size])
        rest = rest[size:]
    return " ".join(words)


def speed(minutes: float, seeds: int, folder: Path, threads: int) -> Iterator[str]:
    """Words translated in a second, one sentence at a time and 64 together."""
    from stock_translator import StockReader

    train = write_rows(folder / "train.tsv", multi30k("train")[:5000], "source\ttarget")
    model = unrolled.train(
        train, task="translate", hidden_size=512, vocabulary_size=8000, steps=60, seed=1, threads=threads
    )
    sentences = [source for source, _ in multi30k("test_2016_flickr")]
    ways: dict[str, Model] = {
        f"native, {weights}": model_of(model.bundle, "native", weights=weights) for weights in ("fp32", "bf16", "int8")
    }
    ways["PyTorch's modules"] = stock = model_of(model.bundle, "torch")
    stock._predictor.reader = StockReader(model.bundle, threads)
    rows = []
    for rows_at_once, some in ((1, sentences[:50]), (64, sentences[:256])):
        for search, settings in (("greedy", {"temperature": 0.0}), ("5 beams", {"beams": 5})):
            rates = paired({name: rate(each, some, rows_at_once, length=20, **settings) for name, each in ways.items()})
            for name, value in rates.items():
                ratio = value / rates["PyTorch's modules"]
                rows.append([str(rows_at_once), search, name, f"{value:,.0f}", f"{ratio:.1f}"])
                print(rows[-1], flush=True)
    yield common.table(["sentences at once", "search", "engine", "units/s", "times PyTorch"], rows)
    size = f"{model.bundle.config.title}, 8,000 tokens, at most 20 of them a sentence"
    yield f"{size}; {threads} threads; medians of paired runs."


def rate(model: Model, sentences: list[str], at_once: int, **settings: Any) -> Callable[[], float]:
    """Units written in a second over some sentences."""

    def run() -> float:
        begin, units = time.perf_counter(), 0
        for start in range(0, len(sentences), at_once):
            found = model.predict_many(sentences[start : start + at_once], **settings)
            units += sum(len(each.ids) for each in found)
        return units / (time.perf_counter() - begin)

    return run


def paired(runs: dict[str, Callable[[], float]], times: int = 3) -> dict[str, float]:
    """The median of each, taken in turns."""
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            found[name].append(run())
    return {name: float(np.median(values)) for name, values in found.items()}


PARTS: dict[str, Callable[[float, int, Path, int], Iterator[str]]] = {
    "classify": classify,
    "names": by_language,
    "news": by_unit,
    "translate": translate,
    "burmese": burmese,
    "toys": toys,
    "segment": segment,
    "speed": speed,
}


def main() -> None:
    """Run one part, and write its results."""
    parser = common.parser(__doc__)
    parser.add_argument("part", choices=list(PARTS))
    parser.add_argument("--minutes", type=float, help="budget of each run [default: by part]")
    parser.add_argument("--seeds", type=int, default=5, help="runs of each classifier and toy [default: %(default)s]")
    given = parser.parse_args()
    minutes, neighbours = given.minutes or BUDGETS[given.part], common.Neighbours()
    about = common.circumstances()
    with tempfile.TemporaryDirectory() as folder:
        found = list(PARTS[given.part](minutes, given.seeds, Path(folder), given.threads))
    beside = f"- other processes took {neighbours.share():.2f} of a core"
    title = f"# The other patterns: {given.part}"
    common.write_report(given.results, f"patterns-{given.part}", title, f"{common.describe(about)}\n{beside}", *found)


if __name__ == "__main__":
    main()
