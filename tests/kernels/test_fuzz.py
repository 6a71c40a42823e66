"""Every call that reaches C, with random sizes, layouts, types and numbers.

It gives what the reference gives, or refuses in one sentence, and writes in no array but its own. Each test tries some
cases; UNROLLED_FUZZ says how many (5,000 take ten minutes). Under ``make sanitize`` what is read outside is seen, too.
How near results come stands in ``NEAR``; what is drawn, ranked and counted is the same.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from unrolled import kernels
from unrolled.config import GenerateOptions
from unrolled.generation.ranking import by_sorting
from unrolled.kernels import training
from unrolled.kernels.attention import Attended, pack_memory
from unrolled.kernels.chain import PackedChain
from unrolled.kernels.encoder import PackedLayer
from unrolled.kernels.inference import PackedNetwork, Shape
from unrolled.kernels.library import Library, variants
from unrolled.kernels.loss import lose
from unrolled.kernels.pack import pack, padded
from unrolled.kernels.ranking import rank
from unrolled.kernels.structures import Filters
from unrolled.kernels.training import Sizes
from unrolled.networks.cells import CELLS
from unrolled.networks.cells.base import Recurrence, scan_by_steps
from unrolled.networks.markov import Chain, count
from unrolled.networks.modules import scan as scans
from unrolled.sampling import distribution, draw
from unrolled.text.vocabulary import NEVER

from .guards import LAYOUTS, Guarded, guarded, laid_out

pytestmark = [
    pytest.mark.wrong_arrays,
    pytest.mark.skipif(kernels.load() is None, reason="the kernels are not built"),
    pytest.mark.timeout(0),
]
CASES = int(os.environ.get("UNROLLED_FUZZ", "40"))
NAMES = [name for name in sorted(CELLS) if CELLS[name].native is not None]
OF_TENSORS = ("plain", "fortran", "every other")
NEAR = {"fp32": 1e-4, "bf16": 0.06, "int8": 0.2}
fuzzed = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)

seeds, layouts, precisions = st.integers(0, 2**31), st.sampled_from(LAYOUTS), st.sampled_from(sorted(NEAR))
names = st.sampled_from(NAMES)
few_rows, threads = st.one_of(st.integers(0, 4), st.integers(5, 70)), st.integers(1, 5)
widths = st.one_of(st.integers(1, 35), st.sampled_from([48, 50, 64, 80, 100]))
floats = st.sampled_from([np.float32, np.float64, np.float16])
integers = st.sampled_from([np.int32, np.int64, np.uint8, np.int16, np.uint64])
vocabularies = st.one_of(st.integers(1, 20), st.integers(21, 150), st.sampled_from([257, 1000, 4097]))


@pytest.fixture(scope="module")
def libraries(request: pytest.FixtureRequest) -> list[Library]:
    """Every variant that can run here, and those that are emulated."""
    return [*filter(None, map(kernels.load, sorted(variants()))), *request.getfixturevalue("emulated").values()]


def refusal(call: Any) -> str:
    """The one sentence in which a call refuses what it is given; empty where it does not. Other errors stay errors."""
    try:
        call()
    except (ValueError, TypeError) as error:
        said = str(error)
        assert said and "\n" not in said and len(said) < 250, said
        return said
    return ""


def numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)


def some_logits(rng: np.random.Generator, rows: int, ids: int) -> np.ndarray:
    """Logits of many kinds: spread, with ties, next to each other, of units that never occurred."""
    kind = rng.integers(5)
    logits = 3 * numbers(rng, rows, ids)
    if kind == 1:
        logits = np.round(logits)
    elif kind == 2:
        logits = 1 + rng.integers(0, 5, (rows, ids)) * 2.0**-23
    elif kind == 3:
        logits[:, rng.random(ids) < 0.6] = NEVER
        logits[:, -1] = 0
    elif kind == 4:
        logits = -rng.exponential(6, (rows, ids)) * rng.integers(0, 9, (rows, ids))
    return logits.astype(np.float32)


def some_weights(rng: np.random.Generator, shape: Shape, outputs: int) -> dict[str, np.ndarray]:
    """Weights small enough that states neither saturate nor grow in error."""
    wide, size = shape.cell.gates * shape.hidden, shape.hidden
    through = wide if shape.cell.recurrent else 0
    shapes: dict[str, tuple[int, ...]] = {"head.weight": (outputs, size), "head.bias": (outputs,)}
    for n in range(shape.layers):
        shapes |= {f"rnn.weight_hh_l{n}": (through, size), f"rnn.weight_ih_l{n}": (wide, size)}
        shapes |= {f"rnn.bias_hh_l{n}": (through,), f"rnn.bias_ih_l{n}": (wide,)}
    shapes |= {f"attention.{name}.weight": (size, size) for name in ("hidden", "query")}
    shapes |= {f"attention.{name}": (size,) for name in ("hidden.bias", "query.bias", "score")}
    return {name: numbers(rng, *each) / np.float32(size**0.5) for name, each in shapes.items()}


class Slow:
    """What a packed network computes, in float64 and row by row."""

    def __init__(self, cell: str, shape: Shape, table: np.ndarray, weights: dict[str, np.ndarray]) -> None:
        self.cell, self.shape, self.table = CELLS[cell], shape, np.array(table, np.float64)
        self.w = {name: np.array(each, np.float64) for name, each in weights.items()}

    def row(self, ids: Any, state: list[np.ndarray], places: tuple[np.ndarray, np.ndarray] | None) -> tuple[Any, Any]:
        """Logits after each id, and the next state [layers, H] a part."""
        w, now, logits = self.w, [part.astype(np.float64).copy() for part in state], []
        for unit in ids:
            x = self.table[unit]
            for n in range(self.shape.layers):
                a = w[f"rnn.weight_ih_l{n}"] @ x + w[f"rnn.bias_ih_l{n}"] if n else x
                before = tuple(part[None, n] for part in now)
                after = self.cell.step(a[None], before, Recurrence(w[f"rnn.weight_hh_l{n}"], w[f"rnn.bias_hh_l{n}"]))
                for part, each in zip(now, after, strict=True):
                    part[n] = each[0]
                x = after[0][0]
                if n == 0 and places:
                    x = self.look(x, *places)
            logits.append(w["head.weight"] @ x + w["head.bias"])
        return np.array(logits).reshape(len(ids), len(w["head.bias"])), now

    def look(self, h: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
        """What stands above the first layer, of a source's keys and values."""
        w, scores = self.w, keys.astype(np.float64) @ h
        if self.shape.attention == "additive":
            query = w["attention.query.weight"] @ h + w["attention.query.bias"]
            scores = np.tanh(keys + query) @ w["attention.score"]
        powers = np.exp(scores - scores.max())
        mean = powers / powers.sum() @ values.astype(np.float64)
        return np.tanh(w["attention.hidden.weight"] @ h + w["attention.hidden.bias"] + mean)


