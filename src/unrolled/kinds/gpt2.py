"""GPT-2 (Radford et al. 2019), through ``transformers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import OptionError
from .base import OF_NETWORKS, Kind

if TYPE_CHECKING:
    from ..networks.shapes import Shapes
    from ..networks.spec import NetworkSpec


def shapes(spec: NetworkSpec) -> Shapes:
    """Return the shapes of a GPT-2, with the names of ``transformers``; raises ``OptionError`` where none is so."""
    size, heads = spec.hidden_size, spec.heads or 1
    if size % heads or spec.context < 2 or spec.labels:
        raise OptionError(f"no GPT-2 has a width of {size}, {heads} heads, a window of {spec.context} and labels")
    shapes: Shapes = {"wte.weight": (spec.outputs, size), "wpe.weight": (spec.context, size)}
    for layer in range(spec.layers):
        for norm in ("ln_1", "ln_2"):
            shapes |= {f"h.{layer}.{norm}.weight": (size,), f"h.{layer}.{norm}.bias": (size,)}
        for name, inputs, outputs in (
            ("attn.c_attn", size, 3 * size),
            ("attn.c_proj", size, size),
            ("mlp.c_fc", size, 4 * size),
            ("mlp.c_proj", 4 * size, size),
        ):
            shapes |= {f"h.{layer}.{name}.weight": (inputs, outputs), f"h.{layer}.{name}.bias": (outputs,)}
    shapes |= {"ln_f.weight": (size,), "ln_f.bias": (size,)}
    return {**{f"transformer.{name}": shape for name, shape in shapes.items()}, "head.bias": (spec.outputs,)}


GPT2 = Kind(
    options=OF_NETWORKS | {"heads"},
    called="GPT-2",
    title="gpt2 {layers}×{hidden_size}",
    engine="torch",
    network="gpt2",
    shapes=shapes,
    recipe="gpt2",
    needs="transformers",
    in_folders=True,
)
