"""From nothing to a writer in two minutes: train on Python's own manual, then write at three temperatures."""

import argparse
import shlex
import sys
from pathlib import Path
from pydoc_data.topics import topics

from unrolled.cli.main import run

FOLDER = Path("demo")
TEXT, MODEL = FOLDER / "python-manual.txt", FOLDER / "python-manual.safetensors"


def unrolled(*arguments: str) -> None:
    """Show a command as one would type it, and run it."""
    print(f"\n$ unrolled {shlex.join(arguments)}", flush=True)
    status = run(list(arguments))
    sys.stdout.flush()
    if status:
        sys.exit(status)


def main() -> None:
    """Write the text, train, write, and say what to try next."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", default="2", help="minutes of training [default: 2]")
    minutes = parser.parse_args().minutes
    FOLDER.mkdir(exist_ok=True)
    TEXT.write_text("\n\n".join(topics[name] for name in sorted(topics)), encoding="utf-8")
    print(f"{TEXT}: the manual that comes with Python, {len(TEXT.read_text(encoding='utf-8')):,} characters")
    unrolled("train", str(TEXT), "-o", str(MODEL), "--minutes", minutes, "--force")
    for temperature in ("0.3", "0.8", "1.2"):
        options = ("--length", "200", "--temperature", temperature, "--seed", "1")
        unrolled("generate", str(MODEL), "--prompt", "The class ", *options)
    print(f"\nYour model is {MODEL} ({MODEL.stat().st_size / 1e6:.1f} MB). With .venv/bin before the commands, try:")
    print(f"  unrolled generate {MODEL} --prompt 'If the ' --until sentence")
    print(f"  unrolled score {MODEL} --next 'play'")
    print(f"  unrolled info {MODEL} --plot")
    print("  unrolled train YOUR.txt --minutes 5")


if __name__ == "__main__":
    main()
