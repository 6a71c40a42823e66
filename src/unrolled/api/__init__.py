"""What a user holds: a model with its verbs, and the functions that give one."""

from .model import Model, load, novelty
from .training import train

__all__ = ["Model", "load", "novelty", "train"]
