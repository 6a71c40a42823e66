"""Captions: the words of icons against their nearest neighbour's, and photographs from their files to a page.

Icons (Mozilla's FxEmojis; names and keywords of Unicode's CLDR; ``open/emoji_captions``): a network that learns to see
and to name them in so many minutes, against what the icon of the training part that is nearest in its pixels is called.
F1 of the words of a caption against the words of the icon's keywords, over the held-out icons, none of whose names
stands in the training part. Once the captions are names, and once each keyword is a caption of its own, of which the
likeliest few are taken.

Photographs (COCO, ``open/tiny_coco``): all of the way from JPEG files to sentences and to a page of where each word
looked. Some dozens of photographs teach no one to see: what it writes is the language of captions, and fits its image
by luck.
"""

from __future__ import annotations

import csv
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import common
import numpy as np
from PIL import Image

import unrolled
from unrolled.config import GenerateOptions
from unrolled.evaluation.attention_maps import attention_map
from unrolled.metrics.captions import keyword_f1, words
from unrolled.reports.attention import page

ICONS, PHOTOGRAPHS = "open/emoji_captions/emoji_captions.tsv", "open/tiny_coco/tiny_coco_meta.json"
FEW = 5  # keywords that are taken of each icon, as many as one has in the mean
BEAMS = 12
SHOWN = 6  # photographs on the page
Icons = list[dict[str, str]]


def read_icons(folder: Path) -> dict[str, Icons]:
    """The rows of the table by their part; the icons are written as PNG files into a folder."""
    source = common.find_data(ICONS)
    arrays = np.load(source.with_name("emoji64.npz"))
    for name, picture in zip(arrays["codepoint"], arrays["images"], strict=True):
        Image.fromarray(picture).save(folder / f"{name}.png")
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {part: [row for row in rows if row["split"] == part] for part in ("train", "val")}


def keywords(row: dict[str, str]) -> list[str]:
    """All words in an icon's keywords, each once."""
    return sorted({word for keyword in row["keywords_en"].split("|") for word in words(keyword)})


def write_table(path: Path, rows: Icons, ways: str, known: set[str]) -> Path:
    """A table of icons and their names, or of icons and each of their keywords that is known."""
    each = {row["codepoint"]: [row["name_en"]] if ways == "names" else keywords(row) for row in rows}
    lines = [f"{name}.png\t{text}" for name, some in each.items() for text in some if ways == "names" or text in known]
    path.write_text("\n".join(["image\tcaption", *lines]) + "\n", encoding="utf-8")
    return path


def nearest(parts: dict[str, Icons], folder: Path) -> Icons:
    """The icon of the training part that is nearest in its pixels, for each that is held out."""
    pixels = {
        part: np.stack([np.asarray(Image.open(folder / f"{row['codepoint']}.png"), np.float32).ravel() for row in rows])
        for part, rows in parts.items()
    }
    products = pixels["val"] @ pixels["train"].T
    distances = (pixels["train"] ** 2).sum(1) - 2 * products
    return [parts["train"][place] for place in distances.argmin(1)]


def learnt(parts: dict[str, Icons], folder: Path, ways: str, options: Any) -> tuple[list[set[str]], unrolled.Model]:
    """The words that a network gives to each icon that is held out."""
    known = {word for row in parts["train"] for word in keywords(row)}
    tables = {part: write_table(folder / f"{ways}-{part}.tsv", rows, ways, known) for part, rows in parts.items()}
    settings = {"valid": str(tables["val"]), "threads": options.threads, "seed": options.seed}
    budget = {"steps": options.steps} if options.steps else {"minutes": options.minutes}
    unit = {"unit": "word", "min_count": 1} if ways == "keywords" else {}
    model = unrolled.train(tables["train"], task="caption", **settings, **budget, **unit)
    sources = [str(folder / f"{row['codepoint']}.png") for row in parts["val"]]
    few = FEW if ways == "keywords" else 1
    written = model._predictor.write(sources, GenerateOptions(beams=BEAMS, length=20), "", few)
    return [{word for text in texts for word in words(text.text)} for texts in written], model


