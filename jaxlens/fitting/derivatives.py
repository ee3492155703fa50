"""The derivatives of an image and its noise in the free parameters, without what is zero by construction.

The parameters of a light profile do not change the rays, so that derivatives in them need none of the rays'
derivatives: parameters are taken in groups, and each group follows only what it acts on.  A parameter with a
value for each band acts on its own band alone, so that one image holds the derivatives in all of its values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.fitting.posterior import (
    Constants,
    FitData,
    Model,
    predicted_of,
    with_free_values,
    with_scalars,
    with_tied_values,
)
from jaxlens.fitting.ties import dependent_ties
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.simulator.generation import Params

# The parameter that moves, and the index of the band in which it moves; None for all bands at once.
Direction = tuple[str, int | None]


class Prediction(NamedTuple):
    """Mean and sigma of an image, (bands, y, x), and their derivatives in u, (k, bands, y, x)."""

    mean: jax.Array
    sigma: jax.Array
    mean_derivatives: jax.Array
    sigma_derivatives: jax.Array


def prediction(model: Model, constants: Constants, data: FitData, u: jax.Array) -> Prediction:
    """Mean and sigma of the image at u, with their derivatives.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: one image; its sigma is that of the prediction where the caller gave it.
        u: the unconstrained coordinates, (k,).

    Returns:
        The prediction.
    """
    x, slope = jax.jvp(constants.transform.constrained, (u,), (jnp.ones_like(u),))
    params = with_free_values(model, constants, data.params, x)
    slopes = with_scalars(model, jax.tree.map(jnp.zeros_like, params), slope)
    columns: dict[Direction, tuple[jax.Array, jax.Array]] = {}
    for names in groups(model):
        (mean, sigma), derivative = _linearized(model, constants, data, params, names)
        directions = list(dict.fromkeys(_direction(model, *one) for one in model.free if one[0] in names))
        along = jnp.eye(len(directions), dtype=u.dtype)
        tangents = {name: _tangent(name, slopes[name], directions, along) for name in names}
        found = jax.vmap(derivative)(tangents)
        columns |= {one: (found[0][i], found[1][i]) for i, one in enumerate(directions)}
    means, sigmas = (
        jnp.stack([_column(model, columns, which, *one) for one in model.free]) for which in (0, 1)
    )
    return Prediction(mean, sigma, means, sigmas)


def _direction(model: Model, name: str, band: int | None) -> Direction:
    """The direction in which one free scalar moves: all bands of its parameter at once, or its own alone.

    A parameter moves in one band alone where others are tied to it, since these may act on all bands.
    """
    return name, band if dependent_ties(model.ties, {name}) else None


def _tangent(name: str, slope: jax.Array, directions: list[Direction], along: jax.Array) -> jax.Array:
    """How a parameter moves in each direction, (directions,) or (directions, bands)."""
    own = [i for i, (moved, _) in enumerate(directions) if moved == name]
    if len(own) == 1 and directions[own[0]][1] is None:
        return jnp.tensordot(along[:, own[0]], slope, axes=0)
    each = {i: directions[i][1] for i in own}
    rows = [
        jnp.zeros_like(slope).at[each[i]].set(slope[each[i]]) if i in each else jnp.zeros_like(slope)
        for i in range(len(directions))
    ]
    return jnp.stack(rows)


def _column(
    model: Model,
    columns: Mapping[Direction, tuple[jax.Array, jax.Array]],
    which: int,
    name: str,
    band: int | None,
) -> jax.Array:
    """The derivative of the mean (`which` is 0) or of sigma (1) in one free scalar, (bands, y, x)."""
    direction = _direction(model, name, band)
    image = columns[direction][which]
    return image if direction[1] is not None else _of_band(image, band)


def groups(model: Model) -> tuple[tuple[str, ...], ...]:
    """The names of the free parameters: those of the light of each plane, and all others."""
    found: dict[str, dict[str, None]] = {}
    for name, _ in model.free:
        plane = name.partition("-")[0] if "-LIGHT_PROFILE_" in name else ""
        found.setdefault(plane, {})[name] = None
    return tuple(map(tuple, found.values()))


def _linearized(
    model: Model, constants: Constants, data: FitData, params: Params, names: tuple[str, ...]
) -> tuple[tuple[jax.Array, jax.Array], Callable[[Params], tuple[jax.Array, jax.Array]]]:
    """Mean and sigma, and the linear map from tangents of the parameters `names` to theirs.

    What the map needs is computed apart, since XLA would otherwise compute it again for each tangent.
    """
    structure: list[Any] = []

    def image(some: Params) -> tuple[jax.Array, jax.Array]:
        return predicted_of(model, constants, data, with_tied_values(model, constants, params | some))

    # `computed_apart` calls its function more than once, of which jit traces only the first
    @jax.jit
    def linear(*values: jax.Array) -> tuple[tuple[jax.Array, jax.Array], list[jax.Array]]:
        value, derivative = jax.linearize(image, dict(zip(names, values, strict=True)))
        leaves, tree = jax.tree.flatten(derivative)
        structure.append(tree)
        return value, leaves

    value, leaves = computed_apart(linear, *(params[name] for name in names))
    return value, jax.tree.unflatten(structure[-1], leaves)


def _of_band(image: jax.Array, band: int | None) -> jax.Array:
    """An image (..., bands, y, x), zero but for one band; all of it where `band` is None."""
    if band is None:
        return image
    return jnp.zeros_like(image).at[..., band, :, :].set(image[..., band, :, :])
