"""Array types by name: the first word says what an array holds, the letters behind it are its axes.

``FloatsBTV`` is float32 [B, T, V]. A letter that stands twice in a signature is one size. All this is for the reader
and for the tests, which check every array against its type (``tests/array_checks.py``). At run time a type is its own
name, so that the start of a process waits for none of them.

B rows side by side, T units in time, V ids of the vocabulary, S positions of a source, L layers, H = ``hidden_size``,
G gates of a cell (GH = G * H), E width of what is read of a source, M members of a mixture and C cases, O units of an
n-gram, F features; N and K are numbers of anything. X stands for any further axes, none included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Annotated, Any

    import numpy as np
    from numpy.typing import NDArray

    # float32: weights, states, logits
    FloatsH = Annotated[NDArray[np.float32], "H"]
    FloatsK = Annotated[NDArray[np.float32], "K"]
    FloatsNV = Annotated[NDArray[np.float32], "N V"]
    FloatsN = Annotated[NDArray[np.float32], "N"]
    FloatsX = Annotated[NDArray[np.float32], "..."]
    FloatsY = Annotated[NDArray[np.float32], "_"]
    FloatsBE = Annotated[NDArray[np.float32], "B E"]
    FloatsBH = Annotated[NDArray[np.float32], "B H"]
    FloatsBK = Annotated[NDArray[np.float32], "B K"]
    FloatsBV = Annotated[NDArray[np.float32], "B V"]
    FloatsGHH = Annotated[NDArray[np.float32], "G*H H"]
    FloatsLH = Annotated[NDArray[np.float32], "L H"]
    FloatsNE = Annotated[NDArray[np.float32], "N E"]
    FloatsNH = Annotated[NDArray[np.float32], "N H"]
    FloatsNK = Annotated[NDArray[np.float32], "N K"]
    FloatsSE = Annotated[NDArray[np.float32], "S E"]
    FloatsTN = Annotated[NDArray[np.float32], "T N"]
    FloatsTS = Annotated[NDArray[np.float32], "T S"]
    FloatsVGH = Annotated[NDArray[np.float32], "V G*H"]
    FloatsXE = Annotated[NDArray[np.float32], "... E"]
    FloatsXK = Annotated[NDArray[np.float32], "... K"]
    FloatsXN = Annotated[NDArray[np.float32], "... N"]
    FloatsXV = Annotated[NDArray[np.float32], "... V"]
    FloatsYY = Annotated[NDArray[np.float32], "_ _"]
    FloatsBLH = Annotated[NDArray[np.float32], "B L H"]
    FloatsBLK = Annotated[NDArray[np.float32], "B L K"]
    FloatsBSE = Annotated[NDArray[np.float32], "B S E"]
    FloatsBTS = Annotated[NDArray[np.float32], "B T S"]
    FloatsBTV = Annotated[NDArray[np.float32], "B T V"]
    FloatsBTW = Annotated[NDArray[np.float32], "B T W"]
    FloatsIJN = Annotated[NDArray[np.float32], "I J N"]
    FloatsNSH = Annotated[NDArray[np.float32], "N S H"]
    FloatsNTV = Annotated[NDArray[np.float32], "N T V"]
    FloatsPQC = Annotated[NDArray[np.float32], "P Q C"]
    FloatsSBE = Annotated[NDArray[np.float32], "S B E"]
    FloatsSBGH = Annotated[NDArray[np.float32], "S B G*H"]
    FloatsSBH = Annotated[NDArray[np.float32], "S B H"]
    FloatsTBGH = Annotated[NDArray[np.float32], "T B G*H"]
    FloatsTBH = Annotated[NDArray[np.float32], "T B H"]
    FloatsTLH = Annotated[NDArray[np.float32], "T L H"]
    FloatsYLH = Annotated[NDArray[np.float32], "_ L H"]

    # float64: probabilities and their logarithms, uniforms, figures
    DoublesB = Annotated[NDArray[np.float64], "B"]
    DoublesC = Annotated[NDArray[np.float64], "C"]
    DoublesK = Annotated[NDArray[np.float64], "K"]
    DoublesN = Annotated[NDArray[np.float64], "N"]
    DoublesT = Annotated[NDArray[np.float64], "T"]
    DoublesV = Annotated[NDArray[np.float64], "V"]
    DoublesX = Annotated[NDArray[np.float64], "..."]
    DoublesBK = Annotated[NDArray[np.float64], "B K"]
    DoublesBT = Annotated[NDArray[np.float64], "B T"]
    DoublesBV = Annotated[NDArray[np.float64], "B V"]
    DoublesCM = Annotated[NDArray[np.float64], "C M"]
    DoublesFN = Annotated[NDArray[np.float64], "F N"]
    DoublesNK = Annotated[NDArray[np.float64], "N K"]
    DoublesNV = Annotated[NDArray[np.float64], "N V"]
    DoublesTF = Annotated[NDArray[np.float64], "T F"]
    DoublesTK = Annotated[NDArray[np.float64], "T K"]
    DoublesTN = Annotated[NDArray[np.float64], "T N"]
    DoublesTV = Annotated[NDArray[np.float64], "T V"]
    DoublesXK = Annotated[NDArray[np.float64], "... K"]
    DoublesXV = Annotated[NDArray[np.float64], "... V"]
    DoublesBTV = Annotated[NDArray[np.float64], "B T V"]
    DoublesNMV = Annotated[NDArray[np.float64], "N M V"]

    # int32: units by their numbers in the vocabulary
    IdsB = Annotated[NDArray[np.int32], "B"]
    IdsK = Annotated[NDArray[np.int32], "K"]
    IdsN = Annotated[NDArray[np.int32], "N"]
    IdsT = Annotated[NDArray[np.int32], "T"]
    IdsV = Annotated[NDArray[np.int32], "V"]
    IdsX = Annotated[NDArray[np.int32], "..."]
    IdsBK = Annotated[NDArray[np.int32], "B K"]
    IdsBT = Annotated[NDArray[np.int32], "B T"]
    IdsNK = Annotated[NDArray[np.int32], "N K"]
    IdsTK = Annotated[NDArray[np.int32], "T K"]

    # int64: positions, counts, nodes of a tree
    NumbersB = Annotated[NDArray[np.int64], "B"]
    NumbersJ = Annotated[NDArray[np.int64], "J"]
    NumbersK = Annotated[NDArray[np.int64], "K"]
    NumbersN = Annotated[NDArray[np.int64], "N"]
    NumbersT = Annotated[NDArray[np.int64], "T"]
    NumbersV = Annotated[NDArray[np.int64], "V"]
    NumbersX = Annotated[NDArray[np.int64], "..."]
    NumbersBO = Annotated[NDArray[np.int64], "B O"]
    NumbersKK = Annotated[NDArray[np.int64], "K K"]
    NumbersNK = Annotated[NDArray[np.int64], "N K"]
    NumbersNO = Annotated[NDArray[np.int64], "N O"]
    NumbersSB = Annotated[NDArray[np.int64], "S B"]
    NumbersTK = Annotated[NDArray[np.int64], "T K"]
    NumbersBTO = Annotated[NDArray[np.int64], "B T O"]

    # bool
    FlagsN = Annotated[NDArray[np.bool_], "N"]
    FlagsV = Annotated[NDArray[np.bool_], "V"]

    # uint8: pixels
    BytesPQC = Annotated[NDArray[np.uint8], "P Q C"]
    BytesBPQC = Annotated[NDArray[np.uint8], "B P Q C"]

    # uint16: the bits of bf16
    Bf16X = Annotated[NDArray[np.uint16], "..."]

    # int8: narrow weights
    Int8NK = Annotated[NDArray[np.int8], "N K"]

    # any type
    ArrayB = Annotated[NDArray[Any], "B"]
    ArrayJ = Annotated[NDArray[Any], "J"]
    ArrayK = Annotated[NDArray[Any], "K"]
    ArrayN = Annotated[NDArray[Any], "N"]
    ArrayT = Annotated[NDArray[Any], "T"]
    ArrayX = Annotated[NDArray[Any], "..."]
    ArrayY = Annotated[NDArray[Any], "_"]
    ArrayBT = Annotated[NDArray[Any], "B T"]
    ArrayBX = Annotated[NDArray[Any], "B ..."]
    ArrayNX = Annotated[NDArray[Any], "N ..."]
    ArrayPGKQN = Annotated[NDArray[Any], "P G K Q N"]
    ArrayEK33 = Annotated[NDArray[Any], "E K 3 3"]

    # NumPy arrays and torch tensors alike: the mathematics of a cell
    EitherJ = Annotated[Any, "J"]
    EitherX = Annotated[Any, "..."]
    EitherBGH = Annotated[Any, "B G*H"]
    EitherVGH = Annotated[Any, "V G*H"]
    EitherBH = Annotated[Any, "B H"]
    EitherJH = Annotated[Any, "J H"]
    EitherXK = Annotated[Any, "... K"]
    EitherXN = Annotated[Any, "... N"]
    EitherTBGH = Annotated[Any, "T B G*H"]
    EitherTBH = Annotated[Any, "T B H"]
    EitherTBJ = Annotated[Any, "T B J"]
    EitherTBY = Annotated[Any, "T B _"]
    EitherYBH = Annotated[Any, "_ B H"]

else:

    def __getattr__(name: str) -> str:
        """Return a type as it stands in signatures, which are not evaluated."""
        if name.startswith("_"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return name
