"""Images and their captions for a network that writes what it sees: one example for each caption, images shared.

What a source is, for training and afterwards: an image's file; or, where features are given in place of images, a row
of an .npz file as ``FILE.npz:ROW``, with the row's number from 0 or its name. The file alone is its first row.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ...config import CNN, FEATURES, ModelOptions, ReadOptions
from ...datasets.choose_unit import choose_unit, with_unit
from ...datasets.dataset import SHOWN_EXAMPLES, LoadedData, ReadRequest
from ...datasets.encoder_input import EncoderInput, Ragged, Shared
from ...datasets.examples import ExampleDataset, Examples
from ...datasets.holdout import PARTS, cut_rows, files_of_part
from ...errors import InputError, OptionError
from ...files import is_file, is_folder
from ...formats.array_cache import cached
from ...formats.captions import Captions, load_pixels, read_captions
from ...formats.image_features import Features, read_features
from ...formats.images import read_image, read_whole
from ...formats.sources import Source, as_list, is_files
from ...formats.tables import KINDS
from ...options import flag
from ...text.vocabulary import BOUNDARY, Vocabulary
from ..base import ExampleRows

MAX_IMAGE_SIZE, MIN_IMAGE_SIZE = 64, 8
"""Pixels of the side that images are read in, where nothing else is asked for; small icons are read as they are."""
LOOKED_AT = 8  # images, by which the side is chosen
WILD = 30.0
"""A root mean square of features from which on they are too large to be learnt from as they are."""


class VisionEncoder(Protocol):
    """A pretrained network that sees; ``kind`` tells it from others in a cache."""

    places: int
    """Places of an image's grid."""
    width: int
    """Numbers of a place."""

    @property
    def kind(self) -> str:
        """A name that depends on all of its weights."""

    def features(self, images: Sequence[Any]) -> Features:
        """Return what it sees in some files [N, G, D]."""


OpenVisionEncoder = Callable[[str], VisionEncoder]
"""Opens one by its name."""


class Row(NamedTuple):
    """The number of an image, and one of its captions."""

    image: int
    caption: str


class CaptionCollector:
    """All images of a run, one table after another: what the network is given of each, and where it comes from."""

    def __init__(self, request: ReadRequest) -> None:
        self.request, self.model = request, request.model
        self.tables: list[Captions] = []
        self.values: list[NDArray[Any]] = []
        self.sources: list[str] = []
        self.names: list[str] = []
        self.vision_encoder: VisionEncoder | None = None

    def rows(self, source: Source) -> list[Row]:
        """Return the rows of a source, whose images come into the album."""
        table, images = table_and_images(source)
        reading = self.request.reading
        captions = read_captions(table, images, (reading.source_column, reading.target_column), reading)
        first = len(self.sources)
        self.names = self.names or [str(path) for path in (table, images) if path]
        self.tables.append(captions)
        self.values.append(self.see(captions))
        self.sources += sources_of(captions, images)
        return [Row(first + n, said) for n, several in enumerate(captions.captions) for said in several]

    def see(self, captions: Captions) -> NDArray[Any]:
        """Return what the network is given of some images; the options that depend on it are filled in."""
        if captions.features is not None:
            self.model = with_features(self.model, captions.features)
            return captions.features
        if self.model.vision == FEATURES:
            raise InputError(f"{captions.table} names images, and --vision is features; give their .npz file with it")
        idle = "feature_size" if self.model.vision == CNN else "image_size"
        if getattr(self.model, idle) is not None:
            raise OptionError(f"I got {flag(idle)} with --vision={self.model.vision}, which has none; leave it out")
        if self.model.vision == CNN:
            size = self.model.image_size or side_of(captions)
            self.model = dataclasses.replace(self.model, image_size=size)
            return load_pixels(captions, size)
        found = self.look(captions)
        refuse_width(self.model, found.shape[-1])
        self.model = dataclasses.replace(self.model, feature_size=found.shape[-1])
        return found

    def look(self, captions: Captions) -> Features:
        """Return what a pretrained network sees in all images, once and for all."""
        assert self.request.open_vision_encoder, "who trains has them"
        vision_encoder = self.vision_encoder = self.vision_encoder or self.request.open_vision_encoder(
            self.model.vision
        )
        shape = (len(captions.names), vision_encoder.places, vision_encoder.width)
        return cached(
            captions.key(vision_encoder.kind, 0),
            captions.cache,
            lambda: vision_encoder.features(captions.paths),
            np.float32,
            shape,
        )

    def everything(self) -> NDArray[Any]:
        """Return what the network is given of all images [N, ...]."""
        if len({each.shape[1:] for each in self.values}) > 1:
            shapes = " and ".join(str(list(each.shape[1:])) for each in self.values)
            raise InputError(f"the features of the parts have the shapes {shapes}; give the same for all images")
        return np.concatenate(self.values) if len(self.values) > 1 else self.values[0]

    def describe(self) -> dict[str, Any]:
        """Return what a record says of the images and captions."""
        vision_encoder = {"vision": self.vision_encoder.kind} if self.vision_encoder else {}
        return {**self.tables[0].describe(), "names": self.names, **self.request.reading.chosen(), **vision_encoder}


