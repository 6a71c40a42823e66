"""Finding the encoding of texts from before Unicode: unrolled, chardet alone, and charset-normalizer if it is there.

The texts are those of `tests/formats/test_legacy_encodings.py`, made for it: some sentences in each language, in the
encodings that such texts were in, once, 8 and 60 times. Right is what gives the same letters, whatever it is called.
"Broken" are the same 8 times with one byte taken out of the middle, right where the first line is; "among ASCII" are
the texts in other letters than Latin ones with a line of a log around every twenty characters.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import common

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.formats.test_legacy_encodings import AMONG, CASES, OTHER_LETTERS, TEXTS

from unrolled.errors import InputError
from unrolled.formats.encodings import decode

Detector = Callable[[bytes], str | None]


def ours(raw: bytes) -> str | None:
    """What unrolled reads."""
    try:
        return decode(raw, "text").text
    except InputError:
        return None


def chardet_alone(raw: bytes) -> str | None:
    """What stands there in chardet's first guess."""
    import chardet

    return read_as(raw, chardet.detect(raw, max_bytes=len(raw))["encoding"])


def charset_normalizer(raw: bytes) -> str | None:
    """What stands there in the best guess of charset-normalizer."""
    from charset_normalizer import from_bytes

    best = from_bytes(raw).best()
    return read_as(raw, best.encoding if best else None)


def read_as(raw: bytes, encoding: str | None) -> str | None:
    """A text in an encoding, without what is none of it."""
    try:
        return raw.decode(encoding, "ignore") if encoding else None
    except LookupError:
        return None


def detectors() -> Iterator[tuple[str, Detector]]:
    """Those that are installed, with their versions."""
    from importlib.metadata import PackageNotFoundError, version

    yield "unrolled", ours
    for name, detector in (("chardet", chardet_alone), ("charset-normalizer", charset_normalizer)):
        try:
            yield f"{name} {version(name)}", detector
        except PackageNotFoundError:
            print(f"{name} is not installed, and left out", file=sys.stderr)


def texts(kind: str) -> Iterator[tuple[bytes, str]]:
    """Texts of a kind as bytes, and what is to be read of them: all of it, or the first line where one is broken."""
    for language, encoding in CASES:
        sentences = TEXTS[language][0]
        if kind == "broken" and encoding != "iso2022_jp":
            raw = f"{sentences}\n".encode(encoding) * 8
            place = next(place for place in range(len(raw) // 2, len(raw)) if raw[place] > 0x7F)
            yield raw[:place] + raw[place + 1 :], sentences
        elif kind == "among ASCII" and language in OTHER_LETTERS:
            parts = [sentences[place : place + 20] for place in range(0, len(sentences), 20)] * 3
            text = "".join(AMONG["a log"].format(n, part) + "\n" for n, part in enumerate(parts))
            yield text.encode(encoding), text
        elif kind.isdecimal():
            text = f"{sentences}\n" * int(kind)
            yield text.encode(encoding), text


def main() -> None:
    """Count how many texts of each kind each detector reads right, and write them as a table."""
    options = common.parser(__doc__).parse_args()
    about = common.circumstances()
    rows = []
    for kind in ("1", "8", "60", "broken", "among ASCII"):
        some = list(texts(kind))
        for name, detector in detectors():
            began = time.process_time()
            right = sum((found := detector(raw)) is not None and found.startswith(wanted) for raw, wanted in some)
            each = 1000 * (time.process_time() - began) / len(some)
            rows.append((f"{kind} ×" if kind.isdecimal() else kind, name, str(right), str(len(some)), f"{each:.1f}"))
    header = ["texts", "detector", "right", "of", "milliseconds each"]
    parts = ["# Legacy encodings", str(__doc__), common.describe(about), common.table(header, rows)]
    common.write_report(options.results, "encodings", *parts)


if __name__ == "__main__":
    main()
