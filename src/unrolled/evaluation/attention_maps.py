"""Where a network looked in an image while it wrote a caption, as plain data for a page of attention."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..config import CNN
from ..formats.images import jpeg_of, read_image
from ..generation.prediction import Generated, Predictor
from ..reports.attention import Jpeg
from ..text.vocabulary import BOUNDARY

END = "end"
"""What stands for the end of a caption."""


def attention_map(predictor: Predictor, written: Generated, wanted: str = "") -> dict[str, Any] | None:
    """Return an example for ``reports.attention.page``: the image and, for each unit, where it looked [T, g, g].

    The image is shown as the network saw it. Where features are given in place of images, the places have numbers and
    the attention is [T, G]. None if the network never looks back.
    """
    weights = predictor.attention(written.source, written.ids)
    if weights is None:
        return None
    units = [END if unit == BOUNDARY else predictor.vocabulary.text_of(unit).strip() or "␣" for unit in written.ids]
    texts = {"written": written.text, **({"wanted": wanted} if wanted else {})}
    example = {"title": written.source, "texts": texts, "written": units}
    side, image = math.isqrt(weights.shape[1]), image_of(predictor, written.source)
    if image is None or side * side != weights.shape[1]:
        return {**example, "source": [str(place) for place in range(weights.shape[1])], "attention": weights}
    return {**example, "image": image, "attention": np.reshape(weights, (-1, side, side))}


def image_of(predictor: Predictor, source: str) -> Jpeg | None:
    """Return an image as the network saw it; None where it saw features."""
    model = predictor.bundle.config
    if predictor.vision_encoder:
        picture = predictor.vision_encoder.picture(source)
    elif model.vision == CNN:
        picture = read_image(source, model.image_size or 1)
    else:
        return None
    height, width = picture.shape[:2]
    return Jpeg(jpeg_of(picture), width, height)
