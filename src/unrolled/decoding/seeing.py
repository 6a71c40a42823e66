"""What a model sees with that was not trained with it: the pretrained network that its options name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ..bundle import Bundle
from ..config import CNN, FEATURES
from ..errors import ModelFileError

if TYPE_CHECKING:
    from ..layers.pretrained.vision import Backbone


def open_eyes(bundle: Bundle) -> Backbone | None:
    """The pretrained network of a model, if it has one; raises ``ModelFileError`` where it is another by now."""
    name = bundle.config.vision
    if bundle.config.task != "caption" or name in (CNN, FEATURES):
        return None
    eyes, kind = opened(name)
    if bundle.record.get("corpus", {}).get("vision", kind) != kind:
        raise ModelFileError(
            f"the network in {name} is not the one that this model learnt to see with; put that one back, or train anew"
        )
    return eyes


@lru_cache(1)
def opened(name: str) -> tuple[Backbone, str]:
    """A pretrained network and its kind, opened once: it takes seconds."""
    from ..layers.pretrained.vision import Backbone  # needs torch and transformers

    eyes = Backbone(name)
    return eyes, eyes.kind
