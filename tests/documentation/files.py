"""The files that the pages name: small texts and tables, pictures, and models of them, made when they are asked for."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import RLock

LINES = [
    "Alice was not a bit hurt, and she jumped up on to her feet in a moment.",
    "She looked up, but it was all dark overhead.",
    "The cat sat on the mat and looked at the moon.",
    "“Where did it go?” said Alice. There was nothing else to do.",
    "A bird sang in the tall green tree all day.",
]
NAMES = {
    "Irish": "Brian Sean Aidan Conor Declan Eoin Fionn Niall Ronan Shane Kevin Liam",
    "Greek": "Nikos Kostas Giorgos Petros Stavros Dimitris Yannis Spyros Takis Vasilis Andreas Pavlos",
    "Burmese": "Aung Kyaw Min Thant Zaw Htun Soe Naing Hla Khin Mya Win",
}
BURMESE = "မြန်မာဘာသာစကားသည် မြန်မာနိုင်ငံ၏ ရုံးသုံးဘာသာစကား ဖြစ်သည်။ ယနေ့ ရာသီဥတု ကောင်းသည်။\n"


def story(lines: int) -> str:
    """Return a text of some lines, in which each character occurs often."""
    return "".join(f"{LINES[n * 7 % 5]} {LINES[n % 3]}\n" for n in range(lines))


def table(head: str, rows: list[tuple[str, str]]) -> str:
    """Return a table with tabs."""
    return "".join(f"{line}\n" for line in [head, *("\t".join(row) for row in rows)])


def reviews(count: int) -> str:
    """Return sentences of films with what is thought of them."""
    words = {"good": ("wonderful", "fine", "moving"), "bad": ("dull", "slow", "empty")}
    things = ("film", "story", "play", "picture", "ending", "cast", "scene", "plot", "song", "joke")
    rows = [
        (f"a {'truly ' * (n % 2)}{words[label][n % 3]} {things[n % 10]}, number {n}", label)
        for n in range(count)
        for label in words
    ]
    return table("text\tlabel", rows)


def pairs(count: int) -> str:
    """Return short sentences in two languages."""
    who = {"Hund": "dog", "Mann": "man", "Vogel": "bird", "Junge": "boy"}
    what = {"rennt": "runs", "schläft": "sleeps", "springt": "jumps", "singt": "sings"}
    rows = [
        (f"Ein {a} {b}{' hier' * (n % 3)}.", f"A {who[a]} {what[b]}{' here' * (n % 3)}.")
        for n in range(3)
        for a in who
        for b in what
    ]
    return table("source\ttarget", rows[:count])


def picture(shade: int) -> bytes:
    """Return a small square of one grey as PNG."""
    rows = b"".join(b"\0" + bytes([shade]) * 8 for _ in range(8))
    chunks = (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    written = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def captions() -> dict[str, str | bytes]:
    """Return a table of captions and the pictures that it names."""
    shades = range(0, 240, 12)
    rows = [(f"pictures/{n}.png", "a dark square" if n < 120 else "a bright square") for n in shades]
    return {"captions.tsv": table("image\tcaption", rows), **{f"pictures/{n}.png": picture(n) for n in shades}}


def conllu(count: int) -> str:
    """Return sentences in the ten columns of CoNLL-U."""
    sentences = [("they saw the saw", "PRON VERB DET NOUN"), ("the cat saw them", "DET NOUN VERB PRON")]
    written = []
    for number in range(count):
        words, tags = (each.split() for each in sentences[number % 2])
        words = [*words, "today", str(number)]
        rows = enumerate(zip(words, [*tags, "NOUN", "NUM"], strict=True), 1)
        lines = ["\t".join([str(at), word, "_", tag, *"______"]) for at, (word, tag) in rows]
        written.append("\n".join([*lines, ""]))
    return "\n".join(written) + "\n"


Maker = Callable[[], "str | bytes | Mapping[str, str | bytes]"]
TEXTS: dict[str, Maker] = {
    "alice.txt": lambda: story(60),
    "chapter.txt": lambda: story(12),
    "more.txt": lambda: story(50),
    "book.txt": lambda: story(60),
    "play.txt": lambda: story(50),
    "irish.txt": lambda: "Brendan\nCormac\n",
    "beginning.txt": lambda: "Alice was ",
    "prefixes.txt": lambda: "Alice wa\nThe c\n",
    "lines-of-json-strings.txt": lambda: "".join(f"{json.dumps(text)}\n" for text in ("Alice wa", "The\nc")),
    "written.txt": lambda: story(5) + "Nobody wrote this before.\n",
    "names.txt": lambda: "\n".join(NAMES["Irish"].split()) + "\n",
    "names.jsonl": lambda: "".join(json.dumps({"text": name}) + "\n" for name in ("Brian", "Nikoan")),
    "titles.txt": lambda: "".join(f"Today {n} {LINES[n % 5][:20]}\nယနေ့ {n}\n" for n in range(40)),
    "burmese.txt": lambda: BURMESE * 30,
    "news.txt": lambda: BURMESE * 30,
    "other.txt": lambda: BURMESE * 3,
    "books.csv": lambda: "text,author\n" + "".join(f"line {n} of a book,{'AB'[n % 2]}\n" for n in range(60)),
    "names/": lambda: {f"names/{name}.txt": "\n".join(words.split()) + "\n" for name, words in NAMES.items()},
    "poems/": lambda: {f"poems/{n}.txt": story(20) for n in range(3)},
    "reviews.tsv": lambda: reviews(40),
    "test.tsv": lambda: reviews(6),
    "reviews-test.tsv": lambda: reviews(6),
    "questions.txt": lambda: "a dull film\na fine film\n",
    "pairs.tsv": lambda: pairs(48),
    "pairs-test.tsv": lambda: pairs(6),
    "test.de": lambda: "Ein Hund rennt.\nEin Mann singt.\n",
    "test.en": lambda: "A dog runs.\nA man sings.\n",
    "sentences.txt": lambda: "Ein Hund rennt.\n",
    "captions.tsv": captions,
    "train.conllu": lambda: conllu(40),
    "test.conllu": lambda: conllu(6),
    "photo.png": lambda: picture(200),
    "words.txt": lambda: "".join(f"{' '.join(LINES[n % 5].lower().split()[: 3 + n % 4])}\n" for n in range(60)),
    "verse.toml": lambda: 'banned = ["very"]\nlongest = 40\n',
    "more-words.txt": lambda: "the cat sat\na bird sang\n",
}
"""Files and folders by name, and what stands in them."""
MODELS = {
    "alice.safetensors": "unrolled train alice.txt",
    "play.safetensors": "cp alice.safetensors play.safetensors",
    "carroll.safetensors": "unrolled train book.txt -o carroll.safetensors",
    "chain.safetensors": "unrolled train book.txt --model markov -o chain.safetensors",
    "names.safetensors": "unrolled train names/ --documents lines --label file",
    "reviews.safetensors": "unrolled train reviews.tsv --task classify",
    "questions.safetensors": "cp reviews.safetensors questions.safetensors",
    "pairs.safetensors": "unrolled train pairs.tsv --task translate",
    "de-en.safetensors": "cp pairs.safetensors de-en.safetensors",
    "captions.safetensors": "unrolled train captions.tsv --task caption",
    "words.safetensors": "unrolled train words.txt --task segment",
    "gpt2.safetensors": "unrolled train alice.txt --model gpt2 -o gpt2.safetensors",
    "gpt2-folder/": "unrolled export gpt2.safetensors -o gpt2-folder/",
    "models/": "mkdir models && unrolled train alice.txt -o models/alice.safetensors",
}
"""Models, and folders of models, by name, and the commands that make them."""
WRITTEN = r"(?:-o|>|--svg|--predictions|--attention|--keep|--save-state)\s*|\.save\(\""
"""What stands before the name of a file that a command or a program writes."""


class Library:
    """The files that pages share; each is made when the first page asks for it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self.environment, self.lock = folder, environment, RLock()

    def provide(self, page: Path, shown: str) -> None:
        """Copy into a page's folder what a command or a program names and does not write itself."""
        for name in [*TEXTS, *MODELS]:
            read = re.search(rf"(?<![\w/.-]){re.escape(name)}(?![\w.])", shown)
            if read and not re.search(rf"(?:{WRITTEN}){re.escape(name)}", shown) and not (page / name).exists():
                self.copy(name, page)

    def copy(self, name: str, target: Path) -> None:
        """Copy one of the files, made first if nobody has asked for it yet."""
        with self.lock:
            if not (self.folder / name).exists():
                self.make(name)
        if target == self.folder:
            return
        source = self.folder / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copy(source, target / name)
        if name == "captions.tsv":
            shutil.copytree(self.folder / "pictures", target / "pictures")

    def make(self, name: str) -> None:
        """Write a file, or train a model."""
        if name in MODELS:
            self.provide(self.folder, MODELS[name].replace(name, ""))
            shell(MODELS[name], self.folder, self.environment)
            return
        content = TEXTS[name]()
        for path, data in (content if isinstance(content, Mapping) else {name: content}).items():
            (self.folder / path).parent.mkdir(exist_ok=True)
            (self.folder / path).write_bytes(data.encode() if isinstance(data, str) else data)


def shell(command: str, folder: Path, environment: Mapping[str, str]) -> None:
    """Run a command as a reader would; raises ``AssertionError`` with what it said if it fails."""
    line = ["bash", "-o", "pipefail", "-c", command]
    done = subprocess.run(line, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"$ {command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
