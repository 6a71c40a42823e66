import pytest
import torch

from unrolled.training.sparse_adamw import FURTHER, SparseAdamW

BETAS = (0.9, 0.99)


def optimizer_of(table: torch.nn.Parameter, weight_decay: float = 0.0) -> SparseAdamW:
    optimizer = SparseAdamW([table], BETAS, weight_decay)
    optimizer.param_groups[0]["lr"] = 0.01
    return optimizer


def numbers(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def sparse(rows: list[int], values: torch.Tensor, size: int) -> torch.Tensor:
    return torch.sparse_coo_tensor(
        torch.tensor([rows]), values, (size, values.shape[1]), is_coalesced=True, check_invariants=True
    )


def test_rows_that_are_touched_at_every_step_move_as_with_adamw_at_that_rate():
    ours, theirs = (torch.nn.Parameter(numbers(6, 4)) for _ in range(2))
    optimizer = optimizer_of(ours, 0.2)
    reference = torch.optim.AdamW([theirs], lr=0.01 * FURTHER, betas=BETAS, weight_decay=0.2 / FURTHER)
    for step in range(20):
        ours.grad = sparse(list(range(6)), numbers(6, 4, seed=step), 6)
        theirs.grad = numbers(6, 4, seed=step)
        optimizer.step()
        reference.step()
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_a_row_without_a_gradient_stands_still():
    table = torch.nn.Parameter(numbers(5, 3))
    before = table.detach().clone()
    table.grad = sparse([1, 4], numbers(2, 3), 5)
    optimizer_of(table, 0.5).step()
    assert ((table != before).any(1)).tolist() == [False, True, False, False, True]


def test_what_is_remembered_fades_as_if_the_row_had_been_touched_by_zeros():
    apart, together = (torch.nn.Parameter(numbers(3, 4)) for _ in range(2))
    first, second = optimizer_of(apart), optimizer_of(together)
    for step in range(12):
        touched = step % 5 == 0
        if touched:
            apart.grad = sparse([2], numbers(1, 4, seed=step), 3)
            together.grad = torch.zeros(3, 4)
            together.grad[2] = numbers(1, 4, seed=step)[0]
        else:
            apart.grad, together.grad = sparse([0], torch.zeros(1, 4), 3), torch.zeros(3, 4)
        first.step()
        second.step()
    apart.grad, together.grad = sparse([2], torch.zeros(1, 4), 3), torch.zeros(3, 4)
    first.step()
    second.step()
    for name in ("exp_avg", "exp_avg_sq"):
        torch.testing.assert_close(first.state[apart][name][2], second.state[together][name][2])


def test_decay_catches_up_with_the_steps_that_a_row_was_left_out():
    table = torch.nn.Parameter(numbers(2, 3))
    before = table.detach().clone()
    optimizer = optimizer_of(table, 0.5)
    for _ in range(9):
        table.grad = sparse([0], torch.zeros(1, 3), 2)
        optimizer.step()
    table.grad = sparse([1], torch.zeros(1, 3), 2)
    optimizer.step()
    torch.testing.assert_close(table.detach()[1], before[1] * (1 - 0.01 * 0.5) ** 10)


@pytest.mark.parametrize("whole", [False, True])
def test_a_whole_gradient_is_one_of_all_rows(whole):
    table = torch.nn.Parameter(numbers(3, 2))
    table.grad = numbers(3, 2, seed=5) if whole else sparse([0, 1, 2], numbers(3, 2, seed=5), 3)
    optimizer_of(table).step()
    torch.testing.assert_close(table.detach(), numbers(3, 2) - 0.01 * FURTHER * numbers(3, 2, seed=5).sign())
