"""An evaluation as lines for a terminal: the figures, the baseline beside them, the labels, the worst examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import confusion
from .labels import columns, fitted, padded, right

WIDTH = 100  # columns of a line
NAME, CELL = 22, 12  # columns of a figure's name, and of a figure
SIDE = 24  # columns of a label's name
MAX_SHOWN_LABELS = 20
"""Labels that are told of one by one."""
SHARE, PLAIN, HUNDRED = "{:.1%}", "{:.4f}", "{:.2f}"
FIGURES = {
    "accuracy": ("accuracy", SHARE),
    "macro_f1": ("macro-F1", PLAIN),
    "micro_f1": ("micro-F1 without O", PLAIN),
    "entity_f1": ("F1 of entities", PLAIN),
    "bits_per_label": ("bits per label", PLAIN),
    "calibration_error": ("calibration error", SHARE),
    "word_f1": ("F1 of words", PLAIN),
    "word_precision": ("precision of words", PLAIN),
    "word_recall": ("recall of words", PLAIN),
    "bleu": ("BLEU", HUNDRED),
    "lower_bleu": ("BLEU in lower case", HUNDRED),
    "chrf": ("chrF", HUNDRED),
    "exact_match": ("exact match", SHARE),
    "bleu_1": ("BLEU-1", PLAIN),
    "bleu_2": ("BLEU-2", PLAIN),
    "bleu_3": ("BLEU-3", PLAIN),
    "bleu_4": ("BLEU-4", PLAIN),
    "cider_d": ("CIDEr-D", PLAIN),
    "keyword_precision": ("keyword precision", PLAIN),
    "keyword_recall": ("keyword recall", PLAIN),
    "keyword_f1": ("keyword F1", PLAIN),
    "bits_per_char": ("bits per character", PLAIN),
}
"""Each figure's name for people, and its form."""

Summary = Mapping[str, Any]


def lines(summary: Summary) -> list[str]:
    """Return an evaluation, as its ``summary`` has it."""
    several = f", {summary['references']:,} references" if summary["references"] > summary["sources"] else ""
    classes = summary.get("classes")
    first = f"{summary['sources']:,} {'rows' if classes else 'sources'}{several}; {summary['model']}"
    parts = [[first, *figures(summary)], notes(summary)]
    if classes:
        of_baseline = (summary.get("baseline") or {}).get("f1", {})
        parts += [
            each_label(classes, of_baseline),
            confusion.lines(classes["confusion"], classes["labels"]),
            confused(classes),
        ]
    parts.append(worst(summary) if summary.get("by") in FIGURES else surprising(summary))
    return "\n\n".join("\n".join(part) for part in parts if part).split("\n")


def figures(summary: Summary) -> list[str]:
    """Return the figures, beside those of the baseline or with the signatures of how they were computed."""
    beside, signatures = summary.get("baseline") or {}, summary.get("signatures", {})
    head = [f"{'':{NAME}}{'model':>{CELL}}{'baseline':>{CELL}}"] if beside else []
    rows = []
    for name, (shown, form) in FIGURES.items():
        if name in summary:
            other = f"{form.format(beside[name]):>{CELL}}" if name in beside else ""
            more = f"   {signatures[name]}" if name in signatures else ""
            rows.append(f"{shown:{NAME}}{form.format(summary[name]):>{CELL}}{other}{more}")
    took = f" in {beside['seconds']:.1f} s" if "seconds" in beside else ""
    return [*head, *rows, *([f"baseline: {beside['told']}{took}"] if beside else [])]


def notes(summary: Summary) -> list[str]:
    """Return what has to be known beside the figures."""
    return [f"note: {each}" for each in summary["notes"]]


def each_label(classes: Summary, of_baseline: Mapping[str, float]) -> list[str]:
    """Precision, recall and F1 of each label, and the baseline's F1 if it has one; of many, those of the lowest F1."""
    order = sorted(range(len(classes["labels"])), key=lambda place: classes["f1"][place])[:MAX_SHOWN_LABELS]
    kept = sorted(order)
    side = min(SIDE, max(5, *(columns(fitted(classes["labels"][place], SIDE)) for place in kept)))
    names = ("precision", "recall", "F1", *(["baseline"] if of_baseline else []), "count")
    head = padded("label", side) + "".join(f"{name:>11}" for name in names)
    rows = [
        padded(fitted(classes["labels"][n], side), side)
        + "".join(f"{classes[name][n]:11.4f}" for name in ("precision", "recall", "f1"))
        + (f"{of_baseline.get(classes['labels'][n], 0):11.4f}" if of_baseline else "")
        + f"{classes['counts'][n]:11,}"
        for n in kept
    ]
    fewer = len(kept) < len(classes["labels"])
    return [
        head,
        *rows,
        *([f"{len(kept)} of {len(classes['labels'])} labels, those of the lowest F1"] if fewer else []),
    ]


def confused(classes: Summary) -> list[str]:
    """Return the most frequent errors."""
    found = [f"{count:6,}  {change(wanted, got)}" for wanted, got, count in classes["confused"]]
    return ["most confused (count, wanted → got)", *found] if found else []


def surprising(summary: Summary) -> list[str]:
    """Return the rows whose label the model held for least probable."""
    found = []
    for each in summary.get("worst", []):
        changed = change(each["wanted"][0], each["got"])
        head = f"{each['probability_of_wanted']:6.3f}  {changed} {each['probability']:.3f}  "
        found.append(fitted(head + each["source"], WIDTH))
    title = "most surprising (probability of what was wanted, wanted → got, its probability, text)"
    return [title, *found] if found else []


def worst(summary: Summary) -> list[str]:
    """Return the sources from which the worst was written."""
    name = summary["by"]
    found = []
    for each in summary.get("worst", []):
        found.append(f"{each[name]:6.2f}  {fitted(each['source'], WIDTH)}")
        found += [f"{sign:>8}{fitted(text, WIDTH)}" for sign, text in (("got  ", each["got"]), *wanted(each))]
    return [f"worst ({FIGURES[name][0]}, source; what was written; what was wanted)", *found] if found else []


def wanted(each: Summary) -> list[tuple[str, str]]:
    """Return the references of an example with a sign before each."""
    return [("want ", text) for text in each["wanted"]]


def change(one: str, other: str) -> str:
    """Return what was wanted and what came."""
    return f"{fitted(one, SIDE)} → {fitted(other, SIDE)}"


def pair_lines(summary: Summary) -> list[str]:
    """Return what given texts cost under their sources, as the ``summary`` of pairs has it."""
    rows = [
        f"{summary['pairs']:,} pairs, {summary['characters']:,} characters",
        f"bits per character  {summary['bits_per_char']:.4f}",
        f"in all              {summary['bits']:.1f} bits ({summary['log_probability']:.1f} nats of log-probability)",
    ]
    if summary["unknown_characters"]:
        rows.append(f"unknown characters  {summary['unknown_characters']} (each also costs the naming of a code point)")
    found = [
        f"{each['bits_per_char']:6.2f} {right(str(each['pair']), 6)}  {each['log_probability']:8.2f}  "
        f"{fitted(each['source'], WIDTH // 3)} → {fitted(each['text'], WIDTH // 3)}"
        for each in summary["worst"]
    ]
    title = "most surprising pairs (bits per character, number, log-probability, source → text)"
    return [*rows, *notes(summary), *(["", title, *found] if found else [])]
