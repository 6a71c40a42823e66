import json

import pytest

from unrolled.formats.caption_shapes import caption_rows

COCO = {
    "info": {},
    "images": [{"id": 7, "file_name": "7.jpg"}, {"id": 8, "file_name": "8.jpg"}],
    "annotations": [{"id": 1, "image_id": 7, "caption": "a cat"}, {"id": 2, "image_id": 8, "caption": "a dog"}],
}
KARPATHY = {
    "dataset": "flickr8k",
    "images": [
        {"filename": "7.jpg", "split": "train", "sentences": [{"raw": "a cat"}, {"tokens": ["one", "cat"]}]},
        {"filename": "8.jpg", "filepath": "val2014", "sentences": [{"raw": "a dog"}]},
    ],
}


def test_cocos_annotations_name_files_and_not_numbers():
    assert caption_rows(json.dumps(COCO), "c") == [
        {"image": "7.jpg", "caption": "a cat"},
        {"image": "8.jpg", "caption": "a dog"},
    ]


def test_karpathys_images_have_their_sentences():
    assert caption_rows(json.dumps(KARPATHY), "c") == [
        {"image": "7.jpg", "caption": ["a cat", "one cat"]},
        {"image": "val2014/8.jpg", "caption": ["a dog"]},
    ]


@pytest.mark.parametrize(
    "value",
    [
        "image,caption\na.jpg,a cat\n",
        json.dumps([COCO]),
        json.dumps({"images": []}),
        json.dumps({"images": [3]}),
        json.dumps({"images": [{"id": 1}]}),
        json.dumps({"images": [{"id": 1}], "annotations": [{"image_id": 1, "bbox": [1]}]}),
        json.dumps({"images": [{"filename": 3, "sentences": [{"raw": "a"}]}]}),
    ],
)
def test_any_other_text_is_none(value):
    assert caption_rows(value, "c") is None
