"""Networks of ``transformers`` that see: ResNet, ConvNeXt, ViT, CLIP, DINOv2 and others, as they were trained.

They are not trained any further: what they see in an image is computed once (Xu et al. 2015, section 5.2).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...errors import MissingExtraError, ModelFileError
from ...files import is_folder
from ...formats.image_features import Features
from ...formats.images import Picture, Source, read_whole, refuse_missing_pillow
from ..modules.device import find_device
from ..modules.tensors import TensorBCPQ, TensorBSF, TensorX
from .folder_checks import CONFIG, INDEX, UNTRUSTED, WEIGHTS, read_config, read_headers, read_settings

try:
    from transformers import AutoConfig, AutoImageProcessor, AutoModel
    from transformers.utils import logging
    from transformers.utils.hub import cached_file
except ImportError:
    raise MissingExtraError(
        "a pretrained network that sees needs transformers; run: pip install 'unrolled[gpt2,images]'"
    ) from None

logging.disable_progress_bar()  # type: ignore[no-untyped-call]
UNUSED = "pooler."
"""Weights that the last hidden state does not depend on; a network that was trained to classify may lack them."""
PREPARATIONS = ("preprocessor_config.json", "processor_config.json")
WIDEST = 4096
"""Pixels of the side that images are prepared in, at most: they would take 70 MB each."""
SPARE = 1 << 24
"""Weights that a network may have beside those in its folder, and twice as many: some have no use for all."""
GREY: Picture = np.full((64, 64, 3), 127, np.uint8)


class Backbone:
    """A pretrained network, and the preparation of images that it was trained with.

    It is opened from a folder, or by its name on the hub, where nothing is fetched unless ``download`` allows it.
    An image's grid has so many ``places``, each of so many numbers (``width``).
    """

    def __init__(self, name: str | Path, device: str = "cpu", download: bool = False) -> None:
        refuse_missing_pillow()
        self.name, self.device = str(name), find_device(device)
        local = not download or is_folder(name)
        try:
            with silence():
                refuse_hostile(folder_of(self.name, local))
                model, found = AutoModel.from_pretrained(
                    name, local_files_only=local, dtype=torch.float32, output_loading_info=True, **UNTRUSTED
                )
                self.network = seeing(model, self.name).eval().to(self.device)
                self.missing = [key for key in found["missing_keys"] if UNUSED not in key]
                self.prepare: Any = AutoImageProcessor.from_pretrained(  # type: ignore[no-untyped-call]
                    name, local_files_only=local, backend="pil", trust_remote_code=False
                )
                self.places, self.width = self.see([GREY]).shape[1:]
        except ModelFileError:
            raise
        except Exception as error:
            raise ModelFileError(refusal(self.name, error)) from None
        if self.missing:
            raise ModelFileError(
                f"{name} lacks {len(self.missing):,} of its weights, like {self.missing[0]}; fetch it again"
            )

    def features(self, images: Sequence[Source | Picture], batch: int = 32) -> Features:
        """Return what it sees in N images: its last hidden state [N, G, D], row by row; so many at once.

        Images are files, or bytes [height, width, 3]. Of a transformer's tokens, those that stand for no patch are left
        out. Raises ``InputError`` for a file that is no image.
        """
        return np.concatenate([self.see(images[begin : begin + batch]) for begin in range(0, len(images), batch)])

    @torch.inference_mode()
    def see(self, images: Sequence[Source | Picture]) -> Features:
        """Return the same of a few images."""
        arrays = [image if isinstance(image, np.ndarray) else read_whole(image) for image in images]
        inputs: TensorBCPQ = self.prepare(
            images=arrays, return_tensors="pt", input_data_format="channels_last"
        ).pixel_values
        hidden = self.network(pixel_values=inputs.to(self.device)).last_hidden_state
        grid = as_grid(hidden, inputs.shape[-2:], getattr(self.network.config, "patch_size", None))
        features: Features = grid.float().cpu().numpy()
        return features

    def picture(self, image: Source) -> Picture:
        """Return the part of an image that it looks at, as it was prepared, but in its colours."""
        prepared = self.prepare(
            images=[read_whole(image)],
            return_tensors="np",
            input_data_format="channels_last",
            do_rescale=False,
            do_normalize=False,
        )
        shown: Picture = prepared.pixel_values[0].clip(0, 255).astype(np.uint8).transpose(1, 2, 0)
        return shown

    @property
    def kind(self) -> str:
        """A name for what it sees, for the key of a cache: it depends on all weights and on the preparation."""
        total = hashlib.sha256(self.prepare.to_json_string().encode())
        for name, tensor in self.network.state_dict().items():
            if UNUSED not in name:
                total.update(name.encode())
                total.update(tensor.cpu().contiguous().numpy().tobytes())
        return f"features-{total.hexdigest()[:32]}"


def folder_of(name: str, local: bool) -> Path:
    """Return the folder of a network's configuration: its own, or the one where its files are kept."""
    return Path(name) if is_folder(name) else Path(str(cached_file(name, CONFIG, local_files_only=local))).parent


def refuse_hostile(folder: Path) -> None:
    """Raise ``ModelFileError`` for a folder whose files lead elsewhere, or ask for far more memory than they have."""
    read_config(folder)
    for name in PREPARATIONS:
        if (folder / name).exists():
            read_settings(folder / name, WIDEST)
    if not ((folder / WEIGHTS).exists() or (folder / INDEX).exists()):
        return  # they are yet to be fetched, or none are there, which the loader says
    held = sum(math.prod(shape) for _, shape in read_headers(folder).values())
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    with torch.device("meta"):
        model = AutoModel.from_config(config, trust_remote_code=False)  # type: ignore[no-untyped-call]
    asked = sum(each.numel() for each in model.parameters())
    if asked > 2 * held + SPARE:
        raise ModelFileError(f"{folder} asks for {asked:,} weights and holds {held:,}; fetch it again")


def seeing(model: Any, name: str) -> Any:
    """Return the part of a model that sees: all of it, or one of two."""
    network = getattr(model, "vision_model", model)
    if network.main_input_name != "pixel_values":
        raise ModelFileError(
            f"{name} is a {model.config.model_type}, which sees no images; give a ResNet, ViT, CLIP or the like"
        )
    return network


def as_grid(hidden: TensorX, size: Collection[int], patch: int | Sequence[int] | None) -> TensorBSF:
    """Return the last hidden state [B, F, P, Q] or [B, tokens, F] as a grid [B, S, F].

    Other tokens than patches stand first; a network that joins patches has none.
    """
    if hidden.ndim == 4:
        return hidden.flatten(2).transpose(1, 2)
    patches = np.prod([side // each for side, each in zip(size, np.broadcast_to(patch or 1, 2), strict=True)])
    return hidden[:, -int(patches) :]


def refusal(name: str, error: Exception) -> str:
    """Return why a network is not opened."""
    said = (str(error).splitlines() or [""])[0].rstrip(".") or type(error).__name__
    return (
        f"{name} is no network of transformers that sees images ({said}); give a folder with config.json, "
        "preprocessor_config.json and weights, or a name whose files are here"
    )


@contextmanager
def silence() -> Iterator[None]:
    """No report of what a checkpoint has beside what is needed."""
    before = logging.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(before)
