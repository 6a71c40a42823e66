import numpy as np
import pytest
import torch

from unrolled.kernels import training
from unrolled.kernels.training import Sizes
from unrolled.networks.cells import CELLS
from unrolled.networks.cells.base import Recurrence, scan_by_steps
from unrolled.networks.modules.scan import LookUp, native_backward, native_forward, scan

LSTM = CELLS["lstm"]
SIZES = [(1, 1, 16), (7, 5, 32), (9, 13, 48), (3, 64, 64)]


@pytest.fixture(params=[name for name in sorted(CELLS) if CELLS[name].native is not None])
def cell(request):
    return CELLS[request.param]


@pytest.fixture(autouse=True)
def chosen(library, monkeypatch):
    monkeypatch.setattr("unrolled.kernels.load", lambda: library)


def numbers(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("steps", "rows", "hidden"), SIZES)
@pytest.mark.parametrize(("kind", "near", "error"), [("fp32", 2e-6, 1e-5), ("bf16", 2e-2, 2e-2)])
def test_a_scan_and_its_gradient_are_those_of_float64_autograd(cell, kind, near, error, steps, rows, hidden):
    wide = cell.gates * hidden
    a = numbers(steps, rows, wide, seed=1)
    through = wide if cell.recurrent else 0
    recurrence = Recurrence(numbers(through, hidden, seed=2) / hidden**0.5, numbers(through, seed=3))
    first = tuple(numbers(rows, hidden, seed=4 + n).tanh() for n in range(len(cell.parts)))
    outputs, last = (
        numbers(steps, rows, hidden, seed=6),
        tuple(numbers(rows, hidden, seed=7 + n) for n, _ in enumerate(first)),
    )

    exact = [x.double().requires_grad_() for x in (a, *first, recurrence.w_hh, recurrence.b_hh)]
    slow, after = scan_by_steps(cell, exact[0], tuple(exact[1:-2]), Recurrence(*exact[-2:]))
    y = torch.stack(slow)
    total = (y * outputs).sum() + sum((part * flow).sum() for part, flow in zip(after, last, strict=True))
    expected = torch.autograd.grad(total, exact[: len(first) + 1])

    tape = native_forward(cell, a, first, recurrence, kind)
    found = native_backward(cell, tape, outputs, last, recurrence, kind)
    np.testing.assert_allclose(tape.states[0][1:], y.detach(), atol=near)
    for gradient, exactly in zip((found.a, *found.state), expected, strict=True):
        assert (gradient - exactly).norm() < error * exactly.norm()
        assert torch.cosine_similarity(gradient.double().flatten(), exactly.flatten(), 0) > 0.9995


@pytest.mark.parametrize("kind", ["fp32", "bf16"])
def test_the_gradient_of_the_weights_is_that_of_float64(cell, kind):
    a, first = numbers(9, 13, cell.gates * 48, seed=1), tuple(numbers(13, 48, seed=4).tanh() for _ in cell.parts)
    found, exact = [], []
    for each, gradients in ((torch.float32, found), (torch.float64, exact)):
        w_hh, b_hh = (numbers(*shape, seed=2).to(each) / 7 for shape in ((cell.gates * 48, 48), (cell.gates * 48,)))
        leaves = [w_hh.requires_grad_(), b_hh.requires_grad_()]
        outputs, _ = scan(cell, a.to(each), tuple(part.to(each) for part in first), Recurrence(*leaves), kind)
        gradients += torch.autograd.grad((outputs * numbers(9, 13, 48, seed=6).to(each)).sum(), leaves)
    for gradient, exactly in zip(found, exact, strict=True):
        assert (gradient - exactly).norm() < {"fp32": 1e-5, "bf16": 2e-2}[kind] * exactly.norm()


@pytest.mark.parametrize("kind", ["fp32", "bf16"])
@pytest.mark.parametrize(("rows", "hidden"), [(1, 16), (13, 48)])
def test_a_look_up_within_the_scan_is_one_before_it(cell, kind, rows, hidden):
    ids = torch.randint(5, (9, rows), generator=torch.Generator().manual_seed(1))
    found: list[list[torch.Tensor]] = []
    for read in (LookUp, lambda table, ids: torch.nn.functional.embedding(ids, table)):
        table = numbers(6, cell.gates * hidden, seed=1).requires_grad_()
        through = cell.gates * hidden if cell.recurrent else 0
        weights = [numbers(*shape, seed=2).div(7).requires_grad_() for shape in ((through, hidden), (through,))]
        first = tuple(numbers(rows, hidden, seed=4).requires_grad_() for _ in cell.parts)
        outputs, _ = scan(cell, read(table, ids), first, Recurrence(*weights), kind)
        leaves = [table, *weights, *first]
        found.append([outputs, *torch.autograd.grad((outputs * numbers(9, rows, hidden, seed=6)).sum(), leaves)])
    assert torch.equal(found[0][0], found[1][0])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
    assert not found[0][1][5].any(), "no id names the last row"


