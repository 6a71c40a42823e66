"""The pictures and their page, also in a real browser: Debian's Chromium, through Playwright."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.reports.attention import A_ROW, SHADE, TALLEST, TILE, Jpeg, matrix, over_image, page, shade

SPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = "a</title></svg><script>document.title='bad'</script><!-- examples --> &amp; \ud800 \x00 \u202e"
SOURCE = ["မြန်မာ", "စာ", "سلام", "👩‍👩‍👧", "日本語", " ", HOSTILE]
WRITTEN = ["<b>", "မြို့ကို", "\n", "end"]
JPEG = bytes.fromhex(  # grey, 5 pixels across and 4 down
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + 64 * "ff" + "ffc0000b080004000501011100"
    "ffc4001f0000010501010101010100000000000000000102030405060708090a0b"
    "ffc400b5100002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282"
    "090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788"
    "898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1"
    "f2f3f4f5f6f7f8f9faffda0008010100003f00757fffd9"
)


def jpeg(across: int = 5, down: int = 4) -> Jpeg:
    """A grey image, said to be of another size."""
    return Jpeg(JPEG, across, down)


def some(*shape: int) -> np.ndarray:
    """Attention whose last axes sum to one."""
    shares = np.random.default_rng(1).dirichlet(np.ones(int(np.prod(shape[1:]))), shape[0])
    return shares.reshape(shape)


def parts(picture: str, kind: str) -> list[ET.Element]:
    return list(ET.fromstring(picture).iter(f"{SPACE}{kind}"))


def test_the_ink_of_a_cell_is_the_root_of_its_share():
    cells = parts(matrix(["a", "b"], ["x"], [[0.25, 0.75]]), "rect")
    assert [float(each.get("fill-opacity")) for each in cells] == [0.5, 0.866]
    assert [each[0].text for each in cells] == ["x ← a: 25.0%", "x ← b: 75.0%"]


def test_units_are_named_as_they_are_and_spaces_and_newlines_by_signs():
    labels = [each.text for each in parts(matrix(SOURCE, WRITTEN, some(4, 7)), "text")]
    assert labels[:4] == ["<b>", "မြို့ကို", "⏎", "end"] and labels[4:10] == ["မြန်မာ", "စာ", "سلام", "👩‍👩‍👧", "日本語", "␣"]


@given(st.lists(st.text(st.characters()), max_size=5), st.lists(st.text(st.characters()), max_size=5), st.text())
def test_any_units_are_a_picture(source, written, title):
    picture = matrix(source, written, np.ones((len(written), len(source))), title)
    assert len(parts(picture, "rect")) == len(source) * len(written)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_an_image_is_bright_where_most_attention_is_and_dark_where_there_is_none(rows, columns, seed):
    shares = np.random.default_rng(seed).random((rows, columns))
    shares.flat[0], shares.flat[-1] = 0, 2
    dark = {tuple(map(float, re.findall(r' [xy]="([^"]+)"', each))): each for each in shade(shares, 150)}
    brightest = (float(f"{TILE / columns * (columns - 1):.4g}"), float(f"{150 / rows * (rows - 1):.4g}"))
    assert brightest not in dark
    assert rows * columns == 1 or f'opacity="{SHADE:.2f}"' in dark[0, 0]


def test_even_attention_leaves_an_image_as_it_is():
    assert shade(np.full((7, 7), 1 / 49), 150) == []


def test_an_image_stands_in_a_picture_once_and_is_used_for_every_unit():
    picture = over_image(jpeg(3, 2), ["a", "<b>", "c"], some(3, 2, 2))
    used = {each.get("href") for each in parts(picture, "use")}
    assert picture.count("base64,") == 1 and len(parts(picture, "use")) == 3
    assert used == {f"#{parts(picture, 'image')[0].get('id')}"}
    assert [each.text for each in parts(picture, "text")] == ["a", "<b>", "c"]


@given(st.integers(1, 900), st.integers(1, 900))
def test_an_image_keeps_its_proportions_up_to_twice_as_high_as_wide(across, down):
    (image,) = parts(over_image(jpeg(across, down), ["a"], some(1, 2, 2)), "image")
    assert int(image.get("width")) == TILE
    assert int(image.get("height")) == round(TILE * min(down / across, TALLEST))


def test_many_units_go_on_in_rows_below():
    written = [str(n) for n in range(A_ROW + 1)]
    tiles = [each.get("transform") for each in ET.fromstring(over_image(jpeg(2, 2), written, some(7, 2, 2)))[2:]]
    assert tiles[0] == "translate(0 0)" and tiles[-1].startswith("translate(0 ") and tiles[-1] != tiles[0]


@pytest.mark.parametrize(
    "attention", [[], [0.5, 0.5], [[0.5, 0.5, 0]], [[0.5, -0.5]], [[np.nan, 1]], [[[0.5]], [[0.5]]], np.ones((0, 2, 2))]
)
def test_attention_of_another_shape_is_refused_in_one_sentence(attention):
    with pytest.raises(InputError, match=r"give shares from 0 to 1 as \[1, 2\]$"):
        matrix(["a", "b"], ["x"], attention)
    with pytest.raises(InputError, match=r"as \[1, rows, columns\] of at least one unit$"):
        over_image(jpeg(2, 2), ["x"], attention)


@pytest.fixture
def examples() -> list[dict]:
    texts = {"source": "မြန်မာစာ", "written <i>": HOSTILE}
    return [
        {"title": HOSTILE, "texts": texts, "source": SOURCE, "written": WRITTEN, "attention": some(4, 7)},
        {"image": jpeg(3, 2), "written": ["a", "cat", "ကြောင်"], "attention": some(3, 7, 7)},
        {"image": jpeg(), "written": ["a", "dog"], "attention": some(2, 3, 2)},
    ]


def test_a_page_shows_its_examples_and_takes_no_text_for_anything_else(show, examples):
    shown = show(page(HOSTILE, examples))
    assert shown.locator("article").count() == 3 and shown.locator("script, b, i").count() == 0
    assert shown.title().startswith("a</title></svg><script>") and shown.locator("h1").count() == 1
    assert shown.locator("dd").nth(1).text_content().startswith("a</title></svg>")
    assert shown.locator("article").nth(1).locator("h2").text_content() == "Example 2"
    assert shown.locator("article").nth(0).locator("rect").count() == 28


def test_images_are_really_drawn_from_the_page_alone(show, examples):
    shown = show(page("images", examples))
    sizes = shown.evaluate(
        "Promise.all([...document.querySelectorAll('image')].map(async each => {"
        "const it = new Image(); it.src = each.getAttribute('href'); await it.decode();"
        "return [it.naturalWidth, it.naturalHeight]}))"
    )
    boxes = shown.eval_on_selector_all("use", "all => all.map(use => use.getBBox().width)")
    assert sizes == [[5, 4], [5, 4]] and boxes == 5 * [TILE]


def test_a_program_that_reads_aloud_is_told_what_a_picture_shows(show, examples):
    shown = show(page("aloud", examples))
    assert shown.get_by_role("img", name="Attention: Example 2").count() == 1


@pytest.mark.parametrize("size", [2, 60])
def test_every_name_is_within_the_picture_and_none_is_on_another(show, size):
    source = [SOURCE[n % 6] if n % 3 else f"unit{n}" for n in range(size)]
    written = [
        ("မြန်မာနိုင်ငံသားများအားလုံး", "internationalization", "كتاب", "國際化國際化國際化")[n % 4] for n in range(size)
    ]
    example = {"source": source, "written": written, "attention": some(size, size)}
    shown = show(page("large", [example]))
    boxes = shown.evaluate(
        "(() => {const svg = document.querySelector('svg').getBoundingClientRect();"
        "return [...document.querySelectorAll('text')].map(each => {const box = each.getBoundingClientRect();"
        "return [box.left - svg.left, box.top - svg.top, svg.right - box.right, svg.bottom - box.bottom]})})()"
    )
    assert len(boxes) == 2 * size and min(map(min, boxes)) > -3
    lefts = [box[0] for box in boxes[size:]]
    assert all(after - before > 10 for before, after in pairwise(lefts))


@pytest.mark.parametrize("width", [360, 1200])
def test_a_page_is_never_wider_than_the_window(show, width):
    example = {"source": 60 * ["word"], "written": 60 * ["unit"], "attention": some(60, 60), "title": 300 * "long"}
    shown = show(page("narrow", [example]), width)
    assert shown.evaluate("document.documentElement.scrollWidth") == width


def test_a_page_asks_for_nothing_and_allows_no_script(examples):
    made = page("t", examples)
    assert "default-src 'none'" in made and "<script" not in made
    assert not re.search(r"(?:href|src)=\"(?!data:image/|#)", made)
