"""Torch modules: ``build`` turns a task's plain description of a network into one."""

from .network import Network, build

__all__ = ["Network", "build"]
