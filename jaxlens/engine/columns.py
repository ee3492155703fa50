"""All values of a batch in one array, since copying one array to the host is faster than copying many."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.simulator.simulator import Simulator

Layout = dict[str, tuple[int, ...]]
Array = TypeVar("Array", np.ndarray, jax.Array)

# Where only shapes are asked for any key will do.
_ANY_KEY = np.zeros(2, np.uint32)


def layout(simulator: Simulator) -> Layout:
    """The shape of each value of one system by name, () or (bands,), in the order of names."""
    shapes = jax.eval_shape(lambda key: simulator.numbers(key, 1), _ANY_KEY).values
    return {name: shapes[name].shape[1:] for name in sorted(shapes)}


def packed(values: Mapping[str, jax.Array]) -> jax.Array:
    """Values by name, each (n,) or (n, bands), as the columns of one array, in the order of names."""
    return jnp.concatenate([values[name].reshape(len(values[name]), -1) for name in sorted(values)], axis=1)


def unpacked(array: Array, shapes: Layout) -> dict[str, Array]:
    """The values by name, each (n,) or (n, bands), of which `array` (n, columns) was packed."""
    values, column = {}, 0
    for name, shape in shapes.items():
        width = math.prod(shape)
        values[name] = array[:, column : column + width] if shape else array[:, column]
        column += width
    return values
