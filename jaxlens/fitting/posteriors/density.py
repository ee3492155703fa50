"""The posterior densities of one or several lenses, as one function with the arrays of each lens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

# (arrays that all lenses share, arrays of one lens, u (k,)) -> the log-density of u, up to a constant of the
# lens.
LogDensity: TypeAlias = Callable[[Any, Any, jax.Array], jax.Array]


@dataclass(frozen=True, eq=False)
class Density:
    """The posteriors of n lenses that one function describes, in k unconstrained coordinates.

    Attributes:
        names: the name of each of the k parameters.
        log_density: a pure function of the shared arrays, those of one lens, and u (k,).  Programs are
            compiled once for each such function, so it must be hashable, and equal to one that computes the
            same.
        constrained: the map from coordinates u (..., k) to parameters (..., k).
        shared: the arrays that all lenses share.
        data: the arrays of the lenses, each with a leading axis of n.
        offset: what is to be added to the function so that the density is that of the data times that of the
            prior, whose integral over u is the evidence, (n,).

    >>> unit = Density(("a",), lambda shared, data, u: -0.5 * jnp.sum((u - data) ** 2), lambda u: u, (),
    ...                np.array([1.0, 2.0]), np.zeros(2))
    >>> len(unit), unit.at([[0.0], [0.0]]).tolist()
    (2, [-0.5, -2.0])
    """

    names: tuple[str, ...]
    log_density: LogDensity
    constrained: Callable[[ArrayLike], ArrayLike]
    shared: Any
    data: Any
    offset: np.ndarray

    def __len__(self) -> int:
        return len(self.offset)

    def at(self, u: ArrayLike) -> np.ndarray:
        """The log-density of each lens at its own u (n, k), with the offset, (n,)."""
        found = _of_lenses(self.log_density, self.shared, self.data, jnp.asarray(u, jnp.result_type(float)))
        return np.asarray(found, np.float64) + self.offset


class Part(NamedTuple):
    """The posteriors of some of the lenses of a result, where one function does not describe all of them.

    Attributes:
        density: the posteriors.
        rows: the indices of their lenses in the result, (m,).
    """

    density: Density
    rows: np.ndarray


@partial(jax.jit, static_argnums=0)
def _of_lenses(log_density: LogDensity, shared: Any, data: Any, u: jax.Array) -> jax.Array:
    """The log-densities of all lenses, one after another, so that memory does not grow with their number."""
    return jax.lax.map(lambda lens: log_density(shared, *lens), (data, u))
