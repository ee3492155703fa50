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


def layout(simulator: Simulator, measured: bool = False) -> Layout:
    """The shape of each value of one system by name, in the order of names.

    A shape is (), (bands,) or (epochs, bands).  Fluxes that are measured on the images of a time series are
    there where they are `measured`.
    """
    make = simulator.generate if measured and simulator.scene.series else simulator.numbers
    return layout_of(jax.eval_shape(lambda key: make(key, 1), _ANY_KEY).values)


def layout_of(values: Mapping[str, jax.Array | jax.ShapeDtypeStruct]) -> Layout:
    """The shape of each of the values of a batch without the axis of systems, in the order of names."""
    return {name: values[name].shape[1:] for name in sorted(values)}


def packed(values: Mapping[str, jax.Array]) -> jax.Array:
    """Values by name, each (n,) or (n, ...), as the columns of one array, in the order of names."""
    return jnp.concatenate([values[name].reshape(len(values[name]), -1) for name in sorted(values)], axis=1)


def unpacked(array: Array, shapes: Layout) -> dict[str, Array]:
    """The values by name, each (n,) or (n, ...), of which `array` (n, columns) was packed."""
    values, column = {}, 0
    for name, shape in shapes.items():
        width = math.prod(shape)
        values[name] = array[:, column : column + width].reshape(len(array), *shape)
        column += width
    return values