@pytest.mark.parametrize("wrong", [-1, 6, 2**31 - 1])
def test_an_id_beyond_the_table_never_reaches_c(wrong):
    ids = torch.full((2, 3), wrong, dtype=torch.int32)
    first = (torch.zeros(3, 16), torch.zeros(3, 16))
    with pytest.raises(ValueError, match="below 6"):
        native_forward(LSTM, LookUp(torch.zeros(6, 64), ids), first, Recurrence(torch.zeros(64, 16), torch.zeros(64)))


def test_ids_without_a_table_are_refused(library):
    with pytest.raises(ValueError, match="ids need a table"):
        training.forward(library, Sizes(LSTM.kernel, 2, 3, 16, 1), {"ids": np.zeros((2, 3), np.int32)})


def test_bf16_without_its_room_is_refused(library):
    with pytest.raises(ValueError, match="need the array q"):
        training.forward(library, Sizes(LSTM.kernel, 2, 3, 16, 1, "bf16"), {})


def test_the_number_of_threads_changes_nothing(library, cell):
    results = []
    for threads in (1, 2, 3):
        sizes = Sizes(cell.kernel, 4, 7, 32, threads)
        arrays = {"a": numbers(*sizes.wide, seed=1), "b_hh": numbers(cell.gates * 32, seed=2)}
        arrays |= {"w": numbers(cell.gates * 32 * 32, seed=3), "gates": torch.zeros(sizes.wide)}
        arrays |= {name: torch.zeros(sizes.states) for name in cell.parts} | {"kept": torch.zeros(sizes.narrow)}
        training.forward(library, sizes, {name: tensor.numpy() for name, tensor in arrays.items()})
        results.append(arrays["h"])
    assert torch.equal(results[0], results[1])
    assert torch.equal(results[0], results[2])


@pytest.mark.parametrize("name", ["a", "b_hh", "w", "gates", "kept", "h", "c"])
def test_an_array_of_the_wrong_size_is_refused_by_its_name(library, name):
    sizes = Sizes(LSTM.kernel, 2, 3, 16, 1)
    shapes = {"a": sizes.wide, "b_hh": (64,), "w": (1024,), "gates": sizes.wide, "kept": sizes.narrow}
    shapes |= {"h": sizes.states, "c": sizes.states}
    arrays = {each: np.zeros(shape, np.float32) for each, shape in shapes.items()}
    arrays[name] = arrays[name][:-1]
    with pytest.raises(ValueError, match=f"^{name} is float32"):
        training.forward(library, sizes, arrays)


@pytest.mark.parametrize(("kind", "error"), [("fp32", 2e-5), ("bf16", 3e-2)])
@pytest.mark.parametrize(("rows", "hidden"), [(1, 50), (3, 100), (7, 250), (13, 1), (33, 17)])
@pytest.mark.parametrize("looked_up", [False, True])
def test_no_number_of_rows_or_units_leaves_the_kernels(cell, kind, error, rows, hidden, looked_up, monkeypatch):
    called = []
    for name in ("forward", "backward"):
        kernel = getattr(training, name)
        count = lambda *given, name=name, kernel=kernel: (called.append(name), kernel(*given))  # noqa: E731
        monkeypatch.setattr(f"unrolled.networks.modules.scan.{name}", count)
    ids = torch.randint(5, (3, rows), generator=torch.Generator().manual_seed(1))
    wide, asked = cell.gates * hidden, numbers(3, rows, hidden, seed=6)
    found: list[list[torch.Tensor]] = []
    for each in (torch.float32, torch.float64):
        table, through = numbers(5, wide, seed=1).to(each), wide if cell.recurrent else 0
        weights = [numbers(*shape, seed=2).div(hidden**0.5).to(each) for shape in ((through, hidden), (through,))]
        first = tuple(numbers(rows, hidden, seed=4 + n).tanh().to(each) for n, _ in enumerate(cell.parts))
        leaves = [leaf.requires_grad_() for leaf in (table, *weights, *first)]
        share = LookUp(table, ids) if looked_up else torch.nn.functional.embedding(ids, table)
        outputs, last = scan(cell, share, first, Recurrence(*weights), kind)
        total = (outputs * asked.to(each)).sum() + sum(part.sum() for part in last)
        found.append([outputs, *last, *torch.autograd.grad(total, leaves)])
    assert called == ["forward", "backward"]
    for one, exactly in zip(*found, strict=True):
        assert one.shape == exactly.shape and (one - exactly).norm() <= error * exactly.norm() + 1e-6


