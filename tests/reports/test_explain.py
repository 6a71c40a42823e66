"""The page in a real browser: Debian's Chromium, through Playwright."""

import json
import zlib
from base64 import b64decode

import numpy as np
import pytest

from unrolled.analysis.explaining import explain
from unrolled.engines.base import Engine, check_like
from unrolled.reports.explain import FINE, FULL, packed, page, plain
from unrolled.text.vocabulary import Vocabulary

TEXT = 'The cat "sat on the" mat,\nand the dog ran home. It is\n 7 o\'clock (late)! မြို့ကို\n'
HOSTILE = "a</script><script>document.title='bad'</script><!-- \u2028 <b>&amp; {{told}} \ud800 \x00 \u202e"


class Plain(Engine):
    """An engine without neurons."""

    def __init__(self, size):
        self.table = np.random.default_rng(1).normal(0, 3, (size, size)).astype(np.float32)

    def start(self, rows):
        return {"last": np.zeros((rows, 1), np.int32)}

    def check(self, state):
        check_like(state, self.start(1))

    def scan(self, ids, state):
        return self.table[ids], {"last": ids[:, -1:]}


@pytest.fixture
def show(show):
    """Open a page, and wait until its script has drawn everything."""

    def open_page(html, width=1200):
        opened = show(html, width)
        opened.wait_for_selector("body[data-ready]")
        return opened

    return open_page


@pytest.fixture(scope="module")
def explained(model):
    return explain(model.engine, model.vocabulary, TEXT)


@pytest.fixture
def shown(show, explained):
    return show(page("cats", vars(explained)))


def shares(shown):
    """(label, share) of every bar."""
    return shown.eval_on_selector_all(
        "#bars li",
        "all => all.map(li => [li.firstChild.title, Number(li.children[1].style.getPropertyValue('--share'))])",
    )


def chosen(shown):
    return shown.locator("#text .chosen").text_content()


def heat(shown, temperature):
    shown.locator("#temperature").fill(str(temperature))


def at_temperature(logs, temperature):
    weights = np.exp((logs - logs.max()) / temperature)
    return weights / weights.sum()


def test_the_page_shows_the_whole_text(shown):
    assert shown.locator("#text").text_content() == TEXT
    assert "cats · 82 characters" in shown.locator("#about").text_content()


def test_the_page_says_what_was_left_out(show, explained):
    shown = show(page("cats", {**vars(explained), "left_out": 4711}))
    assert "82 characters (4,711 more are left out)" in shown.locator("#about").text_content()


def test_choosing_a_unit_shows_ten_alternatives_and_what_came(shown, explained):
    place = TEXT.index("dog")
    shown.locator("#text span", has_text="d").nth(1).click()
    bars = shares(shown)
    assert chosen(shown) == "d"
    assert sum(share for _, share in bars) == pytest.approx(1, abs=1e-6)
    assert sum(1 for label, _ in bars if label.startswith("U+")) in (10, 11)
    best = np.sort(np.exp(explained.logs[place]))[::-1][:10]
    assert [share for _, share in bars[:10]] == pytest.approx(best.tolist(), rel=5e-3)
    assert shown.locator("#bars .came").count() == 1
    assert f"came: {explained.bits[place]:.2f} bits" in shown.locator("#place").text_content()


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2])
def test_the_slider_shows_the_softmax_at_its_temperature(shown, explained, temperature):
    place = 40
    for _ in range(place):
        shown.locator("#after").click()
    heat(shown, temperature)
    expected = np.sort(at_temperature(explained.logs[place], temperature))[::-1][:10]
    assert [share for _, share in shares(shown)[:10]] == pytest.approx(expected.tolist(), rel=0.02, abs=1e-9)
    assert shown.locator("#degree").text_content() == f"{temperature:.2f}"
    shown.locator("#own").click()
    assert shares(shown)[0][1] == pytest.approx(np.exp(explained.logs[place]).max(), rel=5e-3)


def test_a_low_temperature_gives_nearly_all_to_the_likeliest(shown, explained):
    logs = np.sort(explained.logs, 1)
    place = int(np.argmax(logs[:, -1] - logs[:, -2]))
    shown.locator("#text").focus()
    for _ in range(place):
        shown.keyboard.press("ArrowRight")
    heat(shown, 0.1)
    assert shares(shown)[0][1] > 0.999


def test_keys_move_in_the_text_and_are_announced(shown):
    shown.locator("#text").focus()
    for key, letter in [
        ("ArrowRight", "h"),
        ("ArrowRight", "e"),
        ("ArrowLeft", "h"),
        ("Home", "T"),
        ("ArrowLeft", "T"),
    ]:
        shown.keyboard.press(key)
        assert chosen(shown) == letter
    assert shown.locator("#announced[aria-live]").text_content().startswith("T, ")
    shown.keyboard.press("ArrowDown")
    assert chosen(shown) == "a"
    shown.keyboard.press("ArrowUp")
    assert chosen(shown) == "T"
    shown.keyboard.press("End")
    assert "newline" in shown.locator("#place").text_content()


def test_a_letter_of_several_characters_is_one_piece_and_each_can_be_chosen(shown):
    shown.locator("#text span", has_text="မြို့").click()
    parts = shown.locator("#within button")
    assert parts.count() == len("မြို့")
    parts.nth(2).click()
    assert "U+102D" in shown.locator("#place .unit").get_attribute("title")
    shown.locator("#text").focus()
    shown.keyboard.press("ArrowRight")
    assert chosen(shown) == "မြို့"
    assert parts.nth(3).get_attribute("aria-pressed") == "true"


