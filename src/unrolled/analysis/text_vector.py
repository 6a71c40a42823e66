"""The vector of a text: what a recurrent network has in its memory when it has read it."""

from __future__ import annotations

from ..arrays import FloatsH, IdsT
from ..engines import Engine
from ..engines.prompt import read_prompt
from ..errors import OptionError
from ..model_file.bundle import Bundle
from ..networks.cells import find_cell


def text_vector(engine: Engine, bundle: Bundle, ids: IdsT) -> FloatsH:
    """Return the vector that the last layer gives out when the ids of a text have been read from the boundary on.

    Raises ``OptionError`` for a model whose memory is no vector.
    """
    config = bundle.config
    if not config.kind.of_cells:
        raise OptionError(f"the memory of a {config.kind.called} is no vector; encode with a recurrent network")
    output = find_cell(config.cell, config.context or 0).parts[0]
    last: FloatsH = read_prompt(engine, ids).state[output][0, -1]
    return last
