"""Reading 100 MB of each kind of file: processor seconds and memory, beside plain text of the same size.

Each is a process of its own that reads one file as `unrolled train` reads it, into a corpus. The words are drawn by
chance, sentences of twelve; documents have a paragraph a sentence. PDF is left out: pypdf reads some 20,000 characters
a second.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import common

WORDS = ("the", "cat", "sat", "on", "a", "mat", "and", "then", "went", "home", "again", "quickly")
WORD_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
READ = """
import resource, sys, time
from unrolled.formats.corpus import read_corpus
begin = time.process_time()
corpus = read_corpus(sys.argv[1])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(time.process_time() - begin, peak / 1024, corpus.characters)
"""


def sentences(megabytes: float) -> Iterator[str]:
    """Sentences of so many characters together."""
    rng, size = random.Random(1), 0
    while size < megabytes * 1e6:
        sentence = " ".join(rng.choices(WORDS, k=12))
        size += len(sentence) + 1
        yield sentence


def text(path: Path, megabytes: float) -> None:
    """Plain text, a sentence a line; some letters beyond ASCII where the name says so."""
    with path.open("w", encoding="utf-8") as file:
        for number, sentence in enumerate(sentences(megabytes)):
            file.write(f"{sentence}{' – “é”' if 'beyond' in path.name and number % 9 == 0 else ''}\n")


def broken(path: Path, megabytes: float) -> None:
    """UTF-8 with a byte in every thousandth line that is none."""
    with path.open("wb") as file:
        for number, sentence in enumerate(sentences(megabytes)):
            file.write(f"{sentence} – “é”".encode() + (b"\x92\n" if number % 1000 == 0 else b"\n"))


def legacy(path: Path, megabytes: float) -> None:
    """Text in cp1252."""
    with path.open("w", encoding="cp1252") as file:
        for number, sentence in enumerate(sentences(megabytes)):
            file.write(f"{sentence}{' – “é”' if number % 9 == 0 else ''}\n")


def table(path: Path, megabytes: float) -> None:
    """An id, a text and a label in each row; quotation marks in every fifth text where there are commas."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",", lineterminator="\n")
        writer.writerow(["id", "text", "label"])
        for number, sentence in enumerate(sentences(megabytes)):
            writer.writerow([number, sentence + (', "so"' if number % 5 == 0 else ""), number % 2])


def json_rows(path: Path, megabytes: float) -> None:
    """The same in JSON lines, or in one JSON array."""
    one = path.suffix == ".json"
    with path.open("w", encoding="utf-8") as file:
        for number, sentence in enumerate(sentences(megabytes)):
            row = json.dumps({"id": number, "text": sentence, "label": number % 2})
            file.write(f"{'[' if not number else ','}\n{row}" if one else f"{row}\n")
        file.write("]" * one)


def page(path: Path, megabytes: float) -> None:
    """A page with a paragraph a sentence."""
    with path.open("w", encoding="utf-8") as file:
        file.write("<html><body>\n")
        file.writelines(f"<p>{sentence} <b>so</b></p>\n" for sentence in sentences(megabytes))
        file.write("</body></html>\n")


def word_document(path: Path, megabytes: float) -> None:
    """A document of Word with a paragraph a sentence."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as file:
        file.write(f'<w:document xmlns:w="{WORD_SPACE}"><w:body>'.encode())
        for sentence in sentences(megabytes):
            file.write(f"<w:p><w:r><w:t>{sentence}</w:t></w:r></w:p>".encode())
        file.write(b"</w:body></w:document>")


def subtitles(path: Path, megabytes: float) -> None:
    """Cues of a sentence each."""
    with path.open("w", encoding="utf-8") as file:
        for number, sentence in enumerate(sentences(megabytes), 1):
            minutes, seconds = divmod(number % 3600, 60)
            at = f"00:{minutes:02}:{seconds:02}"
            file.write(f"{number}\n{at},000 --> {at},900\n{sentence}\n\n")


def chat(path: Path, megabytes: float) -> None:
    """A conversation as WhatsApp exports it."""
    with path.open("w", encoding="utf-8") as file:
        for number, sentence in enumerate(sentences(megabytes)):
            file.write(f"12/{1 + number % 28}/20, 9:{number % 60:02} PM - {('Ann', 'Bob')[number % 2]}: {sentence}\n")


KINDS = {
    "plain.txt": text,
    "beyond.txt": text,
    "broken.txt": broken,
    "cp1252.txt": legacy,
    "table.tsv": table,
    "table.csv": table,
    "rows.jsonl": json_rows,
    "rows.json": json_rows,
    "page.html": page,
    "document.docx": word_document,
    "subtitles.srt": subtitles,
    "chat.txt": chat,
}


def measured(path: Path) -> tuple[float, float, int]:
    """Processor seconds, megabytes at most, and characters that were read."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, path], check=True, capture_output=True, text=True
    )
    seconds, peak, characters = done.stdout.split()
    return float(seconds), float(peak), int(characters)


def main() -> None:
    """Measure every kind once, in a process of its own."""
    parser = common.parser(__doc__)
    parser.add_argument("--megabytes", type=float, default=100.0, help="of text in each [default: %(default)s]")
    options = parser.parse_args()
    about = common.circumstances()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, write in KINDS.items():
            path = Path(folder) / name
            write(path, options.megabytes)
            seconds, peak, characters = measured(path)
            found.append((name, path.stat().st_size / 1e6, characters / 1e6, seconds, peak))
            path.unlink()
    plain = found[0][3]
    rows = [
        (name, f"{size:,.0f}", f"{read:,.0f}", f"{seconds:.1f}", f"{seconds / plain:.1f}×", f"{peak:,.0f}")
        for name, size, read, seconds, peak in found
    ]
    header = ["file", "MB", "million characters read", "processor seconds", "÷ plain text", "MB of memory"]
    parts = ["# Reading files", str(__doc__), common.describe(about), common.table(header, rows)]
    common.write_report(options.results, "formats", *parts)


if __name__ == "__main__":
    main()