@pytest.mark.parametrize("rows", [0, 4])
def test_what_is_written_is_within_its_arrays_where_there_are_more_threads_than_rows(library, cell, rows):
    sizes = Sizes(cell.kernel, 2, rows, 32, 9, "fp32", 5)
    shapes = {"a": (5, sizes.wide[2]), "w": sizes.weights, "b_hh": (sizes.through,), "gates": sizes.wide}
    shapes |= {"kept": sizes.narrow} | dict.fromkeys(cell.parts, sizes.states)
    arrays = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    arrays["ids"] = np.ones(sizes.wide[:2], np.int32)
    training.forward(library, sizes, arrays)
    flows = {"outputs": sizes.narrow, "da": sizes.wide} | {f"d{name}": sizes.narrow[1:] for name in cell.parts}
    flows |= {"table": (sizes.parts, 5, sizes.wide[2])}
    back = arrays | {name: np.ones(shape, np.float32) for name, shape in flows.items()}
    training.backward(library, sizes, back | {"du": np.empty(sizes.wide, np.float32) if cell.separate else back["da"]})
    assert (back["table"][:, [0, 2, 3, 4]] == 1).all()


def scan_arrays(sizes: Sizes) -> dict[str, np.ndarray]:
    """All that the way there and the way back of an LSTM need."""
    shapes = {"a": sizes.wide, "b_hh": (sizes.through,), "w": sizes.weights, "gates": sizes.wide, "kept": sizes.narrow}
    shapes |= {"h": sizes.states, "c": sizes.states, "outputs": sizes.narrow, "da": sizes.wide}
    shapes |= {"dh": sizes.narrow[1:], "dc": sizes.narrow[1:]}
    arrays = {each: np.zeros(shape, np.float32) for each, shape in shapes.items()}
    return arrays | {"du": arrays["da"]}


def there_and_back(library, sizes: Sizes, arrays: dict[str, np.ndarray]) -> None:
    training.forward(library, sizes, arrays)
    training.backward(library, sizes, arrays)


@pytest.mark.parametrize("name", ["a", "b_hh", "w", "gates", "kept", "h", "c", "outputs", "da", "du", "dh", "dc"])
def test_an_array_that_is_missing_is_refused_by_its_name(library, name):
    sizes = Sizes(LSTM.kernel, 2, 3, 16, 1)
    arrays = scan_arrays(sizes)
    del arrays[name]
    with pytest.raises(ValueError, match=f"needs the array {name}$"):
        there_and_back(library, sizes, arrays)


@pytest.mark.parametrize("name", ["gates", "kept", "h", "c", "da", "dh", "dc"])
def test_an_array_that_cannot_be_written_is_refused_by_its_name(library, name):
    sizes = Sizes(LSTM.kernel, 2, 3, 16, 1)
    arrays = scan_arrays(sizes)
    arrays[name].flags.writeable = False
    with pytest.raises(ValueError, match=f"^{name} cannot be written"):
        there_and_back(library, sizes, arrays)


@pytest.mark.parametrize(("cell", "which"), [("gru", "another array than"), ("lstm", "the same array as")])
def test_the_gradients_of_one_sum_are_one_array_and_of_two_sums_two(library, cell, which):
    sizes = Sizes(CELLS[cell].kernel, 2, 3, 16, 1)
    arrays = scan_arrays(sizes)
    if cell == "lstm":
        arrays["du"] = arrays["du"].copy()
    with pytest.raises(ValueError, match=f"du must be {which} da"):
        training.backward(library, sizes, arrays)


def test_units_that_are_no_whole_panels_never_reach_c(library):
    sizes = Sizes(LSTM.kernel, 2, 3, 20, 1)
    with pytest.raises(ValueError, match="whole panels of 16"):
        training.forward(library, sizes, scan_arrays(sizes))


@pytest.mark.parametrize("precision", ["int8", "fp16", ""])
def test_training_is_in_fp32_or_bf16(library, precision):
    sizes = Sizes(LSTM.kernel, 2, 3, 16, 1, precision)
    with pytest.raises(ValueError, match="it must be fp32 or bf16"):
        training.forward(library, sizes, scan_arrays(sizes))


def test_an_id_that_32_bits_would_make_another_is_refused():
    ids = torch.full((2, 3), 2**32 + 1)
    weights = Recurrence(torch.zeros(64, 16), torch.zeros(64))
    with pytest.raises(ValueError, match="below 6"):
        scan(LSTM, LookUp(torch.zeros(6, 64), ids), (torch.zeros(3, 16), torch.zeros(3, 16)), weights)
