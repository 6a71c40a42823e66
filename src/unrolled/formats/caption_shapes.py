"""The JSON files in which collections of images have their captions: COCO's, and Karpathy's splits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .json_rows import MOST_DOCUMENT, is_one, parsed

Rows = list[dict[str, Any]]
"""The name of an image's file under ``image``, and its captions under ``caption``."""


def caption_rows(text: str, name: str) -> Rows | None:
    """Return the images and captions in a JSON document of a known shape; None for any other text."""
    if not text.lstrip().startswith("{") or '"images"' not in text or not is_one(text):
        return None
    value = parsed(text, name, MOST_DOCUMENT)
    if not isinstance(value, dict) or not is_objects(value.get("images")):
        return None
    return of_coco(value) if is_objects(value.get("annotations")) else of_karpathy(value["images"])


def is_objects(value: Any) -> bool:
    """Tell whether a value is a list of objects."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def of_coco(value: dict[str, Any]) -> Rows | None:
    """Return the captions of COCO (Lin et al. 2014), which name their images by numbers."""
    files = {str(each.get("id")): each.get("file_name") for each in value["images"]}
    found = [
        {"image": files.get(str(each.get("image_id"))), "caption": each["caption"]}
        for each in value["annotations"]
        if isinstance(each.get("caption"), str)
    ]
    return found or None


def of_karpathy(images: Iterable[dict[str, Any]]) -> Rows | None:
    """Return the captions of the splits by Karpathy and Fei-Fei (2015): sentences within each image."""
    found = []
    for each in images:
        sentences = each.get("sentences")
        file = each.get("filename", each.get("file_name"))
        if isinstance(sentences, list) and isinstance(file, str):
            texts = [text for one in sentences if (text := raw_of(one))]
            folder = each.get("filepath")
            found.append({"image": f"{folder}/{file}" if isinstance(folder, str) else file, "caption": texts})
    return found or None


def raw_of(sentence: Any) -> str:
    """Return the text of a sentence: as it was written, or its tokens."""
    if not isinstance(sentence, dict):
        return ""
    raw, tokens = sentence.get("raw"), sentence.get("tokens")
    if isinstance(raw, str):
        return raw
    return " ".join(map(str, tokens)) if isinstance(tokens, list) else ""
