"""The learning curve: in the terminal with Braille dots, and as an SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from .labels import shown

Curve = Sequence[Mapping[str, float]]
"""Points with ``step``, ``seconds``, ``train`` and ``valid`` (bits per character)."""
Points = list[tuple[float, float]]

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # Braille: four rows of two dots in a character
COLOURS = {"train": "#8a94a6", "valid": "#c2410c"}
NAMES = {"train": "training text", "valid": "held-out text"}
WIDTH, HEIGHT, MARGIN = 720, 400, 56


def series(curve: Curve, name: str) -> Points:
    """(step, bits) of one line of the curve."""
    return [(point["step"], point[name]) for point in curve if math.isfinite(point[name])]


def bounds(curve: Curve) -> tuple[float, float, float, float]:
    """Return the smallest and largest step, the smallest and largest bits; 0 and 1 where there are no points."""
    points = series(curve, "train") + series(curve, "valid")
    if not points:
        return 0.0, 1.0, 0.0, 1.0
    steps, bits = [x for x, _ in points], [y for _, y in points]
    return min(steps), max(steps), min(bits), max(bits)


def plot(curve: Curve, width: int = 64, height: int = 12, per: str = "character") -> list[str]:
    """Return the held-out curve as lines for a terminal, the axis at the left; bits are ``per`` character or label."""
    points = series(curve, "valid")
    if not points:
        return ["no curve: nothing was held out"]
    low, high = min(y for _, y in points), max(y for _, y in points)
    cells = [[0] * width for _ in range(height)]
    for x, y in dense(points, 2 * width):
        row = round((high - y) / ((high - low) or 1) * (4 * height - 1))
        cells[row // 4][x // 2] |= DOTS[row % 4][x % 2]
    rows = ["".join(chr(0x2800 + cell) for cell in row) for row in cells]
    labels = {0: f"{high:.3f}", height - 1: f"{low:.3f}"}
    lines = [f"{labels.get(n, ''):>7} ┤{row}" for n, row in enumerate(rows)]
    first, last = points[0][0], points[-1][0]
    return [*lines, f"{'':>8}└{'─' * width}", f"{'':>9}step {first:g} … {last:g}, held-out bits per {per}"]


def dense(points: Points, columns: int) -> list[tuple[int, float]]:
    """Return a value for every column between the first and the last point, on straight lines."""
    first, last = points[0][0], points[-1][0]
    if first == last:
        return [(0, points[-1][1])]
    found = []
    for column in range(columns):
        x = first + (last - first) * column / (columns - 1)
        place = max(1, next((n for n, (step, _) in enumerate(points) if step >= x), len(points) - 1))
        (x0, y0), (x1, y1) = points[place - 1], points[place]
        found.append((column, y0 + (y1 - y0) * (x - x0) / (x1 - x0)))
    return found


def svg(curve: Curve, title: str, per: str = "character") -> str:
    """Return the curve as a picture: training and held-out bits per character or label over steps."""
    drawn = bounds(curve)
    lines = [polyline(series(curve, name), drawn, COLOURS[name]) for name in COLOURS]
    legend = [
        text(WIDTH - MARGIN, MARGIN + 18 * n, NAMES[name], COLOURS[name], "end") for n, name in enumerate(COLOURS)
    ]
    parts = [
        text(MARGIN, 28, title, "#111827", "start"),
        *axes(drawn, f"bits per {per} over training steps"),
        *lines,
        *legend,
    ]
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', *parts, "</svg>\n"])


def place(x: float, y: float, drawn: tuple[float, float, float, float]) -> tuple[float, float]:
    """Return where a point stands in the picture."""
    left, right, low, high = drawn
    across = (x - left) / ((right - left) or 1)
    up = (y - low) / ((high - low) or 1)
    return MARGIN + across * (WIDTH - 2 * MARGIN), HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN)


def polyline(points: Points, drawn: tuple[float, float, float, float], colour: str) -> str:
    """Return one line of the curve."""
    path = " ".join("{:.1f},{:.1f}".format(*place(x, y, drawn)) for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'


def axes(drawn: tuple[float, float, float, float], name: str) -> list[str]:
    """Five levels with their bits, the first and last value below, and what is drawn over what."""
    left, right, low, high = drawn
    parts = []
    for level in (low + (high - low) * n / 4 for n in range(5)):
        y = place(left, level, drawn)[1]
        parts.append(f'<path d="M{MARGIN} {y:.1f}H{WIDTH - MARGIN}" stroke="#e5e7eb"/>')
        parts.append(text(MARGIN - 6, y + 4, f"{level:.2f}", "#4b5563", "end"))
    parts += [text(place(x, low, drawn)[0], HEIGHT - MARGIN + 20, f"{x:g}", "#4b5563", "middle") for x in (left, right)]
    return [*parts, text(WIDTH / 2, HEIGHT - 14, name, "#4b5563", "middle")]


def text(x: float, y: float, words: str, colour: str, anchor: str) -> str:
    """Return the words in the picture."""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{escape(shown(words))}</text>'
