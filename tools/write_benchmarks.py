"""Write ``docs/benchmarks.md``: the prose of ``tools/benchmarks.md``, and tables copied out of ``benchmarks/results``.

A line ``<!-- result NAME -->`` becomes the tables of that result, and a line with its machine, date and command;
``columns=``, ``sections=`` and ``tables=`` choose among them (``;`` between, ``_`` for a space). Every decimal in the
prose of a section must stand in one of its results, rounded or not, or in a line ``<!-- elsewhere 1.2 3.4 -->``.
``tests/test_docs.py`` says that the page is up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from written import write_or_check

ROOT = Path(__file__).parents[1]
TEMPLATE, TARGET = ROOT / "tools" / "benchmarks.md", ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "benchmarks" / "results"
RESULT = re.compile(r"<!-- result (\S+)(.*?) -->")
ELSEWHERE = re.compile(r"<!-- elsewhere (.*?) -->")
DECIMAL = re.compile(r"(?<![\w.-])\d+\.\d+(?![\w-]|\.\d)")
HEAD = "<!-- Written by tools/write_benchmarks.py from tools/benchmarks.md and benchmarks/results. -->\n\n"


def source() -> str:
    """Return the whole page; raises ``SystemExit`` that names a figure of the prose which no result has."""
    pieces = re.split(r"(?m)^(?=## )", TEMPLATE.read_text(encoding="utf-8"))
    for piece in pieces:
        check_prose(piece)
    filled = "".join(RESULT.sub(lambda found: shown(found[1], found[2]), ELSEWHERE.sub("", piece)) for piece in pieces)
    title, rest = filled.split("\n", 1)
    return f"{title}\n\n{HEAD}{rest.strip()}\n".replace("\n\n\n\n", "\n\n").replace("\n\n\n", "\n\n")


def check_prose(section: str) -> None:
    """Find every decimal of a section's prose in its results."""
    known = {word for found in ELSEWHERE.finditer(section) for word in found[1].split()}
    texts = [result_text(found[1]) for found in RESULT.finditer(section)]
    values = [float(number.replace(",", "")) for text in texts for number in re.findall(r"\d[\d,]*\.?\d*", text)]
    prose = ELSEWHERE.sub("", RESULT.sub("", section))
    for number in set(DECIMAL.findall(prose)) - known:
        places = len(number.split(".")[1])
        if not any(round(value, places) == float(number) for value in values):
            sys.exit(f"{number} stands in the prose of {section.splitlines()[0]!r}, and in none of its results")


def result_text(name: str) -> str:
    """Return a result as it is stored."""
    return (RESULTS / f"{name}.md").read_text(encoding="utf-8")


def shown(name: str, chosen: str) -> str:
    """Return the chosen tables of a result with its circumstances."""
    text = result_text(name)
    options = dict(part.split("=", 1) for part in chosen.split())
    listed = {key: [each.replace("_", " ") for each in value.split(";")] for key, value in options.items()}
    blocks = list(tables(text))
    if "sections" in listed:
        blocks = [each for each in blocks if each[0].split(", ")[0] in listed["sections"]]
    if "tables" in listed:
        blocks = [blocks[int(number) - 1] for number in listed["tables"]]
    if "columns" in listed:
        blocks = [
            (section, columns(block, listed["columns"])) for section, block in blocks if has(block, listed["columns"])
        ]
    assert blocks, f"{name} has no such table"
    lines: list[str] = []
    for section, block in blocks:
        lines += [f"**{section}**", "", *block, ""] if section else [*block, ""]
    return "\n".join([*lines, circumstances(name, text)])


def tables(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield every table or block of figures of a result, with the section that it stands in."""
    section, block, fenced = "", list[str](), False
    for line in [*text.splitlines(), ""]:
        if line.startswith("## "):
            section = line[3:]
        if line.startswith("```"):
            fenced = not fenced
            block.append(line)
        elif fenced or line.startswith("|"):
            block.append(line)
        elif block:
            yield section, block
            block = []


def cells(line: str) -> list[str]:
    """Return the cells of a row."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def has(block: list[str], names: list[str]) -> bool:
    """Tell whether a table has some columns."""
    return set(names) <= set(cells(block[0]))


def columns(block: list[str], names: list[str]) -> list[str]:
    """Return a table with some of its columns, in the order in which they are named."""
    rows = [cells(line) for line in block]
    places = [rows[0].index(name) for name in names]
    return [f"| {' | '.join(row[place] for place in places)} |" for row in rows]


def circumstances(name: str, text: str) -> str:
    """Return where, when and with which command a result was measured, in a line."""
    said = dict(re.findall(r"(?m)^- (machine|date|command): (.*)$", text))
    date = said["date"].split("T")[0]
    machine = re.sub(r"\(R\)| Processor|, no avx\w+", "", said["machine"])
    return f"*{machine}; {date}; {said['command']}; `results/{name}.md`*"


def main() -> None:
    """Write the file, or only say whether it is up to date."""
    write_or_check(TARGET, source())


if __name__ == "__main__":
    main()
