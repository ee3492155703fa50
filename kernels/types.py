"""The types of the kernels' arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeAlias

import jax
from jax.custom_derivatives import SymbolicZero

# A number, or an array of any shape that broadcasts.
Real: TypeAlias = jax.Array | float
# A parameter that is a list, such as the widths of a sum of Gaussians: as many numbers as the file gives.
Reals: TypeAlias = Sequence[Real]
# A parameter that is an array from a file, such as an image: the same for all systems.
Table: TypeAlias = Annotated[jax.Array, "from a file"]
# Parameters by name: each is () or (bands,) for one system, with an axis (n,) in front for many.
Params: TypeAlias = Mapping[str, jax.Array]
# The x and y of a vector, or the real and imaginary part of a complex number.
Pair: TypeAlias = tuple[jax.Array, jax.Array]
# A tangent that a custom derivative receives; SymbolicZero where the argument is constant.
Tangent: TypeAlias = jax.Array | SymbolicZero