def score_icons(options: Any) -> tuple[list[list[str]], list[str]]:
    """Rows of the table of both ways, and what was written of some icons."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = read_icons(folder)
        near = nearest(parts, folder)
        wanted = [keywords(row) for row in parts["val"]]
        rows, samples = [], []
        for ways in ("names", "keywords"):
            found, model = learnt(parts, folder, ways, options)
            copied = [words(row["name_en"]) if ways == "names" else keywords(row) for row in near]
            for who, given in (("learnt", found), ("nearest in pixels", copied)):
                score = keyword_f1(given, wanted)
                rows.append([f"{ways}, {who}", *(f"{each:.3f}" for each in (score.f1, score.precision, score.recall))])
            samples += [
                f"- {row['name_en']}: {', '.join(sorted(some))}"
                for row, some in list(zip(parts["val"], found, strict=True))[::12]
            ]
            samples.append(f"({ways}: {model.record['steps']} steps in {model.record['seconds']:.0f} seconds)\n")
    return rows, samples


def caption_photographs(options: Any) -> str:
    """From JPEG files to sentences, and to a page beside the results; how long it took."""
    source, begin = common.find_data(PHOTOGRAPHS), time.perf_counter()
    known = [row for row in json.loads(source.read_text()) if (source.parent / "train2017" / row["file"]).exists()]
    with tempfile.TemporaryDirectory() as name:
        table = Path(name) / "photographs.tsv"
        lines = [f"{row['file']}\t{' '.join(said.split())}" for row in known for said in row["captions"]]
        table.write_text("\n".join(["image\tcaption", *lines]), encoding="utf-8")
        budget = {"steps": options.steps} if options.steps else {"minutes": options.photograph_minutes}
        source_of_all = [source.parent / "train2017", table]
        settings = {"threads": options.threads, "seed": options.seed, "valid": 0.0}
        model = unrolled.train(source_of_all, task="caption", **settings, **budget)
    shown = known[-SHOWN:]
    sources = [str(source.parent / "train2017" / row["file"]) for row in shown]
    written = model.predict_many(sources)
    examples = [
        attention_map(model._predictor, each, row["captions"][0]) for each, row in zip(written, shown, strict=True)
    ]
    made = page("Photographs", [each | {"title": ""} for each in examples if each])
    if options.page:
        options.page.write_text(made, encoding="utf-8")
    facts = (
        f"{len(known)} photographs, {len(lines)} captions, none held out, from files to sentences and to a page of "
        f"{len(made) / 1e6:.1f} MB of where each word looked, in {(time.perf_counter() - begin) / 60:.1f} minutes. So "
        "few photographs, be they 50, teach no one to see: these sentences are learnt by heart."
    )
    return "\n".join([facts, "", *(f"- {text.text}" for text in written)])


def main() -> None:
    """Icons, then photographs; report."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="of training on icons [default: %(default)s]")
    parser.add_argument("--photograph-minutes", type=float, default=2.0, help="and on photographs [%(default)s]")
    parser.add_argument("--steps", type=int, help="train for so many steps instead, to try it out")
    parser.add_argument("--page", type=Path, help="write the page with the photographs to this file")
    parser.add_argument("--seed", type=int, default=1, help="[default: %(default)s]")
    options = parser.parse_args()
    about = common.circumstances()
    rows, samples = score_icons(options)
    photographs = caption_photographs(options)
    entry = {"rows": rows, "samples": samples, "photographs": photographs, **about}
    common.append_entry(options.results, "patterns_captions", entry)
    header = ["captions", "keyword F1", "precision", "recall"]
    parts = ["# Captions", common.describe(about), common.table(header, rows), "\n".join(samples), photographs]
    common.write_report(options.results, "patterns_captions", *parts)


if __name__ == "__main__":
    main()