def test_choosing_a_ranked_neuron_colours_the_text_by_it(shown, explained):
    feature, best = next(each for each in explained.ranked if each[0] == "inside quotes")
    shown.get_by_label(f"neuron {best[0][0] + 1}, {feature}").click()
    colours = shown.eval_on_selector_all(
        "#text span",
        "all => all.map(s => (s.classList.contains('negative') ? -1 : 1) * s.style.getPropertyValue('--strength'))",
    )
    letters = TEXT.index("မ")
    np.testing.assert_allclose(colours[:letters], explained.activations[:letters, best[0][0]], atol=0.6 / FULL)
    assert shown.locator("[value=neuron]").is_checked()
    assert shown.locator("#neuron").input_value() == str(best[0][0] + 1)
    shown.locator("#text").focus()
    shown.keyboard.press(".")
    assert shown.locator("#neuron").input_value() == str((best[0][0] + 1) % 48 + 1)
    shown.get_by_label("surprise").check(force=True)
    assert shown.locator("#text .surprise").count() == shown.locator("#text span").count()


def test_a_neuron_that_is_typed_is_kept_within_its_bounds(shown):
    shown.locator("#neuron").fill("4711")
    shown.locator("#neuron").press("Enter")
    assert shown.locator("#neuron").input_value() == "48"
    assert "neuron 48: " in shown.locator("#activation").text_content()


def test_neurons_of_several_layers_are_numbered_in_each(show, explained):
    shown = show(page("two layers", {**vars(explained), "layers": 2}))
    shown.locator("#layer").fill("2")
    shown.locator("#neuron").fill("24")
    shown.locator("#neuron").press("Enter")
    assert "neuron 2·24: " in shown.locator("#activation").text_content()
    shown.locator("#neuron-after").click()
    assert (shown.locator("#layer").input_value(), shown.locator("#neuron").input_value()) == ("1", "1")


def test_a_phone_scrolls_in_one_direction_only(show, explained):
    html = page("a long name " * 9, {**vars(explained), "left_out": 10**6})
    shown = show(html, width=360)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 360
    assert shown.evaluate("document.querySelector('aside').scrollWidth") <= 360
    sizes = shown.eval_on_selector_all("button", "all => all.map(b => b.offsetHeight).filter(height => height)")
    assert min(sizes) >= 40


def test_hostile_text_is_only_text(show, model):
    html = page("<script>'title'", vars(explain(model.engine, model.vocabulary, HOSTILE)))
    assert html.count("</script>") == 2
    assert html.split('id="told">')[1].split("</script>")[0].isascii()
    shown = show(html)
    assert shown.title() == "What the network expected"
    assert shown.evaluate("document.getElementById('text').textContent.length") == len(HOSTILE)
    assert shown.locator("#text script, #text b").count() == 0
    shown.locator("#text").focus()
    for _ in HOSTILE:
        shown.keyboard.press("ArrowRight")


def test_a_model_without_neurons_has_a_page_without_them(show, model):
    shown = show(page("counts", vars(explain(Plain(len(model.vocabulary)), model.vocabulary, "The cat"))))
    assert not shown.locator("#neurons").is_visible()
    assert not shown.locator("#views").is_visible()
    shown.locator("#text").focus()
    shown.keyboard.press(".")
    assert shown.locator("#text .surprise").count() == 7


def test_a_large_vocabulary_counts_the_rest_by_its_mean(show):
    vocabulary = Vocabulary("char", tuple(map(chr, range(0x4E00, 0x4E00 + 998))))
    told = explain(Plain(len(vocabulary)), vocabulary, "一丁丂")
    shown = show(page("many", vars(told)))
    heat(shown, 0.5)
    rest = told.rest_count * np.exp(told.rest[0] / 0.5)
    total = np.exp(told.logs[0] / 0.5).sum() + rest
    assert shares(shown)[0][1] == pytest.approx(np.exp(told.logs[0] / 0.5).max() / total, rel=0.01)
    assert sum(share for _, share in shares(shown)) == pytest.approx(1)
    assert "others" in shown.locator("#bars .others").text_content()


def test_numbers_are_packed_by_planes_of_their_bytes():
    array = np.array([[1, 2], [258, 3]], "<u2")
    assert zlib.decompress(b64decode(packed(array))) == bytes([1, 2, 2, 3, 0, 0, 1, 0])


def test_logarithms_are_kept_to_half_a_step_and_none_is_infinite():
    steps = np.frombuffer(zlib.decompress(b64decode(plain("logs", np.array([-0.5, -9.87, -np.inf])))), np.uint8)
    back = (steps[:3] + 256 * steps[3:].astype(int)) / -FINE
    assert back[:2] == pytest.approx([-0.5, -9.87], abs=0.51 / FINE)
    assert back[2] == -65535 / FINE


def test_what_cannot_come_is_told_without_infinity(show, model):
    engine = Plain(len(model.vocabulary))
    engine.table[:, model.vocabulary.index["c"]] = -np.inf
    with np.errstate(invalid="ignore"):
        html = page("never", vars(explain(engine, model.vocabulary, "The cat")))
    assert "Infinity" not in html and "NaN" not in html
    show(html).locator("#text span", has_text="c").click()


def test_a_page_of_three_thousand_characters_by_a_small_network_is_below_a_megabyte(model):
    html = page("cats", vars(explain(model.engine, model.vocabulary, (TEXT * 40)[:3000])))
    assert len(html) < 1_000_000
    assert json.loads(html.split('id="told">')[1].split("</script>")[0])["candidates"] is None