def read_captioned(source: Source, request: ReadRequest) -> LoadedData:
    """Images and captions in ids, with the vocabulary ``text``."""
    album = CaptionCollector(request)
    rows = album.rows(source)
    cut = cut_rows(rows, request.train, lambda path: album.rows(files_of_part(path)), group=lambda row: row.image)
    captions = [row.caption for row in cut["train"]]
    model, why = with_unit(album.model, *unit_for(captions))
    vocabulary = request.vocabulary("text", captions, model)
    values, info = album.everything(), tuple(line for table in album.tables for line in table.info)
    parts = {name: as_examples(cut[name], vocabulary, values) for name in PARTS}
    firsts = {row.image: (album.sources[row.image], row.caption) for row in reversed(cut["valid"])}
    notes = tuple(note for table in album.tables for note in table.notes) + wild(values)
    shown = tuple(firsts[image] for image in sorted(firsts)[:SHOWN_EXAMPLES])
    return LoadedData(
        ExampleDataset({"text": vocabulary}, "text", **parts), album.describe(), model, why, notes, info, shown
    )


def captioned(source: Source, options: ReadOptions) -> ExampleRows:
    """Return images and their captions, of a table alone or with the folder of its images or the file of features."""
    table, images = table_and_images(source)
    found = read_captions(table, images, (options.source_column, options.target_column), options)
    each = zip(sources_of(found, images), found.captions, strict=True)
    return ExampleRows(
        [(source, text) for source, texts in each for text in texts], found.digest, (*found.info, *found.notes)
    )


def as_examples(rows: Sequence[Row], vocabulary: Vocabulary, values: NDArray[Any]) -> Examples:
    """Return rows as ids, each with the boundary behind it, under their images."""
    targets = (np.append(vocabulary.encode(row.caption), np.int32(BOUNDARY)) for row in rows)
    return Examples(Shared(values, np.array([row.image for row in rows], np.int64)), Ragged.of(targets))


def table_and_images(source: Source) -> tuple[Path, Path | None]:
    """Return the table of captions, and the folder of its images or the file of their features, if one is given."""
    if not is_files(source):
        raise InputError(f"I got values and no files; give a {KINDS} table of images and captions")
    paths = [Path(source)] if isinstance(source, str | Path) else [Path(each) for each in as_list(source)]
    missing = [path for path in paths[1:] if not (is_file(path) or is_folder(path))]
    if missing:
        raise InputError(f"there is no folder {missing[0]}; give the folder of the images, or a file of their features")
    tables = [path for path in paths if not is_folder(path) and path.suffix.lower() != ".npz"]
    if len(tables) != 1 or len(paths) > 2:
        shown = ", ".join(map(str, paths[:3]))
        raise InputError(
            f"I got {shown}; give a {KINDS} table of images and captions, and with it the folder of the "
            "images or an .npz file of their features, if they are not beside it"
        )
    return tables[0], next((path for path in paths if path != tables[0]), None)