@fuzzed
@given(st.data())
def test_a_scan_of_a_network_is_that_of_float64(libraries, data):
    pick = data.draw
    rng, name, precision = np.random.default_rng(pick(seeds)), pick(names), pick(precisions)
    rows, steps, hidden, read = pick(few_rows), pick(st.integers(0, 4)), pick(widths), pick(st.integers(1, 60))
    attention = pick(st.sampled_from(["none", "dot", "additive"]))
    shape = Shape(CELLS[name].kernel, pick(st.integers(1, 3)), hidden, read, attention)
    outputs, sizes = pick(st.integers(1, 60)), pick(st.lists(st.integers(1, 40), min_size=1, max_size=5))
    layout, no_number = pick(layouts), pick(st.booleans()) and precision != "int8"
    with guarded() as guards:
        weights = {key: laid_out(each, layout, guards) for key, each in some_weights(rng, shape, outputs).items()}
        table = laid_out(numbers(rng, read, shape.cell.gates * hidden), layout, guards)
        packed = PackedNetwork(pick(st.sampled_from(libraries)), shape, table, weights, precision)
        kept = laid_out(np.tanh(numbers(rng, rows, shape.layers, hidden)), layout, guards)
        state = tuple(kept.astype(pick(floats)) for _ in shape.cell.parts)
        if no_number and rows and kept.flags.writeable:
            state[0][rng.integers(rows), 0, rng.integers(hidden)] = np.nan
        ids = laid_out(rng.integers(read, size=(rows, steps)).astype(pick(integers)), layout, guards)
        keys, values = (laid_out(numbers(rng, sum(sizes), hidden) / 2, layout, guards) for _ in range(2))
        source = rng.integers(len(sizes), size=rows)
        attended = Attended(pack_memory(keys, values, sizes), source) if attention != "none" else None
        before = [part.copy() for part in state]
        logits, after = packed.scan(ids, state, pick(threads), attended)
    assert all(np.array_equal(one, two, equal_nan=True) for one, two in zip(before, state, strict=True))
    slow, ends, near = Slow(name, shape, table, weights), np.cumsum([0, *sizes]), NEAR[precision]
    for row in range(0, rows, max(1, rows // 5)):
        place = slice(ends[source[row]], ends[source[row] + 1])
        places = (np.array(keys[place]), np.array(values[place])) if attended else None
        expected, last = slow.row(ids[row].tolist(), [part[row] for part in state], places)
        np.testing.assert_allclose(logits[row], expected, atol=near)
        for part, exactly in zip(after, last, strict=True):
            np.testing.assert_allclose(part[row, :, :hidden], exactly, atol=near, rtol=near)


some_filters = st.fixed_dictionaries(
    {
        "temperature": st.sampled_from([0.0, 0.3, 1.0, 1.0, 1.7]),
        "top_p": st.sampled_from([1.0, 1.0, 0.9137, 0.31, 0.9998, 1e-9]),
        "min_p": st.sampled_from([0.0, 0.0, 0.0123, 0.7]),
        "top_k": st.sampled_from([0, 0, 1, 2, 7, 64, 65, 300, 2**31 - 1]),
    }
)


def reference_draw(logits: np.ndarray, uniforms: np.ndarray, filters: dict[str, Any], ends: bool) -> np.ndarray:
    """The ids that NumPy draws from rows of logits."""
    asked = {name: value for name, value in filters.items() if value not in ({"min_p": 0.0, "top_k": 0}.get(name), "")}
    options = GenerateOptions(**{**asked, "endless": not ends})
    return draw(distribution(np.ascontiguousarray(logits), options), uniforms)


@fuzzed
@given(st.data())
def test_what_is_drawn_is_what_the_reference_draws(libraries, data):
    pick = data.draw
    rng, name, precision = np.random.default_rng(pick(seeds)), pick(names), pick(precisions)
    ids, rows, steps = pick(vocabularies.filter(lambda size: size > 2)), pick(few_rows), pick(st.integers(0, 3))
    shape, filters, ends = Shape(CELLS[name].kernel, 1, pick(widths), ids), pick(some_filters), pick(st.booleans())
    wild, layout = pick(st.sampled_from([None, None, np.nan, np.inf, -np.inf])), pick(layouts)
    weights, table = some_weights(rng, shape, ids), numbers(rng, ids, shape.cell.gates * shape.hidden)
    with guarded() as guards:
        packed = PackedNetwork(pick(st.sampled_from(libraries)), shape, table, weights, precision)
        given_logits = some_logits(rng, rows, ids)
        if wild is not None:
            given_logits[rng.random((rows, ids)) < rng.choice([0.01, 1.0])] = wild
        logits = laid_out(given_logits, layout, guards)
        uniforms = laid_out(rng.choice([rng.random((rows, steps)), np.full((rows, steps), 0.0)]), layout, guards)
        state = tuple(np.zeros((rows, 1, shape.hidden), np.float32) for _ in shape.cell.parts)
        given_filters = Filters(**filters, special=2, ends=ends)
        drawn, last, after = packed.draw(logits, state, given_filters, uniforms, pick(threads))
        assert drawn.shape == (rows, steps) and ((drawn >= 2) | (drawn == 0)).all() and (drawn < ids).all()
        assert ends or (drawn >= 2).all()
        for step in range(steps if wild is None else 0):
            if rows:
                expected = reference_draw(logits, np.array(uniforms[:, step]), filters, ends)
                np.testing.assert_array_equal(drawn[:, step], expected)
            logits, state = packed.scan(drawn[:, [step]], state)
            logits = logits[:, 0]
        if wild is None and steps:
            np.testing.assert_array_equal(last, logits)
            assert all(map(np.array_equal, after, state))


def packed_weights(sizes: Sizes, w_hh: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """W_hh as ``networks.modules.scan`` packs it, for the way there and for the way back."""
    each = scans.STEP[sizes.precision]
    there, back = (sizes.cell.gates, -1, 16, sizes.hidden // each, each), (sizes.wide[2] // each, each, -1, 16)
    w = scans.pack(w_hh, there, (1, 0, 3, 2, 4), sizes.precision)
    return w.numpy(), scans.pack(w_hh, back, (2, 0, 3, 1), sizes.precision).numpy()


@fuzzed
@given(st.data())
def test_a_training_scan_and_its_gradients_are_those_of_float64(libraries, data):
    pick = data.draw
    rng, precision = torch.Generator().manual_seed(pick(seeds)), pick(st.sampled_from(["fp32", "bf16"]))
    cell, library = CELLS[pick(names)], pick(st.sampled_from(libraries))
    steps, rows, hidden = pick(st.integers(0, 4)), pick(few_rows), padded(pick(widths))
    table = pick(st.sampled_from([0, 1, 2, 9, 65]))
    sizes = Sizes(cell.kernel, steps, rows, hidden, pick(threads), precision, table)

    def some(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=rng)

    share = some(table, sizes.wide[2]) if table else some(*sizes.wide)
    ids = torch.randint(max(table, 1), (steps, rows), generator=rng)
    w_hh, b_hh = some(sizes.through, hidden) / hidden**0.5, some(sizes.through)
    first = tuple(some(rows, hidden).tanh() for _ in cell.parts)
    outputs, last = some(*sizes.narrow), tuple(some(rows, hidden) for _ in cell.parts)
    exact = [each.double().requires_grad_() for each in (share, *first)]
    whole = exact[0][ids] if table else exact[0]
    slow, after = scan_by_steps(cell, whole, tuple(exact[1:]), Recurrence(w_hh.double(), b_hh.double()))
    total = sum(((y * flow).sum() for y, flow in zip(slow, outputs, strict=True)), torch.zeros(()).double())
    total = total + sum((part * flow).sum() for part, flow in zip(after, last, strict=True))
    expected = torch.autograd.grad(total, exact, allow_unused=True)

    there, back = packed_weights(sizes, w_hh)
    read = {"a": share.numpy(), "b_hh": b_hh.numpy(), "w": there}
    looked_up = {"ids": ids.to(torch.int32).numpy()} if table else {}
    with guarded() as guards:
        shapes = {"gates": sizes.wide, "kept": sizes.narrow} | dict.fromkeys(cell.parts, sizes.states)
        shapes |= {"q": sizes.narrow[1:]} if precision == "bf16" else {}
        arrays = {each: guards.copy(array) for each, array in (read | looked_up).items()}
        arrays |= {each: guards.empty(shape, np.float32) for each, shape in shapes.items()}
        for part, begin in zip(cell.parts, first, strict=True):
            arrays[part][0] = begin.numpy()
        training.forward(library, sizes, arrays)
        arrays = {key: each for key, each in arrays.items() if key not in ("a", "b_hh", "q")}
        arrays |= {"w": guards.copy(back), "outputs": guards.copy(outputs.numpy())}
        arrays |= {"da": guards.empty(sizes.wide, np.float32)}
        arrays |= {f"d{part}": guards.copy(flow.numpy()) for part, flow in zip(cell.parts, last, strict=True)}
        arrays["du"] = guards.empty(sizes.wide, np.float32) if cell.separate else arrays["da"]
        arrays |= {"q": guards.empty(sizes.wide[1:], np.float32)} if precision == "bf16" else {}
        arrays |= {"table": guards.zeros((sizes.parts, table, sizes.wide[2]), np.float32)} if table else {}
        training.backward(library, sizes, arrays)
    near = NEAR[precision]
    for y, exactly in zip(arrays["h"][1:], slow, strict=True):
        np.testing.assert_allclose(y, exactly.detach(), atol=near)
    found = [arrays["table"].sum(0) if table else arrays["da"], *(arrays[f"d{part}"] for part in cell.parts)]
    for gradient, exactly in zip(found, expected, strict=True):
        exactly = torch.zeros(gradient.shape) if exactly is None else exactly
        assert np.linalg.norm(gradient - exactly.numpy()) <= near * exactly.norm() + near


@fuzzed
@given(st.data())
def test_the_scan_of_tensors_in_any_layout_is_that_of_float64(libraries, data):
    pick = data.draw
    rng, name, precision = np.random.default_rng(pick(seeds)), pick(names), pick(st.sampled_from(["fp32", "bf16"]))
    cell, steps, rows, hidden = CELLS[name], pick(st.integers(1, 3)), pick(few_rows), pick(widths)
    ids, layout, found = rng.integers(5, size=(steps, rows)), pick(st.sampled_from(OF_TENSORS)), []
    through, wide = (cell.gates * hidden if cell.recurrent else 0), cell.gates * hidden
    shapes = [(5, wide) if pick(st.booleans()) else (steps, rows, wide), (through, hidden), (through,)]
    made = [numbers(rng, *shape) / np.float32(hidden**0.5) for shape in shapes + [(rows, hidden)] * len(cell.parts)]
    guards, library = Guarded(), pick(st.sampled_from(libraries))
    same = [torch.from_numpy(laid_out(each, layout, guards)) for each in made]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "load", lambda: library)
        for leaves in (same, [each.double() for each in same]):
            a, w_hh, b_hh, *first = [each.requires_grad_() for each in leaves]
            share = scans.LookUp(a, torch.from_numpy(ids)) if a.ndim == 2 else a
            outputs, last = scans.scan(cell, share, tuple(first), Recurrence(w_hh, b_hh), precision)
            total = outputs.sum() + sum((part**2).sum() for part in last)
            found.append([outputs, *last, *torch.autograd.grad(total, leaves)])
    guards.check()
    for one, exactly in zip(*found, strict=True):
        assert (one - exactly).norm() <= NEAR[precision] * exactly.norm() + NEAR[precision]


@fuzzed
@given(st.data())
def test_the_loss_and_its_slopes_are_those_of_float64(libraries, data):
    pick = data.draw
    rng, rows, units = np.random.default_rng(pick(seeds)), pick(few_rows), pick(vocabularies)
    kept, scale, layout = pick(st.sampled_from([1.0, 0.9])), pick(st.sampled_from([1.0, 0.25])), pick(layouts)
    wild, logits, targets = pick(st.booleans()), some_logits(rng, rows, units), rng.integers(units, size=rows)
    if wild and rows:
        logits[rng.integers(rows), rng.integers(units)] = pick(st.sampled_from([np.nan, np.inf, -np.inf]))
    with guarded() as guards:
        given_logits, given_targets = laid_out(logits, layout, guards), laid_out(targets, layout, guards)
        before, wanted = np.array(given_logits, np.float64), np.array(given_targets)
        library, count = pick(st.sampled_from(libraries)), pick(threads)
        nats = np.full(rows, np.nan, np.float32)
        said = refusal(lambda: np.copyto(nats, lose(library, given_logits, given_targets, kept, scale, count)))
        if said:
            assert not (given_logits.flags.carray and given_targets.flags.c_contiguous), said
            assert np.array_equal(given_logits, before, equal_nan=True)
            return
    with np.errstate(all="ignore"):
        away = before - before.max(1, keepdims=True, initial=-np.inf)
        exact = np.log(np.exp(away).sum(1)) - away[np.arange(rows), wanted]
        slopes = np.exp(away) / np.exp(away).sum(1, keepdims=True)
    slopes[np.arange(rows), wanted] -= kept
    np.testing.assert_allclose(nats, exact, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(given_logits, scale * slopes, rtol=1e-4, atol=1e-6)


@fuzzed
@given(st.data())
def test_ranks_are_those_of_sorting(libraries, data):
    pick = data.draw
    rng, rows, size = np.random.default_rng(pick(seeds)), pick(few_rows), pick(vocabularies.filter(lambda n: n > 2))
    made, ends, no_number = some_logits(rng, rows, size), pick(st.booleans()), pick(st.booleans())
    made = made.clip(-60000, 60000).astype(pick(floats))
    if no_number and rows:
        made[rng.integers(rows), rng.integers(size)] = np.nan
    number, library = pick(st.integers(1, min(size, 40))), pick(st.sampled_from(libraries))
    with guarded() as guards:
        logits = laid_out(made, pick(layouts), guards)
        ids, values, sums = rank(library, logits, number, 2, ends, pick(threads))
    logits = np.array(logits, np.float32)
    sound = ~np.isnan(logits).any(1)
    assert np.isnan(sums[~sound]).all() and (ids >= 0).all() and (ids < size).all()
    if sound.any():
        slow, slow_values, slow_sums = by_sorting(logits[sound], number, ends)
        assert np.array_equal(ids[sound], slow) and np.array_equal(values[sound], slow_values)
        assert sums[sound] == pytest.approx(slow_sums, rel=1e-5, abs=1e-5)


@fuzzed
@given(st.data())
def test_what_a_chain_draws_is_what_the_reference_draws(libraries, data):
    pick = data.draw
    rng, size, order = np.random.default_rng(pick(seeds)), pick(st.integers(3, 60)), pick(st.integers(1, 5))
    text = rng.integers(size, size=pick(st.integers(30, 400))).astype(np.int32)
    chain = Chain(count(text, size, order), size, "kneser-ney")
    rows, steps, filters, ends = pick(few_rows), pick(st.integers(0, 4)), pick(some_filters), pick(st.booleans())
    layout = pick(layouts)
    with guarded() as guards:
        tables = [(each.starts, each.units, each.shares, each.sums, each.left) for each in chain.levels]
        levels = [tuple(laid_out(part, "between", guards) for part in level) for level in tables]
        packed = PackedChain(pick(st.sampled_from(libraries)), levels, size)
        nodes = chain.read(rng.integers(size, size=(rows, 3)).astype(np.int32), chain.start(rows))[:, -1]
        nodes = laid_out(nodes, layout, guards)
        logits = np.log(chain.predict(np.array(nodes)))
        uniforms = laid_out(rng.random((rows, steps)), layout, guards)
        given_filters = Filters(**filters, special=2, ends=ends)
        drawn, last, after = packed.draw(logits, nodes, given_filters, uniforms, pick(threads))
    assert (drawn < size).all() and ((drawn >= 2) | ((drawn == 0) & ends)).all()
    if steps and rows:
        np.testing.assert_array_equal(after, chain.read(drawn, np.array(nodes))[:, -1])
        np.testing.assert_allclose(last, np.log(chain.predict(after)), rtol=1e-5, atol=1e-6)
        expected = reference_draw(logits.astype(np.float32), np.array(uniforms[:, 0]), filters, ends)
        np.testing.assert_array_equal(drawn[:, 0], expected)


@fuzzed
@given(st.data())
def test_a_layer_of_an_encoder_is_that_of_float64(libraries, data):
    pick = data.draw
    rng, name, layout = np.random.default_rng(pick(seeds)), pick(names), pick(layouts)
    cell, steps, rows, hidden = CELLS[name], pick(st.integers(0, 4)), pick(few_rows), pick(widths)
    wide, through = cell.gates * hidden, cell.gates * hidden if cell.recurrent else 0
    with guarded() as guards:
        a, w_hh, b_hh = (
            laid_out((numbers(rng, *shape) / np.float32(hidden**0.5)).astype(pick(floats)), layout, guards)
            for shape in ((steps, rows, wide), (through, hidden), (through,))
        )
        layer = PackedLayer(pick(st.sampled_from(libraries)), cell.kernel, w_hh, b_hh)
        outputs, last = layer.scan(a, pick(threads))
    exact = Recurrence(np.array(w_hh, np.float64), np.array(b_hh, np.float64))
    zeros = tuple(np.zeros((rows, hidden)) for _ in cell.parts)
    expected, after = scan_by_steps(cell, np.array(a, np.float64), zeros, exact)
    for found, exactly in zip((*outputs, *last), (*expected, *after), strict=True):
        np.testing.assert_allclose(found, exactly, atol=1e-4)


@fuzzed
@given(seed=seeds, layout=layouts, panels=st.integers(0, 4), inputs=st.integers(1, 4), precision=precisions)
def test_packed_weights_are_those_of_the_plainest_layout(seed, layout, panels, inputs, precision):
    whole = numbers(np.random.default_rng(seed), 16 * panels, 16 * inputs)
    with guarded() as guards:
        given_weights = laid_out(whole, layout, guards)
        found, expected = pack(given_weights, precision), pack(np.array(given_weights), precision)
    assert all(map(np.array_equal, found, expected))


SOUND: dict[str, Any] = {
    "ids": np.ones((3, 2), np.int32),
    "h": np.zeros((3, 1, 20), np.float32),
    "logits": np.zeros((3, 19), np.float32),
    "uniforms": np.full((3, 2), 0.5),
    "targets": np.ones(3, np.int64),
    "a": np.zeros((2, 3, 80), np.float32),
    "source": np.zeros(3, np.int32),
}
NOT_IDS = [-1, 2**31, 2**62, np.nan, np.inf, 0.5, 1j, None, "1"]


def spoilt(pick: Any, name: str) -> tuple[np.ndarray, str]:
    """What is sound, with a shape, a type or an entry that is not; and which of these."""
    sound = SOUND[name]
    how = pick(st.sampled_from(["axis", "size", "type"] + ["entry"] * (name in ("ids", "targets", "source"))))
    if how == "axis":
        return pick(st.sampled_from([sound[0], sound[None], sound.reshape(-1)[0].reshape(())])), how
    if how == "size":
        at = pick(st.integers(0, sound.ndim - 1))
        other = pick(st.sampled_from([0, 5, sound.shape[at] + 1, 7 * sound.shape[at]]))
        return np.resize(sound, tuple(other if axis == at else size for axis, size in enumerate(sound.shape))), how
    if how == "type":
        return np.zeros(sound.shape, pick(st.sampled_from([complex, "U3", object, "M8[s]"]))), how
    wrong = np.array(sound, object)
    wrong[(0,) * sound.ndim] = pick(st.sampled_from(NOT_IDS))
    return np.array(wrong.tolist()), how


@fuzzed
@given(st.data())
def test_what_does_not_fit_is_refused_in_one_sentence(libraries, data):
    pick = data.draw
    name, library = pick(st.sampled_from(sorted(SOUND))), pick(st.sampled_from(libraries))
    wrong, how = spoilt(pick, name)
    given_arrays = SOUND | {name: wrong}
    rng, lstm = np.random.default_rng(0), CELLS["lstm"].kernel
    plain, looking = Shape(lstm, 1, 20, 19), Shape(lstm, 1, 20, 19, "dot")
    table = numbers(rng, 19, 80)
    both = [(each, some_weights(rng, each, 19)) for each in (plain, looking)]
    packed, asking = (PackedNetwork(library, each, table, weights, "fp32") for each, weights in both)
    memory, filters = pack_memory(numbers(rng, 5, 20), numbers(rng, 5, 20), [2, 3]), Filters(1, 1, 0, 0, 2)
    ids, h, logits, uniforms, targets, a, source = (given_arrays[key] for key in SOUND)
    c, count = SOUND["h"], pick(threads)
    calls = {
        "ids": lambda: packed.scan(ids, (h, c), count),
        "h": lambda: packed.draw(logits, (c, h), filters, uniforms, count),
        "logits": lambda: packed.draw(logits, (h, c), filters, uniforms, count),
        "uniforms": lambda: packed.draw(logits, (h, c), filters, uniforms, count),
        "targets": lambda: lose(library, np.array(logits), targets, 1.0, 1.0, count),
        "a": lambda: PackedLayer(library, lstm, numbers(rng, 80, 20), numbers(rng, 80)).scan(a, count),
        "source": lambda: asking.scan(ids, (h, c), count, Attended(memory, source)),
    }
    with guarded():
        assert refusal(calls[name]) or (how == "size" and name in ("ids", "uniforms", "a")), wrong
