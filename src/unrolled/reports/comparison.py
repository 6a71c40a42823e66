"""The comparison of several models: as a table for a terminal, and as a page of HTML that is complete in itself.

An entry is a mapping with the fields of ``unrolled.compare.Entry``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from ..escaping import LAYOUT, escaped
from .curve import HEIGHT, WIDTH, axes, place

Entry = Mapping[str, Any]
COLOURS = ("#6b7280", "#b45309", "#0e7490", "#4d7c0f", "#1d4f91", "#9d3c72")
"""A colour for each model in turn; on white and on near black."""


def number(value: float | None, form: str, scale: float = 1.0) -> str:
    """Return a figure in a form, or a dash."""
    return "–" if value is None else format(value * scale, form)


COLUMNS: tuple[tuple[str, Callable[[Entry], str]], ...] = (
    ("bits/char", lambda entry: number(entry["bits_per_char"], ".3f")),
    ("cold", lambda entry: number(entry["cold_bits_per_char"], ".3f")),
    ("learns", lambda entry: number(entry["learning"], ",.0f", 1e-3) + "k"),
    ("writes", lambda entry: number(entry["writing"], ",.0f", 1e-3) + "k"),
    ("MB", lambda entry: number(entry["bytes"], ".1f", 1e-6)),
    ("memory", lambda entry: number(entry["memory"], ",.0f", 1e-6)),
    ("longest", lambda entry: number(entry["longest"], ".0f")),
    ("copied", lambda entry: number(entry["copied"], ".1%")),
)
"""What a table tells of each model, and under which head."""
MEANINGS = (
    "bits/char: held-out text, the state carried on; cold: a fresh start every 256 units; learns, writes: thousands of "
    "characters a second; MB: of the weights; memory: the most that learning took, in MB; longest: characters of the "
    "longest span that stands in the training text; copied: share in such spans of 20 characters and more."
)


def itself(comparison: Mapping[str, Any]) -> list[str]:
    """Return the row of the held-out text itself: what a writer copies who is no model."""
    dashes = [""] * (len(COLUMNS) - 2)
    return ["held-out text", *dashes, number(comparison["longest"], ".0f"), number(comparison["copied"], ".1%")]


def rows(comparison: Mapping[str, Any]) -> list[list[str]]:
    """Return the table: its heads, a row for each model, and the one of the text itself."""
    heads = ["", *(head for head, _ in COLUMNS)]
    models = [[entry["title"], *(show(entry) for _, show in COLUMNS)] for entry in comparison["entries"]]
    return [heads, *models, itself(comparison)]


def table(comparison: Mapping[str, Any]) -> list[str]:
    """Return the table as lines."""
    cells = rows(comparison)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in cells
    ]
    return [line.rstrip() for line in lines]


def samples(comparison: Mapping[str, Any], size: int = 200) -> list[str]:
    """Return what each model wrote on from the prompt, some lines each."""
    lines = [f"written on from {comparison['prompt']!r} at temperature 0.8:"]
    for entry in comparison["entries"]:
        lines += ["", f"[{entry['title']}]", *(comparison["prompt"] + entry["sample"][:size]).split("\n")]
    return lines


def page(comparison: Mapping[str, Any]) -> str:
    """Return the page: table, curves over time, samples."""
    template = files(__package__).joinpath("comparison.html").read_text("utf-8")
    size, unit = f"{comparison['characters']:,} characters", comparison["unit"]
    fields = {
        "text": escape(escaped(comparison["text"])),
        "about": f"{size}, read by {unit}; {comparison['minutes']:g} minutes each",
        "table": html_table(comparison),
        "meanings": escape(MEANINGS),
        "curves": curves(comparison["entries"]),
        "legend": "".join(f"<span>{named(*each)}</span>" for each in coloured(comparison["entries"])),
        "samples": html_samples(comparison),
    }
    for name, value in fields.items():
        template = template.replace(f"<!-- {name} -->", value)
    return template


def coloured(entries: Sequence[Entry]) -> list[tuple[Entry, str]]:
    """Return every model with a colour."""
    return [(entry, COLOURS[place % len(COLOURS)]) for place, entry in enumerate(entries)]


def named(entry: Entry, colour: str) -> str:
    """Return a model's name behind a dot of its colour."""
    return f'<i style="background:{colour}"></i>{escape(entry["title"])}'


def html_table(comparison: Mapping[str, Any]) -> str:
    """Return the table in HTML; the best figure of held-out bits stands out."""
    heads, *models, last = rows(comparison)
    known = [entry["bits_per_char"] for entry in comparison["entries"] if entry["bits_per_char"] is not None]
    lines = [f"<tr>{''.join(f'<th scope=col>{escape(head)}</th>' for head in heads)}</tr>"]
    for (entry, colour), row in zip(coloured(comparison["entries"]), models, strict=True):
        best = ' class="best"' if known and entry["bits_per_char"] == min(known) else ""
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        lines.append(f"<tr{best}><th scope=row>{named(entry, colour)}</th>{cells}</tr>")
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in last[1:])
    return "\n".join([*lines, f'<tr class="real"><th scope=row>{escape(last[0])}</th>{cells}</tr>'])


def html_samples(comparison: Mapping[str, Any]) -> str:
    """Return a block for each model: the prompt, and what it wrote."""
    return "\n".join(
        f"<article><h3>{named(entry, colour)}</h3>"
        f"<p dir=auto><b>{plain(comparison['prompt'])}</b>{plain(entry['sample'])}</p></article>"
        for entry, colour in coloured(comparison["entries"])
    )


def plain(text: str) -> str:
    """Return a text of several lines in HTML."""
    return escape(escaped(text, LAYOUT))


def curves(entries: Sequence[Entry]) -> str:
    """Held-out bits over seconds, a line for each model; one that has no curve is a level."""
    points = [point for entry in entries for point in entry["curve"]]
    levels = [entry["bits_per_char"] for entry in entries if entry["bits_per_char"] is not None]
    if not points:
        return ""
    high = min(max(bits for _, bits in points), 1.6 * max(levels))
    drawn = (0.0, math.ceil(max(seconds for seconds, _ in points)), min(levels), high)
    lines = axes(drawn, "held-out bits per character over seconds of training")
    for entry, colour in coloured(entries):
        level = entry["bits_per_char"]
        seen = entry["curve"] or ([] if level is None else [(0.0, level), (drawn[1], level)])
        path = " ".join("{:.1f},{:.1f}".format(*place(x, min(y, high), drawn)) for x, y in seen)
        dashes = "" if entry["curve"] else ' stroke-dasharray="5 5"'
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dashes}/>')
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" role="img"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {box}>', *lines, "</svg>"])
