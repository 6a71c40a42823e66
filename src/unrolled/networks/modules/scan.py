"""The scan of a cell over time, with its gradient: what PyTorch's autograd sees as one operation.

The input's product is the caller's (a table look-up in the first layer), and the weights' gradient is one product over
all of time. On a CPU the steps between run in the kernels; where there are none, in the cell's own lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import pad

from ... import kernels
from ...arrays import ArrayX
from ...kernels.checks import checked_ids
from ...kernels.pack import PANEL
from ...kernels.training import Sizes, backward, forward
from ..cells.base import Cell, Gradients, Recurrence, State, Tape
from .product import summed
from .tensors import (
    TensorBGH,
    TensorBH,
    TensorJ,
    TensorJH,
    TensorN,
    TensorTB,
    TensorTBGH,
    TensorTBH,
    TensorTBI,
    TensorVGH,
    TensorX,
    TensorXBH,
)

STEP = {"fp32": 1, "bf16": 2}  # inputs that lie side by side


@dataclass(frozen=True)
class LookUp:
    """The input's share of a layer that reads units: the rows of a ``table`` that ``ids`` name.

    The kernels look them up as they go, and add their gradients up so, too: an array of every step's share, as large as
    that of the gates, would be written and read again.
    """

    table: TensorVGH
    ids: TensorTB

    def __len__(self) -> int:
        return len(self.ids)

    def whole(self) -> TensorTBGH:
        """Return every step's share."""
        return torch.nn.functional.embedding(self.ids, self.table)


Share = TensorTBGH | LookUp
"""The input's share of the gates: every step's, or a table of the units'."""


def whole(share: Share) -> TensorTBGH:
    """Return every step's share of the gates."""
    return share.whole() if isinstance(share, LookUp) else share


class Scan(torch.autograd.Function):
    """The input's share ``a``, ``w_hh``, ``b_hh`` and the first state → the outputs and the last state.

    With ``ids``, ``a`` is the table that they are looked up in.
    """

    @staticmethod
    def forward(
        ctx: Any,
        cell: Cell,
        precision: str,
        ids: TensorTB | None,
        a: TensorX,
        w_hh: TensorJH,
        b_hh: TensorJ,
        *state: TensorBH,
    ) -> tuple[TensorXBH, ...]:
        weights = Recurrence(w_hh, b_hh)
        if precision == "off":
            tape = cell.forward(a, state, weights)
        else:
            tape = native_forward(cell, a if ids is None else LookUp(a, ids), state, weights, precision)
        ctx.cell, ctx.precision, ctx.parts = cell, precision, len(tape.states)
        ctx.read = None if ids is None else LookUp(a, ids)
        ctx.save_for_backward(w_hh, b_hh, *tape.states, *tape.kept)
        return tape.states[0][1:], *(part[-1].clone() for part in tape.states)

    @staticmethod
    def backward(ctx: Any, outputs: TensorTBH, *last: TensorBH) -> tuple[TensorX | None, ...]:
        # With u_t = W_hh h_(t-1) + b_hh the cell gives du_t; then dW_hh is the sum of du_t h_(t-1)^T over all steps and
        # rows, which is one large product instead of T small ones, and db_hh the sum of du_t.
        w_hh, b_hh, *saved = ctx.saved_tensors
        tape = Tape(tuple(saved[: ctx.parts]), tuple(saved[ctx.parts :]))
        given = (tape, outputs, last, Recurrence(w_hh, b_hh))
        if ctx.precision == "off":
            gradients = ctx.cell.backward(*given)
        else:
            gradients = native_backward(ctx.cell, *given, ctx.precision, ctx.read)
        flat = gradients.recurrent.flatten(0, 1)
        w_gradient = summed(flat, tape.states[0][:-1].flatten(0, 1), ctx.precision)
        # where both sums are one, the table's gradient holds them already, added up by ids
        b_gradient = flat.sum(0) if ctx.read is None or ctx.cell.separate else gradients.a.sum(0)
        return None, None, None, gradients.a, w_gradient, b_gradient[: flat.shape[1]], *gradients.state


