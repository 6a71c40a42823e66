"""Kinds of model: one file each, which has all that is particular about it; nothing else asks which kind a model is."""

from .base import Kind as Kind
from .gpt2 import GPT2
from .markov import MARKOV
from .recurrent import RECURRENT

KINDS: dict[str, Kind] = {"recurrent": RECURRENT, "markov": MARKOV, "gpt2": GPT2}
"""Every kind by the name that the option ``model`` has for it; a new one is one file and one line here."""
