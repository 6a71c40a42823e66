import pytest
import torch

from unrolled.training.muon import NARROW_FROM, SCALE, TURNS, Muon, orthogonal, symmetric


def numbers(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(16, 16), (24, 10), (10, 24)])
def test_singular_vectors_stay_and_no_singular_value_grows_beyond_its_bound(shape):
    matrices = numbers(3, *shape)
    u, values, v = torch.linalg.svd(matrices, full_matrices=False)
    inside = u.mT @ orthogonal(matrices) @ v.mT
    after = torch.diagonal(inside, dim1=-2, dim2=-1)
    assert (inside - torch.diag_embed(after)).abs().max() < 1e-4
    assert after.max() < 1.25
    assert (after.amin(-1) / after.amax(-1) > values.amin(-1) / values.amax(-1)).all()
    assert after.median() > 0.6


@pytest.mark.parametrize("rows", [1, 100, 256, 300, 512])
def test_half_of_a_symmetric_product_gives_all_of_it(rows):
    x = numbers(2, rows, 70)
    square = symmetric(x, torch.zeros(()), 0.0, 1.0)
    torch.testing.assert_close(square, x @ x.mT)
    expected = -4.7 * square + 2.0 * square @ square
    torch.testing.assert_close(symmetric(square, square, -4.7, 2.0), expected, rtol=1e-4, atol=0.1)


def test_an_orthogonal_matrix_stays_one_up_to_its_length():
    matrix = torch.linalg.qr(numbers(32, 32))[0]
    product = orthogonal(matrix[None])[0] @ matrix.T
    assert (product - product.diagonal().mean() * torch.eye(32)).abs().max() < 1e-4


def test_gates_are_learnt_apart():
    both = torch.nn.Parameter(torch.zeros(32, 16))
    optimizer = Muon([{"params": [both], "gates": 2}], 0.0)
    both.grad = torch.cat([1e-6 * numbers(16, 16), 1e6 * numbers(16, 16)])
    optimizer.param_groups[0]["lr"] = 0.1
    for _ in range(TURNS):
        optimizer.step()
    small, large = both.detach().split(16)
    torch.testing.assert_close(small, large, rtol=0.1, atol=0.01)


def test_a_step_is_as_long_as_the_rate_says():
    parameter = torch.nn.Parameter(torch.zeros(64, 64))
    optimizer = Muon([{"params": [parameter], "gates": 1}], 0.0)
    parameter.grad = torch.linalg.qr(numbers(64, 64))[0]
    optimizer.param_groups[0]["lr"] = 0.01
    optimizer.step()
    longest = torch.linalg.svdvals(parameter.detach()).max()
    assert 0.6 < longest / (0.01 * SCALE * TURNS * 8) < 1.25


def test_the_gates_move_in_turns():
    parameter = torch.nn.Parameter(torch.zeros(4 * 8, 6))
    optimizer = Muon([{"params": [parameter], "gates": 4}], 0.0)
    optimizer.param_groups[0]["lr"] = 0.1
    moved = []
    for step in range(3):
        before = parameter.detach().clone()
        parameter.grad = numbers(4 * 8, 6, seed=step)
        optimizer.step()
        moved.append([bool((gate != 0).any()) for gate in (parameter.detach() - before).split(8)])
    assert moved == [[True, False, True, False], [False, True, False, True], [True, False, True, False]]


def test_weight_decay_shrinks_the_weights_by_the_rate():
    parameter = torch.nn.Parameter(torch.ones(4, 4))
    optimizer = Muon([{"params": [parameter], "gates": 1}], 0.5)
    parameter.grad = torch.zeros(4, 4)
    optimizer.param_groups[0]["lr"] = 0.1
    optimizer.step()
    torch.testing.assert_close(parameter.detach(), torch.full((4, 4), 0.95))


def test_matrices_of_one_shape_are_turned_together_and_move_as_alone():
    def moved(seeds: list[int]) -> list[torch.Tensor]:
        parameters = [torch.nn.Parameter(torch.zeros(24, 8)) for _ in seeds]
        groups = [{"params": [each], "gates": gates} for each, gates in zip(parameters, (3, 1, 3), strict=False)]
        optimizer = Muon(groups, 0.0)
        for group, parameter, seed in zip(optimizer.param_groups, parameters, seeds, strict=True):
            parameter.grad, group["lr"] = torch.randn(24, 8, generator=torch.Generator().manual_seed(seed)), 1.0
        optimizer.step()
        return [each.detach() for each in parameters]

    together = moved([1, 2, 3])
    assert torch.allclose(together[0], moved([1])[0], atol=1e-6)
    assert torch.allclose(together[2], moved([3])[0], atol=1e-6)


def test_narrow_products_change_a_step_a_little():
    moved = []
    for narrow in (False, True):
        parameter = torch.nn.Parameter(torch.zeros(NARROW_FROM, NARROW_FROM))
        optimizer = Muon([{"params": [parameter], "gates": 1, "narrow": narrow}], 0.0)
        parameter.grad = numbers(NARROW_FROM, NARROW_FROM)
        optimizer.param_groups[0]["lr"] = 1.0
        optimizer.step()
        moved.append(parameter.detach())
    exact, near = moved
    assert 0 < (exact - near).norm() < 0.05 * exact.norm()