def scan(
    cell: Cell, a: Share, state: State, recurrence: Recurrence, precision: str = "fp32"
) -> tuple[TensorTBH, State]:
    """Return the outputs and the last state of a cell over ``a``.

    ``precision`` is what the kernels multiply in, "fp32" or "bf16" (sums and states are in fp32), or a word for none.
    """
    given = a.table if isinstance(a, LookUp) else a
    suits = given.device.type == "cpu" and given.dtype == torch.float32
    able = suits and precision not in ("off", kernels.STOCK) and cell.native is not None and kernels.load() is not None
    if able and state[0].shape[-1] % PANEL:
        return panels_scan(cell, a, state, recurrence, precision)
    ids = torch.from_numpy(checked_ids(a.ids.numpy(), len(given))) if able and isinstance(a, LookUp) else None
    outputs, *last = Scan.apply(  # type: ignore[no-untyped-call]  # torch has no types for it
        cell,
        precision if able else "off",
        ids,
        whole(a) if ids is None else given,
        recurrence.w_hh,
        recurrence.b_hh,
        *state,
    )
    return outputs, tuple(last)


def panels_scan(cell: Cell, a: Share, state: State, recurrence: Recurrence, precision: str) -> tuple[TensorTBH, State]:
    """Return what ``scan`` does for units that fill no panel, from a scan of some more, which the kernels can take.

    These have no weights, so their state stays zero or goes nowhere, and autograd leaves their gradients out.
    """
    units = state[0].shape[-1]
    more = -units % PANEL

    def wide(x: TensorX) -> TensorX:
        """[..., G*H] with more units in each gate."""
        return pad(x.reshape(*x.shape[:-1], x.shape[-1] // units, units), (0, more)).flatten(-2)

    gates = len(recurrence.w_hh) // units
    w_hh = pad(recurrence.w_hh.reshape(gates, units, units), (0, more, 0, more)).flatten(0, 1)
    share = LookUp(wide(a.table), a.ids) if isinstance(a, LookUp) else wide(a)
    first = tuple(pad(part, (0, more)) for part in state)
    outputs, last = scan(cell, share, first, Recurrence(w_hh, wide(recurrence.b_hh)), precision)
    return outputs[..., :units], tuple(part[..., :units] for part in last)


def pack(w_hh: TensorJH, shape: tuple[int, ...], order: tuple[int, ...], precision: str) -> TensorN:
    """Return weights in blocks of a shape, in the kernels' order and precision, bf16 as its bits.

    Units come in panels of 16, one vector of AVX-512, and inputs in the order in which a product adds them up, so that
    the kernels read all weights from the beginning to the end. In bf16 two inputs lie side by side, because one
    instruction multiplies and adds such pairs; a panel of these is a tile of AMX as it stands (``native/unrolled.h``).
    """
    whole = w_hh if precision == "fp32" else w_hh.bfloat16().view(torch.uint16)
    return whole.reshape(shape).permute(*order).reshape(-1).contiguous() if len(w_hh) else whole.flatten()


def sizes_of(cell: Cell, shape: tuple[int, ...], precision: str, table: int = 0) -> Sizes:
    """Return the kernels' description of a scan over [T, B, G*H], looked up in a table of so many rows, if in any."""
    steps, rows, wide = shape
    assert cell.kernel, "the caller has asked"
    return Sizes(cell.kernel, steps, rows, wide // cell.gates, torch.get_num_threads(), precision, table)


def as_arrays(**tensors: TensorX) -> dict[str, ArrayX]:
    """Return the same memory as NumPy arrays."""
    return {name: tensor.detach().numpy() for name, tensor in tensors.items()}


def native_forward(cell: Cell, a: Share, state: State, recurrence: Recurrence, precision: str = "fp32") -> Tape:
    """Return what ``cell.forward`` does, in the kernels."""
    library = kernels.load()
    assert library, "the caller has asked"
    if isinstance(a, LookUp):
        sizes = sizes_of(cell, (*a.ids.shape, a.table.shape[1]), precision, len(a.table))
        read = {"a": a.table.contiguous(), "ids": a.ids}
    else:
        sizes, read = sizes_of(cell, a.shape, precision), {"a": a.contiguous()}
    each = STEP[precision]
    shape = (cell.gates, -1, PANEL, sizes.hidden // each, each)
    # [G][H/16 panels][16][H/s][s] → [H/16][G][H/s][16][s]: all gates of 16 units together, for their state is made of
    # them at once; then input by input (s = 1, in bf16 2 at a time), the 16 units of each side by side
    weights = pack(recurrence.w_hh, shape, (1, 0, 3, 2, 4), precision)
    states = {name: torch.empty(sizes.states) for name in cell.parts}
    for part, first in zip(states.values(), state, strict=True):
        part[0] = first
    gates, kept = torch.empty(sizes.wide), torch.empty(sizes.narrow)
    room = {"q": torch.empty(sizes.narrow[1:])} if precision == "bf16" else {}
    given = as_arrays(**read, b_hh=recurrence.b_hh.contiguous(), w=weights, gates=gates, kept=kept, **states, **room)
    forward(library, sizes, given)
    return Tape(tuple(states.values()), (gates, kept))


def native_backward(
    cell: Cell,
    tape: Tape,
    outputs: TensorTBH,
    last: State,
    recurrence: Recurrence,
    precision: str = "fp32",
    read: LookUp | None = None,
) -> Gradients:
    """Return what ``cell.backward`` does, in the kernels; the gradient of a table, where that was ``read``."""
    library = kernels.load()
    assert library, "the caller has asked"
    gates, kept = tape.kept
    sizes = sizes_of(cell, gates.shape, precision, len(read.table) if read else 0)
    each = STEP[precision]
    # the way back multiplies by the transpose: the gates are the inputs and the units of h the outputs,
    # [G*H/s][s][H/16][16] → [H/16][G*H/s][16][s]
    weights = pack(recurrence.w_hh, (sizes.wide[2] // each, each, -1, PANEL), (2, 0, 3, 1), precision)
    da = torch.empty(sizes.wide)
    du = torch.empty(sizes.wide) if cell.separate else da
    flows = {
        f"d{name}": part.clone(memory_format=torch.contiguous_format)
        for name, part in zip(cell.parts, last, strict=True)
    }
    states = dict(zip(cell.parts, tape.states, strict=True))
    states |= {"q": torch.empty(sizes.wide[1:])} if precision == "bf16" else {}
    table = torch.zeros(sizes.parts, sizes.table, da.shape[2])
    states |= {"ids": read.ids, "table": table} if read else {}
    given = as_arrays(w=weights, gates=gates, kept=kept, **states, outputs=outputs.contiguous(), da=da, du=du, **flows)
    backward(library, sizes, given)
    return Gradients(table.sum(0) if read else da, du if cell.recurrent else du[..., :0], tuple(flows.values()))


def has_fused(cell: Cell, device: torch.device, precision: str) -> bool:
    """Tell whether PyTorch's own scan of a cell is to be taken, if it has one: on a GPU, or where it was chosen."""
    return bool(cell.torch_name) and (device.type != "cpu" or precision == kernels.STOCK)


FUSED: dict[str, Any] = {"RNN": torch.rnn_tanh, "GRU": torch.gru, "LSTM": torch.lstm}
"""PyTorch's own scans: cuDNN's on a GPU."""


def fused_scan(
    cell: Cell, x: TensorTBI, state: State, weights: tuple[TensorX, ...], constant: TensorBGH | None = None
) -> tuple[TensorTBH, State]:
    """Return the same from what the layer reads, ``x``, and (W_ih, W_hh, b_ih, b_hh), by PyTorch's own scan.

    A ``constant`` share of the gates enters as further inputs, one for each row: that scan takes no other.
    """
    if constant is not None:
        rows = torch.eye(len(constant), dtype=x.dtype, device=x.device).expand(len(x), -1, -1)
        x, weights = torch.cat([x, rows], 2), (torch.cat([weights[0], constant.t()], 1), *weights[1:])
    first = [part[None].contiguous() for part in state]
    settings = {"has_biases": True, "num_layers": 1, "dropout": 0.0, "bidirectional": False}
    settings["train"] = torch.is_grad_enabled()  # without it cuDNN keeps nothing for a way back
    hx = first if len(first) > 1 else first[0]
    outputs, *last = FUSED[cell.torch_name](x, hx, weights, batch_first=False, **settings)
    return outputs, tuple(part[0] for part in last)
