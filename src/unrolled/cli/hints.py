"""What a wrong command line was meant to be: names that other tools give to options, texts that look like options."""

from __future__ import annotations

import re

import click

OTHERWISE = {
    "learning-rate": ("lr", "eta", "alpha", "step-size"),
    "batch-size": ("batch", "bs", "batchsize", "num-streams"),
    "sequence-length": ("seq-length", "seq-len", "seqlen", "bptt", "block-size", "maxlen"),
    "hidden-size": ("rnn-size", "hidden", "num-units", "units", "width", "size", "n-embd", "dim", "nhid"),
    "layers": ("num-layers", "n-layers", "n-layer", "nlayers", "depth"),
    "embedding-size": ("embed", "emb-size", "embedding-dim", "wordvec-size", "emsize"),
    "cell": ("model-type", "rnn", "rnn-type", "type", "network"),
    "epochs": ("epoch", "num-epochs", "max-epochs", "passes", "n-epochs"),
    "steps": ("iters", "max-iters", "iterations", "num-steps", "max-steps"),
    "gradient-clip": ("grad-clip", "clip", "clipnorm", "max-grad-norm"),
    "weight-decay": ("decay", "wd", "l2"),
    "valid": ("val", "validation", "val-frac", "validation-split", "val-split", "dev"),
    "resume": ("continue", "init-from", "checkpoint", "restore"),
    "start": ("init-model", "base", "pretrained", "finetune", "fine-tune"),
    "device": ("gpu", "cuda", "gpuid", "cpu"),
    "prompt": ("start", "start-text", "primetext", "prime", "prime-text", "prefix", "seed-text", "context", "input"),
    "length": ("max-tokens", "max-new-tokens", "max-length", "num-tokens", "chars", "num-chars", "max-gen-length"),
    "temperature": ("temp", "t", "sample-temperature"),
    "count": ("num-samples", "num", "samples", "nsamples", "n-samples", "number"),
    "top-p": ("nucleus", "topp"),
    "top-k": ("topk",),
    "beams": ("num-beams", "beam", "beam-size", "beam-width"),
    "output": ("out", "save", "save-to", "model-file", "o"),
    "label": ("label-column", "target", "class-column", "labels", "y"),
    "text-column": ("text", "column", "text-col", "content-column"),
    "source-column": ("source", "src", "source-lang"),
    "target-column": ("tgt", "target-lang", "translation-column"),
    "encoding": ("charset", "enc"),
    "threads": ("num-threads", "n-threads", "cpus", "workers", "num-workers", "j"),
    "unit": ("tokenizer", "level", "mode", "word-level"),
}
"""Options by the names that they have in other tools (char-rnn, torch-rnn, Keras, nanoGPT, fastText, transformers)."""
ESCAPED = re.compile(r"\\[nt]")


def hinted(error: click.ClickException) -> str:
    """Return what is wrong with a command line, and what was probably meant."""
    if isinstance(error, click.NoSuchOption):
        return unknown_option(error)
    extra = re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.format_message(), re.DOTALL)
    ctx = getattr(error, "ctx", None)
    if extra and ctx and "--prompt" in names_of(ctx.command):
        import shlex  # errors are few

        return f"I got {extra[1]!r} beside the model; a prompt has a name: --prompt {shlex.quote(extra[1])}."
    return error.format_message()


def unknown_option(error: click.NoSuchOption) -> str:
    """Return what to say of an option that there is none of."""
    names = names_of(error.ctx.command) if error.ctx else []
    given = error.option_name
    if not given.startswith("--"):
        return (
            f"there is no option {given!r}; put -- before a text that begins with -, as in: "
            f"unrolled {error.ctx.info_name if error.ctx else ''} MODEL -- '{given} …'."
        )
    from difflib import get_close_matches  # errors are few

    meant = [f"--{name}" for name, others in OTHERWISE.items() if given.removeprefix("--").replace("_", "-") in others]
    near = [name for name in meant if name in names] or get_close_matches(given, names, n=3)
    return f"there is no option {given}" + (f"; did you mean {' or '.join(near)}?" if near else ".")


def names_of(command: click.Command) -> list[str]:
    """Return the options of a verb."""
    return [name for param in command.params for name in param.opts if name.startswith("--")]


def escapes_in(prompt: str) -> str | None:
    """Return what to say of a prompt with a line end or a tab spelled in it, as no shell reads it within quotes."""
    found = ESCAPED.search(prompt)
    if found is None:
        return None
    what = "a line end" if found[0] == "\\n" else "a tab"
    return f"the prompt has {found[0]!r} as two characters in it; for {what}, type $'…{found[0]}…'".replace(
        "\\\\", "\\"
    )
