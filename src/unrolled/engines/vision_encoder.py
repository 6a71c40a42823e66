"""What a model sees with that was not trained with it: the pretrained network that its options name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ..errors import ModelFileError, OptionError
from ..model_file.bundle import Bundle

if TYPE_CHECKING:
    from ..networks.pretrained.vision import Backbone


def open_vision_encoder(bundle: Bundle, folder: str | None) -> Backbone | None:
    """Open the pretrained network of a model, if it has one, in the ``folder`` that the user names.

    What a model file names is not opened for that alone. Raises ``OptionError`` where the user names none, and
    ``ModelFileError`` where the network is not the one that the model learnt with.
    """
    named = bundle.config.backbone
    if named is None:
        return None
    if folder is None:
        raise OptionError(
            f"this model sees with the pretrained network in {named!r}, and a model file alone does not open it; if "
            "you trust it, name its folder with --vision"
        )
    vision_encoder, kind = opened(folder)
    if bundle.record.corpus.get("vision", kind) != kind:
        raise ModelFileError(
            f"the network in {folder} is not the one that this model learnt to see with; name that one, or train anew"
        )
    return vision_encoder


def refuse_idle(bundle: Bundle, folder: str | None) -> None:
    """Raise ``OptionError`` for a folder that a model has no use for."""
    if folder is not None and bundle.config.backbone is None:
        raise OptionError("I got --vision, and this model sees with no pretrained network; leave it out")


@lru_cache(1)
def opened(name: str) -> tuple[Backbone, str]:
    """Return a pretrained network and its kind, opened once: it takes seconds."""
    from ..networks.pretrained.vision import Backbone  # needs torch and transformers

    vision_encoder = Backbone(name)
    return vision_encoder, vision_encoder.kind