def sources_of(captions: Captions, images: Path | None) -> list[str]:
    """Return what each image is as a source for prediction."""
    if captions.features is None:
        return [str(path) for path in captions.paths]
    return [f"{images}:{row}" for row in captions.rows]


def side_of(captions: Captions) -> int:
    """Return the side that images are read in: that of the least of the first ones, if they are small."""
    sides = [min(read_whole(path).shape[:2]) for path in captions.paths[:LOOKED_AT]]
    return max(MIN_IMAGE_SIZE, min(MAX_IMAGE_SIZE, int(min(sides))))


def with_features(model: ModelOptions, features: Features) -> ModelOptions:
    """Return the options for features that are given."""
    if model.vision not in (CNN, FEATURES) or model.image_size:
        chosen = f"--vision={model.vision}" if model.vision not in (CNN, FEATURES) else "--image-size"
        raise OptionError(f"I got {chosen} and an .npz file of features, which nothing looks at images for; leave one")
    width = features.shape[-1]
    refuse_width(model, width)
    return dataclasses.replace(model, vision=FEATURES, feature_size=width)


def refuse_width(model: ModelOptions, width: int) -> None:
    """Raise ``InputError`` for features of another width than the model reads."""
    if model.feature_size not in (None, width):
        raise InputError(f"the features are {width} wide, and the model reads {model.feature_size}; give such ones")


def wild(values: NDArray[Any]) -> tuple[str, ...]:
    """Return a note of features that are too large to be learnt from as they are."""
    if values.dtype == np.uint8:
        return ()
    size = float(np.sqrt(np.square(values, dtype=np.float64).mean()))
    return (f"the features are {size:.0f} in the mean; scale them to about 1, or little is learnt",) * (size > WILD)


def unit_for(captions: Sequence[str]) -> tuple[str, str]:
    """Return the unit for captions, and why: words where they have several of them, else what suits the script."""
    unit, why = choose_unit(captions)
    if unit == "char" and 2 * sum(" " in caption for caption in captions) > len(captions):
        return "word", "what is seen has words"
    return unit, why


def given_of(sources: Sequence[str], model: ModelOptions) -> EncoderInput:
    """Return the files of images, or rows of features, as the network is given them.

    Raises ``InputError`` for what is none.
    """
    if model.vision == FEATURES:
        rows = [row_of(source, model) for source in sources]
        return EncoderInput(np.stack(rows) if rows else np.empty((0, 1, model.feature_size or 1), np.float32))
    size = model.image_size or MAX_IMAGE_SIZE
    images = [read_image(source, size) for source in sources]
    return EncoderInput(np.stack(images) if images else np.empty((0, size, size, 3), np.uint8))


def row_of(source: str, model: ModelOptions) -> Features:
    """Return the features [G, D] that a source names: FILE.npz, or FILE.npz:ROW with the row's number or name."""
    file, colon, row = source.rpartition(".npz:")
    path, row = (Path(f"{file}.npz"), row) if colon else (Path(source), "0")
    if path.suffix != ".npz":
        raise InputError(f"{source} is no row of features, which this model reads; give FILE.npz:ROW")
    features, names = read_features(path)
    places = {str(place): place for place in range(len(features))}
    places |= {name: place for place, name in enumerate(names or ())}
    if row not in places:
        raise InputError(f"{path} has no row {row} (it has {len(features):,}); give its number from 0, or its name")
    if features.shape[-1] != model.feature_size:
        raise InputError(f"{path} has features {features.shape[-1]} wide; this model reads {model.feature_size}")
    found: Features = features[places[row]]
    return found
